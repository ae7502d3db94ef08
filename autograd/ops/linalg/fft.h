// Fourier transforms. Their results are complex, which tensors here are not, so that all but the
// frequencies and the shifts throw NotImplementedError.
#pragma once

#include <string_view>

#include "tensor/tensor.h"

namespace gradus {

// --- Transforms of one dim ----

/// Throws NotImplementedError: complex tensors are not supported.
Tensor fft_fft(const Tensor& self, std::optional<int64_t> n = {}, int64_t dim = -1,
               std::optional<std::string_view> norm = {});
/// Throws as that does.
Tensor& fft_fft_out(Tensor& out, const Tensor& self, std::optional<int64_t> n = {},
                    int64_t dim = -1, std::optional<std::string_view> norm = {});
/// Throws NotImplementedError: complex tensors are not supported.
Tensor fft_ifft(const Tensor& self, std::optional<int64_t> n = {}, int64_t dim = -1,
                std::optional<std::string_view> norm = {});
/// Throws as that does.
Tensor& fft_ifft_out(Tensor& out, const Tensor& self, std::optional<int64_t> n = {},
                     int64_t dim = -1, std::optional<std::string_view> norm = {});
/// Throws NotImplementedError: complex tensors are not supported.
Tensor fft_rfft(const Tensor& self, std::optional<int64_t> n = {}, int64_t dim = -1,
                std::optional<std::string_view> norm = {});
/// Throws as that does.
Tensor& fft_rfft_out(Tensor& out, const Tensor& self, std::optional<int64_t> n = {},
                     int64_t dim = -1, std::optional<std::string_view> norm = {});
/// Throws NotImplementedError: complex tensors are not supported.
Tensor fft_irfft(const Tensor& self, std::optional<int64_t> n = {}, int64_t dim = -1,
                 std::optional<std::string_view> norm = {});
/// Throws as that does.
Tensor& fft_irfft_out(Tensor& out, const Tensor& self, std::optional<int64_t> n = {},
                      int64_t dim = -1, std::optional<std::string_view> norm = {});
/// Throws NotImplementedError: complex tensors are not supported.
Tensor fft_hfft(const Tensor& self, std::optional<int64_t> n = {}, int64_t dim = -1,
                std::optional<std::string_view> norm = {});
/// Throws as that does.
Tensor& fft_hfft_out(Tensor& out, const Tensor& self, std::optional<int64_t> n = {},
                     int64_t dim = -1, std::optional<std::string_view> norm = {});
/// Throws NotImplementedError: complex tensors are not supported.
Tensor fft_ihfft(const Tensor& self, std::optional<int64_t> n = {}, int64_t dim = -1,
                 std::optional<std::string_view> norm = {});
/// Throws as that does.
Tensor& fft_ihfft_out(Tensor& out, const Tensor& self, std::optional<int64_t> n = {},
                      int64_t dim = -1, std::optional<std::string_view> norm = {});

// --- Transforms of two dims ----

/// Throws NotImplementedError: complex tensors are not supported.
Tensor fft_fft2(const Tensor& self, OptionalIntArrayRef s = {}, IntArrayRef dim = {-2, -1},
                std::optional<std::string_view> norm = {});
/// Throws as that does.
Tensor& fft_fft2_out(Tensor& out, const Tensor& self, OptionalIntArrayRef s = {},
                     IntArrayRef dim = {-2, -1}, std::optional<std::string_view> norm = {});
/// Throws NotImplementedError: complex tensors are not supported.
Tensor fft_ifft2(const Tensor& self, OptionalIntArrayRef s = {}, IntArrayRef dim = {-2, -1},
                 std::optional<std::string_view> norm = {});
/// Throws as that does.
Tensor& fft_ifft2_out(Tensor& out, const Tensor& self, OptionalIntArrayRef s = {},
                      IntArrayRef dim = {-2, -1}, std::optional<std::string_view> norm = {});
/// Throws NotImplementedError: complex tensors are not supported.
Tensor fft_rfft2(const Tensor& self, OptionalIntArrayRef s = {}, IntArrayRef dim = {-2, -1},
                 std::optional<std::string_view> norm = {});
/// Throws as that does.
Tensor& fft_rfft2_out(Tensor& out, const Tensor& self, OptionalIntArrayRef s = {},
                      IntArrayRef dim = {-2, -1}, std::optional<std::string_view> norm = {});
/// Throws NotImplementedError: complex tensors are not supported.
Tensor fft_irfft2(const Tensor& self, OptionalIntArrayRef s = {}, IntArrayRef dim = {-2, -1},
                  std::optional<std::string_view> norm = {});
/// Throws as that does.
Tensor& fft_irfft2_out(Tensor& out, const Tensor& self, OptionalIntArrayRef s = {},
                       IntArrayRef dim = {-2, -1}, std::optional<std::string_view> norm = {});
/// Throws NotImplementedError: complex tensors are not supported.
Tensor fft_hfft2(const Tensor& self, OptionalIntArrayRef s = {}, IntArrayRef dim = {-2, -1},
                 std::optional<std::string_view> norm = {});
/// Throws as that does.
Tensor& fft_hfft2_out(Tensor& out, const Tensor& self, OptionalIntArrayRef s = {},
                      IntArrayRef dim = {-2, -1}, std::optional<std::string_view> norm = {});
/// Throws NotImplementedError: complex tensors are not supported.
Tensor fft_ihfft2(const Tensor& self, OptionalIntArrayRef s = {}, IntArrayRef dim = {-2, -1},
                  std::optional<std::string_view> norm = {});
/// Throws as that does.
Tensor& fft_ihfft2_out(Tensor& out, const Tensor& self, OptionalIntArrayRef s = {},
                       IntArrayRef dim = {-2, -1}, std::optional<std::string_view> norm = {});

// --- Transforms of several dims ----

/// Throws NotImplementedError: complex tensors are not supported.
Tensor fft_fftn(const Tensor& self, OptionalIntArrayRef s = {}, OptionalIntArrayRef dim = {},
                std::optional<std::string_view> norm = {});
/// Throws as that does.
Tensor& fft_fftn_out(Tensor& out, const Tensor& self, OptionalIntArrayRef s = {},
                     OptionalIntArrayRef dim = {}, std::optional<std::string_view> norm = {});
/// Throws NotImplementedError: complex tensors are not supported.
Tensor fft_ifftn(const Tensor& self, OptionalIntArrayRef s = {}, OptionalIntArrayRef dim = {},
                 std::optional<std::string_view> norm = {});
/// Throws as that does.
Tensor& fft_ifftn_out(Tensor& out, const Tensor& self, OptionalIntArrayRef s = {},
                      OptionalIntArrayRef dim = {}, std::optional<std::string_view> norm = {});
/// Throws NotImplementedError: complex tensors are not supported.
Tensor fft_rfftn(const Tensor& self, OptionalIntArrayRef s = {}, OptionalIntArrayRef dim = {},
                 std::optional<std::string_view> norm = {});
/// Throws as that does.
Tensor& fft_rfftn_out(Tensor& out, const Tensor& self, OptionalIntArrayRef s = {},
                      OptionalIntArrayRef dim = {}, std::optional<std::string_view> norm = {});
/// Throws NotImplementedError: complex tensors are not supported.
Tensor fft_irfftn(const Tensor& self, OptionalIntArrayRef s = {}, OptionalIntArrayRef dim = {},
                  std::optional<std::string_view> norm = {});
/// Throws as that does.
Tensor& fft_irfftn_out(Tensor& out, const Tensor& self, OptionalIntArrayRef s = {},
                       OptionalIntArrayRef dim = {}, std::optional<std::string_view> norm = {});
/// Throws NotImplementedError: complex tensors are not supported.
Tensor fft_hfftn(const Tensor& self, OptionalIntArrayRef s = {}, OptionalIntArrayRef dim = {},
                 std::optional<std::string_view> norm = {});
/// Throws as that does.
Tensor& fft_hfftn_out(Tensor& out, const Tensor& self, OptionalIntArrayRef s = {},
                      OptionalIntArrayRef dim = {}, std::optional<std::string_view> norm = {});
/// Throws NotImplementedError: complex tensors are not supported.
Tensor fft_ihfftn(const Tensor& self, OptionalIntArrayRef s = {}, OptionalIntArrayRef dim = {},
                  std::optional<std::string_view> norm = {});
/// Throws as that does.
Tensor& fft_ihfftn_out(Tensor& out, const Tensor& self, OptionalIntArrayRef s = {},
                       OptionalIntArrayRef dim = {}, std::optional<std::string_view> norm = {});

// --- Transforms of short pieces ----

/// Throws NotImplementedError: complex tensors are not supported.
Tensor stft(const Tensor& self, int64_t n_fft, std::optional<int64_t> hop_length,
            std::optional<int64_t> win_length, const std::optional<Tensor>& window, bool normalized,
            std::optional<bool> onesided = {}, std::optional<bool> return_complex = {},
            std::optional<bool> align_to_window = {});
Tensor stft(const Tensor& self, int64_t n_fft, std::optional<int64_t> hop_length = {},
            std::optional<int64_t> win_length = {}, const std::optional<Tensor>& window = {},
            bool center = true, std::string_view pad_mode = "reflect", bool normalized = false,
            std::optional<bool> onesided = {}, std::optional<bool> return_complex = {},
            std::optional<bool> align_to_window = {});
/// Throws NotImplementedError: complex tensors are not supported.
Tensor istft(const Tensor& self, int64_t n_fft, std::optional<int64_t> hop_length = {},
             std::optional<int64_t> win_length = {}, const std::optional<Tensor>& window = {},
             bool center = true, bool normalized = false, std::optional<bool> onesided = {},
             std::optional<int64_t> length = {}, bool return_complex = false);

// --- Frequencies and shifts ----

/// The frequencies of a transform of n samples that are d apart, in its order: 0, 1 ... (n - 1) /
/// 2, then -(n / 2) ... -1, each over n d. Throws Error for n < 1.
Tensor fft_fftfreq(int64_t n, double d = 1, const TensorOptions& options = {});
/// fft_fftfreq() into `out`.
Tensor& fft_fftfreq_out(Tensor& out, int64_t n, double d = 1);
/// Those that are not negative, and n / 2: n / 2 + 1 of them.
Tensor fft_rfftfreq(int64_t n, double d = 1, const TensorOptions& options = {});
/// fft_rfftfreq() into `out`.
Tensor& fft_rfftfreq_out(Tensor& out, int64_t n, double d = 1);
/// The frequency 0 of each dim in `dim`, or of all, moved to the middle.
Tensor fft_fftshift(const Tensor& self, OptionalIntArrayRef dim = {});
/// Undoes fft_fftshift().
Tensor fft_ifftshift(const Tensor& self, OptionalIntArrayRef dim = {});

namespace fft {
/// The same as fft_fft().
inline Tensor fft(const Tensor& self, std::optional<int64_t> n = {}, int64_t dim = -1,
                  std::optional<std::string_view> norm = {}) {
  return fft_fft(self, n, dim, norm);
}
/// The same as fft_ifft().
inline Tensor ifft(const Tensor& self, std::optional<int64_t> n = {}, int64_t dim = -1,
                   std::optional<std::string_view> norm = {}) {
  return fft_ifft(self, n, dim, norm);
}
/// The same as fft_rfft().
inline Tensor rfft(const Tensor& self, std::optional<int64_t> n = {}, int64_t dim = -1,
                   std::optional<std::string_view> norm = {}) {
  return fft_rfft(self, n, dim, norm);
}
/// The same as fft_irfft().
inline Tensor irfft(const Tensor& self, std::optional<int64_t> n = {}, int64_t dim = -1,
                    std::optional<std::string_view> norm = {}) {
  return fft_irfft(self, n, dim, norm);
}
/// The same as fft_hfft().
inline Tensor hfft(const Tensor& self, std::optional<int64_t> n = {}, int64_t dim = -1,
                   std::optional<std::string_view> norm = {}) {
  return fft_hfft(self, n, dim, norm);
}
/// The same as fft_ihfft().
inline Tensor ihfft(const Tensor& self, std::optional<int64_t> n = {}, int64_t dim = -1,
                    std::optional<std::string_view> norm = {}) {
  return fft_ihfft(self, n, dim, norm);
}
/// The same as fft_fft2().
inline Tensor fft2(const Tensor& self, OptionalIntArrayRef s = {}, IntArrayRef dim = {-2, -1},
                   std::optional<std::string_view> norm = {}) {
  return fft_fft2(self, s, dim, norm);
}
/// The same as fft_ifft2().
inline Tensor ifft2(const Tensor& self, OptionalIntArrayRef s = {}, IntArrayRef dim = {-2, -1},
                    std::optional<std::string_view> norm = {}) {
  return fft_ifft2(self, s, dim, norm);
}
/// The same as fft_rfft2().
inline Tensor rfft2(const Tensor& self, OptionalIntArrayRef s = {}, IntArrayRef dim = {-2, -1},
                    std::optional<std::string_view> norm = {}) {
  return fft_rfft2(self, s, dim, norm);
}
/// The same as fft_irfft2().
inline Tensor irfft2(const Tensor& self, OptionalIntArrayRef s = {}, IntArrayRef dim = {-2, -1},
                     std::optional<std::string_view> norm = {}) {
  return fft_irfft2(self, s, dim, norm);
}
/// The same as fft_hfft2().
inline Tensor hfft2(const Tensor& self, OptionalIntArrayRef s = {}, IntArrayRef dim = {-2, -1},
                    std::optional<std::string_view> norm = {}) {
  return fft_hfft2(self, s, dim, norm);
}
/// The same as fft_ihfft2().
inline Tensor ihfft2(const Tensor& self, OptionalIntArrayRef s = {}, IntArrayRef dim = {-2, -1},
                     std::optional<std::string_view> norm = {}) {
  return fft_ihfft2(self, s, dim, norm);
}
/// The same as fft_fftn().
inline Tensor fftn(const Tensor& self, OptionalIntArrayRef s = {}, OptionalIntArrayRef dim = {},
                   std::optional<std::string_view> norm = {}) {
  return fft_fftn(self, s, dim, norm);
}
/// The same as fft_ifftn().
inline Tensor ifftn(const Tensor& self, OptionalIntArrayRef s = {}, OptionalIntArrayRef dim = {},
                    std::optional<std::string_view> norm = {}) {
  return fft_ifftn(self, s, dim, norm);
}
/// The same as fft_rfftn().
inline Tensor rfftn(const Tensor& self, OptionalIntArrayRef s = {}, OptionalIntArrayRef dim = {},
                    std::optional<std::string_view> norm = {}) {
  return fft_rfftn(self, s, dim, norm);
}
/// The same as fft_irfftn().
inline Tensor irfftn(const Tensor& self, OptionalIntArrayRef s = {}, OptionalIntArrayRef dim = {},
                     std::optional<std::string_view> norm = {}) {
  return fft_irfftn(self, s, dim, norm);
}
/// The same as fft_hfftn().
inline Tensor hfftn(const Tensor& self, OptionalIntArrayRef s = {}, OptionalIntArrayRef dim = {},
                    std::optional<std::string_view> norm = {}) {
  return fft_hfftn(self, s, dim, norm);
}
/// The same as fft_ihfftn().
inline Tensor ihfftn(const Tensor& self, OptionalIntArrayRef s = {}, OptionalIntArrayRef dim = {},
                     std::optional<std::string_view> norm = {}) {
  return fft_ihfftn(self, s, dim, norm);
}
/// The same as fft_fftfreq().
inline Tensor fftfreq(int64_t n, double d, const TensorOptions& options = {}) {
  return fft_fftfreq(n, d, options);
}
inline Tensor fftfreq(int64_t n, const TensorOptions& options = {}) {
  return fft_fftfreq(n, 1, options);
}
/// The same as fft_rfftfreq().
inline Tensor rfftfreq(int64_t n, double d, const TensorOptions& options = {}) {
  return fft_rfftfreq(n, d, options);
}
inline Tensor rfftfreq(int64_t n, const TensorOptions& options = {}) {
  return fft_rfftfreq(n, 1, options);
}
/// The same as fft_fftshift().
inline Tensor fftshift(const Tensor& self, OptionalIntArrayRef dim = {}) {
  return fft_fftshift(self, dim);
}
/// The same as fft_ifftshift().
inline Tensor ifftshift(const Tensor& self, OptionalIntArrayRef dim = {}) {
  return fft_ifftshift(self, dim);
}
}  // namespace fft

}  // namespace gradus

// What a tensor answers itself.
#include "autograd/ops/linalg/decomposition.h"
#include "autograd/ops/linalg/fft.h"
#include "autograd/ops/linalg/solve.h"

namespace gradus {

Tensor Tensor::det() const { return gradus::det(*this); }
std::tuple<Tensor, Tensor> Tensor::slogdet() const { return gradus::slogdet(*this); }
Tensor Tensor::logdet() const { return gradus::logdet(*this); }
Tensor Tensor::inverse() const { return gradus::inverse(*this); }
Tensor Tensor::pinverse(double rcond) const { return gradus::pinverse(*this, rcond); }
Tensor Tensor::matrix_exp() const { return gradus::matrix_exp(*this); }
Tensor Tensor::cholesky(bool upper) const { return gradus::cholesky(*this, upper); }
Tensor Tensor::cholesky_solve(const Tensor& input2, bool upper) const {
  return gradus::cholesky_solve(*this, input2, upper);
}
Tensor Tensor::cholesky_inverse(bool upper) const { return gradus::cholesky_inverse(*this, upper); }
Tensor Tensor::lu_solve(const Tensor& lu, const Tensor& pivots) const {
  return gradus::lu_solve(*this, lu, pivots);
}
std::tuple<Tensor, Tensor> Tensor::triangular_solve(const Tensor& a, bool upper, bool transpose,
                                                    bool unitriangular) const {
  return gradus::triangular_solve(*this, a, upper, transpose, unitriangular);
}
std::tuple<Tensor, Tensor> Tensor::qr(bool some) const { return gradus::qr(*this, some); }
std::tuple<Tensor, Tensor> Tensor::geqrf() const { return gradus::geqrf(*this); }
Tensor Tensor::orgqr(const Tensor& input2) const { return gradus::orgqr(*this, input2); }
Tensor Tensor::ormqr(const Tensor& input2, const Tensor& input3, bool left, bool transpose) const {
  return gradus::ormqr(*this, input2, input3, left, transpose);
}
std::tuple<Tensor, Tensor, Tensor> Tensor::svd(bool some, bool compute_uv) const {
  return gradus::svd(*this, some, compute_uv);
}
Tensor Tensor::stft(int64_t n_fft, std::optional<int64_t> hop_length,
                    std::optional<int64_t> win_length, const std::optional<Tensor>& window,
                    bool normalized, std::optional<bool> onesided,
                    std::optional<bool> return_complex, std::optional<bool> align_to_window) const {
  return gradus::stft(*this, n_fft, hop_length, win_length, window, normalized, onesided,
                      return_complex, align_to_window);
}
Tensor Tensor::stft(int64_t n_fft, std::optional<int64_t> hop_length,
                    std::optional<int64_t> win_length, const std::optional<Tensor>& window,
                    bool center, std::string_view pad_mode, bool normalized,
                    std::optional<bool> onesided, std::optional<bool> return_complex,
                    std::optional<bool> align_to_window) const {
  return gradus::stft(*this, n_fft, hop_length, win_length, window, center, pad_mode, normalized,
                      onesided, return_complex, align_to_window);
}
Tensor Tensor::istft(int64_t n_fft, std::optional<int64_t> hop_length,
                     std::optional<int64_t> win_length, const std::optional<Tensor>& window,
                     bool center, bool normalized, std::optional<bool> onesided,
                     std::optional<int64_t> length, bool return_complex) const {
  return gradus::istft(*this, n_fft, hop_length, win_length, window, center, normalized, onesided,
                       length, return_complex);
}

}  // namespace gradus

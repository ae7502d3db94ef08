#include "autograd/ops/linalg/fft.h"

#include "autograd/factories.h"
#include "autograd/ops/out.h"
#include "tensor/base/fail.h"
#include "tensor/shape.h"

namespace gradus {

namespace {

[[noreturn]] void fail_complex(const char* op) {
  fail_not_implemented("{}: complex tensors are not supported", op);
}

// The numbers over n d.
Tensor frequencies(const Tensor& numbers, int64_t n, double d, const TensorOptions& options) {
  return (numbers.to(kDouble) / (double(n) * d)).to(ScalarType(options.dtype()));
}

Tensor shifted(const char* op, const Tensor& x, OptionalIntArrayRef dim, bool back) {
  Dims dims, by;
  if (dim)
    dims = Dims(*dim);
  else
    for (int64_t d = 0; d < x.dim(); ++d) dims.push_back(d);
  for (const int64_t d : dims) {
    const int64_t n = x.size(wrap_dim(d, x.dim(), op));
    by.push_back(back ? (n + 1) / 2 : n / 2);
  }
  return dims.size() == 0 ? x.clone() : x.roll(by, dims);
}

}  // namespace

Tensor fft_fft(const Tensor&, std::optional<int64_t>, int64_t, std::optional<std::string_view>) {
  fail_complex("fft_fft");
}
Tensor& fft_fft_out(Tensor&, const Tensor&, std::optional<int64_t>, int64_t,
                    std::optional<std::string_view>) {
  fail_complex("fft_fft_out");
}
Tensor fft_ifft(const Tensor&, std::optional<int64_t>, int64_t, std::optional<std::string_view>) {
  fail_complex("fft_ifft");
}
Tensor& fft_ifft_out(Tensor&, const Tensor&, std::optional<int64_t>, int64_t,
                     std::optional<std::string_view>) {
  fail_complex("fft_ifft_out");
}
Tensor fft_rfft(const Tensor&, std::optional<int64_t>, int64_t, std::optional<std::string_view>) {
  fail_complex("fft_rfft");
}
Tensor& fft_rfft_out(Tensor&, const Tensor&, std::optional<int64_t>, int64_t,
                     std::optional<std::string_view>) {
  fail_complex("fft_rfft_out");
}
Tensor fft_irfft(const Tensor&, std::optional<int64_t>, int64_t, std::optional<std::string_view>) {
  fail_complex("fft_irfft");
}
Tensor& fft_irfft_out(Tensor&, const Tensor&, std::optional<int64_t>, int64_t,
                      std::optional<std::string_view>) {
  fail_complex("fft_irfft_out");
}
Tensor fft_hfft(const Tensor&, std::optional<int64_t>, int64_t, std::optional<std::string_view>) {
  fail_complex("fft_hfft");
}
Tensor& fft_hfft_out(Tensor&, const Tensor&, std::optional<int64_t>, int64_t,
                     std::optional<std::string_view>) {
  fail_complex("fft_hfft_out");
}
Tensor fft_ihfft(const Tensor&, std::optional<int64_t>, int64_t, std::optional<std::string_view>) {
  fail_complex("fft_ihfft");
}
Tensor& fft_ihfft_out(Tensor&, const Tensor&, std::optional<int64_t>, int64_t,
                      std::optional<std::string_view>) {
  fail_complex("fft_ihfft_out");
}
Tensor fft_fft2(const Tensor&, OptionalIntArrayRef, IntArrayRef, std::optional<std::string_view>) {
  fail_complex("fft_fft2");
}
Tensor& fft_fft2_out(Tensor&, const Tensor&, OptionalIntArrayRef, IntArrayRef,
                     std::optional<std::string_view>) {
  fail_complex("fft_fft2_out");
}
Tensor fft_ifft2(const Tensor&, OptionalIntArrayRef, IntArrayRef, std::optional<std::string_view>) {
  fail_complex("fft_ifft2");
}
Tensor& fft_ifft2_out(Tensor&, const Tensor&, OptionalIntArrayRef, IntArrayRef,
                      std::optional<std::string_view>) {
  fail_complex("fft_ifft2_out");
}
Tensor fft_rfft2(const Tensor&, OptionalIntArrayRef, IntArrayRef, std::optional<std::string_view>) {
  fail_complex("fft_rfft2");
}
Tensor& fft_rfft2_out(Tensor&, const Tensor&, OptionalIntArrayRef, IntArrayRef,
                      std::optional<std::string_view>) {
  fail_complex("fft_rfft2_out");
}
Tensor fft_irfft2(const Tensor&, OptionalIntArrayRef, IntArrayRef,
                  std::optional<std::string_view>) {
  fail_complex("fft_irfft2");
}
Tensor& fft_irfft2_out(Tensor&, const Tensor&, OptionalIntArrayRef, IntArrayRef,
                       std::optional<std::string_view>) {
  fail_complex("fft_irfft2_out");
}
Tensor fft_hfft2(const Tensor&, OptionalIntArrayRef, IntArrayRef, std::optional<std::string_view>) {
  fail_complex("fft_hfft2");
}
Tensor& fft_hfft2_out(Tensor&, const Tensor&, OptionalIntArrayRef, IntArrayRef,
                      std::optional<std::string_view>) {
  fail_complex("fft_hfft2_out");
}
Tensor fft_ihfft2(const Tensor&, OptionalIntArrayRef, IntArrayRef,
                  std::optional<std::string_view>) {
  fail_complex("fft_ihfft2");
}
Tensor& fft_ihfft2_out(Tensor&, const Tensor&, OptionalIntArrayRef, IntArrayRef,
                       std::optional<std::string_view>) {
  fail_complex("fft_ihfft2_out");
}
Tensor fft_fftn(const Tensor&, OptionalIntArrayRef, OptionalIntArrayRef,
                std::optional<std::string_view>) {
  fail_complex("fft_fftn");
}
Tensor& fft_fftn_out(Tensor&, const Tensor&, OptionalIntArrayRef, OptionalIntArrayRef,
                     std::optional<std::string_view>) {
  fail_complex("fft_fftn_out");
}
Tensor fft_ifftn(const Tensor&, OptionalIntArrayRef, OptionalIntArrayRef,
                 std::optional<std::string_view>) {
  fail_complex("fft_ifftn");
}
Tensor& fft_ifftn_out(Tensor&, const Tensor&, OptionalIntArrayRef, OptionalIntArrayRef,
                      std::optional<std::string_view>) {
  fail_complex("fft_ifftn_out");
}
Tensor fft_rfftn(const Tensor&, OptionalIntArrayRef, OptionalIntArrayRef,
                 std::optional<std::string_view>) {
  fail_complex("fft_rfftn");
}
Tensor& fft_rfftn_out(Tensor&, const Tensor&, OptionalIntArrayRef, OptionalIntArrayRef,
                      std::optional<std::string_view>) {
  fail_complex("fft_rfftn_out");
}
Tensor fft_irfftn(const Tensor&, OptionalIntArrayRef, OptionalIntArrayRef,
                  std::optional<std::string_view>) {
  fail_complex("fft_irfftn");
}
Tensor& fft_irfftn_out(Tensor&, const Tensor&, OptionalIntArrayRef, OptionalIntArrayRef,
                       std::optional<std::string_view>) {
  fail_complex("fft_irfftn_out");
}
Tensor fft_hfftn(const Tensor&, OptionalIntArrayRef, OptionalIntArrayRef,
                 std::optional<std::string_view>) {
  fail_complex("fft_hfftn");
}
Tensor& fft_hfftn_out(Tensor&, const Tensor&, OptionalIntArrayRef, OptionalIntArrayRef,
                      std::optional<std::string_view>) {
  fail_complex("fft_hfftn_out");
}
Tensor fft_ihfftn(const Tensor&, OptionalIntArrayRef, OptionalIntArrayRef,
                  std::optional<std::string_view>) {
  fail_complex("fft_ihfftn");
}
Tensor& fft_ihfftn_out(Tensor&, const Tensor&, OptionalIntArrayRef, OptionalIntArrayRef,
                       std::optional<std::string_view>) {
  fail_complex("fft_ihfftn_out");
}
Tensor stft(const Tensor&, int64_t, std::optional<int64_t>, std::optional<int64_t>,
            const std::optional<Tensor>&, bool, std::optional<bool>, std::optional<bool>,
            std::optional<bool>) {
  fail_complex("stft");
}
Tensor stft(const Tensor&, int64_t, std::optional<int64_t>, std::optional<int64_t>,
            const std::optional<Tensor>&, bool, std::string_view, bool, std::optional<bool>,
            std::optional<bool>, std::optional<bool>) {
  fail_complex("stft");
}
Tensor istft(const Tensor&, int64_t, std::optional<int64_t>, std::optional<int64_t>,
             const std::optional<Tensor>&, bool, bool, std::optional<bool>, std::optional<int64_t>,
             bool) {
  fail_complex("istft");
}

Tensor fft_fftfreq(int64_t n, double d, const TensorOptions& options) {
  const char* const op = "fft_fftfreq";
  if (n < 1) fail("{}: expected 1 sample or more, got {}", op, n);
  const int64_t positive = (n + 1) / 2;
  const Tensor i = arange(n);
  return frequencies(i - i.ge(positive).to(kLong) * n, n, d, options);
}
Tensor fft_rfftfreq(int64_t n, double d, const TensorOptions& options) {
  const char* const op = "fft_rfftfreq";
  if (n < 1) fail("{}: expected 1 sample or more, got {}", op, n);
  return frequencies(arange(n / 2 + 1), n, d, options);
}
Tensor& fft_fftfreq_out(Tensor& out, int64_t n, double d) {
  return detail::write_out("fft_fftfreq", out, fft_fftfreq(n, d, out.options()));
}
Tensor& fft_rfftfreq_out(Tensor& out, int64_t n, double d) {
  return detail::write_out("fft_rfftfreq", out, fft_rfftfreq(n, d, out.options()));
}
Tensor fft_fftshift(const Tensor& self, OptionalIntArrayRef dim) {
  return shifted("fft_fftshift", self, dim, /*back=*/false);
}
Tensor fft_ifftshift(const Tensor& self, OptionalIntArrayRef dim) {
  return shifted("fft_ifftshift", self, dim, /*back=*/true);
}

}  // namespace gradus

#include "autograd/windows.h"

#include <numbers>

#include "autograd/modes.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"

namespace gradus {

namespace {

// A symmetric window of N + 1 elements made by shape(0 .. N, N), and of a periodic one all but the
// last.
template <class Shape>
Tensor window(const char* op, int64_t length, bool periodic, const TensorOptions& options,
              Shape shape) {
  if (length < 0) fail("{}: the length must not be negative, got {}", op, length);
  const ScalarType type = options.dtype();
  if (!is_floating(type)) fail("{}: expected a floating point type, got {}", op, type);
  if (length <= 1) return ones(length, options);
  Tensor y;
  {
    const NoGradGuard untaped;
    const int64_t elements = periodic ? checked_add(op, length, 1) : length;
    const TensorOptions plain = options.requires_grad(false).dtype(type);
    y = shape(arange(Scalar(elements), plain), double(elements - 1));
    if (periodic) y = y.narrow(0, 0, length);
  }
  return options.requires_grad() ? y.clone().requires_grad_() : y;
}

// alpha - beta cos(2 pi n / N) + gamma cos(4 pi n / N)
Tensor cosines(const char* op, int64_t length, bool periodic, const TensorOptions& options,
               double alpha, double beta, double gamma = 0) {
  return window(op, length, periodic, options, [=](const Tensor& n, double last) {
    const double turn = 2 * std::numbers::pi / last;
    Tensor y = n.mul(turn).cos_().mul_(-beta).add_(alpha);
    return gamma == 0 ? y : y.add_(n.mul(2 * turn).cos_().mul_(gamma));
  });
}

}  // namespace

Tensor hann_window(int64_t window_length, const TensorOptions& options) {
  return hann_window(window_length, true, options);
}
Tensor hann_window(int64_t window_length, bool periodic, const TensorOptions& options) {
  return cosines("hann_window", window_length, periodic, options, 0.5, 0.5);
}
Tensor hamming_window(int64_t window_length, const TensorOptions& options) {
  return hamming_window(window_length, true, 0.54, 0.46, options);
}
Tensor hamming_window(int64_t window_length, bool periodic, const TensorOptions& options) {
  return hamming_window(window_length, periodic, 0.54, 0.46, options);
}
Tensor hamming_window(int64_t window_length, bool periodic, double alpha,
                      const TensorOptions& options) {
  return hamming_window(window_length, periodic, alpha, 0.46, options);
}
Tensor hamming_window(int64_t window_length, bool periodic, double alpha, double beta,
                      const TensorOptions& options) {
  return cosines("hamming_window", window_length, periodic, options, alpha, beta);
}
Tensor bartlett_window(int64_t window_length, const TensorOptions& options) {
  return bartlett_window(window_length, true, options);
}
Tensor bartlett_window(int64_t window_length, bool periodic, const TensorOptions& options) {
  return window("bartlett_window", window_length, periodic, options,
                [](const Tensor& n, double last) { return 1 - (n * (2 / last) - 1).abs(); });
}
Tensor blackman_window(int64_t window_length, const TensorOptions& options) {
  return blackman_window(window_length, true, options);
}
Tensor blackman_window(int64_t window_length, bool periodic, const TensorOptions& options) {
  return cosines("blackman_window", window_length, periodic, options, 0.42, 0.5, 0.08);
}
Tensor kaiser_window(int64_t window_length, const TensorOptions& options) {
  return kaiser_window(window_length, true, 12.0, options);
}
Tensor kaiser_window(int64_t window_length, bool periodic, const TensorOptions& options) {
  return kaiser_window(window_length, periodic, 12.0, options);
}
Tensor kaiser_window(int64_t window_length, bool periodic, double beta,
                     const TensorOptions& options) {
  return window("kaiser_window", window_length, periodic, options,
                [beta](const Tensor& n, double last) {
                  const Tensor place = (n - last / 2) / (last / 2);
                  const Tensor height = (1 - place * place).clamp_min(0).sqrt() * beta;
                  return height.i0() / ones(1, n.dtype()).mul_(beta).i0_();
                });
}

}  // namespace gradus

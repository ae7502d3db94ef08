#include "tensor/nn/softmax.h"

#include <array>

#include "tensor/base/fail.h"
#include "tensor/reduce/along_dim.h"
#include "tensor/shape.h"

namespace gradus::raw {

namespace {

using kernels::ScanShape;

// y = fn(x...) for lines that are gone over more than once.
template <size_t N, class Fn>
Tensor in_lines(const char* op, std::array<Tensor, N> x, int64_t dim, int64_t grain, Fn fn) {
  dim = wrap_dim(dim, x[0].dim(), op);
  for (Tensor& t : x) t = contiguous(t);
  const Tensor y = empty(x[0].sizes(), x[0].dtype());
  if (y.numel() == 0) return y;  // of any type, as in PyTorch
  if (!is_floating(y.dtype())) gradus::detail::throw_no_dtype(op, y.dtype());
  const int64_t item = int64_t(y.itemsize());
  for_each_block(y.sizes(), dim, grain, [&](int64_t first, const ScanShape& s) {
    std::array<const void*, N> in;
    for (size_t k = 0; k < N; ++k) in[k] = x[k].impl()->data + first * item;
    fn(in, y.impl()->data + first * item, s);
  });
  return y;
}

Tensor softmax_of(const char* op, const Tensor& x, int64_t dim,
                  const kernels::ByType<kernels::SoftmaxFn>& table) {
  return in_lines<1>(op, {x}, dim, 8192,
                     [&](auto in, void* y, const ScanShape& s) { table[x.dtype()](in[0], y, s); });
}
Tensor softmax_of(const char* op, const Tensor& dy, const Tensor& y, int64_t dim,
                  const kernels::ByType<kernels::SoftmaxBackwardFn>& table) {
  return in_lines<2>(op, {dy, y}, dim, 16384, [&](auto in, void* dx, const ScanShape& s) {
    table[y.dtype()](in[0], in[1], dx, s);
  });
}

const kernels::SoftmaxTable& softmaxes() { return *kernels::table().softmax; }

}  // namespace

Tensor softmax(const Tensor& x, int64_t dim) {
  return softmax_of("softmax", x, dim, softmaxes().softmax);
}
Tensor log_softmax(const Tensor& x, int64_t dim) {
  return softmax_of("log_softmax", x, dim, softmaxes().log_softmax);
}
Tensor softmax_backward(const Tensor& dy, const Tensor& y, int64_t dim) {
  return softmax_of("softmax", dy, y, dim, softmaxes().softmax_backward);
}
Tensor log_softmax_backward(const Tensor& dy, const Tensor& y, int64_t dim) {
  return softmax_of("log_softmax", dy, y, dim, softmaxes().log_softmax_backward);
}

LogTerms log_terms(const Tensor& x) {
  const Tensor dense = contiguous(x);
  const int64_t n = x.sizes()[1], item = int64_t(x.itemsize());
  const LogTerms y{empty(x.sizes()[0], x.dtype()), empty(x.sizes()[0], x.dtype())};
  for_each_block(x.sizes(), 1, 8192, [&](int64_t at, const ScanShape& s) {
    const int64_t row = at / n * item;
    softmaxes().log_terms[x.dtype()](dense.impl()->data + at * item, y.max.impl()->data + row,
                                     y.log_sum.impl()->data + row, s);
  });
  return y;
}

Tensor exp_terms(const Tensor& x, const LogTerms& terms, const Tensor& scale) {
  const Tensor dense = contiguous(x), y = empty(x.sizes(), x.dtype());
  const int64_t n = x.sizes()[1], item = int64_t(x.itemsize());
  for_each_block(x.sizes(), 1, 16384, [&](int64_t at, const ScanShape& s) {
    const int64_t row = at / n * item;
    softmaxes().exp_terms[x.dtype()](dense.impl()->data + at * item, terms.max.impl()->data + row,
                                     terms.log_sum.impl()->data + row, scale.impl()->data + row,
                                     y.impl()->data + at * item, s);
  });
  return y;
}

}  // namespace gradus::raw

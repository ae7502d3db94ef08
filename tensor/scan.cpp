#include "tensor/scan.h"

#include <algorithm>

#include "tensor/fail.h"
#include "tensor/kernels/table.h"
#include "tensor/parallel.h"
#include "tensor/shape.h"

namespace gradus::raw {

Lines::Lines(IntArrayRef sizes, int64_t dim) {
  for (size_t d = 0; d < sizes.size(); ++d)
    (int64_t(d) < dim ? outer : int64_t(d) == dim ? n : inner) *= sizes[d];
}

namespace {

using kernels::ScanShape;

// f(first element, shape) for blocks of lines that may go to different threads.
template <class F>
void for_each_block(IntArrayRef sizes, int64_t dim, int64_t grain, F f) {
  const Lines s(sizes, dim);
  constexpr int64_t panel = 256;  // columns
  const int64_t panels = std::max<int64_t>(1, s.inner / panel);
  const int64_t work = std::max<int64_t>(1, s.n * (s.inner / panels));
  const int64_t units = s.n * s.inner == 0 ? 0 : s.outer * panels;
  parallel_for(0, units, std::max<int64_t>(1, grain / work), [&](int64_t begin, int64_t end) {
    if (panels == 1) return f(begin * s.n * s.inner, ScanShape{end - begin, s.n, s.inner, s.inner});
    for (int64_t u = begin; u < end; ++u) {
      const int64_t first = u % panels * panel;
      const int64_t width = u % panels + 1 < panels ? panel : s.inner - first;
      f(u / panels * s.n * s.inner + first, ScanShape{1, s.n, width, s.inner});
    }
  });
}

Tensor scan(const char* op, const Tensor& x, int64_t dim, ScalarType out,
            const kernels::ByType<kernels::ScanFn>& table, int64_t grain) {
  auto* fn = table[x.dtype()];
  if (fn == nullptr) fail("{}: not implemented for {}", op, x.dtype());
  dim = wrap_dim(dim, x.dim(), op);
  const Tensor dense = contiguous(x), y = empty(x.sizes(), out);
  const int64_t from = int64_t(x.itemsize()), to = int64_t(y.itemsize());
  for_each_block(x.sizes(), dim, grain, [&](int64_t at, const ScanShape& s) {
    fn(dense.impl()->data + at * from, y.impl()->data + at * to, s);
  });
  return y;
}

Running scan_index(const char* op, const Tensor& x, int64_t dim,
                   const kernels::ByType<kernels::ScanIndexFn>& table) {
  dim = wrap_dim(dim, x.dim(), op);
  const Tensor dense = contiguous(x);
  const Running y{empty(x.sizes(), x.dtype()), empty(x.sizes(), kLong)};
  const int64_t item = int64_t(x.itemsize());
  for_each_block(x.sizes(), dim, 16384, [&](int64_t at, const ScanShape& s) {
    table[x.dtype()](dense.impl()->data + at * item, y.values.impl()->data + at * item,
                     y.indices.data_ptr<int64_t>() + at, s);
  });
  return y;
}

Tensor backward(const char* op, const Tensor& dy, const Tensor& y, int64_t dim,
                const kernels::ByType<kernels::SoftmaxBackwardFn>& table) {
  dim = wrap_dim(dim, y.dim(), op);
  const Tensor a = contiguous(dy), b = contiguous(y), dx = empty(y.sizes(), y.dtype());
  const int64_t item = int64_t(y.itemsize());
  for_each_block(y.sizes(), dim, 16384, [&](int64_t at, const ScanShape& s) {
    table[y.dtype()](a.impl()->data + at * item, b.impl()->data + at * item,
                     dx.impl()->data + at * item, s);
  });
  return dx;
}

ScalarType sum_type(ScalarType t) { return is_floating(t) ? t : kLong; }
const kernels::ScanTable& scans() { return *kernels::table().scan; }
const kernels::SoftmaxTable& softmaxes() { return *kernels::table().softmax; }

}  // namespace

Tensor cumsum(const Tensor& x, int64_t dim) {
  return scan("cumsum", x, dim, sum_type(x.dtype()), scans().cumsum, 16384);
}
Tensor cumprod(const Tensor& x, int64_t dim) {
  return scan("cumprod", x, dim, sum_type(x.dtype()), scans().cumprod, 16384);
}
Tensor logcumsumexp(const Tensor& x, int64_t dim) {
  return scan("logcumsumexp", x, dim, x.dtype(), scans().logcumsumexp, 1024);
}
Running cummax(const Tensor& x, int64_t dim) {
  return scan_index("cummax", x, dim, scans().cummax);
}
Running cummin(const Tensor& x, int64_t dim) {
  return scan_index("cummin", x, dim, scans().cummin);
}

Tensor softmax(const Tensor& x, int64_t dim) {
  return scan("softmax", x, dim, x.dtype(), softmaxes().softmax, 8192);
}
Tensor log_softmax(const Tensor& x, int64_t dim) {
  return scan("log_softmax", x, dim, x.dtype(), softmaxes().log_softmax, 8192);
}
Tensor softmax_backward(const Tensor& dy, const Tensor& y, int64_t dim) {
  return backward("softmax", dy, y, dim, softmaxes().softmax_backward);
}
Tensor log_softmax_backward(const Tensor& dy, const Tensor& y, int64_t dim) {
  return backward("log_softmax", dy, y, dim, softmaxes().log_softmax_backward);
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

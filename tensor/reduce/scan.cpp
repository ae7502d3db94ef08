#include "tensor/reduce/scan.h"

#include <algorithm>
#include <array>

#include "tensor/base/fail.h"
#include "tensor/base/parallel.h"
#include "tensor/kernels/table.h"
#include "tensor/reduce/column_panels.h"
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
  if (fn == nullptr) fail_not_implemented("{}: not implemented for {}", op, x.dtype());
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

template <class T, size_t N>
std::array<const T*, N> shifted(std::array<const T*, N> p, int64_t by) {
  for (const T*& at : p) at += by;
  return p;
}

// y = fn(x...) for lines that are gone over more than once. y's place may be that of the first x.
template <size_t N, class Fn>
Tensor in_lines(const char* op, std::array<Tensor, N> x, int64_t dim, int64_t grain, Fn fn) {
  dim = wrap_dim(dim, x[0].dim(), op);
  for (Tensor& t : x) t = contiguous(t);
  const Tensor y = empty(x[0].sizes(), x[0].dtype());
  if (y.numel() == 0) return y;  // of any type, as in PyTorch
  visit_floating(y.dtype(), op, [&](auto zero) {
    using T = decltype(zero);
    std::array<const T*, N> in;
    for (size_t k = 0; k < N; ++k) in[k] = x[k].template data_ptr<T>();
    for_each_block(y.sizes(), dim, grain, [&](int64_t first, const ScanShape& s) {
      const int64_t block = s.n * s.inner_pitch;
      if (s.inner_pitch == 1) return fn(shifted(in, first), y.data_ptr<T>() + first, s);
      for (int64_t o = 0; o < s.outer; ++o, first += block)
        in_panels<T, N>(shifted(in, first), y.data_ptr<T>() + first, s.n, s.inner_pitch, s.inner,
                        [&](auto near, T* to, int64_t, int64_t width, int64_t pitch) {
                          fn(near, to, ScanShape{1, s.n, width, pitch});
                        });
    });
  });
  return y;
}

Tensor softmax_of(const char* op, const Tensor& x, int64_t dim,
                  const kernels::ByType<kernels::SoftmaxFn>& table) {
  return in_lines<1>(op, {x}, dim, 8192,
                     [&](auto in, auto* y, const ScanShape& s) { table[x.dtype()](in[0], y, s); });
}
Tensor softmax_of(const char* op, const Tensor& dy, const Tensor& y, int64_t dim,
                  const kernels::ByType<kernels::SoftmaxBackwardFn>& table) {
  return in_lines<2>(op, {dy, y}, dim, 16384, [&](auto in, auto* dx, const ScanShape& s) {
    table[y.dtype()](in[0], in[1], dx, s);
  });
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
Tensor recurrence(const Tensor& a, const Tensor& b, int64_t dim, bool from_end) {
  dim = wrap_dim(dim, b.dim(), "recurrence");
  const Tensor factors = contiguous(a), terms = contiguous(b), y = empty(b.sizes(), b.dtype());
  const int64_t item = int64_t(b.itemsize());
  for_each_block(b.sizes(), dim, 16384, [&](int64_t at, const ScanShape& s) {
    scans().recurrence[b.dtype()](factors.impl()->data + at * item, terms.impl()->data + at * item,
                                  y.impl()->data + at * item, s, from_end);
  });
  return y;
}
Running cummax(const Tensor& x, int64_t dim) {
  return scan_index("cummax", x, dim, scans().cummax);
}
Running cummin(const Tensor& x, int64_t dim) {
  return scan_index("cummin", x, dim, scans().cummin);
}

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

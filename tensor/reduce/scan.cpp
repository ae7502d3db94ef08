#include "tensor/reduce/scan.h"

#include "tensor/base/fail.h"
#include "tensor/reduce/along_dim.h"
#include "tensor/shape.h"

namespace gradus::raw {

using kernels::ScanShape;
using kernels::ScanTable;

Tensor scan(const char* op, const Tensor& x, int64_t dim, kernels::ScanKernels ScanTable::*which) {
  const auto& [fns, grain] = kernels::table().scan->*which;
  auto* fn = fns[x.dtype()];
  if (fn == nullptr) fail_not_implemented("{}: not implemented for {}", op, x.dtype());
  dim = wrap_dim(dim, x.dim(), op);
  const ScalarType out = is_floating(x.dtype()) ? x.dtype() : kLong;
  const Tensor dense = contiguous(x), y = empty(x.sizes(), out);
  const int64_t from = int64_t(x.itemsize()), to = int64_t(y.itemsize());
  for_each_block(x.sizes(), dim, grain, [&](int64_t at, const ScanShape& s) {
    fn(dense.impl()->data + at * from, y.impl()->data + at * to, s);
  });
  return y;
}

Running scan_index(const char* op, const Tensor& x, int64_t dim,
                   kernels::ByType<kernels::ScanIndexFn> ScanTable::*which) {
  auto* fn = (kernels::table().scan->*which)[x.dtype()];
  dim = wrap_dim(dim, x.dim(), op);
  const Tensor dense = contiguous(x);
  const Running y{empty(x.sizes(), x.dtype()), empty(x.sizes(), kLong)};
  const int64_t item = int64_t(x.itemsize());
  for_each_block(x.sizes(), dim, 16384, [&](int64_t at, const ScanShape& s) {
    fn(dense.impl()->data + at * item, y.values.impl()->data + at * item,
       y.indices.data_ptr<int64_t>() + at, s);
  });
  return y;
}

Tensor recurrence(const Tensor& a, const Tensor& b, int64_t dim, bool from_end) {
  dim = wrap_dim(dim, b.dim(), "recurrence");
  const Tensor factors = contiguous(a), terms = contiguous(b), y = empty(b.sizes(), b.dtype());
  auto* fn = kernels::table().scan->recurrence[b.dtype()];
  const int64_t item = int64_t(b.itemsize());
  for_each_block(b.sizes(), dim, 16384, [&](int64_t at, const ScanShape& s) {
    fn(factors.impl()->data + at * item, terms.impl()->data + at * item, y.impl()->data + at * item,
       s, from_end);
  });
  return y;
}

}  // namespace gradus::raw

// Elements that a mask names.
#include "autograd/ops/index/masked.h"
#include "autograd/inplace.h"
#include "autograd/ops/index/index.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/view/zeros_around.h"
#include "tensor/base/fail.h"
#include "tensor/index/mask.h"
#include "tensor/pointwise/elementwise.h"
#include "tensor/shape.h"

namespace gradus {

using namespace autograd;

namespace {

void check_mask(const char* op, const Tensor& mask) {
  if (mask.dtype() != kBool) fail("{}: the mask must be bool, got {}", op, mask.dtype());
}

void fill_where(const Tensor& x, const Tensor& mask, const raw::Arg& value) {
  const auto f = raw::where_kernel(x.dtype());
  raw::elementwise_into("masked_fill_", f, x, {raw::Arg(mask), value, raw::Arg(x)});
}

// A view of x as wide as it and the mask together.
Tensor widened(const char* op, const Tensor& x, const Tensor& mask) {
  check_mask(op, mask);
  const Dims shape = broadcast_shapes(x.sizes(), mask.sizes(), op);
  return x.sizes() == shape.ref() ? x : x.expand(shape);
}

}  // namespace

Tensor& autograd::fill_by_mask(const char* op, const Tensor& x, const Tensor& mask,
                               const Tensor& value) {
  Saved m = save(mask);
  return write_inplace(
      op, x, [&] { fill_where(x, mask, raw::Arg(value, x.dtype())); },
      wrt(x, [m](const Tensor& dy) { return dy.masked_fill(m, 0); }),
      wrt(value, [m](const Tensor& dy) { return gradus::where(m, dy, Scalar(0)).sum(); }));
}

Tensor& Tensor::masked_fill_(const Tensor& mask, const Scalar& value) const {
  checked();
  check_mask("masked_fill_", mask);
  return write_inplace(
      "masked_fill_", *this, [&] { fill_where(*this, mask, raw::Arg(value, dtype())); },
      wrt(*this, [m = save(mask)](const Tensor& dy) { return dy.masked_fill(m, 0); }));
}
Tensor& Tensor::masked_fill_(const Tensor& mask, const Tensor& value) const {
  checked();
  check_mask("masked_fill_", mask);
  if (value.dim() != 0) fail("masked_fill_: expected a 0-dim value, got shape {}", value.sizes());
  return autograd::fill_by_mask("masked_fill_", *this, mask, value);
}
Tensor Tensor::masked_fill(const Tensor& mask, const Scalar& value) const {
  return widened("masked_fill", *this, mask)
      .clone(MemoryFormat::Contiguous)
      .masked_fill_(mask, value);
}
Tensor Tensor::masked_fill(const Tensor& mask, const Tensor& value) const {
  return autograd::called("masked_fill.value", widened("masked_fill", *this, mask)
                                                   .clone(MemoryFormat::Contiguous)
                                                   .masked_fill_(mask, value));
}

Tensor Tensor::masked_select(const Tensor& mask) const {
  checked();
  const Tensor x = widened("masked_select", *this, mask);
  const Tensor wide = raw::contiguous(raw::expand(mask, x.sizes()));
  return record("masked_select", raw::masked_select(x, wide),
                wrt(x, [sizes = x.impl()->sizes, m = save(wide)](const Tensor& dy) {
                  return raw::zeros(sizes, dy.dtype()).masked_scatter_(m, dy);
                }));
}

Tensor& Tensor::masked_scatter_(const Tensor& mask, const Tensor& source) const {
  checked();
  check_mask("masked_scatter_", mask);
  if (dtype() != source.dtype())
    fail("masked_scatter_: types differ, {} and a source of {}", dtype(), source.dtype());
  const Tensor wide = raw::contiguous(raw::expand(mask, sizes(), "masked_scatter_"));
  raw::check_writable(*this, "masked_scatter_");
  const int64_t n = raw::count_true(wide);
  if (n > source.numel())
    fail("masked_scatter_: the mask names {} elements, the source has {}", n, source.numel());
  Saved m = save(wide);
  return write_inplace(
      "masked_scatter_", *this, [&] { raw::masked_scatter(*this, wide, source); },
      wrt(*this, [m](const Tensor& dy) { return dy.masked_fill(m, 0); }),
      wrt(source, [m, n, sizes = source.impl()->sizes](const Tensor& dy) {
        return autograd::zeros_around("masked_scatter_backward", dy.masked_select(m),
                                      {checked_numel(sizes, "masked_scatter")},
                                      [n](const Tensor& y) { return y.narrow(0, 0, n); })
            .reshape(sizes);
      }));
}
Tensor Tensor::masked_scatter(const Tensor& mask, const Tensor& source) const {
  return widened("masked_scatter", *this, mask)
      .clone(MemoryFormat::Contiguous)
      .masked_scatter_(mask, source);
}

Tensor Tensor::nonzero() const {
  checked();
  return raw::nonzero(*this);
}
std::vector<Tensor> Tensor::nonzero_numpy() const {
  const Tensor places =
      raw::nonzero(dim() == 0 ? raw::window(*this, {1}, {1}, storage_offset()) : *this);
  std::vector<Tensor> out;
  for (int64_t d = 0; d < places.size(1); ++d) out.push_back(places.select(1, d));
  return out;
}

}  // namespace gradus

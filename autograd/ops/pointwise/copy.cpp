#include "autograd/ops/pointwise/copy.h"

#include "autograd/inplace.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus {

using autograd::record;
using autograd::record_view;
using autograd::write_inplace;
using autograd::wrt;
using autograd::wrt_overwritten;

namespace {

// The engine sums a gradient to its input's shape and converts it to its type.
Tensor pass(const Tensor& dy) { return dy; }

// Uninitialised, laid out for `format`; by default as x is.
Tensor empty_as(const char* op, const Tensor& x, ScalarType t, std::optional<MemoryFormat> format) {
  switch (format.value_or(MemoryFormat::Preserve)) {
    case MemoryFormat::Contiguous:
      return raw::empty(x.sizes(), t);
    case MemoryFormat::Preserve:
      return raw::empty_like(x, t);
    default:
      return raw::empty_strided(x.sizes(), channels_last_strides(x.sizes(), *format, op), t);
  }
}

Tensor copy_of(const char* op, const Tensor& x, ScalarType t, std::optional<MemoryFormat> format,
               const char* node) {
  Tensor y = empty_as(op, x, t, format);
  raw::copy(y, x);
  return record(node, std::move(y), wrt(x, pass));
}

}  // namespace

bool Tensor::is_contiguous(MemoryFormat format) const {
  const TensorImpl& t = checked();
  if (format == MemoryFormat::Contiguous || format == MemoryFormat::Preserve) return t.contiguous;
  if (t.sizes.size() != (format == MemoryFormat::ChannelsLast ? 4u : 5u)) return false;
  const Dims strides = channels_last_strides(t.sizes, format, "is_contiguous");
  for (size_t d = 0; d < strides.size(); ++d)
    if (t.sizes[d] != 1 && t.strides[d] != strides[d]) return false;
  return true;
}

Tensor Tensor::clone(std::optional<MemoryFormat> format) const {
  return copy_of("clone", *this, checked().dtype, format, "clone");
}
Tensor Tensor::contiguous(MemoryFormat format) const {
  if (format == MemoryFormat::Preserve) fail("contiguous: a memory format is needed, got Preserve");
  return is_contiguous(format) ? *this : clone(format);
}
Tensor& Tensor::copy_(const Tensor& src, bool) const {
  if (!defined() || !src.defined()) throw_undefined();
  if (is_same(src)) {
    autograd::check_inplace("copy_", *this, autograd::needs_grad(src));
    return const_cast<Tensor&>(*this);
  }
  return write_inplace(
      "copy_", *this, [&] { raw::copy(*this, src); }, wrt_overwritten(*this), wrt(src, pass));
}

Tensor Tensor::to(ScalarType dtype, bool, bool copy, std::optional<MemoryFormat> format) const {
  check_held("to", dtype);
  const MemoryFormat wanted = format.value_or(MemoryFormat::Preserve);
  const bool laid_out = wanted == MemoryFormat::Preserve || is_contiguous(wanted);
  if (!copy && laid_out && checked().dtype == dtype) return *this;
  return copy_of("to", *this, dtype, format, "_to_copy");
}
Tensor Tensor::to(const TensorOptions& options, bool non_blocking, bool copy,
                  std::optional<MemoryFormat> format) const {
  if (!options.device().is_cpu())
    fail("to: only the cpu is supported, got device {}", options.device().str());
  if (options.layout() != kStrided)
    fail("to: tensors are strided, got the layout {}", gradus::toString(options.layout()));
  if (options.requires_grad())
    fail("to: the options set requires_grad, which a result of to() follows from its input");
  return to(options.dtype_opt().value_or(checked().dtype), non_blocking, copy, format);
}
Tensor Tensor::to(Device device, ScalarType dtype, bool non_blocking, bool copy,
                  std::optional<MemoryFormat> format) const {
  return to(TensorOptions(dtype).device(device), non_blocking, copy, format);
}
Tensor Tensor::to(const Tensor& other, bool non_blocking, bool copy,
                  std::optional<MemoryFormat> format) const {
  return to(other.dtype(), non_blocking, copy, format);
}

Tensor& Tensor::fill_(const Scalar& v) const {
  checked();
  return write_inplace(
      "fill_", *this, [&] { raw::fill(*this, v); }, wrt_overwritten(*this));
}
Tensor& Tensor::fill_(const Tensor& v) const {
  checked();
  if (v.dim() != 0) fail("fill_: expected a 0-dim value, got shape {}", v.sizes());
  return write_inplace(
      "fill_", *this, [&] { raw::copy(*this, v); }, wrt_overwritten(*this), wrt(v, pass));
}
Tensor& Tensor::zero_() const {
  checked();
  return write_inplace(
      "zero_", *this, [&] { raw::fill(*this, 0); }, wrt_overwritten(*this));
}

Tensor Tensor::alias() const {
  checked();
  return record_view("alias", *this, raw::window(*this), pass);
}

}  // namespace gradus

// The loop nest: broadcast, reorder by stride, coalesce, call the kernel on 2-d blocks.
#pragma once

#include "tensor/kernels/pointwise/row.h"
#include "tensor/raw.h"

namespace gradus::raw {

// One operand of an elementwise kernel: a tensor, converted to `dtype` if it is of another, or a
// number. Lives no longer than the call it is made for.
class Arg {
 public:
  Arg() = default;
  Arg(const Tensor& t) : impl_(t.impl()) {}
  Arg(const Tensor& t, ScalarType dtype) : impl_(t.impl()) {
    if (impl_->dtype != dtype) convert(t, dtype);
  }
  Arg(const Scalar& v, ScalarType dtype);
  const TensorImpl* impl() const { return impl_; }  // null for a number
  char* data() const { return impl_ ? impl_->data : const_cast<char*>(number_); }
  IntArrayRef sizes() const { return impl_ ? impl_->sizes.ref() : IntArrayRef(); }
  IntArrayRef strides() const { return impl_ ? impl_->strides.ref() : IntArrayRef(); }
  int64_t item() const { return int64_t(item_size(impl_ ? impl_->dtype : type_)); }

 private:
  void convert(const Tensor& t, ScalarType dtype);
  Tensor converted_;
  const TensorImpl* impl_ = nullptr;
  ScalarType type_ = ScalarType::Undefined;
  alignas(8) char number_[8] = {};
};

using Args = ArrayRef<Arg>;

// The kernels of the formula of that index, and of where (condition, then the two to choose from).
const kernels::Row& kernels_of(int formula);
kernels::Loop where_kernel(ScalarType type);

// A new tensor of the broadcast shape of the operands, laid out like them.
Tensor elementwise(const char* op, kernels::Loop f, ScalarType out, Args args);
// The same into `out`, whose shape the operands must broadcast to; `out` may be an operand.
void elementwise_into(const char* op, kernels::Loop f, const Tensor& out, Args args);

// PyTorch's promotion: tensors with dims outweigh 0-dim tensors, which outweigh plain numbers,
// unless a later group is of a higher category (bool, integer, floating point).
class Promotion {
 public:
  void add(const Tensor& t);
  void add(const Scalar& v) { add(v.type(), 2); }
  ScalarType result() const;

 private:
  void add(ScalarType t, int rank);
  ScalarType best_[3] = {kBool, kBool, kBool};
  bool seen_[3] = {};
};
ScalarType result_type(const Tensor& a, const Tensor& b);
ScalarType result_type(const Tensor& a, const Scalar& b);
ScalarType result_type(TensorList tensors);
// Not from a higher category (bool, integer, floating point) to a lower one.
bool can_cast(ScalarType from, ScalarType to);

}  // namespace gradus::raw

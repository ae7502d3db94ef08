#include "tensor/tensor.h"

#include <algorithm>

#include "tensor/base/fail.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus {

static_assert(sizeof(TensorImpl) <= 3 * memory::alignment);

void Counted::retain() const { detail::count_up(refs_); }

void TensorImpl::unref(const TensorImpl* t) noexcept {
  if (t->release_ref()) delete t;
}

void Tensor::throw_undefined() { fail("tensor: undefined, it was never given a value"); }
void Tensor::throw_wrong_type(const char* op, ScalarType wanted) const {
  fail("{}: expected a tensor of {}, got {}", op, wanted, dtype());
}
namespace detail {
void throw_accessor_dim(int64_t wanted, int64_t actual) {
  fail("accessor: expected {} dims, got {}", wanted, actual);
}
}  // namespace detail

int64_t Tensor::size(int64_t d) const {
  if (dim() == 0) fail_index("size: a 0-dim tensor has no dim {}", d);
  return checked().sizes[size_t(wrap_dim(d, dim(), "size"))];
}
int64_t Tensor::stride(int64_t d) const {
  if (dim() == 0) fail_index("stride: a 0-dim tensor has no dim {}", d);
  return checked().strides[size_t(wrap_dim(d, dim(), "stride"))];
}

bool Tensor::is_nonzero() const {
  if (numel() != 1)
    fail("is_nonzero: the truth of a tensor with {} elements is ambiguous", numel());
  return item().toBool();
}
bool Tensor::is_set_to(const Tensor& other) const {
  const TensorImpl &a = checked(), &b = other.checked();
  return a.data == b.data && a.dtype == b.dtype && a.sizes == b.sizes && a.strides == b.strides;
}
bool Tensor::is_non_overlapping_and_dense() const {
  return is_contiguous() || non_overlapping_and_dense(sizes(), strides());
}
namespace {
// Whether the strides grow in the order channels, innermost dim, ... outermost, batch.
bool like_channels_last(IntArrayRef sizes, IntArrayRef strides) {
  if (strides[1] == 0) return false;
  int64_t least = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const size_t d = i == 0 ? 1 : i + 1 == sizes.size() ? 0 : sizes.size() - i;
    if (sizes[d] == 0 || strides[d] < least) return false;
    // Where only the batch is larger than 1, the tensor is as well in the usual order.
    if (d == 0 && least == strides[1]) return false;
    least = strides[d] * std::max<int64_t>(sizes[d], 1);
  }
  return true;
}
}  // namespace
MemoryFormat Tensor::suggest_memory_format(bool exact) const {
  if ((dim() != 4 && dim() != 5) || !like_channels_last(sizes(), strides()))
    return MemoryFormat::Contiguous;
  const auto format = dim() == 4 ? MemoryFormat::ChannelsLast : MemoryFormat::ChannelsLast3d;
  if (exact && !(channels_last_strides(sizes(), format, "suggest_memory_format") == strides()))
    return MemoryFormat::Contiguous;
  return format;
}
const Tensor& Tensor::share_memory_() const {
  checked();
  fail("share_memory_: a tensor's memory is its process's own, and cannot be shared with others");
}
void Tensor::set_grad_dtype(std::optional<ScalarType> dtype) const {
  if (dtype.value_or(scalar_type()) != scalar_type())
    fail("set_grad_dtype: a gradient has its tensor's type, {}, and not {}", scalar_type(), *dtype);
}
Scalar Tensor::item() const {
  checked();
  return raw::item(*this);
}

}  // namespace gradus

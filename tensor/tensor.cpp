#include "tensor/tensor.h"

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
Scalar Tensor::item() const {
  checked();
  return raw::item(*this);
}

}  // namespace gradus

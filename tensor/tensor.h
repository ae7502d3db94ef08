// Tensor: a strided array that may carry a history. Its differentiable methods are defined next to
// their operations in autograd/ops; each does what PyTorch's method of that name does.
#pragma once

#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "tensor/impl.h"
#include "tensor/op_names.h"
#include "tensor/options.h"
#include "tensor/random/generator.h"
#include "tensor/scalar.h"

namespace gradus {

class Tensor;
template <class T, size_t N>
class TensorAccessor;
using TensorList = ArrayRef<Tensor>;
namespace indexing {
class TensorIndex;
}
namespace autograd {
class Node;
}

class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(Ref<TensorImpl> impl) : impl_(std::move(impl)) {}
  Tensor(const Tensor&) = default;
  Tensor(Tensor&&) noexcept = default;
  Tensor& operator=(const Tensor&) & = default;
  Tensor& operator=(Tensor&&) & noexcept = default;
  // Assigning to a temporary writes through it: `x[0] = y`, `x.index({...}) = 1`.
  Tensor& operator=(const Tensor& rhs) && { return copy_(rhs); }
  Tensor& operator=(Tensor&& rhs) && { return copy_(rhs); }
  Tensor& operator=(const Scalar& v) && { return fill_(v); }

  // --- What it is ---------------------------------------------------------------------------
  bool defined() const { return bool(impl_); }
  void reset() { impl_.reset(); }
  bool is_same(const Tensor& other) const { return impl_ == other.impl_; }
  TensorImpl* impl() const { return impl_.get(); }
  TensorImpl* unsafeGetTensorImpl() const { return impl_.get(); }
  uint32_t use_count() const { return impl_ ? impl_->ref_count() : 0; }

  int64_t dim() const { return int64_t(checked().sizes.size()); }
  int64_t ndimension() const { return dim(); }
  IntArrayRef sizes() const { return checked().sizes; }
  IntArrayRef strides() const { return checked().strides; }
  // Negative dims count from the back; throws out of range, as everywhere below.
  int64_t size(int64_t dim) const;
  int64_t stride(int64_t dim) const;
  int64_t numel() const { return checked().numel; }
  int64_t storage_offset() const { return checked().offset; }
  ScalarType scalar_type() const { return checked().dtype; }
  TypeMeta dtype() const { return TypeMeta(checked().dtype); }
  size_t itemsize() const { return item_size(checked().dtype); }
  int64_t element_size() const { return int64_t(itemsize()); }
  size_t nbytes() const { return size_t(numel()) * itemsize(); }
  Device device() const { return Device(kCPU); }
  Layout layout() const { return kStrided; }
  TensorOptions options() const { return TensorOptions(dtype()).device(kCPU).layout(kStrided); }
  bool is_contiguous() const { return checked().contiguous; }
  bool is_contiguous(MemoryFormat format) const;
  bool is_floating_point() const { return is_floating(dtype()); }
  bool is_complex() const { return false; }
  bool is_signed() const { return dtype() > kByte; }
  bool is_cpu() const { return true; }
  bool is_cuda() const { return false; }
  bool is_sparse() const { return false; }
  bool is_nonzero() const;
  bool is_inference() const { return checked().inference; }
  bool is_set_to(const Tensor& other) const;
  bool has_storage() const { return defined(); }
  bool is_alias_of(const Tensor& other) const { return impl_->storage == other.impl_->storage; }

  // --- Its elements -------------------------------------------------------------------------
  void* data_ptr() const { return checked().data; }
  // Throws when T is not the element type.
  template <class T>
  T* data_ptr() const {
    if (scalar_type_of<T> != dtype()) throw_wrong_type("data_ptr", scalar_type_of<T>);
    return reinterpret_cast<T*>(checked().data);
  }
  void* mutable_data_ptr() const { return data_ptr(); }
  template <class T>
  T* mutable_data_ptr() const {
    return data_ptr<T>();
  }
  const void* const_data_ptr() const { return data_ptr(); }
  template <class T>
  const T* const_data_ptr() const {
    return data_ptr<T>();
  }
  template <class T, size_t N>
  TensorAccessor<T, N> accessor() const&;
  // The only element; throws when there is not exactly one.
  Scalar item() const;
  template <class T>
  T item() const {
    return item().to<T>();
  }

  // --- Copies and types ---------------------------------------------------------------------
  Tensor clone(std::optional<MemoryFormat> = std::nullopt) const;
  Tensor contiguous(MemoryFormat = MemoryFormat::Contiguous) const;
  Tensor& copy_(const Tensor& src, bool non_blocking = false) const;
  Tensor to(ScalarType dtype, bool non_blocking = false, bool copy = false,
            std::optional<MemoryFormat> = std::nullopt) const;
  Tensor to(const TensorOptions& options = {}, bool non_blocking = false, bool copy = false,
            std::optional<MemoryFormat> = std::nullopt) const;
  Tensor to(Device device, ScalarType dtype, bool non_blocking = false, bool copy = false,
            std::optional<MemoryFormat> = std::nullopt) const;
  Tensor to(const Tensor& other, bool non_blocking = false, bool copy = false,
            std::optional<MemoryFormat> = std::nullopt) const;
  Tensor to(TypeMeta dtype, bool non_blocking = false, bool copy = false,
            std::optional<MemoryFormat> format = std::nullopt) const {
    return to(dtype.toScalarType(), non_blocking, copy, format);
  }
  Tensor toType(ScalarType t) const { return to(t); }
  Tensor type_as(const Tensor& other) const { return to(other.dtype()); }
  Tensor cpu() const { return *this; }
  Tensor cuda() const { return to(TensorOptions(Device(kCUDA))); }
  Tensor& fill_(const Scalar& v) const;
  Tensor& fill_(const Tensor& v) const;
  Tensor& zero_() const;
  // Storage grows when needed; elements keep their place in it.
  const Tensor& resize_(IntArrayRef sizes, std::optional<MemoryFormat> = std::nullopt) const;
  const Tensor& resize_as_(const Tensor& other,
                           std::optional<MemoryFormat> format = std::nullopt) const {
    return resize_(other.sizes(), format);
  }
  // Makes this tensor another window on `source`'s storage.
  Tensor& set_(const Tensor& source) const;
  std::string toString() const;
  void print() const;

  // --- History ------------------------------------------------------------------------------
  bool requires_grad() const { return checked().requires_grad(); }
  const Tensor& requires_grad_(bool requires_grad = true) const;
  const Tensor& set_requires_grad(bool requires_grad) const {
    return requires_grad_(requires_grad);
  }
  bool is_leaf() const;
  // The gradient collected so far; undefined before any.
  Tensor& mutable_grad() const;
  const Tensor& grad() const;
  Ref<autograd::Node> grad_fn() const;
  uint32_t output_nr() const;
  Tensor detach() const;
  Tensor& detach_() const;
  // The same elements without history, whose writes the version counter does not see.
  Tensor data() const;
  Tensor tensor_data() const { return detach(); }
  Tensor variable_data() const { return data(); }
  // This tensor becomes `other` in everything but its history.
  void set_data(const Tensor& other) const;
  void retain_grad() const;
  bool retains_grad() const;
  void backward(const Tensor& gradient = {}, std::optional<bool> retain_graph = std::nullopt,
                bool create_graph = false, std::optional<TensorList> inputs = std::nullopt) const;
  // hook(grad) sees the gradient when it is complete; what it returns, if defined, replaces it.
  // Returns a handle for remove_hook.
  template <class F>
  unsigned register_hook(F&& hook) const;
  void remove_hook(unsigned handle) const;
  int64_t _version() const;
  bool is_view() const { return bool(checked().view_base); }
  Tensor _base() const;
  const std::string& name() const;

#include "tensor/methods_elementwise.inc"
#include "tensor/methods_reduce.inc"
#include "tensor/methods_view.inc"

  // --- Random values, as PyTorch draws them -------------------------------------------------
  Tensor& uniform_(double from = 0, double to = 1,
                   std::optional<Generator> generator = std::nullopt) const;
  Tensor& normal_(double mean = 0, double std = 1,
                  std::optional<Generator> generator = std::nullopt) const;
  Tensor& random_(std::optional<Generator> generator = std::nullopt) const;
  Tensor& random_(int64_t to, std::optional<Generator> generator = std::nullopt) const;
  Tensor& random_(int64_t from, std::optional<int64_t> to,
                  std::optional<Generator> generator = std::nullopt) const;
  Tensor& bernoulli_(double p = 0.5, std::optional<Generator> generator = std::nullopt) const;
  Tensor& bernoulli_(const Tensor& p, std::optional<Generator> generator = std::nullopt) const;
  Tensor bernoulli(std::optional<Generator> generator = std::nullopt) const;
  Tensor bernoulli(double p, std::optional<Generator> generator = std::nullopt) const;
  Tensor multinomial(int64_t num_samples, bool replacement = false,
                     std::optional<Generator> generator = std::nullopt) const;
  Tensor& exponential_(double lambd = 1, std::optional<Generator> generator = std::nullopt) const;
  Tensor& geometric_(double p, std::optional<Generator> generator = std::nullopt) const;
  Tensor& log_normal_(double mean = 1, double std = 2,
                      std::optional<Generator> generator = std::nullopt) const;
  Tensor& cauchy_(double median = 0, double sigma = 1,
                  std::optional<Generator> generator = std::nullopt) const;

  // --- New tensors with this one's type -----------------------------------------------------
  Tensor new_empty(IntArrayRef size, const TensorOptions& options = {}) const;
  Tensor new_zeros(IntArrayRef size, const TensorOptions& options = {}) const;
  Tensor new_ones(IntArrayRef size, const TensorOptions& options = {}) const;
  Tensor new_full(IntArrayRef size, const Scalar& value, const TensorOptions& options = {}) const;

 private:
  const TensorImpl& checked() const {
    if (!impl_) throw_undefined();
    return *impl_;
  }
  [[noreturn]] static void throw_undefined();
  [[noreturn]] void throw_wrong_type(const char* op, ScalarType wanted) const;
  unsigned add_hook(std::function<Tensor(const Tensor&)> hook) const;

  Ref<TensorImpl> impl_;
};

template <class F>
unsigned Tensor::register_hook(F&& hook) const {
  if constexpr (std::is_void_v<std::invoke_result_t<F&, Tensor>>)
    return add_hook([f = std::forward<F>(hook)](const Tensor& dy) mutable {
      f(dy);
      return Tensor();
    });
  else
    return add_hook(
        [f = std::forward<F>(hook)](const Tensor& dy) mutable { return Tensor(f(dy)); });
}

#define GRADUS_OPERATOR(op, name)                                                   \
  inline Tensor operator op(const Tensor& a, const Tensor& b) { return a.name(b); } \
  inline Tensor operator op(const Tensor& a, const Scalar& b) { return a.name(b); }
GRADUS_OPERATOR(+, add)
GRADUS_OPERATOR(-, sub)
GRADUS_OPERATOR(*, mul)
GRADUS_OPERATOR(/, div)
GRADUS_OPERATOR(%, remainder)
GRADUS_OPERATOR(&, bitwise_and)
GRADUS_OPERATOR(|, bitwise_or)
GRADUS_OPERATOR(^, bitwise_xor)
GRADUS_OPERATOR(==, eq)
GRADUS_OPERATOR(!=, ne)
GRADUS_OPERATOR(<, lt)
GRADUS_OPERATOR(<=, le)
GRADUS_OPERATOR(>, gt)
GRADUS_OPERATOR(>=, ge)
#undef GRADUS_OPERATOR
Tensor operator+(const Scalar& a, const Tensor& b);
Tensor operator-(const Scalar& a, const Tensor& b);
Tensor operator*(const Scalar& a, const Tensor& b);
Tensor operator/(const Scalar& a, const Tensor& b);
Tensor operator%(const Scalar& a, const Tensor& b);
inline Tensor operator&(const Scalar& a, const Tensor& b) { return b.bitwise_and(a); }
inline Tensor operator|(const Scalar& a, const Tensor& b) { return b.bitwise_or(a); }
inline Tensor operator^(const Scalar& a, const Tensor& b) { return b.bitwise_xor(a); }
inline Tensor operator==(const Scalar& a, const Tensor& b) { return b.eq(a); }
inline Tensor operator!=(const Scalar& a, const Tensor& b) { return b.ne(a); }
inline Tensor operator<(const Scalar& a, const Tensor& b) { return b.gt(a); }
inline Tensor operator<=(const Scalar& a, const Tensor& b) { return b.ge(a); }
inline Tensor operator>(const Scalar& a, const Tensor& b) { return b.lt(a); }
inline Tensor operator>=(const Scalar& a, const Tensor& b) { return b.le(a); }

// As libtorch prints it.
std::ostream& operator<<(std::ostream& out, const Tensor& t);

}  // namespace gradus

#include "tensor/accessor.h"

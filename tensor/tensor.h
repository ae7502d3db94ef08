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
  bool is_alias_of(const Tensor& other) const {
    return checked().storage == other.checked().storage;
  }

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

  // --- Elementwise --------------------------------------------------------------------------
  // clang-format off
#define GRADUS_DECLARE(name) Tensor name() const; Tensor& name##_() const;
  GRADUS_UNARY_OPS(GRADUS_DECLARE)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name, real) \
  Tensor name() const { return real(); } Tensor& name##_() const { return real##_(); }
  GRADUS_UNARY_ALIASES(GRADUS_DECLARE)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name) Tensor name() const;
  GRADUS_PREDICATE_OPS(GRADUS_DECLARE)
#undef GRADUS_DECLARE
  Tensor isreal() const;
#define GRADUS_DECLARE(name)                                                      \
  Tensor name(const Tensor& other) const; Tensor name(const Scalar& other) const; \
  Tensor& name##_(const Tensor& other) const; Tensor& name##_(const Scalar& other) const;
  GRADUS_COMPARE_OPS(GRADUS_DECLARE)
  GRADUS_BINARY_OPS(GRADUS_DECLARE)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name, real)                                         \
  Tensor name(const Tensor& other) const { return real(other); }           \
  Tensor name(const Scalar& other) const { return real(other); }           \
  Tensor& name##_(const Tensor& other) const { return real##_(other); }    \
  Tensor& name##_(const Scalar& other) const { return real##_(other); }
  GRADUS_COMPARE_ALIASES(GRADUS_DECLARE)
  GRADUS_BINARY_ALIASES(GRADUS_DECLARE)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name) \
  Tensor name(const Tensor& other) const; Tensor& name##_(const Tensor& other) const;
  GRADUS_LOGICAL_OPS(GRADUS_DECLARE)
  GRADUS_BINARY_TENSOR_OPS(GRADUS_DECLARE)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name, real)                                \
  Tensor name(const Tensor& other) const { return real(other); }  \
  Tensor& name##_(const Tensor& other) const { return real##_(other); }
  GRADUS_BINARY_TENSOR_ALIASES(GRADUS_DECLARE)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name) Tensor name(const Tensor& other) const;
  GRADUS_BINARY_FUNCTIONAL_OPS(GRADUS_DECLARE)
#undef GRADUS_DECLARE
  // alpha * other is what is added or subtracted.
#define GRADUS_DECLARE(name)                                                   \
  Tensor name(const Tensor& other, const Scalar& alpha = 1) const;             \
  Tensor name(const Scalar& other, const Scalar& alpha = 1) const;             \
  Tensor& name##_(const Tensor& other, const Scalar& alpha = 1) const;         \
  Tensor& name##_(const Scalar& other, const Scalar& alpha = 1) const;
  GRADUS_DECLARE(add)
  GRADUS_DECLARE(sub)
#undef GRADUS_DECLARE
  template <class T>
  Tensor subtract(const T& other, const Scalar& alpha = 1) const {
    return sub(other, alpha);
  }
  template <class T>
  Tensor& subtract_(const T& other, const Scalar& alpha = 1) const {
    return sub_(other, alpha);
  }
  // rounding_mode: none for the true quotient, "trunc" or "floor".
#define GRADUS_DECLARE(name)                                                                      \
  Tensor name(const Tensor& other, std::optional<std::string_view> rounding_mode = {}) const;     \
  Tensor name(const Scalar& other, std::optional<std::string_view> rounding_mode = {}) const;     \
  Tensor& name##_(const Tensor& other, std::optional<std::string_view> rounding_mode = {}) const; \
  Tensor& name##_(const Scalar& other, std::optional<std::string_view> rounding_mode = {}) const;
  GRADUS_DECLARE(div)
  GRADUS_DECLARE(divide)
#undef GRADUS_DECLARE
  // clang-format on
  Tensor true_divide(const Tensor& other) const { return div(other); }
  Tensor positive() const;
  Tensor operator-() const { return neg(); }
  Tensor operator~() const { return bitwise_not(); }
  // The right side by value converts from numbers too.
#define GRADUS_COMPOUND(op, name)                                  \
  Tensor& operator op(const Tensor& other) { return name(other); } \
  Tensor& operator op(const Scalar& other) { return name(other); }
  GRADUS_COMPOUND(+=, add_)
  GRADUS_COMPOUND(-=, sub_)
  GRADUS_COMPOUND(*=, mul_)
  GRADUS_COMPOUND(/=, div_)
  GRADUS_COMPOUND(&=, bitwise_and_)
  GRADUS_COMPOUND(|=, bitwise_or_)
  GRADUS_COMPOUND(^=, bitwise_xor_)
#undef GRADUS_COMPOUND
  Tensor round(int64_t decimals) const;
  Tensor polygamma(int64_t n) const;
  Tensor mvlgamma(int64_t p) const;
  Tensor logit(std::optional<double> eps = std::nullopt) const;
  Tensor nan_to_num(std::optional<double> nan = std::nullopt,
                    std::optional<double> posinf = std::nullopt,
                    std::optional<double> neginf = std::nullopt) const;
#define GRADUS_DECLARE(name)                                                                     \
  Tensor name(const std::optional<Scalar>& min, const std::optional<Scalar>& max = std::nullopt) \
      const;                                                                                     \
  Tensor name(const std::optional<Tensor>& min, const std::optional<Tensor>& max = std::nullopt) \
      const;                                                                                     \
  Tensor& name##_(const std::optional<Scalar>& min,                                              \
                  const std::optional<Scalar>& max = std::nullopt) const;                        \
  Tensor& name##_(const std::optional<Tensor>& min,                                              \
                  const std::optional<Tensor>& max = std::nullopt) const;
  GRADUS_DECLARE(clamp)
  GRADUS_DECLARE(clip)
#undef GRADUS_DECLARE
#define GRADUS_DECLARE(name)                  \
  Tensor name(const Scalar& bound) const;     \
  Tensor name(const Tensor& bound) const;     \
  Tensor& name##_(const Scalar& bound) const; \
  Tensor& name##_(const Tensor& bound) const;
  GRADUS_DECLARE(clamp_min)
  GRADUS_DECLARE(clamp_max)
#undef GRADUS_DECLARE
  Tensor lerp(const Tensor& end, const Scalar& weight) const;
  Tensor lerp(const Tensor& end, const Tensor& weight) const;
  Tensor& lerp_(const Tensor& end, const Scalar& weight) const;
  Tensor& lerp_(const Tensor& end, const Tensor& weight) const;
#define GRADUS_DECLARE(name)                                                                \
  Tensor name(const Tensor& tensor1, const Tensor& tensor2, const Scalar& value = 1) const; \
  Tensor& name##_(const Tensor& tensor1, const Tensor& tensor2, const Scalar& value = 1) const;
  GRADUS_DECLARE(addcmul)
  GRADUS_DECLARE(addcdiv)
#undef GRADUS_DECLARE
  bool equal(const Tensor& other) const;
  bool allclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8,
                bool equal_nan = false) const;
  Tensor isclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8,
                 bool equal_nan = false) const;
  Tensor softmax(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor log_softmax(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor renorm(const Scalar& p, int64_t dim, const Scalar& maxnorm) const;
  Tensor dist(const Tensor& other, const Scalar& p = 2) const;

  // --- Reductions, scans and sorting ---------------------------------------------------------
  Tensor sum(std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor sum(OptionalIntArrayRef dim, bool keepdim = false,
             std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor nansum(OptionalIntArrayRef dim = {}, bool keepdim = false,
                std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor mean(std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor mean(OptionalIntArrayRef dim, bool keepdim = false,
              std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor nanmean(OptionalIntArrayRef dim = {}, bool keepdim = false,
                 std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor prod(std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor prod(int64_t dim, bool keepdim = false,
              std::optional<ScalarType> dtype = std::nullopt) const;
  // `correction` is what the count is lessened by (1 by default); `unbiased` is its older name.
#define GRADUS_DECLARE(name)                                                                    \
  Tensor name(bool unbiased) const;                                                             \
  Tensor name(int dim) const { return name(OptionalIntArrayRef(dim)); } /* x.std(0): no bool */ \
  Tensor name(OptionalIntArrayRef dim, bool unbiased, bool keepdim = false) const;              \
  Tensor name(OptionalIntArrayRef dim = {}, const std::optional<Scalar>& correction = {},       \
              bool keepdim = false) const;
  GRADUS_DECLARE(var)
  GRADUS_DECLARE(std)
#undef GRADUS_DECLARE
  Tensor norm(const Scalar& p = 2) const;
  Tensor norm(const std::optional<Scalar>& p, ScalarType dtype) const;
  Tensor norm(const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim = false) const;
  Tensor norm(const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim,
              ScalarType dtype) const;
#define GRADUS_DECLARE(name)              \
  Tensor name() const;                    \
  Tensor name(const Tensor& other) const; \
  std::tuple<Tensor, Tensor> name(int64_t dim, bool keepdim = false) const;
  GRADUS_DECLARE(min)
  GRADUS_DECLARE(max)
#undef GRADUS_DECLARE
  Tensor amin(IntArrayRef dim = {}, bool keepdim = false) const;
  Tensor amax(IntArrayRef dim = {}, bool keepdim = false) const;
  std::tuple<Tensor, Tensor> aminmax(std::optional<int64_t> dim = std::nullopt,
                                     bool keepdim = false) const;
  Tensor argmin(std::optional<int64_t> dim = std::nullopt, bool keepdim = false) const;
  Tensor argmax(std::optional<int64_t> dim = std::nullopt, bool keepdim = false) const;
#define GRADUS_DECLARE(name)                            \
  Tensor name() const;                                  \
  Tensor name(int64_t dim, bool keepdim = false) const; \
  Tensor name(OptionalIntArrayRef dim, bool keepdim = false) const;
  GRADUS_DECLARE(any)
  GRADUS_DECLARE(all)
#undef GRADUS_DECLARE
  Tensor logsumexp(IntArrayRef dim, bool keepdim = false) const;
  Tensor count_nonzero(IntArrayRef dim) const;
  Tensor count_nonzero(int64_t dim) const { return count_nonzero(IntArrayRef(dim)); }
  Tensor count_nonzero(std::optional<int64_t> dim = std::nullopt) const;
  Tensor cumsum(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor& cumsum_(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor cumprod(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor& cumprod_(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor logcumsumexp(int64_t dim) const;
  std::tuple<Tensor, Tensor> cummax(int64_t dim) const;
  std::tuple<Tensor, Tensor> cummin(int64_t dim) const;
  Tensor diff(int64_t n = 1, int64_t dim = -1) const;
  Tensor median() const;
  std::tuple<Tensor, Tensor> median(int64_t dim, bool keepdim = false) const;
  Tensor nanmedian() const;
  std::tuple<Tensor, Tensor> nanmedian(int64_t dim, bool keepdim = false) const;
  std::tuple<Tensor, Tensor> mode(int64_t dim = -1, bool keepdim = false) const;
  std::tuple<Tensor, Tensor> kthvalue(int64_t k, int64_t dim = -1, bool keepdim = false) const;
  std::tuple<Tensor, Tensor> sort(int64_t dim = -1, bool descending = false) const;
  std::tuple<Tensor, Tensor> sort(std::optional<bool> stable, int64_t dim = -1,
                                  bool descending = false) const;
  Tensor argsort(int64_t dim = -1, bool descending = false) const;
  Tensor argsort(int dim, bool descending = false) const {
    return argsort(int64_t(dim), descending);
  }
  Tensor argsort(bool stable, int64_t dim = -1, bool descending = false) const;
  Tensor msort() const;
  std::tuple<Tensor, Tensor> topk(int64_t k, int64_t dim = -1, bool largest = true,
                                  bool sorted = true) const;
  Tensor bincount(const std::optional<Tensor>& weights = {}, int64_t minlength = 0) const;
  Tensor quantile(double q, std::optional<int64_t> dim = std::nullopt, bool keepdim = false) const;

  // --- Linear algebra (part of class Tensor) ------------------------------------------------
  Tensor matmul(const Tensor& other) const;
  Tensor mm(const Tensor& mat2) const;
  Tensor bmm(const Tensor& mat2) const;
  Tensor mv(const Tensor& vec) const;
  Tensor dot(const Tensor& tensor) const;
  Tensor vdot(const Tensor& tensor) const;
  Tensor inner(const Tensor& other) const;
  Tensor outer(const Tensor& vec2) const;
  Tensor ger(const Tensor& vec2) const;
  Tensor kron(const Tensor& other) const;
  Tensor trace() const;
  Tensor matrix_power(int64_t n) const;
  Tensor cross(const Tensor& other, std::optional<int64_t> dim = std::nullopt) const;
  // beta * self + alpha * (a @ b) in the shapes that the name says.
#define GRADUS_DECLARE(name)                                                                     \
  Tensor name(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1) \
      const;                                                                                     \
  Tensor& name##_(const Tensor& a, const Tensor& b, const Scalar& beta = 1,                      \
                  const Scalar& alpha = 1) const;
  GRADUS_DECLARE(addmm)
  GRADUS_DECLARE(addmv)
  GRADUS_DECLARE(addbmm)
  GRADUS_DECLARE(baddbmm)
  GRADUS_DECLARE(addr)
#undef GRADUS_DECLARE

  // --- Views --------------------------------------------------------------------------------
  Tensor view(IntArrayRef size) const;
  Tensor view(ScalarType dtype) const;
  Tensor view_as(const Tensor& other) const { return view(other.sizes()); }
  Tensor reshape(IntArrayRef shape) const;
  Tensor reshape_as(const Tensor& other) const { return reshape(other.sizes()); }
  Tensor permute(IntArrayRef dims) const;
  Tensor transpose(int64_t dim0, int64_t dim1) const;
  Tensor& transpose_(int64_t dim0, int64_t dim1) const;
  Tensor swapaxes(int64_t a, int64_t b) const { return transpose(a, b); }
  Tensor swapdims(int64_t a, int64_t b) const { return transpose(a, b); }
  Tensor& swapaxes_(int64_t a, int64_t b) const { return transpose_(a, b); }
  Tensor& swapdims_(int64_t a, int64_t b) const { return transpose_(a, b); }
  Tensor t() const;
  Tensor& t_() const;
  Tensor numpy_T() const;
  Tensor T() const { return numpy_T(); }
  Tensor mT() const;
  Tensor adjoint() const { return mT(); }
  Tensor mH() const { return mT(); }
  Tensor H() const { return t(); }
  Tensor expand(IntArrayRef size, bool implicit = false) const;
  Tensor expand_as(const Tensor& other) const { return expand(other.sizes()); }
  Tensor broadcast_to(IntArrayRef size) const { return expand(size); }
  // Sums what an expansion from `size` would have repeated.
  Tensor sum_to_size(IntArrayRef size) const;
  Tensor narrow(int64_t dim, int64_t start, int64_t length) const;
  Tensor narrow(int64_t dim, const Tensor& start, int64_t length) const;
  Tensor select(int64_t dim, int64_t index) const;
  Tensor slice(int64_t dim = 0, std::optional<int64_t> start = std::nullopt,
               std::optional<int64_t> end = std::nullopt, int64_t step = 1) const;
  Tensor operator[](int64_t index) const { return select(0, index); }
  Tensor operator[](const Scalar& index) const { return select(0, index.toLong()); }
  Tensor operator[](const Tensor& index) const;
  Tensor squeeze() const;
  Tensor squeeze(int64_t dim) const;
  Tensor squeeze(IntArrayRef dims) const;
  Tensor& squeeze_() const;
  Tensor& squeeze_(int64_t dim) const;
  Tensor& squeeze_(IntArrayRef dims) const;
  Tensor unsqueeze(int64_t dim) const;
  Tensor& unsqueeze_(int64_t dim) const;
  Tensor flatten(int64_t start_dim = 0, int64_t end_dim = -1) const;
  Tensor unflatten(int64_t dim, IntArrayRef sizes) const;
  Tensor ravel() const;
  std::vector<Tensor> split(int64_t split_size, int64_t dim = 0) const;
  std::vector<Tensor> split(IntArrayRef sizes, int64_t dim = 0) const;
  std::vector<Tensor> split_with_sizes(IntArrayRef sizes, int64_t dim = 0) const;
  std::vector<Tensor> tensor_split(int64_t sections, int64_t dim = 0) const;
  std::vector<Tensor> tensor_split(IntArrayRef indices, int64_t dim = 0) const;
  std::vector<Tensor> tensor_split(const Tensor& indices_or_sections, int64_t dim = 0) const;
#define GRADUS_DECLARE(name)                        \
  std::vector<Tensor> name(int64_t sections) const; \
  std::vector<Tensor> name(IntArrayRef indices) const;
  GRADUS_DECLARE(hsplit)
  GRADUS_DECLARE(vsplit)
  GRADUS_DECLARE(dsplit)
#undef GRADUS_DECLARE
  std::vector<Tensor> chunk(int64_t chunks, int64_t dim = 0) const;
  std::vector<Tensor> unsafe_chunk(int64_t chunks, int64_t dim = 0) const;
  std::vector<Tensor> unsafe_split(int64_t split_size, int64_t dim = 0) const;
  std::vector<Tensor> unbind(int64_t dim = 0) const;
  Tensor diagonal(int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) const;
  Tensor diag(int64_t diagonal = 0) const;
  Tensor diag_embed(int64_t offset = 0, int64_t dim1 = -2, int64_t dim2 = -1) const;
  Tensor diagflat(int64_t offset = 0) const;
  Tensor movedim(IntArrayRef source, IntArrayRef destination) const;
  Tensor movedim(int64_t source, int64_t destination) const;
  Tensor moveaxis(IntArrayRef source, IntArrayRef destination) const;
  Tensor moveaxis(int64_t source, int64_t destination) const;
  Tensor unfold(int64_t dimension, int64_t size, int64_t step) const;
  Tensor as_strided(IntArrayRef size, IntArrayRef stride,
                    std::optional<int64_t> storage_offset = std::nullopt) const;
  Tensor& as_strided_(IntArrayRef size, IntArrayRef stride,
                      std::optional<int64_t> storage_offset = std::nullopt) const;
  Tensor alias() const;

  // --- Indexing and rearranging -------------------------------------------------------------
  Tensor index(ArrayRef<indexing::TensorIndex> indices) const;
  Tensor index(std::initializer_list<indexing::TensorIndex> indices) const;
  Tensor index(const std::vector<std::optional<Tensor>>& indices) const;
  Tensor& index_put_(ArrayRef<indexing::TensorIndex> indices, const Tensor& rhs) const;
  Tensor& index_put_(ArrayRef<indexing::TensorIndex> indices, const Scalar& v) const;
  Tensor& index_put_(std::initializer_list<indexing::TensorIndex> indices, const Tensor& rhs) const;
  Tensor& index_put_(std::initializer_list<indexing::TensorIndex> indices, const Scalar& v) const;
  Tensor& index_put_(const std::vector<std::optional<Tensor>>& indices, const Tensor& values,
                     bool accumulate = false) const;
  Tensor index_put(const std::vector<std::optional<Tensor>>& indices, const Tensor& values,
                   bool accumulate = false) const;
  Tensor select_scatter(const Tensor& src, int64_t dim, int64_t index) const;
  Tensor slice_scatter(const Tensor& src, int64_t dim = 0,
                       std::optional<int64_t> start = std::nullopt,
                       std::optional<int64_t> end = std::nullopt, int64_t step = 1) const;
  Tensor diagonal_scatter(const Tensor& src, int64_t offset = 0, int64_t dim1 = 0,
                          int64_t dim2 = 1) const;
  Tensor gather(int64_t dim, const Tensor& index, bool sparse_grad = false) const;
#define GRADUS_SCATTER(name)                                              \
  Tensor name(int64_t dim, const Tensor& index, const Tensor& src) const; \
  Tensor& name##_(int64_t dim, const Tensor& index, const Tensor& src) const;
  GRADUS_SCATTER(scatter)
  GRADUS_SCATTER(scatter_add)
  GRADUS_SCATTER(index_copy)
#undef GRADUS_SCATTER
  Tensor scatter(int64_t dim, const Tensor& index, const Scalar& value) const;
  Tensor& scatter_(int64_t dim, const Tensor& index, const Scalar& value) const;
  Tensor scatter(int64_t dim, const Tensor& index, const Tensor& src,
                 std::string_view reduce) const;
  Tensor& scatter_(int64_t dim, const Tensor& index, const Tensor& src,
                   std::string_view reduce) const;
  Tensor& scatter_(int64_t dim, const Tensor& index, const Scalar& value,
                   std::string_view reduce) const;
  Tensor scatter(int64_t dim, const Tensor& index, const Scalar& value,
                 std::string_view reduce) const;
  Tensor scatter_reduce(int64_t dim, const Tensor& index, const Tensor& src,
                        std::string_view reduce, bool include_self = true) const;
  Tensor& scatter_reduce_(int64_t dim, const Tensor& index, const Tensor& src,
                          std::string_view reduce, bool include_self = true) const;
  Tensor index_select(int64_t dim, const Tensor& index) const;
  Tensor index_add(int64_t dim, const Tensor& index, const Tensor& source,
                   const Scalar& alpha = 1) const;
  Tensor& index_add_(int64_t dim, const Tensor& index, const Tensor& source,
                     const Scalar& alpha = 1) const;
  Tensor index_fill(int64_t dim, const Tensor& index, const Scalar& value) const;
  Tensor& index_fill_(int64_t dim, const Tensor& index, const Scalar& value) const;
  Tensor index_fill(int64_t dim, const Tensor& index, const Tensor& value) const;
  Tensor& index_fill_(int64_t dim, const Tensor& index, const Tensor& value) const;
  Tensor index_reduce(int64_t dim, const Tensor& index, const Tensor& source,
                      std::string_view reduce, bool include_self = true) const;
  Tensor& index_reduce_(int64_t dim, const Tensor& index, const Tensor& source,
                        std::string_view reduce, bool include_self = true) const;
  Tensor masked_fill(const Tensor& mask, const Scalar& value) const;
  Tensor masked_fill(const Tensor& mask, const Tensor& value) const;
  Tensor& masked_fill_(const Tensor& mask, const Scalar& value) const;
  Tensor& masked_fill_(const Tensor& mask, const Tensor& value) const;
  Tensor masked_select(const Tensor& mask) const;
  Tensor masked_scatter(const Tensor& mask, const Tensor& source) const;
  Tensor& masked_scatter_(const Tensor& mask, const Tensor& source) const;
  Tensor where(const Tensor& condition, const Tensor& other) const;
  Tensor where(const Tensor& condition, const Scalar& other) const;
  Tensor nonzero() const;
  std::vector<Tensor> nonzero_numpy() const;
  Tensor argwhere() const { return nonzero(); }
  Tensor take(const Tensor& index) const;
  Tensor take_along_dim(const Tensor& indices, std::optional<int64_t> dim = std::nullopt) const;
  Tensor put(const Tensor& index, const Tensor& source, bool accumulate = false) const;
  Tensor& put_(const Tensor& index, const Tensor& source, bool accumulate = false) const;
  Tensor repeat(IntArrayRef repeats) const;
  Tensor repeat_interleave(int64_t repeats, std::optional<int64_t> dim = std::nullopt,
                           std::optional<int64_t> output_size = std::nullopt) const;
  Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> dim = std::nullopt,
                           std::optional<int64_t> output_size = std::nullopt) const;
  Tensor tile(IntArrayRef dims) const;
  Tensor flip(IntArrayRef dims) const;
  Tensor fliplr() const;
  Tensor flipud() const;
  Tensor rot90(int64_t k = 1, IntArrayRef dims = {0, 1}) const;
  Tensor roll(IntArrayRef shifts, IntArrayRef dims = {}) const;
  Tensor tril(int64_t diagonal = 0) const;
  Tensor triu(int64_t diagonal = 0) const;
  Tensor& tril_(int64_t diagonal = 0) const;
  Tensor& triu_(int64_t diagonal = 0) const;
  Tensor& fill_diagonal_(const Scalar& v, bool wrap = false) const;

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

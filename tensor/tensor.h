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
#include "tensor/type_properties.h"

namespace gradus {

class Tensor;
class DispatchKeySet;
template <class T>
class MaybeOwned;
template <class T, size_t N>
class TensorAccessor;
/// A pointer to the elements of a packed accessor: T*.
template <class T>
struct DefaultPtrTraits {
  /// The pointer.
  using PtrType = T*;
};
template <class T, size_t N, template <class> class PtrTraits = DefaultPtrTraits,
          class Index = int64_t>
class GenericPackedTensorAccessor;
/// A borrowed list of tensors: a brace list, a vector or an array converts to it.
using TensorList = ArrayRef<Tensor>;
namespace indexing {
class TensorIndex;
}
namespace autograd {
class Node;
}

/// A strided array of numbers, which may carry the history that gradients need. A Tensor is a
/// handle: copies of it share one array, and clone() makes another. A handle that was never given a
/// value is undefined; most methods throw Error on it.
///
/// A negative dim counts from the last one. A dim out of range throws IndexError. A method whose
/// name ends in `_` changes this tensor and returns it; a write throws Error where the tensor is a
/// leaf that requires grad and gradients are recorded.
class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(Ref<TensorImpl> impl) : impl_(std::move(impl)) {}
  Tensor(const Tensor&) = default;
  Tensor(Tensor&&) noexcept = default;
  Tensor& operator=(const Tensor&) & = default;
  Tensor& operator=(Tensor&&) & noexcept = default;
  /// Assigning to a temporary writes through it: `x[0] = y`, `x.index({...}) = 1`.
  Tensor& operator=(const Tensor& rhs) && { return copy_(rhs); }
  Tensor& operator=(Tensor&& rhs) && { return copy_(rhs); }
  Tensor& operator=(const Scalar& v) && { return fill_(v); }

  // --- What it is ---------------------------------------------------------------------------
  /// Whether this handle has a tensor.
  bool defined() const { return bool(impl_); }
  /// Lets go of the tensor; the handle is undefined from then on.
  void reset() { impl_.reset(); }
  /// Whether both handles have the same tensor, or both have none.
  bool is_same(const Tensor& other) const { return impl_ == other.impl_; }
  /// What the handle points at; null for an undefined tensor.
  TensorImpl* impl() const { return impl_.get(); }
  /// The same as impl(), by libtorch's name.
  TensorImpl* unsafeGetTensorImpl() const { return impl_.get(); }
  /// The number of references to the tensor: handles, and what the graph holds. 0 for an undefined
  /// one.
  uint32_t use_count() const { return impl_ ? impl_->ref_count() : 0; }
  /// Whether this handle holds the only reference.
  bool is_uniquely_owned() const { return use_count() == 1; }
  /// The number of weak references, as libtorch counts them: 1 for the tensor itself, 0 for an
  /// undefined one.
  size_t weak_use_count() const { return impl_ ? 1 : 0; }
  /// What the handle points at, as a counted pointer.
  const Ref<TensorImpl>& getIntrusivePtr() const { return impl_; }

  /// The number of dims; 0 for a tensor that is one number.
  int64_t dim() const { return int64_t(checked().sizes.size()); }
  /// The same as dim().
  int64_t ndimension() const { return dim(); }
  /// The size of each dim.
  IntArrayRef sizes() const { return checked().sizes; }
  /// For each dim the distance in memory from one index to the next, counted in elements.
  IntArrayRef strides() const { return checked().strides; }
  /// The size of one dim. Throws IndexError when there is no such dim.
  int64_t size(int64_t dim) const;
  /// The stride of one dim, in elements. Throws IndexError when there is no such dim.
  int64_t stride(int64_t dim) const;
  /// The number of elements: the product of the sizes.
  int64_t numel() const { return checked().numel; }
  /// Where the first element stands in the storage, counted in elements.
  int64_t storage_offset() const { return checked().offset; }
  /// The same as the methods without `sym_`: there are no sizes that are yet to be known.
  IntArrayRef sym_sizes() const { return sizes(); }
  IntArrayRef sym_strides() const { return strides(); }            ///< the same
  int64_t sym_size(int64_t dim) const { return size(dim); }        ///< the same
  int64_t sym_stride(int64_t dim) const { return stride(dim); }    ///< the same
  int64_t sym_numel() const { return numel(); }                    ///< the same
  int64_t sym_storage_offset() const { return storage_offset(); }  ///< the same
  size_t sym_nbytes() const { return nbytes(); }                   ///< the same
  /// The element type, as an enum.
  ScalarType scalar_type() const { return checked().dtype; }
  /// The element type, as libtorch's `dtype()` gives it; it converts to a ScalarType.
  TypeMeta dtype() const { return TypeMeta(checked().dtype); }
  /// The bytes of one element.
  size_t itemsize() const { return item_size(checked().dtype); }
  /// The same as itemsize(), signed.
  int64_t element_size() const { return int64_t(itemsize()); }
  /// The bytes of all elements: numel() times itemsize().
  size_t nbytes() const { return size_t(numel()) * itemsize(); }
  /// Where the tensor lives: always the CPU.
  Device device() const { return Device(kCPU); }
  /// The index of that device: -1.
  DeviceIndex get_device() const { return checked(), DeviceIndex(-1); }
  /// The kind of tensor, such as `CPUFloatType`, in libtorch's older words.
  DeprecatedTypeProperties type() const { return DeprecatedTypeProperties(checked().dtype); }
  /// How the elements are laid out: always strided.
  Layout layout() const { return kStrided; }
  /// The options that make another tensor of this element type.
  TensorOptions options() const { return TensorOptions(dtype()).device(kCPU).layout(kStrided); }
  /// Whether the elements stand one after the other, the last dim fastest; or, with a format, as
  /// that format lays them out. ChannelsLast asks for 4 dims, ChannelsLast3d for 5.
  bool is_contiguous() const { return checked().contiguous; }
  bool is_contiguous(MemoryFormat format) const;
  /// The same as is_contiguous().
  bool is_contiguous_or_false(MemoryFormat format = MemoryFormat::Contiguous) const {
    return is_contiguous(format);
  }
  /// Whether the elements fill their memory, each in a place of its own, in whatever order of dims.
  bool is_non_overlapping_and_dense() const;
  /// The format whose order of dims this tensor has: ChannelsLast, ChannelsLast3d or else
  /// Contiguous. With `exact` the strides must be those of a tensor made in the format.
  MemoryFormat suggest_memory_format(bool exact = false) const;
  /// Whether both have the same sizes.
  bool is_same_size(const Tensor& other) const { return sizes() == other.sizes(); }
  /// Whether the element type is float32 or float64.
  bool is_floating_point() const { return is_floating(dtype()); }
  /// False: there are no complex tensors.
  bool is_complex() const { return false; }
  /// Whether the element type has negative numbers: all types but bool and uint8.
  bool is_signed() const { return dtype() > kByte; }
  /// True: every tensor lives on the CPU.
  bool is_cpu() const { return true; }
  /// False: every tensor lives on the CPU.
  bool is_cuda() const { return false; }
  /// False: every tensor is dense.
  bool is_sparse() const { return false; }
  // clang-format off
#define GRADUS_DECLARE(name) bool name() const { return checked(), false; }
  GRADUS_ELSEWHERE(GRADUS_DECLARE)
#undef GRADUS_DECLARE
  // clang-format on
  /// True, as for every defined tensor of libtorch.
  bool is_variable() const { return defined(); }
  /// Whether the only element is not 0. Throws Error when there is not exactly one element.
  bool is_nonzero() const;
  /// Whether the tensor was made in InferenceMode, and so never takes part in a graph.
  bool is_inference() const { return checked().inference; }
  /// Whether both tensors show the same memory by the same element type, sizes and strides.
  bool is_set_to(const Tensor& other) const;
  /// The same as defined().
  bool has_storage() const { return defined(); }
  /// The memory that the elements lie in, which views share.
  Storage storage() const { return Storage(checked().storage); }
  /// Throws Error: a tensor's memory is its process's own.
  const Tensor& share_memory_() const;
  /// Throws Error: pinned memory belongs to other devices than the CPU.
  Tensor pin_memory(std::optional<Device> = std::nullopt) const {
    checked();
    detail::throw_error("pin_memory: pinned memory needs another device than the cpu");
  }
  /// False: there is no pinned memory.
  bool is_pinned(std::optional<Device> = std::nullopt) const { return checked(), false; }
  /// Which of libtorch's dispatch keys the tensor has; needs `<c10/core/DispatchKeySet.h>`.
  template <class K = DispatchKeySet>
  K key_set() const {
    return K::of(*this);
  }
  /// Whether both tensors share a storage, even if no element of it is shown by both.
  bool is_alias_of(const Tensor& other) const {
    return checked().storage == other.checked().storage;
  }

  // --- Its elements -------------------------------------------------------------------------
  /// The address of the first element. The form with a type throws Error when T is not the element
  /// type.
  void* data_ptr() const { return checked().data; }
  template <class T>
  T* data_ptr() const {
    if (scalar_type_of<T> != dtype()) throw_wrong_type("data_ptr", named_type_of<T>);
    return reinterpret_cast<T*>(checked().data);
  }
  /// The same as data_ptr().
  void* mutable_data_ptr() const { return data_ptr(); }
  template <class T>
  T* mutable_data_ptr() const {
    return data_ptr<T>();
  }
  /// The same as data_ptr(), for reading.
  const void* const_data_ptr() const { return data_ptr(); }
  template <class T>
  const T* const_data_ptr() const {
    return data_ptr<std::remove_const_t<T>>();
  }
  /// Reads and writes elements by index in loops, `a[i][j]`, without bounds checks; see
  /// TensorAccessor. Valid while the tensor lives. Throws Error when T is not the element type or N
  /// is not dim().
  template <class T, size_t N>
  TensorAccessor<T, N> accessor() const&;
  /// An accessor with its own copy of sizes and strides, which as for CUDA kernels can be passed on
  /// by value; 32 and 64 give the bits of its indices. Needs `<torch/torch.h>`. Throws Error as
  /// accessor() does, and where the tensor is too large for 32 bits.
  template <class T, size_t N, template <class> class PtrTraits = DefaultPtrTraits,
            class Index = int64_t>
  GenericPackedTensorAccessor<T, N, PtrTraits, Index> generic_packed_accessor() const& {
    return {*this};
  }
  template <class T, size_t N, template <class> class PtrTraits = DefaultPtrTraits>
  GenericPackedTensorAccessor<T, N, PtrTraits, int32_t> packed_accessor32() const& {  ///< int32_t
    return {*this};
  }
  template <class T, size_t N, template <class> class PtrTraits = DefaultPtrTraits>
  GenericPackedTensorAccessor<T, N, PtrTraits, int64_t> packed_accessor64() const& {  ///< int64_t
    return {*this};
  }
  template <class T, size_t N, template <class> class PtrTraits = DefaultPtrTraits,
            class Index = int64_t>
  GenericPackedTensorAccessor<T, N, PtrTraits, Index> packed_accessor() const& {  ///< any
    return {*this};
  }
  /// The only element, as a Scalar or converted to T. Throws Error when there is not exactly one,
  /// or when an integer T cannot hold it.
  Scalar item() const;
  template <class T>
  T item() const {
    return item().to<T>();
  }

  // --- Copies and types ---------------------------------------------------------------------
  /// A copy of the elements in a new storage; see gradus::clone. The gradient flows through it.
  Tensor clone(std::optional<MemoryFormat> = std::nullopt) const;
  /// This tensor if it is laid out in that format, else a copy that is. Throws Error for the format
  /// Preserve.
  Tensor contiguous(MemoryFormat = MemoryFormat::Contiguous) const;
  /// The same as contiguous(), without another handle on the tensor where it is contiguous; needs
  /// `<torch/torch.h>`. Valid while this handle lives.
  template <class M = MaybeOwned<Tensor>>
  M expect_contiguous(MemoryFormat format = MemoryFormat::Contiguous) const& {
    return is_contiguous(format) ? M::borrowed(*this) : M::owned(contiguous(format));
  }
  /// Overwrites the elements with those of `src`, which broadcasts to this shape and is converted
  /// to this element type. The gradient flows to `src`. `non_blocking` has no effect.
  Tensor& copy_(const Tensor& src, bool non_blocking = false) const;
  /// This tensor with another element type or memory format. It is the tensor itself if nothing
  /// differs and `copy` is false, else a copy through which the gradient flows. Throws Error for a
  /// device other than the CPU, and for options that set requires_grad. `non_blocking` has no
  /// effect.
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
  /// The same as to(t).
  Tensor toType(ScalarType t) const { return to(t); }
  /// This tensor with the element type of `other`; see to().
  Tensor type_as(const Tensor& other) const { return to(other.dtype()); }
  /// The tensor itself.
  Tensor cpu() const { return *this; }
  /// Throws Error: only the CPU holds tensors.
  Tensor cuda() const { return to(TensorOptions(Device(kCUDA))); }
  Tensor hip() const { return to(TensorOptions(Device(kHIP))); }        ///< the same
  Tensor ve() const { return to(TensorOptions(Device(kVE))); }          ///< the same
  Tensor vulkan() const { return to(TensorOptions(Device(kVulkan))); }  ///< the same
  Tensor metal() const { return to(TensorOptions(Device(kMetal))); }    ///< the same
  Tensor meta() const { return to(TensorOptions(Device(kMeta))); }      ///< the same
  /// Writes one value to all elements, a number or a 0-dim tensor, to which the gradient flows
  /// then.
  Tensor& fill_(const Scalar& v) const;
  Tensor& fill_(const Tensor& v) const;
  /// Writes 0 to all elements.
  Tensor& zero_() const;
  /// Gives the tensor another shape, in place. The elements keep their places in memory, those that
  /// come in addition are uninitialised, and the storage grows when that takes more memory: other
  /// tensors keep the old one. Throws Error when the tensor requires grad.
  const Tensor& resize_(IntArrayRef sizes, std::optional<MemoryFormat> = std::nullopt) const;
  /// The same as resize_() to the shape of `other`.
  const Tensor& resize_as_(const Tensor& other,
                           std::optional<MemoryFormat> format = std::nullopt) const {
    return resize_(other.sizes(), format);
  }
  /// Makes this tensor another window on the storage of `source`, of the same sizes and strides.
  /// Throws Error when the element types differ, or when this tensor requires grad.
  Tensor& set_(const Tensor& source) const;
  /// The same for a window of these sizes and strides, which start at `offset`; all are counted in
  /// elements, and without strides the window is contiguous. Without sizes it is the whole storage,
  /// in one dim. Throws Error when the storage is too small.
  Tensor& set_(const Storage& source) const;
  Tensor& set_(const Storage& source, int64_t offset, IntArrayRef size,
               IntArrayRef stride = {}) const;
  /// The type as libtorch names it, such as `CPUFloatType`.
  std::string toString() const;
  /// Prints the type and the sizes to the standard error stream, as `[CPUFloatType [2, 3]]`.
  void print() const;

  // --- History ------------------------------------------------------------------------------
  /// Whether gradients flow to this tensor: it is a leaf that asks for one, or was computed from
  /// such a leaf.
  bool requires_grad() const { return checked().requires_grad(); }
  /// Asks for the gradient of this leaf, or no longer. Throws Error when the element type is not
  /// floating, when an inference tensor is asked outside of InferenceMode, and when a tensor that
  /// was computed from others is to stop.
  const Tensor& requires_grad_(bool requires_grad = true) const;
  /// The same as requires_grad_().
  const Tensor& set_requires_grad(bool requires_grad) const {
    return requires_grad_(requires_grad);
  }
  /// Whether no recorded operation made this tensor: it was made by the program, or requires no
  /// grad.
  bool is_leaf() const;
  /// The gradient, to be changed or assigned: `x.mutable_grad() = g`.
  Tensor& mutable_grad() const;
  /// The gradient that backward passes have added up so far; undefined before the first. A tensor
  /// that is no leaf gets one only after retain_grad(), and warns otherwise.
  const Tensor& grad() const;
  /// The node of the graph that this tensor came from; null for a leaf.
  Ref<autograd::Node> grad_fn() const;
  /// Which of the outputs of grad_fn() this tensor is.
  uint32_t output_nr() const;
  /// A view of the same elements without history. A write to either is seen in both, and is
  /// counted, so that a backward pass which needs the old elements throws.
  Tensor detach() const;
  /// Takes the history from this tensor, which becomes a leaf. Throws Error on a view.
  Tensor& detach_() const;
  /// A view of the same elements without history, whose writes are not counted: a backward pass
  /// does not notice them.
  Tensor data() const;
  /// The address of the first element, as data_ptr<T>() gives it.
  template <class T>
  T* data() const {
    return data_ptr<T>();
  }
  /// The same as detach().
  Tensor tensor_data() const { return detach(); }
  /// The same as data().
  Tensor variable_data() const { return data(); }
  /// Gives this tensor the storage, sizes, strides and element type of `other`; gradient, hooks and
  /// history stay its own. Throws Error when it requires grad and `other` is not floating.
  void set_data(const Tensor& other) const;
  /// Lets a backward pass keep the gradient of this tensor in grad() although it is no leaf. Throws
  /// Error when the tensor does not require grad.
  void retain_grad() const;
  /// Whether retain_grad() was called on this tensor and it is no leaf.
  bool retains_grad() const;
  /// Adds the gradients of this tensor to the `grad` of the leaves that it was computed from, or
  /// only to that of `inputs`; see autograd::backward. `gradient` weighs the elements; a tensor of
  /// one element needs none. The graph is freed unless `retain_graph`, which is by default
  /// `create_graph`; with that the gradients are recorded too. Throws Error when the list of inputs
  /// is empty.
  void backward(const Tensor& gradient = {}, std::optional<bool> retain_graph = std::nullopt,
                bool create_graph = false, std::optional<TensorList> inputs = std::nullopt) const;
  /// Calls hook(grad) in each backward pass, when the gradient of this tensor is complete. The hook
  /// returns nothing, or a tensor that replaces the gradient if it is defined. Returns a handle for
  /// remove_hook(). Throws Error when the tensor does not require grad.
  template <class F>
  unsigned register_hook(F&& hook) const;
  /// Calls hook(leaf) in each backward pass, after this leaf's grad was added to: to step and drop
  /// the gradient before the next is made. Returns a handle for remove_hook(). Throws Error for a
  /// tensor that is no leaf or does not require grad.
  unsigned register_post_accumulate_grad_hook(std::function<void(const Tensor&)> hook) const;
  /// Removes the hook of that handle. Throws Error when no hook of this tensor ever had it.
  void remove_hook(unsigned handle) const;
  /// The tangent of a dual tensor, undefined for any other; see autograd::forward_ad.
  Tensor _fw_grad(uint64_t level = 0) const;
  /// How often the storage was written to. Throws Error for an inference tensor, whose writes are
  /// not counted.
  int64_t _version() const;
  /// Whether autograd knows the tensor as a view of another.
  bool is_view() const { return bool(checked().view_base); }
  /// The tensor that this one is a view of. Throws Error when it is no view.
  Tensor _base() const;
  /// The element type that a gradient of this tensor has: its own.
  std::optional<ScalarType> grad_dtype() const { return scalar_type(); }
  /// Throws Error for any other type than the tensor's own.
  void set_grad_dtype(std::optional<ScalarType> dtype) const;
  /// The name of the tensor; empty for one without a name.
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
  /// A bool tensor of this shape, true everywhere: there are no complex tensors.
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
  // clang-format on
  /// `this + alpha * other`; see gradus::add.
  Tensor add(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor add(const Scalar& other, const Scalar& alpha = 1) const;
  /// The same as add(), in place.
  Tensor& add_(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor& add_(const Scalar& other, const Scalar& alpha = 1) const;
  /// `this - alpha * other`; see gradus::sub. Throws Error for bool tensors.
  Tensor sub(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor sub(const Scalar& other, const Scalar& alpha = 1) const;
  /// The same as sub(), in place.
  Tensor& sub_(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor& sub_(const Scalar& other, const Scalar& alpha = 1) const;
  /// The same as sub().
  template <class T>
  Tensor subtract(const T& other, const Scalar& alpha = 1) const {
    return sub(other, alpha);
  }
  /// The same as sub(), in place.
  template <class T>
  Tensor& subtract_(const T& other, const Scalar& alpha = 1) const {
    return sub_(other, alpha);
  }
  /// `this / other`, the true quotient, or rounded to an integer with rounding_mode "trunc"
  /// (towards 0) or "floor" (down); see gradus::div. Throws Error for any other mode, and when
  /// integers are divided by 0 with rounding.
  Tensor div(const Tensor& other, std::optional<std::string_view> rounding_mode = {}) const;
  Tensor div(const Scalar& other, std::optional<std::string_view> rounding_mode = {}) const;
  /// The same as div(), in place.
  Tensor& div_(const Tensor& other, std::optional<std::string_view> rounding_mode = {}) const;
  Tensor& div_(const Scalar& other, std::optional<std::string_view> rounding_mode = {}) const;
  /// The same as div().
  Tensor divide(const Tensor& other, std::optional<std::string_view> rounding_mode = {}) const;
  Tensor divide(const Scalar& other, std::optional<std::string_view> rounding_mode = {}) const;
  /// The same as div(), in place.
  Tensor& divide_(const Tensor& other, std::optional<std::string_view> rounding_mode = {}) const;
  Tensor& divide_(const Scalar& other, std::optional<std::string_view> rounding_mode = {}) const;
  /// The same as div() without rounding.
  Tensor true_divide(const Tensor& other) const { return div(other); }
  /// The same as div_() without rounding.
  Tensor& true_divide_(const Tensor& other) const { return div_(other); }
  Tensor& true_divide_(const Scalar& other) const { return div_(other); }
  /// The power, computed in float64; see gradus::float_power.
  Tensor float_power(const Tensor& exponent) const;
  Tensor float_power(const Scalar& exponent) const;
  /// The same as float_power(), in place.
  Tensor& float_power_(const Tensor& exponent) const;
  Tensor& float_power_(const Scalar& exponent) const;
  /// Mantissas in [1/2, 1) and exponents of 2; see gradus::frexp.
  std::tuple<Tensor, Tensor> frexp() const;
  /// 0, or pi for numbers below 0; see gradus::angle.
  Tensor angle() const;
  /// The tensor itself: its elements are real.
  Tensor conj() const { return *this; }
  /// The same as conj().
  Tensor resolve_conj() const { return *this; }
  /// The same as conj().
  Tensor resolve_neg() const { return *this; }
  /// The tensor itself.
  Tensor positive() const;
  /// The same as neg().
  Tensor operator-() const { return neg(); }
  /// The same as bitwise_not().
  Tensor operator~() const { return bitwise_not(); }
  /// The same as add_().
  Tensor& operator+=(const Tensor& other) { return add_(other); }
  Tensor& operator+=(const Scalar& other) { return add_(other); }
  /// The same as sub_().
  Tensor& operator-=(const Tensor& other) { return sub_(other); }
  Tensor& operator-=(const Scalar& other) { return sub_(other); }
  /// The same as mul_().
  Tensor& operator*=(const Tensor& other) { return mul_(other); }
  Tensor& operator*=(const Scalar& other) { return mul_(other); }
  /// The same as div_().
  Tensor& operator/=(const Tensor& other) { return div_(other); }
  Tensor& operator/=(const Scalar& other) { return div_(other); }
  /// The same as bitwise_and_().
  Tensor& operator&=(const Tensor& other) { return bitwise_and_(other); }
  Tensor& operator&=(const Scalar& other) { return bitwise_and_(other); }
  /// The same as bitwise_or_().
  Tensor& operator|=(const Tensor& other) { return bitwise_or_(other); }
  Tensor& operator|=(const Scalar& other) { return bitwise_or_(other); }
  /// The same as bitwise_xor_().
  Tensor& operator^=(const Tensor& other) { return bitwise_xor_(other); }
  Tensor& operator^=(const Scalar& other) { return bitwise_xor_(other); }
  /// Rounded to that many decimals, halves to even; -1 rounds to tens, and so on. See
  /// gradus::round.
  Tensor round(int64_t decimals) const;
  /// The n-th derivative of digamma, n >= 0; see gradus::polygamma.
  Tensor polygamma(int64_t n) const;
  /// The same as polygamma(), in place.
  Tensor& polygamma_(int64_t n) const;
  /// The logarithm of the multivariate gamma function of p >= 1 dimensions; see gradus::mvlgamma.
  Tensor mvlgamma(int64_t p) const;
  /// The same as mvlgamma(), in place.
  Tensor& mvlgamma_(int64_t p) const;
  /// The regularised lower incomplete gamma function P(this, x); see gradus::igamma.
  Tensor igamma(const Tensor& x) const;
  /// The same as igamma(), in place.
  Tensor& igamma_(const Tensor& x) const;
  /// The regularised upper incomplete gamma function Q(this, x); see gradus::igammac.
  Tensor igammac(const Tensor& x) const;
  /// The same as igammac(), in place.
  Tensor& igammac_(const Tensor& x) const;
  /// log(x / (1 - x)), of x held in [eps, 1 - eps] if eps is given; see gradus::logit.
  Tensor logit(std::optional<double> eps = std::nullopt) const;
  /// The same as logit(), in place.
  Tensor& logit_(std::optional<double> eps = std::nullopt) const;
  /// Replaces nan (by default with 0), infinity and -infinity (by default with the largest and the
  /// lowest finite number); see gradus::nan_to_num.
  Tensor nan_to_num(std::optional<double> nan = std::nullopt,
                    std::optional<double> posinf = std::nullopt,
                    std::optional<double> neginf = std::nullopt) const;
  /// The same as nan_to_num(), in place.
  Tensor& nan_to_num_(std::optional<double> nan = std::nullopt,
                      std::optional<double> posinf = std::nullopt,
                      std::optional<double> neginf = std::nullopt) const;
  /// 0 where |x| <= lambd, else x; see gradus::hardshrink.
  Tensor hardshrink(const Scalar& lambd = 0.5) const;
  /// x where it is positive, else weight x, a weight for each channel or one for all; see
  /// gradus::prelu.
  Tensor prelu(const Tensor& weight) const;
  /// x held between min and max, of which one may be missing; see gradus::clamp. Throws Error when
  /// both are missing.
  Tensor clamp(const std::optional<Scalar>& min,
               const std::optional<Scalar>& max = std::nullopt) const;
  Tensor clamp(const std::optional<Tensor>& min,
               const std::optional<Tensor>& max = std::nullopt) const;
  /// The same as clamp(), in place.
  Tensor& clamp_(const std::optional<Scalar>& min,
                 const std::optional<Scalar>& max = std::nullopt) const;
  Tensor& clamp_(const std::optional<Tensor>& min,
                 const std::optional<Tensor>& max = std::nullopt) const;
  /// The same as clamp().
  Tensor clip(const std::optional<Scalar>& min,
              const std::optional<Scalar>& max = std::nullopt) const;
  Tensor clip(const std::optional<Tensor>& min,
              const std::optional<Tensor>& max = std::nullopt) const;
  /// The same as clamp(), in place.
  Tensor& clip_(const std::optional<Scalar>& min,
                const std::optional<Scalar>& max = std::nullopt) const;
  Tensor& clip_(const std::optional<Tensor>& min,
                const std::optional<Tensor>& max = std::nullopt) const;
  /// x, but at least `bound`; see gradus::clamp_min.
  Tensor clamp_min(const Scalar& bound) const;
  Tensor clamp_min(const Tensor& bound) const;
  /// The same as clamp_min(), in place.
  Tensor& clamp_min_(const Scalar& bound) const;
  Tensor& clamp_min_(const Tensor& bound) const;
  /// x, but at most `bound`; see gradus::clamp_max.
  Tensor clamp_max(const Scalar& bound) const;
  Tensor clamp_max(const Tensor& bound) const;
  /// The same as clamp_max(), in place.
  Tensor& clamp_max_(const Scalar& bound) const;
  Tensor& clamp_max_(const Tensor& bound) const;
  /// `this + weight * (end - this)`; see gradus::lerp.
  Tensor lerp(const Tensor& end, const Scalar& weight) const;
  Tensor lerp(const Tensor& end, const Tensor& weight) const;
  /// The same as lerp(), in place.
  Tensor& lerp_(const Tensor& end, const Scalar& weight) const;
  Tensor& lerp_(const Tensor& end, const Tensor& weight) const;
  /// `this + value * tensor1 * tensor2`; see gradus::addcmul.
  Tensor addcmul(const Tensor& tensor1, const Tensor& tensor2, const Scalar& value = 1) const;
  /// The same as addcmul(), in place.
  Tensor& addcmul_(const Tensor& tensor1, const Tensor& tensor2, const Scalar& value = 1) const;
  /// `this + value * tensor1 / tensor2`; see gradus::addcdiv.
  Tensor addcdiv(const Tensor& tensor1, const Tensor& tensor2, const Scalar& value = 1) const;
  /// The same as addcdiv(), in place.
  Tensor& addcdiv_(const Tensor& tensor1, const Tensor& tensor2, const Scalar& value = 1) const;
  /// Whether both tensors have the same shape and equal elements; a nan equals nothing. Throws
  /// Error when the element types differ.
  bool equal(const Tensor& other) const;
  /// Whether isclose() holds for all elements.
  bool allclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8,
                bool equal_nan = false) const;
  /// Where `|this - other| <= atol + rtol |other|`; see gradus::isclose.
  Tensor isclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8,
                 bool equal_nan = false) const;
  /// e^x divided by its sum over `dim`; see gradus::softmax.
  Tensor softmax(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  /// The logarithm of softmax(), without its rounding; see gradus::log_softmax.
  Tensor log_softmax(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  /// Each slice along `dim` whose p-norm exceeds `maxnorm`, scaled down to it; see gradus::renorm.
  Tensor renorm(const Scalar& p, int64_t dim, const Scalar& maxnorm) const;
  /// The same as renorm(), in place.
  Tensor& renorm_(const Scalar& p, int64_t dim, const Scalar& maxnorm) const;
  /// The p-norm of `this - other`; see gradus::dist.
  Tensor dist(const Tensor& other, const Scalar& p = 2) const;

  // --- Reductions, scans and sorting ---------------------------------------------------------
  /// The sum of all elements, or over the dims `dim`; see gradus::sum. That of integers and bool is
  /// int64.
  Tensor sum(std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor sum(OptionalIntArrayRef dim, bool keepdim = false,
             std::optional<ScalarType> dtype = std::nullopt) const;
  /// The same as sum(), where a nan counts as 0; see gradus::nansum.
  Tensor nansum(OptionalIntArrayRef dim = {}, bool keepdim = false,
                std::optional<ScalarType> dtype = std::nullopt) const;
  /// The mean of all elements, or over the dims `dim`; see gradus::mean. Throws Error unless the
  /// element type, or `dtype`, is floating.
  Tensor mean(std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor mean(OptionalIntArrayRef dim, bool keepdim = false,
              std::optional<ScalarType> dtype = std::nullopt) const;
  /// The mean of the elements that are not nan; see gradus::nanmean.
  Tensor nanmean(OptionalIntArrayRef dim = {}, bool keepdim = false,
                 std::optional<ScalarType> dtype = std::nullopt) const;
  /// The product of all elements, or over one dim; see gradus::prod. That of integers and bool is
  /// int64.
  Tensor prod(std::optional<ScalarType> dtype = std::nullopt) const;
  Tensor prod(int64_t dim, bool keepdim = false,
              std::optional<ScalarType> dtype = std::nullopt) const;
  /// The variance, with the divisor n - correction (by default n - 1) for n elements; see
  /// gradus::var. `unbiased` says a correction of 1 or 0.
  Tensor var(bool unbiased) const;
  Tensor var(int dim) const { return var(OptionalIntArrayRef(dim)); }  // 0 is no bool here
  Tensor var(OptionalIntArrayRef dim, bool unbiased, bool keepdim = false) const;
  Tensor var(OptionalIntArrayRef dim = {}, const std::optional<Scalar>& correction = {},
             bool keepdim = false) const;
  /// The standard deviation, the root of var(); see gradus::std.
  Tensor std(bool unbiased) const;
  Tensor std(int dim) const { return std(OptionalIntArrayRef(dim)); }  // 0 is no bool here
  Tensor std(OptionalIntArrayRef dim, bool unbiased, bool keepdim = false) const;
  Tensor std(OptionalIntArrayRef dim = {}, const std::optional<Scalar>& correction = {},
             bool keepdim = false) const;
  /// The p-norm, (sum |x|^p)^(1/p), of all elements or over the dims `dim`; see gradus::norm.
  Tensor norm(const Scalar& p = 2) const;
  Tensor norm(const std::optional<Scalar>& p, ScalarType dtype) const;
  Tensor norm(const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim = false) const;
  Tensor norm(const std::optional<Scalar>& p, IntArrayRef dim, bool keepdim,
              ScalarType dtype) const;
  /// The smallest element; of two tensors the smaller of each pair; along a dim the smallest
  /// elements and their indices. See gradus::min.
  Tensor min() const;
  Tensor min(const Tensor& other) const;
  std::tuple<Tensor, Tensor> min(int64_t dim, bool keepdim = false) const;
  /// The largest element; of two tensors the larger of each pair; along a dim the largest elements
  /// and their indices. See gradus::max.
  Tensor max() const;
  Tensor max(const Tensor& other) const;
  std::tuple<Tensor, Tensor> max(int64_t dim, bool keepdim = false) const;
  /// The smallest elements over the dims `dim`, by default over all; see gradus::amin.
  Tensor amin(IntArrayRef dim = {}, bool keepdim = false) const;
  /// The largest elements over the dims `dim`, by default over all; see gradus::amax.
  Tensor amax(IntArrayRef dim = {}, bool keepdim = false) const;
  /// The smallest and the largest elements, of all or along `dim`; see gradus::aminmax.
  std::tuple<Tensor, Tensor> aminmax(std::optional<int64_t> dim = std::nullopt,
                                     bool keepdim = false) const;
  /// The first index of the smallest element along `dim`, or in the flattened tensor; see
  /// gradus::argmin.
  Tensor argmin(std::optional<int64_t> dim = std::nullopt, bool keepdim = false) const;
  /// The first index of the largest element along `dim`, or in the flattened tensor; see
  /// gradus::argmax.
  Tensor argmax(std::optional<int64_t> dim = std::nullopt, bool keepdim = false) const;
  /// Whether some element is not 0, of all or over dims; see gradus::any.
  Tensor any() const;
  Tensor any(int64_t dim, bool keepdim = false) const;
  Tensor any(OptionalIntArrayRef dim, bool keepdim = false) const;
  /// Whether no element is 0, of all or over dims; see gradus::all.
  Tensor all() const;
  Tensor all(int64_t dim, bool keepdim = false) const;
  Tensor all(OptionalIntArrayRef dim, bool keepdim = false) const;
  /// log(sum e^x) over the dims `dim`, without overflow; see gradus::logsumexp.
  Tensor logsumexp(IntArrayRef dim, bool keepdim = false) const;
  /// The number of elements that are not 0, of all or over dims; see gradus::count_nonzero.
  Tensor count_nonzero(IntArrayRef dim) const;
  Tensor count_nonzero(int64_t dim) const { return count_nonzero(IntArrayRef(dim)); }
  Tensor count_nonzero(std::optional<int64_t> dim = std::nullopt) const;
  /// The running sum along `dim`; see gradus::cumsum.
  Tensor cumsum(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  /// The same as cumsum(), in place. Throws Error when `dtype` is not the element type.
  Tensor& cumsum_(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  /// The running product along `dim`; see gradus::cumprod.
  Tensor cumprod(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  /// The same as cumprod(), in place. Throws Error when `dtype` is not the element type.
  Tensor& cumprod_(int64_t dim, std::optional<ScalarType> dtype = std::nullopt) const;
  /// The logarithm of the running sum of e^x along `dim`; see gradus::logcumsumexp.
  Tensor logcumsumexp(int64_t dim) const;
  /// The largest element so far along `dim`, and its index; see gradus::cummax.
  std::tuple<Tensor, Tensor> cummax(int64_t dim) const;
  /// The smallest element so far along `dim`, and its index; see gradus::cummin.
  std::tuple<Tensor, Tensor> cummin(int64_t dim) const;
  /// The differences of neighbours along `dim`, n times over; see gradus::diff.
  Tensor diff(int64_t n = 1, int64_t dim = -1, const std::optional<Tensor>& prepend = {},
              const std::optional<Tensor>& append = {}) const;
  /// The covariances of this matrix's rows; see gradus::cov.
  Tensor cov(int64_t correction = 1, const std::optional<Tensor>& fweights = {},
             const std::optional<Tensor>& aweights = {}) const;
  /// The correlation coefficients of this matrix's rows; see gradus::corrcoef.
  Tensor corrcoef() const;
  /// The middle element of all, or along `dim` with its index; of two the lower one. See
  /// gradus::median.
  Tensor median() const;
  std::tuple<Tensor, Tensor> median(int64_t dim, bool keepdim = false) const;
  /// The same as median(), of the elements that are not nan; see gradus::nanmedian.
  Tensor nanmedian() const;
  std::tuple<Tensor, Tensor> nanmedian(int64_t dim, bool keepdim = false) const;
  /// The most frequent element along `dim`, the smallest of several, and its last index; see
  /// gradus::mode.
  std::tuple<Tensor, Tensor> mode(int64_t dim = -1, bool keepdim = false) const;
  /// The k-th smallest element along `dim`, counted from 1, and its index; see gradus::kthvalue.
  std::tuple<Tensor, Tensor> kthvalue(int64_t k, int64_t dim = -1, bool keepdim = false) const;
  /// The elements in order along `dim`, and their indices; see gradus::sort. Equal elements always
  /// keep their order, whatever `stable` says.
  std::tuple<Tensor, Tensor> sort(int64_t dim = -1, bool descending = false) const;
  std::tuple<Tensor, Tensor> sort(std::optional<bool> stable, int64_t dim = -1,
                                  bool descending = false) const;
  /// The indices that sort() gives.
  Tensor argsort(int64_t dim = -1, bool descending = false) const;
  Tensor argsort(int dim, bool descending = false) const {
    return argsort(int64_t(dim), descending);
  }
  Tensor argsort(bool stable, int64_t dim = -1, bool descending = false) const;
  /// The elements sorted along the first dim; see gradus::msort.
  Tensor msort() const;
  /// The k largest (or smallest) elements along `dim`, and their indices; see gradus::topk.
  std::tuple<Tensor, Tensor> topk(int64_t k, int64_t dim = -1, bool largest = true,
                                  bool sorted = true) const;
  /// How often 0, 1, ... come in a 1-dim integer tensor, or the sums of their weights; see
  /// gradus::bincount.
  Tensor bincount(const std::optional<Tensor>& weights = {}, int64_t minlength = 0) const;
  /// The element that a fraction q of all is below, interpolated; see gradus::quantile.
  Tensor quantile(double q, std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                  std::string_view interpolation = "linear") const;
  Tensor quantile(const Tensor& q, std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                  std::string_view interpolation = "linear") const;
  /// The same as quantile(), of the elements that are not nan; see gradus::nanquantile.
  Tensor nanquantile(double q, std::optional<int64_t> dim = std::nullopt, bool keepdim = false,
                     std::string_view interpolation = "linear") const;
  Tensor nanquantile(const Tensor& q, std::optional<int64_t> dim = std::nullopt,
                     bool keepdim = false, std::string_view interpolation = "linear") const;
  /// How many elements lie in each of `bins` equal parts of [min, max]; see gradus::histc.
  Tensor histc(int64_t bins = 100, const Scalar& min = 0, const Scalar& max = 0) const;
  /// How many elements lie between neighbouring edges, and the edges; see gradus::histogram.
  std::tuple<Tensor, Tensor> histogram(const Tensor& bins, const std::optional<Tensor>& weight = {},
                                       bool density = false) const;
  std::tuple<Tensor, Tensor> histogram(int64_t bins = 100,
                                       std::optional<ArrayRef<double>> range = std::nullopt,
                                       const std::optional<Tensor>& weight = {},
                                       bool density = false) const;

  // --- Linear algebra (part of class Tensor) ------------------------------------------------
  /// The product of vectors, matrices or batches of matrices; see gradus::matmul.
  Tensor matmul(const Tensor& other) const;
  /// The product of two matrices, [m, k] and [k, n]; see gradus::mm.
  Tensor mm(const Tensor& mat2) const;
  /// The products of two batches of matrices, [b, m, k] and [b, k, n]; see gradus::bmm.
  Tensor bmm(const Tensor& mat2) const;
  /// The product of a matrix [m, k] and a vector [k]; see gradus::mv.
  Tensor mv(const Tensor& vec) const;
  /// The sum of the products of two vectors' elements; see gradus::dot.
  Tensor dot(const Tensor& tensor) const;
  /// The same as dot().
  Tensor vdot(const Tensor& tensor) const;
  /// Sums of products over the last dims; see gradus::inner.
  Tensor inner(const Tensor& other) const;
  /// All products of two vectors' elements, [n] and [m]: [n, m]; see gradus::outer.
  Tensor outer(const Tensor& vec2) const;
  /// The same as outer().
  Tensor ger(const Tensor& vec2) const;
  /// The Kronecker product; see gradus::kron.
  Tensor kron(const Tensor& other) const;
  /// The sum of the diagonal of a matrix; see gradus::trace.
  Tensor trace() const;
  /// Square matrices multiplied n times; n < 0 takes the inverse. See gradus::matrix_power.
  Tensor matrix_power(int64_t n) const;
  /// The determinant of square matrices; see gradus::linalg_det.
  Tensor det() const;
  /// Its sign and the logarithm of its size; see gradus::linalg_slogdet.
  std::tuple<Tensor, Tensor> slogdet() const;
  /// The logarithm of the determinant; see gradus::logdet.
  Tensor logdet() const;
  /// The inverse of square matrices; see gradus::linalg_inv.
  Tensor inverse() const;
  /// The pseudoinverse; see gradus::pinverse.
  Tensor pinverse(double rcond = 1e-15) const;
  /// The exponential of square matrices; see gradus::linalg_matrix_exp.
  Tensor matrix_exp() const;
  /// The triangular factor of positive definite matrices; see gradus::linalg_cholesky.
  Tensor cholesky(bool upper = false) const;
  /// Solves with such a factor; see gradus::cholesky_solve.
  Tensor cholesky_solve(const Tensor& input2, bool upper = false) const;
  /// The inverse from such a factor; see gradus::cholesky_inverse.
  Tensor cholesky_inverse(bool upper = false) const;
  /// Solves with LU factors; see gradus::linalg_lu_solve.
  Tensor lu_solve(const Tensor& LU_data, const Tensor& LU_pivots) const;
  /// Solves a triangular system; see gradus::triangular_solve.
  std::tuple<Tensor, Tensor> triangular_solve(const Tensor& A, bool upper = true,
                                              bool transpose = false,
                                              bool unitriangular = false) const;
  /// The factors Q and R; see gradus::linalg_qr.
  std::tuple<Tensor, Tensor> qr(bool some = true) const;
  /// R and the reflections that make Q; see gradus::geqrf.
  std::tuple<Tensor, Tensor> geqrf() const;
  /// The columns of Q from such reflections; see gradus::linalg_householder_product.
  Tensor orgqr(const Tensor& input2) const;
  /// The product of Q and a matrix; see gradus::ormqr.
  Tensor ormqr(const Tensor& input2, const Tensor& input3, bool left = true,
               bool transpose = false) const;
  /// Singular values and vectors; see gradus::svd.
  std::tuple<Tensor, Tensor, Tensor> svd(bool some = true, bool compute_uv = true) const;
  /// Throws NotImplementedError: there are no complex tensors.
  Tensor stft(int64_t n_fft, std::optional<int64_t> hop_length, std::optional<int64_t> win_length,
              const std::optional<Tensor>& window, bool normalized,
              std::optional<bool> onesided = {}, std::optional<bool> return_complex = {},
              std::optional<bool> align_to_window = {}) const;
  Tensor stft(int64_t n_fft, std::optional<int64_t> hop_length = {},
              std::optional<int64_t> win_length = {}, const std::optional<Tensor>& window = {},
              bool center = true, std::string_view pad_mode = "reflect", bool normalized = false,
              std::optional<bool> onesided = {}, std::optional<bool> return_complex = {},
              std::optional<bool> align_to_window = {}) const;
  /// Throws NotImplementedError: there are no complex tensors.
  Tensor istft(int64_t n_fft, std::optional<int64_t> hop_length = {},
               std::optional<int64_t> win_length = {}, const std::optional<Tensor>& window = {},
               bool center = true, bool normalized = false, std::optional<bool> onesided = {},
               std::optional<int64_t> length = {}, bool return_complex = false) const;
  /// The cross product along a dim of size 3, by default the first such one; see gradus::cross.
  Tensor cross(const Tensor& other, std::optional<int64_t> dim = std::nullopt) const;
  /// `beta * this + alpha * (a @ b)` of matrices a [n, k] and b [k, m]; see gradus::addmm.
  Tensor addmm(const Tensor& a, const Tensor& b, const Scalar& beta = 1,
               const Scalar& alpha = 1) const;
  /// The same as addmm(), in place. Throws Error when this shape is not that of the result.
  Tensor& addmm_(const Tensor& a, const Tensor& b, const Scalar& beta = 1,
                 const Scalar& alpha = 1) const;
  /// `beta * this + alpha * (a @ b)` of a matrix a [n, k] and a vector b [k]; see gradus::addmv.
  Tensor addmv(const Tensor& a, const Tensor& b, const Scalar& beta = 1,
               const Scalar& alpha = 1) const;
  /// The same as addmv(), in place. Throws Error when this shape is not that of the result.
  Tensor& addmv_(const Tensor& a, const Tensor& b, const Scalar& beta = 1,
                 const Scalar& alpha = 1) const;
  /// `beta * this + alpha * (the sum of a[i] @ b[i])` of batches a and b; see gradus::addbmm.
  Tensor addbmm(const Tensor& a, const Tensor& b, const Scalar& beta = 1,
                const Scalar& alpha = 1) const;
  /// The same as addbmm(), in place. Throws Error when this shape is not that of the result.
  Tensor& addbmm_(const Tensor& a, const Tensor& b, const Scalar& beta = 1,
                  const Scalar& alpha = 1) const;
  /// `beta * this + alpha * (a[i] @ b[i])` for each i of batches a and b; see gradus::baddbmm.
  Tensor baddbmm(const Tensor& a, const Tensor& b, const Scalar& beta = 1,
                 const Scalar& alpha = 1) const;
  /// The same as baddbmm(), in place. Throws Error when this shape is not that of the result.
  Tensor& baddbmm_(const Tensor& a, const Tensor& b, const Scalar& beta = 1,
                   const Scalar& alpha = 1) const;
  /// `beta * this + alpha * (the outer product of a and b)` of vectors a [n] and b [m]; see
  /// gradus::addr.
  Tensor addr(const Tensor& a, const Tensor& b, const Scalar& beta = 1,
              const Scalar& alpha = 1) const;
  /// The same as addr(), in place. Throws Error when this shape is not that of the result.
  Tensor& addr_(const Tensor& a, const Tensor& b, const Scalar& beta = 1,
                const Scalar& alpha = 1) const;

  // --- Views --------------------------------------------------------------------------------
  /// The same elements in another shape, in which one size may be -1 and follows from the others;
  /// or their bytes read as another element type, without a gradient. Never copies: throws Error
  /// where no view has that shape, and reshape() would copy.
  Tensor view(IntArrayRef size) const;
  Tensor view(ScalarType dtype) const;
  /// The same as view() with the sizes of `other`.
  Tensor view_as(const Tensor& other) const { return view(other.sizes()); }
  /// The same elements in another shape, in which one size may be -1: a view where there is one,
  /// else a copy; see gradus::reshape.
  Tensor reshape(IntArrayRef shape) const;
  /// The same as reshape() to the shape of `other`.
  Tensor reshape_as(const Tensor& other) const { return reshape(other.sizes()); }
  /// A view with the dims in another order; see gradus::permute.
  Tensor permute(IntArrayRef dims) const;
  /// A view with two dims exchanged; see gradus::transpose.
  Tensor transpose(int64_t dim0, int64_t dim1) const;
  /// Exchanges two dims of this tensor, without moving elements.
  Tensor& transpose_(int64_t dim0, int64_t dim1) const;
  /// The same as transpose().
  Tensor swapaxes(int64_t a, int64_t b) const { return transpose(a, b); }
  /// The same as transpose().
  Tensor swapdims(int64_t a, int64_t b) const { return transpose(a, b); }
  /// The same as transpose_().
  Tensor& swapaxes_(int64_t a, int64_t b) const { return transpose_(a, b); }
  /// The same as transpose_().
  Tensor& swapdims_(int64_t a, int64_t b) const { return transpose_(a, b); }
  /// A view of a matrix with its dims exchanged; a tensor of 0 or 1 dims stays as it is. Throws
  /// Error for more than 2 dims. See gradus::t.
  Tensor t() const;
  /// The same as t(), for this tensor itself.
  Tensor& t_() const;
  /// A view with all dims in reverse order. Warns once unless there are 2 dims.
  Tensor numpy_T() const;
  /// The same as numpy_T().
  Tensor T() const { return numpy_T(); }
  /// A view with the last two dims exchanged: each matrix of a batch is transposed. Throws Error
  /// for a tensor of 1 dim; one of 0 dims stays as it is.
  Tensor mT() const;
  /// The same as mT().
  Tensor adjoint() const { return mT(); }
  /// The same as mT(): there are no complex tensors.
  Tensor mH() const { return mT(); }
  /// The same as t(): there are no complex tensors.
  Tensor H() const { return t(); }
  /// A view of a larger shape: dims of size 1 are repeated, and new dims may stand in front,
  /// without copying. -1 keeps a size. Throws Error when another size than 1 would change.
  /// `implicit` has no effect.
  Tensor expand(IntArrayRef size, bool implicit = false) const;
  /// The same as expand() to the shape of `other`.
  Tensor expand_as(const Tensor& other) const { return expand(other.sizes()); }
  /// The same as expand().
  Tensor broadcast_to(IntArrayRef size) const { return expand(size); }
  /// Sums what an expansion from `size` to this shape would have repeated. Throws Error when `size`
  /// does not expand to this shape.
  Tensor sum_to_size(IntArrayRef size) const;
  /// A view of `length` places along `dim` from `start` on; see gradus::narrow.
  Tensor narrow(int64_t dim, int64_t start, int64_t length) const;
  Tensor narrow(int64_t dim, const Tensor& start, int64_t length) const;
  /// A view of one place along `dim`, which the result does not have; see gradus::select.
  Tensor select(int64_t dim, int64_t index) const;
  /// A view of the places start, start + step, ... before `end` along `dim`; see gradus::slice.
  Tensor slice(int64_t dim = 0, std::optional<int64_t> start = std::nullopt,
               std::optional<int64_t> end = std::nullopt, int64_t step = 1) const;
  /// `x[i]`: a view of place i along the first dim. With a tensor the same as index({i}): a tensor
  /// of several integers, or a mask, gives a copy.
  Tensor operator[](int64_t index) const { return select(0, index); }
  Tensor operator[](const Scalar& index) const { return select(0, index.toLong()); }
  Tensor operator[](const Tensor& index) const;
  /// A view without the dims of size 1: all of them, or those of the dims that are named; see
  /// gradus::squeeze.
  Tensor squeeze() const;
  Tensor squeeze(int64_t dim) const;
  Tensor squeeze(IntArrayRef dims) const;
  /// The same as squeeze(), for this tensor itself.
  Tensor& squeeze_() const;
  Tensor& squeeze_(int64_t dim) const;
  Tensor& squeeze_(IntArrayRef dims) const;
  /// A view with a new dim of size 1 at that place; see gradus::unsqueeze.
  Tensor unsqueeze(int64_t dim) const;
  /// The same as unsqueeze(), for this tensor itself.
  Tensor& unsqueeze_(int64_t dim) const;
  /// The dims from start_dim to end_dim as one: a view where there is one, else a copy; see
  /// gradus::flatten.
  Tensor flatten(int64_t start_dim = 0, int64_t end_dim = -1) const;
  /// A view in which one dim becomes several, of which one size may be -1; see gradus::unflatten.
  Tensor unflatten(int64_t dim, IntArrayRef sizes) const;
  /// All elements as one dim: a view of a contiguous tensor, else a copy; see gradus::ravel.
  Tensor ravel() const;
  /// Views of parts along `dim`, of split_size each (the last may be shorter) or of the given
  /// sizes; see gradus::split.
  std::vector<Tensor> split(int64_t split_size, int64_t dim = 0) const;
  std::vector<Tensor> split(IntArrayRef sizes, int64_t dim = 0) const;
  /// Views of parts along `dim` of the given sizes; see gradus::split_with_sizes.
  std::vector<Tensor> split_with_sizes(IntArrayRef sizes, int64_t dim = 0) const;
  /// Views of nearly equal parts along `dim`, or of those that end at the given indices; see
  /// gradus::tensor_split.
  std::vector<Tensor> tensor_split(int64_t sections, int64_t dim = 0) const;
  std::vector<Tensor> tensor_split(IntArrayRef indices, int64_t dim = 0) const;
  std::vector<Tensor> tensor_split(const Tensor& indices_or_sections, int64_t dim = 0) const;
  /// Views of parts along columns: dim 1, or dim 0 of a vector; see gradus::hsplit.
  std::vector<Tensor> hsplit(int64_t sections) const;
  std::vector<Tensor> hsplit(IntArrayRef indices) const;
  /// Views of parts along rows, dim 0; see gradus::vsplit.
  std::vector<Tensor> vsplit(int64_t sections) const;
  std::vector<Tensor> vsplit(IntArrayRef indices) const;
  /// Views of parts along depth, dim 2; see gradus::dsplit.
  std::vector<Tensor> dsplit(int64_t sections) const;
  std::vector<Tensor> dsplit(IntArrayRef indices) const;
  /// Views of at most `chunks` parts of equal size along `dim`, of which the last may be shorter;
  /// see gradus::chunk.
  std::vector<Tensor> chunk(int64_t chunks, int64_t dim = 0) const;
  /// The same as chunk(), but the parts may be written in place although the tape does not know
  /// them as views.
  std::vector<Tensor> unsafe_chunk(int64_t chunks, int64_t dim = 0) const;
  /// The same as split(), but the parts may be written in place although the tape does not know
  /// them as views.
  std::vector<Tensor> unsafe_split(int64_t split_size, int64_t dim = 0) const;
  /// Views of all places along `dim`, which they do not have; see gradus::unbind.
  std::vector<Tensor> unbind(int64_t dim = 0) const;
  /// A view of the diagonals of the matrices that two dims make, as the last dim; see
  /// gradus::diagonal.
  Tensor diagonal(int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) const;
  /// The diagonal of a matrix as a copy, or the matrix with this vector as its diagonal; see
  /// gradus::diag.
  Tensor diag(int64_t diagonal = 0) const;
  /// Matrices with the last dim of this tensor as their diagonals; see gradus::diag_embed.
  Tensor diag_embed(int64_t offset = 0, int64_t dim1 = -2, int64_t dim2 = -1) const;
  /// The matrix with all elements as its diagonal; see gradus::diagflat.
  Tensor diagflat(int64_t offset = 0) const;
  /// A view with dims moved to other places, and the rest in their order; see gradus::movedim.
  Tensor movedim(IntArrayRef source, IntArrayRef destination) const;
  Tensor movedim(int64_t source, int64_t destination) const;
  /// The same as movedim().
  Tensor moveaxis(IntArrayRef source, IntArrayRef destination) const;
  Tensor moveaxis(int64_t source, int64_t destination) const;
  /// A view of all windows of `size` places along `dimension`, `step` apart: the dim counts the
  /// windows, and a new last dim holds their elements. Throws Error when the size is negative or
  /// passes that of the dim, or the step is not positive.
  Tensor unfold(int64_t dimension, int64_t size, int64_t step) const;
  /// A view of the storage by any sizes and strides, by default from the same first element on; see
  /// gradus::as_strided.
  Tensor as_strided(IntArrayRef size, IntArrayRef stride,
                    std::optional<int64_t> storage_offset = std::nullopt) const;
  /// The same as as_strided(), for this tensor itself.
  Tensor& as_strided_(IntArrayRef size, IntArrayRef stride,
                      std::optional<int64_t> storage_offset = std::nullopt) const;
  /// A copy with src written into the window of as_strided(); see gradus::as_strided_scatter.
  Tensor as_strided_scatter(const Tensor& src, IntArrayRef size, IntArrayRef stride,
                            std::optional<int64_t> storage_offset = std::nullopt) const;
  /// narrow() as a new tensor; see gradus::narrow_copy.
  Tensor narrow_copy(int64_t dim, int64_t start, int64_t length) const;
  /// Parts of these sizes along `dim` that may be written in place; see
  /// gradus::unsafe_split_with_sizes.
  std::vector<Tensor> unsafe_split_with_sizes(IntArrayRef split_sizes, int64_t dim = 0) const;
  /// A view of all of this tensor.
  Tensor alias() const;

  // --- Indexing and rearranging -------------------------------------------------------------
  /// The elements that a list of indices names, as Python's `x[...]`: `x.index({Slice(1, 3), None,
  /// "...", 0, mask})`. Integers, slices, None and the ellipsis give a view; tensors of integers or
  /// masks give a copy, in which the index tensors broadcast. Throws IndexError for an index out of
  /// range, for too many indices and for an empty list. See gradus::index.
  Tensor index(ArrayRef<indexing::TensorIndex> indices) const;
  Tensor index(std::initializer_list<indexing::TensorIndex> indices) const;
  Tensor index(const std::vector<std::optional<Tensor>>& indices) const;
  /// Writes a number, or a tensor that broadcasts, to the elements that index() would give. With
  /// `accumulate` the values are added, also where an element is named several times. With index
  /// tensors the element types must agree, else Error is thrown.
  Tensor& index_put_(ArrayRef<indexing::TensorIndex> indices, const Tensor& rhs) const;
  Tensor& index_put_(ArrayRef<indexing::TensorIndex> indices, const Scalar& v) const;
  Tensor& index_put_(std::initializer_list<indexing::TensorIndex> indices, const Tensor& rhs) const;
  Tensor& index_put_(std::initializer_list<indexing::TensorIndex> indices, const Scalar& v) const;
  Tensor& index_put_(const std::vector<std::optional<Tensor>>& indices, const Tensor& values,
                     bool accumulate = false) const;
  /// The same as index_put_(), on a copy; see gradus::index_put.
  Tensor index_put(const std::vector<std::optional<Tensor>>& indices, const Tensor& values,
                   bool accumulate = false) const;
  /// A copy with `src` written where select() looks; see gradus::select_scatter.
  Tensor select_scatter(const Tensor& src, int64_t dim, int64_t index) const;
  /// A copy with `src` written where slice() looks; see gradus::slice_scatter.
  Tensor slice_scatter(const Tensor& src, int64_t dim = 0,
                       std::optional<int64_t> start = std::nullopt,
                       std::optional<int64_t> end = std::nullopt, int64_t step = 1) const;
  /// A copy with `src` written where diagonal() looks; see gradus::diagonal_scatter.
  Tensor diagonal_scatter(const Tensor& src, int64_t offset = 0, int64_t dim1 = 0,
                          int64_t dim2 = 1) const;
  /// The elements that `index` names along `dim`, in its shape; see gradus::gather.
  Tensor gather(int64_t dim, const Tensor& index, bool sparse_grad = false) const;
  /// A copy with `src`, or one value, written where `index` names along `dim`; with `reduce` they
  /// are added or multiplied instead. See gradus::scatter.
  Tensor scatter(int64_t dim, const Tensor& index, const Tensor& src) const;
  Tensor scatter(int64_t dim, const Tensor& index, const Scalar& value) const;
  Tensor scatter(int64_t dim, const Tensor& index, const Tensor& src,
                 std::string_view reduce) const;
  Tensor scatter(int64_t dim, const Tensor& index, const Scalar& value,
                 std::string_view reduce) const;
  /// The same as scatter(), in place.
  Tensor& scatter_(int64_t dim, const Tensor& index, const Tensor& src) const;
  Tensor& scatter_(int64_t dim, const Tensor& index, const Scalar& value) const;
  Tensor& scatter_(int64_t dim, const Tensor& index, const Tensor& src,
                   std::string_view reduce) const;
  Tensor& scatter_(int64_t dim, const Tensor& index, const Scalar& value,
                   std::string_view reduce) const;
  /// A copy with `src` added where `index` names along `dim`; see gradus::scatter_add.
  Tensor scatter_add(int64_t dim, const Tensor& index, const Tensor& src) const;
  /// The same as scatter_add(), in place.
  Tensor& scatter_add_(int64_t dim, const Tensor& index, const Tensor& src) const;
  /// A copy with the slices of `src` written where `index` names along `dim`; see
  /// gradus::index_copy.
  Tensor index_copy(int64_t dim, const Tensor& index, const Tensor& src) const;
  /// The same as index_copy(), in place.
  Tensor& index_copy_(int64_t dim, const Tensor& index, const Tensor& src) const;
  /// A copy with `src` reduced into the places that `index` names along `dim`; see
  /// gradus::scatter_reduce.
  Tensor scatter_reduce(int64_t dim, const Tensor& index, const Tensor& src,
                        std::string_view reduce, bool include_self = true) const;
  /// The same as scatter_reduce(), in place.
  Tensor& scatter_reduce_(int64_t dim, const Tensor& index, const Tensor& src,
                          std::string_view reduce, bool include_self = true) const;
  /// A copy of the slices that `index` names along `dim`; see gradus::index_select.
  Tensor index_select(int64_t dim, const Tensor& index) const;
  /// A copy with alpha times the slices of `source` added where `index` names along `dim`; see
  /// gradus::index_add.
  Tensor index_add(int64_t dim, const Tensor& index, const Tensor& source,
                   const Scalar& alpha = 1) const;
  /// The same as index_add(), in place.
  Tensor& index_add_(int64_t dim, const Tensor& index, const Tensor& source,
                     const Scalar& alpha = 1) const;
  /// A copy with one value written to the slices that `index` names along `dim`; see
  /// gradus::index_fill.
  Tensor index_fill(int64_t dim, const Tensor& index, const Scalar& value) const;
  Tensor index_fill(int64_t dim, const Tensor& index, const Tensor& value) const;
  /// The same as index_fill(), in place.
  Tensor& index_fill_(int64_t dim, const Tensor& index, const Scalar& value) const;
  Tensor& index_fill_(int64_t dim, const Tensor& index, const Tensor& value) const;
  /// A copy with the slices of `source` reduced into those that `index` names along `dim`; see
  /// gradus::index_reduce.
  Tensor index_reduce(int64_t dim, const Tensor& index, const Tensor& source,
                      std::string_view reduce, bool include_self = true) const;
  /// The same as index_reduce(), in place.
  Tensor& index_reduce_(int64_t dim, const Tensor& index, const Tensor& source,
                        std::string_view reduce, bool include_self = true) const;
  /// A copy with one value written where the mask is true; see gradus::masked_fill.
  Tensor masked_fill(const Tensor& mask, const Scalar& value) const;
  Tensor masked_fill(const Tensor& mask, const Tensor& value) const;
  /// The same as masked_fill(), in place; the mask broadcasts to this shape.
  Tensor& masked_fill_(const Tensor& mask, const Scalar& value) const;
  Tensor& masked_fill_(const Tensor& mask, const Tensor& value) const;
  /// The elements where the mask is true, as one dim; see gradus::masked_select.
  Tensor masked_select(const Tensor& mask) const;
  /// A copy with the elements of `source` written, in order, where the mask is true; see
  /// gradus::masked_scatter.
  Tensor masked_scatter(const Tensor& mask, const Tensor& source) const;
  /// The same as masked_scatter(), in place; the mask broadcasts to this shape.
  Tensor& masked_scatter_(const Tensor& mask, const Tensor& source) const;
  /// This tensor where the condition holds, else `other`; see gradus::where.
  Tensor where(const Tensor& condition, const Tensor& other) const;
  Tensor where(const Tensor& condition, const Scalar& other) const;
  /// The indices of the elements that are not 0, a row each: [count, dim()]; see gradus::nonzero.
  Tensor nonzero() const;
  /// The first `size` rows of nonzero(), filled up with `fill_value`; see gradus::nonzero_static.
  Tensor nonzero_static(int64_t size, int64_t fill_value = -1) const;
  /// The indices of the elements that are not 0, a tensor for each dim; see gradus::nonzero_numpy.
  std::vector<Tensor> nonzero_numpy() const;
  /// The same as nonzero().
  Tensor argwhere() const { return nonzero(); }
  /// The elements that `index` names in the flattened tensor, in its shape; see gradus::take.
  Tensor take(const Tensor& index) const;
  /// The elements that `indices` name along `dim`, or in the flattened tensor; see
  /// gradus::take_along_dim.
  Tensor take_along_dim(const Tensor& indices, std::optional<int64_t> dim = std::nullopt) const;
  /// A copy with `source` written, or added, where `index` names in the flattened tensor; see
  /// gradus::put.
  Tensor put(const Tensor& index, const Tensor& source, bool accumulate = false) const;
  /// The same as put(), in place.
  Tensor& put_(const Tensor& index, const Tensor& source, bool accumulate = false) const;
  /// The whole tensor repeated so many times along each dim, as a copy; see gradus::repeat.
  Tensor repeat(IntArrayRef repeats) const;
  /// Each element repeated so many times, along `dim` or flattened; see gradus::repeat_interleave.
  Tensor repeat_interleave(int64_t repeats, std::optional<int64_t> dim = std::nullopt,
                           std::optional<int64_t> output_size = std::nullopt) const;
  Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> dim = std::nullopt,
                           std::optional<int64_t> output_size = std::nullopt) const;
  /// The same as repeat(), for which missing leading counts are 1; see gradus::tile.
  Tensor tile(IntArrayRef dims) const;
  /// A copy with the order of the elements reversed along `dims`; see gradus::flip.
  Tensor flip(IntArrayRef dims) const;
  /// The same as flip() along dim 1. Throws Error for less than 2 dims.
  Tensor fliplr() const;
  /// The same as flip() along dim 0. Throws Error for a tensor of 0 dims.
  Tensor flipud() const;
  /// A copy turned k times by 90 degrees in the plane of two dims, from the first towards the
  /// second; see gradus::rot90.
  Tensor rot90(int64_t k = 1, IntArrayRef dims = {0, 1}) const;
  /// A copy moved on by `shifts` places along `dims`; what leaves at the end comes in at the front.
  /// See gradus::roll.
  Tensor roll(IntArrayRef shifts, IntArrayRef dims = {}) const;
  /// The lower triangle of each matrix, and 0 above it; see gradus::tril.
  Tensor tril(int64_t diagonal = 0) const;
  /// The upper triangle of each matrix, and 0 below it; see gradus::triu.
  Tensor triu(int64_t diagonal = 0) const;
  /// The same as tril(), in place.
  Tensor& tril_(int64_t diagonal = 0) const;
  /// The same as triu(), in place.
  Tensor& triu_(int64_t diagonal = 0) const;
  /// Writes v to the diagonal of a matrix, or of a tensor with more dims, all of one size. In a
  /// tall matrix `wrap` starts it again after each square and one row that is left out. Throws
  /// Error for less than 2 dims, or sizes that differ above 2 dims.
  Tensor& fill_diagonal_(const Scalar& v, bool wrap = false) const;

  // --- Random values, as PyTorch draws them -------------------------------------------------
  /// Fills the tensor with uniform values of [from, to). Throws Error when from > to, or when the
  /// element type, which must be floating, does not hold the range.
  Tensor& uniform_(double from = 0, double to = 1,
                   std::optional<Generator> generator = std::nullopt) const;
  /// Fills the tensor with normal values. Throws Error when std < 0, or the element type is not
  /// floating.
  Tensor& normal_(double mean = 0, double std = 1,
                  std::optional<Generator> generator = std::nullopt) const;
  /// Fills the tensor with uniform integers of [from, to), or from `from` to the largest that the
  /// element type holds. Without bounds the smallest is 0; floating types then take integers up to
  /// 2^24 (float32) or 2^53 (float64). Throws Error when from >= to, or the element type does not
  /// hold the bounds.
  Tensor& random_(std::optional<Generator> generator = std::nullopt) const;
  Tensor& random_(int64_t to, std::optional<Generator> generator = std::nullopt) const;
  Tensor& random_(int64_t from, std::optional<int64_t> to,
                  std::optional<Generator> generator = std::nullopt) const;
  /// Fills the tensor with 1 where a draw has the probability p, else 0. A tensor p is floating and
  /// broadcasts to this shape. Throws Error unless 0 <= p <= 1.
  Tensor& bernoulli_(double p = 0.5, std::optional<Generator> generator = std::nullopt) const;
  Tensor& bernoulli_(const Tensor& p, std::optional<Generator> generator = std::nullopt) const;
  /// 1 with the probability that each element gives, or with probability p, else 0, as a new
  /// tensor; see gradus::bernoulli.
  Tensor bernoulli(std::optional<Generator> generator = std::nullopt) const;
  Tensor bernoulli(double p, std::optional<Generator> generator = std::nullopt) const;
  /// Indices drawn with these elements as weights; see gradus::multinomial.
  Tensor multinomial(int64_t num_samples, bool replacement = false,
                     std::optional<Generator> generator = std::nullopt) const;
  /// Fills the tensor with exponentially distributed values of rate lambd. Throws Error unless
  /// lambd > 0 and the element type is floating.
  Tensor& exponential_(double lambd = 1, std::optional<Generator> generator = std::nullopt) const;
  /// Fills the tensor with how many trials of success probability p the first success took: 1, 2,
  /// ... Throws Error unless 0 < p < 1, or for a bool tensor.
  Tensor& geometric_(double p, std::optional<Generator> generator = std::nullopt) const;
  /// Fills the tensor with e^z, z normal with that mean and deviation. Throws Error unless std > 0
  /// and the element type is floating.
  Tensor& log_normal_(double mean = 1, double std = 2,
                      std::optional<Generator> generator = std::nullopt) const;
  /// Fills the tensor with values of the Cauchy distribution with that median and half width.
  /// Throws Error unless sigma > 0 and the element type is floating.
  Tensor& cauchy_(double median = 0, double sigma = 1,
                  std::optional<Generator> generator = std::nullopt) const;

  // --- New tensors with this one's type -----------------------------------------------------
  /// An uninitialised tensor of this element type, unless the options name another.
  Tensor new_empty(IntArrayRef size, const TensorOptions& options = {}) const;
  /// The same as new_empty(), with these strides, which count elements.
  Tensor new_empty_strided(IntArrayRef size, IntArrayRef stride,
                           const TensorOptions& options = {}) const;
  /// A tensor of zeros of this element type, unless the options name another.
  Tensor new_zeros(IntArrayRef size, const TensorOptions& options = {}) const;
  /// A tensor of ones of this element type, unless the options name another.
  Tensor new_ones(IntArrayRef size, const TensorOptions& options = {}) const;
  /// A tensor full of one value, of this element type unless the options name another.
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

/// `a + b`: the same as a.add(b).
inline Tensor operator+(const Tensor& a, const Tensor& b) { return a.add(b); }
inline Tensor operator+(const Tensor& a, const Scalar& b) { return a.add(b); }
/// `a - b`: the same as a.sub(b).
inline Tensor operator-(const Tensor& a, const Tensor& b) { return a.sub(b); }
inline Tensor operator-(const Tensor& a, const Scalar& b) { return a.sub(b); }
/// `a * b`: the same as a.mul(b).
inline Tensor operator*(const Tensor& a, const Tensor& b) { return a.mul(b); }
inline Tensor operator*(const Tensor& a, const Scalar& b) { return a.mul(b); }
/// `a / b`: the same as a.div(b).
inline Tensor operator/(const Tensor& a, const Tensor& b) { return a.div(b); }
inline Tensor operator/(const Tensor& a, const Scalar& b) { return a.div(b); }
/// `a % b`: the same as a.remainder(b).
inline Tensor operator%(const Tensor& a, const Tensor& b) { return a.remainder(b); }
inline Tensor operator%(const Tensor& a, const Scalar& b) { return a.remainder(b); }
/// `a & b`: the same as a.bitwise_and(b).
inline Tensor operator&(const Tensor& a, const Tensor& b) { return a.bitwise_and(b); }
inline Tensor operator&(const Tensor& a, const Scalar& b) { return a.bitwise_and(b); }
/// `a | b`: the same as a.bitwise_or(b).
inline Tensor operator|(const Tensor& a, const Tensor& b) { return a.bitwise_or(b); }
inline Tensor operator|(const Tensor& a, const Scalar& b) { return a.bitwise_or(b); }
/// `a ^ b`: the same as a.bitwise_xor(b).
inline Tensor operator^(const Tensor& a, const Tensor& b) { return a.bitwise_xor(b); }
inline Tensor operator^(const Tensor& a, const Scalar& b) { return a.bitwise_xor(b); }
/// `a == b`, elementwise: the same as a.eq(b).
inline Tensor operator==(const Tensor& a, const Tensor& b) { return a.eq(b); }
inline Tensor operator==(const Tensor& a, const Scalar& b) { return a.eq(b); }
/// `a != b`, elementwise: the same as a.ne(b).
inline Tensor operator!=(const Tensor& a, const Tensor& b) { return a.ne(b); }
inline Tensor operator!=(const Tensor& a, const Scalar& b) { return a.ne(b); }
/// `a < b`, elementwise: the same as a.lt(b).
inline Tensor operator<(const Tensor& a, const Tensor& b) { return a.lt(b); }
inline Tensor operator<(const Tensor& a, const Scalar& b) { return a.lt(b); }
/// `a <= b`, elementwise: the same as a.le(b).
inline Tensor operator<=(const Tensor& a, const Tensor& b) { return a.le(b); }
inline Tensor operator<=(const Tensor& a, const Scalar& b) { return a.le(b); }
/// `a > b`, elementwise: the same as a.gt(b).
inline Tensor operator>(const Tensor& a, const Tensor& b) { return a.gt(b); }
inline Tensor operator>(const Tensor& a, const Scalar& b) { return a.gt(b); }
/// `a >= b`, elementwise: the same as a.ge(b).
inline Tensor operator>=(const Tensor& a, const Tensor& b) { return a.ge(b); }
inline Tensor operator>=(const Tensor& a, const Scalar& b) { return a.ge(b); }
/// A number plus each element.
Tensor operator+(const Scalar& a, const Tensor& b);
/// A number minus each element.
Tensor operator-(const Scalar& a, const Tensor& b);
/// A number times each element.
Tensor operator*(const Scalar& a, const Tensor& b);
/// A number divided by each element.
Tensor operator/(const Scalar& a, const Tensor& b);
/// The remainder of a number divided by each element, with the sign of the element; see
/// gradus::remainder.
Tensor operator%(const Scalar& a, const Tensor& b);
/// The same as b & a.
inline Tensor operator&(const Scalar& a, const Tensor& b) { return b.bitwise_and(a); }
/// The same as b | a.
inline Tensor operator|(const Scalar& a, const Tensor& b) { return b.bitwise_or(a); }
/// The same as b ^ a.
inline Tensor operator^(const Scalar& a, const Tensor& b) { return b.bitwise_xor(a); }
/// The same as b == a.
inline Tensor operator==(const Scalar& a, const Tensor& b) { return b.eq(a); }
/// The same as b != a.
inline Tensor operator!=(const Scalar& a, const Tensor& b) { return b.ne(a); }
/// The same as b > a.
inline Tensor operator<(const Scalar& a, const Tensor& b) { return b.gt(a); }
/// The same as b >= a.
inline Tensor operator<=(const Scalar& a, const Tensor& b) { return b.ge(a); }
/// The same as b < a.
inline Tensor operator>(const Scalar& a, const Tensor& b) { return b.lt(a); }
/// The same as b <= a.
inline Tensor operator>=(const Scalar& a, const Tensor& b) { return b.le(a); }

/// Prints the elements as libtorch prints them; repr() gives Python's form.
std::ostream& operator<<(std::ostream& out, const Tensor& t);
/// The same, in lines of at most `linesize` characters, where one column takes no more.
std::ostream& print(std::ostream& out, const Tensor& t, int64_t linesize);
/// The same on std::cout.
void print(const Tensor& t, int64_t linesize = 80);

}  // namespace gradus

#include "tensor/accessor.h"

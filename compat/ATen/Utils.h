// Optional tensors, generators of a given kind, and tensors on memory that is there.
#pragma once

#include <c10/util/MaybeOwned.h>

#include <optional>
#include <utility>
#include <vector>

#include "gradus.h"

namespace gradus {

/// A list of tensors by libtorch's other names.
using ITensorListRef = TensorList;
using OptionalSymIntArrayRef = OptionalIntArrayRef;
/// An address as a storage gives it.
using DataPtr = Storage::DataPtr;

/// A tensor that lives elsewhere, or none.
class OptionalTensorRef {
 public:
  OptionalTensorRef() = default;
  OptionalTensorRef(const Tensor& x) : x_(x.defined() ? &x : nullptr) {}
  bool has_value() const { return x_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  /// The tensor; undefined for none.
  const Tensor& getTensorRef() const { return x_ ? *x_ : none(); }
  const Tensor& operator*() const { return getTensorRef(); }
  const Tensor* operator->() const { return &getTensorRef(); }

 private:
  static const Tensor& none() {
    static const Tensor undefined;
    return undefined;
  }
  const Tensor* x_ = nullptr;
};
/// The tensor of an optional one, else an undefined one.
inline MaybeOwned<Tensor> borrow_from_optional_tensor(const std::optional<Tensor>& x) {
  return x ? MaybeOwned<Tensor>::borrowed(*x) : MaybeOwned<Tensor>::owned(Tensor());
}

/// What stands behind a generator. Throws Error for none.
template <class T = CPUGeneratorImpl>
T* check_generator(const std::optional<Generator>& generator) {
  if (!generator || !generator->defined())
    throw Error("check_generator: expected a generator, got none");
  return generator->template get<T>();
}
/// The same, of the second one where there is no first.
template <class T = CPUGeneratorImpl>
T* get_generator_or_default(const std::optional<Generator>& generator, const Generator& other) {
  return generator && generator->defined() ? check_generator<T>(generator)
                                           : check_generator<T>(other);
}

/// from_blob() by steps: `for_blob(p, sizes).strides(s).options(o).make_tensor()`.
template <class = void>
class TensorMakerOf {
 public:
  TensorMakerOf(void* data, IntArrayRef sizes) : data_(data), sizes_(sizes.vec()) {}
  TensorMakerOf& strides(OptionalIntArrayRef strides) {
    if (strides)
      strides_ = strides->vec();
    else
      strides_.reset();
    return *this;
  }
  TensorMakerOf& storage_offset(std::optional<int64_t> offset) {
    offset_ = offset.value_or(0);
    return *this;
  }
  TensorMakerOf& deleter(std::function<void(void*)> f) {
    deleter_ = std::move(f);
    return *this;
  }
  /// Without a meaning: the tensor lives where its memory does.
  TensorMakerOf& target_device(std::optional<Device>) { return *this; }
  TensorMakerOf& options(TensorOptions options) {
    options_ = options;
    return *this;
  }
  /// The tensor on that memory; see from_blob().
  Tensor make_tensor() {
    if (offset_ < 0) throw Error("for_blob: the offset is negative");
    auto* const first = static_cast<char*>(data_) + offset_ * int64_t(options_.dtype().itemsize());
    const auto release =
        deleter_ ? Deleter([f = deleter_, data = data_](void*) { f(data); }) : Deleter();
    return strides_ ? from_blob(first, sizes_, *strides_, release, options_)
                    : from_blob(first, sizes_, release, options_);
  }

 private:
  void* data_;
  std::vector<int64_t> sizes_;
  std::optional<std::vector<int64_t>> strides_;
  int64_t offset_ = 0;
  std::function<void(void*)> deleter_;
  TensorOptions options_;
};
using TensorMaker = TensorMakerOf<>;
template <int = 0>
TensorMaker for_blob(void* data, IntArrayRef sizes) {
  return TensorMaker(data, sizes);
}

}  // namespace gradus

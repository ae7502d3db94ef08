// Functions that make tensors. Options give the element type (by default float32, or what each
// function says) and whether the result requires grad.
#pragma once

#include <functional>
#include <initializer_list>
#include <type_traits>

#include "tensor/tensor.h"

namespace gradus {

/// A memory format, or none for the usual one.
using MemoryFormatOpt = std::optional<MemoryFormat>;

/// A tensor of this shape whose elements are not set. float32 (see set_default_dtype()) unless the
/// options say otherwise. Throws Error for negative sizes and where there is no memory.
Tensor empty(IntArrayRef size, const TensorOptions& options = {}, MemoryFormatOpt = {});
/// empty() with these strides, which count elements.
Tensor empty_strided(IntArrayRef size, IntArrayRef stride, const TensorOptions& options = {});
/// A tensor of this shape full of 0.
Tensor zeros(IntArrayRef size, const TensorOptions& options = {});
/// A tensor of this shape full of 1.
Tensor ones(IntArrayRef size, const TensorOptions& options = {});
/// A tensor of this shape full of `fill_value`, by default of its kind: bool, int64 or the default
/// floating type.
Tensor full(IntArrayRef size, const Scalar& fill_value, const TensorOptions& options = {});
/// A 0-dim tensor of this number, by default of the default floating type.
Tensor scalar_tensor(const Scalar& s, const TensorOptions& options = {});

/// empty() with the shape, element type and order of strides of `self`, unless the options say
/// otherwise.
Tensor empty_like(const Tensor& self, const TensorOptions& options = {}, MemoryFormatOpt = {});
/// zeros() with the shape, element type and order of strides of `self`, unless the options say
/// otherwise.
Tensor zeros_like(const Tensor& self, const TensorOptions& options = {}, MemoryFormatOpt = {});
/// ones() with the shape, element type and order of strides of `self`, unless the options say
/// otherwise.
Tensor ones_like(const Tensor& self, const TensorOptions& options = {}, MemoryFormatOpt = {});
/// full() with the shape, element type and order of strides of `self`, unless the options say
/// otherwise.
Tensor full_like(const Tensor& self, const Scalar& fill_value, const TensorOptions& options = {},
                 MemoryFormatOpt = {});

/// start, start + step, ... below `end` (above it for a negative step); start is 0 and step 1 by
/// default. int64 when all the numbers are integers, else the default floating type. Throws Error
/// for a step of 0 and one that does not lead from start to end.
Tensor arange(const Scalar& end, const TensorOptions& options = {});
Tensor arange(const Scalar& start, const Scalar& end, const TensorOptions& options = {});
Tensor arange(const Scalar& start, const Scalar& end, const Scalar& step,
              const TensorOptions& options = {});
/// arange() with `end` included where a step meets it, in the default floating type.
Tensor range(const Scalar& start, const Scalar& end, const TensorOptions& options = {});
Tensor range(const Scalar& start, const Scalar& end, const Scalar& step,
             const TensorOptions& options = {});
/// `steps` numbers from start to end, both included, at equal distances.
Tensor linspace(const Scalar& start, const Scalar& end, int64_t steps,
                const TensorOptions& options = {});
/// base to the power of each number of linspace(start, end, steps).
Tensor logspace(const Scalar& start, const Scalar& end, int64_t steps, double base = 10,
                const TensorOptions& options = {});
/// The n x n (or n x m) matrix with ones on its main diagonal and zeros elsewhere.
Tensor eye(int64_t n, const TensorOptions& options = {});
Tensor eye(int64_t n, int64_t m, const TensorOptions& options = {});
/// The rows and the columns, [2, count], of the places on and below the `offset`-th diagonal of a
/// row x col matrix, row by row. int64 or int32.
Tensor tril_indices(int64_t row, int64_t col, int64_t offset = 0,
                    const TensorOptions& options = kLong);
/// The rows and the columns, [2, count], of the places on and above the `offset`-th diagonal of a
/// row x col matrix, row by row. int64 or int32.
Tensor triu_indices(int64_t row, int64_t col, int64_t offset = 0,
                    const TensorOptions& options = kLong);

/// What is called with the data when the last tensor on it dies.
using Deleter = std::function<void(void*)>;
/// A tensor on the memory at `data`, which must outlive it; nothing is copied. `deleter(data)` runs
/// when the last tensor on it dies. Strides count elements; without them the elements lie row by
/// row. Throws Error for negative sizes or strides.
Tensor from_blob(void* data, IntArrayRef sizes, const TensorOptions& options = {});
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides,
                 const TensorOptions& options = {});
Tensor from_blob(void* data, IntArrayRef sizes, Deleter deleter, const TensorOptions& options = {});
Tensor from_blob(void* data, IntArrayRef sizes, IntArrayRef strides, Deleter deleter,
                 const TensorOptions& options = {});

namespace detail {

// What tensor() takes: a number, a list of such things, or an array. Lives no longer than the call.
class TensorData {
 public:
  TensorData() { sizes_.push_back(0); }  // an empty list
  template <class T>
  requires std::is_arithmetic_v<T> TensorData(T v)
      : kind_(Kind::number), type_(type_for<T>()), number_(v) {}
  TensorData(std::initializer_list<TensorData> list);
  template <class T>
  TensorData(ArrayRef<T> a)
      : kind_(Kind::array),
        type_(scalar_type_of<T> == named_type_of<T> ? type_for<T>() : named_type_of<T>),
        stored_(named_type_of<T>),
        data_(a.data()),
        size_(a.size()) {
    static_assert(named_type_of<T> != ScalarType::Undefined, "no tensor has this element type");
    sizes_.push_back(int64_t(size_));
  }
  template <class T, class A>
  requires(!std::is_same_v<T, bool>) TensorData(const std::vector<T, A>& v)
      : TensorData(ArrayRef<T>(v)) {}

  Tensor make(const TensorOptions& options) const;

 private:
  enum class Kind { number, list, array };
  // Integers make int64 tensors, except bytes; floating point numbers the default type.
  template <class T>
  static constexpr ScalarType type_for() {
    if (std::is_same_v<T, bool>) return kBool;
    if (std::is_same_v<T, uint8_t>) return kByte;
    return std::is_integral_v<T> ? kLong : kDouble;
  }
  void write(char*& to, ScalarType t) const;
  void write_named(char*& to, ScalarType t) const;

  Kind kind_ = Kind::list;
  ScalarType type_ = kDouble;
  ScalarType stored_ = ScalarType::Undefined;  // of an array's elements
  Scalar number_;
  const void* data_ = nullptr;  // a list's or an array's elements
  size_t size_ = 0;
  Dims sizes_;
};

}  // namespace detail

/// The numbers of nested lists, as tensor({{1, 2}, {3, 4}}), of a vector or array, or one number
/// (0-dim). Bools make a bool tensor, integers int64 (bytes uint8), others the default floating
/// type, unless the options say otherwise. Throws Error for lists of unequal lengths or types.
inline Tensor tensor(const detail::TensorData& data, const TensorOptions& options = {}) {
  return data.make(options);
}

}  // namespace gradus

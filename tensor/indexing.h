// What a tensor is indexed with: x.index({Slice(1, 3), None, Ellipsis, 0, mask}).
#pragma once

#include <climits>

#include "tensor/tensor.h"

namespace gradus::indexing {

inline constexpr int64_t INDEX_MIN = INT64_MIN, INDEX_MAX = INT64_MAX;

// A new dim of size 1; in a Slice, a bound left open.
inline constexpr std::nullopt_t None = std::nullopt;
// All dims that the other indices leave over.
struct EllipsisIndexType {};
inline constexpr EllipsisIndexType Ellipsis;

// start, start + step, ... before stop. Negative bounds count from the back; bounds out of range
// are moved into it. The step must be positive.
class Slice {
 public:
  Slice(std::optional<int64_t> start = std::nullopt, std::optional<int64_t> stop = std::nullopt,
        std::optional<int64_t> step = std::nullopt)
      : start_(start.value_or(0)), stop_(stop.value_or(INDEX_MAX)), step_(step.value_or(1)) {
    if (step_ <= 0) detail::throw_value_error("Slice: the step must be positive");
  }
  int64_t start() const { return start_; }
  int64_t stop() const { return stop_; }
  int64_t step() const { return step_; }

 private:
  int64_t start_, stop_, step_;
};

enum class TensorIndexType { None, Ellipsis, Integer, Boolean, Slice, Tensor };

class TensorIndex {
 public:
  TensorIndex(std::nullopt_t) : type_(TensorIndexType::None) {}
  TensorIndex(EllipsisIndexType) : type_(TensorIndexType::Ellipsis) {}
  // Only "...".
  TensorIndex(const char* text) : type_(TensorIndexType::Ellipsis) {
    if (std::string_view(text) != "...")
      detail::throw_index_error("index: the only text to index with is \"...\"");
  }
  template <std::integral T>
  requires(!std::same_as<T, bool>) TensorIndex(T i)
      : type_(TensorIndexType::Integer), integer_(int64_t(i)) {}
  template <std::same_as<bool> T>
  TensorIndex(T b) : type_(TensorIndexType::Boolean), integer_(b) {}
  TensorIndex(Slice s) : type_(TensorIndexType::Slice), slice_(s) {}
  TensorIndex(Tensor t) : type_(TensorIndexType::Tensor), tensor_(std::move(t)) {}

  TensorIndexType type() const { return type_; }
  bool is_none() const { return type_ == TensorIndexType::None; }
  bool is_ellipsis() const { return type_ == TensorIndexType::Ellipsis; }
  bool is_integer() const { return type_ == TensorIndexType::Integer; }
  bool is_boolean() const { return type_ == TensorIndexType::Boolean; }
  bool is_slice() const { return type_ == TensorIndexType::Slice; }
  bool is_tensor() const { return type_ == TensorIndexType::Tensor; }
  int64_t integer() const { return integer_; }
  bool boolean() const { return integer_ != 0; }
  const Slice& slice() const { return slice_; }
  const Tensor& tensor() const { return tensor_; }

 private:
  TensorIndexType type_;
  int64_t integer_ = 0;
  Slice slice_;
  Tensor tensor_;
};

}  // namespace gradus::indexing

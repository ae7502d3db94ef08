// What a tensor is indexed with: x.index({Slice(1, 3), None, Ellipsis, 0, mask}).
#pragma once

#include <climits>

#include "tensor/tensor.h"

namespace gradus::indexing {

/// The bounds of a Slice that reach to the ends of any dim.
inline constexpr int64_t INDEX_MIN = INT64_MIN, INDEX_MAX = INT64_MAX;

/// A new dim of size 1; in a Slice, a bound left open.
inline constexpr std::nullopt_t None = std::nullopt;
/// The type of Ellipsis.
struct EllipsisIndexType {};
/// All dims that the other indices leave over.
inline constexpr EllipsisIndexType Ellipsis;

/// The places start, start + step, ... before stop along a dim; `Slice()` is all of it, and None
/// leaves a bound open. Negative bounds count from the back, and bounds out of range are moved into
/// it. Throws ValueError when the step is not positive.
class Slice {
 public:
  Slice(std::optional<int64_t> start = std::nullopt, std::optional<int64_t> stop = std::nullopt,
        std::optional<int64_t> step = std::nullopt)
      : start_(start.value_or(0)), stop_(stop.value_or(INDEX_MAX)), step_(step.value_or(1)) {
    if (step_ <= 0) detail::throw_value_error("Slice: the step must be positive");
  }
  /// The first place; 0 where it was left open.
  int64_t start() const { return start_; }
  /// The place before which the slice ends; INDEX_MAX where it was left open.
  int64_t stop() const { return stop_; }
  /// The distance between two places.
  int64_t step() const { return step_; }

 private:
  int64_t start_, stop_, step_;
};

/// The kinds of things that a tensor is indexed with.
enum class TensorIndexType { None, Ellipsis, Integer, Boolean, Slice, Tensor };

/// One entry of the list in `x.index({Slice(1, 3), None, Ellipsis, 0, mask})`: None, Ellipsis or
/// "...", an integer, a bool, a Slice, or a tensor of integers or bools. All of these convert to
/// it.
class TensorIndex {
 public:
  TensorIndex(std::nullopt_t) : type_(TensorIndexType::None) {}
  TensorIndex(EllipsisIndexType) : type_(TensorIndexType::Ellipsis) {}
  /// Only "..."; throws IndexError for any other text.
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

  /// Which kind it is.
  TensorIndexType type() const { return type_; }
  /// Whether it is None, which makes a new dim of size 1.
  bool is_none() const { return type_ == TensorIndexType::None; }
  /// Whether it is the ellipsis, which stands for all dims that the others leave over.
  bool is_ellipsis() const { return type_ == TensorIndexType::Ellipsis; }
  /// Whether it is an integer, which takes one place of a dim and drops the dim.
  bool is_integer() const { return type_ == TensorIndexType::Integer; }
  /// Whether it is a bool, which makes a new dim of size 1 (true) or 0 (false).
  bool is_boolean() const { return type_ == TensorIndexType::Boolean; }
  /// Whether it is a Slice.
  bool is_slice() const { return type_ == TensorIndexType::Slice; }
  /// Whether it is a tensor.
  bool is_tensor() const { return type_ == TensorIndexType::Tensor; }
  /// The integer; 0 for other kinds, and 0 or 1 for a bool.
  int64_t integer() const { return integer_; }
  /// The bool.
  bool boolean() const { return integer_ != 0; }
  /// The Slice; all of the dim for other kinds.
  const Slice& slice() const { return slice_; }
  /// The tensor; undefined for other kinds.
  const Tensor& tensor() const { return tensor_; }

 private:
  TensorIndexType type_;
  int64_t integer_ = 0;
  Slice slice_;
  Tensor tensor_;
};

}  // namespace gradus::indexing

// c10::OptionalArrayRef: a borrowed list, or none.
#pragma once

#include <c10/macros/Macros.h>

#include <optional>
#include <type_traits>
#include <vector>

#include "tensor/base/array_ref.h"

namespace gradus {

namespace detail {
template <class T>
class OptionalArrayRefOf : public std::optional<ArrayRef<T>> {
 public:
  using std::optional<ArrayRef<T>>::optional;
  OptionalArrayRefOf(const std::vector<T>& list) : std::optional<ArrayRef<T>>(ArrayRef<T>(list)) {}
  OptionalArrayRefOf(std::initializer_list<T> list)
      : std::optional<ArrayRef<T>>(ArrayRef<T>(list)) {}
};
}  // namespace detail

/// A borrowed list of T, or none; OptionalIntArrayRef for int64_t.
template <class T>
using OptionalArrayRef = std::conditional_t<std::is_same_v<T, int64_t>, OptionalIntArrayRef,
                                            detail::OptionalArrayRefOf<T>>;

}  // namespace gradus

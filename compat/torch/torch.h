// The libtorch spelling of Gradus: a training program written for libtorch's C++ frontend, on the
// CPU, compiles with this header in the place of libtorch's.
#pragma once

#include <c10/macros/Macros.h>
#include <gradus.h>
#include <torch/node_ptr.h>

// What programs lean on: libtorch's header brings these, or once did.
#include <algorithm>
#include <array>
#include <atomic>
#include <bitset>
#include <cassert>
#include <cctype>
#include <cfloat>
#include <chrono>
#include <climits>
#include <cmath>
#include <complex>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <exception>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <sstream>
#include <stack>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <type_traits>
#include <typeindex>
#include <typeinfo>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include <torch/devices.h>
#include <torch/jit.h>
#include <torch/streams.h>

#include "data/chunk_dataset.h"
#include "data/shuttle.h"
#include "tensor/base/linalg_error.h"

namespace gradus {

using std::make_optional;
using std::nullopt;
using std::nullopt_t;
using std::optional;

// The arguments as `<<` writes them, one after the other.
template <class... Args>
std::string str(const Args&... args) {
  std::ostringstream out;
  (out << ... << args);
  return out.str();
}

// 0, 1, ... end - 1, or begin ... end - 1.
template <std::integral T>
class irange {
 public:
  struct iterator {
    T value;
    T operator*() const { return value; }
    iterator& operator++() {
      ++value;
      return *this;
    }
    bool operator==(const iterator&) const = default;
  };
  explicit irange(T end) : irange(T(0), end) {}
  template <std::integral B>
  irange(B begin, T end) : begin_{T(begin)}, end_{T(begin) < end ? end : T(begin)} {}
  iterator begin() const { return begin_; }
  iterator end() const { return end_; }

 private:
  iterator begin_, end_;
};

/// What libtorch throws for want of memory, and in its other checks; programs catch them.
class OutOfMemoryError : public Error {
 public:
  using Error::Error;
};
class EnforceFiniteError : public Error {
 public:
  using Error::Error;
};
class AcceleratorError : public Error {
 public:
  using Error::Error;
};
class BufferError : public Error {
 public:
  using Error::Error;
};
class SyntaxError : public Error {
 public:
  using Error::Error;
};
using UserWarning = Warning::UserWarning;
using DeprecationWarning = Warning::DeprecationWarning;
/// There are no sizes that are yet to be known.
using SymInt = int64_t;
using SymIntArrayRef = IntArrayRef;
/// The name of IntArrayRef in libtorch's first versions.
using IntList = IntArrayRef;
using SymFloat = double;
using SymBool = bool;
/// There is one class of tensors.
using TensorBase = Tensor;

namespace detail {
template <class... Args>
std::string check_message(const char* condition, const Args&... args) {
  if constexpr (sizeof...(args) == 0)
    return std::string("expected ") + condition + " to be true, but got false";
  else
    return str(args...);
}
}  // namespace detail

}  // namespace gradus

namespace caffe2 {
using gradus::TypeMeta;
}

namespace gradus::detail {
[[gnu::visibility("default")]] inline const bool names_spelled = spell_names("torch::");
}

// Programs open namespace torch and those within it, to add a layer beside the library's own or to
// specialise a template. No alias can be opened; and a namespace of using-directives is another
// one: it would make `nn` ambiguous after `using namespace torch`, and what is opened in it would
// see the library's names as if they were global. So here the word itself stands for gradus.
#define torch gradus
// These words are too common to be macros; programs open them only to add names.
namespace at {
using namespace gradus;
}
namespace c10 {
using namespace gradus;
}

#define TORCH_VERSION_MAJOR 2
#define TORCH_VERSION_MINOR 13
#define TORCH_VERSION_PATCH 0
#define TORCH_VERSION "2.13.0"
#define TORCH_API

// Also within functions.
#define TORCH_ARG(T, name) GRADUS_ARG_SET_BY(, T, name)
#define _TORCH_OPTIM_SERIALIZE(name) gradus::optim::serialize(archive, #name, self.name)
#define _TORCH_OPTIM_SERIALIZE_WITH_TEMPLATE_ARG(Name) \
  gradus::optim::serialize<Name##ParamState, Name##Options>(archive, self)
#define _TORCH_OPTIM_SERIALIZE_TORCH_ARG(name) \
  gradus::optim::detail::save_arg(archive, #name, name())
#define _TORCH_OPTIM_SERIALIZE_TORCH_ARG_DEQUE _TORCH_OPTIM_SERIALIZE_TORCH_ARG
#define _TORCH_OPTIM_DESERIALIZE_TORCH_ARG(T, name) \
  name(gradus::optim::detail::load_arg<T>(archive, #name))
#define _TORCH_OPTIM_DESERIALIZE_TORCH_ARG_OPTIONAL(T, name) \
  name(gradus::optim::detail::load_arg<std::optional<T>>(archive, #name))
#define _TORCH_OPTIM_DESERIALIZE_TORCH_ARG_DEQUE _TORCH_OPTIM_DESERIALIZE_TORCH_ARG
#define TORCH_MODULE GRADUS_MODULE
#define TORCH_MODULE_IMPL GRADUS_MODULE_IMPL
#define FORWARD_HAS_DEFAULT_ARGS GRADUS_FORWARD_HAS_DEFAULT_ARGS

#define GRADUS_CHECK_AS(error, condition, ...)                                     \
  do {                                                                             \
    if (!(condition)) [[unlikely]]                                                 \
      throw ::gradus::error(                                                       \
          ::gradus::detail::check_message(#condition __VA_OPT__(, ) __VA_ARGS__)); \
  } while (false)
#define TORCH_CHECK(...) GRADUS_CHECK_AS(Error, __VA_ARGS__)
#define TORCH_CHECK_INDEX(...) GRADUS_CHECK_AS(IndexError, __VA_ARGS__)
#define TORCH_CHECK_VALUE(...) GRADUS_CHECK_AS(ValueError, __VA_ARGS__)
#define TORCH_CHECK_TYPE(...) GRADUS_CHECK_AS(TypeError, __VA_ARGS__)
#define TORCH_CHECK_NOT_IMPLEMENTED(...) GRADUS_CHECK_AS(NotImplementedError, __VA_ARGS__)
#define TORCH_INTERNAL_ASSERT(...) GRADUS_CHECK_AS(Error, __VA_ARGS__)
#define TORCH_INTERNAL_ASSERT_DEBUG_ONLY(...) GRADUS_CHECK_AS(Error, __VA_ARGS__)
#define TORCH_CHECK_EQ(a, b) TORCH_CHECK((a) == (b), "expected ", #a, " == ", #b)
#define TORCH_CHECK_NE(a, b) TORCH_CHECK((a) != (b), "expected ", #a, " != ", #b)
#define TORCH_CHECK_LT(a, b) TORCH_CHECK((a) < (b), "expected ", #a, " < ", #b)
#define TORCH_CHECK_LE(a, b) TORCH_CHECK((a) <= (b), "expected ", #a, " <= ", #b)
#define TORCH_CHECK_GT(a, b) TORCH_CHECK((a) > (b), "expected ", #a, " > ", #b)
#define TORCH_CHECK_GE(a, b) TORCH_CHECK((a) >= (b), "expected ", #a, " >= ", #b)
#define AT_ASSERT TORCH_INTERNAL_ASSERT
#define AT_ASSERTM(condition, ...) TORCH_CHECK(condition, __VA_ARGS__)
#define AT_CHECK TORCH_CHECK
#define AT_ERROR(...) throw ::gradus::Error(::gradus::str(__VA_ARGS__))
#define GRADUS_WARN_AS(type, ...)                                                             \
  ::gradus::warn(::gradus::Warning(::gradus::Warning::type(), {__func__, __FILE__, __LINE__}, \
                                   ::gradus::str(__VA_ARGS__), false))
#define GRADUS_WARN_ONCE_AS(type, ...)                                       \
  do {                                                                       \
    static std::atomic<bool> given{false};                                   \
    if (!given.exchange(true) || ::gradus::WarningUtils::get_warnAlways()) { \
      GRADUS_WARN_AS(type, __VA_ARGS__);                                     \
    }                                                                        \
  } while (false)
#define TORCH_WARN(...) GRADUS_WARN_AS(UserWarning, __VA_ARGS__)
#define TORCH_WARN_ONCE(...) GRADUS_WARN_ONCE_AS(UserWarning, __VA_ARGS__)
#define TORCH_WARN_DEPRECATION(...) GRADUS_WARN_AS(DeprecationWarning, __VA_ARGS__)

#define TORCH_CHECK_WITH(error, ...) GRADUS_CHECK_AS(error, __VA_ARGS__)
#define TORCH_CHECK_WITH_MSG(error, condition, type, ...) \
  GRADUS_CHECK_AS(error, condition, __VA_ARGS__)
#define TORCH_CHECK_LINALG(...) GRADUS_CHECK_AS(LinAlgError, __VA_ARGS__)
#define TORCH_CHECK_ARG(condition, number, ...) \
  TORCH_CHECK(condition, "argument ", number, ": ", __VA_ARGS__)
#define TORCH_CHECK_NOTNULL(value)                                                \
  ([&](auto&& gradus_value) -> decltype(auto) {                                   \
    TORCH_CHECK(gradus_value != nullptr, "expected ", #value, " not to be null"); \
    return std::forward<decltype(gradus_value)>(gradus_value);                    \
  }(value))
#define TORCH_DCHECK_EQ(a, b) GRADUS_DEBUG_ONLY(TORCH_CHECK_EQ(a, b))
#define TORCH_DCHECK_NE(a, b) GRADUS_DEBUG_ONLY(TORCH_CHECK_NE(a, b))
#define TORCH_DCHECK_LT(a, b) GRADUS_DEBUG_ONLY(TORCH_CHECK_LT(a, b))
#define TORCH_DCHECK_LE(a, b) GRADUS_DEBUG_ONLY(TORCH_CHECK_LE(a, b))
#define TORCH_DCHECK_GT(a, b) GRADUS_DEBUG_ONLY(TORCH_CHECK_GT(a, b))
#define TORCH_DCHECK_GE(a, b) GRADUS_DEBUG_ONLY(TORCH_CHECK_GE(a, b))
#define TORCH_INTERNAL_ASSERT_FALSE_OR_RETURN(...) TORCH_INTERNAL_ASSERT(false, __VA_ARGS__)
#define TORCH_CHECK_IF_NOT_ON_CUDA(...) TORCH_CHECK(__VA_ARGS__)
#define C10_THROW_ERROR(type, text) throw ::gradus::type(text)
#define TORCH_RETHROW(error, ...)                    \
  do {                                               \
    (error).add_context(::gradus::str(__VA_ARGS__)); \
    throw;                                           \
  } while (false)

#include <ATen/Context.h>
#include <ATen/Dispatch.h>
#include <ATen/ExpandUtils.h>
#include <ATen/Parallel.h>
#include <ATen/ScalarOps.h>
#include <ATen/TensorGeometry.h>
#include <ATen/TensorIndexing.h>
#include <ATen/Utils.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/TensorAccessor.h>
#include <ATen/record_function.h>
#include <c10/core/Backend.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/DispatchKeySet.h>
#include <c10/core/MemoryFormat.h>
#include <c10/core/WrapDimMinimal.h>
#include <c10/util/Metaprogramming.h>
#include <c10/util/OptionalArrayRef.h>
#include <c10/util/StringUtil.h>
#include <c10/util/Type.h>
#include <c10/util/accumulate.h>
#include <c10/util/flat_hash_map.h>
#include <c10/util/intrusive_ptr.h>

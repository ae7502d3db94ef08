// The libtorch spelling of Gradus: a training program written for libtorch's C++ frontend, on the
// CPU, compiles with this header in the place of libtorch's.
#pragma once

#include <gradus.h>
#include <torch/node_ptr.h>

// Programs rely on libtorch bringing these.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <fstream>
#include <iostream>
#include <memory>
#include <numeric>
#include <optional>
#include <sstream>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gradus {

using std::make_optional;
using std::nullopt;
using std::nullopt_t;
using std::optional;

namespace cuda {
// There is no such device here.
inline bool is_available() { return false; }
inline bool cudnn_is_available() { return false; }
inline DeviceIndex device_count() { return 0; }
inline void manual_seed(uint64_t) {}
inline void manual_seed_all(uint64_t) {}
inline void synchronize(int64_t = -1) {}
}  // namespace cuda
inline bool hasCUDA() { return false; }
inline bool hasMPS() { return false; }

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
inline const bool names_spelled = spell_names("torch::");
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
#define C10_UNUSED [[maybe_unused]]

#define TORCH_ARG GRADUS_ARG
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

// `scalar_t` is the element type inside the function.
#define AT_DISPATCH_FLOATING_TYPES(TYPE, NAME, ...) \
  ::gradus::visit_floating(TYPE, NAME, [&]<class scalar_t>(scalar_t) { return __VA_ARGS__(); })
#define AT_DISPATCH_INTEGRAL_TYPES(TYPE, NAME, ...) \
  ::gradus::visit_integral(TYPE, NAME, [&]<class scalar_t>(scalar_t) { return __VA_ARGS__(); })
#define AT_DISPATCH_ALL_TYPES(TYPE, NAME, ...) \
  ::gradus::visit_all(TYPE, NAME, [&]<class scalar_t>(scalar_t) { return __VA_ARGS__(); })

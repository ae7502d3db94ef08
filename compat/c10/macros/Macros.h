// The words that libtorch's own macros spell for a compiler, and its namespaces.
#pragma once

namespace gradus {}
namespace at {
using namespace gradus;
}
namespace c10 {
using namespace gradus;
}

#ifdef NDEBUG
#define GRADUS_DEBUG_ONLY(...) static_cast<void>(0)
#else
#define GRADUS_DEBUG_ONLY(...) __VA_ARGS__
#endif

#define C10_LIKELY(condition) (__builtin_expect(static_cast<bool>(condition), 1))
#define C10_UNLIKELY(condition) (__builtin_expect(static_cast<bool>(condition), 0))
#define C10_ALWAYS_INLINE __attribute__((__always_inline__)) inline
#define C10_ALWAYS_INLINE_ATTRIBUTE __attribute__((__always_inline__))
#define C10_NOINLINE __attribute__((noinline))
#define C10_NODISCARD [[nodiscard]]
#ifndef C10_UNUSED
#define C10_UNUSED [[maybe_unused]]
#endif
#define C10_USED __attribute__((__used__))
#define C10_RESTRICT __restrict
#define C10_ERASE __attribute__((always_inline)) inline
#define C10_FALLTHROUGH [[fallthrough]]
#define C10_HAS_CPP_ATTRIBUTE(x) __has_cpp_attribute(x)
#define C10_DEPRECATED [[deprecated]]
#define C10_DEPRECATED_MESSAGE(message) [[deprecated(message)]]

#define C10_EXPORT __attribute__((__visibility__("default")))
#define C10_HIDDEN __attribute__((__visibility__("hidden")))
#define C10_IMPORT C10_EXPORT
#define C10_API
#define C10_API_ENUM
#define TORCH_CUDA_CPP_API
#define TORCH_CUDA_CU_API
#define TORCH_XPU_API

// There is no other device, for which a function would have to be compiled.
#define C10_HOST_DEVICE
#define C10_DEVICE
#define C10_HOST
#define C10_HIP_HOST_DEVICE

#define C10_STRINGIZE_IMPL(x) #x
#define C10_STRINGIZE(x) C10_STRINGIZE_IMPL(x)
#define C10_CONCATENATE_IMPL(a, b) a##b
#define C10_CONCATENATE(a, b) C10_CONCATENATE_IMPL(a, b)
#define C10_MACRO_EXPAND(args) args
#define C10_UID __COUNTER__
#define C10_ANONYMOUS_VARIABLE(name) C10_CONCATENATE(name, __COUNTER__)
#define C10_DISABLE_COPY_AND_ASSIGN(type) \
  type(const type&) = delete;             \
  type& operator=(const type&) = delete
#define AT_DISALLOW_COPY_AND_ASSIGN C10_DISABLE_COPY_AND_ASSIGN
#define C10_RETURN_MOVE_IF_OLD_COMPILER 0

// Uses of the interface are not counted.
#define C10_LOG_API_USAGE_ONCE(...) static_cast<void>(0)
#define C10_LOG_EVENT_SAMPLED(...) static_cast<void>(0)

// What the sanitizers change for tests.
#pragma once

namespace gradus::test {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool address_sanitizer = true;
#elif defined(__has_feature)
inline constexpr bool address_sanitizer = __has_feature(address_sanitizer);
#else
inline constexpr bool address_sanitizer = false;
#endif

// Whether freed blocks are kept for reuse: the address sanitizer is to see each come and go.
inline constexpr bool caching = !address_sanitizer;

// The thread sanitizer itself needs more memory than a test may limit a process to.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool may_limit_memory = false;
#elif defined(__has_feature)
inline constexpr bool may_limit_memory = !__has_feature(thread_sanitizer);
#else
inline constexpr bool may_limit_memory = true;
#endif

}  // namespace gradus::test

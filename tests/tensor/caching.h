// Whether freed blocks are kept for reuse: the address sanitizer is to see each come and go.
#pragma once

namespace gradus::test {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool caching = false;
#elif defined(__has_feature)
inline constexpr bool caching = !__has_feature(address_sanitizer);
#else
inline constexpr bool caching = true;
#endif

}  // namespace gradus::test

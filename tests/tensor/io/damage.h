// Files with faults in them, for readers that may only throw Error.
#pragma once

#include <string>

#include "tensor/base/error.h"

namespace gradus::test {

// What f throws.
template <class F>
std::string message(F f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

// Calls read(bytes) on the file cut at each byte, where it must throw Error if `cuts_throw`, and
// with each bit changed, where it may. Any other exception ends the test.
template <class Read>
void damage(const std::string& bytes, Read read, bool cuts_throw = true) {
  const auto throws = [&](const std::string& damaged) {
    try {
      read(damaged);
    } catch (const Error&) {
      return true;
    }
    return false;
  };
  for (size_t n = 0; n < bytes.size(); ++n) {
    const bool threw = throws(bytes.substr(0, n));
    if (cuts_throw && !threw) {
      CAPTURE(n);
      FAIL_CHECK("a cut file was read");
    }
  }
  for (size_t i = 0; i < bytes.size() * 8; ++i) {
    std::string changed = bytes;
    changed[i / 8] = char(changed[i / 8] ^ 1 << i % 8);
    throws(changed);
  }
}

}  // namespace gradus::test

// UTF-8, for .cpp files.
#pragma once

#include <string>
#include <string_view>

namespace gradus {

// Where the first character stands that is no UTF-8 (RFC 3629): a byte too few or too many, a
// surrogate, a longer form of a shorter one; npos if there is none.
size_t find_no_utf8(std::string_view text);
inline bool is_utf8(std::string_view text) { return find_no_utf8(text) == text.npos; }

// A name for an error: of a long one the first 100 bytes, whole characters where it is UTF-8.
std::string clipped(std::string_view text);

}  // namespace gradus

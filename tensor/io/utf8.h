// UTF-8, for .cpp files.
#pragma once

#include <string_view>

namespace gradus {

// Whether all of the text is UTF-8 (RFC 3629): no byte too few or too many, no surrogate, no longer
// form of a shorter one.
bool is_utf8(std::string_view text);

}  // namespace gradus

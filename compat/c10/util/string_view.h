// c10::string_view: std::string_view by another name.
#pragma once

#include <c10/macros/Macros.h>

#include <string>
#include <string_view>

namespace gradus {

using std::basic_string_view;
using std::string_view;
inline bool starts_with(std::string_view text, std::string_view start) {
  return text.starts_with(start);
}
inline bool ends_with(std::string_view text, std::string_view end) { return text.ends_with(end); }

}  // namespace gradus

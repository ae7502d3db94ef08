// Ends of file names; for .cpp files.
#pragma once

#include <string_view>

namespace gradus::vision::detail {

// Whether the name ends so, in small letters or in capitals; `end` has small ones.
inline bool has_end(std::string_view name, std::string_view end) {
  if (name.size() < end.size()) return false;
  name.remove_prefix(name.size() - end.size());
  for (size_t i = 0; i < end.size(); ++i)
    if ((name[i] >= 'A' && name[i] <= 'Z' ? char(name[i] + 32) : name[i]) != end[i]) return false;
  return true;
}

}  // namespace gradus::vision::detail

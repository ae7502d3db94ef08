// c10::str, c10::Join and other work on text.
#pragma once

#include <c10/util/string_view.h>

#include <sstream>
#include <vector>

namespace gradus {

using std::stod;
using std::stoi;
using std::stoll;
using std::stoull;
using std::to_string;

/// The elements as `<<` writes them, `delimiter` between them.
template <class List>
std::string Join(const std::string& delimiter, const List& list) {
  std::ostringstream out;
  bool first = true;
  for (const auto& each : list) {
    if (!first) out << delimiter;
    out << each;
    first = false;
  }
  return out.str();
}
/// Replaces `from` wherever it stands, and returns how often that was.
template <int = 0>
size_t ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  size_t count = 0;
  if (from.empty()) return 0;
  for (size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size(), ++count)
    text.replace(at, from.size(), to);
  return count;
}
/// The parts of a text between the delimiters.
template <int = 0>
std::vector<std::string_view> split(std::string_view text, char delimiter) {
  std::vector<std::string_view> parts;
  for (size_t at = 0;;) {
    const size_t end = text.find(delimiter, at);
    parts.push_back(text.substr(at, end - at));
    if (end == text.npos) return parts;
    at = end + 1;
  }
}
namespace detail {
/// What follows the last '/'.
inline std::string StripBasename(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}
}  // namespace detail

}  // namespace gradus

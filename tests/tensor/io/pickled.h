// Pickles and archives put together by hand.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gradus.h"
#include "tensor/io/zip.h"
#include "tests/tensor/io/damage.h"
#include "tests/tensor/io/shown.h"

namespace gradus::test {

using namespace std::string_literals;
using Entries = std::vector<std::pair<std::string, std::string>>;

inline std::vector<char> archive(const Entries& entries) {
  std::vector<char> out;
  ZipWriter zip("save", [&](const void* data, size_t n) {
    out.insert(out.end(), static_cast<const char*>(data), static_cast<const char*>(data) + n);
  });
  for (const auto& [name, content] : entries) zip.store(name, {content});
  zip.finish();
  return out;
}
inline const std::string six_floats =
    "\0\0\0\0\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40\0\0\xa0\x40"s;

// What a pickle says, with the storages 0 of six floats, 1 of three bools and "" of nothing.
inline IValue unpickled(const std::string& pickle) {
  return pickle_load(archive({{"a/data.pkl", pickle},
                              {"a/data/0", six_floats},
                              {"a/data/1", "\0\1\2"s},
                              {"a/data/", ""},
                              {"a/version", "3\n"}}));
}
inline std::string why(const std::string& pickle) {
  const std::string text = message([&] { unpickled(pickle); });
  const std::string op = "pickle_load: ";
  return text.starts_with(op) ? text.substr(op.size()) : text;
}
inline std::string shown(const std::string& pickle) { return Shown()(unpickled(pickle)); }

inline std::string text(const std::string& s) {
  return "\x8c" + std::string(1, char(s.size())) + s;
}
inline std::string storage(const std::string& type, const std::string& key, int elements) {
  return "(" + text("storage") + "ctorch\n" + type + "\n" + text(key) + text("cpu") + "K" +
         std::string(1, char(elements)) + "tQ";
}
// `rest` gives the place, sizes and strides.
inline std::string tensor_on(const std::string& storage, const std::string& rest) {
  return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + rest + "\x89}tR";
}
inline std::string floats(const std::string& rest) {
  return tensor_on(storage("FloatStorage", "0", 6), rest);
}

}  // namespace gradus::test

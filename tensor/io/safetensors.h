// The safetensors file layout: what stands in the header.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tensor/io/ivalue.h"

namespace gradus::safetensors {

// Longer headers are refused, as by the format's own library.
inline constexpr uint64_t longest_header = 100'000'000;
inline constexpr size_t most_dims = 64;

struct Entry {
  std::string name;
  // Undefined for one that is not known here, whose code stands beside it.
  ScalarType dtype = ScalarType::Undefined;
  std::string unknown_code;
  std::vector<int64_t> shape;
  uint64_t begin = 0, end = 0;  // bytes from the header's end
};

struct Header {
  std::vector<Entry> tensors;
  std::vector<std::pair<std::string, std::string>> metadata;
  uint64_t data_bytes() const;
};

// Checks everything: the grammar, unique names, known dtypes, that each tensor's place has the
// bytes of its shape, and that the places follow each other without a gap or an overlap. The
// tensors come in the order of their places. Errors begin with `where`.
//
// With `any_dtype` the element types may be ones that no tensor has, or that are not known.
Header parse_header(std::string_view json, const std::string& where = "load",
                    bool any_dtype = false);
// The format's name of an entry's element type.
std::string_view code_of(const Entry& entry);
// Padded to a multiple of 8 bytes, so that the data is aligned.
std::string format_header(const Header& header);

// A text in JSON. Throws Error for one that is no UTF-8.
std::string quoted(const std::string& text);
// A value that is no tensor as JSON text, and back; text that is no such JSON is a string.
std::string to_text(const IValue& value);
IValue from_text(const std::string& text);

}  // namespace gradus::safetensors

#include "tensor/io/serialize.h"

#include <bit>
#include <ostream>
#include <unordered_set>

#include "tensor/base/fail.h"
#include "tensor/io/file.h"
#include "tensor/io/safetensors_layout.h"

namespace gradus::serialize {

static_assert(std::endian::native == std::endian::little, "the file layout is little-endian");

void OutputArchive::write(const std::string& key, const IValue& value) {
  if (key == "__metadata__") fail("write: the key {} is the format's own", key);
  const std::string kind = value.tagKind();
  if (kind == "Tuple" || kind == "GenericList" || kind == "GenericDict")
    fail("write: {} is a {}, which no archive holds; write its elements", key, kind);
  if (value.isTensorList() && !value.toTensorVector().empty()) {
    const std::vector<Tensor> list = value.toTensorVector();
    for (size_t i = 0; i < list.size(); ++i) write(fmt::format("{}.{}", key, i), list[i]);
  } else if (value.isTensorList()) {
    entries_.emplace_back(key, std::vector<int64_t>());
  } else {
    entries_.emplace_back(key, value);
  }
}

void OutputArchive::write(const std::string& key, const Tensor& tensor, bool) {
  write(key, IValue(tensor));
}

void OutputArchive::write(const std::string& key, const OutputArchive& nested) {
  for (const auto& [name, value] : nested.entries_) entries_.emplace_back(key + '.' + name, value);
}

namespace {

safetensors::FileLayout lay_out(const OutputArchive::Entries& entries) try {
  std::vector<std::pair<const std::string*, Tensor>> tensors;
  std::vector<std::pair<std::string, std::string>> texts;
  std::unordered_set<std::string_view> seen;
  for (const auto& [key, value] : entries) {
    if (!seen.insert(key).second) fail("save: the key {} was written twice", key);
    if (value.isTensor())
      tensors.emplace_back(&key, value.toTensor());
    else
      texts.emplace_back(key, safetensors::to_text(value));
  }
  return safetensors::lay_out("save", std::move(tensors), std::move(texts));
} catch (...) {
  gradus::detail::rethrow_as_error("save");
}

}  // namespace

void OutputArchive::save_to(const std::function<size_t(const void*, size_t)>& write) const {
  const auto put = [&](const void* data, size_t bytes) {
    if (bytes > 0 && write(data, bytes) != bytes) fail("save: cannot write {} bytes", bytes);
  };
  lay_out(entries_).write(put);
}

void OutputArchive::save_to(std::ostream& stream) const {
  save_to([&](const void* data, size_t bytes) {
    return stream.write(static_cast<const char*>(data), std::streamsize(bytes)) ? bytes : 0;
  });
  if (!stream.flush()) fail("save: cannot write to the stream");
}

void OutputArchive::save_to(const std::string& filename) const try {
  replace_file("save", filename, [&](const WriteBytes& write) {
    save_to([&](const void* data, size_t bytes) {
      write(data, bytes);
      return bytes;
    });
  });
} catch (...) {
  gradus::detail::rethrow_as_error("save");
}

}  // namespace gradus::serialize

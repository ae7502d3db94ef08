#include "tensor/io/serialize.h"

#include <fcntl.h>

#include <algorithm>
#include <bit>
#include <filesystem>
#include <ostream>
#include <unordered_set>

#include "tensor/base/fail.h"
#include "tensor/io/file.h"
#include "tensor/io/safetensors.h"
#include "tensor/raw.h"

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

// The header, and the tensors in the order of their places.
struct Layout {
  std::string header;
  std::vector<std::pair<const std::string*, Tensor>> tensors;
};

Layout lay_out(const OutputArchive::Entries& entries) try {
  safetensors::Header header;
  Layout layout;
  std::unordered_set<std::string_view> seen;
  for (const auto& [key, value] : entries) {
    if (!seen.insert(key).second) fail("save: the key {} was written twice", key);
    if (value.isTensor())
      layout.tensors.emplace_back(&key, value.toTensor());
    else
      header.metadata.emplace_back(key, safetensors::to_text(value));
  }
  // The widest elements first, so that each tensor is aligned in the file.
  std::stable_sort(layout.tensors.begin(), layout.tensors.end(), [](const auto& a, const auto& b) {
    return a.second.itemsize() > b.second.itemsize();
  });
  uint64_t at = 0;
  for (const auto& [key, t] : layout.tensors) {
    if (t.sizes().size() > safetensors::most_dims)
      fail("save: {} has {} dims, more than the {} that are read again", *key, t.dim(),
           safetensors::most_dims);
    header.tensors.push_back({*key, t.dtype(), t.sizes().vec(), at, at + t.nbytes()});
    at += t.nbytes();
  }
  layout.header = safetensors::format_header(header);
  if (layout.header.size() > safetensors::longest_header)
    fail("save: names and values take {} bytes, more than the {} that are read again",
         layout.header.size(), safetensors::longest_header);
  return layout;
} catch (...) {
  gradus::detail::rethrow_as_error("save");
}

}  // namespace

void OutputArchive::save_to(const std::function<size_t(const void*, size_t)>& write) const {
  const auto put = [&](const void* data, size_t bytes) {
    if (bytes > 0 && write(data, bytes) != bytes) fail("save: cannot write {} bytes", bytes);
  };
  const Layout layout = lay_out(entries_);
  const uint64_t length = layout.header.size();
  put(&length, sizeof length);
  put(layout.header.data(), length);
  for (const auto& each : layout.tensors) {
    const Tensor t = raw::contiguous(each.second);
    put(t.data_ptr(), t.nbytes());
  }
}

void OutputArchive::save_to(std::ostream& stream) const {
  save_to([&](const void* data, size_t bytes) {
    return stream.write(static_cast<const char*>(data), std::streamsize(bytes)) ? bytes : 0;
  });
  if (!stream.flush()) fail("save: cannot write to the stream");
}

void OutputArchive::save_to(const std::string& filename) const try {
  namespace fs = std::filesystem;
  const auto save = [&](const auto& file) {
    save_to([&](const void* data, size_t bytes) {
      file.write(data, bytes);
      return bytes;
    });
  };
  std::error_code none;
  const fs::file_status status = fs::status(filename, none);
  if (fs::exists(status) && !fs::is_regular_file(status)) {  // a pipe, a device
    save(File("save", filename, O_WRONLY));
    return;
  }
  Replacement file(filename);
  save(file);
  file.commit();
} catch (...) {
  gradus::detail::rethrow_as_error("save");
}

}  // namespace gradus::serialize

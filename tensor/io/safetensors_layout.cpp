#include "tensor/io/safetensors_layout.h"

#include <algorithm>

#include "tensor/base/fail.h"
#include "tensor/io/elements.h"
#include "tensor/io/utf8.h"
#include "tensor/raw.h"

namespace gradus::safetensors {

void FileLayout::write(const WriteBytes& write) const {
  const uint64_t length = header.size();
  write(&length, sizeof length);
  write(header.data(), length);
  for (const auto& each : tensors) {
    const Tensor t = raw::contiguous(each.second);
    write(t.data_ptr(), t.nbytes());
  }
}

FileLayout lay_out(const char* op, std::vector<std::pair<const std::string*, Tensor>> tensors,
                   std::vector<std::pair<std::string, std::string>> metadata) {
  const auto check_text = [op](const std::string& text) {
    if (!is_utf8(text)) fail("{}: a name or string is not UTF-8", op);
  };
  for (const auto& [name, value] : metadata) {
    check_text(name);
    check_text(value);
  }
  Header header;
  header.metadata = std::move(metadata);
  std::stable_sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
    return a.second.itemsize() > b.second.itemsize();
  });
  uint64_t at = 0;
  for (const auto& [name, t] : tensors) {
    check_text(*name);
    if (t.sizes().size() > most_dims)
      fail("{}: {} has {} dims, more than the {} that are read again", op, *name, t.dim(),
           most_dims);
    if (t.dtype() == kBool) {
      const Tensor bools = raw::contiguous(t);
      check_bools(fmt::format("{}: {}", op, *name), bools.data_ptr(), bools.nbytes());
    }
    header.tensors.push_back({*name, t.dtype(), {}, t.sizes().vec(), at, at + t.nbytes()});
    at += t.nbytes();
  }
  FileLayout layout{format_header(header), std::move(tensors)};
  if (layout.header.size() > longest_header)
    fail("{}: names and values take {} bytes, more than the {} that are read again", op,
         layout.header.size(), longest_header);
  return layout;
}

}  // namespace gradus::safetensors

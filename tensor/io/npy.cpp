#include "tensor/io/npy.h"

#include <fcntl.h>

#include <algorithm>
#include <istream>
#include <ostream>
#include <unordered_set>

#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/io/file.h"
#include "tensor/io/npy_layout.h"
#include "tensor/io/zip.h"

namespace gradus {

namespace {

constexpr std::string_view ending = ".npy";

void put(const npy::Written& array, const WriteBytes& write) {
  write(array.header.data(), array.header.size());
  write(array.data().data(), array.data().size());
}

void put_into(const char* op, std::ostream& stream,
              const std::function<void(const WriteBytes&)>& content) {
  content([&](const void* data, size_t bytes) {
    if (!stream.write(static_cast<const char*>(data), std::streamsize(bytes)))
      fail("{}: cannot write to the stream", op);
  });
  if (!stream.flush()) fail("{}: cannot write to the stream", op);
}

void put(const NamedTensors& tensors, bool compressed, const WriteBytes& write) {
  static constexpr const char* op = "save_npz";
  // Before anything is written: a stream's bytes cannot be taken back.
  std::unordered_set<std::string> entries;
  for (const auto& [name, tensor] : tensors) {
    const std::string entry = name + std::string(ending);
    ZipWriter::check_name(op, entry);
    if (!entries.insert(entry).second) fail("{}: the name {} was written twice", op, entry);
    npy::check(op, name, tensor);
  }
  ZipWriter zip(op, write);
  for (const auto& [name, tensor] : tensors) {
    const npy::Written array = npy::lay_out(op, name, tensor);
    const ZipWriter::Pieces content = {array.header, array.data()};
    const std::string entry = name + std::string(ending);
    compressed ? zip.deflate(entry, content) : zip.store(entry, content);
  }
  zip.finish();
}

NamedTensors all_of(const NpzFile& file) {
  NamedTensors tensors;
  for (std::string& name : file.keys()) {
    Tensor t = file[name];
    tensors.emplace_back(std::move(name), std::move(t));
  }
  return tensors;
}

}  // namespace

Tensor load_npy(const std::string& filename) try {
  const File file("load_npy", filename, O_RDONLY);
  return npy::read_array(
      "load_npy: " + filename,
      {[&](void* to, size_t bytes) { return file.read(to, bytes); }, file.size()});
} catch (...) {
  detail::rethrow_as_error("load_npy");
}

Tensor load_npy(std::istream& stream) try {
  if (!stream) fail("load_npy: the stream is not readable");
  const auto read = [&](void* to, size_t bytes) {
    stream.read(static_cast<char*>(to), std::streamsize(bytes));
    return size_t(stream.gcount());
  };
  std::optional<uint64_t> left;
  if (const std::streamoff here = stream.tellg(); here != -1) {
    stream.seekg(0, std::ios::end);
    left = uint64_t(std::max(std::streamoff(stream.tellg()), here) - here);
    stream.seekg(here);
  }
  stream.clear();
  return npy::read_array("load_npy", {read, left}, /*may_follow=*/true);
} catch (...) {
  detail::rethrow_as_error("load_npy");
}

void save_npy(const Tensor& tensor, const std::string& filename) try {
  const npy::Written array = npy::lay_out("save_npy", "", tensor);
  replace_file("save_npy", filename, [&](const WriteBytes& write) { put(array, write); });
} catch (...) {
  detail::rethrow_as_error("save_npy");
}

void save_npy(const Tensor& tensor, std::ostream& stream) try {
  const npy::Written array = npy::lay_out("save_npy", "", tensor);
  put_into("save_npy", stream, [&](const WriteBytes& write) { put(array, write); });
} catch (...) {
  detail::rethrow_as_error("save_npy");
}

struct NpzFile::Impl {
  ZipReader zip;
  std::string where;
};

NpzFile::NpzFile(const std::string& filename) try
    : impl_(new Impl{ZipReader("load_npz", filename), "load_npz: " + filename}) {
} catch (...) {
  detail::rethrow_as_error("load_npz");
}
NpzFile::NpzFile(std::istream& stream) try
    : impl_(new Impl{ZipReader("load_npz", stream), "load_npz"}) {
} catch (...) {
  detail::rethrow_as_error("load_npz");
}
NpzFile::NpzFile(NpzFile&&) noexcept = default;
NpzFile& NpzFile::operator=(NpzFile&&) noexcept = default;
NpzFile::~NpzFile() = default;

std::vector<std::string> NpzFile::keys() const try {
  std::vector<std::string> names;
  for (const ZipEntry& e : impl_->zip.entries())
    if (std::string_view(e.name).ends_with(ending))
      names.push_back(e.name.substr(0, e.name.size() - ending.size()));
  return names;
} catch (...) {
  detail::rethrow_as_error("load_npz");
}

bool NpzFile::contains(const std::string& name) const {
  return impl_->zip.find(name + std::string(ending)) != nullptr;
}

Tensor NpzFile::operator[](const std::string& name) const try {
  const ZipEntry* entry = impl_->zip.find(name + std::string(ending));
  if (!entry) fail("{}: there is no array {}", impl_->where, name);
  ZipContent content = impl_->zip.open(*entry);
  return npy::read_array(
      impl_->where + ": " + name,
      {[&](void* to, size_t bytes) { return content.read(to, bytes); }, entry->size});
} catch (...) {
  detail::rethrow_as_error("load_npz");
}

NamedTensors load_npz(const std::string& filename) try {
  return all_of(NpzFile(filename));
} catch (...) {
  detail::rethrow_as_error("load_npz");
}
NamedTensors load_npz(std::istream& stream) try { return all_of(NpzFile(stream)); } catch (...) {
  detail::rethrow_as_error("load_npz");
}

void save_npz(const NamedTensors& tensors, const std::string& filename, bool compressed) try {
  replace_file("save_npz", filename,
               [&](const WriteBytes& write) { put(tensors, compressed, write); });
} catch (...) {
  detail::rethrow_as_error("save_npz");
}
void save_npz(const NamedTensors& tensors, std::ostream& stream, bool compressed) try {
  put_into("save_npz", stream, [&](const WriteBytes& write) { put(tensors, compressed, write); });
} catch (...) {
  detail::rethrow_as_error("save_npz");
}

}  // namespace gradus

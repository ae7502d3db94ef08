#include "tensor/serialize.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <istream>
#include <limits>
#include <ostream>
#include <unordered_map>
#include <unordered_set>

#include "tensor/fail.h"
#include "tensor/raw.h"
#include "tensor/safetensors.h"

namespace gradus::serialize {

static_assert(std::endian::native == std::endian::little, "the file layout is little-endian");

// --- Writing ----------------------------------------------------------------------------------

void OutputArchive::write(const std::string& key, const IValue& value) {
  if (key == "__metadata__") fail("write: the key {} is the format's own", key);
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

void OutputArchive::save_to(const std::function<size_t(const void*, size_t)>& write) const {
  safetensors::Header header;
  std::vector<std::pair<const std::string*, Tensor>> placed;
  std::unordered_set<std::string_view> seen;
  for (const auto& [key, value] : entries_) {
    if (!seen.insert(key).second) fail("save: the key {} was written twice", key);
    if (value.isTensor())
      placed.emplace_back(&key, value.toTensor());
    else
      header.metadata.emplace_back(key, safetensors::to_text(value));
  }
  // The widest elements first, so that each tensor is aligned in the file.
  std::stable_sort(placed.begin(), placed.end(), [](const auto& a, const auto& b) {
    return a.second.itemsize() > b.second.itemsize();
  });
  uint64_t at = 0;
  for (const auto& [key, t] : placed) {
    header.tensors.push_back({*key, t.dtype(), t.sizes().vec(), at, at + t.nbytes()});
    at += t.nbytes();
  }

  const auto put = [&](const void* data, size_t bytes) {
    if (bytes > 0 && write(data, bytes) != bytes) fail("save: cannot write {} bytes", bytes);
  };
  const std::string text = safetensors::format_header(header);
  const uint64_t length = text.size();
  put(&length, sizeof length);
  put(text.data(), text.size());
  for (const auto& [key, t] : placed) put(raw::contiguous(t).data_ptr(), t.nbytes());
}

void OutputArchive::save_to(std::ostream& stream) const {
  save_to([&](const void* data, size_t bytes) {
    return stream.write(static_cast<const char*>(data), std::streamsize(bytes)) ? bytes : 0;
  });
  if (!stream.flush()) fail("save: cannot write to the stream");
}

namespace {

class File {
 public:
  File(const std::string& name, int flags)
      : name_(name), fd_(open(name.c_str(), flags | O_CLOEXEC, 0666)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

  size_t write(const void* data, size_t bytes) const {
    size_t done = 0;
    while (done < bytes) {
      const ssize_t n = ::write(fd_, static_cast<const char*>(data) + done, bytes - done);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) fail("save: cannot write {}: {}", name_, std::strerror(errno));
      done += size_t(n);
    }
    return done;
  }
  size_t read(void* data, size_t bytes) const {
    size_t done = 0;
    while (done < bytes) {
      const ssize_t n = ::read(fd_, static_cast<char*>(data) + done, bytes - done);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail("load: cannot read {}: {}", name_, std::strerror(errno));
      if (n == 0) break;
      done += size_t(n);
    }
    return done;
  }

 private:
  std::string name_;
  int fd_;
};

[[noreturn]] void fail_open(const char* op, const std::string& name) {
  fail("{}: cannot open {}: {}", op, name, std::strerror(errno));
}

}  // namespace

void OutputArchive::save_to(const std::string& filename) const {
  namespace fs = std::filesystem;
  std::error_code none;
  const fs::file_status status = fs::status(filename, none);
  if (fs::exists(status) && !fs::is_regular_file(status)) {  // a pipe, a device
    File file(filename, O_WRONLY);
    if (!file.is_open()) fail_open("save", filename);
    save_to([&](const void* data, size_t bytes) { return file.write(data, bytes); });
    return;
  }
  // Behind a symbolic link, its target is what gets replaced.
  const fs::path target = fs::exists(status) ? fs::canonical(filename, none) : fs::path(filename);
  static std::atomic<unsigned> count{0};
  const std::string temporary = fmt::format("{}.{}.{}.tmp", target.string(), getpid(), count++);
  File file(temporary, O_WRONLY | O_CREAT | O_EXCL);
  if (!file.is_open()) fail_open("save", filename);
  try {
    save_to([&](const void* data, size_t bytes) { return file.write(data, bytes); });
    if (fsync(file.fd()) != 0 || !file.close() ||
        std::rename(temporary.c_str(), target.c_str()) != 0)
      fail("save: cannot write {}: {}", filename, std::strerror(errno));
  } catch (...) {
    unlink(temporary.c_str());
    throw;
  }
}

// --- Reading ----------------------------------------------------------------------------------

struct InputArchive::Contents {
  std::vector<std::pair<std::string, IValue>> entries;
  std::unordered_map<std::string, size_t> places;
  std::vector<std::pair<Tensor, Tensor>> overwritten;  // a target and what it held

  void add(const std::string& key, IValue value) {
    if (!places.try_emplace(key, entries.size()).second) fail("load: the header has {} twice", key);
    entries.emplace_back(key, std::move(value));
  }
};

namespace {

constexpr uint64_t unknown = std::numeric_limits<uint64_t>::max();

// Bytes in sequence, of which there are `left` (unknown for a pipe).
class Source {
 public:
  Source(std::function<size_t(void*, size_t)> read, uint64_t left)
      : read_(std::move(read)), left_(left) {}
  uint64_t left() const { return left_; }
  void take(void* data, uint64_t bytes) {
    if (bytes > left_ || read_(data, bytes) != bytes)
      fail("load: the file ends {}", left_ == unknown ? "early" : "before its data");
    if (left_ != unknown) left_ -= bytes;
  }
  // No more memory than there are bytes, whatever the file claims.
  std::string take_string(uint64_t bytes) {
    if (bytes > left_) fail("load: the file ends before its data");
    std::string s;
    while (s.size() < bytes) {
      const size_t had = s.size();
      s.resize(had + std::min<uint64_t>(bytes - had, std::max<uint64_t>(had, 1 << 20)));
      take(s.data() + had, s.size() - had);
    }
    return s;
  }

 private:
  std::function<size_t(void*, size_t)> read_;
  uint64_t left_;
};

Tensor read_tensor(Source& source, const safetensors::Entry& e) {
  const uint64_t bytes = e.end - e.begin;
  Tensor t;
  if (source.left() == unknown) {
    const std::string data = source.take_string(bytes);
    t = raw::empty(e.shape, e.dtype);
    std::memcpy(t.data_ptr(), data.data(), bytes);
  } else {
    t = raw::empty(e.shape, e.dtype);
    source.take(t.data_ptr(), bytes);
  }
  if (e.dtype == kBool) {
    const auto* data = static_cast<const uint8_t*>(t.data_ptr());
    for (uint64_t i = 0; i < bytes; ++i)
      if (data[i] > 1) fail("load: {}: element {} is {}, no bool", e.name, i, data[i]);
  }
  return t;
}

std::shared_ptr<InputArchive::Contents> read_archive(Source source, bool is_file,
                                                     std::optional<Device> device) {
  if (device && !device->is_cpu()) fail("load: there is no device {} here", device->str());
  uint64_t length;
  if (source.left() < sizeof length) fail("load: {} bytes are no archive", source.left());
  source.take(&length, sizeof length);
  if (length > safetensors::longest_header || length > source.left())
    fail("load: a header of {} bytes in a file of {}", length,
         source.left() == unknown ? "unknown length"
                                  : std::to_string(source.left() + sizeof length));
  const safetensors::Header header = safetensors::parse_header(source.take_string(length));
  if (source.left() != unknown && source.left() < header.data_bytes())
    fail("load: the file ends before its data, {} bytes of {}", source.left(), header.data_bytes());
  if (is_file && source.left() != header.data_bytes())
    fail("load: {} bytes of data in the header and {} in the file", header.data_bytes(),
         source.left());
  auto contents = std::make_shared<InputArchive::Contents>();
  for (const safetensors::Entry& e : header.tensors) contents->add(e.name, read_tensor(source, e));
  for (const auto& [key, text] : header.metadata) contents->add(key, safetensors::from_text(text));
  return contents;
}

}  // namespace

InputArchive::InputArchive() : contents_(std::make_shared<Contents>()) {}

void InputArchive::load_from(const std::string& filename, std::optional<Device> device) {
  File file(filename, O_RDONLY);
  struct stat status;
  if (!file.is_open() || fstat(file.fd(), &status) != 0) fail_open("load", filename);
  const bool regular = S_ISREG(status.st_mode);
  try {
    contents_ = read_archive({[&](void* data, size_t bytes) { return file.read(data, bytes); },
                              regular ? uint64_t(status.st_size) : unknown},
                             regular, device);
  } catch (const Error& e) {
    throw e.within(filename);
  }
  prefix_.clear();
}

void InputArchive::load_from(std::istream& stream, std::optional<Device> device) {
  if (!stream) fail("load: the stream is not readable");
  uint64_t left = unknown;
  if (const auto here = stream.tellg(); here != std::istream::pos_type(-1)) {
    stream.seekg(0, std::ios::end);
    left = uint64_t(stream.tellg() - here);
    stream.seekg(here);
  }
  stream.clear();
  const auto read = [&](void* data, size_t bytes) {
    stream.read(static_cast<char*>(data), std::streamsize(bytes));
    return size_t(stream.gcount());
  };
  contents_ = read_archive({read, left}, false, device);
  prefix_.clear();
}

void InputArchive::load_from(const std::function<size_t(uint64_t, void*, size_t)>& read,
                             const std::function<size_t()>& size, std::optional<Device> device) {
  uint64_t at = 0;
  const auto next = [&](void* data, size_t bytes) {
    const size_t n = read(at, data, bytes);
    at += n;
    return n;
  };
  contents_ = read_archive({next, size()}, true, device);
  prefix_.clear();
}

void InputArchive::load_from(const char* data, size_t size, std::optional<Device> device) {
  load_from(
      [=](uint64_t at, void* to, size_t bytes) {
        std::memcpy(to, data + at, bytes);
        return bytes;
      },
      [=] { return size; }, device);
}

const IValue* InputArchive::find(const std::string& key) const {
  const auto it = contents_->places.find(prefix_ + key);
  return it == contents_->places.end() ? nullptr : &contents_->entries[it->second].second;
}

bool InputArchive::try_read(const std::string& key, IValue& value) {
  if (const IValue* found = find(key)) {
    value = *found;
    return true;
  }
  std::vector<Tensor> list;
  Tensor t;
  while (try_read(fmt::format("{}.{}", key, list.size()), t)) list.push_back(std::exchange(t, {}));
  if (list.empty()) return false;
  value = std::move(list);
  return true;
}

bool InputArchive::try_read(const std::string& key, Tensor& tensor, bool) {
  const IValue* found = find(key);
  if (!found || !(found->isTensor() || found->isNone())) return false;
  const Tensor value = found->toTensor();
  if (!tensor.defined() || !value.defined()) {
    tensor = value;
    return true;
  }
  if (value.sizes() != tensor.sizes())
    fail("load: {}{}: sizes differ, {} in the archive and {} in the target", prefix_, key,
         value.sizes(), tensor.sizes());
  if (is_floating(value.dtype()) != is_floating(tensor.dtype()))
    fail("load: {}{}: types differ, {} in the archive and {} in the target", prefix_, key,
         value.dtype(), tensor.dtype());
  contents_->overwritten.emplace_back(tensor, raw::clone(tensor));
  raw::copy(tensor, value);
  tensor.impl()->storage->bump_version();
  return true;
}

void InputArchive::roll_back() {
  auto& undo = contents_->overwritten;
  for (; !undo.empty(); undo.pop_back()) raw::copy(undo.back().first, undo.back().second);
}

bool InputArchive::try_read(const std::string& key, InputArchive& archive) {
  const std::string prefix = prefix_ + key + '.';
  for (const auto& [name, value] : contents_->entries)
    if (name.starts_with(prefix)) {
      archive.contents_ = contents_;
      archive.prefix_ = prefix;
      return true;
    }
  return false;
}

void InputArchive::read(const std::string& key, Tensor& tensor, bool is_buffer) {
  if (try_read(key, tensor, is_buffer)) return;
  if (const IValue* found = find(key))
    fail("load: {}{} is no tensor but a {}", prefix_, key, found->tagKind());
  fail("load: the archive has no tensor {}{}", prefix_, key);
}
void InputArchive::read(const std::string& key, IValue& value) {
  if (!try_read(key, value)) fail("load: the archive has no value {}{}", prefix_, key);
}
void InputArchive::read(const std::string& key, InputArchive& archive) {
  if (try_read(key, archive)) return;
  archive.contents_ = contents_;
  archive.prefix_ = prefix_ + key + '.';
}

std::vector<std::string> InputArchive::keys() const {
  std::vector<std::string> out;
  std::unordered_set<std::string> seen;
  for (const auto& [name, value] : contents_->entries)
    if (name.starts_with(prefix_)) {
      const size_t end = name.find('.', prefix_.size());
      std::string key = name.substr(prefix_.size(), end - prefix_.size());
      if (seen.insert(key).second) out.push_back(std::move(key));
    }
  return out;
}

}  // namespace gradus::serialize

namespace gradus {
namespace {

constexpr const char* grad_flag = ".requires_grad";

void write_tensor(serialize::OutputArchive& archive, const std::string& key, const Tensor& t) {
  archive.write(key, t);
  if (t.defined() && t.requires_grad()) archive.write(key + grad_flag, true);
}
bool try_read_tensor(serialize::InputArchive& archive, const std::string& key, Tensor& t) {
  if (!archive.try_read(key, t)) return false;
  IValue flag;
  if (t.defined() && archive.try_read(key + grad_flag, flag)) t.requires_grad_(flag.toBool());
  return true;
}

}  // namespace

serialize::OutputArchive& operator<<(serialize::OutputArchive& archive, const Tensor& t) {
  write_tensor(archive, "0", t);
  return archive;
}
serialize::InputArchive& operator>>(serialize::InputArchive& archive, Tensor& t) {
  Tensor loaded;
  if (!try_read_tensor(archive, "0", loaded)) fail("load: the archive has no tensor 0");
  if (t.defined() && loaded.defined())
    t.set_data(loaded);
  else
    t = std::move(loaded);
  return archive;
}

serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                     const std::vector<Tensor>& tensors) {
  for (size_t i = 0; i < tensors.size(); ++i) write_tensor(archive, std::to_string(i), tensors[i]);
  return archive;
}
serialize::InputArchive& operator>>(serialize::InputArchive& archive,
                                    std::vector<Tensor>& tensors) {
  std::vector<Tensor> loaded;
  Tensor t;
  for (size_t i = 0; try_read_tensor(archive, std::to_string(i), t); ++i)
    loaded.push_back(std::exchange(t, {}));
  tensors.insert(tensors.end(), loaded.begin(), loaded.end());
  return archive;
}

}  // namespace gradus

// How archives come out of files.
#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <istream>
#include <limits>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "tensor/base/fail.h"
#include "tensor/io/file.h"
#include "tensor/io/file_kind.h"
#include "tensor/io/safetensors.h"
#include "tensor/io/serialize.h"
#include "tensor/io/utf8.h"
#include "tensor/raw.h"

namespace gradus::serialize {

// A place is an index into the tensors or, beyond them, the texts.
struct InputArchive::Contents {
  std::vector<std::pair<std::string, Tensor>> tensors;
  // The values that are no tensors, as they stand in the file: a program reads few of them.
  std::vector<std::pair<std::string, std::string>> texts;
  std::vector<uint32_t> by_name;                       // places; a tensor before a text of its name
  std::vector<std::pair<Tensor, Tensor>> overwritten;  // a target and what it held
  bool hands_over = false;                             // see InputArchive::hand_over()
  // Targets that took an entry's elements and stand for it since, with the entry's place.
  std::unordered_map<const TensorImpl*, size_t> taken;

  bool is_tensor(size_t place) const { return place < tensors.size(); }
  const std::string& name(size_t place) const {
    return is_tensor(place) ? tensors[place].first : texts[place - tensors.size()].first;
  }
  IValue value(size_t place) const {
    if (is_tensor(place)) return tensors[place].second;
    return safetensors::from_text(texts[place - tensors.size()].second);
  }
  void sort() {
    by_name.resize(tensors.size() + texts.size());
    std::iota(by_name.begin(), by_name.end(), 0);
    std::stable_sort(by_name.begin(), by_name.end(),
                     [&](uint32_t a, uint32_t b) { return name(a) < name(b); });
  }
  // The first in by_name whose name is not before `key`.
  auto from(std::string_view key) const {
    return std::lower_bound(by_name.begin(), by_name.end(), key,
                            [&](uint32_t place, std::string_view k) { return name(place) < k; });
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
  // As many as there are.
  std::string take_at_most(uint64_t bytes) {
    std::string s(std::min(bytes, left_), '\0');
    s.resize(std::min(read_(s.data(), s.size()), s.size()));
    if (left_ != unknown) left_ -= s.size();
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
      if (data[i] > 1) fail("load: {}: element {} is {}, no bool", clipped(e.name), i, data[i]);
  }
  return t;
}

// Throws when the first bytes are those of another kind of file.
void check_kind(std::string_view first) {
  if (const std::string kind = file_kind(first.substr(0, file_kind_bytes), true); !kind.empty())
    fail("load: not a safetensors file but {}", kind);
}

safetensors::Header read_header(Source& source, bool is_file) {
  uint64_t length;
  std::string first = source.take_at_most(sizeof length);
  if (first.size() < sizeof length) {
    check_kind(first);
    fail("load: {} bytes are no archive", first.size());
  }
  std::memcpy(&length, first.data(), sizeof length);
  if (length > safetensors::longest_header || length > source.left()) {
    const uint64_t left = source.left();
    check_kind(first + source.take_at_most(file_kind_bytes - first.size()));
    fail("load: a header of {} bytes in a file of {}", length,
         left == unknown ? "unknown length" : std::to_string(left + sizeof length));
  }
  const std::string text = source.take_string(length);
  if (!text.starts_with('{')) check_kind(first + text.substr(0, file_kind_bytes));
  safetensors::Header header = safetensors::parse_header(text);
  const uint64_t left = source.left(), needed = header.data_bytes();
  if (left != unknown && left < needed)
    fail("load: the file ends before its data, {} bytes of {}", left, needed);
  if (is_file && left != needed)
    fail("load: {} bytes of data in the header and {} in the file", needed, left);
  return header;
}

std::shared_ptr<InputArchive::Contents> read_archive(Source source, bool is_file,
                                                     std::optional<Device> device) try {
  if (device && !device->is_cpu()) fail("load: there is no device {} here", device->str());
  safetensors::Header header = read_header(source, is_file);
  auto contents = std::make_shared<InputArchive::Contents>();
  contents->tensors.reserve(header.tensors.size());
  for (safetensors::Entry& e : header.tensors) {
    Tensor t = read_tensor(source, e);
    contents->tensors.emplace_back(std::move(e.name), std::move(t));
  }
  contents->texts = std::move(header.metadata);
  contents->sort();
  return contents;
} catch (...) {
  gradus::detail::rethrow_as_error("load");
}

}  // namespace

InputArchive::InputArchive() try : contents_(std::make_shared<Contents>()) {
} catch (...) {
  gradus::detail::rethrow_as_error("load");
}

void InputArchive::load_from(const std::string& filename, std::optional<Device> device) try {
  const File file("load", filename, O_RDONLY);
  const std::optional<uint64_t> size = file.size();
  try {
    contents_ = read_archive(
        {[&](void* data, size_t bytes) { return file.read(data, bytes); }, size.value_or(unknown)},
        size.has_value(), device);
  } catch (const Error& e) {
    throw e.within(filename);
  }
  prefix_.clear();
} catch (...) {
  gradus::detail::rethrow_as_error("load");
}

void InputArchive::load_from(std::istream& stream, std::optional<Device> device) try {
  static const int last = std::ios_base::xalloc();  // where the stream's last archive began
  if (stream.rdstate() == std::ios_base::eofbit) stream.clear();
  if (!stream) fail("load: the stream is not readable");
  uint64_t left = unknown;
  std::streamoff here = stream.tellg();
  if (here != -1) {
    stream.seekg(0, std::ios::end);
    const std::streamoff end = stream.tellg();
    if (here == end) here = std::min<std::streamoff>(stream.iword(last), end);
    if (here <= end) left = uint64_t(end - here);
    stream.seekg(here);
  }
  stream.clear();
  const auto read = [&](void* data, size_t bytes) {
    stream.read(static_cast<char*>(data), std::streamsize(bytes));
    return size_t(stream.gcount());
  };
  contents_ = read_archive({read, left}, false, device);
  prefix_.clear();
  if (here != -1) stream.iword(last) = here;
} catch (...) {
  gradus::detail::rethrow_as_error("load");
}

void InputArchive::load_from(const std::function<size_t(uint64_t, void*, size_t)>& read,
                             const std::function<size_t()>& size,
                             std::optional<Device> device) try {
  uint64_t at = 0;
  const auto next = [&](void* data, size_t bytes) {
    const size_t n = read(at, data, bytes);
    at += n;
    return n;
  };
  contents_ = read_archive({next, size()}, true, device);
  prefix_.clear();
} catch (...) {
  gradus::detail::rethrow_as_error("load");
}

void InputArchive::load_from(const char* data, size_t size, std::optional<Device> device) {
  load_from(
      [=](uint64_t at, void* to, size_t bytes) {
        std::memcpy(to, data + at, bytes);
        return bytes;
      },
      [=] { return size; }, device);
}

void InputArchive::hand_over() { contents_->hands_over = true; }

namespace {

// Whether the tensor is all of its storage, which it shares with no other tensor, and with no one
// outside of the library.
bool is_alone(const TensorImpl& t) {
  return t.storage->ref_count() == 1 && !t.storage->is_borrowed() && t.contiguous &&
         t.offset == 0 && size_t(t.numel) * item_size(t.dtype) == t.storage->nbytes();
}

// Gives each the other's elements without a copy. Where that cannot be, nothing is done, and the
// answer is false.
bool exchange_storage(TensorImpl& target, TensorImpl& value) {
  if (target.dtype != value.dtype || !is_alone(target) || !is_alone(value)) return false;
  value.storage->count_on(target.storage->version());
  target.storage.swap(value.storage);
  std::swap(target.data, value.data);
  return true;
}

}  // namespace

std::optional<size_t> InputArchive::find(const std::string& key) const {
  const std::string name = prefix_ + key;
  const auto it = contents_->from(name);
  if (it == contents_->by_name.end() || contents_->name(*it) != name) return std::nullopt;
  return *it;
}

bool InputArchive::try_read(const std::string& key, IValue& value) try {
  if (const auto place = find(key)) {
    value = contents_->value(*place);
    return true;
  }
  std::vector<Tensor> list;
  Tensor t;
  while (try_read(fmt::format("{}.{}", key, list.size()), t)) list.push_back(std::exchange(t, {}));
  if (list.empty()) return false;
  value = std::move(list);
  return true;
} catch (...) {
  gradus::detail::rethrow_as_error("load");
}

bool InputArchive::try_read(const std::string& key, Tensor& tensor, bool) try {
  const auto place = find(key);
  if (!place) return false;
  // Whether nobody else has the archive's tensor, found before there are more names for it here.
  const bool hands_over = contents_->hands_over && contents_->is_tensor(*place) &&
                          contents_->tensors[*place].second.use_count() == 1;
  const IValue found = contents_->value(*place);
  if (!(found.isTensor() || found.isNone())) return false;
  const Tensor value = found.toTensor();
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
  auto& undo = contents_->overwritten;
  if (const auto it = contents_->taken.find(tensor.impl()); it != contents_->taken.end()) {
    contents_->tensors[it->second].second = raw::clone(tensor);  // what else is read from there
    contents_->taken.erase(it);
  }
  if (hands_over) {
    contents_->taken.emplace(tensor.impl(), *place);
    undo.emplace_back();  // there is room for both before anything changes
    if (exchange_storage(*tensor.impl(), *value.impl())) {
      undo.back() = {tensor, std::exchange(contents_->tensors[*place].second, tensor)};
      return true;
    }
    contents_->taken.erase(tensor.impl());
    undo.pop_back();
  }
  undo.emplace_back(tensor, raw::clone(tensor));
  raw::copy(tensor, value);
  tensor.impl()->storage->bump_version();
  return true;
} catch (...) {
  gradus::detail::rethrow_as_error("load");
}

void InputArchive::load_from(const OutputArchive& archive) try {
  auto contents = std::make_shared<Contents>();
  for (const auto& [name, value] : archive.entries()) {
    if (value.isTensor())
      contents->tensors.emplace_back(name, value.toTensor());
    else
      contents->texts.emplace_back(name, safetensors::to_text(value));
  }
  contents->sort();
  contents_ = std::move(contents);
  prefix_.clear();
} catch (...) {
  gradus::detail::rethrow_as_error("load");
}

void InputArchive::roll_back() {
  auto& undo = contents_->overwritten;
  for (; !undo.empty(); undo.pop_back()) raw::copy(undo.back().first, undo.back().second);
}

bool InputArchive::try_read(const std::string& key, InputArchive& archive) try {
  std::string prefix = prefix_ + key + '.';
  const auto it = contents_->from(prefix);
  if (it == contents_->by_name.end() || !contents_->name(*it).starts_with(prefix)) return false;
  archive.contents_ = contents_;
  archive.prefix_ = std::move(prefix);
  return true;
} catch (...) {
  gradus::detail::rethrow_as_error("load");
}

void InputArchive::read(const std::string& key, Tensor& tensor, bool is_buffer) {
  if (try_read(key, tensor, is_buffer)) return;
  if (const auto place = find(key))
    fail("load: {}{} is no tensor but a {}", prefix_, key, contents_->value(*place).tagKind());
  fail("load: the archive has no tensor {}{}", prefix_, key);
}
void InputArchive::read(const std::string& key, IValue& value) {
  if (!try_read(key, value)) fail("load: the archive has no value {}{}", prefix_, key);
}
void InputArchive::read(const std::string& key, InputArchive& archive) try {
  if (try_read(key, archive)) return;
  archive.contents_ = contents_;
  archive.prefix_ = prefix_ + key + '.';
} catch (...) {
  gradus::detail::rethrow_as_error("load");
}

std::vector<std::string> InputArchive::keys() const try {
  std::vector<uint32_t> places;
  const auto end = contents_->by_name.end();
  for (auto it = contents_->from(prefix_); it != end && contents_->name(*it).starts_with(prefix_);)
    places.push_back(*it++);
  std::sort(places.begin(), places.end());
  std::vector<std::string> out;
  std::unordered_set<std::string_view> seen;
  for (const uint32_t place : places) {
    const std::string& name = contents_->name(place);
    const size_t dot = name.find('.', prefix_.size());
    const auto key = std::string_view(name).substr(prefix_.size(), dot - prefix_.size());
    if (seen.insert(key).second) out.emplace_back(key);
  }
  return out;
} catch (...) {
  gradus::detail::rethrow_as_error("load");
}

}  // namespace gradus::serialize

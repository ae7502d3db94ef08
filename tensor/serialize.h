// Tensors and plain values by name, in files that Python's `safetensors` reads.
//
// An archive is a flat list of named tensors and values; nested archives join names by '.'. On disk
// it has the safetensors layout: the header's length (8 bytes, little-endian), a JSON header with
// each tensor's dtype, shape and place, the raw elements. Values that are no tensors stand in the
// header's `__metadata__` as JSON text, so `json.loads(metadata["lr"])` gives them in Python.
#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tensor/ivalue.h"
#include "tensor/rethrow.h"

namespace gradus {

template <class Value, class... From>
void load(Value& value, From&&... from);

}  // namespace gradus

namespace gradus::serialize {

class OutputArchive {
 public:
  OutputArchive() = default;
  OutputArchive(OutputArchive&&) = default;
  OutputArchive& operator=(OutputArchive&&) = default;
  OutputArchive(const OutputArchive&) = delete;
  OutputArchive& operator=(const OutputArchive&) = delete;

  // The tensor is held, not copied: it is read when the archive is saved. A key may be written
  // once.
  void write(const std::string& key, const Tensor& tensor, bool is_buffer = false);
  void write(const std::string& key, const IValue& value);
  void write(const std::string& key, const OutputArchive& nested);

  // Replaces the file when the new one is whole and on the disk: a failure, a kill or a loss of
  // power leaves the old one. The file keeps its mode; one that may not be written throws.
  void save_to(const std::string& filename) const;
  // Writes at the stream's place; several archives may follow each other in one stream.
  void save_to(std::ostream& stream) const;
  // `write(data, bytes)` returns how many bytes it took; fewer than given is a failure.
  void save_to(const std::function<size_t(const void*, size_t)>& write) const;

  template <class... Args>
  void operator()(Args&&... args) {
    write(std::forward<Args>(args)...);
  }

  using Entries = std::vector<std::pair<std::string, IValue>>;
  const Entries& entries() const { return entries_; }

 private:
  Entries entries_;
};

// What comes from a file is not trusted: a load either checks everything, from the header's length
// to the last element, or throws and keeps the archive as it was. Where a file has a tensor and a
// value of the same name, the tensor is what is read.
class InputArchive {
 public:
  InputArchive();
  InputArchive(InputArchive&&) = default;
  InputArchive& operator=(InputArchive&&) = default;
  InputArchive(const InputArchive&) = delete;
  InputArchive& operator=(const InputArchive&) = delete;

  void load_from(const std::string& filename, std::optional<Device> device = std::nullopt);
  // Reads from the stream's place, and not beyond the archive's end. A stream with nothing left
  // gives the archive again that was read from it last.
  void load_from(std::istream& stream, std::optional<Device> device = std::nullopt);
  void load_from(const char* data, size_t size, std::optional<Device> device = std::nullopt);
  // `read(pos, buffer, bytes)` returns how many bytes it gave.
  void load_from(const std::function<size_t(uint64_t, void*, size_t)>& read,
                 const std::function<size_t()>& size, std::optional<Device> device = std::nullopt);

  // An undefined `tensor` becomes the archive's. A defined one keeps its identity and type and
  // takes the elements, if the sizes agree; else throws. `read` throws when there is no such key,
  // or another kind of value; `try_read` returns false then.
  void read(const std::string& key, Tensor& tensor, bool is_buffer = false);
  bool try_read(const std::string& key, Tensor& tensor, bool is_buffer = false);
  void read(const std::string& key, IValue& value);
  bool try_read(const std::string& key, IValue& value);
  // The part of the archive whose keys begin with `key` and '.'. As a part without values leaves no
  // trace in a file, `read` gives an empty archive when there is none.
  void read(const std::string& key, InputArchive& archive);
  bool try_read(const std::string& key, InputArchive& archive);

  // The names at this level, of values and of nested archives, in the file's order.
  std::vector<std::string> keys() const;
  // Undoes every write into a defined tensor that this archive and its parts have made.
  void roll_back();

  template <class... Args>
  void operator()(Args&&... args) {
    read(std::forward<Args>(args)...);
  }

  struct Contents;

 private:
  template <class Value, class... From>
  friend void gradus::load(Value& value, From&&... from);
  // From now on a defined tensor may get the memory that was read, not a copy: where the archive
  // is read once, and then is no more.
  void hand_over();
  std::optional<size_t> find(const std::string& key) const;
  std::shared_ptr<Contents> contents_;
  std::string prefix_;
};

}  // namespace gradus::serialize

namespace gradus {

// A tensor under the key "0". Whether it requires grad is kept; a defined target keeps its identity
// and its own flag, and takes everything else.
serialize::OutputArchive& operator<<(serialize::OutputArchive& archive, const Tensor& t);
serialize::InputArchive& operator>>(serialize::InputArchive& archive, Tensor& t);
serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                     const std::vector<Tensor>& tensors);
// Appends.
serialize::InputArchive& operator>>(serialize::InputArchive& archive, std::vector<Tensor>& tensors);

// save(value, file name or stream): tensors, lists of them, modules, optimisers, and whatever has
// an operator<< to an OutputArchive.
template <class Value, class... To>
void save(const Value& value, To&&... to) {
  try {
    serialize::OutputArchive archive;
    archive << value;
    archive.save_to(std::forward<To>(to)...);
  } catch (...) {
    detail::rethrow_as_error("save");
  }
}
// load(value, file name or stream) fills what save() wrote. If anything does not fit it throws, and
// `value` is as before. A tensor's elements may lie at another place in memory afterwards, unless
// it shares them with a view or with the program.
template <class Value, class... From>
void load(Value& value, From&&... from) {
  serialize::InputArchive archive;
  archive.load_from(std::forward<From>(from)...);
  archive.hand_over();
  try {
    archive >> value;
  } catch (...) {
    archive.roll_back();
    detail::rethrow_as_error("load");
  }
}

}  // namespace gradus

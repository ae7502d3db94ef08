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

#include "tensor/base/rethrow.h"
#include "tensor/io/ivalue.h"

namespace gradus {

/// See below.
template <class Value, class... From>
void load(Value& value, From&&... from);

}  // namespace gradus

namespace gradus::serialize {

/// What is to be saved: a flat list of named tensors and values. Nested archives join names by '.'.
class OutputArchive {
 public:
  OutputArchive() = default;
  OutputArchive(OutputArchive&&) = default;
  OutputArchive& operator=(OutputArchive&&) = default;
  OutputArchive(const OutputArchive&) = delete;
  OutputArchive& operator=(const OutputArchive&) = delete;

  /// Adds a tensor, a value or all of another archive under a name. A tensor is held, not copied:
  /// it is read when the archive is saved. A list of tensors becomes key.0, key.1, ... A name that
  /// is written twice throws Error when the archive is saved; the name "__metadata__" and a tuple
  /// throw it here. `is_buffer` has no effect.
  void write(const std::string& key, const Tensor& tensor, bool is_buffer = false);
  void write(const std::string& key, const IValue& value);
  void write(const std::string& key, const OutputArchive& nested);

  /// Writes a file, which Python's `safetensors` reads. It replaces an old file when the new one is
  /// whole and on the disk: a failure, a kill or a loss of power leaves the old one. The file keeps
  /// its mode; one that may not be written throws Error.
  ///
  /// The form with a stream writes at its place; several archives may follow each other in one
  /// stream. The form with a function calls write(data, bytes), which returns how many bytes it
  /// took; fewer than given is a failure, for which Error is thrown.
  void save_to(const std::string& filename) const;
  void save_to(std::ostream& stream) const;
  void save_to(const std::function<size_t(const void*, size_t)>& write) const;

  /// The same as write().
  template <class... Args>
  void operator()(Args&&... args) {
    write(std::forward<Args>(args)...);
  }

  /// Names and what stands under them, in the order of their writing.
  using Entries = std::vector<std::pair<std::string, IValue>>;
  /// What was written so far.
  const Entries& entries() const { return entries_; }

 private:
  Entries entries_;
};

/// What was loaded: named tensors and values. What comes from a file is not trusted: a load either
/// checks everything, from the header's length to the last element, or throws Error and keeps the
/// archive as it was. Where a file has a tensor and a value of the same name, the tensor is what is
/// read.
class InputArchive {
 public:
  InputArchive();
  InputArchive(InputArchive&&) = default;
  InputArchive& operator=(InputArchive&&) = default;
  InputArchive(const InputArchive&) = delete;
  InputArchive& operator=(const InputArchive&) = delete;

  /// Reads a whole archive from a file, a stream, memory or a function. Throws Error when that
  /// cannot be read or is no archive, and for a device other than the CPU.
  ///
  /// A stream is read from its place, and not beyond the archive's end; one with nothing left gives
  /// the archive again that was read from it last. The function read(pos, buffer, bytes) returns
  /// how many bytes it gave, and size() how many there are.
  void load_from(const std::string& filename, std::optional<Device> device = std::nullopt);
  void load_from(std::istream& stream, std::optional<Device> device = std::nullopt);
  void load_from(const char* data, size_t size, std::optional<Device> device = std::nullopt);
  void load_from(const std::function<size_t(uint64_t, void*, size_t)>& read,
                 const std::function<size_t()>& size, std::optional<Device> device = std::nullopt);

  /// Takes what was written to an archive, with its tensors.
  void load_from(const OutputArchive& archive);

  /// Reads the tensor of that name. An undefined `tensor` becomes the archive's. A defined one
  /// keeps its identity and type and takes the elements; Error is thrown when the sizes differ, or
  /// one type is floating and the other is not. Throws Error when there is no such tensor.
  void read(const std::string& key, Tensor& tensor, bool is_buffer = false);
  /// The same as read(), but returns false when there is no such tensor.
  bool try_read(const std::string& key, Tensor& tensor, bool is_buffer = false);
  /// Reads the value of that name. Throws Error when there is none.
  void read(const std::string& key, IValue& value);
  /// Reads the value of that name, or returns false when there is none.
  bool try_read(const std::string& key, IValue& value);
  /// The part of the archive whose names begin with `key` and '.'. As a part without values leaves
  /// no trace in a file, it is an empty archive when there is none.
  void read(const std::string& key, InputArchive& archive);
  /// The same as read(), but returns false when no name begins so.
  bool try_read(const std::string& key, InputArchive& archive);

  /// The names at this level, of values and of nested archives, in the file's order.
  std::vector<std::string> keys() const;
  /// Undoes every write into a defined tensor that this archive and its parts have made.
  void roll_back();

  /// The same as read().
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

/// Writes a tensor under the name "0", and whether it requires grad.
serialize::OutputArchive& operator<<(serialize::OutputArchive& archive, const Tensor& t);
/// Reads what operator<< wrote. A defined target keeps its identity and its own requires_grad, and
/// takes everything else; see Tensor::set_data(). Throws Error when there is no tensor "0".
serialize::InputArchive& operator>>(serialize::InputArchive& archive, Tensor& t);
/// Writes each tensor of a list under its number, and whether it requires grad.
serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                     const std::vector<Tensor>& tensors);
/// Appends the tensors that operator<< wrote to the list.
serialize::InputArchive& operator>>(serialize::InputArchive& archive, std::vector<Tensor>& tensors);

/// save(value, file name or stream): writes tensors, lists of them, modules, optimisers, and
/// whatever has an operator<< to an OutputArchive. Throws Error when it cannot be written.
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
/// load(value, file name or stream): fills `value` with what save() wrote. If anything does not fit
/// it throws Error, and `value` is as before. A tensor's elements may lie at another place in
/// memory afterwards, unless it shares them with a view or with the program.
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

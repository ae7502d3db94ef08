// Files of tensors in the safetensors layout, whoever wrote them: what Python's package
// `safetensors` has, under its names. gradus.h does not include this header.
//
// load() and save() of tensor/io/serialize.h use the same layout for modules and optimisers; what
// they wrote can be read here, and what save_file() wrote by load().
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tensor/indexing.h"
#include "tensor/io/named_tensors.h"

namespace gradus {

namespace safetensors {
class Model;
class Reader;
struct Entry;
}  // namespace safetensors

/// An entry of a file, of which parts can be read: what safe_open::get_slice() gives. It keeps the
/// file open.
class SafeSlice {
 public:
  /// The sizes, known without reading the elements.
  const std::vector<int64_t>& get_shape() const;
  /// The format's name of the element type, as `F32` or `BF16`.
  std::string get_dtype() const;
  /// The element type; Undefined for one that has no name here.
  ScalarType dtype() const;

  /// The elements at these places, as Tensor::index() gives them: integers, Slices, None and
  /// Ellipsis. Only they are read; they are a copy of their own. Throws IndexError for an integer
  /// out of range and too many indices, Error for bools and tensors (get_tensor(name).index(...)
  /// takes them), and whatever get_tensor() throws.
  Tensor index(const std::vector<indexing::TensorIndex>& indices) const;
  /// The elements at `i` of the first dim.
  Tensor operator[](int64_t i) const { return index({i}); }

 private:
  friend class safe_open;
  SafeSlice() = default;
  std::shared_ptr<const safetensors::Reader> reader_;
  const safetensors::Entry* entry_ = nullptr;
  std::optional<ScalarType> as_;
};

/// A file of tensors, or an index of several files, of which tensors are made when they are asked
/// for.
///
///     safe_open file("model.safetensors");
///     for (const std::string& name : file.keys()) Tensor t = file.get_tensor(name);
///
/// Opening reads the header alone, whatever the file's size, and checks it: its grammar, that each
/// tensor has the bytes of its shape, that they lie side by side and end with the file. What does
/// not fit throws Error. Copies of a safe_open are the same open file.
///
/// A name that ends in `.json` is an index, as `model.safetensors.index.json`, whose `weight_map`
/// says which file beside it has which tensor. Each is opened when a tensor of it is asked for, and
/// must have what the index says. Their names are those of files in the index's folder.
class safe_open {
 public:
  /// `mmap`: tensors are the file's own pages, which are read as they are touched, and shared with
  /// other programs that do the same. A write to a tensor stays in this process (copy on write). A
  /// tensor keeps the file mapped as long as it lives. A file must not be cut while it is mapped:
  /// to touch a page that is gone ends the process by SIGBUS; a file that is replaced by another of
  /// its name, as every save here does, is safe. A tensor whose place in the file is not aligned
  /// for its type is copied.
  ///
  /// `pread`: each tensor is a copy in memory of its own. A file that was cut throws Error.
  enum class Backend { mmap, pread };

  explicit safe_open(const std::string& filename, Backend backend = Backend::mmap);

  /// The tensors' names in the order of the alphabet (of their bytes).
  std::vector<std::string> keys() const;
  /// The same in the order of their places, shard after shard. An index opens all its shards.
  std::vector<std::string> offset_keys() const;
  /// Whether there is a tensor of that name.
  bool contains(const std::string& name) const;
  /// The texts in the header's `__metadata__`, or what an index has as `metadata`.
  std::map<std::string, std::string> metadata() const;

  /// The tensor of that name. With the backend mmap, tensors of one name share their elements.
  /// Throws Error when there is none, for an element type that no tensor has, and for a bool that
  /// is neither 0 nor 1.
  Tensor get_tensor(const std::string& name) const;
  /// The same in the type `dtype`; a copy, where the file has another. This also takes types that
  /// no tensor has: floating types of 8 and 16 bits, and integers of any size. They become float32,
  /// int32 or int64, which hold all their values, and those `dtype`. A uint64 beyond int64 throws.
  Tensor get_tensor(const std::string& name, ScalarType dtype) const;
  /// All tensors, in the order of offset_keys().
  NamedTensors get_tensors() const;
  /// What is known of the tensor of that name, and parts of it; in the type `dtype` where given, as
  /// get_tensor() does. Throws Error when there is none.
  SafeSlice get_slice(const std::string& name, std::optional<ScalarType> dtype = {}) const;

 private:
  std::shared_ptr<const safetensors::Model> model_;
};

/// All tensors of a file, or of an index and its shards, in the order of their places; see
/// safe_open.
NamedTensors load_file(const std::string& filename,
                       safe_open::Backend backend = safe_open::Backend::mmap);

/// Writes tensors and texts to a file that Python's `safetensors` reads. It is replaced when the
/// new one is whole and on the disk, as by save(): tensors that are mapped from the old one keep
/// what they have.
///
/// A tensor that is not contiguous is written as if it were. Tensors that share memory throw Error,
/// as in Python: they would be written twice, and be apart when they are read. So do a name that is
/// given twice, `__metadata__`, and names and texts that are no UTF-8.
void save_file(const NamedTensors& tensors, const std::string& filename,
               const std::map<std::string, std::string>& metadata = {});

/// Writes tensors to files of at most `max_shard_size` bytes of elements in a folder, which is made
/// if it is not there, and returns the name to give to safe_open or load_file. A larger tensor has
/// a file of its own.
///
/// Where one file is enough it is `model.safetensors`, else the files are
/// `model-00001-of-00003.safetensors` and so on, with the index `model.safetensors.index.json`. All
/// are written before any takes the place of an older one, the index last. Files of an earlier save
/// in other pieces stay. Throws Error as save_file() does, and for a size below 1.
std::string save_shards(const NamedTensors& tensors, const std::string& folder,
                        int64_t max_shard_size = 5'000'000'000,
                        const std::map<std::string, std::string>& metadata = {});

}  // namespace gradus

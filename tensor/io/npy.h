// NumPy's files of arrays: .npy has one, .npz several with names. gradus.h does not include this
// header; a program that reads or writes such files does.
//
// Both are read whatever NumPy wrote them: in the versions 1, 2 and 3 of the layout, of either byte
// order, row by row (C) or column by column (Fortran), with any number of dims. Nothing in them is
// trusted: what is damaged, or claims more than its bytes hold, throws Error.
#pragma once

#include <iosfwd>
#include <memory>

#include "tensor/io/named_tensors.h"

namespace gradus {

/// The array in a .npy file.
///
/// Types: bool, uint8, int32, int64, float32 and float64 are kept. int8, int16 and uint16 become
/// int32, uint32 becomes int64, float16 becomes float32: all values are the same. uint64 becomes
/// int64, and a value that this does not hold throws. Error is thrown for other types: complex and
/// longer floating numbers, text, dates, structures, and Python objects, which NumPy pickles.
///
/// An array in Fortran order gives a tensor with such strides; use contiguous() where rows must lie
/// side by side. A file with more bytes than its array needs throws Error.
///
/// The form with a stream reads from its place to the array's end, where another one may follow.
Tensor load_npy(const std::string& filename);
Tensor load_npy(std::istream& stream);
/// Writes a tensor as numpy.save() does. Strides of Fortran order are kept, other elements are
/// written row by row. The file is replaced when the new one is whole and on the disk, as by
/// save(); a stream is written to at its place.
void save_npy(const Tensor& tensor, const std::string& filename);
void save_npy(const Tensor& tensor, std::ostream& stream);

/// A .npz file, whose arrays are read when they are asked for.
///
///     NpzFile file("points.npz");
///     Tensor x = file["x"];
///
/// Opening reads the directory of the zip archive that it is. The file stays open; if it changes
/// meanwhile, reading throws Error or gives what stands there then.
class NpzFile {
 public:
  /// Throws Error when the file is no zip archive, or a damaged one.
  explicit NpzFile(const std::string& filename);
  /// The same of what a stream has from its place to its end. The stream must outlive this.
  explicit NpzFile(std::istream& stream);
  NpzFile(NpzFile&&) noexcept;
  NpzFile& operator=(NpzFile&&) noexcept;
  ~NpzFile();

  /// The arrays' names in the file's order: those of its entries that end in `.npy`, without that.
  /// Other entries are passed over.
  std::vector<std::string> keys() const;
  /// Whether there is an array of that name.
  bool contains(const std::string& name) const;
  /// Reads the array of that name, of a type as by load_npy(), and checks its checksum. Throws
  /// Error when there is none, or it is damaged.
  Tensor operator[](const std::string& name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// All arrays of a .npz file with their names, in the file's order; see NpzFile and load_npy().
NamedTensors load_npz(const std::string& filename);
NamedTensors load_npz(std::istream& stream);
/// Writes tensors as numpy.savez() does, or with `compressed` as numpy.savez_compressed():
/// numpy.load gives them by their names. Throws Error for a name that is given twice, that is no
/// UTF-8 or has a NUL. The file is replaced when the new one is whole and on the disk, as by
/// save(); a stream is written to at its place.
void save_npz(const NamedTensors& tensors, const std::string& filename, bool compressed = false);
void save_npz(const NamedTensors& tensors, std::ostream& stream, bool compressed = false);

}  // namespace gradus

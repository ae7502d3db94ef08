// Values in the files of Python's torch.save.
#pragma once

#include <string>
#include <vector>

#include "tensor/io/ivalue.h"

namespace gradus {

/// Writes a value to a file that Python's `torch.load(filename, weights_only=True)` reads: None,
/// bools, integers, doubles, strings, tensors, and lists, tuples and dicts of these, nested to any
/// depth. What is shared stays shared: a list that is held twice is one list again, tensors of one
/// storage are views of one again, and the whole of it is written, as Python does. Every list is
/// written as Python's, also one of integers, doubles or tensors. Of a tensor's history only
/// requires_grad is kept.
///
/// The file replaces an old one when it is whole and on the disk, as save() does it. Throws Error
/// when it cannot be written, for a container that contains itself, for a string that is no UTF-8,
/// and for a storage that tensors of several element types share, which Python refuses too.
void torch_save(const IValue& value, const std::string& filename);

/// Reads a file of Python's torch.save (of PyTorch 1.6 and later), of torch_save() or of libtorch's
/// pickle_save(). Nothing of it is executed: it may hold what torch_save() writes, and beside it
///
/// | in Python | here |
/// |---|---|
/// | `OrderedDict` | a dict, without attributes such as the `_metadata` of a state dict |
/// | `Parameter` | a tensor that requires grad, or does not |
/// | `torch.Size` | a tuple |
/// | `torch.float32`, `torch.device("cpu")` | the strings "torch.float32" and "cpu" |
/// | a storage | a tensor of one dim |
///
/// A list is a List of anything, which `toIntVector()` and its kin take; libtorch's lists of
/// integers, doubles and tensors are such lists here. Tensors come to the CPU, wherever they were.
///
/// Throws Error, with the way to the value (`model.0.weight`), for tensors of other element types,
/// for sets, bytes, complex numbers, integers beyond int64, and keys that are no bools, numbers or
/// strings; with its name, for any other class or function (`os.system`, `argparse.Namespace`,
/// `collections.defaultdict`); and for whatever does not fit, containers that contain themselves,
/// files of PyTorch before 1.6, TorchScript and big-endian machines. Memory is bounded by some
/// hundred bytes for each of the file's.
IValue torch_load(const std::string& filename);

/// The bytes that torch_save() writes to a file. Throws Error as it does.
std::vector<char> pickle_save(const IValue& value);
/// The value that torch_load() reads, from the bytes of such a file. Throws Error as it does.
IValue pickle_load(const std::vector<char>& data);

}  // namespace gradus

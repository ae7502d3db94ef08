// What load_state_dict() found, and tools for state dicts: the tensors of a module under the names
// that they have in PyTorch, `encoder.layers.1.norm.bias`.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "nn/ordered_dict.h"
#include "tensor/tensor.h"

namespace gradus {
class IValue;

namespace nn {
class Module;

/// Tensors under their names.
using StateDict = OrderedDict<std::string, Tensor>;

/// How a state dict and a module differ.
struct IncompatibleKeys {
  /// Names of the module that are not in the dict.
  std::vector<std::string> missing_keys;
  /// Names of the dict that are not in the module.
  std::vector<std::string> unexpected_keys;
  /// Names whose sizes differ, with both: `fc.weight: [3, 4] in the dict and [3, 5] in the module`.
  std::vector<std::string> other_sizes;
  /// Names where one type is floating and the other is not, with both.
  std::vector<std::string> other_dtypes;
  /// Whether there is no difference.
  bool empty() const;
};
/// All differences in a line: `missing: a, b; unexpected: c`.
std::ostream& operator<<(std::ostream& out, const IncompatibleKeys& keys);
/// The same as a string.
std::string to_string(const IncompatibleKeys& keys);

/// Sees a module before state_dict() takes its tensors.
using StateDictPreHook = std::function<void(Module&, const std::string& prefix, bool keep_vars)>;
/// Sees, and may change, what state_dict() has so far: the names of this module begin with prefix.
using StateDictHook = std::function<void(Module&, StateDict&, const std::string& prefix)>;
/// Sees a copy of the dict before the module is loaded, and may change names and values in it.
using LoadStateDictPreHook = StateDictHook;
/// Sees what was found when the values are loaded, and may take away what is no fault.
using LoadStateDictPostHook = std::function<void(Module&, IncompatibleKeys&)>;

/// Takes the prefix from the names that begin with it, as of networks that were wrapped:
/// `module.`. Changes the dict; names that have it not stay.
void consume_prefix_in_state_dict_if_present(StateDict& state_dict, const std::string& prefix);
/// The part whose names begin with a prefix, which is taken from them: `encoder.` for a part that
/// is to be loaded alone. Shares the tensors.
StateDict with_prefix(const StateDict& state_dict, const std::string& prefix);
/// The tensors of a dict of names and tensors, or of such dicts in it, whose names are joined by
/// '.': what torch_load() gives. Throws Error for a key that is no string, and for a value that is
/// no tensor.
StateDict to_state_dict(const IValue& value);

}  // namespace nn
}  // namespace gradus

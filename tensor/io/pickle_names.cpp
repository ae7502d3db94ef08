#include "tensor/io/pickle_names.h"

#include "tensor/io/pickle_graph.h"

namespace gradus::pickle {
namespace {

struct Entry {
  std::string_view module, name;
  Named is;
};

constexpr ScalarType none = ScalarType::Undefined;
constexpr Entry entries[] = {
    {"collections", "OrderedDict", {Name::ordered_dict}},
    {"collections", "Counter", {Name::counter}},
    {"torch._utils", "_rebuild_tensor", {Name::tensor}},
    {"torch._utils", "_rebuild_tensor_v2", {Name::tensor_v2}},
    {"torch._utils", "_rebuild_tensor_v3", {Name::tensor_v3}},
    {"torch._utils", "_rebuild_parameter", {Name::parameter}},
    {"torch._utils", "_rebuild_parameter_with_state", {Name::parameter_with_state}},
    {"torch._tensor", "_rebuild_from_type_v2", {Name::tensor_of_type}},
    {"torch", "Tensor", {Name::tensor_class}},
    {"torch.nn.parameter", "Parameter", {Name::tensor_class}},
    {"torch.nn.parameter", "Buffer", {Name::tensor_class}},
    {"torch", "Size", {Name::size}},
    {"torch", "device", {Name::device}},
    {"torch.storage", "UntypedStorage", {Name::storage}},
    {"torch", "UntypedStorage", {Name::storage}},
    {"torch.jit._pickle", "build_intlist", {Name::integers}},
    {"torch.jit._pickle", "build_doublelist", {Name::reals}},
    {"torch.jit._pickle", "build_tensorlist", {Name::tensors}},
    {"torch.jit._pickle", "build_boollist", {Name::as_it_is}},
    {"torch.jit._pickle", "restore_type_tag", {Name::as_it_is}},
    {"_codecs", "encode", {Name::unheld, none, "bytes"}},
    {"builtins", "bytes", {Name::unheld, none, "bytes"}},
    {"builtins", "bytearray", {Name::unheld, none, "a bytearray"}},
    {"builtins", "complex", {Name::unheld, none, "a complex number"}},
    {"builtins", "set", {Name::unheld, none, "a set"}},
    {"builtins", "frozenset", {Name::unheld, none, "a frozenset"}},
};

}  // namespace

std::optional<Named> find_name(std::string_view module, std::string_view name) {
  if (module == "__builtin__") module = "builtins";  // in protocol 2 and before
  for (const Entry& e : entries)
    if (e.module == module && e.name == name) return e.is;
  if (module != "torch") return std::nullopt;
  constexpr std::string_view storage = "Storage";
  const bool is_storage = name.ends_with(storage);
  const std::string_view kind = name.substr(0, name.size() - (is_storage ? storage.size() : 0));
  for (int i = 0; i < int(ScalarType::NumOptions); ++i) {
    const auto t = ScalarType(i);
    if (t == none) continue;
    if (is_storage && kind == toString(t)) return Named{Name::storage, t, {}};
    if (!is_storage && name == dtype_name(t)) return Named{Name::dtype, t, dtype_name(t)};
  }
  return std::nullopt;
}

}  // namespace gradus::pickle

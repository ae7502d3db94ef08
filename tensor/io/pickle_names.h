// The classes and functions that a pickle may name. None of them is Python's: each stands for what
// is done with its arguments here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tensor/base/dtype.h"

namespace gradus::pickle {

enum class Name : uint8_t {
  ordered_dict,
  counter,         // a dict of counts
  tensor,          // a storage, a place in it, sizes and strides
  tensor_v2,       // the same, whether it requires grad, and hooks
  tensor_v3,       // the same with its element type, on a storage of bytes
  tensor_of_type,  // a tensor with attributes
  parameter,
  parameter_with_state,
  tensor_class,
  size,
  device,
  integers,
  reals,
  tensors,
  as_it_is,  // a list or dict of libtorch, with what its type is
  storage,   // of `dtype`; Undefined for bytes
  dtype,
  unheld,  // `text` says what it makes
};

struct Named {
  Name name;
  ScalarType dtype = ScalarType::Undefined;
  std::string_view text = {};
};

// Nothing for all others.
std::optional<Named> find_name(std::string_view module, std::string_view name);

}  // namespace gradus::pickle

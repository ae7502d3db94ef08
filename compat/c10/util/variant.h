// c10::variant: std::variant by the name that libtorch had for it.
#pragma once

#include <c10/macros/Macros.h>

#include <variant>

namespace gradus {
using std::bad_variant_access;
using std::get_if;
using std::holds_alternative;
using std::monostate;
using std::variant;
using std::variant_alternative;
using std::variant_alternative_t;
using std::variant_size;
using std::visit;
}  // namespace gradus
namespace c10 {
using std::get;
}

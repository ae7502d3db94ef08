#include "autograd/elementwise.h"

#include "tensor/fail.h"

namespace gradus::autograd {

ScalarType compute_type(const char* op, unsigned on, std::initializer_list<const Operand*> x) {
  // The common case: one type, and numbers that do not change it.
  ScalarType type = ScalarType::Undefined;
  bool plain = true;
  for (const Operand* o : x) {
    if (o->is_number()) {
      plain = plain && (is_floating(type) || o->number.type() <= kLong);
      continue;
    }
    const TensorImpl& t = *o->tensor.impl();
    plain = plain && !t.wrapped_number && (type == ScalarType::Undefined || type == t.dtype);
    type = t.dtype;
  }
  if (!plain || !is_floating(type)) {
    raw::Promotion p;
    for (const Operand* o : x) {
      if (o->is_number())
        p.add(o->number);
      else
        p.add(o->tensor);
    }
    type = p.result();
  }
  if (on >> int(type) & 1) return type;
  if (!is_floating(type) && !(on & formulas::types::integral) && (on & formulas::types::floating))
    return get_default_dtype();
  fail("{}: not implemented for {}", op, type);
}

void check_castable(const char* op, ScalarType from, ScalarType to) {
  if (!raw::can_cast(from, to))
    fail("{}: a result of {} cannot be written to a tensor of {}", op, from, to);
}

}  // namespace gradus::autograd

// What autograd knows of a formula, as data.
#pragma once

#include "autograd/traced.h"

namespace gradus::autograd {

struct FormulaInfo {
  int arity;
  unsigned on;       // types it takes
  bool to_bool;      // its result is bool
  bool linked;       // see autograd::linked()
  unsigned keep[4];  // what the slope by each operand reads (formulas::saves)
  // The slope by each operand on the tape, null where there is none. Operands that it does not
  // read, and y, may be anything.
  Traced (*slope[4])(const Traced* x, const Traced& y);
};

const FormulaInfo& formula_info(int formula);

}  // namespace gradus::autograd

// Every elementwise operation: its value and its slope, once. See formulas/formula.h.
#pragma once

#include "tensor/kernels/formulas/arithmetic.h"

namespace gradus::kernels::GRADUS_ISA {

using formulas = concat<arithmetic_formulas>::type;

template <class F>
inline constexpr int index_of = position<F, formulas>;

}  // namespace gradus::kernels::GRADUS_ISA

// Every elementwise operation: its value and its slope, once. See
// tensor/kernels/formulas/formula.h.
#pragma once

#include "tensor/kernels/formulas/activation.h"
#include "tensor/kernels/formulas/arithmetic.h"
#include "tensor/kernels/formulas/bitwise.h"
#include "tensor/kernels/formulas/comparison.h"
#include "tensor/kernels/formulas/division.h"
#include "tensor/kernels/formulas/exponential.h"
#include "tensor/kernels/formulas/loss.h"
#include "tensor/kernels/formulas/rounding.h"
#include "tensor/kernels/formulas/selection.h"
#include "tensor/kernels/formulas/special.h"
#include "tensor/kernels/formulas/trigonometry.h"
#include "tensor/kernels/pointwise/row.h"
#ifndef GRADUS_KERNEL
#include "tensor/kernels/formulas/scalar.h"
#endif

// Each family is compiled in a file of its own, pointwise/<family>.cpp.
#define GRADUS_FOR_EACH_FAMILY(X)                                                             \
  X(arithmetic)                                                                               \
  X(division)                                                                                 \
  X(bitwise) X(comparison) X(rounding) X(selection) X(exponential) X(trigonometry) X(special) \
      X(activation) X(loss)

namespace gradus::kernels::GRADUS_ISA {

#define GRADUS_FAMILY(name) , name##_formulas
using vector_formulas = concat<list<> GRADUS_FOR_EACH_FAMILY(GRADUS_FAMILY)>::type;
#undef GRADUS_FAMILY
// Those of tensor/kernels/formulas/scalar.h follow: the sources of kernels do not see them.
inline constexpr int formula_count = vector_formulas::size + scalar_count;
#ifdef GRADUS_KERNEL
using formulas = vector_formulas;
#else
using formulas = concat<vector_formulas, scalar_formulas>::type;
static_assert(formulas::size == formula_count);
#endif

template <class F>
inline constexpr int index_of = position<F, formulas>;

}  // namespace gradus::kernels::GRADUS_ISA

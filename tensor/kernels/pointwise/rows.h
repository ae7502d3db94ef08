// The table rows of each family of formulas; each is instantiated in a file of its own.
#pragma once

#include "tensor/kernels/formulas.h"
#include "tensor/kernels/pointwise/row.h"

namespace gradus::kernels::GRADUS_ISA {

template <class Family>
struct Rows;

template <class... F>
struct Rows<list<F...>> {
  static const Row rows[sizeof...(F)];
};

#define GRADUS_FAMILY(name) extern template struct Rows<name##_formulas>;
GRADUS_FOR_EACH_FAMILY(GRADUS_FAMILY)
#undef GRADUS_FAMILY

}  // namespace gradus::kernels::GRADUS_ISA

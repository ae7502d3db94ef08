// The table rows of each family of formulas; each is instantiated in a file of its own.
#pragma once

#include "tensor/kernels/formulas.h"
#include "tensor/kernels/row.h"

namespace gradus::kernels::GRADUS_ISA {

template <class Family>
struct Rows;

template <class... F>
struct Rows<list<F...>> {
  static const Row rows[sizeof...(F)];
};

extern template struct Rows<arithmetic_formulas>;

}  // namespace gradus::kernels::GRADUS_ISA

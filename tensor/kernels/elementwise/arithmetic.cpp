#include "tensor/kernels/elementwise/loops.h"

template struct gradus::kernels::GRADUS_ISA::Rows<gradus::kernels::GRADUS_ISA::arithmetic_formulas>;

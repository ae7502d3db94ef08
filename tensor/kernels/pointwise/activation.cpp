#include "tensor/kernels/pointwise/loops.h"

namespace gradus::kernels::GRADUS_ISA {
template struct Rows<activation_formulas>;
}

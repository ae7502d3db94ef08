// Trigonometric and hyperbolic functions and their inverses.
#include "autograd/ops/pointwise/op_table.h"

namespace gradus {

GRADUS_DEFINE_UNARY(sin)
GRADUS_DEFINE_UNARY(cos)
GRADUS_DEFINE_UNARY(tan)
GRADUS_DEFINE_UNARY(asin)
GRADUS_DEFINE_UNARY(acos)
GRADUS_DEFINE_UNARY(atan)
GRADUS_DEFINE_UNARY(sinh)
GRADUS_DEFINE_UNARY(cosh)
GRADUS_DEFINE_UNARY(tanh)
GRADUS_DEFINE_UNARY(asinh)
GRADUS_DEFINE_UNARY(acosh)
GRADUS_DEFINE_UNARY(atanh)
GRADUS_DEFINE_UNARY(sinc)

}  // namespace gradus

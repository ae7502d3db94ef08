// Powers, exponentials and logarithms.
#include "autograd/ops/pointwise/op_table.h"

namespace gradus {

GRADUS_DEFINE_UNARY(sqrt)
GRADUS_DEFINE_UNARY(rsqrt)
GRADUS_DEFINE_UNARY(reciprocal)
GRADUS_DEFINE_UNARY(exp)
GRADUS_DEFINE_UNARY(exp2)
GRADUS_DEFINE_UNARY(expm1)
GRADUS_DEFINE_UNARY(log)
GRADUS_DEFINE_UNARY(log2)
GRADUS_DEFINE_UNARY(log10)
GRADUS_DEFINE_UNARY(log1p)
GRADUS_DEFINE_UNARY(sigmoid)
GRADUS_DEFINE_UNARY(relu)

}  // namespace gradus

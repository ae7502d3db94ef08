// Special functions that write to a given tensor.
#include "autograd/ops/out.h"
#include "autograd/ops/pointwise/special.h"

namespace gradus {

using detail::write_out;

#define GRADUS_DEFINE(name)                                     \
  Tensor& special_##name##_out(Tensor& out, const Tensor& x) {  \
    return write_out("special_" #name, out, special_##name(x)); \
  }
GRADUS_SPECIAL_OPS(GRADUS_DEFINE)
#undef GRADUS_DEFINE
#define GRADUS_DEFINE_FOR(name, A, B)                                 \
  Tensor& special_##name##_out(Tensor& out, const A& a, const B& b) { \
    return write_out("special_" #name, out, special_##name(a, b));    \
  }
#define GRADUS_DEFINE(name)               \
  GRADUS_DEFINE_FOR(name, Tensor, Tensor) \
  GRADUS_DEFINE_FOR(name, Scalar, Tensor) \
  GRADUS_DEFINE_FOR(name, Tensor, Scalar)
GRADUS_SPECIAL_BINARY_OPS(GRADUS_DEFINE)
GRADUS_DEFINE_FOR(gammainc, Tensor, Tensor)
GRADUS_DEFINE_FOR(gammaincc, Tensor, Tensor)
#undef GRADUS_DEFINE
#undef GRADUS_DEFINE_FOR

Tensor& igamma_out(Tensor& out, const Tensor& a, const Tensor& x) {
  return write_out("igamma", out, igamma(a, x));
}
Tensor& igammac_out(Tensor& out, const Tensor& a, const Tensor& x) {
  return write_out("igammac", out, igammac(a, x));
}
Tensor& special_logit_out(Tensor& out, const Tensor& x, std::optional<double> eps) {
  return write_out("special_logit", out, special_logit(x, eps));
}
Tensor& special_polygamma_out(Tensor& out, int64_t n, const Tensor& x) {
  return write_out("special_polygamma", out, special_polygamma(n, x));
}
Tensor& special_multigammaln_out(Tensor& out, const Tensor& x, int64_t p) {
  return write_out("special_multigammaln", out, special_multigammaln(x, p));
}
Tensor& special_round_out(Tensor& out, const Tensor& x, int64_t decimals) {
  return write_out("special_round", out, special_round(x, decimals));
}
Tensor& special_logsumexp_out(Tensor& out, const Tensor& x, IntArrayRef dim, bool keepdim) {
  return write_out("special_logsumexp", out, special_logsumexp(x, dim, keepdim));
}

}  // namespace gradus

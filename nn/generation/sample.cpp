#include "nn/generation/sample.h"

#include <algorithm>
#include <limits>

#include "autograd/modes.h"
#include "autograd/ops/view/view.h"
#include "tensor/base/fail.h"

namespace gradus::nn::generation {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

void check_logits(const char* op, const Tensor& logits) {
  if (!logits.defined()) fail("{}: the logits are undefined", op);
  if (logits.dim() < 1 || logits.size(-1) < 1 || !logits.is_floating_point())
    fail("{}: the logits are {} {}, not floating [*, V]", op, logits.dtype(), logits.sizes());
}

}  // namespace

Tensor top_k(const Tensor& logits, int64_t k) {
  check_logits("top_k", logits);
  if (k < 1) fail_value("top_k: k {} is not positive", k);
  const int64_t all = logits.size(-1);
  const Tensor least = std::get<0>(logits.topk(std::min(k, all))).slice(-1, std::min(k, all) - 1);
  return logits.masked_fill(logits.lt(least), -inf);
}

Tensor top_p(const Tensor& logits, double p) {
  check_logits("top_p", logits);
  if (!(p >= 0 && p <= 1)) fail_value("top_p: p {} is not in 0 .. 1", p);
  const auto [rising, order] = logits.sort();
  // The tail is left out: tokens that, with all that are less likely, have no more than 1 - p.
  const Tensor tail = rising.softmax(-1).cumsum(-1).le(1 - p);
  tail.slice(-1, logits.size(-1) - 1).fill_(false);
  return logits.masked_fill(tail.scatter(-1, order, tail), -inf);
}

Tensor sample(const Tensor& logits, const SampleOptions& options) {
  const NoGradGuard no_grad;
  check_logits("sample", logits);
  const double t = options.temperature();
  if (!(t > 0 && t < inf)) fail_value("sample: temperature {} is not positive and finite", t);
  Tensor x = t == 1 ? logits : logits / t;
  if (options.top_k()) x = top_k(x, *options.top_k());
  if (options.top_p()) x = top_p(x, *options.top_p());
  const Tensor rows = x.reshape({-1, x.size(-1)});
  return rows.softmax(-1)
      .multinomial(1, false, options.generator())
      .reshape(x.sizes().slice(0, size_t(x.dim() - 1)));
}

Tensor greedy(const Tensor& logits) {
  check_logits("greedy", logits);
  return logits.argmax(-1);
}

}  // namespace gradus::nn::generation

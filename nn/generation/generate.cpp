#include "nn/generation/generate.h"

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/view/join.h"
#include "nn/generation/prompt.h"
#include "tensor/base/fail.h"

namespace gradus::nn::generation {

void check_prompt(const char* op, const Tensor& prompt, int64_t max_new_tokens) {
  if (!prompt.defined()) fail("{}: the prompt is undefined", op);
  if (prompt.dim() != 2 || prompt.size(0) < 1 || prompt.size(1) < 1 || prompt.dtype() != kLong)
    fail("{}: the prompt is {} {}, not int64 [B, T]", op, prompt.dtype(), prompt.sizes());
  if (max_new_tokens < 0) fail_value("{}: max_new_tokens {} is negative", op, max_new_tokens);
}

Tensor last_logits(const char* op, const Tensor& logits, int64_t rows) {
  if (!logits.defined()) fail("{}: the model's logits are undefined", op);
  if ((logits.dim() != 2 && logits.dim() != 3) || logits.size(0) != rows || logits.size(1) < 1 ||
      logits.size(-1) < 1)
    fail("{}: the model's logits are {} for {} sequences, not [B, V] or [B, T, V]", op,
         logits.sizes(), rows);
  return logits.dim() == 2 ? logits : logits.select(1, -1);
}

Tensor generate(const Model& model, const Tensor& prompt, const GenerateOptions& options) {
  const NoGradGuard no_grad;
  check_prompt("generate", prompt, options.max_new_tokens());
  const std::optional<int64_t> context = options.context(), end = options.end_token();
  if (context && *context < 1) fail_value("generate: context {} is not positive", *context);
  const int64_t rows = prompt.size(0);
  Tensor tokens = prompt, ended = zeros({rows}, kBool);
  for (int64_t i = 0; i < options.max_new_tokens(); ++i) {
    const Tensor seen = context ? tokens.slice(1, -*context) : tokens;
    const Tensor logits = last_logits("generate", model(seen), rows);
    Tensor next = options.sampling() ? sample(logits, *options.sampling()) : greedy(logits);
    if (end) {
      next = next.masked_fill(ended, *end);
      ended = next.eq(*end);
    }
    tokens = cat({tokens, next.unsqueeze(1)}, 1);
    if (end && ended.all().item<bool>()) break;
  }
  return tokens;
}

}  // namespace gradus::nn::generation

// Sequences that a language model goes on with, token by token.
#pragma once

#include <functional>

#include "nn/generation/sample.h"

namespace gradus::nn::generation {

/// A language model: of tokens int64 [B, T], the logits of the token behind each, [B, T, V], or
/// behind the last one only, [B, V]. It is given all tokens each time; one that keeps a cache takes
/// those that it has not yet seen.
using Model = std::function<Tensor(const Tensor& tokens)>;

/// How generate() goes on.
struct GenerateOptions {
  explicit GenerateOptions(int64_t max_new_tokens) : max_new_tokens_(max_new_tokens) {}
  /// How many tokens are added at most.
  GRADUS_ARG(int64_t, max_new_tokens);
  /// Draws each token so; the most likely one is taken unless this is set.
  GRADUS_ARG(std::optional<SampleOptions>, sampling);
  /// The token that ends a sequence; it is put behind one that has ended while others go on.
  GRADUS_ARG(std::optional<int64_t>, end_token);
  /// The model is given no more than the last tokens, so many; all of them unless this is set.
  GRADUS_ARG(std::optional<int64_t>, context);
};

/// The prompt int64 [B, T] and the tokens that the model adds, int64 [B, T + n]: until all
/// sequences have ended, or n is `max_new_tokens`. Nothing is recorded. Throws Error for an empty
/// prompt and for logits of another shape, ValueError for an option that makes no sense.
Tensor generate(const Model& model, const Tensor& prompt, const GenerateOptions& options);

}  // namespace gradus::nn::generation

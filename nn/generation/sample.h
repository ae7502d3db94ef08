// Choosing the next token by a language model's logits.
#pragma once

#include "tensor/base/arg.h"
#include "tensor/random/generator.h"
#include "tensor/tensor.h"

namespace gradus::nn::generation {

/// How sample() draws, in the order in which it is applied.
struct SampleOptions {
  /// Divides the logits: below 1 the likely becomes likelier, above 1 rarer.
  GRADUS_ARG(double, temperature) = 1;
  /// Draws of the k most likely tokens only, see top_k().
  GRADUS_ARG(std::optional<int64_t>, top_k);
  /// Draws of the smallest set of most likely tokens that has this probability, see top_p().
  GRADUS_ARG(std::optional<double>, top_p);
  /// What is drawn from; the default generator unless given.
  GRADUS_ARG(std::optional<Generator>, generator);
};

/// Logits [*, V] with -inf for all that are less than the k-th largest of their row; equals of that
/// one stay. A k above V is V. Throws ValueError unless k is positive.
Tensor top_k(const Tensor& logits, int64_t k);
/// Logits [*, V] with -inf for all but the nucleus of their row (Holtzman et al. 2020): the most
/// likely tokens in falling order, as many as have at least the probability p together, so with the
/// one that crosses p, and at least one. Throws ValueError unless p is in 0 .. 1.
Tensor top_p(const Tensor& logits, double p);

/// Tokens int64 [*] drawn with the probabilities softmax(logits [*, V]), after what the options
/// say. The draws are those of PyTorch's multinomial(). Throws ValueError for an option that makes
/// no sense, and Error for a row with nan, or with nothing but -inf.
Tensor sample(const Tensor& logits, const SampleOptions& options = {});
/// The most likely tokens int64 [*] of logits [*, V].
Tensor greedy(const Tensor& logits);

}  // namespace gradus::nn::generation

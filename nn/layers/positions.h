// Positions in a sequence as layers: without one, attention does not know the order of its keys.
#pragma once

#include "nn/layers/stateless.h"
#include "nn/options/positions.h"

namespace gradus::nn {

/// Turns queries and keys by angles that grow with the position: `RotaryEmbedding()`, or
/// `RotaryEmbedding(RotaryEmbeddingOptions().interleaved(false))`. Su et al., RoFormer, 2021.
class RotaryEmbeddingImpl : public Stateless<RotaryEmbeddingImpl, RotaryEmbeddingOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// [..., T, D] to the same shape; `offset` positions come before. See gradus::rotary_embedding.
  Tensor forward(const Tensor& input, int64_t offset = 0);

 protected:
  DefaultArguments _forward_default_args() const override;
};
using RotaryEmbedding = ModuleHolder<RotaryEmbeddingImpl>;  ///< Holds a RotaryEmbeddingImpl.

/// Adds sines and cosines of the position to its input: `SinusoidalPositions()`. Vaswani et al.,
/// Attention Is All You Need, 2017.
class SinusoidalPositionsImpl
    : public Stateless<SinusoidalPositionsImpl, SinusoidalPositionsOptions> {
 public:
  using Stateless::Stateless;
  void pretty_print(std::ostream& out) const override;
  /// [..., T, D], floating point, to the same shape; `offset` positions come before. See
  /// gradus::sinusoidal_positions.
  Tensor forward(const Tensor& input, int64_t offset = 0);

 protected:
  DefaultArguments _forward_default_args() const override;
};
/// Holds a SinusoidalPositionsImpl.
using SinusoidalPositions = ModuleHolder<SinusoidalPositionsImpl>;

/// Adds a learned vector for each position to its input: `LearnedPositions(max_length, dim)`. It
/// holds the parameter `weight`. Gehring et al., Convolutional Sequence to Sequence Learning, 2017.
class LearnedPositionsImpl : public Cloneable<LearnedPositionsImpl> {
 public:
  LearnedPositionsImpl(int64_t max_length, int64_t dim);
  explicit LearnedPositionsImpl(const LearnedPositionsOptions& options_);
  void reset() override;
  /// Draws the table anew, standard normal as that of Embedding.
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;
  /// [..., T, dim] to the same shape; `offset` positions come before. See
  /// functional::learned_positions.
  Tensor forward(const Tensor& input, int64_t offset = 0);

  LearnedPositionsOptions options;
  Tensor weight;  // [max_length, dim]

 protected:
  Tensor* member(std::string_view name) override;
  DefaultArguments _forward_default_args() const override;
};
using LearnedPositions = ModuleHolder<LearnedPositionsImpl>;  ///< Holds a LearnedPositionsImpl.

/// Lowers the scores of keys by their distance to the query, with a slope for each head:
/// `ALiBi(num_heads)`. Press et al., Train Short, Test Long, 2022.
class ALiBiImpl : public Stateless<ALiBiImpl, ALiBiOptions> {
 public:
  using Stateless::Stateless;
  ALiBiImpl(int64_t num_heads);
  void pretty_print(std::ostream& out) const override;
  /// Scores [..., num_heads, queries, keys] with the bias. Throws Error for other numbers of heads,
  /// and as gradus::alibi_bias.
  Tensor forward(const Tensor& scores);
  /// The bias alone, [num_heads, queries, keys], as scaled_dot_product_attention() takes it for
  /// attn_mask; see gradus::alibi_bias.
  Tensor bias(int64_t queries, int64_t keys, std::optional<ScalarType> dtype = std::nullopt) const;
};
using ALiBi = ModuleHolder<ALiBiImpl>;  ///< Holds an ALiBiImpl.

}  // namespace gradus::nn

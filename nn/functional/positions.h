// Positions in a sequence as functions.
#pragma once

#include "autograd/ops/nn/positions.h"
#include "nn/options/positions.h"

namespace gradus::nn::functional {

using gradus::alibi_bias;
using gradus::alibi_slopes;
using gradus::sinusoidal_positions;

/// input [..., T, D] with pairs of elements turned by angles that grow with the position; see
/// gradus::rotary_embedding, also of what throws.
Tensor rotary_embedding(const Tensor& input, const RotaryEmbeddingFuncOptions& options = {});
/// input [..., T, D] + the rows of weight [max_length, D] from `offset` on. Throws Error when sizes
/// do not fit, and when T more positions behind offset are not in the table.
Tensor learned_positions(const Tensor& input, const Tensor& weight, int64_t offset = 0);

}  // namespace gradus::nn::functional

// Options of the layers of positions.
#pragma once

#include <cstdint>
#include <optional>

#include "tensor/base/arg.h"

namespace gradus::nn {

/// The options of RotaryEmbedding: `RotaryEmbeddingOptions().interleaved(false)`.
struct RotaryEmbeddingOptions {
  /// How many elements of a row are turned, even; all unless set.
  GRADUS_ARG(std::optional<int64_t>, dim);
  /// The slowest pair turns by nearly 1 / base from one position to the next, the fastest by 1.
  GRADUS_ARG(double, base) = 10000.;
  /// Whether pairs are neighbours, as in RoFormer; else they lie half a row apart, as in GPT-NeoX
  /// and LLaMA.
  GRADUS_ARG(bool, interleaved) = true;
};

/// The options of SinusoidalPositions: `SinusoidalPositionsOptions().base(1000)`.
struct SinusoidalPositionsOptions {
  /// The longest wave has nearly 2 pi base positions.
  GRADUS_ARG(double, base) = 10000.;
};

/// The options of LearnedPositions: `LearnedPositionsOptions(512, 64)`.
struct LearnedPositionsOptions {
  LearnedPositionsOptions(int64_t max_length, int64_t dim) : max_length_(max_length), dim_(dim) {}
  /// How many positions there are.
  GRADUS_ARG(int64_t, max_length);
  /// The size of the input's last dim.
  GRADUS_ARG(int64_t, dim);
};

/// The options of ALiBi: `ALiBiOptions(8).is_causal(true)`.
struct ALiBiOptions {
  ALiBiOptions(int64_t num_heads) : num_heads_(num_heads) {}
  /// How many heads of attention there are, each with a slope of its own.
  GRADUS_ARG(int64_t, num_heads);
  /// Whether keys behind a query are hidden from it.
  GRADUS_ARG(bool, is_causal) = false;
};

namespace functional {
/// The options of rotary_embedding.
struct RotaryEmbeddingFuncOptions {
  /// How many positions come before the input, as in generation.
  GRADUS_ARG(int64_t, offset) = 0;
  /// How many elements of a row are turned, even; all unless set.
  GRADUS_ARG(std::optional<int64_t>, dim);
  /// The slowest pair turns by nearly 1 / base from one position to the next, the fastest by 1.
  GRADUS_ARG(double, base) = 10000.;
  /// Whether pairs are neighbours, as in RoFormer; else they lie half a row apart, as in GPT-NeoX
  /// and LLaMA.
  GRADUS_ARG(bool, interleaved) = true;
};
}  // namespace functional

}  // namespace gradus::nn

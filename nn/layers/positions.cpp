#include "nn/layers/positions.h"

#include "autograd/factories.h"
#include "nn/functional/positions.h"
#include "nn/init.h"
#include "nn/print.h"
#include "tensor/base/fail.h"

namespace gradus::nn {

void RotaryEmbeddingImpl::pretty_print(std::ostream& out) const {
  LayerLine line(out, "RotaryEmbedding");
  if (options.dim()) line("dim", *options.dim());
  line("base", options.base())("interleaved", options.interleaved());
}
Tensor RotaryEmbeddingImpl::forward(const Tensor& input, int64_t offset) {
  return functional::rotary_embedding(input, functional::RotaryEmbeddingFuncOptions()
                                                 .offset(offset)
                                                 .dim(options.dim())
                                                 .base(options.base())
                                                 .interleaved(options.interleaved()));
}

void SinusoidalPositionsImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "SinusoidalPositions")("base", options.base());
}
Tensor SinusoidalPositionsImpl::forward(const Tensor& input, int64_t offset) {
  if (input.dim() < 2)
    fail("SinusoidalPositions: the input needs 2 dims or more, got {}", input.sizes());
  return input + functional::sinusoidal_positions(input.size(-2), input.size(-1), offset,
                                                  options.base(), input.scalar_type());
}

LearnedPositionsImpl::LearnedPositionsImpl(int64_t max_length, int64_t dim)
    : LearnedPositionsImpl(LearnedPositionsOptions(max_length, dim)) {}
LearnedPositionsImpl::LearnedPositionsImpl(const LearnedPositionsOptions& options_)
    : options(options_) {
  reset();
}
void LearnedPositionsImpl::reset() {
  weight = register_parameter("weight", empty({options.max_length(), options.dim()}));
  reset_parameters();
}
void LearnedPositionsImpl::reset_parameters() { init::normal_(weight); }
void LearnedPositionsImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "LearnedPositions")("max_length", options.max_length())("dim", options.dim());
}
Tensor* LearnedPositionsImpl::member(std::string_view name) {
  return pick(name, {{"weight", &weight}});
}
Tensor LearnedPositionsImpl::forward(const Tensor& input, int64_t offset) {
  renew();
  return functional::learned_positions(input, weight, offset);
}

ALiBiImpl::ALiBiImpl(int64_t num_heads) : ALiBiImpl(ALiBiOptions(num_heads)) {}
void ALiBiImpl::pretty_print(std::ostream& out) const {
  LayerLine(out, "ALiBi")("num_heads", options.num_heads())
      .if_true("is_causal", options.is_causal());
}
Tensor ALiBiImpl::forward(const Tensor& scores) {
  if (scores.dim() < 3 || scores.size(-3) != options.num_heads())
    fail("ALiBi: scores must be [..., {}, queries, keys], got {}", options.num_heads(),
         scores.sizes());
  return scores + bias(scores.size(-2), scores.size(-1), scores.scalar_type());
}
Tensor ALiBiImpl::bias(int64_t queries, int64_t keys, std::optional<ScalarType> dtype) const {
  return functional::alibi_bias(options.num_heads(), queries, keys, options.is_causal(), dtype);
}

DefaultArguments RotaryEmbeddingImpl::_forward_default_args() const {
  return {{1, AnyValue(int64_t(0))}};
}

DefaultArguments SinusoidalPositionsImpl::_forward_default_args() const {
  return {{1, AnyValue(int64_t(0))}};
}

DefaultArguments LearnedPositionsImpl::_forward_default_args() const {
  return {{1, AnyValue(int64_t(0))}};
}

}  // namespace gradus::nn

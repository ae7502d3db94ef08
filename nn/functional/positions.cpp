#include "nn/functional/positions.h"

#include "tensor/base/fail.h"

namespace gradus::nn::functional {

Tensor rotary_embedding(const Tensor& input, const RotaryEmbeddingFuncOptions& options) {
  return gradus::rotary_embedding(input, options.offset(), options.base(), options.interleaved(),
                                  options.dim());
}

Tensor learned_positions(const Tensor& input, const Tensor& weight, int64_t offset) {
  constexpr const char* op = "learned_positions";
  if (input.dim() < 2 || weight.dim() != 2 || input.size(-1) != weight.size(1))
    fail("{}: input [..., T, D] and weight [max_length, D] do not fit, got {} and {}", op,
         input.sizes(), weight.sizes());
  const int64_t length = input.size(-2), most = weight.size(0);
  if (offset < 0 || offset > most || length > most - offset)
    fail("{}: {} positions from {} on are not in a table of {}", op, length, offset, most);
  return input + weight.narrow(0, offset, length);
}

}  // namespace gradus::nn::functional

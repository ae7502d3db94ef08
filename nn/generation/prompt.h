// What all that goes on from a prompt checks; for .cpp files.
#pragma once

#include "tensor/tensor.h"

namespace gradus::nn::generation {

// Throws unless the prompt is int64 [B, T] and has a token, and the number is not negative.
void check_prompt(const char* op, const Tensor& prompt, int64_t max_new_tokens);
// The logits behind the last token of each row, [B, V], of a model's result.
Tensor last_logits(const char* op, const Tensor& logits, int64_t rows);

}  // namespace gradus::nn::generation

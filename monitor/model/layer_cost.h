// What a layer's forward() costs.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/module.h"

namespace gradus::monitor::detail {

// The defined tensors in a value that is one, or a tuple, list or dict of such.
std::vector<Tensor> tensors_in(nn::AnyValue& value);
// The first of these; undefined if there is none.
Tensor first_tensor(nn::AnyValue& value);
Tensor first_tensor(const nn::ModuleArguments& arguments);

// The multiply-adds of one call, by the rules that stand with summary(). Throws Error when the
// number is beyond int64.
int64_t mult_adds(nn::Module& layer, const nn::ModuleArguments& arguments, nn::AnyValue& result);
// The same from the sizes of input and result, for layers with one input. Those of the input may be
// empty, for not known; a cost that needs them is then 0.
int64_t mult_adds(nn::Module& layer, IntArrayRef in, IntArrayRef out);

}  // namespace gradus::monitor::detail

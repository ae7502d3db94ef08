// What a layer's forward() costs.
#pragma once

#include <cstdint>

#include "nn/module.h"

namespace gradus::monitor::detail {

// The first tensor among these, or in one that is a tuple or list of such; undefined if there is
// none.
Tensor first_tensor(nn::AnyValue& value);
Tensor first_tensor(const nn::ModuleArguments& arguments);

// The multiply-adds of one call, by the rules that stand with summary(). Throws Error when the
// number is beyond int64.
int64_t mult_adds(nn::Module& layer, const nn::ModuleArguments& arguments, nn::AnyValue& result);

}  // namespace gradus::monitor::detail

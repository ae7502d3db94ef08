// c10::Half and c10::BFloat16.
#pragma once

#include <c10/macros/Macros.h>

#include <functional>

#include "tensor/base/half.h"

template <>
struct std::hash<gradus::Half> {
  size_t operator()(gradus::Half v) const { return std::hash<float>()(v); }
};
template <>
struct std::hash<gradus::BFloat16> {
  size_t operator()(gradus::BFloat16 v) const { return std::hash<float>()(v); }
};

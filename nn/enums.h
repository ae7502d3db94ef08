// Names of choices, each a type of its own, so that options take only those that mean something to
// them: `MSELossOptions(kSum)`.
#pragma once

#include <string>
#include <variant>

#include "autograd/ops/nn/loss.h"

namespace gradus {

// clang-format off
/// The names of all choices: kLinear, kConv1D and so on, each a value and a type.
#define GRADUS_ENUM_NAMES(X) \
  X(Linear) X(Conv1D) X(Conv2D) X(Conv3D) X(ConvTranspose1D) X(ConvTranspose2D) \
  X(ConvTranspose3D) X(Sigmoid) X(Tanh) X(ReLU) X(GELU) X(SiLU) X(Mish) X(LeakyReLU) X(SELU) \
  X(FanIn) X(FanOut) X(Constant) X(Reflect) X(Replicate) X(Circular) X(Nearest) X(Bilinear) \
  X(Bicubic) X(Trilinear) X(Area) X(NearestExact) X(Sum) X(Mean) X(Max) X(None) X(BatchMean) \
  X(Zeros) X(Border) X(Reflection) X(RNN_TANH) X(RNN_RELU) X(LSTM) X(GRU) X(Valid) X(Same)
// clang-format on

namespace enumtype {
#define GRADUS_ENUM(name)                          \
  struct k##name {                                 \
    static constexpr const char* text = "k" #name; \
  };
/// The type of each choice.
GRADUS_ENUM_NAMES(GRADUS_ENUM)
#undef GRADUS_ENUM
}  // namespace enumtype
#define GRADUS_ENUM(name) inline constexpr enumtype::k##name k##name{};
/// The value of each choice: kMean, kSum and so on.
GRADUS_ENUM_NAMES(GRADUS_ENUM)
#undef GRADUS_ENUM

namespace enumtype {
/// The name of the choice that a variant holds: "kMean".
template <class V>
std::string get_enum_name(const V& v) {
  return std::visit([](auto e) -> std::string { return decltype(e)::text; }, v);
}
/// The reduction that a variant holds: kNone, kMean, else the sum.
template <class V>
gradus::Reduction::Reduction reduction_get_enum(const V& v) {
  return std::visit(
      [](auto e) {
        using E = decltype(e);
        if constexpr (std::is_same_v<E, kNone>)
          return gradus::Reduction::None;
        else if constexpr (std::is_same_v<E, kMean>)
          return gradus::Reduction::Mean;
        else
          return gradus::Reduction::Sum;
      },
      v);
}
}  // namespace enumtype

}  // namespace gradus

// The defaults of options that are a choice among names.
#include "nn/choice.h"

#include <type_traits>
#include <variant>

#include "nn/options/conv.h"
#include "nn/options/embedding.h"
#include "nn/options/loss.h"
#include "nn/options/padding.h"
#include "nn/options/recurrent.h"
#include "nn/options/vision.h"

namespace gradus::detail {

template <class V, size_t bytes, size_t alignment>
template <class T>
Choice<V, bytes, alignment>::Choice(const T& value) {
  static_assert(sizeof(V) <= bytes && alignof(V) <= alignment);
  static_assert(std::is_trivially_copyable_v<V> && std::is_trivially_destructible_v<V>);
  new (room_) V(value);
}

template Choice<nn::conv_padding_mode_t>::Choice(const enumtype::kZeros&);
template Choice<nn::EmbeddingBagMode>::Choice(const enumtype::kMean&);
template Choice<nn::LossReduction>::Choice(const enumtype::kMean&);
template Choice<nn::KLDivReduction>::Choice(const enumtype::kMean&);
template Choice<nn::functional::PadFuncOptions::mode_t>::Choice(const enumtype::kConstant&);
template Choice<nn::detail::RNNOptionsBase::rnn_options_base_mode_t>::Choice(
    const nn::detail::RNNOptionsBase::rnn_options_base_mode_t&);
template Choice<nn::RNNOptions::nonlinearity_t>::Choice(const enumtype::kTanh&);
template Choice<nn::UpsampleOptions::mode_t>::Choice(const enumtype::kNearest&);
template Choice<nn::functional::GridSampleFuncOptions::mode_t>::Choice(const enumtype::kBilinear&);
template Choice<nn::functional::GridSampleFuncOptions::padding_mode_t>::Choice(
    const enumtype::kZeros&);
template PaddingChoice<1>::Choice(const int&);
template PaddingChoice<2>::Choice(const int&);
template PaddingChoice<3>::Choice(const int&);

}  // namespace gradus::detail

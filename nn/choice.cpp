// The defaults of options that are a choice among names.
#include "nn/choice.h"

#include <type_traits>
#include <variant>

#include "nn/any.h"
#include "nn/options/conv.h"
#include "nn/options/embedding.h"
#include "nn/options/loss.h"
#include "nn/options/padding.h"
#include "nn/options/recurrent.h"
#include "nn/options/transformer.h"
#include "nn/options/vision.h"

namespace gradus::detail {

template <class V, size_t bytes, size_t alignment>
template <class T>
Choice<V, bytes, alignment>::Choice(const T& value) {
  static_assert(sizeof(V) <= bytes && alignof(V) <= alignment);
  static_assert(std::is_trivially_copyable_v<V> && std::is_trivially_destructible_v<V>);
  new (room_) V(value);
}

template <class V>
template <class T>
ChoiceOnHeap<V>::ChoiceOnHeap(const T& value) : value_(new V(value)) {}
template <class V>
ChoiceOnHeap<V>::ChoiceOnHeap(const ChoiceOnHeap& o) : value_(new V(*o.value_)) {}
template <class V>
ChoiceOnHeap<V>& ChoiceOnHeap<V>::operator=(const ChoiceOnHeap& o) {
  *value_ = *o.value_;
  return *this;
}
template <class V>
ChoiceOnHeap<V>::~ChoiceOnHeap() {
  delete value_;
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
template class ChoiceOnHeap<nn::activation_t>;
template ChoiceOnHeap<nn::activation_t>::ChoiceOnHeap(const enumtype::kReLU&);

}  // namespace gradus::detail

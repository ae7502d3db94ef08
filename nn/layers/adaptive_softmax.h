// The adaptive softmax, for very many classes of very different frequency.
#pragma once

#include "autograd/ops/pointwise/pointwise.h"
#include "nn/cloneable.h"
#include "nn/containers/module_list.h"
#include "nn/layers/linear.h"
#include "nn/options/adaptive_softmax.h"

namespace gradus::nn {

/// A loss as a tensor to train by, that is read as a double too, which it is in libtorch.
class ASMloss : public Tensor {
 public:
  explicit ASMloss(const Tensor& loss) : Tensor(loss) {}
  /// The value.
  operator double() const { return item().toDouble(); }

  // Without these, an operator of tensors and one of doubles would fit alike.
  /// The sum, for both.
  template <class N>
  requires std::is_arithmetic_v<N>
  friend ASMloss operator+(const ASMloss& loss, N number) {
    return ASMloss(loss.tensor() + Scalar(number));
  }
  /// The difference, for both.
  template <class N>
  requires std::is_arithmetic_v<N>
  friend ASMloss operator-(const ASMloss& loss, N number) {
    return ASMloss(loss.tensor() - Scalar(number));
  }
  /// The product, for both.
  template <class N>
  requires std::is_arithmetic_v<N>
  friend ASMloss operator*(const ASMloss& loss, N number) {
    return ASMloss(loss.tensor() * Scalar(number));
  }
  /// The quotient, for both.
  template <class N>
  requires std::is_arithmetic_v<N>
  friend ASMloss operator/(const ASMloss& loss, N number) {
    return ASMloss(loss.tensor() / Scalar(number));
  }

 private:
  const Tensor& tensor() const { return *this; }
};

/// What AdaptiveLogSoftmaxWithLoss gives.
struct ASMoutput {
  ASMoutput(Tensor output_, const Tensor& loss_) : output(std::move(output_)), loss(loss_) {}
  /// The log-probability of each target, [N] or [].
  Tensor output;
  /// The mean of minus these, [].
  ASMloss loss;
};

/// log_softmax() and its loss for very many classes, numbered by falling frequency: the classes up
/// to the first cutoff have a score each in the head, and each cluster between cutoffs has one
/// there and a projection of its own, smaller the rarer the classes, which only the inputs whose
/// target is in the cluster pay for. It holds the Linear `head` and, in `tail`, a Sequential of two
/// Linears for each cluster, drawn in the order that Python draws them. E. Grave et al., Efficient
/// softmax approximation for GPUs, 2017.
class AdaptiveLogSoftmaxWithLossImpl : public Cloneable<AdaptiveLogSoftmaxWithLossImpl> {
 public:
  AdaptiveLogSoftmaxWithLossImpl(int64_t in_features, int64_t n_classes,
                                 std::vector<int64_t> cutoffs);
  explicit AdaptiveLogSoftmaxWithLossImpl(AdaptiveLogSoftmaxWithLossOptions options_);
  /// Throws ValueError unless the cutoffs rise between 1 and n_classes - 1.
  void reset() override;
  /// Draws all parameters anew, as Linear does.
  void reset_parameters();
  void pretty_print(std::ostream& out) const override;
  /// Inputs [N, in_features] and classes [N], or [in_features] and []. Throws Error when the shapes
  /// or a class do not fit.
  ASMoutput forward(const Tensor& input, const Tensor& target);
  /// The log-probabilities [N, n_classes] of all classes, from the head's output [N, head_size].
  Tensor _get_full_log_prob(const Tensor& input, const Tensor& head_output);
  /// The log-probabilities of all classes: [N, in_features] to [N, n_classes].
  Tensor log_prob(const Tensor& input);
  /// The most probable class of each input: [N, in_features] to [N], as log_prob().argmax(1), but
  /// the clusters are only asked where the head prefers one.
  Tensor predict(const Tensor& input);

  AdaptiveLogSoftmaxWithLossOptions options;
  std::vector<int64_t> cutoffs;  // the options', and the number of classes
  int64_t shortlist_size = 0;    // classes that the head has a score for
  int64_t n_clusters = 0;
  int64_t head_size = 0;  // shortlist_size + n_clusters
  Linear head = nullptr;
  ModuleList tail = nullptr;
};
/// Holds an AdaptiveLogSoftmaxWithLossImpl.
using AdaptiveLogSoftmaxWithLoss = ModuleHolder<AdaptiveLogSoftmaxWithLossImpl>;

}  // namespace gradus::nn

// Adam (Kingma and Ba, 2015) and AdamW (Loshchilov and Hutter, 2019), which takes the weight decay
// out of the gradient.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

/// The options of Adam and AdamW, which differ in their types and in the default weight decay.
template <bool decoupled>
struct AdamLikeOptions : public OptimizerCloneableOptions<AdamLikeOptions<decoupled>> {
  using betas_t = std::tuple<double, double>;  ///< What betas() takes.
  AdamLikeOptions(double lr = 1e-3) : lr_(lr) {}
  /// The learning rate, 0.001 unless given.
  GRADUS_FIELD(double, lr);
  /// The weight of the past in the average of gradients, and in that of their squares.
  GRADUS_FIELD(betas_t, betas) = {0.9, 0.999};
  /// Is added to the root, so that nothing is divided by 0.
  GRADUS_FIELD(double, eps) = 1e-8;
  /// Adam adds weight_decay · p to the gradient, by default 0. AdamW subtracts
  /// lr · weight_decay · p from the parameter itself, by default with 0.01.
  GRADUS_FIELD(double, weight_decay) = decoupled ? 1e-2 : 0;
  /// Whether the weight decay is AdamW's and not Adam's.
  GRADUS_FIELD(bool, decoupled_weight_decay) = decoupled;
  /// Divides by the largest average of squares so far and not by the newest (Reddi, Kale and
  /// Kumar, "On the convergence of Adam and beyond", 2018).
  GRADUS_FIELD(bool, amsgrad) = false;
  /// Goes up the gradient and not down.
  GRADUS_FIELD(bool, maximize) = false;
};
/// The options of Adam: `AdamOptions(1e-3).betas({0.9, 0.99})`.
using AdamOptions = AdamLikeOptions<false>;
/// The options of AdamW: `AdamWOptions(1e-3).weight_decay(0.05)`.
using AdamWOptions = AdamLikeOptions<true>;

/// What Adam and AdamW remember of a parameter. The tensors have the parameter's sizes.
template <bool decoupled>
struct AdamLikeParamState : public OptimizerCloneableParamState<AdamLikeParamState<decoupled>> {
  /// How many steps there were.
  GRADUS_FIELD(int64_t, step) = 0;
  /// The average m of gradients.
  GRADUS_FIELD(Tensor, exp_avg);
  /// The average v of squared gradients.
  GRADUS_FIELD(Tensor, exp_avg_sq);
  /// The largest v so far; undefined without amsgrad.
  GRADUS_FIELD(Tensor, max_exp_avg_sq);
};
/// What Adam remembers of a parameter.
using AdamParamState = AdamLikeParamState<false>;
/// What AdamW remembers of a parameter.
using AdamWParamState = AdamLikeParamState<true>;

GRADUS_OPTIMIZER_TEMPLATES(extern, Adam);

/// Divides the average gradient by the root of the average squared gradient (Kingma and Ba, "Adam:
/// a method for stochastic optimization", 2015). At step t = 1, 2, ...
///
///   m = beta1 m + (1 - beta1) dy
///   v = beta2 v + (1 - beta2) dy²
///   p -= lr · m / (1 - beta1ᵗ) / (√(v / (1 - beta2ᵗ)) + eps)
class Adam : public ParameterwiseOptimizer<AdamOptions, AdamParamState> {
 public:
  /// Throws ValueError for negative numbers, and for betas outside of [0, 1).
  explicit Adam(const std::vector<OptimizerParamGroup>& param_groups, AdamOptions defaults = {});
  explicit Adam(std::vector<Tensor> params, AdamOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const AdamOptions& o, AdamParamState& s) override;
};

GRADUS_OPTIMIZER_TEMPLATES(extern, AdamW);

/// Adam whose weight decay shrinks the parameters directly, p -= lr · weight_decay · p, and stays
/// out of the averages (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019).
class AdamW : public ParameterwiseOptimizer<AdamWOptions, AdamWParamState> {
 public:
  /// Throws ValueError for negative numbers, and for betas outside of [0, 1).
  explicit AdamW(const std::vector<OptimizerParamGroup>& param_groups, AdamWOptions defaults = {});
  explicit AdamW(std::vector<Tensor> params, AdamWOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const AdamWOptions& o,
              AdamWParamState& s) override;
};

}  // namespace gradus::optim

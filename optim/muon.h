// Muon (Jordan et al., 2024): the orthogonal part of a matrix's momentum.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

/// The options of Muon: `MuonOptions(0.02).weight_decay(0.01)`.
struct MuonOptions : public OptimizerCloneableOptions<MuonOptions> {
  using ns_coefficients_t = std::tuple<double, double, double>;  ///< What ns_coefficients() takes.
  MuonOptions(double lr = 1e-3) : lr_(lr) {}
  /// The learning rate, 0.001 unless given.
  GRADUS_FIELD(double, lr);
  /// Subtracts lr · weight_decay · p from the parameter; the gradient stays as it is.
  GRADUS_FIELD(double, weight_decay) = 0.1;
  /// The weight of the past in the average of gradients.
  GRADUS_FIELD(double, momentum) = 0.95;
  /// Looks ahead by one momentum step.
  GRADUS_FIELD(bool, nesterov) = true;
  /// The coefficients a, b and c of the iteration.
  GRADUS_FIELD(ns_coefficients_t, ns_coefficients) = {3.4445, -4.7750, 2.0315};
  /// The least length that a matrix is divided by.
  GRADUS_FIELD(double, eps) = 1e-7;
  /// How many iterations there are, fewer than 100.
  GRADUS_FIELD(int64_t, ns_steps) = 5;
  /// How the rate follows from the parameter's sizes [r, c]: "original", by √max(1, r / c), which
  /// is the default, or "match_rms_adamw", by 0.2 √max(r, c), so that AdamW's rates fit.
  GRADUS_FIELD(std::optional<std::string>, adjust_lr_fn) = std::nullopt;
};

/// What Muon remembers of a parameter.
struct MuonParamState : public OptimizerCloneableParamState<MuonParamState> {
  /// The average b of gradients, of the parameter's sizes.
  GRADUS_FIELD(Tensor, momentum_buffer);
};

GRADUS_OPTIMIZER_TEMPLATES(extern, Muon);

/// Steps of the same length in all directions of a matrix: the momentum's singular values become
/// nearly 1 (Jordan, Jin, Boza, You, Cesista, Newhouse and Bernstein, "Muon: an optimizer for
/// hidden layers in neural networks", 2024). For the weights of hidden layers; biases, embeddings
/// and the last layer are given to AdamW.
///
///   b = momentum b + (1 - momentum) dy
///   x = (1 - momentum) dy + momentum b (nesterov), or b;   x = x / max(|x|, eps)
///   x = a x + (b A + c A²) x, A = x xᵀ                     ns_steps times
///   p -= lr weight_decay p + lr √max(1, r / c) x
///
/// PyTorch rounds x to bfloat16; here it keeps the parameter's type, so the numbers are PyTorch's
/// but for that rounding.
class Muon : public ParameterwiseOptimizer<MuonOptions, MuonParamState> {
 public:
  /// Throws ValueError for negative numbers, an unknown adjust_lr_fn, ns_steps outside of [0, 100)
  /// and parameters that are no matrices.
  explicit Muon(const std::vector<OptimizerParamGroup>& param_groups, MuonOptions defaults = {});
  explicit Muon(std::vector<Tensor> params, MuonOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const MuonOptions& o, MuonParamState& s) override;
};

}  // namespace gradus::optim

// Adafactor (Shazeer and Stern, 2018): the squares of a matrix from its rows' and columns' alone.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

/// The options of Adafactor: `AdafactorOptions(0.01).weight_decay(0.1)`.
struct AdafactorOptions : public OptimizerCloneableOptions<AdafactorOptions> {
  AdafactorOptions(double lr = 1e-2) : lr_(lr) {}
  /// The largest relative rate, 0.01 unless given; from step 1 / lr² on it is 1 / √t.
  GRADUS_FIELD(double, lr);
  /// The newest squares weigh t^beta2_decay in their average.
  GRADUS_FIELD(double, beta2_decay) = -0.8;
  /// The least root of a variance; unless given, the distance from 1 to the next number of the
  /// type.
  GRADUS_FIELD(std::optional<double>, eps1) = std::nullopt;
  /// The least size that a parameter counts with in its rate.
  GRADUS_FIELD(double, eps2) = 1e-3;

 public:
  /// Sets eps1 and eps2 together, as Python's `eps`.
  AdafactorOptions& eps(const std::tuple<std::optional<double>, double>& values) {
    return eps1(std::get<0>(values)).eps2(std::get<1>(values));
  }
  /// The largest root of the mean square of a step, before the rate.
  GRADUS_FIELD(double, d) = 1;
  /// Subtracts lr · weight_decay · p from the parameter; the gradient stays as it is.
  GRADUS_FIELD(double, weight_decay) = 0;
  /// Goes up the gradient and not down.
  GRADUS_FIELD(bool, maximize) = false;
};

/// What Adafactor remembers of a parameter: of one of two or more dims [..., r, c] the rows and
/// columns, of another one all.
struct AdafactorParamState : public OptimizerCloneableParamState<AdafactorParamState> {
  /// How many steps there were.
  GRADUS_FIELD(int64_t, step) = 0;
  /// The average of each row's mean square, [..., r, 1].
  GRADUS_FIELD(Tensor, row_var);
  /// The average of each column's mean square, [..., 1, c].
  GRADUS_FIELD(Tensor, col_var);
  /// The average of squares, of the parameter's sizes.
  GRADUS_FIELD(Tensor, variance);

 public:
  /// Throws Error unless the tensors have the sizes above.
  void check(const Tensor& parameter) const override;
};

GRADUS_OPTIMIZER_TEMPLATES(extern, Adafactor);

/// Adam without momentum that stores of a matrix's squared gradients only the means R of its rows
/// and C of its columns (Shazeer and Stern, "Adafactor: adaptive learning rates with sublinear
/// memory cost", 2018). Its rate follows the size of the parameter. At step t = 1, 2, ..., w =
/// t^beta2_decay,
///
///   R = (1 - w) R + w mean(dy², columns),   C = (1 - w) C + w mean(dy², rows)
///   v = R C / mean(R),                      for vectors v = (1 - w) v + w dy²
///   u = dy / √max(v, eps1²)
///   p -= min(lr, 1/√t) max(eps2, rms(p)) u / max(1, rms(u) / d)
class Adafactor : public ParameterwiseOptimizer<AdafactorOptions, AdafactorParamState> {
 public:
  /// Throws ValueError for a negative lr, eps or weight decay, a positive beta2_decay and a d
  /// below 1.
  explicit Adafactor(const std::vector<OptimizerParamGroup>& param_groups,
                     AdafactorOptions defaults = {});
  explicit Adafactor(std::vector<Tensor> params, AdafactorOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const AdafactorOptions& o,
              AdafactorParamState& s) override;
};

}  // namespace gradus::optim

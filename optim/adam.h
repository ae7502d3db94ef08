// Adam (Kingma and Ba, 2015) and AdamW (Loshchilov and Hutter, 2019), which takes the weight decay
// out of the gradient.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

// The options of both, which differ in the default weight decay.
template <class Derived>
struct AdamLikeOptions : public OptimizerCloneableOptions<Derived> {
  using betas_t = std::tuple<double, double>;
  AdamLikeOptions(double lr, double weight_decay) : lr_(lr), weight_decay_(weight_decay) {}
#define GRADUS_ADAM_ARG(T, name)                     \
 public:                                             \
  Derived& name(const T& v) {                        \
    name##_ = v;                                     \
    return static_cast<Derived&>(*this);             \
  }                                                  \
  const T& name() const noexcept { return name##_; } \
  T& name() noexcept { return name##_; }             \
                                                     \
 private:                                            \
  T name##_
  GRADUS_ADAM_ARG(double, lr);
  GRADUS_ADAM_ARG(betas_t, betas) = {0.9, 0.999};
  GRADUS_ADAM_ARG(double, eps) = 1e-8;
  GRADUS_ADAM_ARG(double, weight_decay);
  GRADUS_ADAM_ARG(bool, amsgrad) = false;
  GRADUS_ADAM_ARG(bool, maximize) = false;
#undef GRADUS_ADAM_ARG

 public:
  template <class F>
  static void fields(F&& f) {
    f("lr", &AdamLikeOptions::lr_);
    f("betas", &AdamLikeOptions::betas_);
    f("eps", &AdamLikeOptions::eps_);
    f("weight_decay", &AdamLikeOptions::weight_decay_);
    f("amsgrad", &AdamLikeOptions::amsgrad_);
    f("maximize", &AdamLikeOptions::maximize_);
  }
};
struct AdamOptions : public AdamLikeOptions<AdamOptions> {
  AdamOptions(double lr = 1e-3) : AdamLikeOptions(lr, 0) {}
};
struct AdamWOptions : public AdamLikeOptions<AdamWOptions> {
  AdamWOptions(double lr = 1e-3) : AdamLikeOptions(lr, 1e-2) {}
};

// The averages of the gradient and of its square, and with amsgrad the largest of the latter.
template <class Derived>
struct AdamLikeParamState : public OptimizerCloneableParamState<Derived> {
  GRADUS_ARG(int64_t, step) = 0;
  GRADUS_ARG(Tensor, exp_avg);
  GRADUS_ARG(Tensor, exp_avg_sq);
  GRADUS_ARG(Tensor, max_exp_avg_sq);

 public:
  template <class F>
  static void fields(F&& f) {
    f("step", &AdamLikeParamState::step_);
    f("exp_avg", &AdamLikeParamState::exp_avg_);
    f("exp_avg_sq", &AdamLikeParamState::exp_avg_sq_);
    f("max_exp_avg_sq", &AdamLikeParamState::max_exp_avg_sq_);
  }
};
struct AdamParamState : public AdamLikeParamState<AdamParamState> {};
struct AdamWParamState : public AdamLikeParamState<AdamWParamState> {};

GRADUS_OPTIMIZER_TEMPLATES(extern, Adam);

class Adam : public ParameterwiseOptimizer<AdamOptions, AdamParamState> {
 public:
  // Throws for negative numbers, and for betas outside [0, 1).
  explicit Adam(const std::vector<OptimizerParamGroup>& param_groups, AdamOptions defaults = {});
  explicit Adam(std::vector<Tensor> params, AdamOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const AdamOptions& o, AdamParamState& s) override;
};

GRADUS_OPTIMIZER_TEMPLATES(extern, AdamW);

class AdamW : public ParameterwiseOptimizer<AdamWOptions, AdamWParamState> {
 public:
  explicit AdamW(const std::vector<OptimizerParamGroup>& param_groups, AdamWOptions defaults = {});
  explicit AdamW(std::vector<Tensor> params, AdamWOptions defaults = {});

 protected:
  void update(const Tensor& p, const Tensor& dy, const AdamWOptions& o,
              AdamWParamState& s) override;
};

}  // namespace gradus::optim

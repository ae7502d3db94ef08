// Scales losses up so that small gradients do not vanish, and takes the scale out again.
#pragma once

#include <optional>
#include <unordered_map>

#include "optim/optimizer.h"

namespace gradus::amp {

/// The options of a GradScaler.
struct GradScalerOptions {
  /// The first scale. Positive.
  GRADUS_ARG(double, init_scale) = 65536;
  /// What multiplies the scale when all was finite for growth_interval updates. More than 1.
  GRADUS_ARG(double, growth_factor) = 2;
  /// What multiplies the scale when something was not. Less than 1.
  GRADUS_ARG(double, backoff_factor) = 0.5;
  /// How many updates in a row. Positive.
  GRADUS_ARG(int64_t, growth_interval) = 2000;
  /// Without it, everything is as if there were no scaler.
  GRADUS_ARG(bool, enabled) = true;
};

/// Scales losses up so that small gradients do not vanish, and skips steps whose gradients are not
/// finite (Micikevicius et al., "Mixed precision training", 2018):
///
///   scaler.scale(loss).backward();
///   scaler.unscale_(optimizer);  // only to see or clip the gradients
///   scaler.step(optimizer);
///   scaler.update();
class GradScaler {
 public:
  /// Throws ValueError for options out of range.
  explicit GradScaler(GradScalerOptions options = {});

  /// The loss times the scale.
  Tensor scale(const Tensor& loss) const;
  /// Divides the gradients of the optimiser's parameters by the scale. Throws Error the second time
  /// between two updates.
  void unscale_(optim::Optimizer& optimizer);
  /// Steps, unless a gradient holds an infinity or NaN. Unscales the gradients before, if that was
  /// not done. Gives the result of the closure, or an undefined tensor. Throws Error the second
  /// time between two updates, and when no parameter had a gradient to unscale.
  Tensor step(optim::Optimizer& optimizer);
  /// Adapts the scale to what was found since the last update, or sets it. Throws Error when no
  /// gradients were looked at.
  void update(std::optional<double> new_scale = std::nullopt);

  /// The scale; 1 when not enabled.
  double get_scale() const { return enabled_ ? double(scale_) : 1; }
  /// What multiplies the scale when all was finite for long enough.
  double get_growth_factor() const { return options_.growth_factor(); }
  /// Sets it. Throws ValueError unless more than 1.
  void set_growth_factor(double new_factor);
  /// What multiplies the scale when something was not finite.
  double get_backoff_factor() const { return options_.backoff_factor(); }
  /// Sets it. Throws ValueError unless it is in (0, 1).
  void set_backoff_factor(double new_factor);
  /// After how many updates in a row the scale grows.
  int64_t get_growth_interval() const { return options_.growth_interval(); }
  /// Sets it. Throws ValueError unless positive.
  void set_growth_interval(int64_t new_interval);
  /// Whether it does anything.
  bool is_enabled() const { return enabled_; }

  /// Scale, factors, interval and count under Python's names; empty when not enabled.
  impl::GenericDict state_dict() const;
  /// Takes what state_dict(), or Python's, gave. Throws Error when it does not fit, and then
  /// changes nothing.
  void load_state_dict(const impl::GenericDict& state_dict);

 private:
  enum class Stage { ready, unscaled, stepped };
  struct Seen {
    Stage stage = Stage::ready;
    bool finite = true;
    bool checked = false;  // whether there was a gradient
  };
  GradScalerOptions options_;
  bool enabled_;
  float scale_;  // as Python's
  int64_t growth_tracker_ = 0;
  std::unordered_map<const optim::Optimizer*, Seen> seen_;  // since the last update
};

}  // namespace gradus::amp

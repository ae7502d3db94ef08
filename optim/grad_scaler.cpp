#include "optim/grad_scaler.h"

#include <cmath>

#include "autograd/ops/pointwise/arithmetic.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/reduce/reduce.h"
#include "optim/checks.h"
#include "tensor/io/archive_dict.h"

namespace gradus::amp {
namespace {

void check(const GradScalerOptions& o) {
  if (!(o.init_scale() > 0 && std::isfinite(float(o.init_scale()))))
    fail_value("grad_scaler: the scale is {}, a positive float wanted", o.init_scale());
  if (!(o.growth_factor() > 1))
    fail_value("grad_scaler: growth_factor is {}, more than 1 wanted", o.growth_factor());
  if (!(o.backoff_factor() > 0 && o.backoff_factor() < 1))
    fail_value("grad_scaler: backoff_factor is {}, less than 1 wanted", o.backoff_factor());
  if (o.growth_interval() <= 0)
    fail_value("grad_scaler: growth_interval is {}, more than 0 wanted", o.growth_interval());
}

}  // namespace

GradScaler::GradScaler(GradScalerOptions options)
    : options_(std::move(options)),
      enabled_(options_.enabled()),
      scale_(float(options_.init_scale())) {
  check(options_);
}

Tensor GradScaler::scale(const Tensor& loss) const { return enabled_ ? loss * scale_ : loss; }

void GradScaler::unscale_(optim::Optimizer& optimizer) {
  if (!enabled_) return;
  Seen& seen = seen_[&optimizer];
  if (seen.stage == Stage::unscaled)
    fail("unscale_: the gradients of this optimiser were unscaled since the last update");
  if (seen.stage == Stage::stepped) fail("unscale_: called after step, before update");
  NoGradGuard no_grad;
  const double inverse = 1 / double(scale_);
  std::vector<Tensor> gradients;
  bool finite = true;
  for (const auto& group : optimizer.param_groups())
    for (const Tensor& p : group.params())
      if (Tensor dy = p.grad(); dy.defined()) {
        finite = finite && dy.isfinite().all().item<bool>();
        gradients.push_back(std::move(dy));
      }
  // From here on none is scaled twice, whatever throws.
  seen = {Stage::unscaled, finite, !gradients.empty()};
  for (Tensor& dy : gradients) dy.mul_(float(inverse));
}

Tensor GradScaler::step(optim::Optimizer& optimizer) {
  if (!enabled_) return optimizer.step();
  if (seen_[&optimizer].stage == Stage::stepped) fail("step: called again before update");
  if (seen_[&optimizer].stage == Stage::ready) unscale_(optimizer);
  Seen& seen = seen_[&optimizer];
  if (!seen.checked) {
    seen_.erase(&optimizer);
    fail("step: no parameter of the optimiser had a gradient when they were unscaled");
  }
  Tensor result;
  if (seen.finite) result = optimizer.step();
  seen.stage = Stage::stepped;
  return result;
}

void GradScaler::update(std::optional<double> new_scale) {
  if (!enabled_) return;
  if (new_scale) {
    GradScalerOptions o = options_;
    check(o.init_scale(*new_scale));
    scale_ = float(*new_scale);
  } else {
    bool finite = true, checked = false;
    for (const auto& [optimizer, seen] : seen_) {
      finite = finite && seen.finite;
      checked = checked || seen.checked;
    }
    if (!checked) fail("update: no gradients were unscaled since the last update");
    if (!finite) {
      scale_ = float(double(scale_) * options_.backoff_factor());
      growth_tracker_ = 0;
    } else if (++growth_tracker_ >= options_.growth_interval()) {
      const float grown = float(double(scale_) * options_.growth_factor());
      if (std::isfinite(grown)) scale_ = grown;
      growth_tracker_ = 0;
    }
  }
  seen_.clear();
}

void GradScaler::set_growth_factor(double new_factor) {
  GradScalerOptions o = options_;
  check(o.growth_factor(new_factor));
  options_ = std::move(o);
}
void GradScaler::set_backoff_factor(double new_factor) {
  GradScalerOptions o = options_;
  check(o.backoff_factor(new_factor));
  options_ = std::move(o);
}
void GradScaler::set_growth_interval(int64_t new_interval) {
  GradScalerOptions o = options_;
  check(o.growth_interval(new_interval));
  options_ = std::move(o);
}

impl::GenericDict GradScaler::state_dict() const {
  impl::GenericDict out;
  if (!enabled_) return out;
  out.insert("scale", double(scale_));
  out.insert("growth_factor", options_.growth_factor());
  out.insert("backoff_factor", options_.backoff_factor());
  out.insert("growth_interval", options_.growth_interval());
  out.insert("_growth_tracker", growth_tracker_);
  return out;
}

void GradScaler::load_state_dict(const impl::GenericDict& state_dict) {
  if (!enabled_) return;
  if (state_dict.empty()) fail("load_state_dict: the state is of a scaler that was not enabled");
  const auto at = [&](const char* name) {
    return serialize::value_at("load_state_dict", state_dict, name);
  };
  GradScalerOptions o = options_;
  o.growth_factor(at("growth_factor").toDouble())
      .backoff_factor(at("backoff_factor").toDouble())
      .growth_interval(at("growth_interval").toInt());
  GradScalerOptions with_scale = o;
  check(with_scale.init_scale(at("scale").toDouble()));
  const int64_t tracker = at("_growth_tracker").toInt();
  if (tracker < 0) fail("load_state_dict: the scaler's _growth_tracker is {}", tracker);
  options_ = std::move(o);
  scale_ = float(with_scale.init_scale());
  growth_tracker_ = tracker;
}

}  // namespace gradus::amp

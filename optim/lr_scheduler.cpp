#include "optim/lr_scheduler.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "optim/checks.h"

namespace gradus::optim {
namespace {
constexpr double pi = std::numbers::pi;
double clipped(int64_t epoch, int64_t total) { return double(std::min(epoch, total)); }
}  // namespace

LRScheduler::LRScheduler(Optimizer& optimizer) : optimizer_(optimizer) {
  for (OptimizerParamGroup& group : optimizer.param_groups()) {
    if (!group.initial_lr) group.initial_lr = group.options().get_lr();
    base_lrs_.push_back(*group.initial_lr);
  }
  last_lrs_ = get_current_lrs();
}

std::vector<double> LRScheduler::get_current_lrs() const {
  std::vector<double> lrs;
  for (const OptimizerParamGroup& group : optimizer_.param_groups())
    lrs.push_back(group.options().get_lr());
  return lrs;
}

void LRScheduler::set_optimizer_lrs(const std::vector<double>& lrs) {
  auto& groups = optimizer_.param_groups();
  if (lrs.size() != groups.size())
    fail("lr_scheduler: {} rates for {} parameter groups", lrs.size(), groups.size());
  for (size_t i = 0; i < lrs.size(); ++i) groups[i].options().set_lr(lrs[i]);
  last_lrs_ = lrs;
}

void LRScheduler::step() {
  ++last_epoch_;
  set_optimizer_lrs(get_lrs());
  ++step_count_;
}

void LRScheduler::first_step() {
  first_ = true;
  step_count_ = 0;
  step();
  first_ = false;
}

void LRScheduler::restart() {
  last_epoch_ = 0;
  set_optimizer_lrs(closed_form_lrs());
}

void LRScheduler::save(serialize::OutputArchive& archive) const {
  archive.write("last_epoch", last_epoch_);
  archive.write("step_count", int64_t(step_count_));
  archive.write("base_lrs", base_lrs_);
  archive.write("last_lrs", last_lrs_);
}

void LRScheduler::load(serialize::InputArchive& archive) {
  IValue epoch, count, base, last;
  archive.read("last_epoch", epoch);
  archive.read("step_count", count);
  archive.read("base_lrs", base);
  archive.read("last_lrs", last);
  std::vector<double> base_lrs = base.toDoubleVector(), last_lrs = last.toDoubleVector();
  if (base_lrs.size() != base_lrs_.size() || last_lrs.size() != base_lrs_.size())
    fail("load: numbers of groups differ, {} in the archive and {} of the scheduler",
         base_lrs.size(), base_lrs_.size());
  // -1 before the first step; beyond 2^53 there is no next epoch in a double.
  const int64_t last_epoch = epoch.toInt();
  if (last_epoch < -1 || last_epoch > (int64_t(1) << 53))
    fail("load: the scheduler's last_epoch is {}, not in -1 .. 2^53", last_epoch);
  const auto step_count = count.to<unsigned>();
  last_epoch_ = last_epoch;
  step_count_ = step_count;
  base_lrs_ = std::move(base_lrs);
  last_lrs_ = std::move(last_lrs);
}

LambdaLR::LambdaLR(Optimizer& optimizer, Lambda lr_lambda)
    : LambdaLR(optimizer,
               std::vector<Lambda>(optimizer.param_groups().size(), std::move(lr_lambda))) {}
LambdaLR::LambdaLR(Optimizer& optimizer, std::vector<Lambda> lr_lambdas)
    : LRScheduler(optimizer), lambdas_(std::move(lr_lambdas)) {
  if (lambdas_.size() != base_lrs_.size())
    fail_value("lambda_lr: {} functions for {} parameter groups", lambdas_.size(),
               base_lrs_.size());
  first_step();
}
std::vector<double> LambdaLR::get_lrs() {
  std::vector<double> lrs;
  for (size_t i = 0; i < base_lrs_.size(); ++i)
    lrs.push_back(base_lrs_[i] * lambdas_[i](last_epoch_));
  return lrs;
}

MultiplicativeLR::MultiplicativeLR(Optimizer& optimizer, Lambda lr_lambda)
    : LRScheduler(optimizer), lambda_(std::move(lr_lambda)) {
  first_step();
}
std::vector<double> MultiplicativeLR::get_lrs() {
  if (first_) return get_current_lrs();
  return from_current([f = lambda_(last_epoch_)](double lr) { return lr * f; });
}

StepLR::StepLR(Optimizer& optimizer, unsigned step_size, double gamma, int64_t delay)
    : LRScheduler(optimizer), step_size_(step_size), gamma_(gamma), delay_(delay) {
  if (step_size == 0) fail_value("step_lr: step_size is 0");
  first_step();
}
std::vector<double> StepLR::get_lrs() {
  if (epochs() == 0 || epochs() % step_size_ != 0) return get_current_lrs();
  return from_current([&](double lr) { return lr * gamma_; });
}
std::vector<double> StepLR::closed_form_lrs() {
  return from_base(
      [&](double base) { return base * std::pow(gamma_, double(epochs() / step_size_)); });
}

MultiStepLR::MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma)
    : LRScheduler(optimizer), milestones_(std::move(milestones)), gamma_(gamma) {
  std::sort(milestones_.begin(), milestones_.end());
  first_step();
}
std::vector<double> MultiStepLR::get_lrs() {
  const auto times = std::count(milestones_.begin(), milestones_.end(), last_epoch_);
  if (times == 0) return get_current_lrs();
  return from_current([&](double lr) { return lr * std::pow(gamma_, double(times)); });
}
std::vector<double> MultiStepLR::closed_form_lrs() {
  const auto passed =
      std::upper_bound(milestones_.begin(), milestones_.end(), last_epoch_) - milestones_.begin();
  return from_base([&](double base) { return base * std::pow(gamma_, double(passed)); });
}

ConstantLR::ConstantLR(Optimizer& optimizer, double factor, int64_t total_iters)
    : LRScheduler(optimizer), factor_(factor), total_iters_(total_iters) {
  if (!(factor >= 0 && factor <= 1)) fail_value("constant_lr: factor is {}, not in [0, 1]", factor);
  first_step();
}
std::vector<double> ConstantLR::get_lrs() {
  if (last_epoch_ == 0) return from_current([&](double lr) { return lr * factor_; });
  if (last_epoch_ != total_iters_) return get_current_lrs();
  return from_current([&](double lr) { return lr * (1 / factor_); });
}
std::vector<double> ConstantLR::closed_form_lrs() {
  const double f = factor_ + (last_epoch_ >= total_iters_ ? 1 - factor_ : 0);
  return from_base([&](double base) { return base * f; });
}

LinearLR::LinearLR(Optimizer& optimizer, double start_factor, double end_factor,
                   int64_t total_iters)
    : LRScheduler(optimizer), start_(start_factor), end_(end_factor), total_iters_(total_iters) {
  if (!(start_factor > 0 && start_factor <= 1))
    fail_value("linear_lr: start_factor is {}, not in (0, 1]", start_factor);
  if (!(end_factor >= 0 && end_factor <= 1))
    fail_value("linear_lr: end_factor is {}, not in [0, 1]", end_factor);
  if (total_iters < 1) fail_value("linear_lr: total_iters is {}, less than 1", total_iters);
  first_step();
}
std::vector<double> LinearLR::get_lrs() {
  if (last_epoch_ == 0) return from_current([&](double lr) { return lr * start_; });
  if (first_ || last_epoch_ > total_iters_) return get_current_lrs();
  const double slope = end_ - start_;
  const double before = double(total_iters_) * start_ + double(last_epoch_ - 1) * slope;
  return from_current([&](double lr) { return lr * (1 + slope / before); });
}
std::vector<double> LinearLR::closed_form_lrs() {
  const double f =
      start_ + (end_ - start_) * clipped(last_epoch_, total_iters_) / double(total_iters_);
  return from_base([&](double base) { return base * f; });
}

ExponentialLR::ExponentialLR(Optimizer& optimizer, double gamma)
    : LRScheduler(optimizer), gamma_(gamma) {
  first_step();
}
std::vector<double> ExponentialLR::get_lrs() {
  if (first_) return get_current_lrs();
  return from_current([&](double lr) { return lr * gamma_; });
}
std::vector<double> ExponentialLR::closed_form_lrs() {
  return from_base([&](double base) { return base * std::pow(gamma_, double(last_epoch_)); });
}

PolynomialLR::PolynomialLR(Optimizer& optimizer, int64_t total_iters, double power)
    : LRScheduler(optimizer), total_iters_(total_iters), power_(power) {
  if (total_iters < 1) fail_value("polynomial_lr: total_iters is {}, less than 1", total_iters);
  first_step();
}
std::vector<double> PolynomialLR::get_lrs() {
  if (first_ || last_epoch_ > total_iters_) return get_current_lrs();
  const double total = double(total_iters_), t = double(last_epoch_);
  const double f = std::pow((1 - t / total) / (1 - (t - 1) / total), power_);
  return from_current([&](double lr) { return lr * f; });
}
std::vector<double> PolynomialLR::closed_form_lrs() {
  const double f = std::pow(1 - clipped(last_epoch_, total_iters_) / double(total_iters_), power_);
  return from_base([&](double base) { return base * f; });
}

CosineAnnealingLR::CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min)
    : LRScheduler(optimizer), t_max_(double(T_max)), eta_min_(eta_min) {
  if (T_max < 1) fail_value("cosine_annealing_lr: T_max is {}, less than 1", T_max);
  first_step();
}
std::vector<double> CosineAnnealingLR::get_lrs() {
  if (first_) return get_current_lrs();
  const double t = double(last_epoch_);
  if (std::fmod(t - 1 - t_max_, 2 * t_max_) == 0) {  // leaving the bottom, where the ratio is 0 / 0
    std::vector<double> lrs = get_current_lrs();
    for (size_t i = 0; i < lrs.size(); ++i)
      lrs[i] += (base_lrs_[i] - eta_min_) * (1 - std::cos(pi / t_max_)) / 2;
    return lrs;
  }
  const double ratio = (1 + std::cos(pi * t / t_max_)) / (1 + std::cos(pi * (t - 1) / t_max_));
  return from_current([&](double lr) { return ratio * (lr - eta_min_) + eta_min_; });
}
std::vector<double> CosineAnnealingLR::closed_form_lrs() {
  const double f = (1 + std::cos(pi * double(last_epoch_) / t_max_)) / 2;
  return from_base([&](double base) { return eta_min_ + (base - eta_min_) * f; });
}

CosineAnnealingWarmRestarts::CosineAnnealingWarmRestarts(Optimizer& optimizer, int64_t T_0,
                                                         int64_t T_mult, double eta_min)
    : LRScheduler(optimizer), t_0_(T_0), t_mult_(T_mult), eta_min_(eta_min) {
  if (T_0 < 1 || T_mult < 1)
    fail_value("cosine_annealing_warm_restarts: T_0 and T_mult are {} and {}, less than 1", T_0,
               T_mult);
  first_step();
}
std::vector<double> CosineAnnealingWarmRestarts::get_lrs() {
  int64_t t = last_epoch_, period = t_0_;
  if (t_mult_ == 1) t %= period;
  for (; t >= period; period *= t_mult_) t -= period;
  const double f = (1 + std::cos(pi * double(t) / double(period))) / 2;
  return from_base([&](double base) { return eta_min_ + (base - eta_min_) * f; });
}

OneCycleLR::OneCycleLR(Optimizer& optimizer, OneCycleLROptions options)
    : LRScheduler(optimizer), options_(std::move(options)) {
  const OneCycleLROptions& o = options_;
  if (o.total_steps() < 1)
    fail_value("one_cycle_lr: total_steps is {}, less than 1", o.total_steps());
  if (!(o.pct_start() >= 0 && o.pct_start() <= 1))
    fail_value("one_cycle_lr: pct_start is {}, not in [0, 1]", o.pct_start());
  if (o.anneal_strategy() != "cos" && o.anneal_strategy() != "linear")
    fail_value("one_cycle_lr: anneal_strategy is {}, not cos or linear", o.anneal_strategy());
  for (size_t i = 0; i < base_lrs_.size(); ++i) {
    OptimizerParamGroup& group = optimizer.param_groups()[i];
    if (o.cycle_momentum() && !group.options().get_momentum())
      fail_value("one_cycle_lr: the optimiser has no momentum to cycle");
    group.initial_lr = base_lrs_[i] = o.max_lr() / o.div_factor();
  }
  first_step();
}
std::vector<double> OneCycleLR::get_lrs() {
  const OneCycleLROptions& o = options_;
  if (last_epoch_ > o.total_steps())
    fail_value("one_cycle_lr: step {} of {}", last_epoch_, o.total_steps());
  const double total = double(o.total_steps()), t = double(last_epoch_);
  const double low = o.max_lr() / o.div_factor(), high = o.max_lr();
  const double last = low / o.final_div_factor();
  struct Phase {
    double end, from, to, momentum_from, momentum_to;
  };
  const double fast = o.max_momentum(), slow = o.base_momentum();
  std::vector<Phase> phases = {{o.pct_start() * total - 1, low, high, fast, slow}};
  if (o.three_phase()) {
    phases.push_back({2 * o.pct_start() * total - 2, high, low, slow, fast});
    phases.push_back({total - 1, low, last, fast, fast});
  } else {
    phases.push_back({total - 1, high, last, slow, fast});
  }
  size_t i = 0;
  while (i + 1 < phases.size() && t > phases[i].end) ++i;
  const double begin = i ? phases[i - 1].end : 0;
  const double part = (t - begin) / (phases[i].end - begin);
  const auto anneal = [&](double from, double to) {
    if (o.anneal_strategy() == "linear") return (to - from) * part + from;
    return to + (from - to) / 2 * (std::cos(pi * part) + 1);
  };
  if (o.cycle_momentum())
    for (OptimizerParamGroup& group : optimizer().param_groups())
      group.options().set_momentum(anneal(phases[i].momentum_from, phases[i].momentum_to));
  return std::vector<double>(base_lrs_.size(), anneal(phases[i].from, phases[i].to));
}

}  // namespace gradus::optim

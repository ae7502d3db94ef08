// Schedulers made of others, and the one that watches a metric.
#include <algorithm>
#include <cstdio>
#include <limits>

#include "optim/checks.h"
#include "optim/lr_scheduler.h"

namespace gradus::optim {
namespace {

using Schedulers = std::vector<std::shared_ptr<LRScheduler>>;

Optimizer& optimizer_of(const char* name, const Schedulers& schedulers) {
  if (schedulers.empty()) fail_value("{}: there are no schedulers", name);
  for (const auto& s : schedulers)
    if (&s->optimizer() != &schedulers[0]->optimizer())
      fail_value("{}: the schedulers have different optimisers", name);
  return schedulers[0]->optimizer();
}

void save_parts(serialize::OutputArchive& archive, const Schedulers& schedulers) {
  for (size_t i = 0; i < schedulers.size(); ++i) {
    serialize::OutputArchive part;
    schedulers[i]->save(part);
    archive.write("schedulers." + std::to_string(i), part);
  }
}
void load_each(serialize::InputArchive& archive, const Schedulers& schedulers) {
  for (size_t i = 0; i < schedulers.size(); ++i) {
    serialize::InputArchive part;
    archive.read("schedulers." + std::to_string(i), part);
    schedulers[i]->load(part);
  }
}
// All of them and then `last`, or none: after a failure they get back what they had.
template <class Last>
void load_parts(serialize::InputArchive& archive, const Schedulers& schedulers, Last last) {
  serialize::OutputArchive now;
  save_parts(now, schedulers);
  std::string bytes;
  now.save_to([&](const void* data, size_t n) {
    bytes.append(static_cast<const char*>(data), n);
    return n;
  });
  serialize::InputArchive before;
  before.load_from(bytes.data(), bytes.size());
  try {
    load_each(archive, schedulers);
    last();
  } catch (...) {
    load_each(before, schedulers);
    throw;
  }
}

}  // namespace

SequentialLR::SequentialLR(Optimizer& optimizer, Schedulers schedulers,
                           std::vector<int64_t> milestones)
    : LRScheduler(optimizer),
      schedulers_(std::move(schedulers)),
      milestones_(std::move(milestones)) {
  if (&optimizer_of("sequential_lr", schedulers_) != &optimizer)
    fail_value("sequential_lr: the schedulers have another optimiser");
  if (milestones_.size() + 1 != schedulers_.size())
    fail_value("sequential_lr: {} milestones for {} schedulers", milestones_.size(),
               schedulers_.size());
  // Each scheduler took its first step when it was made; only the first one's counts.
  for (OptimizerParamGroup& group : optimizer.param_groups())
    group.options().set_lr(*group.initial_lr);
  SequentialLR::undo_first_step();
  last_epoch_ = 0;
  schedulers_[active()]->first_step();
  last_lrs_ = schedulers_[active()]->get_last_lr();
}

size_t SequentialLR::active() const {
  return size_t(std::upper_bound(milestones_.begin(), milestones_.end(), last_epoch_) -
                milestones_.begin());
}

void SequentialLR::undo_first_step() {
  for (const auto& s : schedulers_) s->undo_first_step();
}

void SequentialLR::step() {
  ++last_epoch_;
  const size_t i = active();
  if (i > 0 && milestones_[i - 1] == last_epoch_)
    schedulers_[i]->restart();
  else
    schedulers_[i]->step();
  last_lrs_ = schedulers_[i]->get_last_lr();
}

void SequentialLR::save(serialize::OutputArchive& archive) const {
  LRScheduler::save(archive);
  save_parts(archive, schedulers_);
}
void SequentialLR::load(serialize::InputArchive& archive) {
  load_parts(archive, schedulers_, [&] { LRScheduler::load(archive); });
}

ChainedScheduler::ChainedScheduler(Schedulers schedulers)
    : LRScheduler(optimizer_of("chained_scheduler", schedulers)),
      schedulers_(std::move(schedulers)) {
  last_epoch_ = 0;
}

void ChainedScheduler::undo_first_step() {
  for (const auto& s : schedulers_) s->undo_first_step();
}

void ChainedScheduler::step() {
  ++last_epoch_;
  for (const auto& s : schedulers_) s->step();
  last_lrs_ = get_current_lrs();
}

void ChainedScheduler::save(serialize::OutputArchive& archive) const {
  LRScheduler::save(archive);
  save_parts(archive, schedulers_);
}
void ChainedScheduler::load(serialize::InputArchive& archive) {
  load_parts(archive, schedulers_, [&] { LRScheduler::load(archive); });
}

ReduceLROnPlateauScheduler::ReduceLROnPlateauScheduler(Optimizer& optimizer, SchedulerMode mode,
                                                       double factor, int patience,
                                                       double threshold,
                                                       ThresholdMode threshold_mode, int cooldown,
                                                       const LearningRates& min_lr, double eps,
                                                       bool verbose)
    : optimizer_(optimizer),
      mode_(mode),
      factor_(factor),
      patience_(patience),
      threshold_(threshold),
      threshold_mode_(threshold_mode),
      cooldown_(cooldown),
      min_lrs_(min_lr),
      eps_(eps),
      verbose_(verbose),
      best_(mode == min ? std::numeric_limits<double>::infinity()
                        : -std::numeric_limits<double>::infinity()) {
  const size_t groups = optimizer.param_groups().size();
  if (!(factor < 1)) fail_value("reduce_lr_on_plateau: factor is {}, not less than 1", factor);
  if (min_lrs_.empty()) min_lrs_.resize(groups);
  if (min_lrs_.size() != groups)
    fail_value("reduce_lr_on_plateau: {} lowest rates for {} parameter groups", min_lrs_.size(),
               groups);
}

bool ReduceLROnPlateauScheduler::is_better(double a) const {
  if (mode_ == min)
    return threshold_mode_ == rel ? a < best_ * (1 - threshold_) : a < best_ - threshold_;
  return threshold_mode_ == rel ? a > best_ * (threshold_ + 1) : a > best_ + threshold_;
}

void ReduceLROnPlateauScheduler::step(double metric) {
  ++last_epoch_;
  if (is_better(metric)) {
    best_ = metric;
    bad_epochs_ = 0;
  } else {
    ++bad_epochs_;
  }
  if (cooldown_counter_ > 0) {
    --cooldown_counter_;
    bad_epochs_ = 0;
  }
  if (bad_epochs_ > patience_) {
    reduce_lr();
    cooldown_counter_ = cooldown_;
    bad_epochs_ = 0;
  }
}

void ReduceLROnPlateauScheduler::reduce_lr() {
  auto& groups = optimizer_.param_groups();
  for (size_t i = 0; i < groups.size(); ++i) {
    const double before = groups[i].options().get_lr();
    const double lowest = i < min_lrs_.size() ? min_lrs_[i] : 0;
    const double after = std::max(before * factor_, lowest);
    if (!(before - after > eps_)) continue;
    groups[i].options().set_lr(after);
    if (verbose_)
      std::printf("epoch %lld: learning rate of group %zu from %g to %g\n",
                  static_cast<long long>(last_epoch_), i, before, after);
  }
}

void ReduceLROnPlateauScheduler::save(serialize::OutputArchive& archive) const {
  archive.write("best", best_);
  archive.write("cooldown_counter", cooldown_counter_);
  archive.write("bad_epochs", bad_epochs_);
  archive.write("last_epoch", last_epoch_);
}

void ReduceLROnPlateauScheduler::load(serialize::InputArchive& archive) {
  IValue best, cooldown, bad, epoch;
  archive.read("best", best);
  archive.read("cooldown_counter", cooldown);
  archive.read("bad_epochs", bad);
  archive.read("last_epoch", epoch);
  const auto counted = [](const char* name, const IValue& v) {
    if (v.toInt() < 0 || v.toInt() > (int64_t(1) << 53))
      fail("load: the scheduler's {} is {}, not in 0 .. 2^53", name, v.toInt());
    return v.toInt();
  };
  const double new_best = best.toDouble();
  const int64_t new_cooldown = counted("cooldown_counter", cooldown),
                new_bad = counted("bad_epochs", bad), new_epoch = counted("last_epoch", epoch);
  best_ = new_best;
  cooldown_counter_ = new_cooldown;
  bad_epochs_ = new_bad;
  last_epoch_ = new_epoch;
}

}  // namespace gradus::optim

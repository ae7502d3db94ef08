// Learning rates over time. A scheduler sets the first rate when it is made, and the next one at
// each step(), to be called after the optimiser's steps of an epoch (or of a batch).
//
// The numbers are those of PyTorch's Python schedulers. StepLR is libtorch's, which decays one step
// later than Python's; that one is lr_scheduler::StepLR. All others are in lr_scheduler too, where
// Python has them.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

/// The base of the schedulers. Making one sets the first rates; step() sets the next ones.
class LRScheduler {
 public:
  /// The optimiser must outlive the scheduler.
  explicit LRScheduler(Optimizer& optimizer);
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;
  virtual ~LRScheduler() = default;

  /// Sets the rates of the next epoch.
  virtual void step();
  /// The rates that were set last, one per parameter group.
  const std::vector<double>& get_last_lr() const { return last_lrs_; }
  /// How many steps there were.
  int64_t last_epoch() const { return last_epoch_; }
  /// The optimiser whose rates it sets.
  Optimizer& optimizer() const { return optimizer_; }

  /// Writes where the schedule stands; the rates themselves are saved with the optimiser.
  virtual void save(serialize::OutputArchive& archive) const;
  /// Reads what save() wrote. Throws Error when it does not fit, and then changes nothing.
  virtual void load(serialize::InputArchive& archive);
  /// Where the schedule stands, under Python's names. What the schedule is, is not in it.
  impl::GenericDict state_dict() const;
  /// Takes what state_dict(), or Python's, gave. Throws Error when it does not fit, and then
  /// changes nothing.
  void load_state_dict(const impl::GenericDict& state_dict);

 protected:
  friend class SequentialLR;
  friend class ChainedScheduler;

  // The rates for last_epoch_. It may build on the current ones, so that several schedulers can act
  // on one optimiser.
  virtual std::vector<double> get_lrs() = 0;
  // The same from the base rates alone.
  virtual std::vector<double> closed_form_lrs() { return get_lrs(); }
  virtual void undo_first_step() { --last_epoch_; }
  // Sets the first rates; the last thing that a constructor does.
  void first_step();
  void restart();
  std::vector<double> get_current_lrs() const;
  // f(current rate) for each group, or f(base rate).
  template <class F>
  std::vector<double> from_current(F f) const {
    std::vector<double> lrs = get_current_lrs();
    for (double& lr : lrs) lr = f(lr);
    return lrs;
  }
  template <class F>
  std::vector<double> from_base(F f) const {
    std::vector<double> lrs = base_lrs_;
    for (double& lr : lrs) lr = f(lr);
    return lrs;
  }
  void set_optimizer_lrs(const std::vector<double>& lrs);

  unsigned step_count_ = 0;
  int64_t last_epoch_ = -1;
  bool first_ = false;  // while the constructor sets the first rates
  std::vector<double> base_lrs_, last_lrs_;

 private:
  Optimizer& optimizer_;
};

/// scheduler.save(archive)
inline serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                            const LRScheduler& s) {
  s.save(archive);
  return archive;
}
/// scheduler.load(archive)
inline serialize::InputArchive& operator>>(serialize::InputArchive& archive, LRScheduler& s) {
  s.load(archive);
  return archive;
}

/// The base rate times f(epoch). With a list each group has its own function.
class LambdaLR : public LRScheduler {
 public:
  /// What gives the factor of an epoch, 0 the first.
  using Lambda = std::function<double(int64_t epoch)>;
  LambdaLR(Optimizer& optimizer, Lambda lr_lambda);
  /// Throws ValueError unless there is a function for each group.
  LambdaLR(Optimizer& optimizer, std::vector<Lambda> lr_lambdas);

 private:
  std::vector<double> get_lrs() override;
  std::vector<Lambda> lambdas_;
};

/// The current rate times f(epoch) at every step except the first.
class MultiplicativeLR : public LRScheduler {
 public:
  /// What gives the factor of an epoch.
  using Lambda = std::function<double(int64_t epoch)>;
  MultiplicativeLR(Optimizer& optimizer, Lambda lr_lambda);

 private:
  std::vector<double> get_lrs() override;
  Lambda lambda_;
};

/// Multiplies the rate by gamma every step_size epochs, for the first time, as libtorch does, at
/// step() number step_size + 1. lr_scheduler::StepLR is one step() earlier.
class StepLR : public LRScheduler {
 public:
  /// Throws ValueError when step_size is 0.
  StepLR(Optimizer& optimizer, unsigned step_size, double gamma = 0.1)
      : StepLR(optimizer, step_size, gamma, 1) {}

 protected:
  StepLR(Optimizer& optimizer, unsigned step_size, double gamma, int64_t delay);

 private:
  // Epochs since the first one that counts.
  int64_t epochs() const { return std::max<int64_t>(last_epoch_ - delay_, 0); }
  std::vector<double> get_lrs() override;
  std::vector<double> closed_form_lrs() override;
  int64_t step_size_;
  double gamma_;
  int64_t delay_;
};

/// Multiplies the rate by gamma at each milestone; a milestone that is listed twice counts twice.
class MultiStepLR : public LRScheduler {
 public:
  MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma = 0.1);

 private:
  std::vector<double> get_lrs() override;
  std::vector<double> closed_form_lrs() override;
  std::vector<int64_t> milestones_;
  double gamma_;
};

/// The base rate times factor until the epoch total_iters, and the base rate from there on.
class ConstantLR : public LRScheduler {
 public:
  /// Throws ValueError for a factor outside of [0, 1].
  ConstantLR(Optimizer& optimizer, double factor = 1.0 / 3, int64_t total_iters = 5);

 private:
  std::vector<double> get_lrs() override;
  std::vector<double> closed_form_lrs() override;
  double factor_;
  int64_t total_iters_;
};

/// From base · start_factor to base · end_factor in a straight line over total_iters epochs: a
/// warm-up.
class LinearLR : public LRScheduler {
 public:
  /// Throws ValueError unless start_factor is in (0, 1], end_factor in [0, 1] and total_iters
  /// positive.
  LinearLR(Optimizer& optimizer, double start_factor = 1.0 / 3, double end_factor = 1,
           int64_t total_iters = 5);

 private:
  std::vector<double> get_lrs() override;
  std::vector<double> closed_form_lrs() override;
  double start_, end_;
  int64_t total_iters_;
};

/// Multiplies the rate by gamma every epoch: base · gammaᵉᵖᵒᶜʰ.
class ExponentialLR : public LRScheduler {
 public:
  ExponentialLR(Optimizer& optimizer, double gamma);

 private:
  std::vector<double> get_lrs() override;
  std::vector<double> closed_form_lrs() override;
  double gamma_;
};

/// base · (1 - epoch / total_iters)ᵖᵒʷᵉʳ, and 0 from the epoch total_iters on.
class PolynomialLR : public LRScheduler {
 public:
  /// Throws ValueError unless total_iters is positive.
  PolynomialLR(Optimizer& optimizer, int64_t total_iters = 5, double power = 1);

 private:
  std::vector<double> get_lrs() override;
  std::vector<double> closed_form_lrs() override;
  int64_t total_iters_;
  double power_;
};

/// From the base rate to eta_min along half a cosine of T_max epochs, and back (Loshchilov and
/// Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017).
class CosineAnnealingLR : public LRScheduler {
 public:
  /// Throws ValueError unless T_max is positive.
  CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min = 0);

 private:
  std::vector<double> get_lrs() override;
  std::vector<double> closed_form_lrs() override;
  double t_max_, eta_min_;
};

/// CosineAnnealingLR that starts again from the base rate after T_0 epochs, then after T_mult times
/// as many, and so on.
class CosineAnnealingWarmRestarts : public LRScheduler {
 public:
  /// Throws ValueError unless T_0 and T_mult are positive.
  CosineAnnealingWarmRestarts(Optimizer& optimizer, int64_t T_0, int64_t T_mult = 1,
                              double eta_min = 0);

 private:
  std::vector<double> get_lrs() override;
  int64_t t_0_, t_mult_;
  double eta_min_;
};

/// The options of OneCycleLR: `OneCycleLROptions(0.1, 1000).pct_start(0.2)`.
struct OneCycleLROptions {
  OneCycleLROptions(double max_lr, int64_t total_steps)
      : max_lr_(max_lr), total_steps_(total_steps) {}
  /// The highest rate.
  GRADUS_ARG(double, max_lr);
  /// How many steps the cycle has; the step after the last one throws ValueError.
  GRADUS_ARG(int64_t, total_steps);
  /// The part of the steps in which the rate goes up.
  GRADUS_ARG(double, pct_start) = 0.3;
  /// How the rate moves between its marks: "cos", along half a cosine, or "linear".
  GRADUS_ARG(std::string, anneal_strategy) = "cos";
  /// Whether the momentum (Adam's first beta) moves too.
  GRADUS_ARG(bool, cycle_momentum) = true;
  /// The momentum at the highest rate.
  GRADUS_ARG(double, base_momentum) = 0.85;
  /// The momentum at the ends.
  GRADUS_ARG(double, max_momentum) = 0.95;
  /// The first rate is max_lr / div_factor.
  GRADUS_ARG(double, div_factor) = 25;
  /// The last rate is the first one / final_div_factor.
  GRADUS_ARG(double, final_div_factor) = 1e4;
  /// Comes down to the first rate in as many steps as it went up, and only then to the last rate.
  GRADUS_ARG(bool, three_phase) = false;
};
/// Up from max_lr / div_factor to max_lr, then down to that start / final_div_factor, while the
/// momentum goes the other way (Smith and Topin, "Super-convergence: very fast training of neural
/// networks using large learning rates", 2018). One step() per batch.
class OneCycleLR : public LRScheduler {
 public:
  /// Throws ValueError for options out of range, and when the momentum shall move and the optimiser
  /// has none.
  OneCycleLR(Optimizer& optimizer, OneCycleLROptions options);
  OneCycleLR(Optimizer& optimizer, double max_lr, int64_t total_steps)
      : OneCycleLR(optimizer, OneCycleLROptions(max_lr, total_steps)) {}

 private:
  std::vector<double> get_lrs() override;
  OneCycleLROptions options_;
};

/// schedulers[0] until the first milestone, then schedulers[1] from its beginning, and so on.
class SequentialLR : public LRScheduler {
 public:
  /// Throws ValueError unless all schedulers are of this optimiser and there is one milestone less
  /// than schedulers.
  SequentialLR(Optimizer& optimizer, std::vector<std::shared_ptr<LRScheduler>> schedulers,
               std::vector<int64_t> milestones);
  /// Sets the rates of the next epoch.
  void step() override;
  /// Writes where this schedule and its parts stand.
  void save(serialize::OutputArchive& archive) const override;
  /// Reads what save() wrote. Throws Error when it does not fit, and then changes nothing.
  void load(serialize::InputArchive& archive) override;

 private:
  std::vector<double> get_lrs() override { return get_current_lrs(); }
  void undo_first_step() override;
  size_t active() const;
  std::vector<std::shared_ptr<LRScheduler>> schedulers_;
  std::vector<int64_t> milestones_;
};

/// Steps all of the schedulers at every step.
class ChainedScheduler : public LRScheduler {
 public:
  /// Throws ValueError unless there is a scheduler, and all are of one optimiser.
  explicit ChainedScheduler(std::vector<std::shared_ptr<LRScheduler>> schedulers);
  /// Sets the rates of the next epoch.
  void step() override;
  /// Writes where this schedule and its parts stand.
  void save(serialize::OutputArchive& archive) const override;
  /// Reads what save() wrote. Throws Error when it does not fit, and then changes nothing.
  void load(serialize::InputArchive& archive) override;

 private:
  std::vector<double> get_lrs() override { return get_current_lrs(); }
  void undo_first_step() override;
  std::vector<std::shared_ptr<LRScheduler>> schedulers_;
};

/// A rate for each group, made of a list or vector of double or float.
struct LearningRates : std::vector<double> {
  LearningRates() = default;
  LearningRates(std::initializer_list<double> rates) : vector(rates) {}
  LearningRates(const std::vector<double>& rates) : vector(rates) {}
  LearningRates(const std::vector<float>& rates) : vector(rates.begin(), rates.end()) {}
};

/// Multiplies the rate by `factor` when a metric has not improved for more than `patience` steps.
/// `metric < best (1 - threshold)` is an improvement (mode min, rel), `metric < best - threshold`
/// with abs; mode max is the reverse. After a reduction it counts no bad steps for `cooldown`
/// steps. A change of at most `eps` is not made.
class ReduceLROnPlateauScheduler {
 public:
  /// Whether a smaller or a larger metric is better.
  enum SchedulerMode { min, max };
  /// Whether the threshold is a part of the best metric or a difference from it.
  enum ThresholdMode { rel, abs };
  /// min_lr: none, or the lowest rate of each group. Throws ValueError unless factor is below 1 and
  /// min_lr fits the groups. `verbose` prints each change to the standard output.
  ReduceLROnPlateauScheduler(Optimizer& optimizer, SchedulerMode mode = min, double factor = 0.1,
                             int patience = 10, double threshold = 1e-4,
                             ThresholdMode threshold_mode = rel, int cooldown = 0,
                             const LearningRates& min_lr = {}, double eps = 1e-8,
                             bool verbose = false);

  /// Takes the metric of an epoch and reduces the rates when it is time to.
  void step(double metric);
  /// Writes what was seen of the metric, without the options.
  void save(serialize::OutputArchive& archive) const;
  /// Reads what save() wrote. Throws Error when it does not fit, and then changes nothing.
  void load(serialize::InputArchive& archive);
  /// Where the schedule stands, under Python's names. What the schedule is, is not in it.
  impl::GenericDict state_dict() const;
  /// Takes what state_dict(), or Python's, gave. Throws Error when it does not fit, and then
  /// changes nothing.
  void load_state_dict(const impl::GenericDict& state_dict);

 private:
  bool is_better(double a) const;
  void reduce_lr();

  Optimizer& optimizer_;
  SchedulerMode mode_;
  double factor_;
  int patience_;
  double threshold_;
  ThresholdMode threshold_mode_;
  int cooldown_;
  std::vector<double> min_lrs_;
  double eps_;
  bool verbose_;
  double best_;
  int64_t cooldown_counter_ = 0, bad_epochs_ = 0, last_epoch_ = 0;
};
/// The same by its name in Python.
using ReduceLROnPlateau = ReduceLROnPlateauScheduler;

/// scheduler.save(archive)
inline serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                            const ReduceLROnPlateauScheduler& s) {
  s.save(archive);
  return archive;
}
/// scheduler.load(archive)
inline serialize::InputArchive& operator>>(serialize::InputArchive& archive,
                                           ReduceLROnPlateauScheduler& s) {
  s.load(archive);
  return archive;
}

/// The schedulers as Python's torch.optim.lr_scheduler has them.
namespace lr_scheduler {
using optim::ChainedScheduler;
using optim::ConstantLR;
using optim::CosineAnnealingLR;
using optim::CosineAnnealingWarmRestarts;
using optim::ExponentialLR;
using optim::LambdaLR;
using optim::LinearLR;
using optim::LRScheduler;
using optim::MultiplicativeLR;
using optim::MultiStepLR;
using optim::OneCycleLR;
using optim::PolynomialLR;
using optim::ReduceLROnPlateau;
using optim::SequentialLR;

/// Multiplies the rate by gamma every step_size epochs, for the first time, as Python does, at
/// step() number step_size.
class StepLR : public optim::StepLR {
 public:
  /// Throws ValueError when step_size is 0.
  StepLR(Optimizer& optimizer, unsigned step_size, double gamma = 0.1)
      : optim::StepLR(optimizer, step_size, gamma, 0) {}
};
}  // namespace lr_scheduler

}  // namespace gradus::optim

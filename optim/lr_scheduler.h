// Learning rates over time. A scheduler sets the first rate when it is made, and the next one at
// each step(), to be called after the optimiser's steps of an epoch (or of a batch).
//
// The numbers are those of PyTorch's Python schedulers. libtorch's own StepLR decays one step later
// than Python's; here it decays when Python's does.
#pragma once

#include "optim/optimizer.h"

namespace gradus::optim {

class LRScheduler {
 public:
  // The optimiser must outlive the scheduler.
  explicit LRScheduler(Optimizer& optimizer);
  LRScheduler(const LRScheduler&) = delete;
  LRScheduler& operator=(const LRScheduler&) = delete;
  virtual ~LRScheduler() = default;

  virtual void step();
  // One rate per parameter group.
  const std::vector<double>& get_last_lr() const { return last_lrs_; }
  int64_t last_epoch() const { return last_epoch_; }
  Optimizer& optimizer() const { return optimizer_; }

  // Where the schedule stands; the rates themselves are saved with the optimiser.
  virtual void save(serialize::OutputArchive& archive) const;
  virtual void load(serialize::InputArchive& archive);

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

inline serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                            const LRScheduler& s) {
  s.save(archive);
  return archive;
}
inline serialize::InputArchive& operator>>(serialize::InputArchive& archive, LRScheduler& s) {
  s.load(archive);
  return archive;
}

// base · f(epoch); with a list, a function per group.
class LambdaLR : public LRScheduler {
 public:
  using Lambda = std::function<double(int64_t epoch)>;
  LambdaLR(Optimizer& optimizer, Lambda lr_lambda);
  LambdaLR(Optimizer& optimizer, std::vector<Lambda> lr_lambdas);

 private:
  std::vector<double> get_lrs() override;
  std::vector<Lambda> lambdas_;
};

// current · f(epoch)
class MultiplicativeLR : public LRScheduler {
 public:
  using Lambda = std::function<double(int64_t epoch)>;
  MultiplicativeLR(Optimizer& optimizer, Lambda lr_lambda);

 private:
  std::vector<double> get_lrs() override;
  Lambda lambda_;
};

// · gamma every step_size epochs
class StepLR : public LRScheduler {
 public:
  StepLR(Optimizer& optimizer, unsigned step_size, double gamma = 0.1);

 private:
  std::vector<double> get_lrs() override;
  std::vector<double> closed_form_lrs() override;
  int64_t step_size_;
  double gamma_;
};

// · gamma at each milestone
class MultiStepLR : public LRScheduler {
 public:
  MultiStepLR(Optimizer& optimizer, std::vector<int64_t> milestones, double gamma = 0.1);

 private:
  std::vector<double> get_lrs() override;
  std::vector<double> closed_form_lrs() override;
  std::vector<int64_t> milestones_;
  double gamma_;
};

// base · factor until total_iters, then base
class ConstantLR : public LRScheduler {
 public:
  ConstantLR(Optimizer& optimizer, double factor = 1.0 / 3, int64_t total_iters = 5);

 private:
  std::vector<double> get_lrs() override;
  std::vector<double> closed_form_lrs() override;
  double factor_;
  int64_t total_iters_;
};

// From base · start_factor to base · end_factor in a straight line over total_iters: a warm-up.
class LinearLR : public LRScheduler {
 public:
  LinearLR(Optimizer& optimizer, double start_factor = 1.0 / 3, double end_factor = 1,
           int64_t total_iters = 5);

 private:
  std::vector<double> get_lrs() override;
  std::vector<double> closed_form_lrs() override;
  double start_, end_;
  int64_t total_iters_;
};

// base · gammaᵉᵖᵒᶜʰ
class ExponentialLR : public LRScheduler {
 public:
  ExponentialLR(Optimizer& optimizer, double gamma);

 private:
  std::vector<double> get_lrs() override;
  std::vector<double> closed_form_lrs() override;
  double gamma_;
};

// base · (1 - epoch / total_iters)ᵖᵒʷᵉʳ
class PolynomialLR : public LRScheduler {
 public:
  PolynomialLR(Optimizer& optimizer, int64_t total_iters = 5, double power = 1);

 private:
  std::vector<double> get_lrs() override;
  std::vector<double> closed_form_lrs() override;
  int64_t total_iters_;
  double power_;
};

// From base to eta_min along half a cosine of T_max epochs, and back (Loshchilov and Hutter, 2017).
class CosineAnnealingLR : public LRScheduler {
 public:
  CosineAnnealingLR(Optimizer& optimizer, int64_t T_max, double eta_min = 0);

 private:
  std::vector<double> get_lrs() override;
  std::vector<double> closed_form_lrs() override;
  double t_max_, eta_min_;
};

// The same, starting again from base after T_0 epochs, then after T_mult times as many, and so on.
class CosineAnnealingWarmRestarts : public LRScheduler {
 public:
  CosineAnnealingWarmRestarts(Optimizer& optimizer, int64_t T_0, int64_t T_mult = 1,
                              double eta_min = 0);

 private:
  std::vector<double> get_lrs() override;
  int64_t t_0_, t_mult_;
  double eta_min_;
};

// Up from max_lr / div_factor to max_lr, then down to the start / final_div_factor, while the
// momentum goes the other way (Smith and Topin, 2018).
struct OneCycleLROptions {
  OneCycleLROptions(double max_lr, int64_t total_steps)
      : max_lr_(max_lr), total_steps_(total_steps) {}
  GRADUS_ARG(double, max_lr);
  GRADUS_ARG(int64_t, total_steps);
  GRADUS_ARG(double, pct_start) = 0.3;
  // "cos" or "linear"
  GRADUS_ARG(std::string, anneal_strategy) = "cos";
  GRADUS_ARG(bool, cycle_momentum) = true;
  GRADUS_ARG(double, base_momentum) = 0.85;
  GRADUS_ARG(double, max_momentum) = 0.95;
  GRADUS_ARG(double, div_factor) = 25;
  GRADUS_ARG(double, final_div_factor) = 1e4;
  GRADUS_ARG(bool, three_phase) = false;
};
class OneCycleLR : public LRScheduler {
 public:
  OneCycleLR(Optimizer& optimizer, OneCycleLROptions options);
  OneCycleLR(Optimizer& optimizer, double max_lr, int64_t total_steps)
      : OneCycleLR(optimizer, OneCycleLROptions(max_lr, total_steps)) {}

 private:
  std::vector<double> get_lrs() override;
  OneCycleLROptions options_;
};

// schedulers[0] until the first milestone, then schedulers[1] from its beginning, and so on.
class SequentialLR : public LRScheduler {
 public:
  SequentialLR(Optimizer& optimizer, std::vector<std::shared_ptr<LRScheduler>> schedulers,
               std::vector<int64_t> milestones);
  void step() override;
  void save(serialize::OutputArchive& archive) const override;
  void load(serialize::InputArchive& archive) override;

 private:
  std::vector<double> get_lrs() override { return get_current_lrs(); }
  void undo_first_step() override;
  size_t active() const;
  std::vector<std::shared_ptr<LRScheduler>> schedulers_;
  std::vector<int64_t> milestones_;
};

// All of them at every step.
class ChainedScheduler : public LRScheduler {
 public:
  explicit ChainedScheduler(std::vector<std::shared_ptr<LRScheduler>> schedulers);
  void step() override;
  void save(serialize::OutputArchive& archive) const override;
  void load(serialize::InputArchive& archive) override;

 private:
  std::vector<double> get_lrs() override { return get_current_lrs(); }
  void undo_first_step() override;
  std::vector<std::shared_ptr<LRScheduler>> schedulers_;
};

struct LearningRates : std::vector<double> {
  LearningRates() = default;
  LearningRates(std::initializer_list<double> rates) : vector(rates) {}
  LearningRates(const std::vector<double>& rates) : vector(rates) {}
  LearningRates(const std::vector<float>& rates) : vector(rates.begin(), rates.end()) {}
};

// · factor when the metric has not improved for more than `patience` steps.
class ReduceLROnPlateauScheduler {
 public:
  enum SchedulerMode { min, max };
  enum ThresholdMode { rel, abs };
  // min_lr: none, or one per group.
  ReduceLROnPlateauScheduler(Optimizer& optimizer, SchedulerMode mode = min, double factor = 0.1,
                             int patience = 10, double threshold = 1e-4,
                             ThresholdMode threshold_mode = rel, int cooldown = 0,
                             const LearningRates& min_lr = {}, double eps = 1e-8,
                             bool verbose = false);

  void step(double metric);
  void save(serialize::OutputArchive& archive) const;
  void load(serialize::InputArchive& archive);

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
using ReduceLROnPlateau = ReduceLROnPlateauScheduler;

inline serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                            const ReduceLROnPlateauScheduler& s) {
  s.save(archive);
  return archive;
}
inline serialize::InputArchive& operator>>(serialize::InputArchive& archive,
                                           ReduceLROnPlateauScheduler& s) {
  s.load(archive);
  return archive;
}

}  // namespace gradus::optim

// The learning rate of weights that are averaged. The average itself,
// optim::swa_utils::AveragedModel, is of modules and so stands in nn/utils/averaged_model.h.
#pragma once

#include "optim/lr_scheduler.h"

namespace gradus::optim::swa_utils {

/// From the current rate to swa_lr in anneal_epochs epochs, and there it stays: the rate of a
/// training whose weights are averaged (Izmailov, Podoprikhin, Garipov, Vetrov and Wilson,
/// "Averaging weights leads to wider optima and better generalization", 2018). Another scheduler
/// may have set the rates before; the two take turns.
class SWALR : public LRScheduler {
 public:
  /// `anneal_strategy` is "cos", along half a cosine, or "linear". Throws ValueError for another
  /// one, for negative anneal_epochs, and unless there is a rate for each group.
  SWALR(Optimizer& optimizer, const LearningRates& swa_lrs, int64_t anneal_epochs = 10,
        std::string anneal_strategy = "cos");
  SWALR(Optimizer& optimizer, double swa_lr, int64_t anneal_epochs = 10,
        std::string anneal_strategy = "cos")
      : SWALR(optimizer, std::vector<double>(optimizer.param_groups().size(), swa_lr),
              anneal_epochs, std::move(anneal_strategy)) {}

 private:
  std::vector<double> get_lrs() override { return lrs_of(step_count_); }
  std::vector<double> closed_form_lrs() override { return lrs_of(int64_t(step_count_) - 1); }
  // The next rates from the current ones, at a step().
  std::vector<double> lrs_of(int64_t step) const;
  // How much of the way lies behind after so many epochs, in [0, 1].
  double way(int64_t epochs) const;
  std::vector<double> swa_lrs_;
  int64_t anneal_epochs_;
  bool cosine_;
};

}  // namespace gradus::optim::swa_utils

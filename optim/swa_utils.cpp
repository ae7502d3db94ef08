#include "optim/swa_utils.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "optim/checks.h"

namespace gradus::optim::swa_utils {

SWALR::SWALR(Optimizer& optimizer, const LearningRates& swa_lrs, int64_t anneal_epochs,
             std::string anneal_strategy)
    : LRScheduler(optimizer),
      swa_lrs_(swa_lrs),
      anneal_epochs_(anneal_epochs),
      cosine_(anneal_strategy == "cos") {
  if (swa_lrs_.size() != base_lrs_.size())
    fail_value("swa_lr: {} rates for {} parameter groups", swa_lrs_.size(), base_lrs_.size());
  if (!cosine_ && anneal_strategy != "linear")
    fail_value("swa_lr: anneal_strategy is {}, not cos or linear", anneal_strategy);
  if (anneal_epochs < 0) fail_value("swa_lr: anneal_epochs is {}, less than 0", anneal_epochs);
  first_step();
}

double SWALR::way(int64_t epochs) const {
  const double t =
      std::clamp(double(epochs) / double(std::max<int64_t>(1, anneal_epochs_)), 0.0, 1.0);
  return cosine_ ? (1 - std::cos(std::numbers::pi * t)) / 2 : t;
}

std::vector<double> SWALR::lrs_of(int64_t step) const {
  if (anneal_epochs_ == 0) step = std::max<int64_t>(1, step);
  const double before = way(step - 1), now = way(step);
  std::vector<double> lrs = get_current_lrs();
  for (size_t i = 0; i < lrs.size(); ++i) {
    // Where the way would have begun, as it led here.
    const double start = before == 1 ? swa_lrs_[i] : (lrs[i] - before * swa_lrs_[i]) / (1 - before);
    lrs[i] = swa_lrs_[i] * now + start * (1 - now);
  }
  return lrs;
}

}  // namespace gradus::optim::swa_utils

#include "monitor/checkpoint/early_stopping.h"

#include <cmath>

#include "tensor/base/fail.h"
#include "tensor/io/dict.h"

namespace gradus::monitor {

EarlyStopping::EarlyStopping(EarlyStoppingOptions options) : options_(std::move(options)) {
  if (options_.patience() < 0)
    fail("early stopping: patience is {}, at least 0 wanted", options_.patience());
  if (!(options_.min_delta() >= 0))
    fail("early stopping: min_delta is {}, at least 0 wanted", options_.min_delta());
}

bool EarlyStopping::step(double value) {
  const double gain = options_.mode() == Mode::min ? best_ - value : value - best_;
  const bool better = !std::isnan(value) && (std::isnan(best_) || gain > options_.min_delta());
  if (better) {
    best_ = value;
    best_step_ = count_;
  }
  bad_ = better ? 0 : bad_ + 1;
  ++count_;
  return bad_ > 0 && bad_ >= options_.patience();
}

impl::GenericDict EarlyStopping::state_dict() const {
  impl::GenericDict out;
  out.insert("best", best_);
  out.insert("best_step", best_step_);
  out.insert("count", count_);
  out.insert("bad", bad_);
  return out;
}

void EarlyStopping::load_state_dict(const impl::GenericDict& state) {
  const double best = state.at("best").toDouble();
  const int64_t best_step = state.at("best_step").toInt(), count = state.at("count").toInt(),
                bad = state.at("bad").toInt();
  best_ = best;
  best_step_ = best_step;
  count_ = count;
  bad_ = bad;
}

}  // namespace gradus::monitor

// When to stop a training that no longer gets better.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "tensor/base/arg.h"
#include "tensor/io/ivalue.h"

namespace gradus::monitor {

/// Whether smaller or larger values of a metric are better.
enum class Mode { min, max };

/// The options of an EarlyStopping.
struct EarlyStoppingOptions {
  /// How many values in a row may bring nothing better. At least 0.
  GRADUS_ARG(int64_t, patience) = 3;
  /// What counts as better is better by more than this. At least 0.
  GRADUS_ARG(double, min_delta) = 0;
  /// Whether smaller or larger is better.
  GRADUS_ARG(Mode, mode) = Mode::min;
};

/// Watches a metric:
///
///   monitor::EarlyStopping stopping(monitor::EarlyStoppingOptions().patience(5));
///   for (...) {
///     ...
///     if (stopping.step(validation_loss)) break;
///   }
class EarlyStopping {
 public:
  /// Throws Error for options that are out of range.
  explicit EarlyStopping(EarlyStoppingOptions options = {});

  /// Takes the next value; whether it is time to stop: `patience` values in a row were no better
  /// than the best one before them. A NaN is never better.
  bool step(double value);
  /// Whether the last value was the best one so far.
  bool improved() const { return bad_ == 0 && count_ > 0; }
  /// The best value; NaN before the first.
  double best() const { return best_; }
  /// At which value, from 0, the best one came; -1 before the first.
  int64_t best_step() const { return best_step_; }
  /// How many values in a row brought nothing better.
  int64_t bad_steps() const { return bad_; }

  /// What load_state_dict() goes on from.
  impl::GenericDict state_dict() const;
  /// Takes what state_dict() gave. Throws Error when that is not such a dict, and then changes
  /// nothing.
  void load_state_dict(const impl::GenericDict& state);

 private:
  EarlyStoppingOptions options_;
  double best_ = std::numeric_limits<double>::quiet_NaN();
  int64_t best_step_ = -1, count_ = 0, bad_ = 0;
};

}  // namespace gradus::monitor

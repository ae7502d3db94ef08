// What a training was, epoch by epoch.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tensor/io/ivalue.h"

namespace gradus::nn {
class Module;
}

namespace gradus::monitor {

/// What one epoch gave.
struct EpochRecord {
  /// Its number, from 0, and how many steps there were at its end.
  int64_t epoch = 0, step = 0;
  /// "loss", "lr", with a validation loader "valid_loss", and the metrics, in this order.
  std::vector<std::pair<std::string, double>> values;

  /// The value of this name, if there is one.
  std::optional<double> value(std::string_view name) const;
};

/// What fit() returns.
struct FitHistory {
  /// All epochs, also those from before a resume.
  std::vector<EpochRecord> epochs;
  /// The one whose watched value was best; none before the first that was a number.
  std::optional<EpochRecord> best;
  /// Where it stopped: how many epochs are whole, and how many steps there were.
  int64_t epoch = 0, step = 0;
  /// The step of the checkpoint that it went on from; 0 where there was none.
  int64_t resumed_at = 0;
  /// Whether a signal, early stopping or a callback ended it.
  bool stopped_by_signal = false, stopped_early = false, stopped_by_callback = false;
  /// With ema: a copy of the model that has the averaged weights.
  std::shared_ptr<nn::Module> average;

  /// The values of this name, one for each epoch; nan where an epoch has none.
  std::vector<double> values(std::string_view name) const;
};

namespace detail {
IValue to_ivalue(const std::optional<EpochRecord>& record);
std::optional<EpochRecord> to_record(const IValue& value);
}  // namespace detail

}  // namespace gradus::monitor

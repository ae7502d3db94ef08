// The options of fit().
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "monitor/checkpoint/checkpoint.h"
#include "monitor/checkpoint/early_stopping.h"
#include "monitor/fit/fit_history.h"
#include "monitor/fit/fit_metric.h"
#include "monitor/progress/progress.h"
#include "tensor/base/arg.h"

namespace gradus::optim {
class LRScheduler;
class ReduceLROnPlateauScheduler;
}  // namespace gradus::optim

namespace gradus::monitor {

class Logger;
class SummaryWriter;

/// When something is done.
enum class Every { step, epoch };

/// A learning rate's schedule: `schedule`, or `{schedule, monitor::Every::step}`. It must outlive
/// the training.
struct FitSchedule {
  FitSchedule() = default;
  /// Stepped after each epoch, or after each of the optimiser's steps.
  FitSchedule(optim::LRScheduler& scheduler, Every every = Every::epoch)
      : scheduler(&scheduler), every(every) {}
  /// Stepped after each epoch with the watched value.
  FitSchedule(optim::ReduceLROnPlateauScheduler& scheduler) : plateau(&scheduler) {}

  optim::LRScheduler* scheduler = nullptr;
  optim::ReduceLROnPlateauScheduler* plateau = nullptr;
  Every every = Every::epoch;
};

/// Where checkpoints are: a folder, or `{folder, CheckpointOptions().keep(5)}`.
struct FitCheckpoint {
  FitCheckpoint() = default;
  FitCheckpoint(std::string folder, CheckpointOptions options = {})
      : folder(std::move(folder)), options(std::move(options)) {}
  FitCheckpoint(const char* folder) : folder(folder) {}

  std::string folder;  // none where it is empty
  CheckpointOptions options;
};

/// Whether there is a bar for each epoch, and which: `true`, or ProgressOptions.
struct FitProgress {
  FitProgress(bool on = false) : on(on) {}
  FitProgress(ProgressOptions options) : on(true), options(std::move(options)) {}

  bool on;
  ProgressOptions options;
};

/// What callbacks see of a training.
class FitContext {
 public:
  /// The epoch's number, from 0, and how many steps the optimiser has made.
  int64_t epoch = 0, step = 0;
  /// The loss of the step, or of the epoch.
  double loss = 0;
  /// What the epoch gave; null for on_step().
  const EpochRecord* record = nullptr;

  /// Ends the training: on_step() within the epoch, as max_steps() does.
  void stop() { stopped_ = true; }
  /// Whether stop() was called.
  bool stopped() const { return stopped_; }

 private:
  bool stopped_ = false;
};

/// Names and what is measured under them.
using FitMetrics = std::vector<std::pair<std::string, FitMetric>>;

/// The options of fit(). One of epochs() and max_steps() is needed; the first that is reached ends
/// the training.
struct FitOptions {
  /// Of a writer or logger that outlives the training, or null.
  using WriterPointer = SummaryWriter*;
  /// The same.
  using LoggerPointer = Logger*;

  /// How many epochs there are, those before a resume among them.
  GRADUS_ARG(std::optional<int64_t>, epochs);
  /// How many steps the optimiser makes, those before a resume among them. The epoch that it ends
  /// in the middle of is validated like a whole one.
  GRADUS_ARG(std::optional<int64_t>, max_steps);
  /// How many batches a step takes the mean gradient of. The epoch's last step has what is left,
  /// and takes the mean of that.
  GRADUS_ARG(int64_t, accumulate) = 1;
  /// The largest norm of all gradients together; see nn::utils::clip_grad_norm_().
  GRADUS_ARG(std::optional<double>, clip_norm);
  /// The largest absolute value of a gradient's element, cut before clip_norm() is looked at.
  GRADUS_ARG(std::optional<double>, clip_value);
  /// The decay of an exponential moving average of the weights, which is then what is validated;
  /// see optim::swa_utils::AveragedModel. The model must derive from nn::Cloneable.
  GRADUS_ARG(std::optional<double>, ema);
  /// The schedule of the learning rate.
  GRADUS_ARG(FitSchedule, scheduler);
  /// The value that early stopping, ReduceLROnPlateau, the best epoch and the best checkpoint go
  /// by; unless given "valid_loss", or "loss" without a validation loader.
  GRADUS_ARG(std::string, monitor);
  /// Whether a smaller or a larger one is better. It takes the place of the modes in the options
  /// of early_stopping() and, where that names no other value, checkpoint().
  GRADUS_ARG(Mode, mode) = Mode::min;
  /// When to stop before the last epoch.
  GRADUS_ARG(std::optional<EarlyStoppingOptions>, early_stopping);
  /// What is measured on the validation data or, without any, on the training's batches:
  /// `{{"right", monitor::Accuracy(monitor::multiclass(10))}}`.
  GRADUS_ARG(FitMetrics, metrics);
  /// Where checkpoints are written, and where it goes on from. Error, before anything is trained or
  /// logged, where another process does so, see Checkpoint::lock().
  GRADUS_ARG(FitCheckpoint, checkpoint);
  /// A checkpoint after so many steps too; 0: none within an epoch.
  GRADUS_ARG(int64_t, save_steps) = 0;
  /// A checkpoint after so many epochs; 0: none between epochs. The last one is always saved. The
  /// best checkpoint is the best of these.
  GRADUS_ARG(int64_t, save_epochs) = 1;
  /// With a checkpoint: whether SIGINT, SIGTERM and SIGHUP save one and end the training, see
  /// StopOnSignal.
  GRADUS_ARG(bool, stop_on_signal) = true;
  /// A bar for each epoch.
  GRADUS_ARG(FitProgress, progress);
  /// Gets the values of each epoch under their names and, every log_steps() steps, "step/loss" and
  /// "step/lr". Where the run goes on from a checkpoint, what it has of later steps does not count.
  GRADUS_ARG(WriterPointer, writer) = nullptr;
  /// How often the writer gets a step's values. At least 1.
  GRADUS_ARG(int64_t, log_steps) = 10;
  /// Gets the values of each epoch. Where the run goes on from a checkpoint, what it has of later
  /// steps is dropped.
  GRADUS_ARG(LoggerPointer, logger) = nullptr;
  /// Is called after each step.
  GRADUS_ARG(std::function<void(FitContext&)>, on_step);
  /// Is called after each epoch, before it is logged and saved.
  GRADUS_ARG(std::function<void(FitContext&)>, on_epoch);
  /// Whether a loss that is nan or infinite throws Error before it reaches the weights. Else the
  /// training goes on with it.
  GRADUS_ARG(bool, stop_on_nan) = true;
};

}  // namespace gradus::monitor

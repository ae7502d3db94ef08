// What fit() does, for .cpp files only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "monitor/checkpoint/stop_on_signal.h"
#include "monitor/fit/fit.h"
#include "nn/utils/averaged_model.h"

namespace gradus::monitor::detail {

// Throws Error for options that are out of range or do not fit each other.
void check_options(const FitParts& parts, const FitOptions& options);

// One call of fit().
class FitRun {
 public:
  FitRun(const FitParts& parts, const FitOptions& options);
  FitHistory run();

 private:
  enum class End { whole, cut, signal };

  void resume();
  bool finished() const;
  bool at_last_step() const {
    return options_.max_steps() && history_.step >= *options_.max_steps();
  }
  bool signalled() const { return signal_ && *signal_; }

  End train_epoch();
  int64_t backward_of_group();
  void step(int64_t batches);
  void end_epoch(bool whole);
  EpochRecord measure();
  void validate(EpochRecord& record);
  double learning_rate() const;
  double watched(const EpochRecord& record) const;
  void call(const std::function<void(FitContext&)>& callback, double loss,
            const EpochRecord* record);

  // What the run tells others, and what they must not end it by.
  void open_bar();
  void log_step();
  void log_epoch(const EpochRecord& record);
  void save(const EpochRecord* record);
  template <class F>
  void attempt(const char* what, F f);

  // Of the place within an epoch, beside what the loader knows.
  impl::GenericDict state() const;
  void load(const impl::GenericDict& state);

  const FitParts& parts_;
  const FitOptions& options_;
  std::vector<Tensor> parameters_;  // the optimiser's
  std::string watched_;             // which value is
  FitHistory history_;
  double step_loss_ = 0, loss_sum_ = 0, examples_ = 0;
  bool stop_ = false;  // a callback asked for it

  std::optional<optim::swa_utils::AveragedModel<nn::Module>> average_;
  std::optional<EarlyStopping> early_;
  std::optional<Checkpoint> checkpoint_;
  std::optional<StopOnSignal> signal_;
  std::optional<Progress> bar_;
};

}  // namespace gradus::monitor::detail

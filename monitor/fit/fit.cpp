#include "monitor/fit/fit.h"

#include <cmath>

#include "monitor/fit/fit_run.h"
#include "nn/utils/clip_grad.h"
#include "optim/lr_scheduler.h"
#include "tensor/base/fail.h"

namespace gradus::monitor::detail {
namespace {

// Puts the model back in the mode that it was in.
struct ModeGuard {
  explicit ModeGuard(nn::Module& model) : model(model), training(model.is_training()) {}
  ~ModeGuard() { model.train(training); }
  ModeGuard(const ModeGuard&) = delete;
  ModeGuard& operator=(const ModeGuard&) = delete;
  nn::Module& model;
  bool training;
};

double number(const Tensor& loss) {
  if (!loss.defined()) fail("fit: the loss is undefined");
  if (loss.numel() != 1) fail("fit: the loss has the sizes {}, one number wanted", loss.sizes());
  return loss.item<double>();
}

}  // namespace

FitHistory FitRun::run() {
  const ModeGuard mode(parts_.model);
  resume();
  while (!finished()) {
    const End end = train_epoch();
    if (end != End::signal) end_epoch(end == End::whole);
    bar_.reset();
    if (end == End::cut) break;
    if (signalled()) {
      history_.stopped_by_signal = true;
      break;
    }
  }
  history_.stopped_by_callback = stop_;
  if (average_) history_.average = average_->module;
  return std::move(history_);
}

bool FitRun::finished() const {
  return stop_ || history_.stopped_early ||
         (options_.epochs() && history_.epoch >= *options_.epochs()) ||
         (at_last_step() && !parts_.train.running());
}

FitRun::End FitRun::train_epoch() {
  parts_.model.train();
  parts_.train.start();
  open_bar();
  for (;;) {
    if (stop_ || at_last_step()) {
      save(nullptr);  // before the loader is asked whether this was the epoch's last step
      data::Example<> batch;
      return parts_.train.next(batch) ? End::cut : End::whole;
    }
    const int64_t batches = backward_of_group();
    if (batches == 0) break;
    step(batches);
    call(options_.on_step(), step_loss_, nullptr);
    log_step();
    if (bar_) bar_->update(batches, {{"loss", loss_sum_ / examples_}});
    if (!parts_.train.running()) break;  // the group was cut short: the epoch is over
    const bool signal = signalled();
    if (signal ||
        (options_.save_steps() > 0 && history_.step % options_.save_steps() == 0 && !stop_))
      save(nullptr);
    if (signal) return End::signal;
  }
  if (parts_.train.given() == 0) fail("fit: the training loader gave no batch");
  return End::whole;
}

// Adds up the gradients of the next step's batches, and gives how many there are.
int64_t FitRun::backward_of_group() {
  parts_.optimizer.zero_grad();
  int64_t count = 0;
  double sum = 0;
  data::Example<> batch;
  while (count < options_.accumulate() && parts_.train.next(batch)) {
    const Tensor output = parts_.forward(parts_.model, batch.data);
    const Tensor loss = parts_.loss(output, batch.target);
    const double value = number(loss);
    if (options_.stop_on_nan() && !std::isfinite(value))
      fail("fit: the loss is {} at step {} of epoch {}", value, history_.step + 1, history_.epoch);
    loss.backward();
    ++count;
    sum += value;
    const double examples = double(examples_in(batch.target));
    loss_sum_ += value * examples;
    examples_ += examples;
    if (!parts_.valid) {
      const NoGradGuard no_grad;
      for (const auto& [name, metric] : options_.metrics())
        metric->update(output.detach(), batch.target);
    }
  }
  step_loss_ = sum / double(count);
  return count;
}

void FitRun::step(int64_t batches) {
  if (batches > 1) {
    const NoGradGuard no_grad;
    for (const Tensor& p : parameters_)
      if (const Tensor& dy = p.grad(); dy.defined()) dy.div_(double(batches));
  }
  if (options_.clip_value()) nn::utils::clip_grad_value_(parameters_, *options_.clip_value());
  if (options_.clip_norm()) nn::utils::clip_grad_norm_(parameters_, *options_.clip_norm());
  parts_.optimizer.step();
  ++history_.step;
  if (average_) average_->update_parameters(parts_.model);
  const FitSchedule& schedule = options_.scheduler();
  if (schedule.scheduler && schedule.every == Every::step) schedule.scheduler->step();
}

// One that is not whole will be gone on with: it changes nothing that a checkpoint holds.
void FitRun::end_epoch(bool whole) {
  const EpochRecord record = measure();
  const double value = watched(record);
  history_.epochs.push_back(record);
  if (whole) {
    const std::optional<double> best =
        history_.best ? history_.best->value(watched_) : std::nullopt;
    if (!std::isnan(value) &&
        (!best || (options_.mode() == Mode::min ? value < *best : value > *best)))
      history_.best = record;
    if (early_) history_.stopped_early = early_->step(value);
    const FitSchedule& schedule = options_.scheduler();
    if (schedule.plateau) schedule.plateau->step(value);
    if (schedule.scheduler && schedule.every == Every::epoch) schedule.scheduler->step();
    ++history_.epoch;
    loss_sum_ = examples_ = 0;
    for (const auto& [name, metric] : options_.metrics()) metric->reset();
    call(options_.on_epoch(), *record.value("loss"), &record);
  }
  log_epoch(record);
  const int64_t every = options_.save_epochs();
  if (whole && (finished() || signalled() || (every > 0 && history_.epoch % every == 0)))
    save(&record);
}

EpochRecord FitRun::measure() {
  EpochRecord record{history_.epoch, history_.step, {}};
  record.values.emplace_back("loss", loss_sum_ / examples_);
  record.values.emplace_back("lr", learning_rate());
  if (parts_.valid) validate(record);
  for (const auto& [name, metric] : options_.metrics())
    record.values.emplace_back(name, metric->value());
  return record;
}

void FitRun::validate(EpochRecord& record) {
  const NoGradGuard no_grad;
  nn::Module& model = average_ ? *average_->module : parts_.model;
  model.eval();
  for (const auto& [name, metric] : options_.metrics()) metric->reset();
  double sum = 0, all = 0;
  data::Example<> batch;
  parts_.valid->start();
  while (parts_.valid->next(batch)) {
    const Tensor output = parts_.forward(model, batch.data);
    const double examples = double(examples_in(batch.target));
    sum += number(parts_.loss(output, batch.target)) * examples;
    all += examples;
    for (const auto& [name, metric] : options_.metrics()) metric->update(output, batch.target);
  }
  if (all == 0) fail("fit: the validation loader gave no batch");
  record.values.emplace_back("valid_loss", sum / all);
}

double FitRun::learning_rate() const {
  return parts_.optimizer.param_groups().front().options().get_lr();
}

double FitRun::watched(const EpochRecord& record) const { return *record.value(watched_); }

void FitRun::call(const std::function<void(FitContext&)>& callback, double loss,
                  const EpochRecord* record) {
  if (!callback) return;
  FitContext context;
  context.epoch = record ? record->epoch : history_.epoch;
  context.step = history_.step;
  context.loss = loss;
  context.record = record;
  callback(context);
  stop_ = stop_ || context.stopped();
}

FitHistory run_fit(const FitParts& parts, const FitOptions& options) {
  check_options(parts, options);
  return FitRun(parts, options).run();
}

}  // namespace gradus::monitor::detail

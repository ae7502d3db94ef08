#include "monitor/fit/fit_run.h"

#include <algorithm>
#include <cmath>

#include "monitor/events/summary_writer.h"
#include "monitor/log/logger.h"
#include "optim/lr_scheduler.h"
#include "tensor/base/fail.h"
#include "tensor/base/warn.h"
#include "tensor/io/list.h"

namespace gradus::monitor::detail {
namespace {

std::string watched_name(const FitParts& parts, const FitOptions& options) {
  if (!options.monitor().empty()) return options.monitor();
  return parts.valid ? "valid_loss" : "loss";
}

void check_at_least(int64_t least, const char* name, int64_t value) {
  if (value < least) fail("fit: {} is {}, at least {} wanted", name, value, least);
}
void check_above_0(const char* name, const std::optional<double>& value) {
  if (value && !(*value > 0)) fail("fit: {} is {}, above 0 wanted", name, *value);
}

}  // namespace

void check_options(const FitParts& parts, const FitOptions& o) {
  if (!o.epochs() && !o.max_steps()) fail("fit: neither epochs nor max_steps is given");
  check_at_least(0, "epochs", o.epochs().value_or(0));
  check_at_least(0, "max_steps", o.max_steps().value_or(0));
  check_at_least(1, "accumulate", o.accumulate());
  check_at_least(0, "save_steps", o.save_steps());
  check_at_least(0, "save_epochs", o.save_epochs());
  check_at_least(1, "log_steps", o.log_steps());
  check_above_0("clip_norm", o.clip_norm());
  check_above_0("clip_value", o.clip_value());
  std::vector<std::string> names = {"loss", "lr"};
  if (parts.valid) names.push_back("valid_loss");
  for (const auto& [name, metric] : o.metrics()) {
    if (std::find(names.begin(), names.end(), name) != names.end())
      fail("fit: the name '{}' of a metric is taken", name);
    if (!parts.valid && !o.checkpoint().folder.empty() && !metric->state())
      fail(
          "fit: the metric {} has no state_dict(), which a checkpoint needs of what is measured "
          "while training",
          name);
    names.push_back(name);
  }
  if (const std::string watched = watched_name(parts, o);
      std::find(names.begin(), names.end(), watched) == names.end())
    fail("fit: monitor is '{}', which is no value of an epoch", watched);
  if (parts.optimizer.param_groups().empty()) fail("fit: the optimizer has no parameters");
}

FitRun::FitRun(const FitParts& parts, const FitOptions& options)
    : parts_(parts), options_(options), watched_(watched_name(parts, options)) {
  for (const auto& group : parts.optimizer.param_groups())
    parameters_.insert(parameters_.end(), group.params().begin(), group.params().end());
  if (options.ema())
    average_.emplace(parts.model, optim::swa_utils::AveragedModelOptions().multi_avg_fn(
                                      optim::swa_utils::get_ema_multi_avg_fn(*options.ema())));
  if (options.early_stopping())
    early_.emplace(EarlyStoppingOptions(*options.early_stopping()).mode(options.mode()));
  for (const auto& [name, metric] : options.metrics()) metric->reset();
}

void FitRun::resume() {
  if (options_.checkpoint().folder.empty()) return;
  CheckpointOptions how = options_.checkpoint().options;
  if (how.best().empty()) how.best(watched_).mode(options_.mode());
  checkpoint_.emplace(options_.checkpoint().folder, how);
  checkpoint_->add("model", parts_.model);
  checkpoint_->add("optimizer", parts_.optimizer);
  if (average_) checkpoint_->add("average", *average_);
  const FitSchedule& schedule = options_.scheduler();
  if (schedule.scheduler) checkpoint_->add("scheduler", *schedule.scheduler);
  if (schedule.plateau) checkpoint_->add("scheduler", *schedule.plateau);
  if (early_) checkpoint_->add("early_stopping", *early_);
  checkpoint_->add("train", parts_.train);
  if (parts_.valid) checkpoint_->add("valid", *parts_.valid);
  checkpoint_->add(
      "fit", [this] { return IValue(state()); },
      [this](const IValue& state) { load(state.toGenericDict()); });
  if (options_.stop_on_signal()) signal_.emplace();

  const Position at = checkpoint_->resume();
  history_.epoch = at.epoch;
  history_.step = history_.resumed_at = at.step;
  if (early_)
    history_.stopped_early =
        early_->bad_steps() > 0 && early_->bad_steps() >= options_.early_stopping()->patience();
  // Before the logs are touched, which may be another process's.
  if (finished()) return;
  checkpoint_->lock();
  // An epoch's values are logged at its last step, before that step's checkpoint between epochs.
  if (options_.logger() && at.step > 0)
    options_.logger()->resume(parts_.train.running() ? at.step : at.step + 1);
  if (options_.writer() && at.step > 0) options_.writer()->resume(at.step + 1);
}

impl::GenericDict FitRun::state() const {
  impl::GenericDict out, metrics;
  impl::GenericList epochs;
  for (const EpochRecord& record : history_.epochs) epochs.push_back(to_ivalue(record));
  if (!parts_.valid)
    for (const auto& [name, metric] : options_.metrics())
      if (const auto state = metric->state()) metrics.insert(name, *state);
  out.insert("epochs", epochs);
  out.insert("best", to_ivalue(history_.best));
  out.insert("loss_sum", loss_sum_);
  out.insert("examples", examples_);
  out.insert("metrics", metrics);
  return out;
}

void FitRun::load(const impl::GenericDict& state) {
  std::vector<EpochRecord> epochs;
  for (const IValue& e : state.at("epochs").toList()) epochs.push_back(*to_record(e));
  const std::optional<EpochRecord> best = to_record(state.at("best"));
  const double loss_sum = state.at("loss_sum").toDouble(),
               examples = state.at("examples").toDouble();
  const impl::GenericDict metrics = state.at("metrics").toGenericDict();
  if (!parts_.valid)
    for (const auto& [name, metric] : options_.metrics())
      metric->load_state(metrics.at(name).toGenericDict());
  history_.epochs = std::move(epochs);
  history_.best = best;
  loss_sum_ = loss_sum;
  examples_ = examples;
}

void FitRun::open_bar() {
  const FitProgress& progress = options_.progress();
  if (!progress.on) return;
  std::string name = fmt::format("epoch {}", history_.epoch);
  if (options_.epochs()) name += fmt::format("/{}", *options_.epochs());
  bar_.emplace(parts_.train.size(), std::move(name), progress.options);
  if (parts_.train.given() > 0) bar_->update(parts_.train.given());
}

// A training goes on when its disk is full.
template <class F>
void FitRun::attempt(const char* what, F f) {
  try {
    f();
  } catch (const Error& e) {
    warn("fit: going on without {} of step {}: {}", what, history_.step, e.what());
  }
}

void FitRun::log_step() {
  if (!options_.writer() || history_.step % options_.log_steps() != 0) return;
  attempt("an event", [&] {
    options_.writer()->add_scalar("step/loss", step_loss_, history_.step);
    options_.writer()->add_scalar("step/lr", learning_rate(), history_.step);
  });
}

void FitRun::log_epoch(const EpochRecord& record) {
  std::vector<NamedValue> values;
  for (const auto& [name, value] : record.values) values.emplace_back(name, value);
  if (bar_) {
    bar_->set(values);
    bar_->close();
  }
  if (options_.logger()) attempt("the log", [&] { options_.logger()->log(record.step, values); });
  if (options_.writer())
    attempt("the events", [&] {
      for (const auto& [name, value] : record.values)
        options_.writer()->add_scalar(name, value, record.step);
    });
}

void FitRun::save(const EpochRecord* record) {
  if (!checkpoint_) return;
  if (options_.logger()) attempt("the log", [&] { options_.logger()->flush(); });
  if (options_.writer()) attempt("the events", [&] { options_.writer()->flush(); });
  attempt("the checkpoint", [&] {
    std::map<std::string, double> metrics;
    if (record) metrics.insert(record->values.begin(), record->values.end());
    checkpoint_->save({history_.epoch, history_.step}, metrics);
  });
}

}  // namespace gradus::monitor::detail

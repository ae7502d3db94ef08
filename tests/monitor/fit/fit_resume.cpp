// Runs of fit() that were stopped and go on.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "monitor/events/event_reader.h"
#include "monitor/events/summary_writer.h"
#include "monitor/fit/mix.h"
#include "monitor/log/logger.h"
#include "tests/monitor/fit/fit_run.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace fit_test;
using monitor::FitContext, monitor::FitOptions, monitor::FitHistory;
namespace fs = std::filesystem;

namespace {

struct Warned : WarningHandler {
  void process(const Warning& warning) override { messages.push_back(warning.msg()); }
  std::vector<std::string> messages;
};
struct Killed {};

std::vector<std::string> first_column(const std::string& filename) {
  std::ifstream file(filename);
  std::vector<std::string> out;
  for (std::string line; std::getline(file, line);) out.push_back(line.substr(0, line.find(',')));
  return out;
}

// All that the two runs gave.
void check_same(const FitHistory& a, const Run& run_a, const FitHistory& b, const Run& run_b) {
  CHECK(same(run_a.weights(), run_b.weights()));
  REQUIRE(a.average);
  REQUIRE(b.average);
  CHECK(same(a.average->parameters(), b.average->parameters()));
  CHECK(a.epoch == b.epoch);
  CHECK(a.step == b.step);
  REQUIRE(a.epochs.size() == b.epochs.size());
  for (size_t i = 0; i < a.epochs.size(); ++i) {
    CHECK(a.epochs[i].step == b.epochs[i].step);
    CHECK(a.epochs[i].values == b.epochs[i].values);
  }
  CHECK(a.best->epoch == b.best->epoch);
  CHECK(run_a.scheduler->get_last_lr() == run_b.scheduler->get_last_lr());
}

}  // namespace

TEST_CASE("fit: a run that was stopped at any step goes on to the same bits") {
  const TemporaryDirectory directory;
  for (const size_t workers : {size_t(0), size_t(2)}) {
    CAPTURE(workers);
    Run whole(workers);
    const FitHistory undisturbed = whole.fit(whole.options());
    const Tensor generator = get_rng_state();
    for (int64_t last = 1; last < 4 * Run::steps; last += workers ? 3 : 1) {
      CAPTURE(last);
      const std::string folder = directory / "stopped";
      {
        Run run(workers);
        const FitHistory history =
            run.fit(run.options().checkpoint(folder).save_epochs(last % 2).on_step(
                [&](FitContext& context) {
                  if (context.step == last) context.stop();
                }));
        CHECK(history.stopped_by_callback);
        CHECK(history.step == last);
      }
      Run run(workers);
      manual_seed(99);  // all that follows comes from the checkpoint
      {
        const NoGradGuard no_grad;
        for (Tensor& p : run.net->parameters()) p.fill_(9);
      }
      const FitHistory history = run.fit(run.options().checkpoint(folder).save_epochs(0));
      CHECK(history.resumed_at == last);
      check_same(undisturbed, whole, history, run);
      CHECK(equal(get_rng_state(), generator));
      fs::remove_all(folder);
    }
  }
}

TEST_CASE("fit: a run that was killed goes on from the checkpoint before, to the same bits") {
  const TemporaryDirectory directory;
  Run whole;
  FitHistory undisturbed;
  {
    monitor::SummaryWriter events(directory / "whole");
    undisturbed = whole.fit(whole.options().writer(&events).log_steps(1));
  }
  const std::string folder = directory / "killed", log = directory / "log.csv";
  int64_t kills = 0;
  for (bool done = false; !done;) {
    Run run;
    monitor::CSVLogger logger(log, monitor::CSVLoggerOptions().append(true));
    monitor::SummaryWriter events(folder);
    int64_t steps = 0;
    try {
      const FitHistory history = run.fit(run.options()
                                             .checkpoint(folder)
                                             .save_steps(2)
                                             .logger(&logger)
                                             .writer(&events)
                                             .log_steps(1)
                                             .on_step([&](FitContext&) {
                                               if (++steps == 4) throw Killed();
                                             }));
      check_same(undisturbed, whole, history, run);
      done = true;
    } catch (const Killed&) {
      ++kills;
    }
  }
  CHECK(kills >= 3);
  const auto expected = monitor::read_scalars(directory / "whole"),
             found = monitor::read_scalars(folder);
  REQUIRE(found.size() == expected.size());
  for (const auto& item : expected) {
    CAPTURE(item.first);
    CHECK(found.at(item.first).steps == item.second.steps);
    CHECK(found.at(item.first).values == item.second.values);
  }
  CHECK(first_column(log) == std::vector<std::string>{"step", "3", "6", "9", "12"});
}

TEST_CASE("fit: an epoch that was logged, and then lost by a kill, is logged once") {
  struct Fragile final : monitor::Logger {  // the kill comes between the log and the checkpoint
    explicit Fragile(const std::string& filename) : file(filename) {}
    void log(int64_t step, monitor::NamedValues values) override {
      file.log(step, values);
      logged = true;
    }
    void flush() override {
      if (logged) throw Killed();
    }
    void resume(int64_t step) override { file.resume(step); }
    monitor::CSVLogger file;
    bool logged = false;
  };
  // Saved at step 7 as the epoch's last, and killed; with groups of 3 the last is known to be so.
  for (const int64_t group : {1, 3}) {
    CAPTURE(group);
    const TemporaryDirectory directory;
    const std::string log = directory / "log.csv";
    const int64_t steps = group == 1 ? 7 : 3, saves = group == 1 ? 7 : 1;
    {
      Fragile logger(log);
      Run run;
      CHECK_THROWS_AS(run.fit(run.options()
                                  .accumulate(group)
                                  .checkpoint(directory / "run")
                                  .save_steps(saves)
                                  .logger(&logger)),
                      Killed);
    }
    monitor::CSVLogger logger(log, monitor::CSVLoggerOptions().append(true));
    Run whole, run;
    const FitHistory undisturbed = whole.fit(whole.options().epochs(2).accumulate(group));
    const FitHistory history = run.fit(
        run.options().epochs(2).accumulate(group).checkpoint(directory / "run").logger(&logger));
    CHECK(history.resumed_at == (group == 1 ? 7 : 2));
    check_same(undisturbed, whole, history, run);
    CHECK(first_column(log) ==
          std::vector<std::string>{"step", std::to_string(steps), std::to_string(2 * steps)});
  }
}

TEST_CASE(
    "fit: a run of metrics without validation, of a plain range and a mix, goes on likewise") {
  const TemporaryDirectory directory;
  struct Batches {  // in an order that the default generator says
    std::vector<data::Example<>> all = std::vector<data::Example<>>(5);
    auto begin() {
      const Tensor order = randperm(5);
      for (int64_t i = 0; i < 5; ++i) {
        const double x = double(order[i].item<int64_t>());
        all[size_t(i)] = {full({2, 3}, x), full({2, 2}, std::cos(x))};
      }
      return all.begin();
    }
    auto end() { return all.end(); }
  };
  for (const bool weighted : {false, true}) {
    const auto train = [&](Run& run, const FitOptions& options) {
      Batches batches;
      const std::vector<double> weights =
          weighted ? std::vector<double>{1, 2} : std::vector<double>{};
      return monitor::fit(*run.net, nn::MSELoss(), *run.optimizer,
                          monitor::mix({&batches, &*run.train}, weights), options);
    };
    const auto options = [](Run& run) { return run.options().epochs(2); };  // 12 batches, 4 steps
    Run whole;
    const FitHistory undisturbed = train(whole, options(whole));
    CHECK(undisturbed.step == 8);
    for (int64_t last = 1; last < 8; ++last) {
      CAPTURE(last);
      const std::string folder = directory / "stopped";
      {
        Run run;
        train(run, options(run).checkpoint(folder).max_steps(last));
      }
      Run run;
      manual_seed(99);
      check_same(undisturbed, whole, train(run, options(run).checkpoint(folder).save_epochs(0)),
                 run);
      fs::remove_all(folder);
    }
  }
}

TEST_CASE("fit: a signal saves a checkpoint and ends the run, which goes on later") {
  const TemporaryDirectory directory;
  Run whole;
  const FitHistory undisturbed = whole.fit(whole.options());
  Run first;
  const FitHistory stopped =
      first.fit(first.options().checkpoint(directory / "run").on_step([](FitContext& context) {
        if (context.step == 5) raise(SIGINT);
      }));
  CHECK(stopped.stopped_by_signal);
  CHECK_FALSE(stopped.stopped_by_callback);
  CHECK(stopped.step == 5);
  CHECK(stopped.epoch == 1);
  Run second;
  const FitHistory history = second.fit(second.options().checkpoint(directory / "run"));
  CHECK_FALSE(history.stopped_by_signal);
  check_same(undisturbed, whole, history, second);

  Run third;  // at the end there is nothing left to do
  const FitHistory again = third.fit(third.options().checkpoint(directory / "run"));
  check_same(undisturbed, whole, again, third);
  CHECK(again.resumed_at == 12);
}

TEST_CASE("fit: what early stopping has ended stays ended, unless its patience grows") {
  const TemporaryDirectory directory;
  const auto run_of = [&](int64_t patience) {
    Run run;
    return run.fit(run.options()
                       .checkpoint(directory / "run")
                       .monitor("lr")  // falls, and so is never better
                       .mode(monitor::Mode::max)
                       .early_stopping(monitor::EarlyStoppingOptions().patience(patience)));
  };
  const FitHistory first = run_of(1), second = run_of(1), third = run_of(2);
  CHECK(first.stopped_early);
  CHECK(first.epoch == 2);
  CHECK(second.stopped_early);
  CHECK(second.epoch == 2);
  CHECK(third.epoch == 3);
  CHECK(third.best->epoch == 0);
  CHECK(fs::exists(directory / "run/best.pt"));
}

TEST_CASE("fit: a checkpoint that cannot be written is a warning") {
  const TemporaryDirectory directory;
  const std::string folder = directory / "run";
  Warned warned;
  const WarningUtils::WarningHandlerGuard guard(&warned);
  Run run;
  const FitHistory history =
      run.fit(run.options().epochs(2).checkpoint(folder).on_step([&](FitContext& context) {
        if (context.step == 1) {  // a file where the folder was
          fs::remove_all(folder);
          std::ofstream(folder) << "in the way";
        }
      }));
  CHECK(history.epoch == 2);
  REQUIRE(warned.messages.size() == 2);
  CHECK(warned.messages[0].starts_with("fit: going on without the checkpoint of step 3: "));
}

TEST_CASE("fit: a folder that another process has is an error, and its log is left") {
  const TemporaryDirectory directory;
  const std::string folder = directory / "run", log = directory / "log.csv";
  const auto fit = [&](int64_t epochs) {
    Run run;
    monitor::CSVLogger logger(log, monitor::CSVLoggerOptions().append(true));
    run.fit(run.options().epochs(epochs).checkpoint(folder).logger(&logger));
  };
  fit(1);
  {
    monitor::CSVLogger logger(log, monitor::CSVLoggerOptions().append(true));
    logger.log(5, {{"loss", 0.5}});  // of the other one
  }
  monitor::Checkpoint other(folder);
  other.lock();
  const pid_t child = fork();
  if (child == 0) {
    Warned warned;
    const WarningUtils::WarningHandlerGuard guard(&warned);
    const std::string text = message([&] { fit(2); });
    const std::string process = "checkpoint: process " + std::to_string(getppid());
    const bool refused = text.starts_with(process + " saves into " + folder);
    fit(1);  // has nothing left to do, and only reads
    _exit(refused && warned.messages.size() == 2 ? 0 : 1);
  }
  int status = 1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(first_column(log) == std::vector<std::string>{"step", "3", "5"});
}

TEST_CASE("fit: a checkpoint of other parts is refused") {
  const TemporaryDirectory directory;
  Run first;
  first.fit(first.options().epochs(1).checkpoint(directory / "run"));
  Run second;
  const std::vector<Tensor> before = second.weights();
  const std::string text = message(
      [&] { second.fit(second.options().checkpoint(directory / "run").ema(std::nullopt)); });
  CHECK(text.ends_with("checkpoint: it has a average, which was not added"));
  CHECK(same(second.weights(), before));
}

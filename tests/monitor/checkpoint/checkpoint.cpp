#include "monitor/checkpoint/checkpoint.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <random>
#include <thread>

#include "optim/grad_scaler.h"
#include "tensor/io/pickle.h"
#include "tests/monitor/checkpoint/run_folder.h"
#include "tests/monitor/noisy_points.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using namespace noisy_points;
using monitor::Checkpoint, monitor::CheckpointOptions, monitor::Position;
namespace fs = std::filesystem;

namespace {

// A run with everything that draws: initialisation, shuffling, noise in workers, dropout.
struct Run {
  explicit Run(size_t workers = 0) {
    manual_seed(7);
    net = Net();
    optimizer = std::make_unique<optim::Adam>(net->parameters(), optim::AdamOptions(0.01));
    scheduler = std::make_unique<optim::ExponentialLR>(*optimizer, 0.9);
    loader = loader_of(14, workers);
  }
  void add_to(Checkpoint& c) {
    c.add("model", *net);
    c.add("optimizer", *optimizer);
    c.add("scheduler", *scheduler);
    c.add("scaler", scaler);
    c.add("loader", *loader);
  }
  // Goes on from `at`, calls each(position) after each step, and ends where that says so.
  void train(Position at, const std::function<bool(Position)>& each) {
    for (; at.epoch < epochs; ++at.epoch) {
      for (auto& batch : *loader) {
        optimizer->zero_grad();
        scaler.scale((net(batch.data) - batch.target).square().mean()).backward();
        scaler.step(*optimizer);
        scaler.update();
        ++at.step;
        if (each(at)) return;
      }
      scheduler->step();
    }
  }
  std::vector<Tensor> result() const {
    std::vector<Tensor> out = weights_of(net);
    out.push_back(tensor(scheduler->get_last_lr()));
    return out;
  }
  static constexpr int64_t epochs = 3;
  Net net{nullptr};
  std::unique_ptr<optim::Adam> optimizer;
  std::unique_ptr<optim::ExponentialLR> scheduler;
  amp::GradScaler scaler{amp::GradScalerOptions().init_scale(8).growth_interval(3)};
  Loader loader;
};

std::vector<Tensor> undisturbed() {
  Run run;
  run.train({}, [](Position) { return false; });
  return run.result();
}
void check_same(const std::vector<Tensor>& a, const std::vector<Tensor>& b) { CHECK(same(a, b)); }
void damage(const std::string& filename, size_t at) {
  std::fstream file(filename, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(std::streamoff(at));
  const char c = char(file.get() ^ 1);
  file.seekp(std::streamoff(at));
  file.put(c);
}

}  // namespace

TEST_CASE("a resumed run equals the undisturbed one bit for bit, from any step") {
  const auto whole = undisturbed();
  for (const size_t workers : {0, 2})
    for (const int64_t stop : {1, 3, 4, 5, 8, 11}) {
      CAPTURE(workers);
      CAPTURE(stop);
      const TemporaryDirectory dir;
      {
        Run run(workers);
        Checkpoint checkpoint(dir / "run");
        run.add_to(checkpoint);
        run.train(checkpoint.resume(), [&](Position at) {
          if (at.step == stop) checkpoint.save(at);
          return at.step == stop;
        });
      }
      Run run(workers);
      Checkpoint checkpoint(dir / "run");
      run.add_to(checkpoint);
      const Position at = checkpoint.resume();
      CHECK(at.step == stop);
      CHECK(at.epoch == (stop - 1) / 4);
      run.train(at, [](Position) { return false; });
      check_same(run.result(), whole);
    }
}

TEST_CASE("the last ones and the best one are kept") {
  const TemporaryDirectory dir;
  nn::Linear fc(1, 1);
  Checkpoint checkpoint(dir / "run", CheckpointOptions().keep(2).best("loss"));
  checkpoint.add("model", *fc);
  CHECK_FALSE(checkpoint.best_value());
  const double losses[] = {5, 2, NAN, 3, 2, 4};
  for (int64_t step = 0; step < 6; ++step) {
    NoGradGuard no_grad;
    fc->weight.fill_(double(step));
    checkpoint.save({0, step}, {{"loss", losses[step]}, {"accuracy", 0.5}});
  }
  checkpoint.save({1, 6});  // without the metric
  CHECK(names_in(dir.path / "run") ==
        Names{"best.pt", "step_000000000005.pt", "step_000000000006.pt"});
  CHECK(checkpoint.best_value() == 2);

  nn::Linear other(1, 1);
  Checkpoint again(dir / "run", CheckpointOptions().best("loss"));
  again.add("model", *other);
  CHECK(again.resume().step == 6);
  CHECK(again.best_value() == 2);
  CHECK(again.load_from(again.best_file()).step == 1);
  CHECK(other->weight.item<float>() == 1);
  again.save({2, 9}, {{"loss", 2.5}});
  CHECK(again.load_from(again.best_file()).step == 1);  // still

  Checkpoint larger(dir / "other", CheckpointOptions().best("r").mode(monitor::Mode::max));
  larger.save({0, 1}, {{"r", 1.0}});
  larger.save({0, 2}, {{"r", 0.5}});
  CHECK(larger.best_value() == 1);
  CHECK_THROWS_WITH(Checkpoint(dir / "x", CheckpointOptions().keep(0)),
                    "checkpoint: keep is 0, at least 1 wanted");
}

TEST_CASE("values of the program's own and other generators are saved too") {
  const TemporaryDirectory dir;
  Generator generator = gradus::detail::createCPUGenerator(5);
  double average = 0.25;
  Checkpoint checkpoint(dir / "run");
  const auto add = [&](Checkpoint& c, Generator& g, double& a) {
    c.add("noise", g);
    c.add(
        "average", [&a] { return IValue(a); }, [&a](const IValue& v) { a = v.toDouble(); });
  };
  add(checkpoint, generator, average);
  checkpoint.values().insert("seen", 77);
  checkpoint.values().insert("notes", "a run");
  checkpoint.save({0, 3});
  const Tensor next = randn({4}, generator);

  Generator other = gradus::detail::createCPUGenerator(6);
  double read = 0;
  Checkpoint again(dir / "run");
  add(again, other, read);
  again.resume();
  CHECK(randn({4}, other).equal(next));
  CHECK(read == 0.25);
  CHECK(again.values().at("seen").toInt() == 77);
  CHECK(again.values().at("notes").toStringRef() == "a run");
  CHECK_THROWS_WITH(again.add("noise", other), "checkpoint: the name 'noise' is taken");
}

TEST_CASE("a damaged checkpoint is passed over, with a warning; none whole is an error") {
  const TemporaryDirectory dir;
  Run run;
  Checkpoint checkpoint(dir / "run");
  run.add_to(checkpoint);
  CHECK(checkpoint.resume().step == 0);
  run.train({}, [&](Position at) {
    checkpoint.save(at);
    return at.step == 2;
  });
  const auto files = checkpoint.files();
  REQUIRE(files.size() == 2);
  damage(files[1], fs::file_size(files[1]) / 2);
  {
    Warned warned;
    const WarningUtils::WarningHandlerGuard guard(&warned);
    Run other;
    Checkpoint again(dir / "run");
    other.add_to(again);
    CHECK(again.resume().step == 1);
    REQUIRE(warned.texts.size() == 1);
    CHECK(warned.texts[0].find("checkpoint: passed over what is damaged: " + files[1]) == 0);
  }
  fs::resize_file(files[0], 100);
  Run other;
  const auto before = other.result();
  Checkpoint again(dir / "run");
  other.add_to(again);
  CHECK_THROWS_AS(again.resume(), Error);
  check_same(other.result(), before);
}

TEST_CASE("a checkpoint that does not fit changes nothing") {
  const TemporaryDirectory dir;
  Run run;
  Checkpoint checkpoint(dir / "run");
  run.add_to(checkpoint);
  run.train({}, [&](Position at) {
    if (at.step == 3) checkpoint.save(at);
    return at.step == 3;
  });

  Run other;
  const auto before = other.result();
  nn::Linear head(2, 2);
  const auto fails = [&](Checkpoint& c, const char* message) {
    const Tensor draws = get_rng_state();
    CHECK_THROWS_WITH_AS(c.resume(), doctest::Contains(message), Error);
    CHECK(get_rng_state().equal(draws));
    check_same(other.result(), before);
  };
  {
    Checkpoint c(dir / "run");
    other.add_to(c);
    c.add("head", *head);
    fails(c, "step_000000000003.pt: checkpoint: it has no head");
  }
  {
    Checkpoint c(dir / "run");
    c.add("model", *other.net);
    fails(c, "checkpoint: it has a optimizer, which was not added");
  }
  {
    optim::Adam larger(other.net->parameters(), optim::AdamOptions(0.1));
    larger.add_param_group(optim::OptimizerParamGroup({head->weight}));
    Checkpoint c(dir / "run");
    c.add("model", *other.net);
    c.add("optimizer", larger);
    c.add("scheduler", *other.scheduler);
    c.add("scaler", other.scaler);
    c.add("loader", *other.loader);
    fails(c,
          "optimizer: load_state_dict: numbers of groups differ, 1 in the dict and 2 of the "
          "optimiser");
  }
  torch_save(other.net->state_dict(), dir / "weights.pt");
  Checkpoint c(dir / "run");
  CHECK_THROWS_WITH_AS(
      c.load_from(dir / "weights.pt"),
      doctest::Contains("weights.pt: checkpoint: it is none, but another file of tensors"), Error);
}

TEST_CASE("a full disk is told, loses nothing, and training goes on") {
  const TemporaryDirectory dir;
  const auto whole = undisturbed();
  const pid_t child = fork();
  if (child == 0) {
    int status = 1;
    try {
      Run run;
      Checkpoint checkpoint(dir / "run");
      run.add_to(checkpoint);
      int failures = 0;
      run.train({}, [&](Position at) {
        if (at.step == 5) {
          signal(SIGXFSZ, SIG_IGN);
          const rlimit limit = {4096, 4096};
          if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(2);
        }
        try {
          checkpoint.save(at);
        } catch (const Error& e) {
          failures += std::string(e.what()).find(": cannot write") != std::string::npos;
        }
        return false;
      });
      const auto result = run.result();
      status = failures == 8 && same(result, whole) ? 0 : 3;
    } catch (...) {
    }
    _exit(status);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WEXITSTATUS(status) == 0);
  Run run;
  Checkpoint checkpoint(dir / "run");
  run.add_to(checkpoint);
  const Position at = checkpoint.resume();
  CHECK(at.step == 4);
  run.train(at, [](Position) { return false; });
  check_same(run.result(), whole);
}

TEST_CASE("a run that is killed at random moments ends with the same bits") {
  const TemporaryDirectory dir;
  const auto whole = undisturbed();
  // Each child saves after each step, and goes round and round until it is killed.
  const auto rounds = [&] {
    for (;;) {
      Run run;
      Checkpoint checkpoint(dir / "run", CheckpointOptions().keep(2).best("loss"));
      run.add_to(checkpoint);
      bool first = true;
      run.train(checkpoint.resume(), [&](Position at) {
        checkpoint.save(at, {{"loss", 100.0 - double(at.step)}});
        first = false;
        return false;
      });
      if (first) fs::remove_all(dir / "run");  // it was at its end: from the start
    }
  };
  // Some begin and some steps, as long as they take here.
  const auto begin = std::chrono::steady_clock::now();
  {
    Run run;
    Checkpoint checkpoint(dir / "other");
    run.add_to(checkpoint);
    run.train({}, [&](Position at) {
      checkpoint.save(at);
      return at.step == 3;
    });
  }
  const std::chrono::duration<double, std::milli> some = std::chrono::steady_clock::now() - begin;
  std::minstd_rand random(1);
  std::uniform_real_distribution<double> moment(0, 2 * some.count());
  int resumed = 0;
  for (int kills = 0; kills < 200; ++kills) {
    const pid_t child = fork();
    if (child == 0) {
      try {
        rounds();
      } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
      }
      _exit(1);
    }
    REQUIRE(child > 0);
    std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(moment(random)));
    kill(child, SIGKILL);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));  // and not ended by an exception
    Run run;
    Checkpoint checkpoint(dir / "run", CheckpointOptions().keep(2).best("loss"));
    run.add_to(checkpoint);
    const Position at = checkpoint.resume();
    resumed += at.step > 0;
    if (kills % 10 != 0) continue;
    run.train(at, [](Position) { return false; });
    check_same(run.result(), whole);
    CHECK(checkpoint.files().size() <= 3);
    if (at.step > 0) {
      Run best;
      Checkpoint there(dir / "run");
      best.add_to(there);
      CHECK(there.load_from(there.best_file()).step >= at.step - 1);
    }
  }
  CHECK(resumed > 0);
}

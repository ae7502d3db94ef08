// What stands in the folder of a Checkpoint after saves that were killed, repeated or gone back to.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gradus.h"
#include "monitor/checkpoint/checkpoint.h"
#include "tensor/io/dict.h"
#include "tensor/io/pickle.h"
#include "tests/monitor/checkpoint/run_folder.h"
#include "tests/support.h"
#include "tests/temporary_directory.h"

using namespace gradus;
using monitor::Checkpoint, monitor::CheckpointOptions;
namespace fs = std::filesystem;

namespace {

// The epoch of the checkpoint that is called the best one.
int64_t best_epoch(const std::string& folder) {
  return torch_load(folder + "/best.pt").toGenericDict().at("epoch").toInt();
}

}  // namespace

TEST_CASE("after going back to a checkpoint, those of later steps are put aside at the next save") {
  const TemporaryDirectory dir;
  const std::string folder = dir / "run";
  {
    Checkpoint diverged(folder);
    for (const int64_t step : {5000, 6000, 7000}) diverged.save({0, step});
  }
  Warned warned;
  const WarningUtils::WarningHandlerGuard guard(&warned);
  {
    Checkpoint back(folder);
    CHECK(back.load_from(folder + "/step_000000005000.pt").step == 5000);
    CHECK(back.files().size() == 3);  // only read
    for (const int64_t step : {5100, 5200, 5300}) back.save({0, step});
  }
  REQUIRE(warned.texts.size() == 1);
  CHECK(warned.texts[0] ==
        "checkpoint: put aside the checkpoints of another run, above step 5100: " + folder +
            "/step_000000006000.pt.stale, " + folder + "/step_000000007000.pt.stale");
  CHECK(names_in(folder) == Names{"step_000000005100.pt", "step_000000005200.pt",
                                  "step_000000005300.pt", "step_000000006000.pt.stale",
                                  "step_000000007000.pt.stale"});
  CHECK(Checkpoint(folder).resume().step == 5300);
  CHECK(Checkpoint(folder).load_from(folder + "/step_000000006000.pt.stale").step == 6000);
}

TEST_CASE("a new run in an old folder puts the old checkpoints aside, and loses none") {
  const TemporaryDirectory dir;
  const std::string folder = dir / "run";
  Warned warned;
  const WarningUtils::WarningHandlerGuard guard(&warned);
  for (int run = 0; run < 3; ++run) {
    Checkpoint checkpoint(folder, CheckpointOptions().keep(1));
    checkpoint.save({run, 10});
    CHECK(checkpoint.resume().epoch == run);
    checkpoint.save({run, 20});
  }
  CHECK(names_in(folder) == Names{"step_000000000020.pt", "step_000000000020.pt.stale",
                                  "step_000000000020.pt.stale.1"});
  CHECK(warned.texts.size() == 2);
  CHECK(Checkpoint(folder).load_from(folder + "/step_000000000020.pt.stale").epoch == 0);
  CHECK(Checkpoint(folder).resume().epoch == 2);
}

TEST_CASE(
    "a run of another process in an old folder, which it did not resume, loses nothing there") {
  const TemporaryDirectory dir;
  const std::string folder = dir / "run";
  const auto options = CheckpointOptions().keep(2).best("loss");
  const auto former = fork();
  if (former == 0) {
    Checkpoint checkpoint(folder, options);
    for (const int64_t step : {10, 20, 30})
      checkpoint.save({7, step}, {{"loss", 100.0 / double(step)}});
    _exit(0);
  }
  int status = 1;
  REQUIRE(waitpid(former, &status, 0) == former);
  REQUIRE(status == 0);
  Warned warned;
  const WarningUtils::WarningHandlerGuard guard(&warned);
  {
    Checkpoint checkpoint(folder, options);
    for (const int64_t step : {20, 25, 30}) checkpoint.save({0, step}, {{"loss", 50.0}});
  }
  CHECK(names_in(folder) == Names{"best.pt", "best.pt.stale", "step_000000000020.pt.stale",
                                  "step_000000000025.pt", "step_000000000030.pt",
                                  "step_000000000030.pt.stale"});
  REQUIRE(warned.texts.size() == 2);
  CHECK(warned.texts[0] ==
        "checkpoint: put aside the checkpoints of another run, which this one did not resume: " +
            folder + "/step_000000000020.pt.stale, " + folder + "/step_000000000030.pt.stale");
  CHECK(warned.texts[1] ==
        "checkpoint: put aside the best one of another run: " + folder + "/best.pt.stale");
  CHECK(best_epoch(folder) == 0);
  CHECK(Checkpoint(folder).load_from(folder + "/best.pt.stale").epoch == 7);
}

TEST_CASE("after going back, the best one of the branch that was left is put aside") {
  const TemporaryDirectory dir;
  const std::string folder = dir / "run";
  const auto options = CheckpointOptions().best("loss");
  {
    Checkpoint checkpoint(folder, options);
    checkpoint.save({0, 10}, {{"loss", 5.0}});
    checkpoint.save({1, 20}, {{"loss", 1.0}});
  }
  Warned warned;
  const WarningUtils::WarningHandlerGuard guard(&warned);
  {
    Checkpoint checkpoint(folder, options);
    checkpoint.load_from(folder + "/step_000000000010.pt");
    checkpoint.save({2, 15}, {{"loss", 4.0}});
    checkpoint.save({3, 16}, {{"loss", 3.0}});
  }
  CHECK(best_epoch(folder) == 3);
  CHECK(Checkpoint(folder).load_from(folder + "/best.pt.stale").epoch == 1);
  Checkpoint resumed(folder, options);
  resumed.resume();
  resumed.save({4, 17}, {{"loss", 2.0}});
  CHECK(names_in(folder) == Names{"best.pt", "best.pt.stale", "step_000000000015.pt",
                                  "step_000000000016.pt", "step_000000000017.pt",
                                  "step_000000000020.pt.stale"});
}

TEST_CASE("wherever the disk is full in a save, what was there stays, and the next save is whole") {
  const TemporaryDirectory dir;
  const std::string folder = dir / "run";
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    rlimit all = {};
    getrlimit(RLIMIT_FSIZE, &all);
    bool right = true, failed = true;
    int failures = 0;
    for (rlim_t limit = 0; failed && limit < 100000; limit += 211) {
      fs::remove_all(folder);
      Checkpoint checkpoint(folder, CheckpointOptions().keep(1).best("loss"));
      checkpoint.save({1, 1}, {{"loss", 2.0}});
      const rlimit small = {limit, all.rlim_max};
      setrlimit(RLIMIT_FSIZE, &small);
      const std::string text = message([&] { checkpoint.save({2, 2}, {{"loss", 1.0}}); });
      setrlimit(RLIMIT_FSIZE, &all);
      failed = text.find("cannot write " + folder) != text.npos;
      failures += failed;
      const int64_t stands = failed ? 1 : 2;
      right = right && Checkpoint(folder).resume().step == stands && best_epoch(folder) == stands &&
              names_in(folder).size() == 2;
      checkpoint.save({3, 3}, {{"loss", 0.5}});
      right = right && best_epoch(folder) == 3 && names_in(folder).size() == 2;
    }
    _exit(right && failures > 5 && !failed ? 0 : 1);
  }
  int status = 1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("a damaged checkpoint takes the place of none to keep") {
  const TemporaryDirectory dir;
  const std::string folder = dir / "run";
  {
    Checkpoint checkpoint(folder, CheckpointOptions().keep(2));
    for (const int64_t step : {1, 2}) checkpoint.save({0, step});
  }
  fs::resize_file(folder + "/step_000000000002.pt", 100);
  Warned warned;
  const WarningUtils::WarningHandlerGuard guard(&warned);
  Checkpoint checkpoint(folder, CheckpointOptions().keep(2));
  CHECK(checkpoint.resume().step == 1);
  CHECK(names_in(folder) == Names{"step_000000000001.pt", "step_000000000002.pt"});
  for (const int64_t step : {2, 3}) checkpoint.save({0, step});
  REQUIRE(warned.texts.size() == 2);
  CHECK(warned.texts[1] ==
        "checkpoint: put aside what is damaged: " + folder + "/step_000000000002.pt.damaged");
  CHECK(names_in(folder) ==
        Names{"step_000000000002.pt", "step_000000000002.pt.damaged", "step_000000000003.pt"});
}

TEST_CASE("the best one is that of the save that was better, not a later one of its step") {
  const TemporaryDirectory dir;
  const std::string folder = dir / "run";
  Checkpoint checkpoint(folder, CheckpointOptions().best("loss"));
  checkpoint.save({0, 5}, {{"loss", 1.0}});
  checkpoint.save({1, 5}, {{"loss", 2.0}});
  CHECK(best_epoch(folder) == 0);
  checkpoint.save({2, 5});
  CHECK(best_epoch(folder) == 0);
  CHECK(checkpoint.resume().epoch == 2);
  CHECK(best_epoch(folder) == 0);
  CHECK(checkpoint.best_value() == 1);
  checkpoint.save({3, 5}, {{"loss", 0.5}});
  CHECK(best_epoch(folder) == 3);
  CHECK(checkpoint.files().size() == 1);
}

TEST_CASE("where the best one cannot be written, the next better one than that which is there is") {
  const TemporaryDirectory dir;
  const std::string folder = dir / "run", best = folder + "/best.pt";
  Checkpoint checkpoint(folder, CheckpointOptions().best("loss"));
  checkpoint.save({0, 1}, {{"loss", 3.0}});
  fs::rename(best, dir / "before.pt");
  fs::create_directories(best + "/a");  // nobody renames a file to that
  CHECK_THROWS_WITH_AS(checkpoint.save({1, 2}, {{"loss", 1.0}}),
                       ("checkpoint: cannot write " + best + ": Is a directory").c_str(), Error);
  CHECK(checkpoint.best_value() == 3);
  fs::remove_all(best);
  fs::rename(dir / "before.pt", best);
  checkpoint.save({2, 3}, {{"loss", 2.0}});
  CHECK(best_epoch(folder) == 2);
  CHECK(checkpoint.best_value() == 2);
  CHECK(names_in(folder) ==
        Names{"best.pt", "step_000000000001.pt", "step_000000000002.pt", "step_000000000003.pt"});
}

TEST_CASE("resume() names the best one where a kill came before; load_from() writes nothing") {
  const TemporaryDirectory dir;
  const std::string folder = dir / "run", best = folder + "/best.pt";
  const auto options = CheckpointOptions().best("loss");
  {
    Checkpoint checkpoint(folder, options);
    checkpoint.save({0, 1}, {{"loss", 3.0}});
    fs::copy_file(best, dir / "before.pt");
    checkpoint.save({1, 2}, {{"loss", 2.0}});
  }
  const auto written = fs::last_write_time(best);
  Checkpoint checkpoint(folder, options);
  fs::remove(best);
  checkpoint.load_from(folder + "/step_000000000002.pt");
  CHECK_FALSE(fs::exists(best));
  checkpoint.resume();
  CHECK(best_epoch(folder) == 1);

  const auto put_back = [&](std::chrono::seconds age) {
    fs::remove_all(best);
    fs::copy_file(dir / "before.pt", best);
    fs::last_write_time(best, written + age);
  };
  put_back(std::chrono::seconds(-1));
  checkpoint.resume();
  CHECK(best_epoch(folder) == 1);
  put_back(std::chrono::seconds(1));  // written by something later
  checkpoint.resume();
  CHECK(best_epoch(folder) == 0);
  checkpoint.load_from(folder + "/step_000000000001.pt");
  CHECK(best_epoch(folder) == 0);

  // Another folder's file.
  {
    Checkpoint other(dir / "other", options);
    other.save({7, 2}, {{"loss", 0.0}});
  }
  checkpoint.load_from(dir / "other" + "/step_000000000002.pt");
  CHECK(best_epoch(folder) == 0);

  // What cannot be written then is a warning.
  fs::remove(best);
  fs::create_directories(best + "/a");
  fs::last_write_time(best, written - std::chrono::seconds(1));
  Warned warned;
  const WarningUtils::WarningHandlerGuard guard(&warned);
  CHECK(checkpoint.resume().epoch == 1);
  REQUIRE(warned.texts.size() == 1);
  CHECK(warned.texts[0].find("cannot write " + best + ": Is a directory") != std::string::npos);
}

TEST_CASE("a save removes what killed ones left, and nothing of a living writer or of others") {
  const TemporaryDirectory dir;
  const std::string folder = dir / "run";
  Checkpoint checkpoint(folder, CheckpointOptions().best("loss"));
  checkpoint.save({0, 1}, {{"loss", 1.0}});
  const auto make = [&](const char* name) { std::ofstream(folder + "/" + name) << "torn"; };
  make("step_000000000007.pt.0.tmp");
  make("step_000000000007.pt.3.tmp");
  make("best.pt.0.tmp");
  make("notes.txt.0.tmp");
  make("step_000000000008.pt.0.tmp");
  fs::create_hard_link(folder + "/best.pt", folder + "/best.pt.next");
  const int living = open((folder + "/step_000000000008.pt.0.tmp").c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(living >= 0);
  REQUIRE(flock(living, LOCK_EX) == 0);
  checkpoint.save({0, 2});
  CHECK(names_in(folder) == Names{"best.pt", "notes.txt.0.tmp", "step_000000000001.pt",
                                  "step_000000000002.pt", "step_000000000008.pt.0.tmp"});
  close(living);
}

TEST_CASE("the save after an epoch replaces that of its last step, and goes on to the same bits") {
  struct Numbers : data::datasets::Dataset<Numbers> {
    data::Example<> get(size_t i) override {
      return {full({1}, double(i)), full({1}, 0.5 * double(i))};
    }
    std::optional<size_t> size() const override { return 8; }
  };
  const TemporaryDirectory dir;
  // The example of monitor/checkpoint/checkpoint.h, killed after so many saves.
  const auto run = [&](const std::string& folder, int64_t last) {
    manual_seed(3);
    nn::Linear net(1, 1);
    optim::SGD optimizer(net->parameters(), optim::SGDOptions(0.01).momentum(0.9));
    const auto loader = data::make_data_loader(Numbers().map(data::transforms::Stack<>()),
                                               data::DataLoaderOptions(2));
    Checkpoint checkpoint(folder, CheckpointOptions().best("loss"));
    checkpoint.add("model", *net);
    checkpoint.add("optimizer", optimizer);
    checkpoint.add("loader", *loader);
    const auto from = checkpoint.resume();
    int64_t saves = 0;
    for (int64_t epoch = from.epoch, step = from.step; epoch < 3; ++epoch) {
      for (auto& batch : *loader) {
        optimizer.zero_grad();
        (net(batch.data) - batch.target).square().mean().backward();
        optimizer.step();
        if (++step % 2 == 0) {
          checkpoint.save({epoch, step});
          if (++saves == last) return Tensor();
        }
      }
      checkpoint.save({epoch + 1, step}, {{"loss", 1.0 / double(step)}});
      if (++saves == last) return Tensor();
    }
    return net->weight.detach().clone();
  };
  const Tensor whole = run(dir / "whole", 0);
  CHECK(names_in(dir / "whole") ==
        Names{"best.pt", "step_000000000008.pt", "step_000000000010.pt", "step_000000000012.pt"});
  CHECK(best_epoch(dir / "whole") == 3);
  for (int64_t last = 1; last <= 9; ++last) {
    CAPTURE(last);
    const std::string folder = dir / std::to_string(last).c_str();
    run(folder, last);
    CHECK(run(folder, 0).equal(whole));
    CHECK(best_epoch(folder) == 3);
  }
}

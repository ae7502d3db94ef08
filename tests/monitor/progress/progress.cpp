#include "monitor/progress/progress.h"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <sstream>
#include <thread>

#include "gradus.h"
#include "monitor/progress/progress_text.h"
#include "tests/monitor/progress/terminal.h"
#include "tests/support.h"

using namespace gradus;
using monitor::Progress, monitor::ProgressOptions, monitor::ProgressOutput;

using Lines = std::vector<std::string>;

namespace {

// What the documentation shows: 8 steps in a second.
void thirty_one(Progress& bar, Terminal& terminal) {
  for (int i = 0; i < 31; ++i) {
    terminal.now += 0.125;
    bar.update({{"loss", 0.31}});
  }
}

const std::string empty_line =
    "\repoch 3:   0%|" + std::string(40, ' ') + "| 0/100 [00:00<?, ?it/s]\x1b[K";

}  // namespace

TEST_CASE("progress draws its line over itself on a terminal, and ends it with the mean rate") {
  Terminal terminal;
  {
    Progress bar(100, "epoch 3", ProgressOptions().output(terminal.output()));
    CHECK(terminal.take() == empty_line);
    thirty_one(bar, terminal);
    const std::string last =
        "\repoch 3:  31%|######                | 31/100 [00:03<00:08, 8.00it/s, loss=0.31]\x1b[K";
    CHECK(terminal.written.substr(terminal.written.size() - last.size()) == last);
    CHECK(terminal.calls == 32);
    terminal.take();
    terminal.now = 10;
    bar.update(69);
    CHECK(
        terminal.take() ==
        "\repoch 3: 100%|#####################| 100/100 [00:10<00:00, 11.1it/s, loss=0.31]\x1b[K");
    CHECK(bar.n() == 100);
    CHECK(*bar.total() == 100);
  }
  CHECK(terminal.take() ==
        "\r\x1b[Jepoch 3: 100%|#####################| 100/100 [00:10<00:00, 10.0it/s, "
        "loss=0.31]\n");
}

TEST_CASE("progress writes whole lines where there is no terminal") {
  Terminal text;
  {
    Progress bar(100, "epoch 3", ProgressOptions().output(text.output(true)).line_interval(3.875));
    thirty_one(bar, text);
    CHECK(text.take() == "epoch 3:  31% 31/100 [00:03<00:08, 8.00it/s, loss=0.31]\n");
    text.now = 10;
    bar.update(69);
    bar.refresh();
    CHECK(text.take() == "epoch 3: 100% 100/100 [00:10<00:00, 10.3it/s, loss=0.31]\n");
  }
  CHECK(text.take() == "");  // nothing new

  {
    Progress bar(10, "", ProgressOptions().output(text.output(true)).line_percent(40));
    for (int i = 0; i < 10; ++i) bar.update();
    CHECK(text.take() == " 40% 4/10 [00:00<?, ?it/s]\n 80% 8/10 [00:00<?, ?it/s]\n");
  }
  CHECK(text.take() == "100% 10/10 [00:00<00:00, ?it/s]\n");
  {
    Progress bar(10, "", ProgressOptions().output(text.output(true)).leave(false));
    bar.write("hello");
    bar.refresh();
  }
  CHECK(text.take() == "hello\n  0% 0/10 [00:00<?, ?it/s]\n");
}

TEST_CASE("progress without a total, and beyond it, has no bar") {
  Terminal terminal;
  Progress bar({}, "epoch 3", ProgressOptions().output(terminal.output()));
  CHECK(terminal.take() == "\repoch 3: 0it [00:00, ?it/s]\x1b[K");
  thirty_one(bar, terminal);
  terminal.take();
  bar.refresh();
  CHECK(terminal.take() == "\repoch 3: 31it [00:03, 8.00it/s, loss=0.31]\x1b[K");
  Terminal other;
  Progress past(2, "", ProgressOptions().output(other.output()).unit("batch"));
  past.update(3);
  past.refresh();
  CHECK(shown(other.written) == Lines{"3batch [00:00, ?batch/s]_"});
  other.take();
  Progress none(0, "", ProgressOptions().output(other.output()));
  CHECK(shown(other.take())[0].substr(0, 5) == "100%|");
}

TEST_CASE("progress fits any width, which it asks for whenever it draws") {
  Terminal terminal;
  Progress bar(100, "epoch 3", ProgressOptions().output(terminal.output()));
  thirty_one(bar, terminal);
  const auto at = [&](int columns) {
    terminal.columns = columns;
    terminal.take();
    bar.refresh();
    return shown(terminal.take())[0];
  };
  CHECK(at(200).size() == 98);
  CHECK(at(63) == "epoch 3:  31%|#    | 31/100 [00:03<00:08, 8.00it/s, loss=0.31]_");
  CHECK(at(62) == "epoch 3:  31% 31/100 [00:03<00:08, 8.00it/s, loss=0.31]_");
  CHECK(at(20) == "epoch 3:  31% 31/10_");
  CHECK(at(2) == "e_");
  CHECK(at(1) == "_");
  CHECK(at(-5) == "_");
  CHECK(at(63) == "epoch 3:  31%|#    | 31/100 [00:03<00:08, 8.00it/s, loss=0.31]_");
}

TEST_CASE("progress fills its bar by eighths in UTF-8, and counts columns and not bytes") {
  Terminal terminal;
  Progress bar(100, "Größe\t\n漢", ProgressOptions().output(terminal.output(false, true)));
  bar.update(31);
  terminal.columns = 50;
  terminal.take();
  bar.refresh();
  CHECK(terminal.take() == "\rGröße  漢:  31%|██▍     | 31/100 [00:00<?, ?it/s]\x1b[K");
}

TEST_CASE("bars within bars stand below each other, and the others stay when one ends") {
  Terminal terminal;
  terminal.columns = 30;
  const auto output = terminal.output();
  const ProgressOptions options = ProgressOptions().output(output);
  {
    Progress outer(2, "all", options);
    {
      Progress inner(4, "one", options);
      CHECK(shown(terminal.written) ==
            Lines{"all:   0% 0/2 [00:00<?, ?it/s", "one:   0% 0/4 [00:00<?, ?it/s_"});
      terminal.take();
      terminal.now = 1;
      inner.update();
      CHECK(terminal.take() ==
            "\x1b[1A\rall:   0% 0/2 [00:00<?, ?it/s\x1b[K\none:  25% 1/4 [00:01<00:03, 1\x1b[K");
      outer.write("a line");
      CHECK(terminal.take() ==
            "\x1b[1A\r\x1b[Ja line\nall:   0% 0/2 [00:00<?, ?it/s\x1b[K\none:  25% 1/4 "
            "[00:01<00:03, 1\x1b[K");
      {
        Progress third({}, "", options);
        terminal.take();
      }
      // Three lines were there.
      CHECK(terminal.take() ==
            "\x1b[2A\rall:   0% 0/2 [00:00<?, ?it/s\x1b[K\none:  25% 1/4 [00:01<00:03, 1\x1b[K"
            "\x1b[J");
      terminal.written = "";
    }
    CHECK(terminal.take() == "\x1b[1A\rall:   0% 0/2 [00:00<?, ?it/s\x1b[K\x1b[J");
    outer.update();
    {
      Progress left(1, "two", ProgressOptions().output(output).leave(true));
      terminal.take();
      left.update();
    }
    CHECK(terminal.take() ==
          "\x1b[1A\r\x1b[Jtwo: 100% 1/1 [00:00<00:00, ?it/s]\nall:  50% 1/2 [00:01<00:01, 1\x1b[K");
  }
  CHECK(terminal.take() == "\r\x1b[Jall:  50% 1/2 [00:01<00:01, 1.00it/s]\n");
  output->write("after");
  CHECK(terminal.take() == "after\n");
}

TEST_CASE("bars of one terminal may end in any order") {
  Terminal terminal;
  terminal.columns = 20;
  const auto output = terminal.output();
  auto first = std::make_unique<Progress>(std::nullopt, "a", ProgressOptions().output(output));
  auto second = std::make_unique<Progress>(std::nullopt, "b", ProgressOptions().output(output));
  first.reset();
  CHECK(shown(terminal.written) == Lines{"a: 0it [00:00, ?it/s]", "b: 0it [00:00, ?it/_"});
  second->close();
  second->close();
  second->update({{"x", 1}});  // counted and not shown
  second->refresh();
  CHECK(second->n() == 1);
  CHECK(shown(terminal.written) == Lines{"a: 0it [00:00, ?it/s]", "_"});
}

TEST_CASE("an exception that passes a bar ends it") {
  Terminal terminal;
  const auto output = terminal.output();
  try {
    Progress bar(2, "a", ProgressOptions().output(output));
    bar.update();
    throw std::runtime_error("x");
  } catch (const std::runtime_error&) {
  }
  const Lines lines = shown(terminal.written);
  CHECK(lines.size() == 2);
  CHECK(lines[0].substr(0, 7) == "a:  50%");
  CHECK(lines[1] == "_");
}

TEST_CASE("progress reads the clock at few updates, and at each where they are slow") {
  Terminal terminal;
  Progress bar(1000000, "", ProgressOptions().output(terminal.output()));
  terminal.clock_calls = 0;
  for (int i = 0; i < 16000; ++i) {
    terminal.now += 1e-6;
    bar.update({{"loss", 0.5}, {"acc", 1}});
  }
  CHECK(terminal.clock_calls == 1000);
  terminal.clock_calls = 0;
  for (int i = 0; i < 100; ++i) {
    terminal.now += 1;
    bar.update();
  }
  CHECK(terminal.clock_calls > 80);
}

TEST_CASE("progress shows the newest of its metrics, in the order in which they came") {
  Terminal text;
  Progress bar({}, "", ProgressOptions().output(text.output(true)).unit("s"));
  bar.set({{"a", 1}, {"b", 0.5}});
  bar.update({{"b", tensor(0.25)}});
  bar.update(2, {{"c", NAN}, {"a", 123456}});
  bar.describe("now");
  bar.refresh();
  CHECK(text.take() == "now: 3s [00:00, ?s/s, a=123456, b=0.25, c=nan]\n");
  const std::vector<monitor::NamedValue> more = {{"a", 1e-9}};
  bar.set(more);
  bar.refresh();
  CHECK(text.take() == "now: 3s [00:00, ?s/s, a=1e-09, b=0.25, c=nan]\n");
  CHECK_THROWS_AS(bar.set({{"a", zeros({2})}}), Error);
}

TEST_CASE("progress shows short numbers and times") {
  const std::map<double, std::string> numbers = {
      {0, "0"},           {0.31, "0.31"},         {2.45231, "2.452"},      {1234.56, "1235"},
      {12345.6, "12346"}, {9999999.4, "9999999"}, {12345678, "1.235e+07"}, {-0.00001, "-1e-05"}};
  for (const auto& [v, text] : numbers) CHECK(monitor::short_number(v) == text);
  const std::vector<monitor::ProgressMetric> none;
  const auto text = [&](double elapsed, double rate) {
    return monitor::progress_text({"", "it", 10, 1000, elapsed, rate, &none});
  };
  CHECK(text(3725, 0.25) == "  1% 10/1000 [1:02:05<1:06:00, 4.00s/it]");
  CHECK(text(-1, 99.95) == "  1% 10/1000 [?<00:09, 100it/s]");
  CHECK(text(1e300, 1e-300) == "  1% 10/1000 [?<?, ?it/s]");
  CHECK(text(1, 12345.6) == "  1% 10/1000 [00:01<00:00, 12346it/s]");
  CHECK(text(1, NAN) == "  1% 10/1000 [00:01<?, ?it/s]");
}

TEST_CASE("a loop over a range shows how far it is") {
  Terminal text;
  const auto options = ProgressOptions().output(text.output(true)).line_percent(50);
  std::vector<int> numbers = {1, 2, 3, 4};
  for (int& x : monitor::progress(numbers, {}, "x", options)) x *= 2;
  CHECK(numbers == std::vector<int>{2, 4, 6, 8});
  CHECK(text.take() == "x:  50% 2/4 [00:00<?, ?it/s]\nx: 100% 4/4 [00:00<00:00, ?it/s]\n");

  auto loader = data::make_data_loader(data::TensorDataset({arange(10)}), 4, /*shuffle=*/false);
  int64_t sum = 0;
  auto steps = monitor::progress(*loader, 3, "", options);
  for (auto& [batch] : steps) {
    sum += batch.sum().item<int64_t>();
    steps.bar().set({{"sum", sum}});
  }
  steps.bar().close();
  CHECK(sum == 45);
  CHECK(text.take() ==
        " 66% 2/3 [00:00<?, ?it/s, sum=28]\n100% 3/3 [00:00<00:00, ?it/s, sum=45]\n");
  for (const int x : monitor::progress(std::vector<int>{5, 6}, {}, "", options)) sum += x;
  CHECK(sum == 56);
  try {
    for (const int x : monitor::progress(numbers, {}, "", options))
      if (x == 4) throw std::runtime_error("x");
  } catch (const std::runtime_error&) {
  }
  CHECK(text.written.substr(text.written.size() - 27) == "\n 25% 1/4 [00:00<?, ?it/s]\n");
}

TEST_CASE("bars of several threads share a terminal") {
  Terminal terminal;
  const auto output = terminal.output();
  const auto work = [&] {
    Progress bar(1000, "x", ProgressOptions().output(output).min_interval(0));
    for (int i = 0; i < 1000; ++i) bar.update({{"loss", i}});
  };
  std::thread other(work);
  work();
  other.join();
  const Lines lines = shown(terminal.written);
  CHECK(lines.back() == "_");
  for (size_t i = 0; i + 1 < lines.size(); ++i) CHECK(lines[i].substr(0, 7) == "x: 100%");
}

TEST_CASE("progress that goes on counts what was before, and not in its rate") {
  Terminal text;
  {
    Progress bar(100, "", ProgressOptions().output(text.output(true)).initial(50));
    text.now = 10;
    bar.update(10);
    CHECK(text.take() == " 60% 60/100 [00:10<00:40, 1.00it/s]\n");
    text.now = 20;
    bar.update(10);
    text.take();
    bar.set({{"a", 1}});
  }
  CHECK(text.take() == " 70% 70/100 [00:20<00:30, 1.00it/s, a=1]\n");
}

TEST_CASE("progress refuses options that make no sense") {
  Terminal terminal;
  CHECK_THROWS_WITH_AS(Progress(-1), "progress: total is -1, at least 0 wanted", Error);
  CHECK_THROWS_WITH_AS(Progress(1, "", ProgressOptions().min_interval(NAN)),
                       "progress: min_interval is nan, at least 0 wanted", Error);
  CHECK_THROWS_WITH_AS(Progress(1, "", ProgressOptions().line_interval(-1)),
                       "progress: line_interval is -1, at least 0 wanted", Error);
  CHECK_THROWS_WITH_AS(ProgressOutput({}),
                       "progress output: the device has no function that writes", Error);
}

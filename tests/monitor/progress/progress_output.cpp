#include "monitor/progress/progress_output.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cstring>
#include <iostream>
#include <sstream>

#include "gradus.h"
#include "monitor/progress/progress.h"
#include "tests/monitor/progress/terminal.h"

using namespace gradus;
using monitor::Progress, monitor::ProgressOptions, monitor::ProgressOutput;

using Lines = std::vector<std::string>;

namespace {

// A variable of the environment for a scope; none where the value is null.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    set(value);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { set(before_ ? before_->c_str() : nullptr); }

 private:
  void set(const char* value) { value ? ::setenv(name_, value, 1) : ::unsetenv(name_); }

  const char* name_;
  std::optional<std::string> before_;
};

// A pseudoterminal that gives what was written to it as it is; -1 where the system has none.
struct Pseudoterminal {
  int master = ::posix_openpt(O_RDWR | O_NOCTTY), side = -1;

  Pseudoterminal() {
    if (master < 0 || ::grantpt(master) != 0 || ::unlockpt(master) != 0) return;
    side = ::open(::ptsname(master), O_RDWR | O_NOCTTY);
    termios how = {};
    ::tcgetattr(side, &how);
    ::cfmakeraw(&how);
    ::tcsetattr(side, TCSANOW, &how);
    ::fcntl(master, F_SETFL, O_NONBLOCK);
  }
  Pseudoterminal(const Pseudoterminal&) = delete;
  Pseudoterminal& operator=(const Pseudoterminal&) = delete;
  ~Pseudoterminal() {
    ::close(side);
    ::close(master);
  }
  void resize(int rows, int columns) {
    winsize size = {};
    size.ws_row = static_cast<unsigned short>(rows);
    size.ws_col = static_cast<unsigned short>(columns);
    ::ioctl(master, TIOCSWINSZ, &size);
  }
  // All that was written since the last call.
  std::string take() const {
    std::string out;
    char piece[4096];
    for (ssize_t n; (n = ::read(master, piece, sizeof piece)) > 0;) out.append(piece, size_t(n));
    return out;
  }
};

}  // namespace

TEST_CASE("progress writes to files, descriptors and streams") {
  std::ostringstream stream;
  { Progress bar(1, "a", ProgressOptions().output(ProgressOutput::to(stream))); }
  CHECK(stream.str() == "a:   0% 0/1 [00:00<?, ?it/s]\n");
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const auto output = ProgressOutput::to(ends[1]);
  CHECK_FALSE(output->is_terminal());
  output->write("hello");
  std::FILE* file = ::fdopen(ends[1], "w");
  ProgressOutput::to(file)->write("world\n");
  std::fclose(file);
  char text[32] = {};
  CHECK(::read(ends[0], text, sizeof text) == 12);
  CHECK(std::string(text) == "hello\nworld\n");
  ::close(ends[0]);
  output->write("lost");  // a failed write is forgotten
  CHECK(ProgressOutput::standard() == ProgressOutput::standard());
}

TEST_CASE("a pseudoterminal is a terminal of its own width, unless TERM says that it is dumb") {
  const Pseudoterminal terminal;
  if (terminal.side < 0) return;
  const auto is_terminal = [&](const char* term) {
    const Variable variable("TERM", term);
    return ProgressOutput::to(terminal.side)->is_terminal();
  };
  CHECK(is_terminal("xterm"));
  CHECK_FALSE(is_terminal("dumb"));
  CHECK_FALSE(is_terminal(""));
  CHECK_FALSE(is_terminal(nullptr));
}

TEST_CASE("a pseudoterminal gets the bytes that are documented, for the size that it has") {
  Pseudoterminal terminal;
  if (terminal.side < 0) return;
  terminal.resize(24, 80);
  const Variable term("TERM", "xterm"), no_colour("NO_COLOR", "1"), columns("COLUMNS", nullptr),
      rows("LINES", nullptr), language("LC_ALL", "C");
  const ProgressOptions options = ProgressOptions()
                                      .output(ProgressOutput::to(terminal.side))
                                      .min_interval(1e9)
                                      .line_interval(1e9);
  {
    Progress outer(2, "all", options);
    CHECK(terminal.take() ==
          "\rall:   0%|" + std::string(40, ' ') + "| 0/2 [00:00<?, ?it/s]\x1b[K");
    {
      Progress inner(4, "one", options);
      terminal.take();
      terminal.resize(24, 20);
      inner.write("a line");
      CHECK(terminal.take() ==
            "\x1b[1A\r\x1b[Ja line\nall:   0%|         \x1b[K\none:   0%|         \x1b[K");
      terminal.resize(1, 20);
      inner.write("b");
      CHECK(terminal.take() == "\x1b[1A\r\x1b[Jb\n(2 more)\x1b[K");
      terminal.resize(0, 0);
      const Variable fifty("COLUMNS", "50"), one("LINES", "1");
      inner.refresh();
      CHECK(terminal.take() == "\r(2 more)\x1b[K");
    }
    const Variable none("COLUMNS", "99999999999999999999");
    terminal.take();
    outer.refresh();
    CHECK(terminal.take().substr(0, 51) == "\rall:   0%|" + std::string(40, ' '));
  }
  CHECK(terminal.take().substr(0, 4) == "\r\x1b[J");
}

TEST_CASE("what asks for the same file, descriptor or stream gets the same output") {
  CHECK(ProgressOutput::to(stderr) == ProgressOutput::standard());
  CHECK(ProgressOutput::to(std::cerr) == ProgressOutput::standard());
  CHECK(ProgressOutput::to(std::clog) == ProgressOutput::standard());
  CHECK(ProgressOutput::to(STDERR_FILENO) == ProgressOutput::standard());
  const auto out = ProgressOutput::to(stdout);
  CHECK(out != ProgressOutput::standard());
  CHECK(ProgressOutput::to(stdout) == out);
  CHECK(ProgressOutput::to(std::cout) == out);
  CHECK(ProgressOutput::to(STDOUT_FILENO) == out);
  std::ostringstream one, two;
  const auto of_one = ProgressOutput::to(one);
  CHECK(ProgressOutput::to(one) == of_one);
  CHECK(ProgressOutput::to(two) != of_one);
  // A descriptor may come to mean another file.
  const int fd = ::open("/dev/null", O_WRONLY);
  const auto of_null = ProgressOutput::to(fd);
  CHECK(ProgressOutput::to(fd) == of_null);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::dup2(ends[1], fd) == fd);
  CHECK(ProgressOutput::to(fd) != of_null);
  for (const int end : {ends[0], ends[1], fd}) ::close(end);
  CHECK_THROWS_WITH_AS(ProgressOutput::to(static_cast<std::FILE*>(nullptr)),
                       "progress output: the file is a null pointer", Error);
}

TEST_CASE("stdout and stderr of one terminal" * doctest::skip()) {
  CHECK(ProgressOutput::standard()->is_terminal());
  CHECK(ProgressOutput::to(stdout) == ProgressOutput::standard());
  CHECK(ProgressOutput::to(std::cout) == ProgressOutput::standard());
  CHECK(ProgressOutput::to(STDIN_FILENO) != ProgressOutput::standard());
}

TEST_CASE("stdout and stderr share an output where they are one terminal") {
  const Pseudoterminal terminal;
  if (terminal.side < 0) return;
  const Variable term("TERM", "xterm");
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(terminal.side, STDOUT_FILENO);
    ::dup2(terminal.side, STDERR_FILENO);
    ::execl("/proc/self/exe", "test", "-tc=stdout and stderr of one terminal", "--no-skip",
            "--minimal", nullptr);
    ::_exit(127);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("two bars of one pseudoterminal, each of which asks for it, have a line each") {
  const Pseudoterminal terminal;
  if (terminal.side < 0) return;
  const Variable term("TERM", "xterm");
  Progress first(2, "a", ProgressOptions().output(ProgressOutput::to(terminal.side)));
  Progress second(2, "b", ProgressOptions().output(ProgressOutput::to(terminal.side)));
  const Lines lines = shown(terminal.take());
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].substr(0, 2) == "a:");
  CHECK(lines[1].substr(0, 2) == "b:");
}

TEST_CASE(
    "of more bars than a terminal has rows the oldest are drawn, and how many there are else") {
  Terminal terminal;
  terminal.columns = 12;
  terminal.rows = 3;
  const auto output = terminal.output();
  std::vector<std::unique_ptr<Progress>> bars;
  const auto add = [&](const char* name) {
    terminal.take();
    bars.push_back(
        std::make_unique<Progress>(std::nullopt, name, ProgressOptions().output(output)));
  };
  for (const char* name : {"a", "b", "c"}) add(name);
  CHECK(terminal.take() == "\x1b[1A\ra: 0it [00:\x1b[K\nb: 0it [00:\x1b[K\nc: 0it [00:\x1b[K");
  add("d");
  CHECK(terminal.take() == "\x1b[2A\ra: 0it [00:\x1b[K\nb: 0it [00:\x1b[K\n(2 more)\x1b[K");
  add("e");
  CHECK(terminal.take() == "\x1b[2A\ra: 0it [00:\x1b[K\nb: 0it [00:\x1b[K\n(3 more)\x1b[K");
  bars[0].reset();
  CHECK(
      terminal.take() ==
      "\x1b[2A\r\x1b[Ja: 0it [00:00, ?it/s]\nb: 0it [00:\x1b[K\nc: 0it [00:\x1b[K\n(2 more)\x1b[K");
  bars[4].reset();
  CHECK(terminal.take() == "\x1b[2A\rb: 0it [00:\x1b[K\nc: 0it [00:\x1b[K\nd: 0it [00:\x1b[K");
  terminal.rows = 0;  // not known
  terminal.columns = 3;
  add("f");
  CHECK(terminal.take() == "\x1b[2A\rb:\x1b[K\nc:\x1b[K\nd:\x1b[K\nf:\x1b[K");
}

TEST_CASE("names of metrics, units and descriptions cannot move the cursor") {
  for (const bool lines : {false, true}) {
    Terminal terminal;
    Progress bar({}, "a\x1b[2Jb", ProgressOptions().output(terminal.output(lines)).unit("u\n"));
    bar.set({{"x\ny", 1}, {"\x1b]0;title\a", 2}, {"\u009b2J", 3}, {"\r", 4}});
    bar.set({{"x\ny", 5}});
    terminal.take();
    bar.refresh();
    CHECK(terminal.take() == std::string(lines ? "" : "\r") +
                                 "a [2Jb: 0u  [00:00, ?u /s, x y=5,  ]0;title =2,  2J=3,  =4]" +
                                 (lines ? "\n" : "\x1b[K"));
  }
}

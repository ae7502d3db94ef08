#include "monitor/progress/progress.h"

#include <algorithm>
#include <cmath>

#include "monitor/progress/progress_text.h"
#include "monitor/utf8.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"

namespace gradus::monitor {
namespace {

constexpr int most_updates_unseen = 16;
constexpr double newest_weight = 0.3;  // of a drawing's rate in the mean of rates

void check_interval(const char* name, double v) {
  if (!(v >= 0)) fail("progress: {} is {}, at least 0 wanted", name, v);
}

}  // namespace

struct Progress::Bar {
  std::optional<int64_t> total;
  std::string description;
  ProgressOptions options;
  bool inner = false, closed = false;
  bool changed = true;  // since it was last drawn
  std::vector<ProgressMetric> metrics;
  ProgressOutput::Line line;

  double start = 0;
  double looked = 0;  // when the clock was last read
  int updates = 1;    // until it is read next
  double shown = 0;   // when it was last drawn, and what then
  int64_t shown_n = 0;
  double counts = 0, seconds = 0;  // the means whose ratio is the rate

  double next_line_percent = 0;
};

Progress::Progress(std::optional<int64_t> total, std::string description, ProgressOptions options)
    : output_(options.output() ? options.output() : ProgressOutput::standard()),
      bar_(std::make_unique<Bar>()) {
  if (total && *total < 0) fail("progress: total is {}, at least 0 wanted", *total);
  check_interval("min_interval", options.min_interval());
  check_interval("line_interval", options.line_interval());
  check_interval("line_percent", options.line_percent());
  Bar& b = *bar_;
  b.total = total;
  b.description = one_line(description);
  b.options = std::move(options);
  b.options.unit(one_line(b.options.unit()));
  b.next_line_percent = b.options.line_percent();
  n_ = b.shown_n = b.options.initial();
  b.start = b.looked = b.shown = output_->device_.clock();
  const std::lock_guard lock(output_->mutex_);
  b.inner = !output_->lines_.empty();
  b.line.text = output_->is_terminal() ? text(b.start, 0) : std::string();
  output_->lines_.push_back(&b.line);
  if (!output_->is_terminal()) return;
  try {
    output_->draw({});
  } catch (...) {
    output_->lines_.pop_back();
    throw;
  }
}

Progress::~Progress() {
  try {
    close();
  } catch (...) {  // of want of memory: nothing is worth ending the program for it
  }
}

std::optional<int64_t> Progress::total() const { return bar_->total; }

void Progress::set(NamedValues metrics) {
  bar_->changed = true;
  std::vector<ProgressMetric>& known = bar_->metrics;
  size_t hint = 0;  // they come in the same order each time
  for (const NamedValue& v : metrics) {
    if (hint >= known.size() || known[hint].name != v.name) {
      hint = 0;
      while (hint < known.size() && known[hint].name != v.name) ++hint;
      if (hint == known.size()) known.push_back({std::string(v.name), 0});
    }
    known[hint++].value = v.value;
  }
}

void Progress::describe(std::string description) {
  bar_->description = one_line(description);
  bar_->changed = true;
}

std::string Progress::text(double now, double rate) const {
  const ProgressState state = {bar_->description, bar_->options.unit(), n_,
                               bar_->total,       now - bar_->start,    rate,
                               &bar_->metrics};
  return output_->is_terminal()
             ? progress_text(state, output_->columns() - 1, output_->device_.utf8)
             : progress_text(state);
}

void Progress::look() {
  Bar& b = *bar_;
  if (b.closed) {
    until_look_ = most_updates_unseen;
    return;
  }
  const double now = output_->device_.clock();
  const bool terminal = output_->is_terminal();
  const double interval = terminal ? b.options.min_interval() : b.options.line_interval();
  const double each = (now - b.looked) / b.updates;
  b.looked = now;
  const int most = terminal || b.options.line_percent() == 0 ? most_updates_unseen : 1;
  b.updates = each > 0 ? int(clamped_int64(interval / 8 / each, 1, most)) : most;
  until_look_ = b.updates;

  bool due = now - b.shown >= interval;
  if (!terminal && b.options.line_percent() > 0 && b.total && *b.total > 0) {
    const double percent = 100 * double(n_) / double(*b.total);
    if (percent >= b.next_line_percent) {
      due = true;
      b.next_line_percent =
          (std::floor(percent / b.options.line_percent()) + 1) * b.options.line_percent();
    }
  }
  if (due) show(now);
}

void Progress::refresh() {
  if (!bar_->closed) show(output_->device_.clock());
}

void Progress::show(double now) {
  Bar& b = *bar_;
  if (now > b.shown) {
    b.counts = newest_weight * double(n_ - b.shown_n) + (1 - newest_weight) * b.counts;
    b.seconds = newest_weight * (now - b.shown) + (1 - newest_weight) * b.seconds;
  }
  b.shown = now;
  b.shown_n = n_;
  b.changed = false;
  std::string line = text(now, b.seconds > 0 ? b.counts / b.seconds : 0);
  const std::lock_guard lock(output_->mutex_);
  if (output_->is_terminal()) {
    b.line.text = std::move(line);
    output_->draw({});
  } else {
    output_->device_.write(line + '\n');
  }
}

void Progress::close() {
  Bar& b = *bar_;
  if (b.closed) return;
  b.closed = true;
  const double now = output_->device_.clock(), elapsed = now - b.start;
  const std::lock_guard lock(output_->mutex_);
  std::erase(output_->lines_, &b.line);
  const std::string last =
      text(now, elapsed > 0 ? double(n_ - b.options.initial()) / elapsed : 0) + '\n';
  if (output_->is_terminal())
    output_->draw(b.options.leave().value_or(!b.inner) ? last : std::string());
  else if (b.options.leave().value_or(true) && (b.changed || n_ != b.shown_n))
    output_->device_.write(last);
}

}  // namespace gradus::monitor

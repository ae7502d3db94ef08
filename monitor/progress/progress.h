// How far a loop is, as a bar in the terminal or as lines in a log.
#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "monitor/named_values.h"
#include "monitor/progress/progress_output.h"
#include "tensor/base/arg.h"

namespace gradus::monitor {

/// The options of a Progress.
struct ProgressOptions {
  /// What is counted.
  GRADUS_ARG(std::string, unit) = "it";
  /// On a terminal: seconds from one drawing to the next.
  GRADUS_ARG(double, min_interval) = 0.1;
  /// Elsewhere: seconds from one line to the next.
  GRADUS_ARG(double, line_interval) = 10;
  /// Elsewhere: a line also whenever so many percent of the total were passed; 0: never.
  GRADUS_ARG(double, line_percent) = 0;
  /// How many were counted before it began, by the run that is resumed: they are no part of the
  /// rate.
  GRADUS_ARG(int64_t, initial) = 0;
  /// Whether the last line stays when the bar ends. Unless set, on a terminal that of an outermost
  /// bar does and that of a bar within another does not; elsewhere it is always written.
  GRADUS_ARG(std::optional<bool>, leave);
  /// Where it is drawn; by default on stderr.
  GRADUS_ARG(std::shared_ptr<ProgressOutput>, output);
};

/// Shows how far a loop is:
///
///   monitor::Progress bar(100, "epoch 3");
///   for (...) {
///     ...
///     bar.update({{"loss", loss}, {"acc", right}});
///   }
///
/// On a terminal that is a line which is drawn over, of 80 columns this one:
///
///   epoch 3:  31%|######                | 31/100 [00:03<00:08, 8.00it/s, loss=0.31]
///
/// of percents, a bar of at most 40 columns, the count and the total, the time spent and left, the
/// steps per second (or seconds per step, where that is more) and the metrics. A terminal of fewer
/// columns has a shorter bar, then none, and then the line is cut off. Without a total, and beyond
/// it, the line is `epoch 3: 31it [00:03, 8.00it/s, loss=0.31]`. Elsewhere the same is written
/// without the bar, as whole lines: `epoch 3:  31% 31/100 [00:03<00:08, 8.00it/s, loss=0.31]`.
///
/// Bars made within the life of another stand in lines below it. One that ends is taken away, or
/// its last line stays above those that live. An exception that passes a bar ends it likewise. One
/// that ends shows the mean rate of its life; before, a mean of rates in which each drawing's
/// weighs 0.3 and all before it 0.7.
///
/// An update takes some 15 instructions, and some 230 with two metrics, as callgrind counts them:
/// metrics are kept and not formatted, and the clock is read at every 16th update only. It is read
/// more often, up to each time, where 16 updates take longer than an eighth of the interval, and
/// where lines come by percents. A bar is updated by one thread at a time; bars of several threads
/// may share an output.
class Progress {
 public:
  /// Begins with `initial` of `total`. Throws Error for a negative total and for intervals that are
  /// no numbers from 0.
  explicit Progress(std::optional<int64_t> total = {}, std::string description = {},
                    ProgressOptions options = {});
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  /// Counts `n` more.
  void update(int64_t n = 1) {
    n_ += n;
    if (--until_look_ <= 0) look();
  }
  /// Counts one more, or `n`, and takes the metrics. Those that are not named keep their values.
  void update(NamedValues metrics) { update(1, metrics); }
  void update(int64_t n, NamedValues metrics) {
    set(metrics);
    update(n);
  }
  /// Takes metrics and counts nothing.
  void set(NamedValues metrics);
  /// Takes another description.
  void describe(std::string description);
  /// Writes a line above the bars.
  void write(std::string_view text) { output_->write(text); }
  /// Draws it now, whatever the time; where there is no terminal, writes a line.
  void refresh();
  /// Ends it, as the destructor does. What comes later is only counted.
  void close();

  /// How many were counted.
  int64_t n() const { return n_; }
  /// Of how many, if that is known.
  std::optional<int64_t> total() const;

 private:
  struct Bar;
  void look();
  void show(double now);
  std::string text(double now, double rate) const;

  int64_t n_ = 0;
  int until_look_ = 1;  // updates
  std::shared_ptr<ProgressOutput> output_;
  std::unique_ptr<Bar> bar_;
};

/// A range whose loop shows how far it is; see progress().
template <class Range>
class ProgressRange {
  using Begin = decltype(std::declval<std::remove_reference_t<Range>&>().begin());
  using End = decltype(std::declval<std::remove_reference_t<Range>&>().end());

 public:
  ProgressRange(Range&& range, std::optional<int64_t> total, std::string description,
                ProgressOptions options)
      : range_(std::forward<Range>(range)),
        bar_(total, std::move(description), std::move(options)) {}

  /// Goes through the range; each step to the next element counts one.
  class Iterator {
   public:
    Iterator(Begin at, Progress* bar) : at_(std::move(at)), bar_(bar) {}
    /// The element.
    decltype(auto) operator*() const { return *at_; }
    /// Counts the element, and goes to the next.
    Iterator& operator++() {
      bar_->update();
      ++at_;
      return *this;
    }
    friend bool operator==(const Iterator& a, const End& b) { return a.at_ == b; }
    friend bool operator!=(const Iterator& a, const End& b) { return !(a.at_ == b); }

   private:
    mutable Begin at_;
    Progress* bar_;
  };
  /// The first element.
  Iterator begin() { return {range_.begin(), &bar_}; }
  /// The end.
  End end() { return range_.end(); }
  /// The bar, to give it metrics.
  Progress& bar() { return bar_; }

 private:
  Range range_;
  Progress bar_;
};

/// The range, and a bar of the loop over it: `for (auto& batch : progress(*loader, batches))`. With
/// `auto steps = progress(...)` before the loop, `steps.bar().set({{"loss", loss}})` adds metrics.
/// A total that is not given is the range's size(), where it has one.
template <class Range>
ProgressRange<Range> progress(Range&& range, std::optional<int64_t> total = {},
                              std::string description = {}, ProgressOptions options = {}) {
  if constexpr (requires { std::optional<int64_t>(range.size()); })
    if (!total) total = range.size();
  return {std::forward<Range>(range), total, std::move(description), std::move(options)};
}

}  // namespace gradus::monitor

// The time that something takes.
#pragma once

#include <chrono>

namespace gradus::monitor {

/// Measures seconds by a clock that never goes back:
///
///   monitor::Stopwatch watch;
///   train_one_epoch();
///   std::printf("%.1f s\n", watch.seconds());
class Stopwatch {
 public:
  /// Seconds since it was made or last reset.
  double seconds() const { return between(start_, Clock::now()); }
  /// Seconds since the last lap(); the first counts from the start.
  double lap() {
    const Clock::time_point before = lap_;
    lap_ = Clock::now();
    return between(before, lap_);
  }
  /// Begins anew.
  void reset() { start_ = lap_ = Clock::now(); }

 private:
  using Clock = std::chrono::steady_clock;
  static double between(Clock::time_point a, Clock::time_point b) {
    return std::chrono::duration<double>(b - a).count();
  }

  Clock::time_point start_ = Clock::now(), lap_ = start_;
};
/// The same.
using Timer = Stopwatch;

}  // namespace gradus::monitor

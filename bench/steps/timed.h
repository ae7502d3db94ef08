#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>

/// Repeats step() for so many seconds and prints "name<TAB>microseconds", the shortest.
inline void timed(const char* name, double seconds, const std::function<void()>& step) {
  using Clock = std::chrono::steady_clock;
  const auto since = [](Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  const auto start = Clock::now();
  double best = 1e9;
  for (int i = 0; i < 4; ++i) {
    const auto begin = Clock::now();
    step();
    best = std::min(best, since(begin));
  }
  const int count = 1 + int(0.02 / best);
  while (since(start) < seconds) {
    const auto begin = Clock::now();
    for (int i = 0; i < count; ++i) step();
    best = std::min(best, since(begin) / count);
  }
  std::printf("%s\t%.2f\n", name, best * 1e6);
  std::fflush(stdout);
}

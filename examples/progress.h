// How far a training is, for the examples: one line in the terminal that is written over itself.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <string>

// What is going on, a bar of which `done` of `total` is filled, and the rest as printf writes it:
// "step 250/2000 [##                  ]  loss 2.4523".
inline void show_bar(const std::string& what, int64_t done, int64_t total, const char* rest,
                     std::va_list numbers) {
  const int filled = int(20 * done / total);
  std::printf("\r%s [%.*s%*s]  ", what.c_str(), filled, "####################", 20 - filled, "");
  std::vprintf(rest, numbers);
  std::fflush(stdout);
}

// " 3/20", as wide as "20/20".
inline std::string of_all(int64_t number, int64_t all) {
  std::string n = std::to_string(number), m = std::to_string(all);
  return std::string(m.size() - n.size(), ' ') + n + '/' + m;
}

// The epoch in front: "epoch  3/20 [###                 ]  loss 0.4523".
[[gnu::format(printf, 5, 6)]] inline void show_progress(int epoch, int epochs, int64_t done,
                                                        int64_t total, const char* rest, ...) {
  std::va_list numbers;
  va_start(numbers, rest);
  show_bar("epoch " + of_all(epoch, epochs), done, total, rest, numbers);
  va_end(numbers);
}

// The step in front, of which the bar is filled: "step  250/2000 [##                  ]  loss 2.4".
[[gnu::format(printf, 3, 4)]] inline void show_steps(int64_t step, int64_t steps, const char* rest,
                                                     ...) {
  std::va_list numbers;
  va_start(numbers, rest);
  show_bar("step " + of_all(step, steps), step, steps, rest, numbers);
  va_end(numbers);
}

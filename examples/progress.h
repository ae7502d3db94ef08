// How far a training is, for the examples: one line in the terminal that is written over itself.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <string>

// The epoch, a bar of which `done` of `total` is filled, and the rest as printf writes it:
// "epoch  3/20 [###                 ]  loss 0.4523".
[[gnu::format(printf, 5, 6)]] inline void show_progress(int epoch, int epochs, int64_t done,
                                                        int64_t total, const char* rest, ...) {
  const int digits = int(std::to_string(epochs).size()), filled = int(20 * done / total);
  std::printf("\repoch %*d/%d [%.*s%*s]  ", digits, epoch, epochs, filled, "####################",
              20 - filled, "");
  std::va_list numbers;
  va_start(numbers, rest);
  std::vprintf(rest, numbers);
  va_end(numbers);
  std::fflush(stdout);
}

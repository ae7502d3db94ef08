// The line of a bar of progress, for .cpp files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradus::monitor {

struct ProgressMetric {
  std::string name;
  double value;
};

struct ProgressState {
  std::string_view description, unit;
  int64_t n;
  std::optional<int64_t> total;
  double elapsed;  // seconds
  double rate;     // units per second; what is below 1e-6 is not shown
  const std::vector<ProgressMetric>* metrics;
};

// The line without a bar, as Progress documents it; with one where at least 5 columns of `columns`
// remain for it.
std::string progress_text(const ProgressState& state, int columns, bool utf8);
inline std::string progress_text(const ProgressState& state) {
  return progress_text(state, 0, false);
}

// A number in 4 digits or what it takes: 0.31, 2.452, 12346, 1e-05, nan.
std::string short_number(double v);

}  // namespace gradus::monitor

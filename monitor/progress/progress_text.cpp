#include "monitor/progress/progress_text.h"

#include <algorithm>
#include <cmath>

#include "monitor/utf8.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"

namespace gradus::monitor {
namespace {

constexpr int widest_bar = 40, narrowest_bar = 5;

// 02:05, or 1:02:05; ? for what no clock shows.
std::string clock_text(double seconds) {
  if (!(seconds >= 0 && seconds < 3.6e9)) return "?";
  const int64_t s = clamped_int64(seconds, 0, int64_t(3600) * 1000000);
  const int64_t minutes = s / 60 % 60, hours = s / 3600;
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, s % 60)
                   : fmt::format("{:02}:{:02}", minutes, s % 60);
}

// Three digits, or the whole number.
std::string three_digits(double v) {
  return fmt::format("{:.{}f}", v, v < 9.995 ? 2 : v < 99.95 ? 1 : 0);
}

std::string rate_text(double rate, std::string_view unit) {
  if (!(rate > 1e-6 && rate < 1e15)) return fmt::format("?{}/s", unit);
  if (rate < 1) return fmt::format("{}s/{}", three_digits(1 / rate), unit);
  return fmt::format("{}{}/s", three_digits(rate), unit);
}

std::string bar_text(double share, int columns, bool utf8) {
  static constexpr std::string_view eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int steps = utf8 ? 8 : 1;
  const auto filled = int(clamped_int64(share * columns * steps, 0, int64_t(columns) * steps));
  std::string out;
  for (int i = 0; i < filled / steps; ++i) out += utf8 ? "█" : "#";
  int taken = filled / steps;
  if (filled % steps != 0) {
    out += eighths[filled % steps];
    ++taken;
  }
  return out.append(size_t(columns - taken), ' ');
}

}  // namespace

std::string short_number(double v) {
  const double size = std::fabs(v);
  return size >= 1e4 && size < 9999999.5 ? fmt::format("{:.0f}", v) : fmt::format("{:.4g}", v);
}

std::string progress_text(const ProgressState& state, int columns, bool utf8) {
  std::string front(state.description);
  if (!front.empty()) front += ": ";
  const bool known = state.total && state.n <= *state.total;
  double share = 0;
  if (known) {
    share = *state.total > 0 ? std::max(0., double(state.n) / double(*state.total)) : 1;
    front += fmt::format("{:3.0f}%", std::floor(100 * share));
  }
  std::string back = known ? fmt::format("{}/{}", state.n, *state.total)
                           : fmt::format("{}{}", state.n, state.unit);
  back += " [" + clock_text(state.elapsed);
  if (known) {
    const auto left = double(*state.total - state.n);
    back += '<' + clock_text(left == 0 ? 0 : state.rate > 0 ? left / state.rate : -1);
  }
  back += ", " + rate_text(state.rate, state.unit);
  for (const ProgressMetric& m : *state.metrics)
    back += fmt::format(", {}={}", one_line(m.name), short_number(m.value));
  back += ']';
  const int room = columns - columns_of(front) - columns_of(back) - 3;
  if (known && room >= narrowest_bar)
    return front + '|' + bar_text(share, std::min(room, widest_bar), utf8) + "| " + back;
  return known ? front + ' ' + back : front + back;
}

}  // namespace gradus::monitor

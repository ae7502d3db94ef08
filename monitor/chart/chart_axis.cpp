#include "monitor/chart/chart_axis.h"

#include <algorithm>
#include <cmath>

#include "tensor/base/fail.h"

namespace gradus::monitor {
namespace {

// The least of 1, 2, 5, 10, 20, ... (and 0.5, 0.2, ...) that is at least v.
double round_step(double v) {
  const double power = std::pow(10, std::floor(std::log10(v)));
  for (const double factor : {1., 2., 5.})
    if (factor * power >= v * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

// With as many decimals as tell marks `step` apart.
std::string mark_text(double v, double step, double largest) {
  if (largest >= 1e6 || largest < 1e-4) {
    const double digits = std::floor(std::log10(largest)) - std::floor(std::log10(step));
    return fmt::format("{:.{}g}", v, int(std::clamp(digits + 1, 1., 16.)));
  }
  const double decimals = std::max(0., -std::floor(std::log10(step) + 1e-9));
  return fmt::format("{:.{}f}", v, int(std::min(decimals, 16.)));
}

}  // namespace

bool can_show(double v, bool logarithmic) {
  return std::fabs(v) <= 1e300 && (!logarithmic || v >= 1e-300);
}

ChartAxis::ChartAxis(double low, double high, bool logarithmic, bool whole, int most_marks,
                     double least_step)
    : logarithmic_(logarithmic) {
  low_ = scaled(low);
  high_ = scaled(high);
  const double size = std::max(std::fabs(low_), std::fabs(high_));
  if (!(high_ - low_ > std::max(size * 1e-12, 1e-290))) {  // one value
    const double around = size > 1e-290 && !logarithmic ? size / 2 : 0.5;
    low_ -= around;
    high_ += around;
  }
  double step = round_step(std::max(least_step, (high_ - low_) / most_marks));
  if (logarithmic) step = std::max(1., std::ceil((high_ - low_) / most_marks));
  if (whole) {
    low_ = std::floor(low_ / step + 1e-9) * step;
    high_ = std::ceil(high_ / step - 1e-9) * step;
  }
  // Between decades that are few, 2 and 5 too.
  const bool between = logarithmic && high_ - low_ <= 3;
  const double largest = std::max(std::fabs(low_), std::fabs(high_));
  const double first = std::floor(low_ / step);
  for (int i = 0; i <= 2 * most_marks; ++i) {
    const double at = (first + i) * step;
    if (!logarithmic) {
      mark(at, mark_text(at == 0 ? 0 : at, step, largest));
      continue;
    }
    const double decade = std::pow(10, at);
    // Ends of the axis may be beyond what a double holds.
    mark(at, std::fabs(at) < 300 ? fmt::format("{:g}", decade) : fmt::format("1e{:+}", int(at)));
    if (!between) continue;
    for (const double factor : {2., 5.})
      mark(at + std::log10(factor), fmt::format("{:g}", factor * decade));
  }
}

void ChartAxis::mark(double v, std::string text) {
  const double at = (v - low_) / (high_ - low_);
  if (at > -1e-6 && at < 1 + 1e-6) marks_.push_back({at, std::move(text)});
}

double ChartAxis::scaled(double v) const { return logarithmic_ ? std::log10(v) : v; }

double ChartAxis::part(double v) const { return (scaled(v) - low_) / (high_ - low_); }

}  // namespace gradus::monitor

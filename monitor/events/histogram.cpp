#include "monitor/events/histogram.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <span>

#include "autograd/modes.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"

namespace gradus::monitor::detail {
namespace {

constexpr const char* op = "add_histogram";
constexpr int64_t most_bins = int64_t(1) << 24;
using Values = std::span<const double>;

std::vector<double> tensorflow_edges() {
  std::vector<double> up;
  for (double v = 1e-12; v < 1e20; v *= 1.1) up.push_back(v);
  std::vector<double> edges;
  for (auto v = up.rbegin(); v != up.rend(); ++v) edges.push_back(-*v);
  edges.push_back(0);
  edges.insert(edges.end(), up.begin(), up.end());
  return edges;
}

// The value below which a share q of all lies, linear between two neighbours.
double quantile(std::vector<double>& values, double q) {
  const double at = double(values.size() - 1) * q, t = at - std::floor(at);
  const auto below = values.begin() + ptrdiff_t(at);
  std::nth_element(values.begin(), below, values.end());
  const double a = *below;
  if (below + 1 == values.end()) return a;
  const double b = *std::min_element(below + 1, values.end()), gap = b - a;
  return t < 0.5 ? a + gap * t : b - gap * (1 - t);
}

double mean(Values x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum / double(x.size());
}
// The mean of (x - center)ⁿ.
double moment(Values x, double center, int n) {
  double sum = 0;
  for (const double v : x) sum += std::pow(v - center, n);
  return sum / double(x.size());
}

// The width of bins that a rule gives for values that spread over `spread`; 0 where it gives none.
double width_by_rule(const std::string& rule, Values x, double spread) {
  const double n = double(x.size());
  const double sturges = spread / (std::log2(n) + 1), square_root = spread / std::sqrt(n);
  const auto freedman_diaconis = [&] {
    std::vector<double> copy(x.begin(), x.end());
    const double upper = quantile(copy, 0.75);
    return 2 * (upper - quantile(copy, 0.25)) * std::pow(n, -1.0 / 3);
  };
  if (rule == "auto") return std::min(std::max(freedman_diaconis(), square_root / 2), sturges);
  if (rule == "fd") return freedman_diaconis();
  if (rule == "sturges") return sturges;
  if (rule == "sqrt") return square_root;
  if (rule == "rice") return spread / (2 * std::pow(n, 1.0 / 3));
  const double center = mean(x), deviation = std::sqrt(moment(x, center, 2));
  if (rule == "scott") return std::pow(24 * std::sqrt(std::numbers::pi) / n, 1.0 / 3) * deviation;
  if (rule == "doane") {
    if (x.size() <= 2 || !(deviation > 0)) return 0;
    const double g = std::abs(moment(x, center, 3)) / std::pow(deviation, 3);
    const double of_normal = std::sqrt(6 * (n - 2) / ((n + 1) * (n + 3)));
    return spread / (1 + std::log2(n) + std::log2(1 + g / of_normal));
  }
  fail("{}: bins are '{}', not tensorflow, auto, fd, doane, scott, rice, sturges or sqrt", op,
       rule);
}

std::vector<double> equal_edges(double low, double high, int64_t count) {
  std::vector<double> edges(size_t(count) + 1);
  const double step = (high - low) / double(count);
  for (size_t i = 0; i < edges.size(); ++i) edges[i] = double(i) * step + low;
  edges.back() = high;
  if (std::adjacent_find(edges.begin(), edges.end(), std::greater_equal<>()) != edges.end())
    fail("{}: {} bins are too many between {} and {}", op, count, low, high);
  return edges;
}

std::vector<double> make_edges(Values x, double low, double high, const HistogramBins& bins) {
  if (const auto& edges = bins.edges(); !edges.empty()) {
    if (edges.size() < 2) fail("{}: 1 edge of bins, at least 2 wanted", op);
    for (size_t i = 0; i + 1 < edges.size(); ++i)
      if (!(edges[i] <= edges[i + 1]))
        fail("{}: the edges of bins fall, {} and then {}", op, edges[i], edges[i + 1]);
    return edges;
  }
  const std::string& rule = bins.rule();
  if (rule == "tensorflow") {
    static const std::vector<double> edges = tensorflow_edges();
    return edges;
  }
  if (!std::isfinite(low) || !std::isfinite(high))
    fail("{}: the values are between {} and {}, which makes no bins", op, low, high);
  int64_t count = bins.count();
  const double spread = high - low;
  if (low == high) low -= 0.5, high += 0.5;
  if (!rule.empty()) {
    const double width = width_by_rule(rule, x, spread);
    const double wanted = width > 0 ? std::ceil((high - low) / width) : 1;
    if (!(wanted <= double(most_bins)))
      fail("{}: '{}' makes {} bins, at most {}", op, rule, wanted, most_bins);
    count = checked_int64(op, "the number of bins", wanted);
  }
  if (count < 1 || count > most_bins)
    fail("{}: {} bins, at least 1 and at most {} wanted", op, count, most_bins);
  return equal_edges(low, high, count);
}

// Joins neighbours until there are about max_bins, and the last ones' bin with none.
void join_bins(std::vector<double>& counts, std::vector<double>& edges, size_t max_bins) {
  if (counts.size() <= max_bins) return;
  const size_t each = counts.size() / max_bins;
  std::vector<double> joined, lower;
  for (size_t i = 0; i < counts.size(); ++i) {
    if (i % each == 0) {
      joined.push_back(0);
      lower.push_back(edges[i]);
    }
    joined.back() += counts[i];
  }
  lower.push_back(edges.back());
  counts = std::move(joined);
  edges = std::move(lower);
}

}  // namespace

Histogram make_histogram(const Tensor& values, const HistogramBins& bins,
                         std::optional<int64_t> max_bins) {
  if (values.numel() == 0) fail("{}: no values, sizes {}", op, values.sizes());
  if (max_bins && *max_bins < 1) fail("{}: max_bins is {}, at least 1 wanted", op, *max_bins);
  const NoGradGuard guard;
  const Tensor flat = values.detach().to(kDouble).contiguous().view({-1});
  const Values x(flat.data_ptr<double>(), size_t(flat.numel()));

  Histogram h;
  h.min = flat.min().item<double>();
  h.max = flat.max().item<double>();
  h.num = double(x.size());
  h.sum = flat.sum().item<double>();
  h.sum_squares = flat.dot(flat).item<double>();

  std::vector<double> edges = make_edges(x, h.min, h.max, bins);
  std::vector<double> counts(edges.size() - 1);
  for (const double v : x)
    if (v >= edges.front() && v <= edges.back()) {
      const auto above = size_t(std::upper_bound(edges.begin(), edges.end(), v) - edges.begin());
      ++counts[std::min(above - 1, counts.size() - 1)];
    }
  if (max_bins) join_bins(counts, edges, size_t(*max_bins));

  const auto used = [](double n) { return n > 0; };
  const auto first = std::find_if(counts.begin(), counts.end(), used);
  if (first == counts.end())
    fail("{}: none of {} values is in the bins, {} to {}", op, x.size(), edges.front(),
         edges.back());
  const auto end = std::find_if(counts.rbegin(), counts.rend(), used).base();
  const auto start = first - counts.begin(), stop = end - counts.begin();
  h.counts.assign(1, 0);
  h.counts.insert(h.counts.end(), first, end);
  h.limits.assign(edges.begin() + start, edges.begin() + stop + 1);
  return h;
}

Message histogram_message(const Histogram& h) {
  return Message()
      .real(1, h.min)
      .real(2, h.max)
      .real(3, h.num)
      .real(4, h.sum)
      .real(5, h.sum_squares)
      .reals(6, h.limits)
      .reals(7, h.counts);
}

}  // namespace gradus::monitor::detail

#include "monitor/chart/chart_path.h"

#include <algorithm>
#include <cmath>

#include "tensor/base/fail.h"

namespace gradus::monitor {
namespace {

constexpr size_t most_runs_of_column = 16, most_points = 100000;

double column(const ChartPoint& p) { return std::floor(p.x); }
bool is_lower(const ChartPoint& a, const ChartPoint& b) { return a.y < b.y; }

ChartRun four_of_each_column(const ChartRun& points) {
  ChartRun out;
  for (size_t i = 0; i < points.size();) {
    size_t end = i + 1, least = i, most = i;
    while (end < points.size() && column(points[end]) == column(points[i])) {
      if (points[end].y < points[least].y) least = end;
      if (points[end].y > points[most].y) most = end;
      ++end;
    }
    const size_t places[] = {i, std::min(least, most), std::max(least, most), end - 1};
    for (int k = 0; k < 4; ++k)
      if (k == 0 || places[k] != places[k - 1]) out.push_back(points[places[k]]);
    i = end;
  }
  return out;
}

// Of runs, none empty, those that lie in one column and follow each other.
std::vector<ChartRun> few_of_each_column(std::vector<ChartRun> runs) {
  std::vector<ChartRun> out;
  for (size_t i = 0; i < runs.size();) {
    const double where = column(runs[i].front());
    size_t end = i;
    while (end < runs.size() && column(runs[end].front()) == where &&
           column(runs[end].back()) == where)
      ++end;
    if (end - i <= most_runs_of_column) {
      end = std::max(end, i + 1);
      std::move(runs.begin() + ptrdiff_t(i), runs.begin() + ptrdiff_t(end),
                std::back_inserter(out));
    } else {
      ChartRun all;
      for (size_t k = i; k < end; ++k) all.insert(all.end(), runs[k].begin(), runs[k].end());
      const auto [least, most] = std::minmax_element(all.begin(), all.end(), is_lower);
      out.push_back({*least, *most});
    }
    i = end;
  }
  return out;
}

std::vector<ChartRun> some_of_all(std::vector<ChartRun> runs) {
  size_t count = 0;
  for (const ChartRun& run : runs) count += run.size();
  const size_t each = (count + most_points - 1) / most_points;
  if (each <= 1) return runs;
  std::vector<ChartRun> out;
  size_t at = 0;
  for (const ChartRun& run : runs) {
    ChartRun kept;
    for (const ChartPoint& p : run)
      if (at++ % each == 0) kept.push_back(p);
    if (!kept.empty()) out.push_back(std::move(kept));
  }
  return out;
}

}  // namespace

std::string pixels(double v) {
  std::string out = fmt::format("{:.1f}", v);
  if (out.size() > 2 && out.compare(out.size() - 2, 2, ".0") == 0) out.resize(out.size() - 2);
  return out == "-0" ? "0" : out;
}

std::vector<ChartRun> thinned(const std::vector<ChartRun>& runs) {
  std::vector<ChartRun> out;
  for (const ChartRun& run : runs)
    if (!run.empty()) out.push_back(four_of_each_column(run));
  return some_of_all(few_of_each_column(std::move(out)));
}

std::string path_of(const std::vector<ChartRun>& runs) {
  std::string out;
  for (const ChartRun& run : runs) {
    char command = 'M';
    for (const ChartPoint& p : run) {
      out += command + pixels(p.x) + ' ' + pixels(p.y);
      command = 'L';
    }
    if (run.size() == 1) out += "h0";  // a dot, with round ends
  }
  return out;
}

}  // namespace gradus::monitor

// An axis of a chart, for .cpp files.
#pragma once

#include <string>
#include <vector>

namespace gradus::monitor {

// Whether a chart can show it.
bool can_show(double v, bool logarithmic);

// From values to parts of an axis's length, with marks at round numbers.
class ChartAxis {
 public:
  // For values from `low` to `high`, which can be shown, with marks at least `least_step` apart;
  // `whole`: it begins and ends at a mark.
  ChartAxis(double low, double high, bool logarithmic, bool whole, int most_marks,
            double least_step);

  struct Mark {
    double part;  // 0 at the low end, 1 at the high
    std::string text;
  };
  const std::vector<Mark>& marks() const { return marks_; }
  double part(double v) const;

 private:
  double scaled(double v) const;
  void mark(double v, std::string text);

  bool logarithmic_;
  double low_, high_;  // scaled
  std::vector<Mark> marks_;
};

}  // namespace gradus::monitor

// A line of a chart as a path in the SVG format, for .cpp files.
#pragma once

#include <string>
#include <vector>

namespace gradus::monitor {

// One decimal, and none where it is 0.
std::string pixels(double v);

struct ChartPoint {
  double x, y;  // pixels
};
// Points that follow each other without a gap.
using ChartRun = std::vector<ChartPoint>;

// What a picture needs of a line. Of points in one column of pixels that follow each other, four
// stay: the first, the last, the least and the largest. Of more than 16 runs within one column, one
// stays, from the least to the largest. A line that goes to and fro in x may still be long: of more
// than 100000 points each second, third or so stays.
std::vector<ChartRun> thinned(const std::vector<ChartRun>& runs);

std::string path_of(const std::vector<ChartRun>& runs);

}  // namespace gradus::monitor

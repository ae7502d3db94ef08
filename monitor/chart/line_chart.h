// Lines over steps, as a picture in the SVG format.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "tensor/base/arg.h"
#include "tensor/tensor.h"

namespace gradus::monitor {

/// The options of a LineChart.
struct LineChartOptions {
  /// Stands above the chart.
  GRADUS_ARG(std::string, title);
  /// Stands below the chart.
  GRADUS_ARG(std::string, x_label);
  /// Stands left of the chart.
  GRADUS_ARG(std::string, y_label);
  /// A logarithmic vertical axis; values that are not above 0 are then gaps.
  GRADUS_ARG(bool, log_y) = false;
  /// Pixels, 200 to 10000.
  GRADUS_ARG(int64_t, width) = 800;
  /// Pixels, 150 to 10000.
  GRADUS_ARG(int64_t, height) = 450;
};

/// Lines with axes and a legend, readable on light and on dark pages:
///
///   monitor::LineChart(monitor::LineChartOptions().title("Loss").log_y(true))
///       .line("training", losses).line("test", steps, test_losses).save("loss.svg");
///
/// Values that are nan or infinite, or beyond 1e300, are gaps in a line. Of many points within one
/// column of pixels the first, the last, the least and the largest are drawn, which looks the same;
/// more than 16 gaps within one are not seen; and of a line that goes to and fro in x no more than
/// 100000 points are drawn, evenly chosen. So the picture is small however many points there are.
/// Names that have no room in the legend are cut, and lines that have none are counted below it.
/// The same lines make the same text, whatever the locale.
class LineChart {
 public:
  /// Throws Error for a width or height out of range.
  explicit LineChart(LineChartOptions options = {});

  /// Adds a line over 0, 1, 2, ..., or over `x`: tensors [n] or vectors of any numbers, such as the
  /// steps and values that read_scalars() gives. Lines that have a name stand in the legend. Throws
  /// Error for other shapes and for x and y of different lengths.
  LineChart& line(const std::string& name, const Tensor& y);
  LineChart& line(const std::string& name, const Tensor& x, const Tensor& y);
  LineChart& line(const std::string& name, const std::vector<double>& y);
  LineChart& line(const std::string& name, std::vector<double> x, std::vector<double> y);
  template <class Y>
  requires std::is_arithmetic_v<Y> LineChart& line(const std::string& name,
                                                   const std::vector<Y>& y) {
    return line(name, std::vector<double>(y.begin(), y.end()));
  }
  template <class X, class Y>
  requires std::is_arithmetic_v<X> && std::is_arithmetic_v<Y> LineChart& line(
      const std::string& name, const std::vector<X>& x, const std::vector<Y>& y) {
    return line(name, std::vector<double>(x.begin(), x.end()),
                std::vector<double>(y.begin(), y.end()));
  }
  /// Adds the named columns of a CSVLogger's file, or another that data::read_csv() reads, over its
  /// column `x`; where none are named all others that hold numbers. Rows whose field is empty are
  /// left out. Throws Error for a file that cannot be read, a column that it has not, and one that
  /// is asked for and holds text.
  LineChart& csv(const std::string& filename, const std::vector<std::string>& columns = {},
                 const std::string& x = "step");

  /// The picture.
  std::string svg() const;
  /// Writes it to a file, which it replaces when it is whole. Throws Error when that fails.
  void save(const std::string& filename) const;

 private:
  struct Line {
    std::string name;
    std::vector<double> x, y;
  };
  LineChartOptions options_;
  std::vector<Line> lines_;
};

}  // namespace gradus::monitor

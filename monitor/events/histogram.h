// The histograms of event files.
#pragma once

#include <optional>
#include <vector>

#include "monitor/events/histogram_bins.h"
#include "monitor/events/wire.h"
#include "tensor/tensor.h"

namespace gradus::monitor::detail {

struct Histogram {
  double min = 0, max = 0, num = 0, sum = 0, sum_squares = 0;
  std::vector<double> limits;  // the upper edge of each bin
  std::vector<double> counts;
};

// Of all elements. Bins that hold none at both ends are left out, except for one below the first
// that does, whose upper edge is that one's lower. Throws Error without elements, for bins that
// fit none, and for values that are not finite where the bins are made from them.
Histogram make_histogram(const Tensor& values, const HistogramBins& bins,
                         std::optional<int64_t> max_bins);
// A HistogramProto.
Message histogram_message(const Histogram& h);

}  // namespace gradus::monitor::detail

// How SummaryWriter::add_histogram() makes bins.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gradus::monitor {

/// How a histogram's bins are made.
class HistogramBins {
 public:
  /// By name: "tensorflow", TensorBoard's own, which grow by a tenth from 1e-12 to 1e20 on both
  /// sides of 0, or by a rule of NumPy: "auto", "fd", "doane", "scott", "rice", "sturges" or
  /// "sqrt".
  HistogramBins(const char* rule) : rule_(rule) {}
  HistogramBins(std::string rule) : rule_(std::move(rule)) {}
  /// So many of equal width between the smallest and the largest value.
  HistogramBins(int64_t count) : count_(count) {}
  HistogramBins(int count) : count_(count) {}
  /// The edges, which do not fall: bin i takes edges[i] <= value < edges[i + 1], and the last one
  /// its upper edge too. What is outside counts in no bin.
  HistogramBins(std::vector<double> edges) : edges_(std::move(edges)) {}

  /// The rule's name; empty where there is none.
  const std::string& rule() const { return rule_; }
  /// The number of bins of equal width; 0 where it was not given.
  int64_t count() const { return count_; }
  /// The edges; empty where they were not given.
  const std::vector<double>& edges() const { return edges_; }

 private:
  std::string rule_;
  int64_t count_ = 0;
  std::vector<double> edges_;
};

}  // namespace gradus::monitor

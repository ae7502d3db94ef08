#include "monitor/fit/fit_metric.h"

#include <limits>

namespace gradus::monitor::detail {
namespace {

class MeanOf final : public BatchMetric {
 public:
  explicit MeanOf(std::function<double(const Tensor&, const Tensor&)> function)
      : function_(std::move(function)) {}
  void update(const Tensor& output, const Tensor& target) override {
    const double value = function_(output, target), weight = double(examples_in(target));
    sum_ += value * weight;
    weight_ += weight;
  }
  double value() const override { return sum_ / weight_; }
  void reset() override { sum_ = weight_ = 0; }
  std::optional<impl::GenericDict> state() const override {
    impl::GenericDict out;
    out.insert("sum", sum_);
    out.insert("weight", weight_);
    return out;
  }
  void load_state(const impl::GenericDict& state) override {
    const double sum = state.at("sum").toDouble(), weight = state.at("weight").toDouble();
    sum_ = sum;
    weight_ = weight;
  }

 private:
  std::function<double(const Tensor&, const Tensor&)> function_;
  double sum_ = 0, weight_ = 0;
};

}  // namespace

std::shared_ptr<BatchMetric> mean_of(std::function<double(const Tensor&, const Tensor&)> function) {
  return std::make_shared<MeanOf>(std::move(function));
}

int64_t examples_in(const Tensor& target) {
  return target.defined() && target.dim() > 0 ? target.size(0) : 1;
}

}  // namespace gradus::monitor::detail

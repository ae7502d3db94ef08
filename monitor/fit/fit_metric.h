// What a training measures beside its loss.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "tensor/io/dict.h"
#include "tensor/tensor.h"

namespace gradus::monitor {
namespace detail {

class BatchMetric {
 public:
  virtual ~BatchMetric() = default;
  virtual void update(const Tensor& output, const Tensor& target) = 0;
  virtual double value() const = 0;
  virtual void reset() = 0;
  // None for an object that has no state_dict().
  virtual std::optional<impl::GenericDict> state() const = 0;
  virtual void load_state(const impl::GenericDict& state) = 0;
};

// The mean of a function's values, each weighing as much as its batch has examples.
std::shared_ptr<BatchMetric> mean_of(std::function<double(const Tensor&, const Tensor&)> function);
// The first size of a batch's target; 1 for one number.
int64_t examples_in(const Tensor& target);

template <class Object>
class ObjectMetric final : public BatchMetric {
 public:
  explicit ObjectMetric(std::shared_ptr<Object> object) : object_(std::move(object)) {}
  void update(const Tensor& output, const Tensor& target) override {
    object_->update(output, target);
  }
  double value() const override {
    if constexpr (requires { double(object_->value()); })
      return object_->value();
    else if constexpr (requires { double(object_->compute()); })
      return object_->compute();
    else
      return Tensor(object_->compute()).template item<double>();
  }
  void reset() override { object_->reset(); }
  std::optional<impl::GenericDict> state() const override {
    if constexpr (requires { object_->state_dict(); }) return object_->state_dict();
    return std::nullopt;
  }
  void load_state(const impl::GenericDict& state) override {
    if constexpr (requires { object_->load_state_dict(state); }) object_->load_state_dict(state);
  }

 private:
  std::shared_ptr<Object> object_;
};

}  // namespace detail

/// A function(output, target) that gives a number or a tensor of one, whose mean over the examples
/// is taken; or an object with update(output, target), compute() (or value()) and reset(), as the
/// classes of monitor/metrics/metrics.h, which is copied or held by a shared_ptr.
class FitMetric {
 public:
  template <class Metric>
  FitMetric(Metric metric) {
    if constexpr (std::is_invocable_v<Metric&, const Tensor&, const Tensor&>) {
      metric_ = detail::mean_of(
          [metric = std::move(metric)](const Tensor& output, const Tensor& target) mutable {
            if constexpr (requires { double(metric(output, target)); })
              return double(metric(output, target));
            else
              return Tensor(metric(output, target)).template item<double>();
          });
    } else if constexpr (requires { metric->update(Tensor(), Tensor()); }) {
      metric_ =
          std::make_shared<detail::ObjectMetric<typename Metric::element_type>>(std::move(metric));
    } else {
      metric_ = std::make_shared<detail::ObjectMetric<Metric>>(
          std::make_shared<Metric>(std::move(metric)));
    }
  }
  /// What fit() calls.
  detail::BatchMetric& operator*() const { return *metric_; }
  /// The same.
  detail::BatchMetric* operator->() const { return metric_.get(); }

 private:
  std::shared_ptr<detail::BatchMetric> metric_;
};

}  // namespace gradus::monitor

#include "monitor/metrics/aggregation.h"

#include <doctest/doctest.h>

#include <cmath>

#include "gradus.h"
#include "tensor/base/warning.h"

using namespace gradus;
using namespace gradus::monitor;

namespace {

Tensor vec(std::vector<double> values) { return tensor(values, kDouble); }

struct Counter : WarningHandler {
  int count = 0;
  std::string last;
  void process(const Warning& w) override {
    ++count;
    last = w.msg();
  }
};

}  // namespace

TEST_CASE("means treat nan as they are told") {
  MeanMetric error(NanStrategy::error);
  error.update(3);
  CHECK_THROWS_WITH_AS(error.update(vec({1, NAN})), "mean metric: a value is nan", Error);
  CHECK(error.value() == 3);
  MeanMetric taken(NanStrategy::disable);
  taken.update(NAN);
  CHECK(std::isnan(taken.value()));
  MinMetric least(NanStrategy::disable);
  least.update(NAN);
  least.update(1);
  CHECK(std::isnan(least.value()));
  MeanMetric ignored(NanStrategy::ignore);
  ignored.update(vec({1, 2}), vec({1, NAN}));
  CHECK(ignored.value() == 1);
}

template <class M>
void check_warns_once(M metric, const char* name) {
  Counter warnings;
  const WarningUtils::WarningHandlerGuard guard(&warnings);
  metric.update(1.);
  CHECK(warnings.count == 0);
  for (int i = 0; i < 3; ++i) metric.update(NAN);
  CHECK(warnings.count == 1);
  CHECK(warnings.last ==
        std::string(name) + ": a value is nan and is left out, as others will be until reset()");
  metric.reset();
  metric.update(vec({NAN, 2}));
  metric.update(vec({NAN, 2}));
  CHECK(warnings.count == 2);
  CHECK(metric.value() == (name == std::string("sum metric") ? 4 : 2));
}

TEST_CASE("a metric warns of the first nan that it leaves out, and again after reset()") {
  check_warns_once(MeanMetric(), "mean metric");
  check_warns_once(RunningMean(), "running mean");
  check_warns_once(SumMetric(), "sum metric");
  check_warns_once(MinMetric(), "min metric");
  check_warns_once(MaxMetric(), "max metric");
}

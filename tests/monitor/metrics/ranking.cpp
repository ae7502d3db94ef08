#include "monitor/metrics/ranking.h"

#include <doctest/doctest.h>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;
using monitor::AUROC, monitor::Average, monitor::multiclass;

TEST_CASE("a ranking takes the average of its options") {
  const Tensor preds =
      softmax(tensor({{2.0, 1.0, 0.0}, {0.5, 2.0, 1.0}, {1.0, 2.5, 2.0}, {3.0, 0.0, 1.0}}), 1);
  const Tensor target = tensor({0, 1, 2, 1});
  const auto of = [&](AUROC metric) {
    metric.update(preds, target);
    return metric.compute();
  };
  const Tensor weighted = of(AUROC(multiclass(3), Average::weighted));
  CHECK_FALSE(weighted.equal(of(AUROC(multiclass(3)))));
  CHECK(weighted.equal(of(AUROC(multiclass(3).average(Average::weighted)))));
  CHECK(of(AUROC(multiclass(3).average(Average::none))).numel() == 3);
  CHECK(of(AUROC(multiclass(3).average(Average::none), Average::macro)).numel() == 1);
}

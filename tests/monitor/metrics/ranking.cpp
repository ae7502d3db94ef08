#include "monitor/metrics/ranking.h"

#include <doctest/doctest.h>

#include <cmath>

#include "gradus.h"
#include "monitor/metrics/metrics.h"
#include "tests/support.h"

using namespace gradus;
using namespace gradus::monitor;

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

TEST_CASE("what is ignored does not tell logits from probabilities in rankings and confusions") {
  const Tensor target = tensor({0, 1, -1}, kLong), more = tensor({0, 1}, kLong);
  AUROC auroc(binary().ignore_index(-1));
  auroc.update(vec({0.6, 0.9, 7}), target);
  auroc.update(vec({0.7, 0.8}), more);
  CHECK(auroc.value() == 1);
  CHECK(auroc.state_dict().at("preds").toTensor().flatten().equal(vec({0.6, 0.9, 0.7, 0.8})));
  AUROC with_nan(binary().ignore_index(-1));
  with_nan.update(vec({0.2, 0.9, NAN}), target);
  CHECK(with_nan.value() == 1);
  ConfusionMatrix confusion(binary().ignore_index(-1));
  confusion.update(vec({0.4, 0.9, 7}), target);
  CHECK(values(confusion.compute()) == Values{1, 0, 0, 1});
  Accuracy accuracy(binary().ignore_index(-1));
  accuracy.update(vec({0.4, 0.9, 7}), target);  // these are logits, as in torchmetrics
  CHECK(accuracy.value() == 0.5);
  AUROC several(multiclass(2).ignore_index(-1));
  several.update(tensor({0.75, 0.25, 0.5, 0.5, 3., 4.}, kDouble).view({3, 2}), target);
  CHECK(values(several.state_dict().at("preds").toTensor()) == Values{0.75, 0.25, 0.5, 0.5});
}

TEST_CASE("an empty batch changes no metric") {
  const auto check = [](auto metric, const Tensor& preds, const Tensor& target) {
    CAPTURE(preds.sizes());
    metric.update(preds.slice(0, 0, 0), target.slice(0, 0, 0));
    metric.update(preds, target);
    const Tensor before = metric.compute();
    metric.update(preds.slice(0, 0, 0), target.slice(0, 0, 0));
    CHECK(metric.compute().equal(before));
  };
  const Tensor yes = tensor({1, 0, 1}, kLong), scores = vec({0.25, 0.5, 0.75}),
               rows = arange(9, kDouble).view({3, 3}).remainder(4) / 4, classes = yes + 1,
               labels = tensor({1, 0, 1, 1, 1, 0, 0, 0, 1}, kLong).view({3, 3});
  check(Accuracy(binary()), scores, yes);
  check(F1Score(multiclass(3)), rows, classes);
  check(StatScores(multilabel(3)), rows, labels);
  check(ConfusionMatrix(multilabel(3)), rows, labels);
  check(TopKAccuracy(TopKAccuracyOptions(2)), rows, classes);
  check(AUROC(multiclass(3)), rows, classes);
  check(AveragePrecision(binary()), scores, yes);
  check(MeanSquaredError(), scores, yes);
  check(R2Score(), rows, rows + 0.5);
  check(ExplainedVariance(), scores, yes);
  check(Perplexity(), rows, classes);
}

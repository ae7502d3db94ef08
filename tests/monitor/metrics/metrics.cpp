#include "monitor/metrics/metrics.h"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <memory>

#include "gradus.h"
#include "tests/support.h"
#include "tests/table.h"

using namespace gradus;
using namespace gradus::monitor;

namespace {

// As metrics.py makes them.
Tensor noise(int64_t count, int64_t seed) {
  Tensor out = empty({count}, kDouble);
  for (int64_t i = 0; i < count; ++i) {
    seed = (1103515245 * seed + 12345) % (int64_t(1) << 31);
    out[i].fill_(double(seed >> 8) / 8388608);
  }
  return out;
}

struct Numbers {
  Tensor scores = noise(97 * 6, 1).reshape({97, 6}), classes = (noise(97, 2) * 4).to(kLong);
  Tensor ignored = where(noise(97, 3).lt(0.2), Scalar(-100), classes);
  Tensor yes = noise(90, 4), answers = noise(90, 5).gt(0.6).to(kLong);
  Tensor label_scores = noise(120, 6).reshape({30, 4});
  Tensor labels = noise(120, 7).gt(0.7).to(kLong).reshape({30, 4});
  Tensor ignored_labels, values, guesses;
  Numbers() {
    scores.select(1, 5).fill_(0);
    labels.select(1, 3).fill_(0);
    ignored_labels = where(noise(120, 10).reshape({30, 4}).lt(0.2), Scalar(-1), labels);
    values = noise(60, 8).reshape({20, 3}) * vec({1, 10, 100});
    guesses = values + noise(60, 9).reshape({20, 3}) - 0.25;
  }
};

using Results = std::map<std::string, Tensor>;

// In two updates, as metrics.py.
template <class M>
void add(Results& results, const std::string& name, M metric, const Tensor& preds,
         const Tensor& target) {
  const int64_t middle = preds.size(0) / 2;
  metric.update(preds.slice(0, 0, middle), target.slice(0, 0, middle));
  metric.update(preds.slice(0, middle), target.slice(0, middle));
  INFO(name);
  CHECK(results.emplace(name, metric.compute().to(kDouble).flatten()).second);
}

constexpr std::pair<const char*, Average> averages[] = {{"micro", Average::micro},
                                                        {"macro", Average::macro},
                                                        {"weighted", Average::weighted},
                                                        {"none", Average::none}};

template <class Make>
void of_counts(Results& results, const Numbers& n, const std::string& name, Make make) {
  add(results, name + " binary", make(binary()), n.yes, n.answers);
  add(results, name + " binary logits", make(binary()), 8 * n.yes - 4, n.answers);
  add(results, name + " binary threshold", make(binary().threshold(0.25)), n.yes, n.answers);
  for (const auto& [word, average] : averages) {
    // Means of counts are no counts.
    if (name == "scores" && average != Average::micro && average != Average::none) continue;
    const std::string several = name + " multiclass " + word, labels = name + " multilabel " + word;
    const ClassificationOptions six = multiclass(6).average(average),
                                four = multilabel(4).average(average);
    const auto ignoring = [](ClassificationOptions o, int64_t index) {
      return o.ignore_index(index);
    };
    add(results, several, make(six), n.scores, n.classes);
    add(results, several + " ignored", make(ignoring(six, -100)), n.scores, n.ignored);
    add(results, several + " class 2 ignored", make(ignoring(six, 2)), n.scores, n.classes);
    add(results, several + " positions", make(six),
        n.scores.slice(0, 0, 96).reshape({12, 8, 6}).permute({0, 2, 1}),
        n.classes.slice(0, 0, 96).reshape({12, 8}));
    add(results, labels, make(four), n.label_scores, n.labels);
    add(results, labels + " ignored", make(ignoring(four, -1)), n.label_scores, n.ignored_labels);
  }
}

template <class M>
void of_ranks(Results& results, const Numbers& n, const std::string& name) {
  const auto tied = [](const Tensor& x) { return (x * 4).round() / 4; };
  add(results, name + " binary", M(binary()), n.yes, n.answers);
  add(results, name + " binary ties", M(binary()), tied(n.yes), n.answers);
  add(results, name + " binary logits", M(binary()), 8 * n.yes - 4, n.answers);
  add(results, name + " binary none right", M(binary()), n.yes, n.answers * 0);
  add(results, name + " binary all right", M(binary()), n.yes, n.answers * 0 + 1);
  add(results, name + " binary ignored", M(binary().ignore_index(-1)), n.yes,
      where(noise(90, 11).lt(0.3), Scalar(-1), n.answers));
  for (const auto& [word, average] : averages) {
    if (average == Average::micro) continue;
    const std::string several = name + " multiclass " + word;
    add(results, several, M(multiclass(6), average), n.scores, n.classes);
    add(results, several + " ties", M(multiclass(6), average), tied(n.scores), n.classes);
    add(results, several + " logits", M(multiclass(6), average), 8 * n.scores - 4, n.classes);
    add(results, several + " ignored", M(multiclass(6).ignore_index(-100), average), n.scores,
        n.ignored);
  }
}

template <class M>
void of_variances(Results& results, const Numbers& n, const std::string& name) {
  add(results, name + " uniform_average", M(), n.guesses, n.values);
  add(results, name + " variance_weighted", M(MultiOutput::variance_weighted), n.guesses, n.values);
  add(results, name + " raw_values", M(MultiOutput::raw_values), n.guesses, n.values);
  add(results, name + " one output", M(), n.guesses.select(1, 0), n.values.select(1, 0));
  add(results, name + " constant", M(), n.guesses.select(1, 0), full({20}, 3.));
}

template <class M>
void of_numbers(Results& results, const Numbers& n, const std::string& name) {
  M metric(NanStrategy::ignore);
  metric.update(n.values.slice(0, 0, 7));
  metric.update(n.values.slice(0, 7));
  metric.update(vec({1, NAN, 3}));
  results[name] = metric.compute().flatten();
}

Results all_results() {
  const Numbers n;
  Results out;
  of_counts(out, n, "accuracy", [](const auto& o) { return Accuracy(o); });
  of_counts(out, n, "precision", [](const auto& o) { return Precision(o); });
  of_counts(out, n, "recall", [](const auto& o) { return Recall(o); });
  of_counts(out, n, "f1", [](const auto& o) { return F1Score(o); });
  of_counts(out, n, "fbeta", [](const auto& o) { return FBetaScore(0.5, o); });
  of_counts(out, n, "scores", [](const auto& o) { return StatScores(o); });
  for (const int64_t k : {1, 2, 5}) {
    const std::string name = "top " + std::to_string(k);
    add(out, name, TopKAccuracy(k), n.scores, n.classes);
    add(out, name + " ignored", TopKAccuracy(TopKAccuracyOptions(k).ignore_index(-100)), n.scores,
        n.ignored);
  }
  const std::pair<const char*, Normalize> normalized[] = {{"none", Normalize::none},
                                                          {"true", Normalize::true_},
                                                          {"pred", Normalize::pred},
                                                          {"all", Normalize::all}};
  for (const auto& [word, how] : normalized) {
    const std::string end = std::string(" ") + word;
    add(out, "confusion binary" + end, ConfusionMatrix(binary(), how), n.yes, n.answers);
    add(out, "confusion multiclass" + end, ConfusionMatrix(multiclass(6).ignore_index(-100), how),
        n.scores, n.ignored);
    add(out, "confusion multilabel" + end, ConfusionMatrix(multilabel(4), how), n.label_scores,
        n.labels);
  }
  of_ranks<AUROC>(out, n, "auroc");
  of_ranks<AveragePrecision>(out, n, "average precision");
  add(out, "mean absolute error", MeanAbsoluteError(), n.guesses, n.values);
  add(out, "mean squared error", MeanSquaredError(), n.guesses, n.values);
  add(out, "root mean squared error", MeanSquaredError(false), n.guesses, n.values);
  of_variances<R2Score>(out, n, "r2");
  of_variances<ExplainedVariance>(out, n, "explained variance");
  const Tensor words = 8 * n.scores.slice(0, 0, 96).reshape({12, 8, 6}) - 4;
  add(out, "perplexity", Perplexity(), words, n.classes.slice(0, 0, 96).reshape({12, 8}));
  add(out, "perplexity ignored", Perplexity(-100), words,
      n.ignored.slice(0, 0, 96).reshape({12, 8}));
  of_numbers<MeanMetric>(out, n, "mean");
  of_numbers<SumMetric>(out, n, "sum");
  of_numbers<MinMetric>(out, n, "min");
  of_numbers<MaxMetric>(out, n, "max");
  MeanMetric weighted;
  weighted.update(n.values.slice(0, 0, 5), noise(15, 12).reshape({5, 3}));
  weighted.update(n.values.slice(0, 5), noise(3, 13));
  weighted.update(2.5, 4);
  out["mean weighted"] = weighted.compute().flatten();
  RunningMean running(3);
  for (int i = 0; i < 7; ++i) running.update(n.values[i]);
  out["running mean"] = running.compute().flatten();
  return out;
}

}  // namespace

TEST_CASE("metrics have torchmetrics' values") {
  const Results results = all_results();
  const auto table = test::read_table("metrics.txt");
  CHECK(table.size() == results.size());
  for (const test::Cell& row : table) {
    INFO(row[0].text);
    const auto found = results.find(row[0].text);
    REQUIRE(found != results.end());
    const Values got = values(found->second), wanted = row[1].numbers();
    REQUIRE(got.size() == wanted.size());
    for (size_t i = 0; i < got.size(); ++i) {
      if (std::isnan(wanted[i]))
        CHECK(std::isnan(got[i]));
      else
        CHECK(got[i] == doctest::Approx(wanted[i]).epsilon(1e-6));
    }
  }
}

TEST_CASE("metrics are 0, or nan where they are means, before any update, and after reset") {
  Accuracy accuracy(multiclass(3));
  CHECK(accuracy.value() == 0);
  accuracy.update(tensor({0, 1}), tensor({0, 2}));
  CHECK(accuracy.value() == 0.5);
  accuracy.reset();
  CHECK(accuracy.value() == 0);
  TopKAccuracy top(TopKAccuracyOptions(1));
  CHECK(top.value() == 0);
  CHECK(std::isnan(MeanMetric().value()));
  CHECK(std::isnan(RunningMean().value()));
  CHECK(std::isnan(MeanSquaredError().value()));
  CHECK(std::isnan(Perplexity().value()));
  CHECK(SumMetric().value() == 0);
  CHECK(MinMetric().value() == INFINITY);
  CHECK(MaxMetric().value() == -INFINITY);
  CHECK_THROWS_WITH_AS(AUROC(binary()).compute(), "auroc: no update before compute", Error);
  CHECK_THROWS_WITH_AS(R2Score().compute(), "r2 score: 0 samples, at least 2 wanted", Error);
  CHECK_THROWS_WITH_AS(ExplainedVariance().compute(),
                       "explained variance: no update before compute", Error);
  CHECK_THROWS_WITH_AS(ConfusionMatrix(binary()).value(),
                       "metric: value() of 4 numbers; compute() gives them all", Error);
}

TEST_CASE("metrics take predictions as labels and as bools, and leave no tape") {
  Accuracy accuracy(binary());
  accuracy.update(tensor({true, false}), tensor({true, true}));
  accuracy.update(tensor({1, 0}), tensor({1, 0}));
  accuracy.update(tensor({0.7, 0.2}, kDouble), tensor({1, 0}, kByte));
  CHECK(accuracy.value() == doctest::Approx(5 / 6.));
  MeanSquaredError error;
  const Tensor w = tensor({1., 2.}, requires_grad());
  error.update(w, tensor({0, 0}));
  CHECK(error.value() == 2.5);
  CHECK_FALSE(error.compute().requires_grad());
  AUROC rank(binary());
  rank.update(w.sigmoid(), tensor({0, 1}));
  CHECK(rank.value() == 1);
  CHECK_FALSE(rank.state_dict().at("preds").toTensor().requires_grad());
  // No samples are no change.
  error.update(empty({0}), empty({0}));
  CHECK(error.value() == 2.5);
  accuracy.update(empty({0}), empty({0}, kLong));
  CHECK(accuracy.value() == doctest::Approx(5 / 6.));
  AUROC none(multiclass(3));
  none.update(empty({0, 3}), empty({0}, kLong));
  CHECK(none.value() == 0);
}

TEST_CASE("metrics count beyond what float holds") {
  Accuracy accuracy(binary());
  impl::GenericDict state = accuracy.state_dict();
  const int64_t many = int64_t(1) << 55;
  state.insert_or_assign("tp", full({1}, many, kLong));
  accuracy.load_state_dict(state);
  accuracy.update(tensor({1}), tensor({1}));
  CHECK(accuracy.state_dict().at("tp").toTensor().item<int64_t>() == many + 1);
  // Sums of squares of large numbers lose the variance, deviations from a mean do not.
  R2Score score;
  score.update(vec({1e9 + 1, 1e9 + 2}), vec({1e9 + 1, 1e9 + 2}));
  score.update(vec({1e9 + 3, 1e9 + 5}), vec({1e9 + 3, 1e9 + 4}));
  CHECK(score.value() == doctest::Approx(0.8));
}

TEST_CASE("a metric that refuses an update stays as it was") {
  Accuracy accuracy(multiclass(3));
  accuracy.update(tensor({0, 1, 2}), tensor({0, 1, 1}));
  const auto refused = [&](const Tensor& preds, const Tensor& target) {
    const std::string text = message([&] { accuracy.update(preds, target); });
    CHECK(accuracy.value() == doctest::Approx(2 / 3.));
    return text;
  };
  CHECK(refused(tensor({0, 1}), tensor({0, 1, 2})) ==
        "accuracy: shapes of preds and target differ, [2] and [3]");
  CHECK(refused(rand({2, 4}), tensor({0, 1})) == "accuracy: preds [2, 4] have 4 classes, 3 wanted");
  CHECK(refused(rand({3, 3}), tensor({0, 1})) ==
        "accuracy: preds [3, 3] and target [2] do not fit");
  CHECK(refused(rand({2, 3, 2}), tensor({0, 1})) ==
        "accuracy: preds [2, 3, 2] and target [2], [N, C, ...] and [N, ...] wanted");
  CHECK(refused(rand({2}), tensor({0, 1})) == "accuracy: preds is of float32, integers wanted");
  CHECK(refused(tensor({0, 3}), tensor({0, 1})) ==
        "accuracy: preds has the label 3, 0 to 2 wanted");
  CHECK(refused(tensor({0, 1}), tensor({-1, 1})) ==
        "accuracy: target has the label -1, 0 to 2 wanted");
  CHECK(refused(rand({2, 3}), tensor({0., 1.})) ==
        "accuracy: target is of float32, integers wanted");
  CHECK(refused(zeros({2, 3}, kLong), tensor({0, 1})) ==
        "accuracy: preds is of int64, scores wanted");
  CHECK(refused(Tensor(), tensor({0})) == "accuracy: undefined tensors");

  CHECK_THROWS_WITH_AS(Precision(multilabel(2)).update(rand({3, 4}), zeros({3, 4}, kLong)),
                       "precision: preds [3, 4], [N, 2, ...] wanted", Error);
  CHECK_THROWS_WITH_AS(AUROC(binary()).update(tensor({NAN}), tensor({1})), "auroc: preds has a nan",
                       Error);
  CHECK_THROWS_WITH_AS(AUROC(binary()).update(tensor({1}), tensor({1})),
                       "auroc: preds is of int64, scores wanted", Error);
  const TopKAccuracyOptions five(5);
  CHECK_THROWS_WITH_AS(TopKAccuracy(five).update(rand({2, 4}), tensor({0, 1})),
                       "top-k accuracy: preds [2, 4] have 4 classes, at least k = 5 wanted", Error);
  CHECK_THROWS_WITH_AS(MeanSquaredError().update(rand({2}), rand({2, 1})),
                       "mean squared error: shapes of preds and target differ, [2] and [2, 1]",
                       Error);
  R2Score score;
  score.update(rand({4, 2}), rand({4, 2}));
  CHECK_THROWS_WITH_AS(score.update(rand({4}), rand({4})),
                       "r2 score: 1 outputs, 2 in updates before", Error);
  CHECK_THROWS_WITH_AS(Perplexity().update(rand({2, 3, 5}), zeros({2, 4}, kLong)),
                       "perplexity: preds [2, 3, 5] and target [2, 4], [..., vocabulary] and [...] "
                       "wanted",
                       Error);
  CHECK_THROWS_WITH_AS(Perplexity().update(rand({2, 5}), tensor({1, 5})),
                       "perplexity: target has the label 5, 0 to 4 wanted", Error);
}

TEST_CASE("metrics refuse options that make no sense") {
  CHECK_THROWS_WITH_AS(Accuracy(multiclass(1)), "accuracy: 1 classes, at least 2 wanted", Error);
  CHECK_THROWS_WITH_AS(Recall(multilabel(0)), "recall: 0 classes, at least 1 wanted", Error);
  CHECK_THROWS_WITH_AS(Accuracy(binary().classes(2)), "accuracy: 2 classes, a binary task has 1",
                       Error);
  CHECK_THROWS_WITH_AS(Accuracy(binary().threshold(NAN)),
                       "accuracy: threshold is nan, 0 to 1 wanted", Error);
  CHECK_THROWS_WITH_AS(FBetaScore(0, binary()), "fbeta score: beta is 0, more than 0 wanted",
                       Error);
  const TopKAccuracyOptions none(0);
  CHECK_THROWS_WITH_AS((TopKAccuracy(none)), "top-k accuracy: k is 0, at least 1 wanted", Error);
  CHECK_THROWS_WITH_AS(AUROC(multilabel(2)),
                       "auroc: of several labels it is not supported, take one for each label",
                       Error);
  CHECK_THROWS_WITH_AS(AUROC(multiclass(2), Average::micro),
                       "auroc: the average micro is not supported", Error);
  CHECK_THROWS_WITH_AS(RunningMean(0), "running mean: window is 0, at least 1 wanted", Error);
}

namespace {

// Another one goes on from the state and gives the same; a broken state changes nothing.
template <class M, class Update>
void check_state(M make(), Update update, const char* key) {
  M whole = make(), first = make(), second = make();
  update(whole, 0);
  update(whole, 1);
  update(first, 0);
  const impl::GenericDict state = first.state_dict();
  second.load_state_dict(state);
  update(first, 1);  // does not change the state that was given
  update(second, 1);
  CHECK(second.compute().equal(whole.compute()));
  impl::GenericDict wrong = state.copy();
  wrong.insert_or_assign(key, "x");
  CHECK_THROWS_AS(second.load_state_dict(wrong), Error);
  wrong.erase(key);
  CHECK_THROWS_AS(second.load_state_dict(wrong), Error);
  CHECK(second.compute().equal(whole.compute()));
}

}  // namespace

TEST_CASE("metrics go on from their states") {
  const Numbers n;
  const auto classes = [&](auto& m, int64_t part) {
    m.update(n.scores.slice(0, 40 * part, 40 + 40 * part),
             n.classes.slice(0, 40 * part, 40 + 40 * part));
  };
  const auto pairs = [&](auto& m, int64_t part) {
    m.update(n.guesses.slice(0, 10 * part, 10 + 10 * part),
             n.values.slice(0, 10 * part, 10 + 10 * part));
  };
  const auto values = [&](auto& m, int64_t part) { m.update(n.values[part]); };
  check_state(
      +[] { return Accuracy(multiclass(6)); }, classes, "fn");
  check_state(
      +[] { return TopKAccuracy(TopKAccuracyOptions(2)); }, classes, "count");
  check_state(
      +[] { return ConfusionMatrix(multiclass(6)); }, classes, "counts");
  check_state(
      +[] { return AUROC(multiclass(6)); }, classes, "target");
  check_state(
      +[] { return MeanSquaredError(); }, pairs, "count");
  check_state(
      +[] { return R2Score(); }, pairs, "error_squares");
  check_state(
      +[] { return Perplexity(); }, classes, "count");
  check_state(
      +[] { return MeanMetric(); }, values, "weight");
  check_state(
      +[] { return RunningMean(4); }, values, "counts");
  check_state(
      +[] { return SumMetric(); }, values, "number");

  impl::GenericDict state = Accuracy(multiclass(6)).state_dict();
  CHECK_THROWS_WITH_AS(Accuracy(multiclass(5)).load_state_dict(state),
                       "metric: tp of the state has shape [6], [5] wanted", Error);
  state.insert_or_assign("tp", zeros({6}));
  CHECK_THROWS_WITH_AS(Accuracy(multiclass(6)).load_state_dict(state),
                       "metric: tp of the state is of float32, int64 wanted", Error);
}

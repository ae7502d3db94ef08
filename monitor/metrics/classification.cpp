#include "monitor/metrics/classification.h"

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/view/join.h"
#include "monitor/metrics/labels.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"

namespace gradus::monitor {
namespace {

// a / b, and 0 where b is 0.
Tensor ratio(const Tensor& a, const Tensor& b) {
  return where(b.ne(0), a.to(kDouble) / b.to(kDouble), Scalar(0.));
}

}  // namespace

// --- The counts ---

StatScores::StatScores(ClassificationOptions options) : StatScores("stat scores", options) {}
StatScores::StatScores(const char* name, ClassificationOptions options)
    : name_(name), options_(options) {
  check_options(name, options_);
  StatScores::reset();
}

void StatScores::reset() {
  tp_ = zeros({options_.classes()}, kLong);
  fp_ = zeros_like(tp_);
  tn_ = zeros_like(tp_);
  fn_ = zeros_like(tp_);
}

void StatScores::update(const Tensor& preds, const Tensor& target) {
  const NoGradGuard no_grad;
  const Labels batch = labels_of(name_, preds, target, options_);
  Tensor tp, fp, tn, fn;
  if (options_.task() == Task::multiclass) {
    const int64_t classes = options_.classes();
    const auto count = [&](const Tensor& labels) { return labels.bincount({}, classes); };
    tp = count(batch.target.masked_select(batch.preds.eq(batch.target)));
    fp = count(batch.preds) - tp;
    fn = count(batch.target) - tp;
    tn = batch.target.numel() - tp - fp - fn;
  } else {
    const Tensor yes = batch.preds.to(kBool), is = batch.target.eq(1);
    const auto count = [&](const Tensor& which) {
      return (batch.mask.defined() ? which.logical_and(batch.mask) : which).sum(1);
    };
    tp = count(yes.logical_and(is));
    fp = count(yes.logical_and(is.logical_not()));
    fn = count(is.logical_and(yes.logical_not()));
    tn = count(is.logical_or(yes).logical_not());
  }
  tp = tp_ + tp;
  fp = fp_ + fp;
  tn = tn_ + tn;
  fn = fn_ + fn;
  tp_ = tp;
  fp_ = fp;
  tn_ = tn;
  fn_ = fn;
}

Tensor StatScores::together(const Tensor& counts) const {
  return options_.average() == Average::micro || options_.task() == Task::binary ? counts.sum()
                                                                                 : counts;
}

Tensor StatScores::averaged(const Tensor& right, const Tensor& all) const {
  const NoGradGuard no_grad;
  const Tensor scores = ratio(together(right), together(all));
  if (scores.dim() == 0 || options_.average() == Average::none) return scores;
  Tensor weights = tp_ + fn_;
  if (options_.average() == Average::macro)
    weights = options_.task() == Task::multilabel ? ones_like(scores) : (weights + fp_).ne(0);
  weights = weights.to(kDouble);
  return ratio((weights * scores).sum(), weights.sum());
}

Tensor StatScores::compute() const {
  const NoGradGuard no_grad;
  const Tensor tp = together(tp_), fn = together(fn_);
  return stack({tp, together(fp_), together(tn_), fn, tp + fn}, -1);
}

impl::GenericDict StatScores::state_dict() const {
  impl::GenericDict out;
  out.insert("tp", tp_.clone());
  out.insert("fp", fp_.clone());
  out.insert("tn", tn_.clone());
  out.insert("fn", fn_.clone());
  return out;
}

void StatScores::load_state_dict(const impl::GenericDict& state) {
  const auto get = [&](const char* key) {
    return detail::state_tensor(state, key, kLong, {options_.classes()});
  };
  const Tensor tp = get("tp"), fp = get("fp"), tn = get("tn"), fn = get("fn");
  tp_ = tp;
  fp_ = fp;
  tn_ = tn;
  fn_ = fn;
}

// --- What is made of them ---

Tensor Accuracy::compute() const {
  if (options().task() != Task::multiclass) return averaged(tp_ + tn_, tp_ + tn_ + fp_ + fn_);
  return averaged(tp_, tp_ + fn_);
}
Tensor Precision::compute() const { return averaged(tp_, tp_ + fp_); }
Tensor Recall::compute() const { return averaged(tp_, tp_ + fn_); }

FBetaScore::FBetaScore(const char* name, double beta, ClassificationOptions options)
    : StatScores(name, options), beta_(beta) {
  if (!(beta > 0)) fail("{}: beta is {}, more than 0 wanted", name, beta);
}
Tensor FBetaScore::compute() const {
  const double square = beta_ * beta_;
  const Tensor right = tp_.to(kDouble) * (1 + square);
  return averaged(right, right + fn_.to(kDouble) * square + fp_);
}

// --- Top k ---

TopKAccuracy::TopKAccuracy(TopKAccuracyOptions options) : options_(options) {
  if (options_.k() < 1) fail("top-k accuracy: k is {}, at least 1 wanted", options_.k());
}

void TopKAccuracy::reset() { right_ = count_ = 0; }

void TopKAccuracy::update(const Tensor& preds, const Tensor& target) {
  const NoGradGuard no_grad;
  const char* op = "top-k accuracy";
  if (!preds.defined() || !target.defined()) fail("{}: undefined tensors", op);
  check_scores(op, preds, target);
  if (preds.size(1) < options_.k())
    fail("{}: preds {} have {} classes, at least k = {} wanted", op, preds.sizes(), preds.size(1),
         options_.k());
  check_labels(op, "target", target, preds.size(1), options_.ignore_index());
  const Tensor best = std::get<1>(preds.topk(options_.k(), 1));
  Tensor right = best.eq(target.to(kLong).unsqueeze(1)).any(1);
  int64_t count = target.numel();
  if (const Tensor mask = counted(target, options_.ignore_index()); mask.defined()) {
    right = right.logical_and(mask);
    count = mask.sum().item<int64_t>();
  }
  right_ += right.sum().item<int64_t>();
  count_ += count;
}

Tensor TopKAccuracy::compute() const {
  return scalar_tensor(count_ > 0 ? double(right_) / double(count_) : 0., kDouble);
}

impl::GenericDict TopKAccuracy::state_dict() const {
  impl::GenericDict out;
  out.insert("right", right_);
  out.insert("count", count_);
  return out;
}

void TopKAccuracy::load_state_dict(const impl::GenericDict& state) {
  const int64_t right = detail::state_count(state, "right"),
                count = detail::state_count(state, "count");
  right_ = right;
  count_ = count;
}

// --- The confusion matrix ---

ConfusionMatrix::ConfusionMatrix(ClassificationOptions options, Normalize normalize)
    : options_(options), normalize_(normalize) {
  check_options("confusion matrix", options_);
  ConfusionMatrix::reset();
}

void ConfusionMatrix::reset() {
  const int64_t classes = options_.task() == Task::multiclass ? options_.classes() : 2;
  counts_ = zeros({options_.task() == Task::multilabel ? options_.classes() : 1, classes, classes},
                  kLong);
}

void ConfusionMatrix::update(const Tensor& preds, const Tensor& target) {
  const NoGradGuard no_grad;
  // As in torchmetrics, with several labels the ignored ones tell too.
  const Labels batch = labels_of("confusion matrix", preds, target, options_,
                                 /*ignored_tell=*/options_.task() != Task::binary);
  const int64_t classes = counts_.size(1);
  Tensor places = batch.target * classes + batch.preds;
  if (options_.task() != Task::multiclass) {
    places = (places + arange(counts_.size(0), kLong).unsqueeze(1) * (classes * classes)).flatten();
    if (batch.mask.defined()) places = chosen(places, batch.mask.flatten());
  }
  counts_ = counts_ + places.bincount({}, counts_.numel()).view_as(counts_);
}

Tensor ConfusionMatrix::compute() const {
  const NoGradGuard no_grad;
  Tensor out = counts_.clone();
  if (normalize_ == Normalize::true_) out = ratio(out, out.sum(2, /*keepdim=*/true));
  if (normalize_ == Normalize::pred) out = ratio(out, out.sum(1, /*keepdim=*/true));
  if (normalize_ == Normalize::all) out = ratio(out, out.sum({1, 2}, /*keepdim=*/true));
  return options_.task() == Task::multilabel ? out : out.squeeze(0);
}

impl::GenericDict ConfusionMatrix::state_dict() const {
  impl::GenericDict out;
  out.insert("counts", counts_.clone());
  return out;
}

void ConfusionMatrix::load_state_dict(const impl::GenericDict& state) {
  counts_ = detail::state_tensor(state, "counts", kLong, counts_.sizes());
}

}  // namespace gradus::monitor

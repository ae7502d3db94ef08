#include "monitor/metrics/labels.h"

#include "tensor/base/fail.h"

namespace gradus::monitor {
namespace {

bool is_floating(const Tensor& t) { return isFloatingType(t.scalar_type()); }

// Yes as 1, no as 0. Those that `telling` has, where it is defined, tell whether these are logits.
Tensor decisions(const char* op, const Tensor& preds, double threshold, const Tensor& telling) {
  if (!is_floating(preds)) {
    check_labels(op, "preds", preds, 2, {});
    return preds.to(kLong);
  }
  Tensor beyond = preds.lt(0).logical_or(preds.gt(1));
  if (telling.defined()) beyond = beyond.logical_and(telling);
  const bool logits = beyond.any().item<bool>();
  return (logits ? preds.sigmoid() : preds).gt(threshold).to(kLong);
}

}  // namespace

void check_options(const char* op, const ClassificationOptions& options) {
  const int64_t least = options.task() == Task::multiclass ? 2 : 1;
  if (options.classes() < least)
    fail("{}: {} classes, at least {} wanted", op, options.classes(), least);
  if (options.task() == Task::binary && options.classes() != 1)
    fail("{}: {} classes, a binary task has 1", op, options.classes());
  if (!(options.threshold() >= 0 && options.threshold() <= 1))
    fail("{}: threshold is {}, 0 to 1 wanted", op, options.threshold());
}

void check_labels(const char* op, const char* what, const Tensor& labels, int64_t classes,
                  std::optional<int64_t> ignore_index) {
  if (!isIntegralType(labels.scalar_type(), /*include_bool=*/true))
    fail("{}: {} is of {}, integers wanted", op, what, labels.scalar_type());
  const Tensor all = labels.to(kLong);
  Tensor wrong = all.lt(0).logical_or(all.ge(classes));
  if (ignore_index) wrong = wrong.logical_and(all.ne(*ignore_index));
  if (!wrong.any().item<bool>()) return;
  const int64_t first = all.masked_select(wrong)[0].item<int64_t>();
  fail("{}: {} has the label {}, 0 to {} wanted", op, what, first, classes - 1);
}

void check_scores(const char* op, const Tensor& preds, const Tensor& target) {
  if (preds.dim() != target.dim() + 1 || preds.dim() < 2)
    fail("{}: preds {} and target {}, [N, C, ...] and [N, ...] wanted", op, preds.sizes(),
         target.sizes());
  if (!is_floating(preds)) fail("{}: preds is of {}, scores wanted", op, preds.scalar_type());
  std::vector<int64_t> sizes = preds.sizes().vec();
  sizes.erase(sizes.begin() + 1);
  if (target.sizes() != IntArrayRef(sizes))
    fail("{}: preds {} and target {} do not fit", op, preds.sizes(), target.sizes());
}

Tensor counted(const Tensor& target, std::optional<int64_t> ignore_index) {
  return ignore_index ? target.to(kLong).ne(*ignore_index) : Tensor();
}

Tensor chosen(const Tensor& x, const Tensor& mask) {
  return mask.defined() ? x.index_select(0, mask.nonzero().flatten()) : x;
}

Tensor class_rows(const Tensor& x) {
  return x.movedim(1, -1).reshape({x.numel() / std::max<int64_t>(1, x.size(1)), x.size(1)});
}

Labels labels_of(const char* op, const Tensor& preds, const Tensor& target,
                 const ClassificationOptions& options, bool ignored_tell) {
  if (!preds.defined() || !target.defined()) fail("{}: undefined tensors", op);
  const bool several = options.task() == Task::multiclass,
             labels = options.task() == Task::multilabel;
  Labels out;
  if (several && preds.dim() != target.dim()) {
    check_scores(op, preds, target);
    if (preds.size(1) != options.classes())
      fail("{}: preds {} have {} classes, {} wanted", op, preds.sizes(), preds.size(1),
           options.classes());
    out.preds = preds.argmax(1);
  } else if (preds.sizes() != target.sizes()) {
    fail("{}: shapes of preds and target differ, {} and {}", op, preds.sizes(), target.sizes());
  } else if (several) {
    check_labels(op, "preds", preds, options.classes(), {});
    out.preds = preds.to(kLong);
  } else {
    if (labels && (preds.dim() < 2 || preds.size(1) != options.classes()))
      fail("{}: preds {}, [N, {}, ...] wanted", op, preds.sizes(), options.classes());
    out.preds = decisions(op, preds, options.threshold(),
                          ignored_tell ? Tensor() : counted(target, options.ignore_index()));
  }
  check_labels(op, "target", target, several ? options.classes() : 2, options.ignore_index());
  out.target = target.to(kLong);
  out.mask = counted(target, options.ignore_index());
  if (several) {
    const Tensor mask = out.mask.defined() ? out.mask.flatten() : out.mask;
    return {chosen(out.preds.flatten(), mask), chosen(out.target.flatten(), mask), {}};
  }
  const auto rows = [&](const Tensor& t) {
    if (!t.defined()) return t;
    return labels ? class_rows(t).t().contiguous() : t.reshape({1, t.numel()});
  };
  return {rows(out.preds), rows(out.target), rows(out.mask)};
}

}  // namespace gradus::monitor

#include "tensor/nn/ctc.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "autograd/ops/index/index.h"
#include "autograd/ops/nn/loss_reduction.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/reduce/reduce.h"
#include "autograd/ops/view/join.h"
#include "autograd/record.h"
#include "tensor/base/fail.h"

namespace gradus {
using namespace autograd;
using autograd::detail::reduced;

namespace {

void check_lengths(const char* what, IntArrayRef lengths, int64_t batch, int64_t most) {
  if (int64_t(lengths.size()) != batch)
    fail("ctc_loss: {} {}_lengths for a batch of {}", lengths.size(), what, batch);
  for (const int64_t length : lengths)
    if (length < 0 || length > most)
      fail("ctc_loss: {} {}_length of {} is not between 0 and {}", what[0] == 'i' ? "an" : "a",
           what, length, most);
}

raw::CtcTerms ctc_terms(const Tensor& x, const Tensor& targets, IntArrayRef input_lengths,
                        IntArrayRef target_lengths, int64_t blank) {
  const int64_t batch = x.size(1), classes = x.size(2);
  if (x.numel() == 0) fail("ctc_loss: log_probs of shape {} are empty", x.sizes());
  if (!x.is_floating_point())
    fail_not_implemented("ctc_loss: log_probs are {}, they must be floating point", x.dtype());
  if (blank < 0 || blank >= classes)
    fail("ctc_loss: the blank {} is out of range for {} classes", blank, classes);
  if (!is_integral(targets.dtype(), /*include_bool=*/false))
    fail("ctc_loss: targets are {}, they must be int64 or int32", targets.dtype());
  if (targets.dim() != 1 && targets.dim() != 2)
    fail("ctc_loss: targets need 1 or 2 dims, got shape {}", targets.sizes());
  const bool padded = targets.dim() == 2;
  if (padded && targets.size(0) != batch)
    fail("ctc_loss: targets of shape {} for a batch of {}", targets.sizes(), batch);
  check_lengths("input", input_lengths, batch, x.size(0));
  check_lengths("target", target_lengths, batch, padded ? targets.size(1) : targets.size(0));

  raw::CtcTerms t;
  t.target = raw::contiguous(raw::to_dtype(targets.detach(), kLong));
  t.input_length.assign(input_lengths.begin(), input_lengths.end());
  t.target_length.assign(target_lengths.begin(), target_lengths.end());
  t.blank = blank;
  int64_t total = 0;
  for (int64_t n = 0; n < batch; ++n) {
    t.offset.push_back(padded ? n * targets.size(1) : total);
    total += target_lengths[size_t(n)];
  }
  if (!padded && total != targets.size(0))
    fail("ctc_loss: {} labels in a row, the target_lengths {} sum to {}", targets.size(0),
         target_lengths, total);
  raw::check_ctc_labels(t, classes);
  return t;
}

// The loss of each example of a batch in taped operations, step by step. What cannot be has a
// logarithm of -1e30, which unlike -inf has differences.
Tensor composed(const Tensor& x, const raw::CtcTerms& terms) {
  constexpr double never = -1e30;
  const int64_t steps = x.size(0), batch = x.size(1);
  const raw::CtcPaths path = raw::ctc_paths(terms);
  const int64_t places = path.label.size(1);
  const Tensor seen =
      x.transpose(0, 1).gather(2, path.label.unsqueeze(1).expand({batch, steps, places}));
  const Tensor skip =
      zeros({batch, places}, x.dtype()).masked_fill(path.skips.logical_not(), never);
  const Tensor begins = zeros({places}, x.dtype()).masked_fill(arange(places) > 1, never);
  const Tensor steps_of = raw::from_list(terms.input_length).unsqueeze(1),
               labels_of = raw::from_list(terms.target_length).unsqueeze(1);
  const auto from = [&](const Tensor& alpha, int64_t back) {
    const int64_t gap = std::min(back, places);
    return cat({full({batch, gap}, never, x.dtype()), alpha.slice(1, 0, places - gap)}, 1);
  };
  Tensor alpha = seen.select(1, 0) + begins;
  for (int64_t t = 1; t < steps; ++t) {
    const Tensor next = stack({alpha, from(alpha, 1), from(alpha, 2) + skip}).logsumexp(0);
    alpha = where(steps_of > t, next + seen.select(1, t), alpha);
  }
  const Tensor last = alpha.gather(1, 2 * labels_of),
               before = alpha.gather(1, (2 * labels_of - 1).clamp_min(0));
  const Tensor ends = cat({last, before.masked_fill(labels_of == 0, never)}, 1);
  return (-ends.logsumexp(1)).masked_fill((steps_of == 0).squeeze(1), 0);
}

// As raw::ctc_backward, with a history.
Tensor taped_gradient(const Tensor& dy, const Tensor& x, const Tensor& loss,
                      const raw::CtcTerms& terms, bool zero_infinity) {
  const Tensor lost = loss.detach() == std::numeric_limits<double>::infinity();
  const Tensor w = dy.masked_fill(lost, zero_infinity ? 0 : std::nan(""));
  const Tensor paths = autograd::grad({composed(x, terms)}, {x}, {w}, true, true)[0];
  const Tensor is_read = arange(x.size(0)).unsqueeze(1) < raw::from_list(terms.input_length);
  const Tensor all = x.exp() * w.unsqueeze(1);
  return paths + all.masked_fill(is_read.logical_not().unsqueeze(2), 0);
}

// The loss of each example of a batch.
Tensor ctc_each(const Tensor& x, raw::CtcTerms terms, bool zero_infinity) {
  const raw::Ctc forward = raw::ctc(raw::contiguous(x), terms);
  const Saved target = save(std::exchange(terms.target, Tensor()));
  const auto vjp = [sx = save(x), alpha = save(forward.alpha), target, terms = std::move(terms),
                    zero_infinity](const Tensor& dy, const Tensor& loss) {
    raw::CtcTerms all = terms;
    all.target = target;
    if (GradMode::is_enabled()) return taped_gradient(dy, sx, loss, all, zero_infinity);
    return raw::ctc_backward(dy, raw::contiguous(sx), alpha, all, zero_infinity);
  };
  return record("ctc_loss", forward.loss, wrt(x, vjp));
}

}  // namespace

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, IntArrayRef input_lengths,
                IntArrayRef target_lengths, int64_t blank, int64_t reduction, bool zero_infinity) {
  if (log_probs.dim() != 2 && log_probs.dim() != 3)
    fail("ctc_loss: log_probs need 2 or 3 dims, got shape {}", log_probs.sizes());
  if (reduction < Reduction::None || reduction > Reduction::Sum) reduced({}, reduction);
  const bool single = log_probs.dim() == 2;
  const Tensor x = single ? log_probs.unsqueeze(1) : log_probs;
  Tensor loss =
      ctc_each(x, ctc_terms(x, targets, input_lengths, target_lengths, blank), zero_infinity);
  if (zero_infinity)
    loss = where(loss.detach().eq(std::numeric_limits<double>::infinity()), Scalar(0), loss);
  if (reduction == Reduction::Mean) {
    const Tensor lengths = raw::from_list(target_lengths).clamp_min(1);
    return (loss / raw::to_dtype(lengths, loss.dtype())).mean();
  }
  if (reduction == Reduction::Sum) return loss.sum();
  return single ? loss.squeeze(0) : loss;
}

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, int64_t blank, int64_t reduction,
                bool zero_infinity) {
  const auto list = [](const char* what, const Tensor& lengths) {
    if (!is_integral(lengths.dtype(), /*include_bool=*/false))
      fail("ctc_loss: {}_lengths are {}, they must be int64 or int32", what, lengths.dtype());
    return raw::to_list(lengths);
  };
  const auto inputs = list("input", input_lengths), labels = list("target", target_lengths);
  return ctc_loss(log_probs, targets, IntArrayRef(inputs), IntArrayRef(labels), blank, reduction,
                  zero_infinity);
}

}  // namespace gradus

#include "tensor/nn/ctc.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "autograd/factories.h"
#include "autograd/ops/nn/loss_reduction.h"
#include "autograd/ops/pointwise/pointwise.h"
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
  for (int64_t n = 0; n < batch; ++n) {
    const int64_t* label = t.target.data_ptr<int64_t>() + t.offset[size_t(n)];
    for (int64_t i = 0; i < target_lengths[size_t(n)]; ++i)
      if (label[i] < 0 || label[i] >= classes)
        fail_index("ctc_loss: target {} is out of range for {} classes", label[i], classes);
  }
  return t;
}

Tensor ctc_backward(const Tensor& dy, const Tensor& x, const Tensor& dx) {
  const auto second = [](const Tensor&) -> Tensor {
    fail_not_implemented("ctc_loss: there is no second derivative");
  };
  return record("ctc_loss_backward", dx, wrt(dy, second), wrt(x, second));
}

// The loss of each example of a batch.
Tensor ctc_each(const Tensor& x, raw::CtcTerms terms, bool zero_infinity) {
  const raw::Ctc forward = raw::ctc(raw::contiguous(x), terms);
  const Saved target = save(std::exchange(terms.target, Tensor()));
  const auto vjp = [sx = save(x), alpha = save(forward.alpha), target, terms = std::move(terms),
                    zero_infinity](const Tensor& dy) {
    raw::CtcTerms all = terms;
    all.target = target;
    return ctc_backward(dy, sx,
                        raw::ctc_backward(dy, raw::contiguous(sx), alpha, all, zero_infinity));
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

// Untaped connectionist temporal classification; float and double. Source: A. Graves et al.,
// "Connectionist Temporal Classification", 2006, sections 4.1 and 4.2.
#pragma once

#include "tensor/base/vector.h"
#include "tensor/raw.h"

namespace gradus::raw {

// What is fixed beside the probabilities. The labels of example n are
// target[offset[n], offset[n] + target_length[n]).
struct CtcTerms {
  Tensor target;  // int64, contiguous
  Vector<int64_t> offset, input_length, target_length;
  int64_t blank = 0;
};

// Of logarithms of probabilities [T, N, C], contiguous: each example's loss [N], and alpha
// [N, T, 2 S + 1], the logarithms of the probabilities of all beginnings, S the longest target; set
// are the times and places that an example has.
struct Ctc {
  Tensor loss, alpha;
};
Ctc ctc(const Tensor& log_probs, const CtcTerms& terms);

// exp(log_probs) - (the part of the paths by each class at each time), times dy [N]; 0 behind an
// example's length. An example whose loss is infinite has nan there, or 0 when zero_infinity.
Tensor ctc_backward(const Tensor& dy, const Tensor& log_probs, const Tensor& alpha,
                    const CtcTerms& terms, bool zero_infinity);

// What path each example's labels make, with a blank before, between and after them: the classes of
// its places [N, 2 S + 1], blank behind its end, and whether a place is also reached from the one
// before the last, a bool of that shape.
struct CtcPaths {
  Tensor label, skips;
};
CtcPaths ctc_paths(const CtcTerms& terms);

// Throws IndexError for a label that is not in [0, classes).
void check_ctc_labels(const CtcTerms& terms, int64_t classes);

}  // namespace gradus::raw

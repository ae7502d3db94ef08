// Untaped attention by tiles of scores, in memory that is linear in the number of queries and keys.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

struct AttentionSpec {
  double scale;
  bool causal;            // query i sees keys 0..i
  Tensor mask;            // added to the scores, to whose shape it broadcasts; may be undefined
  Tensor kept;            // where dropout keeps, bool of the scores' shape; may be undefined
  double kept_scale = 1;  // what is kept is multiplied by it
};

// y [..., h, l, v] = softmax(scale q kᵀ + mask) v for q [..., h, l, e], k [..., g, s, e] and v
// [..., g, s, v]; each head of k and v serves h / g heads of q, the other dims before are the same.
// One floating type. A query that sees no key gets zeros. y is written to where it is given.
struct Attended {
  Tensor y, terms;  // terms [..., h, l, 2]: the largest score, and 1 / sum exp(score - largest)
};
Attended attention(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionSpec& spec,
                   const Tensor& y = {});

struct AttentionGradients {
  Tensor q, k, v;
};
// Those that are wanted. The first form makes them; the second writes to all that are defined.
AttentionGradients attention_backward(const Tensor& dy, const Tensor& q, const Tensor& k,
                                      const Tensor& v, const Attended& known,
                                      const AttentionSpec& spec, bool want_q, bool want_k,
                                      bool want_v);
void attention_backward_into(const AttentionGradients& to, const Tensor& dy, const Tensor& q,
                             const Tensor& k, const Tensor& v, const Attended& known,
                             const AttentionSpec& spec);

}  // namespace gradus::raw

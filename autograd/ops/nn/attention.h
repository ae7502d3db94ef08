// Attention: means of values, weighted by the softmax of scores.
#pragma once

#include "tensor/tensor.h"

namespace gradus {

/// softmax(scale query keyᵀ + mask) value over the last two dims: query [..., L, E], key [..., S,
/// E] and value [..., S, V] of one floating type give [..., L, V]. The dims before are broadcast;
/// with enable_gqa each of the heads (dim -3) of key and of value serves a group of those of query.
/// scale is by default 1 / sqrt(E). attn_mask broadcasts to [..., L, S]: a bool mask is true where
/// a query sees a key, another one of query's type is added to the scores. With is_causal query i
/// sees keys 0 to i only, and of these what attn_mask says. A query that sees no key gets zeros.
/// dropout_p zeroes weights at random, always: pass 0 when not training. Memory grows with L + S,
/// not L S, also for the backward pass (except with dropout, which keeps a byte for each weight,
/// and with a mask that wants a gradient). Throws Error when shapes or types do not fit. Vaswani et
/// al., Attention Is All You Need, 2017; Dao et al., FlashAttention, 2022.
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const std::optional<Tensor>& attn_mask = {},
                                    double dropout_p = 0.0, bool is_causal = false,
                                    std::optional<double> scale = std::nullopt,
                                    bool enable_gqa = false);

namespace autograd {

/// The weights that scaled_dot_product_attention() gives the values, [..., L, S], in recorded
/// operations: softmax(scale q kᵀ + mask), 0 for a query that sees no key. The mask is added, and
/// may be undefined.
Tensor attention_weights(const Tensor& q, const Tensor& k, const Tensor& mask, bool causal,
                         double scale);

/// A bool mask [queries, keys] that is true where a key comes after the query, which with is_causal
/// does not see it.
Tensor causal_mask(int64_t queries, int64_t keys);

/// The heads [batch, heads, time, size] of x [time, batch, heads size], or [batch, time, ...] where
/// batch_first.
Tensor to_heads(const Tensor& x, int64_t heads, bool batch_first);
/// to_heads() the other way.
Tensor from_heads(const Tensor& x, bool batch_first);

/// Whether the batch comes before the time in what is given, and in the result.
struct BatchFirst {
  bool from;  ///< of what is given
  bool to;    ///< of the result
};
/// scaled_dot_product_attention() of queries, keys and values of all heads as one product gives
/// them, side by side in projected [time, batch, 3 heads size], or [batch, time, ...] where
/// batch_first.from; the result is [time, batch, heads size], or [batch, time, ...] where
/// batch_first.to. attn_mask broadcasts to [batch, heads, time, time].
Tensor packed_attention(const Tensor& projected, int64_t heads, BatchFirst batch_first,
                        const Tensor& attn_mask, double dropout_p, bool is_causal);

}  // namespace autograd
}  // namespace gradus

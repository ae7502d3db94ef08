// Attention as functions.
#pragma once

#include <tuple>

#include "autograd/ops/nn/attention.h"
#include "nn/options/attention.h"

namespace gradus::nn::functional {

using gradus::scaled_dot_product_attention;

/// Attention of several heads: query, key and value are projected, each head attends with its share
/// of their size, and what the heads give is projected together. query [L, N, E], key [S, N, kdim]
/// and value [S, N, vdim] give a result [L, N, E] and, where options.need_weights(), the weights,
/// [N, L, S] as mean over heads or [N, heads, L, S]; else an undefined tensor. Without the dim N
/// all are unbatched. Masks are true where a key is *not* seen, other than those of
/// scaled_dot_product_attention. Without need_weights a query that sees no key gets zeros before
/// the last projection, with it nan. Throws Error when shapes do not fit. Vaswani et al., Attention
/// Is All You Need, 2017.
std::tuple<Tensor, Tensor> multi_head_attention_forward(
    const Tensor& query, const Tensor& key, const Tensor& value,
    const MultiheadAttentionForwardFuncOptions& options);

/// The same; with batch_first query is [N, L, E], key and value [N, S, ...], the result [N, L, E].
std::tuple<Tensor, Tensor> multi_head_attention_forward(
    const Tensor& query, const Tensor& key, const Tensor& value,
    const MultiheadAttentionForwardFuncOptions& options, bool batch_first);

}  // namespace gradus::nn::functional

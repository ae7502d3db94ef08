// Options of attention and of the layers of transformers.
#pragma once

#include <functional>
#include <variant>

#include "nn/enums.h"
#include "tensor/base/arg.h"
#include "tensor/tensor.h"

namespace gradus::nn {

/// The options of MultiheadAttention: `MultiheadAttentionOptions(64, 8).dropout(0.1)`.
struct MultiheadAttentionOptions {
  MultiheadAttentionOptions(int64_t embed_dim, int64_t num_heads)
      : embed_dim_(embed_dim), num_heads_(num_heads), kdim_(embed_dim), vdim_(embed_dim) {}
  /// The size of queries and results.
  GRADUS_ARG(int64_t, embed_dim);
  /// How many heads share embed_dim, which they must divide.
  GRADUS_ARG(int64_t, num_heads);
  /// The probability that a weight is dropped in training.
  GRADUS_ARG(double, dropout) = 0.0;
  /// Whether the projections have a bias.
  GRADUS_ARG(bool, bias) = true;
  /// Whether a learned key and value are added to those given.
  GRADUS_ARG(bool, add_bias_kv) = false;
  /// Whether a key and a value of zeros are added to those given.
  GRADUS_ARG(bool, add_zero_attn) = false;
  /// The size of keys; embed_dim unless set.
  GRADUS_ARG(int64_t, kdim);
  /// The size of values; embed_dim unless set.
  GRADUS_ARG(int64_t, vdim);
  /// Whether inputs are [batch, time, size], not [time, batch, size].
  GRADUS_ARG(bool, batch_first) = false;
};

namespace functional {
/// The options of multi_head_attention_forward.
struct MultiheadAttentionForwardFuncOptions {
  MultiheadAttentionForwardFuncOptions(int64_t embed_dim_to_check, int64_t num_heads,
                                       Tensor in_proj_weight, Tensor in_proj_bias, Tensor bias_k,
                                       Tensor bias_v, bool add_zero_attn, double dropout_p,
                                       Tensor out_proj_weight, Tensor out_proj_bias)
      : embed_dim_to_check_(embed_dim_to_check),
        num_heads_(num_heads),
        in_proj_weight_(std::move(in_proj_weight)),
        in_proj_bias_(std::move(in_proj_bias)),
        bias_k_(std::move(bias_k)),
        bias_v_(std::move(bias_v)),
        add_zero_attn_(add_zero_attn),
        dropout_p_(dropout_p),
        out_proj_weight_(std::move(out_proj_weight)),
        out_proj_bias_(std::move(out_proj_bias)) {}
  /// The size that queries must have, E.
  GRADUS_ARG(int64_t, embed_dim_to_check);
  /// How many heads share E, which they must divide.
  GRADUS_ARG(int64_t, num_heads);
  /// The projections of query, key and value below each other, [3 E, E].
  GRADUS_ARG(Tensor, in_proj_weight);
  /// Their biases, [3 E], or undefined.
  GRADUS_ARG(Tensor, in_proj_bias);
  /// A key that is added to those given, [1, 1, E], or undefined.
  GRADUS_ARG(Tensor, bias_k);
  /// A value that is added to those given, [1, 1, E], or undefined.
  GRADUS_ARG(Tensor, bias_v);
  /// Whether a key and a value of zeros are added to those given.
  GRADUS_ARG(bool, add_zero_attn);
  /// The probability that a weight is dropped in training.
  GRADUS_ARG(double, dropout_p);
  /// The projection of the result, [E, E].
  GRADUS_ARG(Tensor, out_proj_weight);
  /// Its bias, [E], or undefined.
  GRADUS_ARG(Tensor, out_proj_bias);
  /// Drops weights; else dropout_p is without effect.
  GRADUS_ARG(bool, training) = true;
  /// Keys that no query sees, [batch, keys]: bool, true at those; or added to the scores.
  GRADUS_ARG(Tensor, key_padding_mask);
  /// Gives the weights as second result.
  GRADUS_ARG(bool, need_weights) = true;
  /// Keys that a query does not see, [queries, keys] or [batch num_heads, queries, keys]: bool,
  /// true at those; or added to the scores.
  GRADUS_ARG(Tensor, attn_mask);
  /// Takes the three weights that follow in place of in_proj_weight.
  GRADUS_ARG(bool, use_separate_proj_weight) = false;
  /// The projection of query, [E, E].
  GRADUS_ARG(Tensor, q_proj_weight);
  /// The projection of key, [E, kdim].
  GRADUS_ARG(Tensor, k_proj_weight);
  /// The projection of value, [E, vdim].
  GRADUS_ARG(Tensor, v_proj_weight);
  /// Keys that take the place of projected ones, [batch num_heads, keys, E / num_heads].
  GRADUS_ARG(Tensor, static_k);
  /// Values that take the place of projected ones, of the same shape.
  GRADUS_ARG(Tensor, static_v);
  /// Gives the mean of the weights over the heads; else those of each head.
  GRADUS_ARG(bool, average_attn_weights) = true;
  /// Query i sees keys 0 to i only; of an attn_mask see MultiheadAttentionImpl::forward.
  GRADUS_ARG(bool, is_causal) = false;
};
}  // namespace functional

}  // namespace gradus::nn

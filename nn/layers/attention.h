// Attention as a layer.
#pragma once

#include <tuple>

#include "nn/generation/cache.h"
#include "nn/layers/linear.h"
#include "nn/options/attention.h"

namespace gradus::nn {

/// Attention of several heads: `MultiheadAttention(embed_dim, num_heads)`; see
/// functional::multi_head_attention_forward. It holds `in_proj_weight` (or, where kdim or vdim is
/// not embed_dim, `q_proj_weight`, `k_proj_weight` and `v_proj_weight`), `in_proj_bias`, with
/// add_bias_kv `bias_k` and `bias_v`, and the layer `out_proj`.
class MultiheadAttentionImpl : public Cloneable<MultiheadAttentionImpl> {
 public:
  MultiheadAttentionImpl(int64_t embed_dim, int64_t num_heads);
  /// Throws Error unless num_heads divides embed_dim.
  explicit MultiheadAttentionImpl(const MultiheadAttentionOptions& options_);
  /// Makes all parameters and layers anew.
  void reset() override;
  /// Draws the projections anew, uniform after Glorot, and sets their biases to 0.
  void _reset_parameters();
  /// Prints its name, as libtorch does.
  void pretty_print(std::ostream& out) const override;
  /// query [L, N, embed_dim], key [S, N, kdim] and value [S, N, vdim], or with batch_first [N, L,
  /// ...], or without N, give the result, of query's shape, and with need_weights the weights, [N,
  /// L, S] as mean over heads or [N, num_heads, L, S]. Without need_weights it takes less time and
  /// memory. Masks are true where a key is not seen, or are added: key_padding_mask [N, S],
  /// attn_mask [L, S] or [N num_heads, L, S]. With is_causal query i sees keys 0 to i; an
  /// attn_mask, which should say the same, is then read where weights or a padding mask are asked
  /// for, and else not.
  std::tuple<Tensor, Tensor> forward(const Tensor& query, const Tensor& key, const Tensor& value,
                                     const Tensor& key_padding_mask = {}, bool need_weights = true,
                                     const Tensor& attn_mask = {}, bool average_attn_weights = true,
                                     bool is_causal = false);
  /// Room for the keys and values of `max_length` positions of up to `batch` sequences, for
  /// decode().
  KeyValueCache make_cache(int64_t batch, int64_t max_length) const;
  /// Causal self attention position by position: input [t, N, embed_dim], or with batch_first [N,
  /// t, embed_dim], stands behind the positions in the cache, which takes it up; the result is of
  /// its shape. Over a sequence given in pieces it gives what forward() with is_causal gives for
  /// the whole. Throws Error for other shapes, when the cache is full, with add_bias_kv,
  /// add_zero_attn or another kdim or vdim, and in training with dropout.
  Tensor decode(const Tensor& input, KeyValueCache& cache) const;
  /// The keys and values of memory [S, N, embed_dim], or with batch_first [N, S, embed_dim], for
  /// attend(): a full cache, with room to become `batch` rows, by default N. Throws Error as
  /// decode() does.
  KeyValueCache make_memory(const Tensor& memory,
                            std::optional<int64_t> batch = std::nullopt) const;
  /// Attention of query [t, N, embed_dim], or with batch_first [N, t, embed_dim], to what
  /// make_memory() was given: what forward(query, memory, memory, key_padding_mask) gives. Throws
  /// Error as decode() does, and for a memory of another number of rows.
  Tensor attend(const Tensor& query, const KeyValueCache& memory,
                const Tensor& key_padding_mask = {}) const;

 protected:
  Tensor* member(std::string_view name) override;
  DefaultArguments _forward_default_args() const override;

 private:
  void begin_step(const char* step, const char* what, const Tensor& x) const;

 public:
  MultiheadAttentionOptions options;
  bool _qkv_same_embed_dim = true;  // then in_proj_weight is in use, else the three
  Tensor in_proj_weight;            // [3 embed_dim, embed_dim]
  Tensor in_proj_bias;              // [3 embed_dim]
  Tensor bias_k, bias_v;            // [1, 1, embed_dim]
  Linear out_proj = nullptr;
  Tensor q_proj_weight, k_proj_weight, v_proj_weight;  // [embed_dim, ...]
  int64_t head_dim = 0;
};
using MultiheadAttention =
    ModuleHolder<MultiheadAttentionImpl>;  ///< Holds a MultiheadAttentionImpl.

}  // namespace gradus::nn

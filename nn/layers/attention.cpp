#include "nn/layers/attention.h"

#include <ostream>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "autograd/ops/nn/attention.h"
#include "nn/functional/attention.h"
#include "nn/functional/linear.h"
#include "nn/generation/cut_back.h"
#include "nn/init.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"

namespace gradus::nn {
namespace {

// Some rows of a bias, if there is one.
Tensor part_of(const Tensor& bias, int64_t first, int64_t count) {
  return bias.defined() ? bias.narrow(0, first, count) : bias;
}

}  // namespace

MultiheadAttentionImpl::MultiheadAttentionImpl(int64_t embed_dim, int64_t num_heads)
    : MultiheadAttentionImpl(MultiheadAttentionOptions(embed_dim, num_heads)) {}
MultiheadAttentionImpl::MultiheadAttentionImpl(const MultiheadAttentionOptions& options_)
    : options(options_) {
  reset();
}

void MultiheadAttentionImpl::reset() {
  const int64_t e = options.embed_dim(), heads = options.num_heads();
  if (e <= 0 || heads <= 0 || e % heads != 0)
    fail("MultiheadAttention: num_heads {} does not divide embed_dim {}", heads, e);
  head_dim = e / heads;
  _qkv_same_embed_dim = options.kdim() == e && options.vdim() == e;
  const auto weight = [&](const char* name, bool used, int64_t rows, int64_t columns) {
    return register_parameter(name, used ? empty({rows, columns}) : Tensor(), used);
  };
  const int64_t three = Checked("MultiheadAttention", e) * 3;
  in_proj_weight = weight("in_proj_weight", _qkv_same_embed_dim, three, e);
  q_proj_weight = weight("q_proj_weight", !_qkv_same_embed_dim, e, e);
  k_proj_weight = weight("k_proj_weight", !_qkv_same_embed_dim, e, options.kdim());
  v_proj_weight = weight("v_proj_weight", !_qkv_same_embed_dim, e, options.vdim());
  const bool biased = options.bias(), grows = options.add_bias_kv();
  in_proj_bias = register_parameter("in_proj_bias", biased ? empty({three}) : Tensor(), biased);
  bias_k = register_parameter("bias_k", grows ? empty({1, 1, e}) : Tensor(), grows);
  bias_v = register_parameter("bias_v", grows ? empty({1, 1, e}) : Tensor(), grows);
  out_proj = register_module("out_proj", Linear(LinearOptions(e, e).bias(biased)));
  _reset_parameters();
}

void MultiheadAttentionImpl::_reset_parameters() {
  for (const Tensor& w : {in_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight})
    if (w.defined()) init::xavier_uniform_(w);
  if (in_proj_bias.defined()) {
    init::zeros_(in_proj_bias);
    init::zeros_(out_proj->bias);
  }
  if (bias_k.defined()) init::xavier_normal_(bias_k);
  if (bias_v.defined()) init::xavier_normal_(bias_v);
}

Tensor* MultiheadAttentionImpl::member(std::string_view name) {
  return pick(name, {{"in_proj_weight", &in_proj_weight},
                     {"in_proj_bias", &in_proj_bias},
                     {"bias_k", &bias_k},
                     {"bias_v", &bias_v},
                     {"q_proj_weight", &q_proj_weight},
                     {"k_proj_weight", &k_proj_weight},
                     {"v_proj_weight", &v_proj_weight}});
}

void MultiheadAttentionImpl::pretty_print(std::ostream& out) const {
  out << "torch::nn::MultiheadAttention";
}

KeyValueCache MultiheadAttentionImpl::make_cache(int64_t batch, int64_t max_length) const {
  return KeyValueCache(KeyValueCacheOptions(batch, options.num_heads(), max_length, head_dim)
                           .dtype(out_proj->weight.scalar_type()));
}

// Throws unless this layer attends position by position, to `what`; renews its weights.
void MultiheadAttentionImpl::begin_step(const char* step, const char* what, const Tensor& x) const {
  if (!_qkv_same_embed_dim || options.add_bias_kv() || options.add_zero_attn())
    fail("MultiheadAttention: {} wants keys and values of the {} alone, of size {}", step, what,
         options.embed_dim());
  if (is_training() && options.dropout() > 0)
    fail("MultiheadAttention: {} in training with a dropout of {}: call eval() before", step,
         options.dropout());
  if (x.dim() != 3 || x.size(2) != options.embed_dim())
    fail("MultiheadAttention: {} wants {} {} of 3 dims, the last of size {}, got {}", step,
         *what == 'i' ? "an" : "a", what, options.embed_dim(), x.sizes());
  renew();
  out_proj->renew();
}

Tensor MultiheadAttentionImpl::decode(const Tensor& input, KeyValueCache& cache) const {
  begin_step("decode", "input", input);
  const int64_t time = options.batch_first() ? 1 : 0, heads = options.num_heads();
  const Tensor all = functional::linear(input, in_proj_weight, in_proj_bias)
                         .unflatten(-1, {3, heads, head_dim})
                         .permute({2, 1 - time, 3, time, 4});  // [3, N, heads, t, size]
  return cutting_back(cache, [&] {
    const Tensor y = cache.attend(all[0], all[1], all[2]);
    return functional::linear(autograd::from_heads(y, options.batch_first()), out_proj->weight,
                              out_proj->bias);
  });
}

KeyValueCache MultiheadAttentionImpl::make_memory(const Tensor& memory,
                                                  std::optional<int64_t> batch) const {
  begin_step("make_memory", "memory", memory);
  const int64_t e = options.embed_dim(), heads = options.num_heads();
  const int64_t time = options.batch_first() ? 1 : 0;
  const Tensor both = functional::linear(memory, in_proj_weight.narrow(0, e, 2 * e),
                                         part_of(in_proj_bias, e, 2 * e));
  KeyValueCache cache = make_cache(batch.value_or(memory.size(1 - time)), memory.size(time));
  cache.append(autograd::to_heads(both.narrow(-1, 0, e), heads, time == 1),
               autograd::to_heads(both.narrow(-1, e, e), heads, time == 1));
  return cache;
}

Tensor MultiheadAttentionImpl::attend(const Tensor& query, const KeyValueCache& memory,
                                      const Tensor& key_padding_mask) const {
  begin_step("attend", "query", query);
  const int64_t e = options.embed_dim();
  const bool batch_first = options.batch_first();
  const Tensor q = autograd::to_heads(
      functional::linear(query, in_proj_weight.narrow(0, 0, e), part_of(in_proj_bias, 0, e)),
      options.num_heads(), batch_first);
  if (q.requires_grad() && GradMode::is_enabled())
    fail("MultiheadAttention: attend to a memory that no gradient flows back to: use NoGradGuard");
  const Tensor key = memory.key();
  if (key.size(0) != q.size(0))
    fail("MultiheadAttention: attend wants as many rows, got a query {} and a memory of {}",
         query.sizes(), key.size(0));
  Tensor mask = key_padding_mask;
  if (mask.defined()) {
    if (mask.sizes() != IntArrayRef({q.size(0), key.size(2)}))
      fail("MultiheadAttention: key_padding_mask has shape {}, wanted is [{}, {}]", mask.sizes(),
           q.size(0), key.size(2));
    if (mask.dtype() != kBool && !mask.is_floating_point())
      fail("MultiheadAttention: key_padding_mask must be bool or floating, got {}", mask.dtype());
    mask = mask.dtype() == kBool ? mask.logical_not() : mask.to(q.dtype());
    mask = mask.unsqueeze(1).unsqueeze(1);
  }
  const Tensor y = scaled_dot_product_attention(q, key, memory.value(), mask);
  return functional::linear(autograd::from_heads(y, batch_first), out_proj->weight, out_proj->bias);
}

std::tuple<Tensor, Tensor> MultiheadAttentionImpl::forward(
    const Tensor& query, const Tensor& key, const Tensor& value, const Tensor& key_padding_mask,
    bool need_weights, const Tensor& attn_mask, bool average_attn_weights, bool is_causal) {
  renew();
  out_proj->renew();
  return functional::multi_head_attention_forward(
      query, key, value,
      functional::MultiheadAttentionForwardFuncOptions(
          options.embed_dim(), options.num_heads(), in_proj_weight, in_proj_bias, bias_k, bias_v,
          options.add_zero_attn(), options.dropout(), out_proj->weight, out_proj->bias)
          .training(is_training())
          .key_padding_mask(key_padding_mask)
          .need_weights(need_weights)
          .attn_mask(attn_mask)
          .use_separate_proj_weight(!_qkv_same_embed_dim)
          .q_proj_weight(q_proj_weight)
          .k_proj_weight(k_proj_weight)
          .v_proj_weight(v_proj_weight)
          .average_attn_weights(average_attn_weights)
          .is_causal(is_causal),
      options.batch_first());
}

DefaultArguments MultiheadAttentionImpl::_forward_default_args() const {
  return {{3, AnyValue(Tensor())},
          {4, AnyValue(true)},
          {5, AnyValue(Tensor())},
          {6, AnyValue(true)},
          {7, AnyValue(false)}};
}

}  // namespace gradus::nn

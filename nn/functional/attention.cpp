#include "nn/functional/attention.h"

#include <cmath>
#include <limits>

#include "autograd/factories.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/nn/dropout.h"
#include "autograd/ops/view/join.h"
#include "tensor/base/fail.h"

namespace gradus::nn {
namespace {

using Options = functional::MultiheadAttentionForwardFuncOptions;
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr const char* op = "multi_head_attention_forward";

using autograd::from_heads;
using autograd::to_heads;

// A mask that is true where a key is not seen, as one that is added to scores of x's type.
Tensor added(const Tensor& mask, const Tensor& x) {
  if (!mask.defined()) return mask;
  if (mask.is_floating_point()) return mask.to(x.dtype());
  if (mask.dtype() != kBool) fail("{}: a mask must be bool or floating, got {}", op, mask.dtype());
  return zeros(mask.sizes(), x.dtype()).masked_fill_(mask, -inf);
}
Tensor sum_of(const Tensor& a, const Tensor& b) {
  return a.defined() && b.defined() ? a + b : a.defined() ? a : b;
}

// One more column, which all queries see.
Tensor with_seen_column(const Tensor& mask) {
  if (!mask.defined()) return mask;
  std::vector<int64_t> sizes = mask.sizes().vec();
  sizes.back() = 1;
  return cat({mask, zeros(sizes, mask.dtype())}, -1);
}

struct Projected {
  Tensor q, k, v;  // [time, batch, E]
  Tensor all;      // these side by side, or undefined
};

Tensor rows(const Tensor& x, int64_t first, int64_t count) {
  return x.defined() ? x.narrow(0, first, count) : x;
}
Projected project(const Tensor& query, const Tensor& key, const Tensor& value, const Options& o) {
  const int64_t e = o.embed_dim_to_check();
  const Tensor &w = o.in_proj_weight(), &b = o.in_proj_bias();
  if (o.use_separate_proj_weight())
    return {linear(query, o.q_proj_weight(), rows(b, 0, e)),
            linear(key, o.k_proj_weight(), rows(b, e, e)),
            linear(value, o.v_proj_weight(), rows(b, 2 * e, e)),
            {}};
  if (query.is_same(key) && key.is_same(value)) {
    const Tensor all = linear(query, w, b);
    return {all.narrow(-1, 0, e), all.narrow(-1, e, e), all.narrow(-1, 2 * e, e), all};
  }
  const Tensor q = linear(query, rows(w, 0, e), rows(b, 0, e));
  if (key.is_same(value)) {
    const Tensor both = linear(key, rows(w, e, 2 * e), rows(b, e, 2 * e));
    return {q, both.narrow(-1, 0, e), both.narrow(-1, e, e), {}};
  }
  return {q,
          linear(key, rows(w, e, e), rows(b, e, e)),
          linear(value, rows(w, 2 * e, e), rows(b, 2 * e, e)),
          {}};
}

void check(const Tensor& query, const Tensor& key, const Tensor& value, const Options& o) {
  const int64_t e = o.embed_dim_to_check(), heads = o.num_heads();
  const bool batched = query.dim() == 3;
  if (!(batched || query.dim() == 2) || key.dim() != query.dim() || value.dim() != query.dim())
    fail("{}: query, key and value must have 3 dims, or 2 unbatched, got {}, {} and {}", op,
         query.sizes(), key.sizes(), value.sizes());
  if (query.size(-1) != e) fail("{}: query has size {}, wanted is {}", op, query.size(-1), e);
  if (heads <= 0 || e % heads != 0) fail("{}: {} heads do not divide embed_dim {}", op, heads, e);
  const IntArrayRef k = key.sizes(), v = value.sizes();
  if (k.slice(0, k.size() - 1) != v.slice(0, v.size() - 1))
    fail("{}: key {} and value {} differ before their last dim", op, key.sizes(), value.sizes());
}

// Whether is_causal stands for the mask. As in PyTorch it is a hint of what the mask holds, which
// counts where nothing but the result of the queries asks for the mask itself.
bool causal_alone(const Options& o) {
  return o.is_causal() &&
         !(o.attn_mask().defined() && (o.need_weights() || o.key_padding_mask().defined()));
}

// [batch, heads, queries, keys], or what expands to it
Tensor attn_mask_of(const Options& o, int64_t batch, int64_t l, int64_t s) {
  const Tensor& mask = o.attn_mask();
  if (!mask.defined() || causal_alone(o)) return {};
  const int64_t heads = o.num_heads();
  const auto fits = [&](int64_t dim, int64_t size) {
    return mask.size(dim) == size || mask.size(dim) == 1;
  };
  if ((mask.dim() == 2 || mask.dim() == 3) && fits(-2, l) && fits(-1, s)) {
    if (mask.dim() == 2) return mask.expand({l, s});
    if (mask.size(0) == 1) return mask[0].expand({l, s});
    if (mask.size(0) == batch * heads)
      return mask.view({batch, heads, mask.size(1), mask.size(2)}).expand({batch, heads, l, s});
  }
  fail("{}: attn_mask has shape {}, wanted is [{}, {}] or [{}, {}, {}]", op, mask.sizes(), l, s,
       batch * heads, l, s);
}
// [batch, 1, 1, keys]
Tensor padding_mask_of(const Options& o, int64_t batch, int64_t keys) {
  const Tensor& mask = o.key_padding_mask();
  if (!mask.defined()) return {};
  if (mask.sizes() != IntArrayRef({batch, keys}))
    fail("{}: key_padding_mask has shape {}, wanted is [{}, {}]", op, mask.sizes(), batch, keys);
  return mask.view({batch, 1, 1, keys});
}

// static_k or static_v, [batch heads, keys, head_dim]
Tensor static_heads(const Tensor& x, int64_t batch, const Tensor& q) {
  const int64_t heads = q.size(1), size = q.size(3);
  if (x.dim() != 3 || x.size(0) != batch * heads || x.size(2) != size)
    fail("{}: static_k or static_v has shape {}, wanted is [{}, keys, {}]", op, x.sizes(),
         batch * heads, size);
  return x.reshape({batch, heads, x.size(1), size});
}

}  // namespace

std::tuple<Tensor, Tensor> functional::multi_head_attention_forward(const Tensor& query,
                                                                    const Tensor& key,
                                                                    const Tensor& value,
                                                                    const Options& o,
                                                                    bool batch_first) {
  check(query, key, value, o);
  if (query.dim() == 2) {
    const int64_t at = batch_first ? 0 : 1;
    const Tensor q = query.unsqueeze(at), k = key.is_same(query) ? q : key.unsqueeze(at),
                 v = value.is_same(query) ? q
                     : value.is_same(key) ? k
                                          : value.unsqueeze(at);
    Options batched = o;
    if (o.key_padding_mask().defined()) batched.key_padding_mask(o.key_padding_mask().unsqueeze(0));
    const auto [y, weights] = multi_head_attention_forward(q, k, v, batched, batch_first);
    return {y.squeeze(at), weights.defined() ? weights.squeeze(0) : weights};
  }
  const int64_t heads = o.num_heads(), batch = query.size(batch_first ? 0 : 1);
  if (key.size(batch_first ? 0 : 1) != batch)
    fail("{}: query {} and key {} have different batches", op, query.sizes(), key.sizes());
  const double p = o.training() ? o.dropout_p() : 0;
  const Projected in = project(query, key, value, o);
  // In training the result lies in the order of time first, as PyTorch's does, for the dropout
  // behind it.
  const bool turned = batch_first && o.training();
  const auto result = [&](const Tensor& y) {
    const Tensor out = linear(y, o.out_proj_weight(), o.out_proj_bias());
    return turned ? out.transpose(0, 1) : out;
  };
  const auto from = [&](const Tensor& y) {
    return from_heads(y, batch_first && !turned).contiguous();
  };
  const bool grows = o.bias_k().defined() || o.bias_v().defined() || o.add_zero_attn();
  const bool is_static = o.static_k().defined() || o.static_v().defined();
  const auto to = [&](const Tensor& x) { return to_heads(x, heads, batch_first); };
  Tensor q = to(in.q), k = to(in.k), v = to(in.v);
  if (o.static_k().defined()) k = static_heads(o.static_k(), batch, q);
  if (o.static_v().defined()) v = static_heads(o.static_v(), batch, q);
  Tensor mask = attn_mask_of(o, batch, q.size(2), k.size(2));
  Tensor padding = padding_mask_of(o, batch, k.size(2));
  bool causal = causal_alone(o);
  if (in.all.defined() && !grows && !is_static && !o.need_weights()) {
    const Tensor both = sum_of(added(mask, q), added(padding, q));
    const Tensor y = autograd::packed_attention(
        in.all, heads, {batch_first, batch_first && !turned}, both, p, causal);
    return {result(y), Tensor()};
  }
  if (causal && (grows || o.need_weights())) {
    mask = autograd::causal_mask(q.size(2), k.size(2));
    causal = false;
  }
  const auto grow = [&](const Tensor& more_k, const Tensor& more_v) {
    k = cat({k, more_k.expand({batch, heads, 1, k.size(-1)})}, 2);
    v = cat({v, more_v.expand({batch, heads, 1, v.size(-1)})}, 2);
    mask = with_seen_column(mask);
    padding = with_seen_column(padding);
  };
  if (o.bias_k().defined() || o.bias_v().defined()) {
    if (!o.bias_k().defined() || !o.bias_v().defined() || is_static)
      fail("{}: bias_k and bias_v come together, and not with static_k or static_v", op);
    grow(to_heads(o.bias_k(), heads, true), to_heads(o.bias_v(), heads, true));
  }
  if (o.add_zero_attn()) {
    const Tensor zero = zeros({1, 1, 1, 1}, q.dtype());
    grow(zero, zero);
  }
  mask = sum_of(added(mask, q), added(padding, q));
  if (!o.need_weights()) {
    const Tensor y = scaled_dot_product_attention(q, k, v, mask, p, causal);
    return {result(from(y)), Tensor()};
  }
  Tensor scores = matmul(q * (1 / std::sqrt(double(q.size(-1)))), k.mT());
  if (mask.defined()) scores = scores + mask;
  const Tensor weights = dropout(scores.softmax(-1), p, true);
  const Tensor y = result(from(matmul(weights, v)));
  return {y, o.average_attn_weights() ? weights.mean(1) : weights};
}

std::tuple<Tensor, Tensor> functional::multi_head_attention_forward(const Tensor& query,
                                                                    const Tensor& key,
                                                                    const Tensor& value,
                                                                    const Options& options) {
  return multi_head_attention_forward(query, key, value, options, false);
}

}  // namespace gradus::nn

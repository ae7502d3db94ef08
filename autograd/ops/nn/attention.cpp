#include "autograd/ops/nn/attention.h"

#include <cmath>
#include <limits>
#include <numeric>

#include "autograd/factories.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/random/random.h"
#include "autograd/ops/view/join.h"
#include "autograd/ops/view/triangular.h"
#include "autograd/record.h"
#include "tensor/base/fail.h"
#include "tensor/nn/attention.h"
#include "tensor/shape.h"

namespace gradus {
namespace autograd {

Tensor causal_mask(int64_t queries, int64_t keys) {
  return ones({queries, keys}, kBool).tril().logical_not();
}

Tensor to_heads(const Tensor& x, int64_t heads, bool batch_first) {
  const Tensor split = x.unflatten(-1, {heads, x.size(-1) / heads});
  return batch_first ? split.permute({0, 2, 1, 3}) : split.permute({1, 2, 0, 3});
}
Tensor from_heads(const Tensor& x, bool batch_first) {
  return (batch_first ? x.permute({0, 2, 1, 3}) : x.permute({2, 0, 1, 3})).flatten(-2, -1);
}

Tensor attention_weights(const Tensor& q, const Tensor& k, const Tensor& mask, bool causal,
                         double scale) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  Tensor scores = matmul(q, k.mT()) * (q.size(-1) == 0 ? 0 : scale);
  if (mask.defined()) scores = scores + mask;
  if (causal) scores = scores.masked_fill(causal_mask(q.size(-2), k.size(-2)), -inf);
  if (!mask.defined() || k.size(-2) == 0) return scores.softmax(-1);
  const Tensor blind = (scores == -inf).all(-1, /*keepdim=*/true);
  return scores.masked_fill(blind, 0).softmax(-1).masked_fill(blind, 0);
}

}  // namespace autograd

using namespace autograd;

namespace {

constexpr const char* op = "scaled_dot_product_attention";

// The heads of k or v, each `group` times in a row, and back.
Tensor repeated(const Tensor& x, int64_t group) {
  return group == 1 ? x : x.repeat_interleave(group, -3);
}
Tensor gathered(const Tensor& x, int64_t group) {
  return group == 1 ? x : x.unflatten(-3, {x.size(-3) / group, group}).sum(-3);
}

struct Form {
  raw::AttentionSpec spec;
  int64_t group;  // heads of q for each of k and v
};

// Weights as dropout leaves them.
Tensor dropped(const Tensor& weights, const raw::AttentionSpec& spec) {
  return spec.kept.defined() ? weights * spec.kept * spec.kept_scale : weights;
}

Tensor composed(const Tensor& q, const Tensor& k, const Tensor& v, const Form& form) {
  const auto& [spec, group] = form;
  const Tensor p = attention_weights(q, repeated(k, group), spec.mask, spec.causal, spec.scale);
  return matmul(dropped(p, spec), repeated(v, group));
}

// The gradients in recorded operations.
std::vector<Tensor> composed_gradients(const Tensor& dy, const Tensor& q, const Tensor& k,
                                       const Tensor& v, const Form& form) {
  const auto& [spec, group] = form;
  const Tensor keys = repeated(k, group);
  const Tensor p = attention_weights(q, keys, spec.mask, spec.causal, spec.scale);
  const Tensor dp = dropped(matmul(dy, repeated(v, group).mT()), spec);
  const Tensor ds = p * (dp - (p * dp).sum(-1, true)) * spec.scale;
  return {matmul(ds, keys), gathered(matmul(ds.mT(), q), group),
          gathered(matmul(dropped(p, spec).mT(), dy), group)};
}

Tensor fused(const Tensor& q, const Tensor& k, const Tensor& v, const Form& form) {
  const raw::Attended known = raw::attention(q, k, v, form.spec);
  const Saved own = save(raw::window(known.y));  // without history: it would be a cycle
  const auto gradients = [sq = save(q), sk = save(k), sv = save(v), own, terms = save(known.terms),
                          mask = save(form.spec.mask),
                          form](const Tensor& dy, const Needs& needs) -> std::vector<Tensor> {
    if (mask.defined()) static_cast<void>(*mask);  // throws if it was written to
    if (GradMode::is_enabled()) return composed_gradients(dy, *sq, *sk, *sv, form);
    auto g = raw::attention_backward(dy, *sq, *sk, *sv, {*own, *terms}, form.spec, needs[0],
                                     needs[1], needs[2]);
    return {std::move(g.q), std::move(g.k), std::move(g.v)};
  };
  return linked(0b111, record_joint(op, known.y, {q, k, v}, gradients));
}

void check(const Tensor& q, const Tensor& k, const Tensor& v, double dropout_p) {
  for (const Tensor* t : {&q, &k, &v})
    if (t->dim() < 2)
      fail("{}: query, key and value need 2 dims or more, got {}, {} and {}", op, q.sizes(),
           k.sizes(), v.sizes());
  if (!q.is_floating_point() || k.dtype() != q.dtype() || v.dtype() != q.dtype())
    fail("{}: query, key and value must be of one floating type, got {}, {} and {}", op, q.dtype(),
         k.dtype(), v.dtype());
  if (q.size(-1) != k.size(-1))
    fail("{}: the last sizes of query and key differ, {} and {}", op, q.sizes(), k.sizes());
  if (k.size(-2) != v.size(-2))
    fail("{}: the numbers of keys and values differ, {} and {}", op, k.sizes(), v.sizes());
  if (!(dropout_p >= 0 && dropout_p <= 1))
    fail("{}: dropout_p is {}, outside [0, 1]", op, dropout_p);
}

// How many heads of q there are for each of k and v, which get the same number of heads.
int64_t group_of(const Tensor& q, Tensor& k, Tensor& v) {
  if (q.dim() < 3 || k.dim() < 3 || v.dim() < 3)
    fail("{}: groups of heads need 3 dims or more, got {}, {} and {}", op, q.sizes(), k.sizes(),
         v.sizes());
  const int64_t heads = q.size(-3), keys = k.size(-3), values = v.size(-3);
  if (keys == 0 || heads % keys != 0 || values == 0 || heads % values != 0)
    fail("{}: {} heads of query cannot share {} of key and {} of value", op, heads, keys, values);
  const int64_t both = std::lcm(keys, values);
  k = repeated(k, both / keys);
  v = repeated(v, both / values);
  return heads / both;
}

// x with other dims before its last `own`.
Tensor widened(const Tensor& x, const Dims& before, size_t own) {
  const IntArrayRef sizes = x.sizes();
  std::vector<int64_t> wide(before.begin(), before.end());
  wide.insert(wide.end(), sizes.end() - int64_t(own), sizes.end());
  return IntArrayRef(wide) == sizes ? x : x.expand(wide);
}

// q, k and v get the same dims before their last two, or with groups their last three.
void broadcast(Tensor& q, Tensor& k, Tensor& v, bool groups) {
  const size_t own = groups ? 3 : 2;
  const auto before = [&](const Tensor& x) { return x.sizes().slice(0, x.sizes().size() - own); };
  if (before(q) == before(k) && before(q) == before(v)) return;
  const Dims both = broadcast_shapes(broadcast_shapes(before(q), before(k), op), before(v), op);
  for (Tensor* x : {&q, &k, &v}) *x = widened(*x, both, own);
}

// What is to be added to the scores.
Tensor added(const Tensor& mask, const Tensor& q, const Tensor& k) {
  if (!mask.defined()) return mask;
  if (mask.dtype() != kBool && mask.dtype() != q.dtype())
    fail("{}: attn_mask must be bool or of query's type, got {} and {}", op, mask.dtype(),
         q.dtype());
  Dims scores(q.sizes());
  scores[scores.size() - 1] = k.size(-2);
  const Tensor own = mask.dim() == 0 ? mask.reshape({1}) : mask;
  if (own.sizes().size() > scores.size() ||
      broadcast_shapes(own.sizes(), scores, op) != IntArrayRef(scores))
    fail("{}: attn_mask {} does not broadcast to the scores, {}", op, mask.sizes(),
         IntArrayRef(scores));
  if (mask.dtype() != kBool) return own;
  const NoGradGuard untaped;
  return zeros(own.sizes(), q.dtype())
      .masked_fill_(own.logical_not(), -std::numeric_limits<double>::infinity());
}

// What dropout keeps, for weights of q and k.
void draw_kept(raw::AttentionSpec& spec, const Tensor& q, const Tensor& k, double dropout_p) {
  if (dropout_p == 0) return;
  const NoGradGuard untaped;
  std::vector<int64_t> scores = q.sizes().vec();
  scores.back() = k.size(-2);
  spec.kept = empty(scores, kBool);
  spec.kept.bernoulli_(1 - dropout_p);
  spec.kept_scale = dropout_p < 1 ? 1 / (1 - dropout_p) : 0;
}

struct Parts {
  Tensor q, k, v;
};
Parts unpacked(const Tensor& projected, int64_t heads, bool batch_first) {
  const Tensor all = to_heads(projected, 3 * heads, batch_first);
  return {all.narrow(1, 0, heads), all.narrow(1, heads, heads), all.narrow(1, 2 * heads, heads)};
}

}  // namespace

namespace autograd {

Tensor packed_attention(const Tensor& projected, int64_t heads, BatchFirst batch_first,
                        const Tensor& attn_mask, double dropout_p, bool is_causal) {
  if (needs_grad(attn_mask) && GradMode::is_enabled()) {
    const Parts x = unpacked(projected, heads, batch_first.from);
    return from_heads(scaled_dot_product_attention(x.q, x.k, x.v, attn_mask, dropout_p, is_causal),
                      batch_first.to);
  }
  Tensor y;
  raw::Attended known;
  Form form;
  {
    const NoGradGuard untaped;
    const Parts x = unpacked(projected, heads, batch_first.from);
    check(x.q, x.k, x.v, dropout_p);
    form = {{1 / std::sqrt(double(x.q.size(-1))), is_causal, added(attn_mask, x.q, x.k), {}}, 1};
    draw_kept(form.spec, x.q, x.k, dropout_p);
    const int64_t batch = x.q.size(0), time = x.q.size(2), size = projected.size(-1) / 3;
    y = batch_first.to ? raw::empty({batch, time, size}, x.q.dtype())
                       : raw::empty({time, batch, size}, x.q.dtype());
    known = raw::attention(x.q, x.k, x.v, form.spec, to_heads(y, heads, batch_first.to));
  }
  const Saved kept_y = save(raw::window(y));  // without history: it would be a cycle
  return record(
      op, y,
      wrt(projected, [x = save(projected), y = kept_y, terms = save(known.terms),
                      mask = save(form.spec.mask), form, heads, batch_first](const Tensor& dy) {
        if (mask.defined()) static_cast<void>(*mask);  // throws if it was written to
        const Tensor g = to_heads(dy, heads, batch_first.to);
        if (GradMode::is_enabled()) {
          const Parts p = unpacked(*x, heads, batch_first.from);
          auto dx = composed_gradients(g, p.q, p.k, p.v, form);
          for (Tensor& t : dx) t = from_heads(t, batch_first.from);
          return cat(dx, -1);
        }
        const Tensor dx = raw::empty(x->sizes(), x->dtype());
        const Parts p = unpacked(*x, heads, batch_first.from),
                    to = unpacked(dx, heads, batch_first.from);
        raw::attention_backward_into({to.q, to.k, to.v}, g, p.q, p.k, p.v,
                                     {to_heads(*y, heads, batch_first.to), *terms}, form.spec);
        return dx;
      }));
}

}  // namespace autograd

Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const std::optional<Tensor>& attn_mask, double dropout_p,
                                    bool is_causal, std::optional<double> scale, bool enable_gqa) {
  check(query, key, value, dropout_p);
  Form form{{scale.value_or(1 / std::sqrt(double(query.size(-1)))), is_causal, {}, {}}, 1};
  Tensor q = query, k = key, v = value;
  if (enable_gqa) form.group = group_of(q, k, v);
  broadcast(q, k, v, enable_gqa);
  form.spec.mask = added(attn_mask.value_or(Tensor()), q, k);
  draw_kept(form.spec, q, k, dropout_p);
  // The gradient of the mask takes all scores at once in any case.
  if (needs_grad(form.spec.mask) && GradMode::is_enabled())
    return called(op, composed(q, k, v, form));
  return fused(q, k, v, form);
}

}  // namespace gradus

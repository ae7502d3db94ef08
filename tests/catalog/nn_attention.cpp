// Attention.
#include "autograd/factories.h"
#include "autograd/ops/nn/attention.h"
#include "nn/nn.h"
#include "tests/catalog.h"

namespace catalog {
namespace {

using namespace gradus;
namespace F = gradus::nn::functional;

void products(Rows& rows) {
  const auto row = [&](const char* name, const char* python, std::vector<Input> inputs,
                       std::function<Tensor(const List&)> f, std::vector<Input> large = {}) {
    rows.push_back({name, std::string("F.scaled_dot_product_attention(") + python + ")",
                    std::move(inputs),
                    [f = std::move(f)](const List& x) -> List { return {f(x)}; }});
    rows.back().large = std::move(large);
  };
  const auto attend = [](const List& x) { return scaled_dot_product_attention(x[0], x[1], x[2]); };
  const auto causal = [](const List& x) {
    return scaled_dot_product_attention(x[0], x[1], x[2], {}, 0, true);
  };
  const auto masked = [](const List& x) {
    return scaled_dot_product_attention(x[0], x[1], x[2], x[3]);
  };
  const std::vector<Input> small = {real({2, 3, 5, 4}), real({2, 3, 6, 4}), real({2, 3, 6, 4})},
                           large = {real({2, 2, 203, 20}), real({2, 2, 290, 20}),
                                    real({2, 2, 290, 20})};
  const auto with = [](std::vector<Input> inputs, Input mask) {
    inputs.push_back(std::move(mask));
    return inputs;
  };
  row("scaled_dot_product_attention", "a, b, c", small, attend, large);
  row("scaled_dot_product_attention.causal", "a, b, c, is_causal=True", small, causal, large);
  row("scaled_dot_product_attention.more_queries", "a, b, c, is_causal=True",
      {real({1, 2, 7, 3}), real({1, 2, 4, 3}), real({1, 2, 4, 3})}, causal,
      {real({1, 1, 301, 16}), real({1, 1, 103, 16}), real({1, 1, 103, 16})});
  row("scaled_dot_product_attention.mask", "a, b, c, d", with(small, fixed({5, 6})), masked,
      with(large, fixed({203, 290})));
  row("scaled_dot_product_attention.mask_of_batch", "a, b, c, d", with(small, fixed({2, 1, 5, 6})),
      masked);
  row("scaled_dot_product_attention.bool_mask", "a, b, c, d", with(small, bools({2, 1, 1, 6})),
      masked, with(large, bools({2, 1, 1, 290})));
  row("scaled_dot_product_attention.mask_gradient", "a, b, c, d", with(small, real({3, 1, 6})),
      masked);
  row("scaled_dot_product_attention.causal_mask",
      "a, b, c, d.masked_fill(torch.ones(5, 6, dtype=torch.bool).tril().logical_not(), -math.inf)",
      with(small, fixed({3, 5, 1})),
      [](const List& x) { return scaled_dot_product_attention(x[0], x[1], x[2], x[3], 0, true); });
  const std::vector<Input> many = {real({1, 2, 19, 3}), real({1, 2, 23, 3}), real({1, 2, 23, 3})};
  row("scaled_dot_product_attention.many_queries", "a, b, c", many, attend);
  row("scaled_dot_product_attention.many_queries_causal", "a, b, c, is_causal=True", many, causal);
  row("scaled_dot_product_attention.many_queries_mask", "a, b, c, d", with(many, fixed({19, 23})),
      masked);
  row("scaled_dot_product_attention.one_query", "a, b, c",
      {real({2, 3, 1, 5}), real({2, 3, 7, 5}), real({2, 3, 7, 5})}, attend,
      {real({2, 4, 1, 70}), real({2, 4, 301, 70}), real({2, 4, 301, 53})});
  row("scaled_dot_product_attention.one_query_mask", "a, b, c, d",
      {real({2, 3, 1, 4}), real({2, 3, 7, 4}), real({2, 3, 7, 4}), bools({2, 1, 1, 7})}, masked,
      {real({2, 4, 1, 16}), real({2, 4, 301, 16}), real({2, 4, 301, 16}), bools({2, 1, 1, 301})});
  row("scaled_dot_product_attention.scale", "a, b, c, scale=0.3", small, [](const List& x) {
    return scaled_dot_product_attention(x[0], x[1], x[2], {}, 0, false, 0.3);
  });
  row("scaled_dot_product_attention.groups", "a, b, c, enable_gqa=True",
      {real({2, 6, 4, 3}), real({2, 2, 5, 3}), real({2, 2, 5, 3})},
      [](const List& x) {
        return scaled_dot_product_attention(x[0], x[1], x[2], {}, 0, false, std::nullopt, true);
      },
      {real({2, 4, 70, 8}), real({2, 2, 150, 8}), real({2, 2, 150, 8})});
  row("scaled_dot_product_attention.groups_apart", "a, b, c, enable_gqa=True",
      {real({2, 12, 3, 2}), real({2, 4, 5, 2}), real({2, 6, 5, 3})}, [](const List& x) {
        return scaled_dot_product_attention(x[0], x[1], x[2], {}, 0, false, std::nullopt, true);
      });
  row("scaled_dot_product_attention.wide_values", "a, b, c",
      {real({2, 4, 3}), real({2, 5, 3}), real({2, 5, 7})}, attend);
  row("scaled_dot_product_attention.matrices", "a, b, c",
      {real({4, 3}), real({5, 3}), real({5, 3})}, attend);
  row("scaled_dot_product_attention.broadcast", "a, b, c",
      {real({2, 1, 4, 3}), real({3, 5, 3}), real({1, 1, 5, 3})}, attend);
}

// a: input, b and c: the projections, d and e: that of the result.
void layers(Rows& rows) {
  const auto row = [&](const char* name, const char* python, std::vector<Input> inputs,
                       std::function<List(const List&)> f, std::vector<Input> large = {}) {
    rows.push_back({name, std::string("F.multi_head_attention_forward(") + python,
                    std::move(inputs), std::move(f)});
    rows.back().large = std::move(large);
  };
  const auto options = [](const List& x, size_t at) {
    return F::MultiheadAttentionForwardFuncOptions(x[0].size(-1), 2, x[at], x[at + 1], {}, {},
                                                   false, 0, x[at + 2], x[at + 3])
        .need_weights(false);
  };
  const auto self = [](int64_t time, int64_t batch, int64_t e) -> std::vector<Input> {
    return {real({time, batch, e}), real({3 * e, e}, -1, 1), real({3 * e}), real({e, e}, -1, 1),
            real({e})};
  };
  const auto self_attention = [options](const List& x) -> List {
    return {std::get<0>(F::multi_head_attention_forward(x[0], x[0], x[0], options(x, 1)))};
  };
  row("multi_head_attention_forward",
      "a, a, a, 4, 2, b, c, None, None, False, 0., d, e, need_weights=False)[:1]", self(3, 2, 4),
      self_attention, self(70, 4, 32));
  row("multi_head_attention_forward.unbatched",
      "a, a, a, 4, 2, b, c, None, None, False, 0., d, e, need_weights=False)[:1]",
      {real({3, 4}), real({12, 4}), real({12}), real({4, 4}), real({4})}, self_attention);
  row("multi_head_attention_forward.masks",
      "a, a, a, 4, 2, b, c, None, None, False, 0., d, e, need_weights=False, attn_mask=f, "
      "key_padding_mask=torch.tensor([[False, False, True], [False, True, False]]))[:1]",
      {real({3, 2, 4}), real({12, 4}), real({12}), real({4, 4}), real({4}), fixed({4, 3, 3})},
      [options](const List& x) -> List {
        const Tensor hidden = tensor({0, 0, 1, 0, 1, 0}).view({2, 3}).to(kBool);
        return {std::get<0>(F::multi_head_attention_forward(
            x[0], x[0], x[0], options(x, 1).attn_mask(x[5]).key_padding_mask(hidden)))};
      });
  row("multi_head_attention_forward.weights",
      "a, b, b, 4, 2, c, d, None, None, True, 0., e, f, attn_mask=g)",
      {real({3, 2, 4}), real({5, 2, 4}), real({12, 4}), real({12}), real({4, 4}), real({4}),
       fixed({3, 5})},
      [options](const List& x) -> List {
        const auto [y, weights] = F::multi_head_attention_forward(
            x[0], x[1], x[1], options(x, 2).add_zero_attn(true).attn_mask(x[6]).need_weights(true));
        return {y, weights};
      });
  row("multi_head_attention_forward.separate",
      "a, b, b, 4, 2, None, None, f[:1].view(1, 1, 4), f[1:].view(1, 1, 4), False, 0., e, None, "
      "need_weights=False, use_separate_proj_weight=True, q_proj_weight=e, k_proj_weight=c, "
      "v_proj_weight=d)[:1]",
      {real({3, 2, 4}), real({5, 2, 3}), real({4, 3}), real({4, 3}), real({4, 4}), real({2, 4})},
      [](const List& x) -> List {
        const Tensor k = x[5].narrow(0, 0, 1).view({1, 1, 4}),
                     v = x[5].narrow(0, 1, 1).view({1, 1, 4});
        return {std::get<0>(F::multi_head_attention_forward(
            x[0], x[1], x[1],
            F::MultiheadAttentionForwardFuncOptions(4, 2, {}, {}, k, v, false, 0, x[4], {})
                .need_weights(false)
                .use_separate_proj_weight(true)
                .q_proj_weight(x[4])
                .k_proj_weight(x[2])
                .v_proj_weight(x[3])))};
      });
}

}  // namespace

Rows nn_attention_rows() {
  Rows rows;
  products(rows);
  layers(rows);
  return rows;
}

}  // namespace catalog

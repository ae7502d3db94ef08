// Masks of the layers of attention, and what these layers refuse.
#include "autograd/ops/random/random.h"
#include "nn/nn.h"
#include "tests/support.h"

using namespace gradus;
using namespace gradus::nn;

TEST_CASE("attention: no key seen gives zeros, and with weights nan") {
  MultiheadAttention m(MultiheadAttentionOptions(4, 2).bias(false));
  const Tensor x = randn({2, 1, 4}), all = ones({1, 2}, kBool);
  CHECK(values(std::get<0>(m(x, x, x, all, false))) == Values(8, 0));
  CHECK(std::get<0>(m(x, x, x, all)).isnan().all().item<bool>());
}

TEST_CASE("attention: one mask for all queries, or of another floating type") {
  MultiheadAttention m(4, 2);
  const Tensor x = ones({3, 1, 4}) + arange(3).view({3, 1, 1}), row = arange(3).view({1, 3}) * 0.5;
  const Tensor want = std::get<0>(m(x, x, x, Tensor(), true, row.expand({3, 3})));
  for (const Tensor& mask : {row, row.to(kDouble), row.unsqueeze(0)})
    for (const bool weights : {false, true})
      CHECK(allclose(std::get<0>(m(x, x, x, Tensor(), weights, mask)), want));
}

TEST_CASE("attention: what layers refuse") {
  {
    MultiheadAttention m(4, 2);
    const Tensor x = ones({3, 1, 4});
    for (const bool weights : {false, true})
      CHECK(message([&] {
              m(x, x, x, ones({1, 3}, kLong), weights);
            }) == "multi_head_attention_forward: a mask must be bool or floating, got int64");
    functional::MultiheadAttentionForwardFuncOptions o(4, 2, m->in_proj_weight, m->in_proj_bias, {},
                                                       {}, false, 0, m->out_proj->weight,
                                                       m->out_proj->bias);
    CHECK(message([&] {
            functional::multi_head_attention_forward(x, x, x, o.static_k(ones({1, 3, 4})));
          }) ==
          "multi_head_attention_forward: static_k or static_v has shape [1, 3, 4], wanted is [2, "
          "keys, 2]");
  }
  CHECK(message([] { MultiheadAttention(5, 2); }) ==
        "MultiheadAttention: num_heads 2 does not divide embed_dim 5");
  MultiheadAttention m(4, 2);
  const auto x = [](std::vector<int64_t> sizes) { return ones(sizes); };
  const auto of = [&](const Tensor& q, const Tensor& k, const Tensor& mask = {},
                      const Tensor& padding = {}) {
    return message([&] { m(q, k, k, padding, false, mask); });
  };
  CHECK(of(x({2, 1, 4}), x({2, 4})) ==
        "multi_head_attention_forward: query, key and value must have 3 dims, or 2 unbatched, got "
        "[2, 1, 4], [2, 4] and [2, 4]");
  CHECK(of(x({2, 1, 3}), x({2, 1, 4})) ==
        "multi_head_attention_forward: query has size 3, wanted is 4");
  CHECK(of(x({2, 1, 4}), x({2, 3, 4})) ==
        "multi_head_attention_forward: query [2, 1, 4] and key [2, 3, 4] have different batches");
  CHECK(of(x({2, 1, 4}), x({3, 1, 4}), x({3, 2})) ==
        "multi_head_attention_forward: attn_mask has shape [3, 2], wanted is [2, 3] or [2, 2, 3]");
  CHECK(of(x({2, 1, 4}), x({3, 1, 4}), {}, x({3, 1})) ==
        "multi_head_attention_forward: key_padding_mask has shape [3, 1], wanted is [1, 3]");
  CHECK(message([&] {
          std::get<0>(m(x({2, 1, 4}), x({3, 1, 4}), x({4, 1, 4})));
        }) ==
        "multi_head_attention_forward: key [3, 1, 4] and value [4, 1, 4] differ before their last "
        "dim");
  Transformer t(TransformerOptions(4, 2, 1, 1).dim_feedforward(4));
  CHECK(message([&] {
          t(x({2, 1, 4}), x({2, 4}));
        }) ==
        "Transformer: src and tgt must both have 3 dims, or 2 unbatched, got [2, 1, 4] and [2, 4]");
  CHECK(message([&] {
          t(x({2, 1, 4}), x({2, 2, 4}));
        }) == "Transformer: src and tgt have different batches, [2, 1, 4] and [2, 2, 4]");
  CHECK(message([&] {
          t(x({2, 1, 5}), x({2, 1, 4}));
        }) ==
        "Transformer: the last size of src and tgt must be d_model 4, got [2, 1, 5] and [2, 1, 4]");
}

// Attention and transformers as layers: PyTorch's parameters, results and gradients.
#include <cmath>
#include <functional>
#include <map>

#include "autograd/autograd.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/view/join.h"
#include "autograd/ops/view/triangular.h"
#include "nn/nn.h"
#include "tensor/random/generator_impl.h"
#include "tests/support.h"
#include "tests/table.h"

using namespace gradus;
using namespace gradus::nn;

namespace {

using Tensors = std::vector<Tensor>;
using EncoderOptions = TransformerEncoderLayerOptions;
using DecoderOptions = TransformerDecoderLayerOptions;

// As in tests/reference/attention.py.
Tensor wave(const std::vector<int64_t>& shape, double start = 0) {
  int64_t n = 1;
  for (const int64_t s : shape) n *= s;
  return (arange(n, kDouble) * 0.7 + start).sin().view(shape);
}
// Causal, and without the first key from the third query on.
Tensor window() {
  Tensor mask = ones({4, 4}, kBool).triu(1);
  mask.slice(0, 2).select(1, 0).fill_(true);
  return mask;
}
Tensor causal(int64_t n) { return TransformerImpl::generate_square_subsequent_mask(n).to(kDouble); }
Tensor hidden() { return tensor({0, 0, 0, 1, 0, 1, 0, 0}).view({2, 4}).to(kBool); }

Tensors defined(const std::tuple<Tensor, Tensor>& both) {
  const auto& [y, weights] = both;
  return weights.defined() ? Tensors{y, weights} : Tensors{y};
}

template <class Holder>
Tensors waved(Holder module, Tensors inputs,
              const std::function<Tensors(Holder&, const Tensors&)>& call, bool training = false) {
  module->to(kDouble);
  module->train(training);
  Tensors wanted;
  for (Tensor& x : inputs) wanted.push_back(x.requires_grad_());
  int i = 0;
  for (const Tensor& p : module->parameters()) {
    const NoGradGuard untaped;
    p.copy_(wave(p.sizes().vec(), i++) * 0.6);
    wanted.push_back(p);
  }
  manual_seed(5);
  Tensors out = call(module, inputs);
  Tensor total;
  for (const Tensor& y : out) {
    const Tensor part = (y * arange(y.numel(), kDouble).cos().view(y.sizes())).sum();
    total = total.defined() ? total + part : part;
  }
  const Tensors gradients = autograd::grad({total}, wanted);
  out.insert(out.end(), gradients.begin(), gradients.end());
  return out;
}

Tensors attention(const MultiheadAttentionOptions& options, Tensors inputs,
                  const std::function<Tensors(MultiheadAttention&, const Tensors&)>& call,
                  bool training = false) {
  return waved<MultiheadAttention>(MultiheadAttention(options), std::move(inputs), call, training);
}
Tensors encoder_layer(const EncoderOptions& options, Tensors inputs,
                      const std::function<Tensor(TransformerEncoderLayer&, const Tensor&)>& call,
                      bool training = false) {
  return waved<TransformerEncoderLayer>(
      TransformerEncoderLayer(options), std::move(inputs),
      [&](TransformerEncoderLayer& m, const Tensors& x) -> Tensors { return {call(m, x[0])}; },
      training);
}
template <class Holder>
Tensors on_two(const Holder& module, Tensors inputs,
               const std::function<Tensor(Holder&, const Tensor&, const Tensor&)>& call,
               bool training = false) {
  return waved<Holder>(
      module, std::move(inputs),
      [&](Holder& m, const Tensors& x) -> Tensors { return {call(m, x[0], x[1])}; }, training);
}

Tensors itself(MultiheadAttention& m, const Tensors& x) { return defined(m(x[0], x[0], x[0])); }
Tensors itself_fused(MultiheadAttention& m, const Tensors& x) {
  return defined(m(x[0], x[0], x[0], Tensor(), false));
}

template <class Holder>
Tensors parameters(const Holder& module) {
  return module->parameters();
}

const std::map<std::string, std::function<Tensors()>> cases = {
    {"mha parameters", [] { return parameters(MultiheadAttention(4, 2)); }},
    {"mha parameters, no bias",
     [] { return parameters(MultiheadAttention(MultiheadAttentionOptions(4, 2).bias(false))); }},
    {"mha parameters, sizes and bias_kv",
     [] {
       return parameters(
           MultiheadAttention(MultiheadAttentionOptions(4, 2).kdim(3).vdim(5).add_bias_kv(true)));
     }},
    {"encoder layer parameters",
     [] { return parameters(TransformerEncoderLayer(EncoderOptions(4, 2).dim_feedforward(8))); }},
    {"encoder layer parameters, no bias",
     [] {
       return parameters(
           TransformerEncoderLayer(EncoderOptions(4, 2).dim_feedforward(8).bias(false)));
     }},
    {"decoder layer parameters",
     [] { return parameters(TransformerDecoderLayer(DecoderOptions(4, 2).dim_feedforward(8))); }},
    {"mha self",
     [] {
       return attention({6, 2}, {wave({4, 2, 6})}, itself);
     }},
    {"mha self, fused",
     [] {
       return attention({6, 2}, {wave({4, 2, 6})}, itself_fused);
     }},
    {"mha batch first",
     [] {
       return attention(MultiheadAttentionOptions(6, 3).batch_first(true), {wave({2, 4, 6})},
                        itself_fused);
     }},
    {"mha unbatched",
     [] {
       return attention(
           {6, 3}, {wave({4, 6}), wave({5, 6}, 1)},
           [](MultiheadAttention& m, const Tensors& x) { return defined(m(x[0], x[1], x[1])); });
     }},
    {"mha each head",
     [] {
       return attention(
           {6, 2}, {wave({3, 2, 6}), wave({4, 2, 6}), wave({4, 2, 6}, 2)},
           [](MultiheadAttention& m, const Tensors& x) {
             return defined(m(x[0], x[1], x[2], hidden(), true, Tensor(), /*average=*/false));
           });
     }},
    {"mha sizes, bias_kv, zeros",
     [] {
       return attention(
           MultiheadAttentionOptions(6, 2).kdim(3).vdim(5).add_bias_kv(true).add_zero_attn(true),
           {wave({3, 2, 6}), wave({4, 2, 3}), wave({4, 2, 5}, 2)},
           [](MultiheadAttention& m, const Tensors& x) {
             return defined(m(x[0], x[1], x[2], hidden(), false, wave({4, 3, 4})));
           });
     }},
    {"mha causal",
     [] {
       return attention({6, 2}, {wave({4, 2, 6})}, [](MultiheadAttention& m, const Tensors& x) {
         return defined(m(x[0], x[0], x[0], hidden(), false, Tensor(), true, /*causal=*/true));
       });
     }},
    {"mha window",
     [] {
       return attention({6, 2}, {wave({4, 2, 6})}, [](MultiheadAttention& m, const Tensors& x) {
         return defined(m(x[0], x[0], x[0], Tensor(), true, window(), true, /*is_causal=*/true));
       });
     }},
    {"mha window, padding",
     [] {
       return attention({6, 2}, {wave({4, 2, 6})}, [](MultiheadAttention& m, const Tensors& x) {
         return defined(m(x[0], x[0], x[0], hidden(), false, window(), true, /*is_causal=*/true));
       });
     }},
    {"mha dropout",
     [] {
       return attention(MultiheadAttentionOptions(6, 2).dropout(0.4), {wave({4, 2, 6})},
                        itself_fused, true);
     }},
    {"mha dropout, weights",
     [] {
       return attention(MultiheadAttentionOptions(6, 2).dropout(0.4), {wave({4, 2, 6})}, itself,
                        true);
     }},
    {"encoder layer",
     [] {
       return encoder_layer(EncoderOptions(6, 2).dim_feedforward(7), {wave({4, 2, 6})},
                            [](auto& m, const Tensor& x) { return m(x, Tensor(), hidden()); });
     }},
    {"encoder layer, dropout",
     [] {
       return encoder_layer(
           EncoderOptions(6, 2).dim_feedforward(7).dropout(0.3), {wave({4, 2, 6})},
           [](auto& m, const Tensor& x) { return m(x); }, true);
     }},
    {"encoder layer, norm first",
     [] {
       return encoder_layer(EncoderOptions(6, 2)
                                .dim_feedforward(7)
                                .activation(kGELU)
                                .norm_first(true)
                                .batch_first(true)
                                .bias(false)
                                .layer_norm_eps(0.1),
                            {wave({2, 4, 6})}, [](auto& m, const Tensor& x) {
                              return m(x, causal(4), Tensor(), /*is_causal=*/true);
                            });
     }},
    {"encoder layer, own activation",
     [] {
       const std::function<Tensor(const Tensor&)> own = [](const Tensor& x) { return x.tanh(); };
       return encoder_layer(EncoderOptions(6, 2).dim_feedforward(7).activation(own), {wave({4, 6})},
                            [](auto& m, const Tensor& x) { return m(x); });
     }},
    {"decoder layer",
     [] {
       return on_two<TransformerDecoderLayer>(
           TransformerDecoderLayer(DecoderOptions(6, 2).dim_feedforward(7)),
           {wave({3, 2, 6}), wave({4, 2, 6}, 1)}, [](auto& m, const Tensor& x, const Tensor& y) {
             return m(x, y, causal(3), wave({3, 4}), Tensor(), hidden());
           });
     }},
    {"decoder layer, norm first",
     [] {
       return on_two<TransformerDecoderLayer>(
           TransformerDecoderLayer(
               DecoderOptions(6, 2).dim_feedforward(7).norm_first(true).batch_first(true).dropout(
                   0.2)),
           {wave({2, 3, 6}), wave({2, 4, 6}, 1)},
           [](auto& m, const Tensor& x, const Tensor& y) { return m(x, y); }, true);
     }},
    {"encoder",
     [] {
       TransformerEncoder encoder(
           TransformerEncoderOptions(EncoderOptions(6, 2).dim_feedforward(7), 2)
               .norm(AnyModule(LayerNorm(LayerNormOptions({6})))));
       return waved<TransformerEncoder>(encoder, {wave({4, 2, 6})},
                                        [](TransformerEncoder& m, const Tensors& x) -> Tensors {
                                          return {m(x[0], causal(4), hidden())};
                                        });
     }},
    {"decoder",
     [] {
       return on_two<TransformerDecoder>(
           TransformerDecoder(
               TransformerDecoderOptions(DecoderOptions(6, 2).dim_feedforward(7), 2)),
           {wave({3, 2, 6}), wave({4, 2, 6}, 1)},
           [](auto& m, const Tensor& x, const Tensor& y) { return m(x, y, causal(3)); });
     }},
    {"transformer",
     [] {
       return on_two<Transformer>(
           Transformer(TransformerOptions(6, 2, 1, 2).dim_feedforward(7)),
           {wave({4, 2, 6}), wave({3, 2, 6}, 1)}, [](auto& m, const Tensor& x, const Tensor& y) {
             return m(x, y, Tensor(), causal(3), Tensor(), hidden(), Tensor(), hidden());
           });
     }},
    {"transformer, batch first",
     [] {
       return on_two<Transformer>(
           Transformer(TransformerOptions(6, 2, 1, 1)
                           .dim_feedforward(7)
                           .norm_first(true)
                           .batch_first(true)
                           .bias(false)),
           {wave({2, 4, 6}), wave({2, 3, 6}, 1)},
           [](auto& m, const Tensor& x, const Tensor& y) { return m(x, y, causal(4)); });
     }},
};

}  // namespace

TEST_CASE("attention: parameters, results and gradients are PyTorch's") {
  const std::vector<test::Cell> expected = test::read_table("attention.txt");
  CHECK(cases.size() == expected.size());
  for (const test::Cell& row : expected) {
    const std::string& name = row[0].text;
    const std::vector<double> want = row[1].numbers();
    CAPTURE(name);
    REQUIRE(cases.count(name) == 1);
    manual_seed(5);
    Values got;
    for (const Tensor& t : cases.at(name)()) {
      const Values v = values(t);
      got.insert(got.end(), v.begin(), v.end());
    }
    REQUIRE(got.size() == want.size());
    const bool seeded = name.find("parameters") != std::string::npos;  // in float
    size_t wrong = 0;
    for (size_t i = 0; i < want.size(); ++i)
      wrong += !(std::abs(got[i] - want[i]) <= (seeded ? 1e-6 : 1e-9) * (1 + std::abs(want[i])));
    CHECK(wrong == 0);
  }
}

TEST_CASE("attention: a transformer begins as libtorch's does from the same seed") {
  manual_seed(0);
  Transformer t(TransformerOptions(4, 2, 1, 1).dim_feedforward(8));
  const auto parameters = t->named_parameters();
  const auto first = [&](const char* name) {
    return values(parameters[name].flatten().narrow(0, 0, 3));
  };
  const auto near = [](const Values& got, const Values& want) {
    for (size_t i = 0; i < 3; ++i) CHECK(got[i] == doctest::Approx(want[i]).epsilon(1e-5));
  };
  near(first("encoder.layers.0.self_attn.in_proj_weight"), {0.240681, -0.471337, -0.464077});
  near(first("encoder.layers.0.linear2.weight"), {-0.0758214, 0.356028, -0.480134});
  near(first("decoder.layers.0.multihead_attn.in_proj_weight"), {-0.038179, 0.109467, -0.0931063});
  near(first("decoder.layers.0.linear2.bias"), {-0.0886383, -0.0766724, 0.259969});
}

TEST_CASE("attention: clones share nothing") {
  Transformer t(TransformerOptions(4, 2, 1, 2).dim_feedforward(5).dropout(0));
  const Tensor x = wave({3, 1, 4}).to(kFloat), y = wave({2, 1, 4}, 1).to(kFloat);
  const auto copy = std::dynamic_pointer_cast<TransformerImpl>(t->clone());
  REQUIRE(copy);
  CHECK(copy->forward(x, y).equal(t(x, y)));
  {
    const NoGradGuard untaped;
    for (const Tensor& p : t->parameters()) p.add_(wave(p.sizes().vec()).to(kFloat));
  }
  CHECK(!copy->forward(x, y).equal(t(x, y)));
  CHECK(copy->parameters().size() == t->parameters().size());
}

namespace {
struct DoubledImpl : Module {
  Tensor forward(const Tensor& src, const Tensor& mask, const Tensor& padding) {
    CHECK(!mask.defined());
    CHECK(!padding.defined());
    return src * 2;
  }
  std::shared_ptr<Module> clone(const std::optional<Device>&) const override {
    return std::make_shared<DoubledImpl>(*this);
  }
};
}  // namespace

TEST_CASE("attention: a custom encoder, and layers behind AnyModule") {
  Transformer t(TransformerOptions(4, 2, 1, 1)
                    .dim_feedforward(5)
                    .dropout(0)
                    .custom_encoder(AnyModule(std::make_shared<DoubledImpl>())));
  const Tensor x = wave({3, 1, 4}).to(kFloat), y = wave({2, 1, 4}, 1).to(kFloat);
  CHECK(t(x, y).equal(t->decoder.get<TransformerDecoderImpl>().forward(y, x * 2)));

  AnyModule any(t);
  CHECK(any.forward(x, y).equal(t(x, y)));
  AnyModule attention(MultiheadAttention(4, 2));
  CHECK(std::get<0>(attention.forward<std::tuple<Tensor, Tensor>>(x, x, x)).sizes() == x.sizes());
  AnyModule layer(TransformerEncoderLayer(4, 2));
  CHECK(layer.forward(x).sizes() == x.sizes());
}

TEST_CASE("attention: a causal mask that is seen as such changes nothing") {
  TransformerEncoder encoder(
      TransformerEncoderLayer(EncoderOptions(4, 2).dim_feedforward(5).dropout(0)), 2);
  encoder->to(kDouble);
  const Tensor x = wave({5, 2, 4}), mask = causal(5);
  const Tensor want = encoder(x, mask, Tensor(), false);
  CHECK(allclose(encoder(x, mask), want, 1e-12, 1e-12));
  CHECK(allclose(encoder(x, mask.isinf()), want, 1e-12, 1e-12));
  CHECK(allclose(encoder(x, Tensor(), Tensor(), true), want, 1e-12, 1e-12));
  CHECK(!allclose(encoder(x), want, 1e-3, 1e-3));
}

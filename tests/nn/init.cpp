// What one seed gives: default parameters, initialisers and random layers, as PyTorch has them.
#include <doctest/doctest.h>

#include <map>

#include "autograd/factories.h"
#include "autograd/ops/view/join.h"
#include "nn/nn.h"
#include "tensor/random/generator_impl.h"
#include "tests/table.h"

using namespace gradus;
namespace F = gradus::nn::functional;
namespace init = gradus::nn::init;

namespace {

Tensor flat(const Tensor& t) { return t.detach().reshape({-1}); }
template <class Holder>
Tensor flat_parameters(const Holder& m) {
  std::vector<Tensor> all;
  for (const Tensor& p : m->parameters()) all.push_back(flat(p));
  return cat(all);
}

nn::AdaptiveLogSoftmaxWithLoss adaptive() {
  return nn::AdaptiveLogSoftmaxWithLoss(
      nn::AdaptiveLogSoftmaxWithLossOptions(6, 9, {3, 5}).div_value(2).head_bias(true));
}
Tensor ramp() { return arange(24, kFloat).reshape({2, 3, 4}) / 8 - 1.4; }

// What a recurrent layer makes of the ramp.
template <class Holder>
Tensor output(Holder net) {
  return std::get<0>(net->forward(ramp()));
}

const std::map<std::string, std::function<Tensor()>> makers = {
    {"linear", [] { return flat_parameters(nn::Linear(3, 4)); }},
    {"linear_no_bias",
     [] { return flat_parameters(nn::Linear(nn::LinearOptions(5, 2).bias(false))); }},
    {"linear_large", [] { return flat_parameters(nn::Linear(7, 5)); }},
    {"bilinear", [] { return flat_parameters(nn::Bilinear(2, 3, 2)); }},
    {"embedding",
     [] { return flat_parameters(nn::Embedding(nn::EmbeddingOptions(4, 5).padding_idx(1))); }},
    {"embedding_bag",
     [] {
       return flat_parameters(nn::EmbeddingBag(nn::EmbeddingBagOptions(4, 5).padding_idx(-2)));
     }},
    {"adaptive", [] { return flat_parameters(adaptive()); }},
    {"adaptive_results",
     [] {
       auto m = adaptive();
       const Tensor x = (arange(30, kFloat).reshape({5, 6}) * 0.1 - 1.5).requires_grad_();
       const nn::ASMoutput y = m(x, tensor({0, 4, 8, 2, 5}, kLong));
       y.loss.backward();
       std::vector<Tensor> all = {y.output, y.loss, m->log_prob(x), m->predict(x * 5).to(kFloat),
                                  x.grad()};
       for (const Tensor& p : m->parameters()) all.push_back(p.grad());
       for (Tensor& t : all) t = flat(t);
       return cat(all);
     }},
    {"mlp",
     [] {
       return flat_parameters(
           nn::Sequential{nn::Linear(3, 4), nn::BatchNorm1d(4), nn::PReLU(), nn::Linear(4, 2)});
     }},
    {"rnn",
     [] {
       return flat_parameters(nn::RNN(nn::RNNOptions(2, 3).num_layers(2).bidirectional(true)));
     }},
    {"lstm",
     [] {
       return flat_parameters(
           nn::LSTM(nn::LSTMOptions(2, 3).num_layers(2).bidirectional(true).proj_size(2)));
     }},
    {"gru", [] { return flat_parameters(nn::GRU(nn::GRUOptions(2, 3).bias(false))); }},
    {"rnn_cell",
     [] { return flat_parameters(nn::RNNCell(nn::RNNCellOptions(2, 3).nonlinearity(kReLU))); }},
    {"lstm_cell", [] { return flat_parameters(nn::LSTMCell(2, 3)); }},
    {"gru_cell", [] { return flat_parameters(nn::GRUCell(nn::GRUCellOptions(2, 3).bias(false))); }},
    {"lstm_dropout",
     [] { return output(nn::LSTM(nn::LSTMOptions(4, 5).num_layers(3).dropout(0.4))); }},
    {"lstm_dropout_batch_first",
     [] {
       return output(nn::LSTM(
           nn::LSTMOptions(4, 3).num_layers(2).dropout(0.4).batch_first(true).bidirectional(true)));
     }},
    {"lstm_proj_dropout",
     [] {
       return output(nn::LSTM(nn::LSTMOptions(4, 3).num_layers(2).dropout(0.4).proj_size(2)));
     }},
    {"gru_dropout",
     [] { return output(nn::GRU(nn::GRUOptions(4, 5).num_layers(2).dropout(0.4))); }},
    {"rnn_dropout_packed",
     [] {
       nn::RNN net(nn::RNNOptions(4, 5).num_layers(2).dropout(0.4));
       const auto packed = nn::utils::rnn::pack_padded_sequence(
           ramp(), tensor({1, 2, 2}), /*batch_first=*/false, /*enforce_sorted=*/false);
       return std::get<0>(net->forward_with_packed_input(packed)).data();
     }},
    {"conv1d", [] { return flat_parameters(nn::Conv1d(2, 3, 4)); }},
    {"conv2d",
     [] {
       return flat_parameters(nn::Conv2d(nn::Conv2dOptions(4, 6, {3, 2}).groups(2)));
     }},
    {"conv3d",
     [] {
       return flat_parameters(nn::Conv3d(2, 2, ExpandingArray<3>{1, 2, 3}));
     }},
    {"conv_transpose1d", [] { return flat_parameters(nn::ConvTranspose1d(2, 3, 4)); }},
    {"conv_transpose2d",
     [] {
       return flat_parameters(
           nn::ConvTranspose2d(nn::ConvTranspose2dOptions(4, 6, {3, 2}).groups(2)));
     }},
    {"conv_transpose3d",
     [] {
       return flat_parameters(
           nn::ConvTranspose3d(nn::ConvTranspose3dOptions(2, 2, {1, 2, 3}).bias(false)));
     }},
    {"fractional_max_pool2d",
     [] {
       const Tensor x = arange(98, kFloat).reshape({1, 2, 7, 7});
       return flat(F::fractional_max_pool2d(
           x, F::FractionalMaxPool2dFuncOptions(2).output_size(ExpandingArray<2>{3, 4})));
     }},
    {"layer_norm",
     [] {
       return flat_parameters(nn::LayerNorm(nn::LayerNormOptions({2, 3})));
     }},
    {"uniform",
     [] {
       return init::uniform_(empty({3, 4}), -0.5, 2.0);
     }},
    {"normal",
     [] {
       return init::normal_(empty({4, 5}), 0.5, 2.0);
     }},
    {"trunc_normal",
     [] {
       return init::trunc_normal_(empty({4, 5}), 0.2, 1.5, -1.0, 2.0);
     }},
    {"trunc_normal_tail",
     [] {
       return init::trunc_normal_(empty({4, 5}), 0, 1, 1.5, 4);
     }},
    {"xavier_uniform",
     [] {
       return init::xavier_uniform_(empty({4, 5}), 1.3);
     }},
    {"xavier_normal",
     [] {
       return init::xavier_normal_(empty({2, 3, 4}), 1.3);
     }},
    {"kaiming_uniform",
     [] {
       return init::kaiming_uniform_(empty({4, 5}), 0.1);
     }},
    {"kaiming_uniform_out_relu",
     [] {
       return init::kaiming_uniform_(empty({4, 5}), 0, kFanOut, kReLU);
     }},
    {"kaiming_normal",
     [] {
       return init::kaiming_normal_(empty({2, 3, 4}), 0, kFanIn, kTanh);
     }},
    {"orthogonal_tall",
     [] {
       return init::orthogonal_(empty({5, 3}), 1.5);
     }},
    {"orthogonal_wide",
     [] {
       return init::orthogonal_(empty({3, 2, 4}));
     }},
    {"orthogonal_square",
     [] {
       return init::orthogonal_(empty({4, 4}));
     }},
    {"sparse",
     [] {
       return init::sparse_(empty({6, 4}), 0.4);
     }},
    {"eye",
     [] {
       return init::eye_(empty({3, 4}));
     }},
    {"dirac",
     [] {
       return init::dirac_(empty({4, 2, 3}), 2);
     }},
    {"dropout", [] { return F::dropout(ramp(), 0.3); }},
    {"dropout_strided", [] { return F::dropout(ramp().transpose(0, 2), 0.3); }},
    {"dropout_inplace",
     [] {
       const Tensor x = ramp();
       F::dropout(x, F::DropoutFuncOptions().p(0.6).inplace(true));
       return x;
     }},
    {"dropout_all", [] { return F::dropout(ramp(), 1.0); }},
    {"dropout_eval", [] { return F::dropout(ramp(), 0.3, false); }},
    {"dropout1d",
     [] {
       return F::dropout1d(ramp().view({2, 3, 4}), F::Dropout1dFuncOptions().p(0.4));
     }},
    {"dropout1d_one",
     [] {
       return F::dropout1d(ramp().view({6, 4}), F::Dropout1dFuncOptions().p(0.4));
     }},
    {"dropout2d",
     [] {
       return F::dropout2d(ramp().view({2, 3, 2, 2}), F::Dropout2dFuncOptions().p(0.4));
     }},
    {"dropout3d",
     [] {
       return F::dropout3d(ramp().view({2, 3, 2, 2, 1}), F::Dropout3dFuncOptions().p(0.4));
     }},
    {"alpha_dropout",
     [] { return F::alpha_dropout(ramp(), F::AlphaDropoutFuncOptions().p(0.3).training(true)); }},
    {"feature_alpha_dropout",
     [] {
       return F::feature_alpha_dropout(ramp(),
                                       F::FeatureAlphaDropoutFuncOptions().p(0.3).training(true));
     }},
    {"rrelu",
     [] { return F::rrelu(ramp(), F::RReLUFuncOptions().lower(0.1).upper(0.4).training(true)); }},
    {"gumbel_softmax",
     [] { return F::gumbel_softmax(ramp(), F::GumbelSoftmaxFuncOptions().tau(0.7)); }},
    {"gumbel_softmax_hard",
     [] {
       return F::gumbel_softmax(ramp(), F::GumbelSoftmaxFuncOptions().tau(0.7).hard(true).dim(1));
     }},
};

}  // namespace

TEST_CASE("one seed gives PyTorch's parameters and draws") {
  const std::vector<test::Cell> expected = test::read_table("nn_seeded.txt");
  CHECK(makers.size() == expected.size());
  for (const test::Cell& row : expected) {
    const std::string& name = row[0].text;
    const std::vector<double> want = row[1].numbers();
    CAPTURE(name);
    REQUIRE(makers.count(name) == 1);
    manual_seed(5);
    const Tensor got = flat(makers.at(name)()).contiguous();
    REQUIRE(got.numel() == int64_t(want.size()));
    for (size_t i = 0; i < want.size(); ++i) {
      CAPTURE(i);
      CHECK(double(got.data_ptr<float>()[i]) == doctest::Approx(want[i]).epsilon(1e-5).scale(1));
    }
  }
}

TEST_CASE("gains") {
  CHECK(init::calculate_gain(kLinear) == 1);
  CHECK(init::calculate_gain(kSigmoid) == 1);
  CHECK(init::calculate_gain(kConv2D) == 1);
  CHECK(init::calculate_gain(kTanh) == 5.0 / 3);
  CHECK(init::calculate_gain(kReLU) == doctest::Approx(1.4142135623730951));
  CHECK(init::calculate_gain(kLeakyReLU) == doctest::Approx(1.4141428569978354));
  CHECK(init::calculate_gain(kLeakyReLU, 0.2) == doctest::Approx(1.3867504905630728));
  CHECK(init::calculate_gain(kSELU) == 0.75);
}

TEST_CASE("initialisers write untaped and refuse shapes that they cannot fill") {
  const Tensor w = empty({3, 4}, TensorOptions().requires_grad(true));
  init::ones_(w);
  CHECK(w.sum().item<float>() == 12);
  init::constant_(w, 0.5);
  CHECK(w.is_leaf());
  CHECK(w.requires_grad());
  CHECK(w.sum().item<float>() == 6);
  CHECK(init::zeros_(w).is_same(w));
  CHECK_THROWS_WITH_AS(init::eye_(empty({2})), "eye_: the tensor must have 2 dims, got [2]", Error);
  CHECK_THROWS_WITH_AS(init::xavier_normal_(empty({2})),
                       "init: fan in and fan out need 2 dims or more, got [2]", Error);
  CHECK_THROWS_WITH_AS(init::orthogonal_(empty({2})),
                       "orthogonal_: the tensor needs 2 dims or more, got [2]", Error);
  CHECK_THROWS_WITH_AS(init::sparse_(empty({2, 2, 2}), 0.1),
                       "sparse_: the tensor must have 2 dims, got [2, 2, 2]", Error);
  CHECK_THROWS_WITH_AS(init::dirac_(empty({2, 2})),
                       "dirac_: the tensor must have 3, 4 or 5 dims, got [2, 2]", Error);
  CHECK_THROWS_WITH_AS(init::dirac_(empty({3, 2, 2}), 2), "dirac_: 3 outputs do not make 2 groups",
                       Error);
  CHECK(init::kaiming_uniform_(empty({0, 4})).numel() == 0);
}

TEST_CASE("orthogonal matrices are orthogonal") {
  manual_seed(1);
  const Tensor q = init::orthogonal_(empty({20, 7}, kDouble));
  const Tensor off = (q.t().matmul(q) - eye(7, kDouble)).abs().max();
  CHECK(off.item<double>() < 1e-14);
}

// Recurrent layers: what they make of their options, of missing states, of packed sequences. The
// operations behind them stand in the catalog.
#include <doctest/doctest.h>

#include <sstream>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "autograd/ops/nn/recurrent.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/random/random.h"
#include "autograd/ops/view/join.h"
#include "nn/gradcheck.h"
#include "nn/nn.h"
#include "tensor/base/parallel.h"
#include "tensor/io/serialize.h"

using namespace gradus;
namespace rnn = gradus::nn::utils::rnn;

namespace {

std::vector<std::string> names_of(const nn::Module& m) {
  std::vector<std::string> names;
  for (const auto& p : m.named_parameters()) {
    std::ostringstream shape;
    shape << p.key() << ' ' << p.value().sizes();
    names.push_back(shape.str());
  }
  return names;
}

using Names = std::vector<std::string>;

bool near(const Tensor& a, const Tensor& b) { return allclose(a, b, 1e-5, 1e-6); }

}  // namespace

TEST_CASE("recurrent layers name their parameters as libtorch's") {
  CHECK(names_of(*nn::LSTM(3, 4)) == Names{"weight_ih_l0 [16, 3]", "weight_hh_l0 [16, 4]",
                                           "bias_ih_l0 [16]", "bias_hh_l0 [16]"});
  nn::LSTM deep(nn::LSTMOptions(3, 4).num_layers(2).bidirectional(true).bias(false).proj_size(2));
  CHECK(names_of(*deep) == Names{"weight_ih_l0 [16, 3]", "weight_hh_l0 [16, 2]",
                                 "weight_hr_l0 [2, 4]", "weight_ih_l0_reverse [16, 3]",
                                 "weight_hh_l0_reverse [16, 2]", "weight_hr_l0_reverse [2, 4]",
                                 "weight_ih_l1 [16, 4]", "weight_hh_l1 [16, 2]",
                                 "weight_hr_l1 [2, 4]", "weight_ih_l1_reverse [16, 4]",
                                 "weight_hh_l1_reverse [16, 2]", "weight_hr_l1_reverse [2, 4]"});
  CHECK(deep->all_weights().size() == 12);
  CHECK(deep->all_weights()[2].is_same(deep->named_parameters()["weight_hr_l0"]));
  deep->flatten_parameters();
  CHECK(names_of(*nn::GRU(3, 4))[1] == "weight_hh_l0 [12, 4]");
  CHECK(names_of(*nn::RNN(3, 4))[1] == "weight_hh_l0 [4, 4]");
  CHECK(names_of(*nn::GRUCell(3, 4)) ==
        Names{"weight_ih [12, 3]", "weight_hh [12, 4]", "bias_ih [12]", "bias_hh [12]"});
  CHECK(names_of(*nn::LSTMCell(nn::LSTMCellOptions(3, 4).bias(false))) ==
        Names{"weight_ih [16, 3]", "weight_hh [16, 4]"});
}

TEST_CASE("layers compute what their operations do") {
  manual_seed(1);
  const Tensor x = randn({5, 2, 3}), h = randn({4, 2, 4}), c = randn({4, 2, 4});
  nn::LSTM lstm(nn::LSTMOptions(3, 4).num_layers(2).bidirectional(true));
  const auto [y, states] = lstm(x, std::make_tuple(h, c));
  const auto expected = gradus::lstm(x, {h, c}, lstm->all_weights(), true, 2, 0, true, true, false);
  CHECK(y.equal(std::get<0>(expected)));
  CHECK(std::get<0>(states).equal(std::get<1>(expected)));
  CHECK(std::get<1>(states).equal(std::get<2>(expected)));
  CHECK(y.sizes() == IntArrayRef({5, 2, 8}));
  // The last step forwards and the first one backwards are the last layer's states.
  CHECK(y[4].narrow(1, 0, 4).equal(std::get<0>(states)[2]));
  CHECK(y[0].narrow(1, 4, 4).equal(std::get<0>(states)[3]));

  nn::GRU gru(nn::GRUOptions(3, 4).batch_first(true));
  const Tensor h1 = h.narrow(0, 0, 1);
  const auto [gy, gh] = gru(x.transpose(0, 1), h1);
  CHECK(gy.equal(std::get<0>(gradus::gru(x, h1, gru->all_weights(), true, 1, 0, true, false, false))
                     .transpose(0, 1)));
  CHECK(gh[0].equal(gy.select(1, 4)));

  for (const bool relu : {false, true}) {
    nn::RNNOptions options(3, 4);
    if (relu) options.nonlinearity(kReLU);
    nn::RNN net(options.bias(false));
    const auto params = net->all_weights();
    const auto want = relu ? rnn_relu(x, h1, params, false, 1, 0, true, false, false)
                           : rnn_tanh(x, h1, params, false, 1, 0, true, false, false);
    CHECK(std::get<0>(net(x, h1)).equal(std::get<0>(want)));
  }
}

TEST_CASE("states are zeros unless given, and a batch may be missing") {
  manual_seed(2);
  const Tensor x = randn({5, 3}), batch = x.unsqueeze(1);
  nn::LSTM lstm(nn::LSTMOptions(3, 4).num_layers(2).proj_size(2));
  const Tensor h = zeros({2, 2}), c = zeros({2, 4});
  const auto [y, states] = lstm(x);
  const auto [z, same] = lstm(x, std::make_tuple(h, c));
  const auto [w, of_batch] = lstm(batch);
  CHECK(y.sizes() == IntArrayRef({5, 2}));
  CHECK(std::get<0>(states).sizes() == IntArrayRef({2, 2}));
  CHECK(std::get<1>(states).sizes() == IntArrayRef({2, 4}));
  CHECK(y.equal(z));
  CHECK(y.equal(w.squeeze(1)));
  CHECK(std::get<1>(states).equal(std::get<1>(of_batch).squeeze(1)));

  nn::GRU gru(nn::GRUOptions(3, 4).batch_first(true));
  CHECK(std::get<0>(gru(x)).equal(std::get<0>(gru(x, zeros({1, 4})))));
  CHECK(std::get<0>(gru(x)).equal(std::get<0>(gru(x.unsqueeze(0))).squeeze(0)));

  const Tensor one = x[0];
  nn::LSTMCell lstm_cell(3, 4);
  const auto [ch, cc] = lstm_cell(one);
  CHECK(ch.sizes() == IntArrayRef({4}));
  const auto [bh, bc] = lstm_cell(one.unsqueeze(0), std::make_tuple(zeros({1, 4}), zeros({1, 4})));
  CHECK(ch.equal(bh.squeeze(0)));
  CHECK(cc.equal(bc.squeeze(0)));
  nn::GRUCell gru_cell(3, 4);
  CHECK(gru_cell(one).equal(gru_cell(one.unsqueeze(0), zeros({1, 4})).squeeze(0)));
  nn::RNNCell rnn_cell(nn::RNNCellOptions(3, 4).nonlinearity(kReLU));
  CHECK(rnn_cell(one, zeros({4})).equal(rnn_cell(one.unsqueeze(0)).squeeze(0)));
  CHECK(rnn_cell(one).min().item<float>() >= 0);
}

TEST_CASE("a layer is its cell, step by step") {
  manual_seed(3);
  const Tensor x = randn({6, 7, 3});
  nn::LSTM lstm(3, 5);
  nn::LSTMCell cell(3, 5);
  const auto p = lstm->all_weights();
  {
    const NoGradGuard untaped;
    cell->weight_ih.copy_(p[0]), cell->weight_hh.copy_(p[1]);
    cell->bias_ih.copy_(p[2]), cell->bias_hh.copy_(p[3]);
  }
  const auto [y, states] = lstm(x);
  std::optional<std::tuple<Tensor, Tensor>> s;
  for (int64_t t = 0; t < 6; ++t) {
    s = cell(x[t], s);
    CHECK(near(y[t], std::get<0>(*s)));
  }
  CHECK(near(std::get<1>(states)[0], std::get<1>(*s)));
}

TEST_CASE("a packed sequence gives what each sequence gives by itself") {
  manual_seed(4);
  const Tensor x = randn({5, 4, 3}), lengths = tensor({2, 5, 1, 4});
  const rnn::PackedSequence packed = rnn::pack_padded_sequence(x, lengths, false, false);
  CHECK(packed.batch_sizes().equal(tensor({4, 3, 2, 2, 1})));
  CHECK(packed.sorted_indices().equal(tensor({1, 3, 0, 2})));
  CHECK(packed.unsorted_indices().equal(tensor({2, 0, 3, 1})));
  const Tensor h0 = randn({4, 4, 5}), c0 = randn({4, 4, 5});

  nn::LSTM lstm(nn::LSTMOptions(3, 5).num_layers(2).bidirectional(true));
  nn::GRU gru(nn::GRUOptions(3, 5).num_layers(2).bidirectional(true));
  nn::RNN plain(nn::RNNOptions(3, 5).num_layers(2).bidirectional(true));
  const auto [y, states] = lstm->forward_with_packed_input(packed, std::make_tuple(h0, c0));
  const auto [gy, gh] = gru->forward_with_packed_input(packed, h0);
  const auto [ry, rh] = plain->forward_with_packed_input(packed, h0);
  const auto [zy, zh] = gru->forward_with_packed_input(packed);
  const auto [padded, got] = rnn::pad_packed_sequence(y);
  CHECK(got.equal(lengths));
  const auto ys = rnn::unpack_sequence(y), gys = rnn::unpack_sequence(gy),
             rys = rnn::unpack_sequence(ry), zys = rnn::unpack_sequence(zy);
  for (int64_t b = 0; b < 4; ++b) {
    const int64_t n = lengths[b].item<int64_t>();
    const Tensor alone = x.narrow(0, 0, n).narrow(1, b, 1), h = h0.narrow(1, b, 1),
                 c = c0.narrow(1, b, 1);
    const auto [want, s] = lstm(alone, std::make_tuple(h, c));
    const auto i = size_t(b);
    CHECK(near(ys[i], want.squeeze(1)));
    CHECK(near(padded.select(1, b).narrow(0, 0, n), want.squeeze(1)));
    CHECK(padded.select(1, b).narrow(0, n, 5 - n).eq(0).all().item<bool>());
    CHECK(near(std::get<0>(states).narrow(1, b, 1), std::get<0>(s)));
    CHECK(near(std::get<1>(states).narrow(1, b, 1), std::get<1>(s)));
    const auto [gwant, gs] = gru(alone, h);
    CHECK(near(gys[i], gwant.squeeze(1)));
    CHECK(near(gh.narrow(1, b, 1), gs));
    const auto [rwant, rs] = plain(alone, h);
    CHECK(near(rys[i], rwant.squeeze(1)));
    CHECK(near(rh.narrow(1, b, 1), rs));
    CHECK(near(zys[i], std::get<0>(gru(alone)).squeeze(1)));
    CHECK(near(zh.narrow(1, b, 1), std::get<1>(gru(alone))));
  }
}

TEST_CASE("sequences are padded and packed") {
  const Tensor a = tensor({1., 2., 3.}), b = tensor({4.}), c = tensor({5., 6.});
  const rnn::PackedSequence p = rnn::pack_sequence({a, c, b});
  CHECK(p.data().equal(tensor({1., 5., 4., 2., 6., 3.})));
  CHECK(p.batch_sizes().equal(tensor({3, 2, 1})));
  CHECK_FALSE(p.sorted_indices().defined());
  CHECK_FALSE(p.unsorted_indices().defined());
  CHECK_FALSE(p.is_cuda());
  CHECK_FALSE(p.is_pinned());
  CHECK_THROWS_WITH_AS(p.pin_memory(), "pin_memory: there is no device but the CPU", Error);
  CHECK(p.cpu().data().is_same(p.data()));
  CHECK(bool(p.to(kDouble).data().scalar_type() == kDouble));
  CHECK(bool(p.to(kDouble).batch_sizes().scalar_type() == kLong));
  CHECK(rnn::unpack_sequence(rnn::pack_sequence({b, a, c}, false))[1].equal(a));
  const auto [padded, lengths] = rnn::pad_packed_sequence(p, true, -1, 4);
  CHECK(padded.equal(tensor({1., 2., 3., -1., 5., 6., -1., -1., 4., -1., -1., -1.}).view({3, 4})));
  CHECK(lengths.equal(tensor({3, 2, 1})));
  CHECK(rnn::pad_sequence({a, b}, true, 7).equal(tensor({1., 2., 3., 4., 7., 7.}).view({2, 3})));
  CHECK(rnn::pad_sequence({a, b}, false, 7, "left")
            .equal(tensor({1., 7., 2., 7., 3., 4.}).view({3, 2})));
  CHECK(rnn::unpad_sequence(rnn::pad_sequence({a, b}), tensor({3, 1}))[1].equal(b));
  CHECK(rnn::invert_permutation(tensor({2, 0, 1})).equal(tensor({1, 2, 0})));
  CHECK_FALSE(rnn::invert_permutation({}).defined());
}

TEST_CASE("gradients of recurrent layers") {
  manual_seed(5);
  const Tensor x = randn({3, 2, 2}), h = randn({4, 2, 3});
  nn::GRU gru(nn::GRUOptions(2, 3).num_layers(2).bidirectional(true));
  CHECK(nn::gradcheck(gru, {x, h}));
  nn::GRUCell cell(2, 3);
  CHECK(nn::gradcheck(cell, {x[0], h[0]}));
  CHECK(nn::gradgradcheck(cell, {x[0], h[0]}));
  // Where one input is made of another, the second derivative counts each way once.
  const auto shared = [](const Tensor& t) {
    const Tensor w = t.narrow(0, 0, 12).view({4, 3}).t().contiguous();
    const auto [y, last] =
        gradus::rnn_tanh(t.narrow(0, 0, 6).view({2, 1, 3}).sin(), t.narrow(0, 3, 3).view({1, 1, 3}),
                         {w.matmul(w.t()), w.matmul(w.t())}, false, 1, 0, false, false, false);
    return y.square().sum() + last.sum();
  };
  const Tensor t = randn({12}, TensorOptions(kDouble).requires_grad(true));
  const auto as_list = [&](const std::vector<Tensor>& in) {
    return std::vector<Tensor>{shared(in[0])};
  };
  CHECK(autograd::gradcheck(as_list, {t}));
  CHECK(autograd::gradgradcheck(as_list, {t}));
}

TEST_CASE("recurrent layers give the same bits for any number of threads") {
  using List = std::vector<Tensor>;
  const int before = get_num_threads();
  // Weights that stay in a thread's cache, and larger ones, whose parts threads share.
  const auto check = [](int64_t gates, int64_t hidden, int64_t steps, auto run) {
    CAPTURE(gates);
    CAPTURE(hidden);
    CAPTURE(steps);
    manual_seed(8);
    List leaves{randn({steps, 5, 7}), randn({2, 5, hidden})};
    for (int direction = 0; direction < 2; ++direction)
      for (const Tensor& p : List{randn({gates * hidden, 7}), randn({gates * hidden, hidden}),
                                  randn({gates * hidden}), randn({gates * hidden})})
        leaves.push_back(p * 0.1);
    for (Tensor& t : leaves) t.requires_grad_();
    List first;
    for (const int threads : {1, 2, 3}) {
      set_num_threads(threads);
      List all = run(leaves[0], leaves[1], TensorList(leaves).slice(2));
      Tensor loss = all[0].pow(2).sum();
      for (size_t i = 1; i < all.size(); ++i) loss = loss + all[i].pow(2).sum();
      loss.backward();
      for (Tensor& t : leaves) {
        all.push_back(t.grad());
        t.mutable_grad() = Tensor();
      }
      if (threads == 1) first = all;
      for (size_t i = 0; i < all.size(); ++i) CHECK(all[i].equal(first[i]));
    }
  };
  for (const int64_t steps : {1, 4, 5}) {
    for (const int64_t hidden : {20, 64, 320})
      check(4, hidden, steps, [](const Tensor& x, const Tensor& h, TensorList params) {
        const auto [y, last, c] = lstm(x, {h, h}, params, true, 1, 0, true, true, false);
        return List{y, last, c};
      });
    for (const int64_t hidden : {64, 320})
      check(3, hidden, steps, [](const Tensor& x, const Tensor& h, TensorList params) {
        const auto [y, last] = gru(x, h, params, true, 1, 0, true, true, false);
        return List{y, last};
      });
    check(1, 544, steps, [](const Tensor& x, const Tensor& h, TensorList params) {
      const auto [y, last] = rnn_tanh(x, h, params, true, 1, 0, true, true, false);
      return List{y, last};
    });
  }
  set_num_threads(before);
}

TEST_CASE("the output of a layer may be written before the backward pass") {
  manual_seed(6);
  nn::LSTM lstm(3, 4);
  const Tensor x = randn({5, 2, 3}, TensorOptions().requires_grad(true));
  std::get<0>(lstm(x)).sum().backward();
  const Tensor want = x.grad().clone();
  x.mutable_grad() = Tensor();
  const Tensor y = std::get<0>(lstm(x));
  y.mul_(1).add_(1);
  y.sum().backward();
  CHECK(x.grad().equal(want));
}

TEST_CASE("recurrent layers are cloned, saved, converted and called as any") {
  manual_seed(7);
  const Tensor x = randn({4, 2, 3});
  nn::LSTM lstm(nn::LSTMOptions(3, 4).num_layers(2));
  const Tensor y = std::get<0>(lstm(x));
  const auto copy = std::dynamic_pointer_cast<nn::LSTMImpl>(lstm->clone());
  CHECK(std::get<0>(copy->forward(x)).equal(y));
  {
    const NoGradGuard untaped;
    for (const Tensor& p : copy->parameters()) p.zero_();
  }
  CHECK(std::get<0>(lstm(x)).equal(y));
  CHECK(std::get<0>(copy->forward(x)).eq(0).all().item<bool>());
  std::stringstream file;
  save(lstm, file);
  nn::LSTM other(nn::LSTMOptions(3, 4).num_layers(2));
  load(other, file);
  CHECK(std::get<0>(other(x)).equal(y));
  lstm->to(kDouble);
  CHECK(std::get<0>(lstm(x.to(kDouble))).to(kFloat).allclose(y, 1e-5, 1e-6));
  nn::AnyModule any(other);
  CHECK(std::get<0>(any.forward<std::tuple<Tensor, std::tuple<Tensor, Tensor>>>(x)).equal(y));
  nn::AnyModule cell(nn::GRUCell(3, 4));
  CHECK(cell.forward(x[0]).sizes() == IntArrayRef({2, 4}));
}

TEST_CASE("dropout is between layers and in training only") {
  manual_seed(8);
  const Tensor x = randn({4, 2, 3});
  nn::GRU gru(nn::GRUOptions(3, 4).num_layers(2).dropout(1));
  const Tensor trained = std::get<0>(gru(x));
  // With all dropped the second layer sees zeros, the same for each sequence.
  CHECK(trained.select(1, 0).equal(trained.select(1, 1)));
  gru->eval();
  CHECK_FALSE(std::get<0>(gru(x)).select(1, 0).equal(trained.select(1, 0)));
  CHECK(std::get<0>(gru(x)).equal(std::get<0>(gru(x))));
}

TEST_CASE("recurrent layers say what does not fit") {
#define SAYS(expression, text) CHECK_THROWS_WITH_AS(expression, text, Error)
  SAYS(nn::LSTM(3, 0), "LSTM: hidden_size must be positive, got 0");
  SAYS(nn::GRU(nn::GRUOptions(3, 4).num_layers(0)), "GRU: num_layers must be positive, got 0");
  SAYS(nn::RNN(nn::RNNOptions(3, 4).dropout(1.5)), "RNN: dropout must be between 0 and 1, got 1.5");
  SAYS(nn::LSTM(nn::LSTMOptions(3, 4).proj_size(4)),
       "LSTM: proj_size must be at least 0 and less than hidden_size, got 4 and 4");
  nn::LSTM lstm(3, 4);
  SAYS(lstm(zeros({3})), "LSTM: the input must have 2 or 3 dims, got [3]");
  SAYS(lstm(zeros({5, 2, 4})), "LSTM: the input has 4 features, expected 3");
  SAYS(lstm(zeros({5, 2, 3}), std::make_tuple(zeros({1, 3, 4}), zeros({1, 2, 4}))),
       "LSTM: the state h has shape [1, 3, 4], expected [1, 2, 4]");
  SAYS(lstm(zeros({5, 2, 3}), std::make_tuple(zeros({1, 2, 4}), zeros({2, 4}))),
       "LSTM: the state c has shape [2, 4], expected [1, 2, 4]");
  SAYS(nn::GRU(3, 4)(zeros({5, 3}), zeros({1, 1, 4})),
       "GRU: for an input without a batch the state must have 2 dims, got [1, 1, 4]");
  SAYS(nn::GRUCell(3, 4)(zeros({2, 2})), "GRUCell: the input has 2 features, expected 3");
  SAYS(nn::GRUCell(3, 4)(zeros({2, 2, 3})),
       "GRUCell: the input must have 1 or 2 dims, got [2, 2, 3]");
  SAYS(nn::RNNCell(3, 4)(zeros({2, 3}), zeros({4})),
       "RNNCell: the state and the input must have as many dims, got [4] and [2, 3]");
  SAYS(nn::RNNCell(3, 4)(zeros({2, 3}), zeros({3, 4})),
       "rnn_tanh_cell: the state has shape [3, 4], expected [2, 4]");

  const Tensor x = zeros({5, 2, 3}), h = zeros({1, 2, 4}), w = zeros({4, 3}), u = zeros({4, 4});
  const auto rnn_of = [&](const Tensor& in, const Tensor& state, std::vector<Tensor> params) {
    return rnn_tanh(in, state, params, false, 1, 0, false, false, false);
  };
  SAYS(rnn_of(x[0], h, {w, u}), "rnn_tanh: the input must have 3 dims, got [2, 3]");
  SAYS(rnn_of(x, h, {w}), "rnn_tanh: 1 layers and directions of 2 parameters need 2, got 1");
  SAYS(rnn_of(x, h, {u, u}), "rnn_tanh: weight_ih has shape [4, 4], expected [4, 3]");
  SAYS(rnn_of(x, h, {w, w}), "rnn_tanh: the state h has shape [1, 2, 4], expected [1, 2, 3]");
  SAYS(rnn_of(zeros({0, 2, 3}), h, {w, u}),
       "rnn_tanh: the input has no steps, its shape is [0, 2, 3]");
  SAYS(gradus::lstm(x, {h}, {w, u}, false, 1, 0, false, false, false),
       "lstm: hx must hold h and c, it holds 1");
  const auto packed = [&](const Tensor& sizes) {
    return rnn_tanh(zeros({5, 3}), sizes, h, {w, u}, false, 1, 0, false, false);
  };
  SAYS(packed(tensor({2, 2})), "rnn_tanh: batch_sizes name 4 rows, the data has 5");
  SAYS(packed(tensor({2, 3})),
       "rnn_tanh: batch_sizes must be positive and not grow, got 3 after 2");
  SAYS(packed(tensor({2., 3.})),
       "rnn_tanh: batch_sizes must be a vector of int64, got [2] of float32");

  const Tensor three = zeros({4, 3});
  SAYS(
      rnn::pack_padded_sequence(three, tensor({2, 3, 1})),
      "_pack_padded_sequence: lengths must not grow unless enforce_sorted is false, got 3 after 2");
  SAYS(rnn::pack_padded_sequence(three, tensor({2, 1, 0})),
       "_pack_padded_sequence: lengths must be positive, got 0");
  SAYS(rnn::pack_padded_sequence(three, tensor({5, 1, 1})),
       "_pack_padded_sequence: a sequence of length 5 does not fit in 4 steps");
  SAYS(rnn::pack_padded_sequence(three, tensor({2, 1})),
       "_pack_padded_sequence: lengths must be 3 integers, got [2] of int64");
  SAYS(rnn::pack_padded_sequence(three, tensor({2, 1}), false, false),
       "pack_padded_sequence: there are 2 lengths for 3 sequences");
  SAYS(rnn::pad_packed_sequence(rnn::pack_sequence({zeros({3})}), false, 0, 2),
       "pad_packed_sequence: total_length is 2, the longest sequence has 3");
  SAYS(rnn::pad_sequence({}), "pad_sequence: there are no sequences");
  SAYS(rnn::pad_sequence({zeros({2, 3}), zeros({2, 4})}),
       "pad_sequence: sequences differ behind their first dim, [2, 3] and [2, 4]");
  SAYS(rnn::pad_sequence({three}, false, 0, "up"),
       "pad_sequence: padding_side must be left or right, got up");
#undef SAYS
}

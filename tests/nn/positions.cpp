// Positions in a sequence: PyTorch's values, what they do to attention, gradients and refusals.
#include <cmath>
#include <functional>
#include <map>
#include <sstream>

#include "autograd/autograd.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/view/join.h"
#include "nn/nn.h"
#include "tensor/random/generator_impl.h"
#include "tests/support.h"
#include "tests/table.h"

using namespace gradus;
using namespace gradus::nn;
namespace F = gradus::nn::functional;

namespace {

// As in tests/reference/positions.py.
Tensor wave(const std::vector<int64_t>& shape, double start = 0) {
  int64_t n = 1;
  for (const int64_t s : shape) n *= s;
  return (arange(n, kDouble) * 0.7 + start).sin().view(shape);
}
Tensor attended(const ALiBi& alibi, int64_t queries, int64_t keys) {
  const int64_t heads = alibi->options.num_heads();
  return scaled_dot_product_attention(wave({2, heads, queries, 4}), wave({2, heads, keys, 4}, 1),
                                      wave({2, heads, keys, 4}, 2),
                                      alibi->bias(queries, keys, kDouble));
}
Tensor sinusoidal(int64_t length, int64_t dim, int64_t offset = 0, double base = 10000) {
  return F::sinusoidal_positions(length, dim, offset, base, kDouble);
}
ALiBi causal_alibi(int64_t heads) { return ALiBi(ALiBiOptions(heads).is_causal(true)); }

const std::map<std::string, std::function<Tensor()>> cases = {
    {"sinusoidal", [] { return sinusoidal(5, 6); }},
    {"sinusoidal, odd", [] { return sinusoidal(3, 5, 0, 100); }},
    {"sinusoidal, offset", [] { return sinusoidal(2, 4, 90001); }},
    {"slopes 1", [] { return F::alibi_slopes(1, kDouble); }},
    {"slopes 2", [] { return F::alibi_slopes(2, kDouble); }},
    {"slopes 3", [] { return F::alibi_slopes(3, kDouble); }},
    {"slopes 6", [] { return F::alibi_slopes(6, kDouble); }},
    {"slopes 8", [] { return F::alibi_slopes(8, kDouble); }},
    {"slopes 12", [] { return F::alibi_slopes(12, kDouble); }},
    {"slopes 20", [] { return F::alibi_slopes(20, kDouble); }},
    {"alibi", [] { return attended(ALiBi(3), 5, 5); }},
    {"alibi, causal", [] { return attended(causal_alibi(4), 5, 5); }},
    {"alibi, last queries", [] { return attended(causal_alibi(2), 3, 7); }},
};

template <class M>
std::string printed(const M& module) {
  std::ostringstream out;
  out << module;
  return out.str();
}

}  // namespace

TEST_CASE("positions: values are those of PyTorch's operations") {
  const std::vector<test::Cell> expected = test::read_table("positions.txt");
  CHECK(cases.size() == expected.size());
  for (const test::Cell& row : expected) {
    const std::string& name = row[0].text;
    CAPTURE(name);
    REQUIRE(cases.count(name) == 1);
    const Values got = values(cases.at(name)()), want = row[1].numbers();
    REQUIRE(got.size() == want.size());
    for (size_t i = 0; i < want.size(); ++i) CHECK(std::abs(got[i] - want[i]) <= 1e-12);
  }
}

TEST_CASE("positions: rotated queries and keys see how far apart they are, and nothing else") {
  const Tensor q = wave({2, 5, 8}), k = wave({2, 5, 8}, 1);
  for (const bool interleaved : {true, false}) {
    RotaryEmbedding rotary(RotaryEmbeddingOptions().interleaved(interleaved));
    const auto scores = [&](int64_t offset) {
      return matmul(rotary(q, offset), rotary(k, offset).mT());
    };
    CHECK(allclose(scores(0), scores(1234), 1e-10, 1e-10));
    CHECK(!allclose(scores(0), matmul(q, k.mT()), 1e-2, 1e-2));
    CHECK(allclose(rotary(q, 3).norm(2, -1), q.norm(2, -1), 1e-12, 1e-12));
  }
}

TEST_CASE("positions: a sequence in pieces is the sequence") {
  const auto check = [](auto module, const Tensor& x) {
    const Tensor pieces = cat(
        {module(x.slice(-2, 0, 3)), module(x.slice(-2, 3, 4), 3), module(x.slice(-2, 4), 4)}, -2);
    CHECK(pieces.equal(module(x)));
  };
  const Tensor x = wave({2, 3, 9, 6}).to(kFloat);
  check(RotaryEmbedding(), x);
  check(RotaryEmbedding(RotaryEmbeddingOptions().interleaved(false).dim(4)), x);
  check(RotaryEmbedding(), x.transpose(1, 2).contiguous().transpose(1, 2));
  check(SinusoidalPositions(), x);
  check(LearnedPositions(9, 6), x);
}

TEST_CASE("positions: a rotation keeps the memory layout, and reads any") {
  const Tensor x = wave({2, 9, 3, 6}).permute({0, 2, 1, 3});  // heads of a projection
  const Tensor y = F::rotary_embedding(x);
  CHECK(y.strides() == x.strides());
  CHECK(y.equal(F::rotary_embedding(x.contiguous())));
  const Tensor turned = wave({6, 9}).mT();  // a last dim that is not contiguous
  CHECK(F::rotary_embedding(turned).equal(F::rotary_embedding(turned.contiguous())));
  CHECK(F::rotary_embedding(zeros({2, 0, 4})).sizes() == IntArrayRef({2, 0, 4}));
}

TEST_CASE("positions: threads that begin in the midst of a sequence know where they are") {
  const Tensor x = wave({5, 301, 34});
  for (const bool interleaved : {true, false}) {
    const Tensor y = rotary_embedding(x, 2, 10000, interleaved);
    for (int64_t i = 0; i < 5; ++i)
      CHECK(y[i].equal(rotary_embedding(x[i], 2, 10000, interleaved)));
  }
}

TEST_CASE("positions: the learned table begins as an embedding's") {
  manual_seed(3);
  const LearnedPositions positions(7, 4);
  manual_seed(3);
  CHECK(positions->weight.equal(Embedding(7, 4)->weight));
  CHECK(positions->named_parameters().keys() == std::vector<std::string>{"weight"});
}

TEST_CASE("positions: ALiBi's causal bias is its bias where attention is causal") {
  const Tensor q = wave({2, 3, 6, 4}), k = wave({2, 3, 6, 4}, 1), v = wave({2, 3, 6, 4}, 2);
  const Tensor hidden = scaled_dot_product_attention(q, k, v, causal_alibi(3)->bias(6, 6, kDouble));
  const Tensor plain = ALiBi(3)->bias(6, 6, kDouble);
  CHECK(allclose(hidden, scaled_dot_product_attention(q, k, v, plain, 0, true), 1e-12, 1e-12));
  const Tensor scores = matmul(q, k.mT()) / 2;
  CHECK(allclose(matmul(ALiBi(3)(scores).softmax(-1), v),
                 scaled_dot_product_attention(q, k, v, plain), 1e-12, 1e-12));
}

TEST_CASE("positions: gradients") {
  const Tensor x = wave({2, 3, 4}).requires_grad_();
  const auto check = [&](auto module, const Tensor& input) {
    CHECK(nn::gradcheck(module, {input}));
    CHECK(nn::gradgradcheck(module, {input}));
  };
  check(RotaryEmbedding(), x);
  check(RotaryEmbedding(RotaryEmbeddingOptions().interleaved(false).dim(2).base(10)), x);
  check(SinusoidalPositions(), x);
  check(LearnedPositions(5, 4), x);
  check(ALiBi(2), wave({1, 2, 3, 4}).requires_grad_());
}

TEST_CASE("positions: modules print their options, and are called with defaults") {
  CHECK(printed(RotaryEmbedding()) == "torch::nn::RotaryEmbedding(base=10000, interleaved=true)");
  CHECK(printed(RotaryEmbedding(RotaryEmbeddingOptions().dim(4).interleaved(false))) ==
        "torch::nn::RotaryEmbedding(dim=4, base=10000, interleaved=false)");
  CHECK(printed(SinusoidalPositions()) == "torch::nn::SinusoidalPositions(base=10000)");
  CHECK(printed(LearnedPositions(9, 4)) == "torch::nn::LearnedPositions(max_length=9, dim=4)");
  CHECK(printed(ALiBi(2)) == "torch::nn::ALiBi(num_heads=2)");
  CHECK(printed(causal_alibi(2)) == "torch::nn::ALiBi(num_heads=2, is_causal=true)");
  Sequential all(SinusoidalPositions(), LearnedPositions(3, 4), RotaryEmbedding());
  const Tensor x = wave({2, 3, 4}).to(kFloat);
  CHECK(all->forward(x).sizes() == x.sizes());
}

TEST_CASE("positions: what they refuse") {
  const auto rotary = [](const Tensor& x, std::optional<int64_t> dim = {}, double base = 10000) {
    return message([&] { rotary_embedding(x, 0, base, true, dim); });
  };
  CHECK(rotary(ones({2, 4}, kLong)) ==
        "rotary_embedding: x must be floating point with 2 dims or more, got int64 [2, 4]");
  CHECK(rotary(ones({4})) ==
        "rotary_embedding: x must be floating point with 2 dims or more, got float32 [4]");
  CHECK(rotary(ones({2, 5})) ==
        "rotary_embedding: dim is 5, it must be even and between 2 and the last size of x, 5");
  CHECK(rotary(ones({2, 4}), 6) ==
        "rotary_embedding: dim is 6, it must be even and between 2 and the last size of x, 4");
  CHECK(rotary(ones({2, 4}), 0) ==
        "rotary_embedding: dim is 0, it must be even and between 2 and the last size of x, 4");
  CHECK(rotary(ones({2, 4}), {}, 0) ==
        "rotary_embedding: base is 0, it must be positive and finite");
  CHECK(rotary(ones({2, 4}), {}, std::nan("")) ==
        "rotary_embedding: base is nan, it must be positive and finite");
  CHECK(message([] { F::sinusoidal_positions(-1, 4); }) ==
        "sinusoidal_positions: length is -1 and dim 4, they must be at least 0 and 1");
  CHECK(message([] { F::sinusoidal_positions(1, INT64_MAX); }) ==
        "empty: sizes [1, 4611686018427387904] hold more than 2^58 elements");
  CHECK(message([] { F::sinusoidal_positions(1, 4, 0, -2); }) ==
        "sinusoidal_positions: base is -2, it must be positive and finite");
  CHECK(message([] { F::sinusoidal_positions(1, 4, 0, 10, kInt); }) ==
        "sinusoidal_positions: the type is int32, it must be floating point");
  CHECK(message([] { SinusoidalPositions()(ones({4})); }) ==
        "SinusoidalPositions: the input needs 2 dims or more, got [4]");
  LearnedPositions learned(5, 4);
  CHECK(message([&] {
          learned(ones({2, 6, 4}));
        }) == "learned_positions: 6 positions from 0 on are not in a table of 5");
  CHECK(message([&] {
          learned(ones({2, 1, 4}), 5);
        }) == "learned_positions: 1 positions from 5 on are not in a table of 5");
  CHECK(message([&] {
          learned(ones({2, 1, 4}), -1);
        }) == "learned_positions: 1 positions from -1 on are not in a table of 5");
  CHECK(message([&] {
          learned(ones({2, 1, 3}));
        }) ==
        "learned_positions: input [..., T, D] and weight [max_length, D] do not fit, got [2, 1, 3] "
        "and [5, 4]");
  CHECK(message([] { F::alibi_slopes(0); }) == "alibi_slopes: 0 heads, at least 1 is wanted");
  CHECK(message([] { F::alibi_slopes(2, kLong); }) ==
        "alibi_slopes: the type is int64, it must be floating point");
  CHECK(message([] { F::alibi_bias(2, 3, 2); }) ==
        "alibi_bias: 3 queries and 2 keys, queries must be 0 or more and keys no fewer");
  CHECK(message([] {
          ALiBi(2)(ones({3, 4, 4}));
        }) == "ALiBi: scores must be [..., 2, queries, keys], got [3, 4, 4]");
}

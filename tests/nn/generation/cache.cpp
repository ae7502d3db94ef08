// The cache of keys and values: generation with it is generation without it.
#include "nn/generation/cache.h"

#include "autograd/autograd.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/view/join.h"
#include "nn/nn.h"
#include "tensor/random/generator_impl.h"
#include "tests/support.h"

using namespace gradus;
using namespace gradus::nn;

namespace {

Tensor wave(const std::vector<int64_t>& shape, double start = 0) {
  int64_t n = 1;
  for (const int64_t s : shape) n *= s;
  return (arange(n, kDouble) * 0.7 + start).sin().view(shape);
}
KeyValueCacheOptions of(int64_t batch, int64_t heads, int64_t most, int64_t size) {
  return KeyValueCacheOptions(batch, heads, most, size).dtype(kDouble);
}
Tensor at(const Tensor& x, int64_t from, int64_t to) { return x.slice(2, from, to); }

// A causal language model. With a cache for each layer it takes what stands behind the cached.
struct ModelImpl : Module {
  static constexpr int64_t words = 11, size = 8, most = 32;
  Embedding table = register_module("table", Embedding(words, size));
  Linear scores = register_module("scores", Linear(size, words));
  virtual Tensor forward(const Tensor& tokens) = 0;
  virtual Tensor decode(const Tensor& tokens) = 0;
};

// The layers of the library, with learned positions.
struct LearnedImpl : ModelImpl {
  LearnedPositions positions = register_module("positions", LearnedPositions(most, size));
  TransformerEncoder layers = register_module(
      "layers",
      TransformerEncoder(TransformerEncoderOptions(
          TransformerEncoderLayerOptions(size, 2).dim_feedforward(16).batch_first(true).norm_first(
              true),
          2)));
  std::vector<KeyValueCache> caches;

  Tensor forward(const Tensor& tokens) override {
    return scores(layers(positions(table(tokens)), Tensor(), Tensor(), /*is_causal=*/true));
  }
  Tensor decode(const Tensor& tokens) override {
    if (caches.empty()) caches = layers->make_caches(tokens.size(0), most);
    return scores(layers->decode(positions(table(tokens), caches[0].length()), caches));
  }
};

// A layer written by hand, with rotated queries and keys, two of the first for each of the second.
struct RotaryImpl : ModelImpl {
  RotaryEmbedding rotary = register_module("rotary", RotaryEmbedding());
  Linear q = register_module("q", Linear(size, size)), k = register_module("k", Linear(size, 4)),
         v = register_module("v", Linear(size, 4)),
         out = register_module("out", Linear(size, size));
  KeyValueCache cache{of(2, 1, most, 4)};

  Tensor heads(const Tensor& x) { return x.unflatten(-1, {-1, 4}).transpose(1, 2); }
  template <class Attend>
  Tensor scored(const Tensor& tokens, int64_t offset, Attend attend) {
    const Tensor x = table(tokens);
    const Tensor y = attend(rotary(heads(q(x)), offset), rotary(heads(k(x)), offset), heads(v(x)));
    return scores(x + out(y.transpose(1, 2).flatten(2)));
  }
  Tensor forward(const Tensor& tokens) override {
    return scored(tokens, 0, [](const Tensor& a, const Tensor& b, const Tensor& c) {
      return scaled_dot_product_attention(a, b, c, {}, 0, true, std::nullopt, true);
    });
  }
  Tensor decode(const Tensor& tokens) override {
    return scored(tokens, cache.length(), [&](const Tensor& a, const Tensor& b, const Tensor& c) {
      return cache.attend(a, b, c, {}, std::nullopt, true);
    });
  }
};

// Both generate greedily from a prompt; in each step all scores so far must agree.
void check_generation(ModelImpl& model) {
  const NoGradGuard untaped;
  model.to(kDouble);
  model.eval();
  Tensor tokens = (arange(10) * 7).remainder(ModelImpl::words).view({2, 5});
  Tensor cached = model.decode(tokens);
  while (tokens.size(1) < 30) {
    const Tensor whole = model.forward(tokens);
    CHECK(allclose(cached, whole.slice(1, whole.size(1) - cached.size(1)), 1e-11, 1e-11));
    const Tensor next = whole.select(1, -1).argmax(-1, true);
    CHECK(next.equal(cached.select(1, -1).argmax(-1, true)));
    tokens = cat({tokens, next}, 1);
    cached = model.decode(next);
  }
}

}  // namespace

TEST_CASE("cache: what is filled is seen, in memory that stays in its place") {
  KeyValueCache cache(of(2, 3, 7, 4).value_size(5));
  const Tensor k = wave({2, 3, 7, 4}), v = wave({2, 3, 7, 5}, 1);
  CHECK(cache.length() == 0);
  CHECK(cache.key().sizes() == IntArrayRef({2, 3, 0, 4}));
  cache.append(at(k, 0, 3), at(v, 0, 3));
  const Tensor early = cache.key();
  const void *keys = early.data_ptr(), *values = cache.value().data_ptr();
  for (int64_t t = 3; t < 7; ++t) {
    cache.append(at(k, t, t + 1), at(v, t, t + 1));
    CHECK(cache.length() == t + 1);
    CHECK(cache.key().equal(at(k, 0, t + 1)));
    CHECK(cache.value().equal(at(v, 0, t + 1)));
    CHECK(cache.key().data_ptr() == keys);
    CHECK(cache.value().data_ptr() == values);
  }
  CHECK(early.equal(at(k, 0, 3)));

  cache.truncate(2);
  cache.append(at(k, 5, 6), at(v, 5, 6));
  CHECK(cache.key().equal(cat({at(k, 0, 2), at(k, 5, 6)}, 2)));
  cache.reset();
  CHECK(cache.length() == 0);
  cache.append(k, v);
  CHECK(cache.value().equal(v));
}

TEST_CASE("cache: attention in pieces is causal attention over the whole") {
  const Tensor q = wave({2, 4, 9, 20}), k = wave({2, 2, 9, 20}, 1), v = wave({2, 2, 9, 41}, 2);
  const Tensor bias = wave({4, 9, 9}, 3), seen = wave({2, 1, 9, 9}, 4) > -0.5;
  const auto check = [&](const std::optional<Tensor>& mask) {
    const Tensor want = scaled_dot_product_attention(q, k, v, mask, 0, true, 0.3, true);
    KeyValueCache cache(of(2, 2, 9, 20).value_size(41));
    int64_t from = 0;
    for (const int64_t count : {4, 1, 3, 1}) {
      const int64_t to = from + count;
      std::optional<Tensor> own;
      if (mask) own = mask->slice(-2, from, to).slice(-1, 0, to);
      const Tensor y =
          cache.attend(at(q, from, to), at(k, from, to), at(v, from, to), own, 0.3, true);
      CHECK(allclose(y, at(want, from, to), 1e-12, 1e-12));
      from = to;
    }
    CHECK(cache.length() == 9);
  };
  check({});
  check(bias);
  check(seen);
}

TEST_CASE("cache: layers with learned positions generate the same") {
  manual_seed(1);
  LearnedImpl model;
  check_generation(model);
}

TEST_CASE("cache: a layer with rotated keys and shared heads generates the same") {
  manual_seed(2);
  RotaryImpl model;
  check_generation(model);
}

TEST_CASE("cache: attention as a layer, time first or batch first") {
  const NoGradGuard untaped;
  for (const bool batch_first : {false, true}) {
    MultiheadAttention m(MultiheadAttentionOptions(6, 2).batch_first(batch_first));
    m->to(kDouble);
    const Tensor x =
        wave(batch_first ? std::vector<int64_t>{3, 7, 6} : std::vector<int64_t>{7, 3, 6});
    const Tensor want = std::get<0>(m(x, x, x, Tensor(), false, Tensor(), true, true));
    KeyValueCache cache = m->make_cache(3, 7);
    const int64_t time = batch_first ? 1 : 0;
    std::vector<Tensor> pieces;
    for (const Tensor& piece : x.split(3, time)) pieces.push_back(m->decode(piece, cache));
    CHECK(allclose(cat(pieces, time), want, 1e-12, 1e-12));
  }
}

TEST_CASE("cache: beams go on as those they are chosen from") {
  const Tensor k = wave({3, 2, 4, 5}), v = wave({3, 2, 4, 5}, 1);
  KeyValueCache cache(of(3, 2, 6, 5));
  cache.append(k, v);
  const Tensor beams = tensor({2, 0, 2});
  cache.reorder(beams);
  CHECK(cache.key().equal(k.index_select(0, beams)));
  CHECK(cache.value().equal(v.index_select(0, beams)));
  CHECK(message([&] {
          cache.reorder(tensor({0, 1, 2, 0}));
        }) == "KeyValueCache: beams must be int64 of at most 3 elements, got int64 [4]");
  CHECK(message([&] { cache.reorder(ones({3})); }) ==
        "KeyValueCache: beams must be int64 of at most 3 elements, got float32 [3]");
  CHECK_THROWS_AS(cache.reorder(tensor({0, 1, 3})), IndexError);
  CHECK(cache.key().equal(k.index_select(0, beams)));
}

TEST_CASE("cache: a prompt becomes several beams, and these fewer") {
  const Tensor k = wave({1, 2, 4, 5}), v = wave({1, 2, 4, 5}, 1);
  const Tensor more = wave({3, 2, 1, 5}, 2);
  KeyValueCache cache(of(3, 2, 6, 5));
  cache.append(k, v);
  CHECK(cache.key().equal(k));
  cache.reorder(zeros({3}, kLong));
  cache.append(more, more);
  CHECK(cache.key().equal(cat({k.expand({3, 2, 4, 5}), more}, 2)));
  cache.reorder(tensor({2, 1}));
  CHECK(
      cache.value().equal(cat({v.expand({2, 2, 4, 5}), more.index_select(0, tensor({2, 1}))}, 2)));
  CHECK_THROWS_AS(cache.reorder(tensor({2})), IndexError);
  CHECK(message([&] { cache.append(more, more); }) ==
        "KeyValueCache: key has shape [3, 2, 1, 5], wanted is [2, 2, 1, 5]");
  cache.reset();
  cache.append(more, more);
  CHECK(cache.key().equal(more));
}

TEST_CASE("cache: what it refuses leaves it as it was") {
  KeyValueCache cache(of(1, 2, 4, 3));
  const Tensor x = wave({1, 2, 3, 3});
  cache.append(x, x);
  const auto append = [&](const Tensor& k, const Tensor& v) {
    return message([&] { cache.append(k, v); });
  };
  CHECK(append(at(x, 0, 2), at(x, 0, 2)) ==
        "KeyValueCache: 2 more positions behind 3 do not fit in 4");
  CHECK(append(wave({2, 2, 1, 3}), wave({2, 2, 1, 3})) ==
        "KeyValueCache: key has shape [2, 2, 1, 3], wanted is [1, 2, 1, 3]");
  CHECK(append(at(x, 0, 1), at(x, 0, 2)) ==
        "KeyValueCache: value has shape [1, 2, 2, 3], wanted is [1, 2, 1, 3]");
  CHECK(append(wave({2, 3}), wave({2, 3})) ==
        "KeyValueCache: key has shape [2, 3], wanted is [1, 2, 1, 3]");
  CHECK(append(at(x, 0, 1).to(kFloat), at(x, 0, 1)) ==
        "KeyValueCache: key is float32, the cache float64");
  CHECK(append(at(x, 0, 1), at(x, 0, 1).clone().requires_grad_()) ==
        "KeyValueCache: value requires grad, and nothing flows back through a cache: use "
        "NoGradGuard");
  CHECK(message([&] { cache.attend(x, at(x, 0, 1), at(x, 0, 1)); }) ==
        "KeyValueCache: query has shape [1, 2, 3, 3] for 1 new positions");
  CHECK(message([&] {
          cache.attend(at(x, 0, 1), at(x, 0, 1), at(x, 0, 1), ones({2, 2, 7}));
        }) != "nothing was thrown");
  CHECK(message([&] {
          KeyValueCache more(of(1, 2, 8, 3));
          more.append(x, x);
          more.attend(x, x, x, zeros({3, 6}, kLong));
        }) == "KeyValueCache: attn_mask must be bool or floating, got int64");
  CHECK(message([&] { cache.truncate(4); }) == "KeyValueCache: 3 positions cannot be cut to 4");
  CHECK(cache.length() == 3);
  CHECK(cache.key().equal(x));
  CHECK(message([] { KeyValueCache(of(1, 2, 4, 3).dtype(kLong)); }) ==
        "KeyValueCache: the type is int64, it must be floating point");
  CHECK(message([] { KeyValueCache(of(1, 2, -4, 3)); }) != "nothing was thrown");
}

TEST_CASE("cache: which attention cannot go position by position") {
  const NoGradGuard untaped;
  const auto refusal = [](const MultiheadAttentionOptions& options, const Tensor& x) {
    MultiheadAttention m(options);
    KeyValueCache cache = m->make_cache(1, 4);
    return message([&] { m->decode(x, cache); });
  };
  const Tensor x = ones({1, 1, 4});
  CHECK(refusal(MultiheadAttentionOptions(4, 2).add_zero_attn(true), x) ==
        "MultiheadAttention: decode wants keys and values of the input alone, of size 4");
  CHECK(refusal(MultiheadAttentionOptions(4, 2).kdim(3), x) ==
        "MultiheadAttention: decode wants keys and values of the input alone, of size 4");
  CHECK(refusal(MultiheadAttentionOptions(4, 2).dropout(0.5), x) ==
        "MultiheadAttention: decode in training with a dropout of 0.5: call eval() before");
  CHECK(refusal({4, 2}, ones({1, 4})) ==
        "MultiheadAttention: decode wants an input of 3 dims, the last of size 4, got [1, 4]");
  TransformerEncoder encoder(
      TransformerEncoderLayer(TransformerEncoderLayerOptions(4, 2).dim_feedforward(4)), 2);
  encoder->eval();
  std::vector<KeyValueCache> caches = encoder->make_caches(1, 2);
  caches.pop_back();
  CHECK(message([&] { encoder->decode(x, caches); }) ==
        "TransformerEncoder: 1 caches for 2 layers");
}

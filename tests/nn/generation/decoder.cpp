// A transformer's decoder position by position: what it gives for the whole.
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
// Random biases too, which begin as zeros.
TransformerDecoder decoder(const TransformerDecoderLayerOptions& options) {
  manual_seed(4);
  TransformerDecoder made(TransformerDecoderOptions(options, 2)
                              .norm(AnyModule(LayerNorm(LayerNormOptions({options.d_model()})))));
  made->to(kDouble);
  made->eval();
  const NoGradGuard untaped;
  for (const Tensor& p : made->parameters()) p.add_(wave(p.sizes().vec()) * 0.1);
  return made;
}
TransformerDecoderLayerOptions small() {
  return TransformerDecoderLayerOptions(6, 2).dim_feedforward(8);
}

}  // namespace

TEST_CASE("decoder: a target in pieces is the target") {
  const NoGradGuard untaped;
  for (const bool batch_first : {false, true})
    for (const bool norm_first : {false, true})
      for (const bool bias : {false, true}) {
        TransformerDecoder d =
            decoder(small().batch_first(batch_first).norm_first(norm_first).bias(bias));
        const int64_t time = batch_first ? 1 : 0;
        const auto shaped = [&](int64_t length, double start) {
          const Tensor x = wave({3, length, 6}, start);
          return batch_first ? x : x.transpose(0, 1);
        };
        const Tensor tgt = shaped(7, 0), memory = shaped(5, 1);
        const Tensor hidden = wave({3, 5}, 2) > 0.5;
        const Tensor added = wave({3, 5}, 2);
        for (const Tensor& padding : {Tensor(), hidden, added}) {
          const Tensor want = d(tgt, memory, Tensor(), Tensor(), Tensor(), padding, true);
          auto caches = d->make_caches(memory, 7, padding);
          std::vector<Tensor> pieces;
          for (const Tensor& piece : tgt.split_with_sizes({3, 1, 1, 2}, time))
            pieces.push_back(d->decode(piece, caches));
          CHECK(allclose(cat(pieces, time), want, 1e-12, 1e-12));
        }
      }
}

TEST_CASE("decoder: a prompt becomes several beams, which see its memory and padding") {
  const NoGradGuard untaped;
  TransformerDecoder d = decoder(small().batch_first(true));
  const Tensor memory = wave({2, 5, 6}), tgt = wave({2, 3, 6}, 1), next = wave({4, 1, 6}, 2);
  const Tensor padding = wave({2, 5}) > 0.5, beams = tensor({1, 0, 1, 1});
  auto caches = d->make_caches(memory, 4, padding, 4);
  d->decode(tgt, caches);
  for (TransformerDecoderCache& cache : caches) cache.reorder(beams);
  const Tensor whole = cat({tgt.index_select(0, beams), next}, 1);
  const Tensor want = d(whole, memory.index_select(0, beams), Tensor(), Tensor(), Tensor(),
                        padding.index_select(0, beams), true);
  CHECK(allclose(d->decode(next, caches), want.slice(1, 3), 1e-12, 1e-12));

  // Also before the first position.
  caches = d->make_caches(memory, 4, padding, 4);
  for (TransformerDecoderCache& cache : caches) cache.reorder(beams);
  CHECK(allclose(d->decode(whole, caches), want, 1e-12, 1e-12));
  CHECK_THROWS_AS(caches[0].reorder(tensor({0, 4})), IndexError);
  CHECK_THROWS_AS(caches[0].reorder(tensor({0, 0, 0, 0, 0})), Error);
  CHECK(caches[0].target.key().size(0) == 4);
  CHECK(caches[0].memory.key().size(0) == 4);
  CHECK(caches[0].memory_key_padding_mask.equal(padding.index_select(0, beams)));
}

TEST_CASE("decoder: what it refuses leaves the caches as they were") {
  int calls = 0;
  TransformerDecoder d = decoder(small().batch_first(true).activation([&](const Tensor& x) {
    if (++calls == 4) throw Error("not now");
    return x.relu();
  }));
  const Tensor memory = wave({2, 5, 6}), x = wave({2, 1, 6}, 1);
  CHECK(message([&] { d->make_caches(memory, 4); }) ==
        "KeyValueCache: key requires grad, and nothing flows back through a cache: use "
        "NoGradGuard");
  {
    const NoGradGuard untaped;
    auto caches = d->make_caches(memory, 2);
    d->decode(x, caches);
    // The second layer's activation throws, when both caches have the position.
    CHECK(message([&] { d->decode(x, caches); }) == "not now");
    for (const TransformerDecoderCache& cache : caches) CHECK(cache.target.length() == 1);
    CHECK(message([&] { d->decode(x[0].unsqueeze(0), caches); }) ==
          "KeyValueCache: key has shape [1, 2, 1, 3], wanted is [2, 2, 1, 3]");
    CHECK(message([&] {
            d->decode(x.expand({2, 2, 6}), caches);
          }) == "KeyValueCache: 2 more positions behind 1 do not fit in 2");
    caches[1].target.truncate(0);
    CHECK(message([&] { d->decode(x, caches); }) ==
          "TransformerDecoder: cache 1 has 0 positions, cache 0 1");
    caches.pop_back();
    CHECK(message([&] { d->decode(x, caches); }) == "TransformerDecoder: 1 caches for 2 layers");
  }

  MultiheadAttention m(MultiheadAttentionOptions(6, 2).batch_first(true).dropout(0.5));
  m->to(kDouble);
  const auto attends = [&](const Tensor& query, const Tensor& padding = {}) {
    return message([&] { m->attend(query, m->make_memory(memory), padding); });
  };
  CHECK(attends(x) ==
        "MultiheadAttention: make_memory in training with a dropout of 0.5: call eval() before");
  m->eval();
  KeyValueCache known = [&] {
    const NoGradGuard untaped;
    CHECK(attends(x[0]) ==
          "MultiheadAttention: attend wants a query of 3 dims, the last of size 6, got [1, 6]");
    CHECK(attends(x.expand({2, 1, 6}).slice(0, 1)) ==
          "MultiheadAttention: attend wants as many rows, got a query [1, 1, 6] and a memory of 2");
    CHECK(attends(x, ones({2, 4}, kBool)) ==
          "MultiheadAttention: key_padding_mask has shape [2, 4], wanted is [2, 5]");
    CHECK(attends(x, ones({2, 5}, kLong)) ==
          "MultiheadAttention: key_padding_mask must be bool or floating, got int64");
    return m->make_memory(memory);
  }();
  CHECK(message([&] { m->attend(x, known); }) ==
        "MultiheadAttention: attend to a memory that no gradient flows back to: use NoGradGuard");
}

TEST_CASE("decoder: an encoder's caches go back as well") {
  const NoGradGuard untaped;
  int calls = 0;
  TransformerEncoder encoder(TransformerEncoderLayer(small().activation([&](const Tensor& x) {
                               if (++calls == 2) throw Error("not now");
                               return x.relu();
                             })),
                             2);
  encoder->eval();
  auto caches = encoder->make_caches(1, 3);
  const Tensor x = ones({1, 1, 6});
  CHECK(message([&] { encoder->decode(x, caches); }) == "not now");
  for (const KeyValueCache& cache : caches) CHECK(cache.length() == 0);
  TransformerEncoderLayerImpl& layer = encoder->layers->at<TransformerEncoderLayerImpl>(0);
  calls = 1;
  CHECK(message([&] { layer.decode(x, caches[0]); }) == "not now");
  CHECK(caches[0].length() == 0);
  layer.decode(x, caches[0]);
  CHECK(message([&] { encoder->decode(x, caches); }) ==
        "TransformerEncoder: cache 1 has 0 positions, cache 0 1");
}

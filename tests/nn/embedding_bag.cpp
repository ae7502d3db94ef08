// EmbeddingBag: its options, its forms of call, and what it refuses.
#include "autograd/ops/nn/embedding.h"

#include "nn/nn.h"
#include "tests/support.h"

using namespace gradus;
namespace F = gradus::nn::functional;

namespace {
Tensor longs(std::vector<int64_t> v) { return tensor(v, kLong); }
Tensor table() { return arange(12, kFloat).reshape({6, 2}); }
}  // namespace

TEST_CASE("EmbeddingBag passes its options on") {
  const Tensor x = longs({1, 2, 2, 5}), at = longs({0, 1});
  const auto o = nn::EmbeddingBagOptions(6, 2)
                     .max_norm(3)
                     .norm_type(1)
                     .scale_grad_by_freq(true)
                     .mode(kSum)
                     .padding_idx(-1);
  nn::EmbeddingBag bag(nn::EmbeddingBagOptions(o)._weight(table()));
  CHECK(bag->options.padding_idx() == 5);
  const Tensor weight = table().requires_grad_();
  const Tensor a = bag(x, at), b = F::embedding_bag(x, weight,
                                                    F::EmbeddingBagFuncOptions()
                                                        .offsets(at)
                                                        .max_norm(3)
                                                        .norm_type(1)
                                                        .scale_grad_by_freq(true)
                                                        .mode(kSum)
                                                        .padding_idx(5));
  CHECK(a.equal(b));
  a.sum().backward();
  b.sum().backward();
  CHECK(bag->weight.grad().equal(weight.grad()));
  CHECK(values(weight.grad().select(1, 0)) == Values{0, 1, 1, 0, 0, 0});
  CHECK(weight.detach()[1].abs().sum().item<double>() == doctest::Approx(3));
  CHECK(weight.detach()[5].abs().sum().item<double>() == doctest::Approx(3));
  CHECK(weight.detach()[4].equal(table()[4]));
}

TEST_CASE("EmbeddingBag from a table") {
  using Options = nn::EmbeddingBagFromPretrainedOptions;
  const auto frozen = nn::EmbeddingBag::from_pretrained(table());
  CHECK_FALSE(frozen->weight.requires_grad());
  auto bag = nn::EmbeddingBag::from_pretrained(
      table(), Options().freeze(false).mode(kMax).include_last_offset(true).padding_idx(0));
  CHECK(bag->weight.requires_grad());
  CHECK(bag->options.include_last_offset());
  CHECK(values(bag(longs({3, 0, 1}), longs({0, 1, 3}))) == Values{6, 7, 2, 3});
  CHECK(bag->options.padding_idx() == 0);
  CHECK(message([] { nn::EmbeddingBag::from_pretrained(zeros({3})); }) ==
        "EmbeddingBag: the weight must have 2 dims, got [3]");
  CHECK(message([] { nn::EmbeddingBag(nn::EmbeddingBagOptions(6, 3)._weight(table())); }) ==
        "EmbeddingBag: the weight has shape [6, 2], the options say [6, 3]");
  CHECK_THROWS_AS(nn::EmbeddingBag(nn::EmbeddingBagOptions(6, 2).padding_idx(6)), IndexError);
}

TEST_CASE("EmbeddingBag in a Sequential takes rows of indices") {
  nn::EmbeddingBag bag(nn::EmbeddingBagOptions(6, 2)._weight(table()));
  nn::Sequential net(bag);
  CHECK(values(net(longs({0, 1, 2, 3}).view({2, 2}))) == Values{1, 2, 5, 6});
}

TEST_CASE("what embedding_bag gives besides") {
  const auto [y, number, size, at] =
      embedding_bag(table(), longs({5, 0, 3, 3}), longs({0, 2, 2}), false, 2, false, {}, false, 0);
  CHECK(values(y) == Values{10, 11, 0, 0, 6, 7});
  CHECK(values(number) == Values{0, 0, 2, 2});
  CHECK(values(size) == Values{1, 0, 2});
  CHECK(values(at) == Values{5, 5, 0, 0, 3, 3});
}

TEST_CASE("indices behind the last offset are in no bag") {
  const Tensor weight = table().requires_grad_(), factor = ones({4}).requires_grad_();
  const Tensor y = std::get<0>(
      embedding_bag(weight, longs({1, 2, 3, 4}), longs({0, 2}), false, 0, false, factor, true));
  CHECK(values(y) == Values{6, 8});
  y.sum().backward();
  CHECK(values(weight.grad().select(1, 0)) == Values{0, 1, 1, 0, 0, 0});
  CHECK(values(factor.grad()) == Values{5, 9, 0, 0});
}

TEST_CASE("what embedding_bag refuses") {
  const auto call = [](const Tensor& x, const F::EmbeddingBagFuncOptions& o) {
    return message([&] { F::embedding_bag(x, table(), o); });
  };
  using Options = F::EmbeddingBagFuncOptions;
  const Tensor x = longs({1, 2, 3}), at = longs({0, 1});
  CHECK(call(x, Options()) == "embedding_bag: an input of shape [3] needs offsets");
  CHECK(call(x.view({3, 1}), Options().offsets(at)) ==
        "embedding_bag: an input of shape [3, 1] has bags of one length, it takes no offsets");
  CHECK(call(x.view({1, 1, 3}), Options()) ==
        "embedding_bag: the input needs 1 or 2 dims, got shape [1, 1, 3]");
  CHECK(call(x, Options().offsets(longs({1, 2}))) ==
        "embedding_bag: the first bag starts at 1, it must start at 0");
  CHECK(call(x, Options().offsets(longs({0, 2, 1}))) == "embedding_bag: offset 1 follows 2");
  CHECK(call(x, Options().offsets(longs({0, 4}))) ==
        "embedding_bag: offset 4 is behind the end of 3 indices");
  CHECK(call(x + 4, Options().offsets(at)) == "embedding_bag: index 6 is out of range for 6 rows");
  CHECK(call(x.to(kFloat), Options().offsets(at)) ==
        "embedding_bag: indices are float32, they must be int64 or int32");
  CHECK(call(x, Options().offsets(at).sparse(true)) ==
        "embedding_bag: sparse gradients are not supported");
  CHECK(call(x, Options().offsets(at).mode(kMax).scale_grad_by_freq(true)) ==
        "embedding_bag: the largest elements do not go with scale_grad_by_freq");
  CHECK(call(x, Options().offsets(at).per_sample_weights(ones({3}))) ==
        "embedding_bag: per_sample_weights go with kSum only, the mode is kMean");
  CHECK(call(x, Options().offsets(at).mode(kSum).per_sample_weights(ones({2}))) ==
        "embedding_bag: the input has shape [3], per_sample_weights [2]");
  CHECK(call(x, Options().offsets(at).mode(kSum).per_sample_weights(ones({3}, kDouble))) ==
        "embedding_bag: weight is float32, per_sample_weights float64");
  CHECK(call(x, Options().offsets(at).padding_idx(-7)) ==
        "embedding_bag: padding_idx -7 is out of range for 6 rows");
}

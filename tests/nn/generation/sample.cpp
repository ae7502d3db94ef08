// Sampling beside transformers and PyTorch, and the loop around it.
#include "nn/generation/sample.h"

#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/random/random.h"
#include "nn/generation/generate.h"
#include "tests/support.h"
#include "tests/table.h"

using namespace gradus;
using namespace gradus::nn::generation;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

// As in tests/reference/generation.py.
Tensor wave(int64_t rows, int64_t n) {
  return (arange(rows * n, kDouble) * 0.7).sin().view({rows, n}) * 3;
}

Values stay(const Tensor& logits) { return values(logits.isfinite()); }

// Logits that favour the token above the last, as in counting.
Tensor counting(const Tensor& tokens) {
  const Tensor next = tokens.select(1, -1).add(1).remainder(6);
  return next.unsqueeze(1).eq(arange(6, kLong)).to(kFloat) * 9;
}

}  // namespace

TEST_CASE("what stays of logits, and what is drawn of it, as with transformers and PyTorch") {
  const Tensor ties = vec({1, 3, 3, 0, 3, 2, 1, 3}).view({1, 8});
  const auto drawn = [](const SampleOptions& options) {
    manual_seed(3);
    return values(sample(wave(20, 9), options));
  };
  const std::map<std::string, std::function<Values()>> cases{
      {"wave top_k 1", [&] { return stay(top_k(wave(4, 9), 1)); }},
      {"wave top_k 3", [&] { return stay(top_k(wave(4, 9), 3)); }},
      {"wave top_k 100", [&] { return stay(top_k(wave(4, 9), 100)); }},
      {"wave top_p 0.0", [&] { return stay(top_p(wave(4, 9), 0)); }},
      {"wave top_p 0.1", [&] { return stay(top_p(wave(4, 9), 0.1)); }},
      {"wave top_p 0.5", [&] { return stay(top_p(wave(4, 9), 0.5)); }},
      {"wave top_p 0.9", [&] { return stay(top_p(wave(4, 9), 0.9)); }},
      {"wave top_p 0.99", [&] { return stay(top_p(wave(4, 9), 0.99)); }},
      {"wave top_p 1.0", [&] { return stay(top_p(wave(4, 9), 1)); }},
      {"ties top_k 1", [&] { return stay(top_k(ties, 1)); }},
      {"ties top_k 3", [&] { return stay(top_k(ties, 3)); }},
      {"ties top_k 100", [&] { return stay(top_k(ties, 100)); }},
      {"sample plain", [&] { return drawn({}); }},
      {"sample warm", [&] { return drawn(SampleOptions().temperature(1.7)); }},
      {"sample all", [&] { return drawn(SampleOptions().temperature(0.8).top_k(5).top_p(0.7)); }},
  };
  size_t seen = 0;
  for (const test::Cell& c : test::read_table("generation.txt")) {
    if (c[0].text == "beams") continue;
    INFO(c[0].text);
    REQUIRE(cases.count(c[0].text) == 1);
    CHECK(cases.at(c[0].text)() == c[1].numbers());
    ++seen;
  }
  CHECK(seen == cases.size());
}

TEST_CASE("the logits that stay keep their values") {
  const Tensor x = wave(4, 9);
  for (const Tensor& y : {top_k(x, 4), top_p(x, 0.8)}) {
    CHECK(y.where(y.isfinite(), x).equal(x));
    CHECK(y.min().item<double>() == -inf);
  }
  // Half is crossed by the second of 0.4, 0.3, 0.2, 0.1, and reached by the first two exactly.
  const Tensor p = vec({0.1, 0.4, 0.2, 0.3}).log();
  CHECK(stay(top_p(p, 0.5)) == Values{0, 1, 0, 1});
  CHECK(stay(top_p(p, 0.75)) == Values{0, 1, 1, 1});
  CHECK(stay(top_p(vec({-inf, 0, -inf}), 0.9)) == Values{0, 1, 0});
  // Two of four equals have a half exactly, which is enough.
  CHECK(top_p(vec({1, 1, 1, 1}), 0.5).isfinite().sum().item<int64_t>() == 2);
}

TEST_CASE("tokens have the shape of the logits without their last dim") {
  CHECK(sample(wave(1, 5)[0]).dim() == 0);
  CHECK(sample(wave(6, 5).view({2, 3, 5})).sizes() == IntArrayRef({2, 3}));
  CHECK((sample(wave(2, 5)).dtype() == kLong));
  CHECK(greedy(wave(6, 5).view({2, 3, 5})).sizes() == IntArrayRef({2, 3}));
  CHECK(values(greedy(vec({1, 5, 2}))) == Values{1});
  CHECK(values(sample(vec({1, 5, 2}), SampleOptions().top_k(1))) == Values{1});
  const Tensor x = wave(4, 9).requires_grad_();
  CHECK(!sample(x).requires_grad());
}

TEST_CASE("a generator of one's own gives the draws") {
  const Tensor x = wave(50, 9);
  Generator one = gradus::detail::createCPUGenerator(4),
            other = gradus::detail::createCPUGenerator(4);
  const Tensor first = sample(x, SampleOptions().generator(one));
  CHECK(first.equal(sample(x, SampleOptions().generator(other))));
  CHECK(!first.equal(sample(x, SampleOptions().generator(other))));
}

TEST_CASE("the drawn tokens have their probabilities") {
  manual_seed(0);
  const Tensor p = vec({0.1, 0.2, 0.3, 0.4});
  const Tensor drawn = sample(p.log().expand({20000, 4}), SampleOptions().top_k(3));
  const Tensor part = drawn.bincount({}, 4).to(kDouble) / 20000;
  CHECK(values(part)[0] == 0);
  for (int i = 1; i < 4; ++i) CHECK(std::abs(values(part)[size_t(i)] - (i + 1) / 9.) < 0.02);
}

TEST_CASE("what sampling refuses") {
  const Tensor x = wave(2, 5);
  CHECK(message([&] { top_k(x, 0); }) == "top_k: k 0 is not positive");
  CHECK(message([&] { top_p(x, 1.5); }) == "top_p: p 1.5 is not in 0 .. 1");
  CHECK_THROWS_AS(top_p(x, NAN), ValueError);
  CHECK(message([&] { sample(x, SampleOptions().temperature(0)); }) ==
        "sample: temperature 0 is not positive and finite");
  CHECK(message([&] { sample(x, SampleOptions().temperature(inf)); }) ==
        "sample: temperature inf is not positive and finite");
  CHECK_THROWS_AS(sample(x, SampleOptions().temperature(-1)), ValueError);
  CHECK_THROWS_AS(sample(x, SampleOptions().temperature(NAN)), ValueError);
  CHECK(message([&] { sample(arange(3, kLong)); }) ==
        "sample: the logits are int64 [3], not floating [*, V]");
  CHECK_THROWS_AS(greedy(x.sum()), Error);
  CHECK_THROWS_AS(sample(x.slice(1, 0, 0)), Error);
  CHECK_THROWS_AS(sample(Tensor()), Error);
  CHECK_THROWS_AS(sample(vec({NAN, 1})), Error);
  CHECK_THROWS_AS(sample(vec({-inf, -inf})), Error);
}

TEST_CASE("a sequence is gone on with until all have ended") {
  const Tensor prompt = tensor({2, 4}).view({2, 1}).to(kLong);
  CHECK(values(generate(counting, prompt, GenerateOptions(3))) == Values{2, 3, 4, 5, 4, 5, 0, 1});
  // The second ends at once, and is filled up.
  CHECK(values(generate(counting, prompt, GenerateOptions(10).end_token(5))) ==
        Values{2, 3, 4, 5, 4, 5, 5, 5});
  CHECK(generate(counting, prompt, GenerateOptions(0)).equal(prompt));
  // Logits for each token: the last ones count.
  const auto all = [](const Tensor& tokens) {
    const Tensor next = tokens.add(1).remainder(6);
    return next.unsqueeze(2).eq(arange(6, kLong)).to(kFloat);
  };
  CHECK(generate(all, prompt, GenerateOptions(4))
            .equal(generate(counting, prompt, GenerateOptions(4))));
}

TEST_CASE("the model sees no more than its context, and nothing is recorded") {
  std::vector<int64_t> lengths;
  const Tensor weight = wave(1, 6).requires_grad_();
  const auto model = [&](const Tensor& tokens) {
    lengths.push_back(tokens.size(1));
    return weight.expand({1, 6});
  };
  const Tensor prompt = tensor({1, 2}).view({1, 2}).to(kLong);
  CHECK(!generate(model, prompt, GenerateOptions(4).context(3)).requires_grad());
  CHECK(lengths == std::vector<int64_t>{2, 3, 3, 3});
  manual_seed(1);
  const Tensor drawn = generate(model, prompt, GenerateOptions(30).sampling(SampleOptions()));
  CHECK(drawn.size(1) == 32);
  CHECK(!drawn.slice(1, 2).eq(drawn[0][2]).all().item<bool>());
  manual_seed(1);
  CHECK(generate(model, prompt, GenerateOptions(30).sampling(SampleOptions())).equal(drawn));
}

TEST_CASE("what generate() refuses") {
  const Tensor prompt = zeros({2, 1}, kLong);
  CHECK(message([&] { generate(counting, prompt.to(kFloat), GenerateOptions(1)); }) ==
        "generate: the prompt is float32 [2, 1], not int64 [B, T]");
  CHECK_THROWS_AS(generate(counting, prompt.slice(1, 1), GenerateOptions(1)), Error);
  CHECK_THROWS_AS(generate(counting, prompt[0], GenerateOptions(1)), Error);
  CHECK_THROWS_AS(generate(counting, Tensor(), GenerateOptions(1)), Error);
  CHECK(message([&] { generate(counting, prompt, GenerateOptions(-1)); }) ==
        "generate: max_new_tokens -1 is negative");
  CHECK(message([&] { generate(counting, prompt, GenerateOptions(1).context(0)); }) ==
        "generate: context 0 is not positive");
  CHECK(message([&] {
          generate([](const Tensor&) { return zeros({3, 6}); }, prompt, GenerateOptions(1));
        }) == "generate: the model's logits are [3, 6] for 2 sequences, not [B, V] or [B, T, V]");
  CHECK_THROWS_AS(generate([](const Tensor&) { return Tensor(); }, prompt, GenerateOptions(1)),
                  Error);
}

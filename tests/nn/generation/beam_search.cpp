// Beam search beside transformers, and beside all sequences.
#include "nn/generation/beam_search.h"

#include <cmath>
#include <limits>

#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/view/join.h"
#include "tests/support.h"
#include "tests/table.h"

using namespace gradus;
using namespace gradus::nn::generation;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

// As in tests/reference/generation.py.
Tensor toy_logits(const Tensor& tokens, int64_t vocabulary) {
  const Tensor places = arange(1, tokens.size(1) + 1, kLong);
  const Tensor seen = (tokens * places).sum(1).to(kDouble).unsqueeze(1);
  const Tensor v = arange(vocabulary, kDouble);
  return (seen * 0.37 + v * 1.9 + v * v * 0.31).sin() * 3;
}
BeamModel toy(int64_t vocabulary) {
  return [=](const Tensor& tokens, const Tensor&) { return toy_logits(tokens, vocabulary); };
}

Tensor prompts() { return tensor({1, 2, 3, 0}).to(kLong).view({2, 2}); }

}  // namespace

TEST_CASE("beams as transformers finds them") {
  int cases = 0;
  for (const test::Cell& c : test::read_table("generation.txt")) {
    if (c[0].text != "beams") continue;
    const auto vocabulary = int64_t(c[1].number()), end = int64_t(c[5].number());
    auto options = BeamSearchOptions(int64_t(c[2].number()), 8)
                       .length_penalty(c[3].number())
                       .early_stopping(c[4].flag());
    if (end >= 0) options.end_token(end);
    const auto found = beam_search(toy(vocabulary), prompts(), options);
    REQUIRE(found.size() == 2);
    CHECK(found[0].size() + found[1].size() == c[6].size());
    size_t at[2] = {0, 0};
    for (const test::Cell& expected : c[6].items) {
      const auto prompt = size_t(expected[0].number());
      REQUIRE(at[prompt] < found[prompt].size());
      const BeamHypothesis& h = found[prompt][at[prompt]++];
      CHECK(std::abs(h.score - expected[1].number()) < 1e-5 * std::abs(h.score));
      CHECK(values(h.tokens) == expected[2].numbers());
      CHECK((h.tokens.dtype() == kLong));
    }
    ++cases;
  }
  CHECK(cases == 18);
}

TEST_CASE("with beams for all sequences, the best of all is found") {
  constexpr int64_t vocabulary = 4, length = 4;
  const auto found = beam_search(toy(vocabulary), prompts(), BeamSearchOptions(256, length));
  for (int64_t row = 0; row < 2; ++row) {
    double best = -inf;
    Values sequence;
    for (int64_t code = 0; code < 256; ++code) {
      Tensor tokens = prompts().slice(0, row, row + 1);
      double log_p = 0;
      for (int64_t i = 0, rest = code; i < length; ++i, rest /= vocabulary) {
        log_p +=
            toy_logits(tokens, vocabulary).log_softmax(-1)[0][rest % vocabulary].item<double>();
        tokens = cat({tokens, full({1, 1}, rest % vocabulary, kLong)}, 1);
      }
      if (log_p > best) {
        best = log_p;
        sequence = values(tokens);
      }
    }
    CHECK(found[size_t(row)].size() == 256);
    CHECK(values(found[size_t(row)][0].tokens) == sequence);
    CHECK(std::abs(found[size_t(row)][0].score - best / length) < 1e-12);
  }
}

TEST_CASE("one beam is the greedy sequence") {
  const auto model = [](const Tensor& tokens) { return toy_logits(tokens, 9); };
  const Tensor tokens = generate(model, prompts(), GenerateOptions(6));
  const auto found = beam_search(toy(9), prompts(), BeamSearchOptions(1, 6));
  for (int64_t row = 0; row < 2; ++row) CHECK(found[size_t(row)][0].tokens.equal(tokens[row]));
}

TEST_CASE("a prompt alone is gone on with as beside others") {
  const auto both = beam_search(toy(7), prompts(), BeamSearchOptions(3, 5));
  const auto alone = beam_search(toy(7), prompts().slice(0, 1, 2), BeamSearchOptions(3, 5));
  REQUIRE(alone.size() == 1);
  REQUIRE(alone[0].size() == 3);
  for (size_t i = 0; i < 3; ++i) CHECK(alone[0][i].tokens.equal(both[1][i].tokens));
}

TEST_CASE("rows of a cache follow the beams") {
  // What the model keeps is all tokens but the last, selected by the beams.
  Tensor kept;
  int64_t calls = 0;
  const auto found = beam_search(
      [&](const Tensor& tokens, const Tensor& beams) {
        if (calls++ > 0) kept = kept.index_select(0, beams);
        const int64_t n = tokens.size(1);
        if (calls > 1) CHECK(kept.equal(tokens.slice(1, 0, n - 1)));
        CHECK(tokens.size(0) == (calls == 1 ? 2 : 6));
        kept = tokens;
        return toy_logits(tokens, 7).unsqueeze(1);
      },
      prompts(), BeamSearchOptions(3, 5));
  CHECK(calls == 5);
  CHECK(values(found[1][0].tokens) ==
        values(beam_search(toy(7), prompts(), BeamSearchOptions(3, 5))[1][0].tokens));
}

TEST_CASE("fewer continuations than beams, and tokens that cannot come") {
  // Two tokens, one of which is impossible: there is one sequence.
  const BeamModel one = [](const Tensor& tokens, const Tensor&) {
    return vec({0, -inf}).expand({tokens.size(0), 2});
  };
  const auto found = beam_search(one, prompts(), BeamSearchOptions(5, 3));
  REQUIRE(found[0].size() == 1);
  CHECK(found[0][0].score == 0);
  CHECK(values(found[0][0].tokens) == Values{1, 2, 0, 0, 0});
  const BeamModel two = [](const Tensor& tokens, const Tensor&) {
    return vec({0, 1}).expand({tokens.size(0), 2});
  };
  CHECK(beam_search(two, prompts(), BeamSearchOptions(8, 2))[1].size() == 4);
}

TEST_CASE("without a token to add, the prompt is found") {
  const auto found = beam_search(toy(5), prompts(), BeamSearchOptions(3, 0));
  for (int64_t i = 0; i < prompts().size(0); ++i) {
    REQUIRE(found[size_t(i)].size() == 1);
    CHECK(found[size_t(i)][0].tokens.equal(prompts()[i]));
    CHECK(found[size_t(i)][0].score == 0);
  }
}

TEST_CASE("what beam search refuses") {
  CHECK(message([] { beam_search(toy(5), prompts(), BeamSearchOptions(0, 3)); }) ==
        "beam_search: num_beams 0 is not positive");
  CHECK_THROWS_AS(beam_search(toy(5), prompts(), BeamSearchOptions(INT64_MAX, 3)), Error);
  CHECK_THROWS_AS(beam_search(toy(5), prompts(), BeamSearchOptions(2, -1)), ValueError);
  CHECK(message([] {
          beam_search(toy(5), prompts(), BeamSearchOptions(2, 3).length_penalty(inf));
        }) == "beam_search: length_penalty inf is not finite");
  CHECK_THROWS_AS(beam_search(toy(5), prompts()[0], BeamSearchOptions(2, 3)), Error);
  const BeamModel bad = [](const Tensor& tokens, const Tensor&) {
    return toy_logits(tokens, 5) * NAN;
  };
  CHECK(message([&] { beam_search(bad, prompts(), BeamSearchOptions(2, 3)); }) ==
        "beam_search: the model's logits have nan");
  const BeamModel none = [](const Tensor& tokens, const Tensor&) {
    return zeros({tokens.size(0), 1, 0});
  };
  CHECK(message([&] { beam_search(none, prompts(), BeamSearchOptions(2, 3)); }) ==
        "beam_search: the model's logits are [2, 1, 0] for 2 sequences, not [B, V] or [B, T, V]");
  const BeamModel few = [](const Tensor&, const Tensor&) { return zeros({1, 5}); };
  CHECK(message([&] { beam_search(few, prompts(), BeamSearchOptions(2, 3)); }) ==
        "beam_search: the model's logits are [1, 5] for 2 sequences, not [B, V] or [B, T, V]");
}

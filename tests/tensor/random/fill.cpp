#include "tensor/random/generator_impl.h"

#include <doctest/doctest.h>

#include <cstring>
#include <utility>

#include <cmath>
#include <functional>
#include <map>
#include <string>

#include "tensor/random/fill.h"
#include "tests/table.h"

using namespace gradus;

namespace {

// What PyTorch draws: see tests/reference/random_values.py.
struct Digest {
  double last, sum;
  int64_t word;
};
struct Case {
  std::string name, dtype;
  char layout;  // contiguous, transposed, strided, or made by the operation
  Digest digests[9];
};
constexpr int64_t sizes[] = {1, 2, 15, 16, 17, 31, 100, 1000, 100000};
const std::vector<Case> cases = [] {
  std::vector<Case> all;
  for (const test::Cell& row : test::read_table("random_values.txt")) {
    Case& c = all.emplace_back(Case{row[0].text, row[1].text, row[2].text.at(0), {}});
    for (size_t i = 0; i < std::size(sizes); ++i)
      c.digests[i] = {row[3][i][0].number(), row[3][i][1].number(), int64_t(row[3][i][2].number())};
  }
  return all;
}();

Tensor make(char layout, int64_t n, ScalarType t) {
  if (layout == 'c') return raw::zeros({n}, t);
  if (layout == 't') return raw::window(raw::zeros({n, 2}, t), {2, n}, {1, 2}, 0);
  return raw::window(raw::zeros({n, 3}, t), {n, 2}, {3, 2}, 0);
}

Tensor from_values(const std::function<double(int64_t)>& value, Dims shape, ScalarType t) {
  const Tensor x = raw::empty(shape, kDouble);
  for (int64_t i = 0; i < x.numel(); ++i) x.data_ptr<double>()[i] = value(i);
  return raw::to_dtype(x, t);
}
Tensor tenths(const Tensor& x) {
  return from_values([](int64_t i) { return double(float(i % 10) / 10.0f); }, x.sizes(), kFloat);
}
Tensor weights(Dims shape, ScalarType t) {
  return from_values([](int64_t i) { return double(i * 7 % 13 + 1) / 13; }, shape, t);
}

// What dropout multiplies by: the kept elements, scaled.
void dropout_mask(const Tensor& x, double p, GeneratorImpl& g) {
  raw::bernoulli(x, 1 - p, g);
  const Tensor y = raw::contiguous(x);
  visit_floating(x.dtype(), "dropout", [&]<class T>(T) {
    for (int64_t i = 0; i < y.numel(); ++i) y.data_ptr<T>()[i] /= T(1 - p);
  });
  raw::copy(x, y);
}

// As many numbers as x has.
Tensor binomial(const Tensor& x, double trials, double probability, GeneratorImpl& g) {
  return raw::binomial(raw::full(x.sizes(), trials, x.dtype()),
                       raw::full(x.sizes(), probability, x.dtype()), g);
}

using Fill = std::function<void(const Tensor&, GeneratorImpl&)>;
const std::map<std::string, Fill> fills = {
    {"uniform", [](auto& x, auto& g) { raw::uniform(x, 0, 1, g); }},
    {"uniform -0.37 0.41", [](auto& x, auto& g) { raw::uniform(x, -0.37, 0.41, g); }},
    {"normal", [](auto& x, auto& g) { raw::normal(x, 0, 1, g); }},
    {"normal 0.3 1.7", [](auto& x, auto& g) { raw::normal(x, 0.3, 1.7, g); }},
    {"random", [](auto& x, auto& g) { raw::random(x, g); }},
    {"random 2", [](auto& x, auto& g) { raw::random(x, 0, 2, g); }},
    {"random -5 2^23", [](auto& x, auto& g) { raw::random(x, -5, 1 << 23, g); }},
    {"random 3 2^28+3", [](auto& x, auto& g) { raw::random(x, 3, (1 << 28) + 3, g); }},
    {"random -2^62 2^62",
     [](auto& x, auto& g) { raw::random(x, -(int64_t(1) << 62), int64_t(1) << 62, g); }},
    {"random from 5", [](auto& x, auto& g) { raw::random(x, 5, std::nullopt, g); }},
    {"random all",
     [](auto& x, auto& g) {
       raw::random(x, std::numeric_limits<int64_t>::lowest(), std::nullopt, g);
     }},
    {"bernoulli 0.3", [](auto& x, auto& g) { raw::bernoulli(x, 0.3, g); }},
    {"bernoulli p", [](auto& x, auto& g) { raw::bernoulli(x, tenths(x), g); }},
    {"bernoulli double p",
     [](auto& x, auto& g) { raw::bernoulli(x, raw::to_dtype(tenths(x), kDouble), g); }},
    {"exponential 1.7", [](auto& x, auto& g) { raw::exponential(x, 1.7, g); }},
    {"geometric 0.3", [](auto& x, auto& g) { raw::geometric(x, 0.3, g); }},
    {"log_normal 0.3 1.7", [](auto& x, auto& g) { raw::log_normal(x, 0.3, 1.7, g); }},
    {"cauchy 0.3 1.7", [](auto& x, auto& g) { raw::cauchy(x, 0.3, 1.7, g); }},
    {"dropout 0.3", [](auto& x, auto& g) { dropout_mask(x, 0.3, g); }},
    {"binomial 9 0.3", [](auto& x, auto& g) { raw::copy(x, binomial(x, 9, 0.3, g)); }},
    {"binomial 90 0.7", [](auto& x, auto& g) { raw::copy(x, binomial(x, 90, 0.7, g)); }},
    {"poisson 3",
     [](auto& x, auto& g) { raw::copy(x, raw::poisson(raw::full(x.sizes(), 3, x.dtype()), g)); }},
    {"poisson 40",
     [](auto& x, auto& g) { raw::copy(x, raw::poisson(raw::full(x.sizes(), 40, x.dtype()), g)); }},
};

using Maker = std::function<Tensor(int64_t, ScalarType, GeneratorImpl&)>;
const std::map<std::string, Maker> makers = {
    {"randperm", [](auto n, auto t, auto& g) { return raw::randperm(n, t, g); }},
    {"state",
     [](auto n, auto, auto& g) {
       raw::normal(raw::empty({n % 16}, kFloat), 0, 1, g);
       return g.get_state();
     }},
    {"multinomial 5",
     [](auto n, auto t, auto& g) { return raw::multinomial(weights({n + 4}, t), 5, false, g); }},
    {"multinomial 1",
     [](auto n, auto t, auto& g) { return raw::multinomial(weights({n}, t), 1, false, g); }},
    {"multinomial all",
     [](auto n, auto t, auto& g) { return raw::multinomial(weights({n}, t), n, false, g); }},
    {"multinomial zeros",
     [](auto n, auto t, auto& g) {
       const Tensor p = from_values([](int64_t i) { return double(i % 3); }, {n + 1}, t);
       return raw::multinomial(p, n - n / 3, false, g);
     }},
    {"multinomial rows",
     [](auto n, auto t, auto& g) {
       return raw::multinomial(weights({3, n}, t), 1, false, g);
     }},
    {"multinomial 1 replacement",
     [](auto n, auto t, auto& g) {
       return raw::multinomial(weights({3, n}, t), 1, true, g);
     }},
    {"multinomial replacement",
     [](auto n, auto t, auto& g) {
       return raw::multinomial(weights({1, n}, t), 300, true, g);
     }},
};

ScalarType dtype_of(const std::string& name) {
  for (int t = 0; t < scalar_type_count; ++t)
    if (dtype_name(ScalarType(t)) == name) return ScalarType(t);
  return ScalarType::Undefined;
}

}  // namespace

TEST_CASE("every distribution draws what PyTorch draws") {
  for (const Case& c : cases) {
    const ScalarType t = dtype_of(c.dtype);
    for (size_t k = 0; k < std::size(sizes); ++k) {
      const int64_t n = sizes[k];
      const std::string where = std::string(c.name) + " " + c.dtype + " " + c.layout;
      CAPTURE(where);
      CAPTURE(n);
      GeneratorImpl g(uint64_t(7 + n));
      Tensor x;
      if (c.layout == ' ') {
        x = makers.at(c.name)(n, t, g);
      } else {
        x = make(c.layout, n, t);
        fills.at(c.name)(x, g);
      }
      const Tensor values = raw::contiguous(raw::to_dtype(x, kDouble));
      const double* v = values.data_ptr<double>();
      double sum = 0, size = 0;
      for (int64_t i = 0; i < values.numel(); ++i) {
        sum += v[i] * double(i % 11 + 1);
        size += std::fabs(v[i]) * double(i % 11 + 1);
      }
      // Room for another C library's last bit.
      const double eps = t == kFloat ? 1e-7 : 1e-12;
      const double last = v[values.numel() - 1];
      CHECK(std::fabs(last - c.digests[k].last) <= eps * std::fabs(last));
      CHECK(std::fabs(sum - c.digests[k].sum) <= eps * size);
      CHECK(int64_t(g.random() % 65536) == c.digests[k].word);
    }
  }
}

TEST_CASE("weights at the ends of their type are drawn by their size") {
  GeneratorImpl g(3);
  const auto of = [](std::initializer_list<double> w, ScalarType t) {
    return from_values([&](int64_t i) { return w.begin()[i]; }, {int64_t(w.size())}, t);
  };
  const auto share_of_1 = [&](const Tensor& w, bool replacement) {
    int64_t ones = 0;
    if (replacement) {
      const Tensor y = raw::multinomial(w, 2000, true, g);
      for (int64_t i = 0; i < 2000; ++i) ones += y.data_ptr<int64_t>()[i] == 1;
    } else {
      for (int i = 0; i < 2000; ++i)
        ones += raw::multinomial(w, 1, false, g).data_ptr<int64_t>()[0] == 1;
    }
    return double(ones) / 2000;
  };
  for (const bool replacement : {true, false}) {
    CAPTURE(replacement);
    CHECK(std::fabs(share_of_1(of({3e38, 3e38}, kFloat), replacement) - 0.5) < 0.05);
    CHECK(std::fabs(share_of_1(of({1e38, 3e38}, kFloat), replacement) - 0.75) < 0.05);
    CHECK(std::fabs(share_of_1(of({5e307, 1.5e308}, kDouble), replacement) - 0.75) < 0.05);
  }
  // The least number there is, beside zeros.
  CHECK(share_of_1(of({0, 1e-45, 0}, kFloat), false) == 1);
}

TEST_CASE("a generator's state can be kept and put back") {
  Generator g = detail::createCPUGenerator(3);
  const Tensor x = raw::empty({3}, kFloat);
  raw::normal(x, 0, 1, *g.get());  // leaves a normal value waiting
  const Tensor state = g.get_state();
  Generator copy = g.clone(), other = make_generator<CPUGeneratorImpl>(5);
  other.set_state(state);
  CHECK(copy != g);
  CHECK(Generator(g) == g);
  CHECK(other.current_seed() == 3);
  const auto next = [](Generator from) {
    const Tensor y = raw::empty({5}, kDouble);
    raw::normal(y, 0, 1, *from.get());
    return std::vector<double>(y.data_ptr<double>(), y.data_ptr<double>() + 5);
  };
  const std::vector<double> expected = next(g);
  CHECK(next(copy) == expected);
  CHECK(next(other) == expected);
  g.set_current_seed(3);
  CHECK(next(g) != expected);

  CHECK_THROWS_WITH_AS(g.set_state(raw::zeros({5}, kByte)),
                       "set_state: the state has 5 bytes, expected 5056", Error);
  CHECK_THROWS_WITH_AS(g.set_state(raw::zeros({5056}, kByte)),
                       "set_state: not the state of a generator", Error);
  CHECK_THROWS_WITH_AS(g.set_state(raw::zeros({5056}, kInt)),
                       "set_state: the state must be a contiguous uint8 tensor, got int32", Error);
  CHECK_THROWS_WITH_AS(Generator().current_seed(), "generator: undefined", Error);
}

TEST_CASE("a state that reads behind the generator's words is refused") {
  Generator g = gradus::detail::createCPUGenerator(3);
  const auto with = [&](int32_t left, uint64_t next) {
    const Tensor state = g.get_state();
    std::memcpy(state.data_ptr<uint8_t>() + 8, &left, sizeof left);
    std::memcpy(state.data_ptr<uint8_t>() + 16, &next, sizeof next);
    return state;
  };
  // The words to come are next .. next + left - 2.
  for (const auto& [left, next] : {std::pair(624, 624), {624, 2}, {2, 624}, {300, 326}})
    CHECK_THROWS_WITH_AS(g.set_state(with(left, uint64_t(next))),
                         "set_state: not the state of a generator", Error);
  for (const auto& [left, next] : {std::pair(624, 1), {1, 624}, {300, 325}, {1, 0}, {624, 0}}) {
    Generator other = gradus::detail::createCPUGenerator(4);
    CHECK_NOTHROW(other.set_state(with(left, uint64_t(next))));
    for (int i = 0; i < 2000; ++i) other.get()->random();
  }
}

TEST_CASE("the default generator") {
  const Generator g = manual_seed(11);
  CHECK(g == default_generator());
  CHECK(initial_seed() == 11);
  const Tensor state = get_rng_state();
  const uint32_t word = g.get()->random();
  set_rng_state(state);
  CHECK(g.get()->random() == word);
  const uint64_t fresh = seed();
  CHECK(fresh == initial_seed());
  CHECK(initial_seed() < uint64_t(1) << 53);
}

TEST_CASE("words drawn at once and one by one are the same stream") {
  Mt19937 a(1), b(1);
  for (const int64_t n : {1, 622, 1, 1, 2000, 0, 624}) {
    std::vector<uint32_t> words(size_t(n), 0);
    a.draw(words.data(), n);
    for (const uint32_t w : words) CHECK(w == b());
  }
  // The standard's own check value.
  Mt19937 standard(5489);
  uint32_t w = 0;
  for (int i = 0; i < 10000; ++i) w = standard();
  CHECK(w == 4123659995u);
}

TEST_CASE("empty tensors draw nothing, wrong arguments throw and draw nothing") {
  GeneratorImpl g(1), untouched(1);
  const Tensor none = raw::empty({0, 3}, kFloat), x = raw::zeros({4}, kFloat);
  raw::uniform(none, 0, 1, g);
  raw::normal(none, 0, 1, g);
  raw::random(none, g);
  raw::bernoulli(none, 0.5, g);
  raw::multinomial(none, 1, true, g);
  raw::randperm(0, kLong, g);
  const double nan = std::nan("");
#define CHECK_FAILS(what, message) CHECK_THROWS_WITH_AS(what, message, Error)
  CHECK_FAILS(raw::uniform(x, 1, 0, g), "uniform_: from exceeds to, 1 and 0");
  CHECK_FAILS(raw::uniform(x, 0, nan, g),
              "uniform_: a bound is out of the range of float32, [0, nan)");
  CHECK_FAILS(raw::normal(x, 0, -1, g), "normal_: expected std >= 0, got -1");
  CHECK_FAILS(raw::bernoulli(x, 1.5, g), "bernoulli_: expected p in [0, 1], got 1.5");
  CHECK_FAILS(raw::bernoulli(x, raw::full({}, 1.5, kFloat), g),
              "bernoulli_: not a probability, 1.5");
  CHECK_FAILS(raw::random(x, 2, 2, g), "random_: from must be less than to, 2 and 2");
  CHECK_FAILS(raw::random(raw::zeros({1}, kByte), -1, 5, g),
              "random_: uint8 holds [0, 255], got [-1, 4]");
  CHECK_FAILS(raw::geometric(x, 1, g), "geometric_: expected p in (0, 1), got 1");
  CHECK_FAILS(raw::exponential(x, 0, g), "exponential_: expected lambd > 0, got 0");
  CHECK_FAILS(raw::log_normal(x, 0, 0, g), "log_normal_: expected std > 0, got 0");
  CHECK_FAILS(raw::cauchy(x, 0, 0, g), "cauchy_: expected sigma > 0, got 0");
  CHECK_FAILS(raw::poisson(raw::full({1}, -1, kFloat), g), "poisson: expected a rate >= 0, got -1");
  CHECK_FAILS(binomial(x, 0x1p60, 0.5, g),
              "binomial: expected a count up to 2^53, got 1.1529215e+18");
  CHECK_FAILS(raw::randperm(-1, kLong, g), "randperm: expected n >= 0, got -1");
  CHECK_FAILS(raw::randperm(257, kByte, g), "randperm: uint8 counts to 255, got n = 257");
  CHECK_FAILS(raw::multinomial(x, 1, true, g),
              "multinomial: the probabilities of row 0 are all zero");
  CHECK_FAILS(raw::multinomial(raw::full({2}, -1, kFloat), 1, true, g),
              "multinomial: a probability is negative or not finite, -1");
  CHECK_FAILS(raw::multinomial(raw::full({2}, 1, kFloat), 3, false, g),
              "multinomial: cannot take 3 samples of 2 without replacement");
  CHECK_FAILS(
      raw::multinomial(from_values([](int64_t i) { return i % 2; }, {4}, kFloat), 3, false, g),
      "multinomial: cannot take 3 samples without replacement of the 2 of row 0 that are "
      "not zero");
  CHECK_THROWS_AS(raw::uniform(raw::zeros({2}, kLong), 0, 1, g), Error);
  CHECK(g.random() == untouched.random());
}

// Draws: the seed, the generator, writes in place, gradients.
#include "autograd/ops/random/random.h"

#include <string>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "tensor/random/fill.h"
#include "tensor/raw.h"
#include "tests/support.h"

using namespace gradus;

namespace {

bool same(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.sizes() == b.sizes() && values(a) == values(b);
}

}  // namespace

TEST_CASE("random tensors follow the seed and the generator") {
  const auto drawn = [](auto fill, Dims shape, ScalarType t = kFloat) {
    Generator g = make_generator<CPUGeneratorImpl>(4);
    const Tensor x = raw::empty(shape, t);
    fill(x, *g.get());
    return x;
  };
  const Tensor u = drawn([](auto& x, auto& g) { raw::uniform(x, 0, 1, g); }, {2, 9});
  const Tensor z = drawn([](auto& x, auto& g) { raw::normal(x, 0, 1, g); }, {2, 9});
  const Tensor k = drawn([](auto& x, auto& g) { raw::random(x, -3, 5, g); }, {2, 9}, kLong);
  Generator g = make_generator<CPUGeneratorImpl>(4);
#define CHECK_DRAWS(with_seed, with_generator, expected) \
  manual_seed(4);                                        \
  CHECK(same(with_seed, expected));                      \
  g.set_current_seed(4);                                 \
  CHECK(same(with_generator, expected))
  CHECK_DRAWS(rand({2, 9}), rand({2, 9}, g), u);
  CHECK_DRAWS(rand_like(u), zeros({2, 9}).uniform_(0, 1, g), u);
  CHECK_DRAWS(randn({2, 9}), randn({2, 9}, g, kFloat), z);
  CHECK_DRAWS(randn_like(z), zeros({2, 9}).normal_(0, 1, g), z);
  CHECK_DRAWS(randint(-3, 5, {2, 9}), randint(-3, 5, {2, 9}, g), k);
  CHECK_DRAWS(randint_like(k, -3, 5), raw::zeros({2, 9}, kLong).random_(-3, 5, g), k);
  CHECK_DRAWS(normal(0, 1, {2, 9}), normal(zeros({2, 9}), 1, g), z);
  CHECK_DRAWS(normal(0, ones({2, 9})), normal(zeros({9}), ones({2, 1}), g), z);
  CHECK((randint(5, {2}).dtype() == kLong));
  CHECK((randint(5, {2}, kInt).dtype() == kInt));
  CHECK((rand({2}, kDouble).dtype() == kDouble));
  CHECK(rand({2}, requires_grad()).requires_grad());
  CHECK((randperm(5).dtype() == kLong));
  CHECK((randperm(5, kInt).dtype() == kInt));
  manual_seed(4);
  const Tensor p = randperm(20);
  CHECK(same(p, raw::randperm(20, kLong, *make_generator(uint64_t(4)).get())));
  CHECK_THROWS_AS(rand({2}, kLong), Error);
  CHECK_THROWS_AS(randint(5, 5, {2}), Error);
  CHECK_THROWS_WITH_AS(normal(zeros({2}), tensor({1.0, -1.0})), "normal: expected std >= 0, got -1",
                       Error);
}

TEST_CASE("random writes in place keep the rules of in-place operations") {
  const Tensor leaf = zeros({3}, requires_grad());
  CHECK_THROWS_AS(leaf.uniform_(), Error);
  {
    const NoGradGuard off;
    leaf.uniform_();
  }
  CHECK(values(leaf)[0] != 0);
  CHECK(leaf.is_leaf());
  const int64_t before = leaf._version();
  {
    const NoGradGuard off;
    leaf.normal_();
  }
  CHECK(leaf._version() == before + 1);
  CHECK_THROWS_AS(raw::expand(zeros({3, 1}), {3, 2}).uniform_(), Error);
}

TEST_CASE("the gradients of draws are zero") {
  const Tensor p = full({3}, 0.5, requires_grad());
  for (const Tensor& y : {bernoulli(p), poisson(p), normal(p, 1.0), normal(0.0, p), normal(p, p),
                          bernoulli(p, 0.25)}) {
    CHECK(y.requires_grad());
    p.mutable_grad() = Tensor();
    y.backward(ones({3}));
    REQUIRE(p.grad().defined());
    CHECK(values(p.grad()) == std::vector<double>{0, 0, 0});
  }
  CHECK(bernoulli(p).grad_fn()->name() == "BernoulliBackward0");
  CHECK(!multinomial(p, 2).requires_grad());
  CHECK(!rand_like(p).requires_grad());
}

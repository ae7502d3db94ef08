// Attention over several tiles, beside the same in single operations; its memory; what it refuses.
#include "autograd/ops/nn/attention.h"

#include <limits>

#include "autograd/autograd.h"
#include "autograd/gradcheck.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/random/random.h"
#include "autograd/ops/reduce/reduce.h"
#include "tensor/base/memory.h"
#include "tensor/base/parallel.h"
#include "tests/support.h"

using namespace gradus;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct Inputs {
  Tensor q, k, v;
};
Inputs inputs(std::vector<int64_t> q, std::vector<int64_t> k) {
  manual_seed(3);
  const auto make = [](const std::vector<int64_t>& s) {
    return randn(s, TensorOptions(kDouble)).requires_grad_();
  };
  return {make(q), make(k), make(k)};
}

// A mask that wants a gradient is the way by single operations.
std::vector<Tensor> results(const Inputs& x, bool causal, bool groups, const Tensor& mask) {
  const Tensor y =
      scaled_dot_product_attention(x.q, x.k, x.v, mask, 0, causal, std::nullopt, groups);
  const Tensor dy = arange(y.numel(), kDouble).cos().view(y.sizes());
  auto all = autograd::grad({y}, {x.q, x.k, x.v}, {dy});
  all.push_back(y);
  return all;
}

void check_near(const std::vector<Tensor>& got, const std::vector<Tensor>& want) {
  for (size_t i = 0; i < want.size(); ++i) {
    CAPTURE(i);
    CHECK(allclose(got[i], want[i], 1e-10, 1e-10));
  }
}

}  // namespace

TEST_CASE("attention: tiles give what single operations give") {
  const struct {
    std::vector<int64_t> q, k;
    bool causal, groups;
  } cases[] = {
      {{2, 3, 96, 8}, {2, 3, 128, 8}, false, false}, {{1, 2, 97, 5}, {1, 2, 129, 5}, false, false},
      {{1, 1, 300, 4}, {1, 1, 300, 4}, true, false}, {{1, 1, 100, 4}, {1, 1, 400, 4}, true, false},
      {{1, 1, 400, 4}, {1, 1, 100, 4}, true, false}, {{1, 6, 110, 4}, {1, 2, 140, 4}, true, true},
      {{1, 1, 3}, {1, 500, 3}, false, false},        {{200, 3}, {1, 3}, false, false},
      {{2, 4, 3, 20}, {2, 2, 301, 20}, false, true},
  };
  for (const auto& c : cases) {
    CAPTURE(IntArrayRef(c.q).size());
    const Inputs x = inputs(c.q, c.k);
    const int64_t keys = x.k.size(-2);
    const Tensor none = zeros({1, keys}, kDouble);
    const auto want = results(x, c.causal, c.groups, none.clone().requires_grad_());
    check_near(results(x, c.causal, c.groups, Tensor()), want);
    check_near(results(x, c.causal, c.groups, none), want);
    check_near(results(x, c.causal, c.groups, ones({keys}, kBool)), want);
    // Few heads for many threads go another way, to the same bits.
    const int threads = get_num_threads();
    set_num_threads(1);
    const auto alone = results(x, c.causal, c.groups, Tensor());
    set_num_threads(7);
    const auto shared = results(x, c.causal, c.groups, Tensor());
    set_num_threads(threads);
    for (size_t i = 0; i < alone.size(); ++i) CHECK(alone[i].equal(shared[i]));
  }
}

TEST_CASE("attention: masks of every shape") {
  const Inputs x = inputs({2, 3, 100, 4}, {2, 3, 150, 4});
  for (const std::vector<int64_t>& sizes : std::vector<std::vector<int64_t>>{
           {}, {1}, {150}, {100, 1}, {100, 150}, {3, 1, 150}, {2, 1, 100, 1}, {2, 3, 100, 150}}) {
    const Tensor mask = randn(sizes, TensorOptions(kDouble));
    const auto want = results(x, false, false, mask.clone().requires_grad_());
    check_near(results(x, false, false, mask), want);
    const Tensor seen = mask < 1;
    const Tensor added = zeros(sizes, kDouble).masked_fill(seen.logical_not(), -inf);
    check_near(results(x, true, false, seen), results(x, true, false, added.requires_grad_()));
  }
}

TEST_CASE("attention: who sees no key gets zeros, and no gradient") {
  const Inputs x = inputs({1, 1, 3, 2}, {1, 1, 4, 2});
  Tensor seen = ones({3, 4}, kBool);
  seen.select(0, 1).fill_(false);
  const auto r = results(x, false, false, seen);
  CHECK(values(r[3].select(2, 1)) == Values{0, 0});
  CHECK(values(r[0].select(2, 1)) == Values{0, 0});
  for (const Tensor& t : r) CHECK(t.isfinite().all().item<bool>());
  CHECK(values(scaled_dot_product_attention(x.q, x.k.narrow(2, 0, 0), x.v.narrow(2, 0, 0))) ==
        Values(6, 0));
}

TEST_CASE("attention: large scores and nan") {
  Inputs x = inputs({1, 100, 4}, {1, 300, 4});
  const Tensor large = scaled_dot_product_attention(x.q * 1e4, x.k, x.v);
  CHECK(large.isfinite().all().item<bool>());
  const NoGradGuard untaped;
  x.q.select(1, 7).fill_(nan);
  const Tensor y = scaled_dot_product_attention(x.q, x.k, x.v);
  CHECK(y.isnan().sum().item<int64_t>() == 4);
  CHECK(y.select(1, 7).isnan().all().item<bool>());
  // Of one key too, of any sign and of float, and infinite ones.
  for (const double bad : {-nan, nan, inf, -inf}) {
    const Tensor q = ones({3, 4}), v = ones({40, 4});
    Tensor k = ones({40, 4});
    k.select(0, 33).fill_(bad);
    const Tensor z = scaled_dot_product_attention(q, k, v);
    CHECK((bad == -inf ? z.eq(1) : z.isnan()).all().item<bool>());
  }
}

TEST_CASE("attention: a large mask leaves the shares of equal keys") {
  for (const ScalarType type : {kFloat, kDouble})
    for (const double large : {-1e4, -1e6, -1e9, -3.4e38}) {
      CAPTURE(large);
      const auto leaf = [&](int64_t seed) {
        manual_seed(uint64_t(seed));
        return randn({1, 1, 6, 4}, type).requires_grad_();
      };
      const Tensor q = leaf(1), k = leaf(2), v = leaf(3), mask = full({6, 6}, large, type);
      const Tensor y = scaled_dot_product_attention(q, k, v, mask);
      const auto fused = autograd::grad({y.sum()}, {q, k, v}, {}, true);
      const auto recorded = autograd::grad({y.sum()}, {q, k, v}, {}, true, true);
      for (size_t i = 0; i < 3; ++i) CHECK(fused[i].allclose(recorded[i], 1e-4, 1e-4));
      if (type == kFloat && large == -1e9) CHECK(fused[2].allclose(ones_like(v), 1e-5, 1e-5));
    }
}

TEST_CASE("attention: dropout has gradients, and its mean is the result without") {
  const Inputs x = inputs({1, 2, 3, 4}, {1, 2, 5, 4});
  const auto f = [](const std::vector<Tensor>& t) {
    manual_seed(1);
    return scaled_dot_product_attention(t[0], t[1], t[2], {}, 0.4);
  };
  CHECK(autograd::gradcheck(f, {x.q, x.k, x.v}));
  CHECK(autograd::gradgradcheck(f, {x.q, x.k, x.v}));
  Tensor sum = zeros({1, 2, 3, 4}, kDouble);
  manual_seed(2);
  for (int i = 0; i < 4000; ++i)
    sum += scaled_dot_product_attention(x.q, x.k, x.v, {}, 0.4).detach();
  CHECK(allclose(sum / 4000, scaled_dot_product_attention(x.q, x.k, x.v), 0.1, 0.1));
  CHECK(values(scaled_dot_product_attention(x.q, x.k, x.v, {}, 1.0)) == Values(24, 0));
}

TEST_CASE("attention: memory grows with the length, not with its square") {
  const int64_t n = 2048;
  const auto make = [&] { return randn({1, 1, n, 8}).requires_grad_(); };
  const Tensor q = make(), k = make(), v = make();
  release_cached_memory();
  reset_peak_memory_stats();
  const int64_t before = memory_stats().active;
  scaled_dot_product_attention(q, k, v).sum().backward();
  CHECK(memory_stats().peak - before < n * n * 4 / 8);
}

TEST_CASE("attention: what it refuses") {
  const auto of = [](std::vector<int64_t> q, std::vector<int64_t> k, std::vector<int64_t> v,
                     const Tensor& mask = {}, double p = 0, bool groups = false) {
    return message([&] {
      scaled_dot_product_attention(ones(q), ones(k), ones(v), mask, p, false, std::nullopt, groups);
    });
  };
  const std::string op = "scaled_dot_product_attention: ";
  CHECK(of({3}, {2, 3}, {2, 3}) ==
        op + "query, key and value need 2 dims or more, got [3], [2, 3] and [2, 3]");
  CHECK(of({2, 3}, {2, 4}, {2, 4}) ==
        op + "the last sizes of query and key differ, [2, 3] and [2, 4]");
  CHECK(of({2, 3}, {2, 3}, {4, 3}) ==
        op + "the numbers of keys and values differ, [2, 3] and [4, 3]");
  CHECK(of({2, 3}, {2, 3}, {2, 3}, {}, 1.5) == op + "dropout_p is 1.5, outside [0, 1]");
  CHECK(of({3, 2, 3}, {2, 2, 3}, {2, 2, 3}, {}, 0, true) ==
        op + "3 heads of query cannot share 2 of key and 2 of value");
  CHECK(of({6, 2, 3}, {3, 2, 3}, {4, 2, 3}, {}, 0, true) ==
        op + "6 heads of query cannot share 3 of key and 4 of value");
  CHECK(of({6, 2, 3}, {3, 2, 3}, {0, 2, 3}, {}, 0, true) ==
        op + "6 heads of query cannot share 3 of key and 0 of value");
  CHECK(of({2, 3}, {2, 3}, {2, 3}, {}, 0, true) ==
        op + "groups of heads need 3 dims or more, got [2, 3], [2, 3] and [2, 3]");
  CHECK(of({2, 3}, {2, 3}, {2, 3}, ones({2}, kDouble)) ==
        op + "attn_mask must be bool or of query's type, got float64 and float32");
  CHECK(of({2, 3}, {2, 3}, {2, 3}, ones({4, 2, 2})) ==
        op + "attn_mask [4, 2, 2] does not broadcast to the scores, [2, 2]");
  CHECK(message([] {
          scaled_dot_product_attention(ones({2, 3}), ones({2, 3}, kDouble), ones({2, 3}));
        }) ==
        op + "query, key and value must be of one floating type, got float32, float64 and float32");
}

TEST_CASE("attention: what was saved must not change") {
  Inputs x = inputs({1, 1, 2, 3}, {1, 1, 2, 3});
  const Tensor mask = zeros({2, 2}, kDouble);
  const Tensor y = scaled_dot_product_attention(x.q * 1, x.k, x.v, mask);
  mask.fill_(1);
  CHECK_THROWS_AS(y.sum().backward(), Error);
}

// Adafactor and Muon, which look at a matrix as a whole.
#include <doctest/doctest.h>

#include <cmath>

#include "autograd/factories.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/pointwise/copy.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/reduce/reduce.h"
#include "optim/optim.h"
#include "tensor/base/parallel.h"
#include "tests/archive.h"
#include "tests/optim/cases.h"
#include "tests/table.h"

using namespace gradus;
using namespace gradus::optim;

namespace {

double rms(const Tensor& t) { return t.square().mean().sqrt().item<double>(); }

// One first step of Adafactor, after its paper.
Tensor stepped(const Tensor& p, const Tensor& g, double lr, double eps1, double eps2, double d) {
  Tensor v = g.square();
  if (p.dim() > 1) {
    const Tensor rows = v.mean({-1}, true), columns = v.mean({-2}, true);
    v = rows * columns / rows.mean({-2}, true);
  }
  const Tensor u = g / v.clamp_min(eps1 * eps1).sqrt();
  return p - u * (lr * std::max(eps2, rms(p)) / std::max(1.0, rms(u) / d));
}

}  // namespace

TEST_CASE("Adafactor looks at each matrix of a batch, in any layout") {
  for (const auto& sizes : std::vector<std::vector<int64_t>>{
           {2, 3, 4}, {2, 1, 3, 5}, {40, 600}, {600, 3}, {7, 1}, {40'000}, {9}, {}}) {
    CAPTURE(IntArrayRef(sizes));
    // The second vector is smaller than the least size that counts.
    const Tensor start =
        ramp(-0.5, 0.01, sizes, kDouble) * (sizes == std::vector<int64_t>{9} ? 1e-6 : 1.0);
    const Tensor g = (ramp(-0.5, 0.01, sizes, kDouble) * 37).sin() + 0.1;
    const Tensor want = stepped(start, g, 0.01, 1e-16, 1e-3, 1.0);
    for (const bool turned : {false, true}) {
      if (turned && sizes.size() < 2) continue;
      const auto lay = [&](const Tensor& t) {
        return turned ? t.transpose(-1, -2).contiguous().transpose(-1, -2) : t.clone();
      };
      const Tensor p = lay(start).requires_grad_();
      p.mutable_grad() = lay(g);
      Adafactor o({p}, AdafactorOptions(0.01).eps({1e-16, 1e-3}));
      o.step();
      CHECK(((p - want).abs() / (1 + want.abs())).max().item<double>() < 4e-15);
    }
  }
}

TEST_CASE("Adafactor has the same bits for any number of threads") {
  std::vector<Tensor> results;
  for (const int threads : {1, 2})
    for (const auto& sizes : std::vector<std::vector<int64_t>>{{300, 501}, {150'300}}) {
      set_num_threads(threads);
      const Tensor p = ramp(-1, 1e-5, sizes, kFloat).requires_grad_();
      Adafactor o({p}, 0.1);
      for (int i = 0; i < 3; ++i) {
        p.mutable_grad() = (p.detach() * 50).sin();
        o.step();
      }
      results.push_back(p.detach());
    }
  CHECK(results[0].equal(results[2]));
  CHECK(results[1].equal(results[3]));
}

TEST_CASE("states and gradients of Adafactor that do not fit throw") {
  const Tensor p = ones({2, 3}).requires_grad_(), q = ones({3, 2}).requires_grad_(),
               v = ones({6}).requires_grad_();
  Adafactor o({p});
  p.mutable_grad() = ones({2, 3});
  o.step();
  Adafactor of_q({q}), of_v({v});
  CHECK_THROWS_WITH(through(o, of_q), "load: row_var: sizes are [2, 1], not [3, 1]");
  CHECK_THROWS_WITH(through(o, of_v),
                    "load: a parameter of 1 dims has other averages than it should have");
  CHECK(of_q.state().empty());
  p.set_data(ones({4, 3}));
  p.mutable_grad() = ones({4, 3});
  CHECK_THROWS_WITH(o.step(), "load: row_var: sizes are [2, 1], not [4, 1]");
  v.mutable_grad() = ones({6});
  v.mutable_grad().resize_({5});
  CHECK_THROWS_AS(of_v.step(), Error);
}

TEST_CASE("options of Muon from an archive are checked") {
  const Tensor p = ones({2, 3}).requires_grad_();
  Muon o({p}, 0.1), other({p}, 0.5);
  static_cast<MuonOptions&>(o.param_groups()[0].options()).ns_steps(1000);
  CHECK_THROWS_WITH(through(o, other), "muon: ns_steps is 1000, not in [0, 100)");
  CHECK(other.param_groups()[0].options().get_lr() == 0.5);
  p.mutable_grad() = ones({2, 3});
  CHECK_THROWS_WITH(o.step(), "muon: ns_steps is 1000, not in [0, 100)");
  CHECK(p.equal(ones({2, 3})));
}

TEST_CASE("parameters without elements are passed over") {
  const Tensor none = zeros({0, 3}).requires_grad_();
  none.mutable_grad() = zeros({0, 3});
  Adafactor adafactor({none}), again({none});
  Muon muon({none});
  adafactor.step();
  muon.step();
  through(adafactor, again);
  CHECK(none.numel() == 0);
}

TEST_CASE("Muon makes a momentum nearly orthogonal, tall or wide") {
  for (const auto& sizes : std::vector<std::vector<int64_t>>{{3, 8}, {8, 3}}) {
    const Tensor p = zeros(sizes, kDouble).requires_grad_();
    p.mutable_grad() = ramp(0, 1, sizes, kDouble).square().sin();
    Muon o({p}, MuonOptions(1).weight_decay(0).adjust_lr_fn("original"));
    o.step();
    const Tensor x = p.detach() / (sizes[0] > sizes[1] ? std::sqrt(8.0 / 3) : 1.0);
    const Tensor gram = sizes[0] > sizes[1] ? x.t().mm(x) : x.mm(x.t());
    CHECK((gram - eye(3, kDouble)).abs().max().item<double>() < 0.6);
  }
}

TEST_CASE("Muon is PyTorch's but for its rounding to bfloat16") {
  for (const test::Cell& row : test::read_table("muon.txt")) {
    CAPTURE(row[0].text);
    const bool tall = row[0].text == "tall";
    const std::vector<int64_t> sizes = {tall ? 6 : 4, tall ? 4 : 6};
    const Tensor p = zeros(sizes).requires_grad_();
    p.mutable_grad() = (ramp(0, 1, sizes, kFloat) * 1.7).sin() + eye(sizes[0], sizes[1]);
    Muon o({p}, MuonOptions(1).weight_decay(0));
    o.step();
    const std::vector<double> want = row[1].numbers(), found = values({p});
    REQUIRE(found.size() == want.size());
    for (size_t i = 0; i < want.size(); ++i) CHECK(std::abs(found[i] - want[i]) < 0.03);
  }
}

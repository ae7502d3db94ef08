// A thousand steps of every optimiser in float64, beside PyTorch.
#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/reduce/reduce.h"
#include "autograd/ops/view/join.h"
#include "tests/optim/cases.h"
#include "tests/table.h"

using namespace gradus;
using namespace gradus::optim;

namespace {

std::map<std::string, std::vector<double>> rows_of(const char* file) {
  std::map<std::string, std::vector<double>> all;
  for (const test::Cell& row : test::read_table(file)) all[row[0].text] = row[1].numbers();
  return all;
}

Tensor gradient(const Tensor& p, int step) {
  const Tensor k = arange(p.numel(), kDouble).view(p.sizes());
  return p.detach().tanh() * 0.3 + (k * 1.7 + 0.9 * step).sin();
}

// Rosenbrock's, in a chain over all elements.
Tensor valley(const Tensor& x) {
  const Tensor next = x.slice(0, 1), here = x.slice(0, 0, -1);
  return ((next - here.pow(2)).pow(2) * 100 + (1 - here).pow(2)).sum();
}
// Convex, without a scale.
Tensor bowl(const Tensor& x) {
  const Tensor k = arange(11, kDouble);
  const Tensor rows = (k.view({-1, 1}) * 1.3 + k * 0.7).sin();
  return ((rows.mv(x) - k / 5).pow(2) + 1).sqrt().sum() + (x * x).sum() * 0.05;
}

const std::map<std::string, LBFGSOptions> lbfgs_cases = {
    {"bowl", LBFGSOptions(0.5)},
    {"bowl short", LBFGSOptions(0.5).history_size(3).max_iter(7)},
    {"bowl searched", LBFGSOptions().line_search_fn("strong_wolfe")},
    {"bowl few calls",
     LBFGSOptions().line_search_fn("strong_wolfe").max_iter(30).max_eval(9).history_size(4)},
    {"bowl coarse",
     LBFGSOptions().line_search_fn("strong_wolfe").tolerance_grad(0.05).tolerance_change(1e-3)},
    {"valley", LBFGSOptions().line_search_fn("strong_wolfe").history_size(10)},
    {"valley short", LBFGSOptions(0.3).line_search_fn("strong_wolfe").history_size(2).max_iter(4)},
};

}  // namespace

TEST_CASE("every optimiser follows PyTorch for a thousand steps") {
  const auto expected = rows_of("optim_long.txt");
  CHECK(expected.size() == optimizer_cases.size());
  for (const OptimizerCase& c : optimizer_cases) {
    CAPTURE(c.name);
    const auto& want = expected.at(c.name);
    Tensor p = first_parameter(c, kDouble).requires_grad_();
    Tensor q = ramp(0.8, -0.2, {2, 3}, kDouble).requires_grad_();
    const auto o = c.make({p}, {q});
    size_t at = 0;
    for (int step = 1; step <= 1000; ++step) {
      for (const Tensor& each : {p, q}) each.mutable_grad() = gradient(each, step);
      o->step();
      if (step != 10 && step != 100 && step != 1000) continue;
      for (const double v : values({p, q})) {
        CAPTURE(step);
        CHECK(std::abs(v - want.at(at)) <= 1e-12 * (1 + std::abs(want[at])));
        ++at;
      }
    }
  }
}

TEST_CASE("LBFGS follows PyTorch") {
  const auto expected = rows_of("optim_lbfgs.txt");
  CHECK(expected.size() == lbfgs_cases.size());
  for (const auto& [name, options] : lbfgs_cases) {
    const std::string which = name;
    CAPTURE(which);
    const auto& want = expected.at(name);
    Tensor p = ramp(-0.5, 0.3, {5}, kDouble).requires_grad_();
    Tensor q = ramp(0.8, -0.2, {2, 3}, kDouble).requires_grad_();
    LBFGS o({p, q}, options);
    const bool in_valley = name.starts_with("valley");
    size_t at = 0;
    for (int step = 0; step < 12; ++step) {
      CAPTURE(step);
      const Tensor loss = o.step([&, &o = o] {
        o.zero_grad();
        const Tensor x = cat({p, q.flatten()});
        const Tensor y = in_valley ? valley(x) : bowl(x);
        y.backward();
        return y;
      });
      std::vector<double> found = {loss.item<double>()};
      for (const double v : values({p, q})) found.push_back(v);
      for (const double v : found) {
        CHECK(std::abs(v - want.at(at)) <= 1e-7 * (1 + std::abs(want[at])));
        ++at;
      }
    }
    const auto& state = static_cast<const LBFGSParamState&>(*o.state().begin()->second);
    CHECK(double(state.func_evals()) == want.at(at));
    CHECK(double(state.n_iter()) == want.at(at + 1));
  }
}

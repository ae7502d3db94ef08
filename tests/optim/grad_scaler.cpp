#include "optim/grad_scaler.h"

#include <doctest/doctest.h>

#include <cmath>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;
using amp::GradScaler, amp::GradScalerOptions;

namespace {
struct Fit {
  Tensor w = full({2}, 1.0).requires_grad_();
  optim::SGD sgd{{w}, optim::SGDOptions(0.5)};
  void backward(GradScaler& scaler, double slope) {
    sgd.zero_grad();
    scaler.scale((w * slope).sum()).backward();
  }
};
}  // namespace

TEST_CASE("a scaled step is the step itself") {
  Fit fit;
  GradScaler scaler(GradScalerOptions().init_scale(1024));
  fit.backward(scaler, 0.25);
  CHECK(fit.w.grad().equal(full({2}, 256.0)));
  scaler.unscale_(fit.sgd);
  CHECK(fit.w.grad().equal(full({2}, 0.25)));
  scaler.step(fit.sgd);
  CHECK(fit.w.equal(full({2}, 0.875)));
  scaler.update();
  CHECK(scaler.get_scale() == 1024);
}

TEST_CASE("a gradient that is not finite is skipped, and the scale shrinks; then it grows again") {
  Fit fit;
  GradScaler scaler(GradScalerOptions().init_scale(8).growth_interval(2));
  fit.backward(scaler, INFINITY);
  scaler.step(fit.sgd);
  scaler.update();
  CHECK(fit.w.equal(full({2}, 1.0)));
  CHECK(scaler.get_scale() == 4);
  for (const double scale : {4., 8., 8., 16.}) {
    fit.backward(scaler, 0.5);
    scaler.step(fit.sgd);
    scaler.update();
    CHECK(scaler.get_scale() == scale);
  }
}

TEST_CASE("calls in a wrong order are refused") {
  Fit fit;
  GradScaler scaler;
  CHECK_THROWS_WITH(scaler.update(), "update: no gradients were unscaled since the last update");
  fit.backward(scaler, 1);
  scaler.unscale_(fit.sgd);
  CHECK_THROWS_WITH(
      scaler.unscale_(fit.sgd),
      "unscale_: the gradients of this optimiser were unscaled since the last update");
  scaler.step(fit.sgd);
  CHECK_THROWS_WITH(scaler.step(fit.sgd), "step: called again before update");
  CHECK_THROWS_WITH(scaler.unscale_(fit.sgd), "unscale_: called after step, before update");
  scaler.update(32.0);
  CHECK(scaler.get_scale() == 32);
  CHECK_THROWS_AS(scaler.update(-1.0), ValueError);
  CHECK_THROWS_AS(scaler.set_growth_factor(1), ValueError);
  CHECK_THROWS_AS(scaler.set_backoff_factor(1), ValueError);
  CHECK_THROWS_AS(scaler.set_growth_interval(0), ValueError);
  CHECK_THROWS_AS(GradScaler(GradScalerOptions().init_scale(NAN)), ValueError);
}

TEST_CASE("a scaler goes on from its state") {
  Fit fit;
  GradScaler first(GradScalerOptions().init_scale(8).growth_interval(3)), second;
  fit.backward(first, 1);
  first.step(fit.sgd);
  first.update();
  const auto state = first.state_dict();
  CHECK(state.at("_growth_tracker").toInt() == 1);
  second.load_state_dict(state);
  CHECK(second.get_scale() == 8);
  CHECK(second.get_growth_interval() == 3);
  impl::GenericDict wrong = state.copy();
  wrong.insert_or_assign("backoff_factor", 3.0);
  wrong.insert_or_assign("scale", 2.0);
  CHECK_THROWS_AS(second.load_state_dict(wrong), Error);
  CHECK(second.get_scale() == 8);
  GradScaler off(GradScalerOptions().enabled(false));
  CHECK(off.state_dict().empty());
  CHECK(off.get_scale() == 1);
  CHECK_THROWS_WITH(second.load_state_dict(off.state_dict()),
                    "load_state_dict: the state is of a scaler that was not enabled");
}

TEST_CASE("a scaler that is not enabled does nothing") {
  Fit fit;
  GradScaler scaler(GradScalerOptions().enabled(false));
  fit.backward(scaler, 1);
  CHECK(fit.w.grad().equal(ones({2})));
  scaler.unscale_(fit.sgd);
  scaler.step(fit.sgd);
  scaler.update();
  CHECK(fit.w.equal(full({2}, 0.5)));
}

TEST_CASE("a step without any gradient is refused, and a state that lacks a number") {
  Fit fit;
  GradScaler scaler(GradScalerOptions().init_scale(4));
  const char* const none =
      "step: no parameter of the optimiser had a gradient when they were unscaled";
  CHECK_THROWS_WITH(scaler.step(fit.sgd), none);
  scaler.unscale_(fit.sgd);
  CHECK_THROWS_WITH(scaler.update(), "update: no gradients were unscaled since the last update");
  CHECK_THROWS_WITH(scaler.step(fit.sgd), none);
  fit.backward(scaler, 0.5);
  scaler.step(fit.sgd);
  CHECK(fit.w.equal(full({2}, 0.75)));
  scaler.update();
  impl::GenericDict state = scaler.state_dict();
  state.erase("scale");
  CHECK_THROWS_WITH(scaler.load_state_dict(state), "load_state_dict: the dict has no scale");
}

#include "monitor/checkpoint/early_stopping.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tensor/io/dict.h"
#include "tests/support.h"

using namespace gradus;
using monitor::EarlyStopping, monitor::EarlyStoppingOptions, monitor::Mode;

TEST_CASE("early stopping stops after as many values without a better one as it has patience") {
  EarlyStopping stopping(EarlyStoppingOptions().patience(2));
  CHECK(std::isnan(stopping.best()));
  CHECK_FALSE(stopping.improved());
  CHECK_FALSE(stopping.step(3));
  CHECK(stopping.improved());
  CHECK_FALSE(stopping.step(4));
  CHECK_FALSE(stopping.step(2));
  CHECK_FALSE(stopping.step(2));
  CHECK_FALSE(stopping.improved());
  CHECK(stopping.step(NAN));
  CHECK(stopping.best() == 2);
  CHECK(stopping.best_step() == 2);
  CHECK(stopping.bad_steps() == 2);
}

TEST_CASE("early stopping for a larger metric, with a least gain, and without patience") {
  EarlyStopping stopping(EarlyStoppingOptions().patience(0).min_delta(0.5).mode(Mode::max));
  CHECK_FALSE(stopping.step(1));
  CHECK_FALSE(stopping.step(1.75));
  CHECK(stopping.step(2.25));  // not more than by the least gain
  EarlyStopping nothing(EarlyStoppingOptions().patience(1));
  CHECK(nothing.step(NAN));
}

TEST_CASE("early stopping goes on from its state") {
  EarlyStopping first(EarlyStoppingOptions().patience(2)),
      second(EarlyStoppingOptions().patience(2));
  for (const double v : {3., 1., 2.}) first.step(v);
  second.load_state_dict(first.state_dict());
  CHECK(second.best() == 1);
  CHECK(second.best_step() == 1);
  CHECK(second.step(1));
  impl::GenericDict wrong = first.state_dict();
  wrong.insert_or_assign("bad", "x");
  wrong.insert_or_assign("best", 7.0);
  CHECK_THROWS_AS(second.load_state_dict(wrong), Error);
  CHECK(second.best() == 1);
}

TEST_CASE("early stopping refuses options out of range") {
  CHECK_THROWS_WITH_AS(EarlyStopping(EarlyStoppingOptions().patience(-1)),
                       "early stopping: patience is -1, at least 0 wanted", Error);
  CHECK_THROWS_WITH_AS(EarlyStopping(EarlyStoppingOptions().min_delta(NAN)),
                       "early stopping: min_delta is nan, at least 0 wanted", Error);
}

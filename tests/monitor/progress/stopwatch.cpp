#include "monitor/progress/stopwatch.h"

#include <doctest/doctest.h>

using gradus::monitor::Stopwatch;

TEST_CASE("stopwatch: laps add up to the whole, and reset() begins anew") {
  Stopwatch watch;
  double laps = 0;
  while (laps < 1e-3) {
    const double lap = watch.lap();
    CHECK(lap >= 0);
    laps += lap;
  }
  const double all = watch.seconds();
  CHECK(all >= laps);
  watch.reset();
  const double last = watch.lap(), after = watch.seconds();
  CHECK(last <= after);
  CHECK(Stopwatch().seconds() <= watch.seconds());
}

// Warnings: who gets them, and when.
#include "tensor/base/warning.h"

#include <thread>

#include "autograd/autograd.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/reduce/reduce.h"
#include "tests/support.h"

using namespace gradus;

namespace {
struct Collector : WarningHandler {
  std::vector<std::string> all;
  void process(const Warning& w) override { all.push_back(w.msg()); }
};
// The warnings that f gives.
template <class F>
std::vector<std::string> warnings(F f) {
  Collector collector;
  const WarningUtils::WarningHandlerGuard guard(&collector);
  f();
  return collector.all;
}
bool tells(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}
}  // namespace

TEST_CASE("a handler is its thread's, for a scope") {
  WarningHandler* const before = WarningUtils::get_warning_handler();
  Collector collector;
  {
    const WarningUtils::WarningHandlerGuard guard(&collector);
    CHECK(WarningUtils::get_warning_handler() == &collector);
    std::thread([&] { CHECK(WarningUtils::get_warning_handler() == before); }).join();
    warn(Warning(Warning::DeprecationWarning(), {"f", "file.cpp", 3}, "text", false));
  }
  CHECK(WarningUtils::get_warning_handler() == before);
  CHECK(collector.all == std::vector<std::string>{"text"});
}

TEST_CASE("reading the gradient of what is no leaf") {
  const Tensor x = leaf({1}), y = x * 2;
  CHECK(warnings([&] { x.grad(); }).empty());
  CHECK(warnings([&] { y.grad(); }).size() == 1);
  y.retain_grad();
  CHECK(warnings([&] { y.grad(); }).empty());
}

TEST_CASE("backward with create_graph warns of the cycle, once") {
  const auto cycle = [] {
    const Tensor x = leaf({2});
    (x * x).sum().backward({}, std::nullopt, true);
    x.mutable_grad().reset();
  };
  warnings(cycle);
  CHECK(warnings(cycle).empty());
  const WarningUtils::WarnAlways always;
  const auto all = warnings(cycle);
  REQUIRE(all.size() == 1);
  CHECK(tells(all[0], "create_graph"));
  CHECK(warnings([] {
          const Tensor x = leaf({2});
          autograd::grad({(x * x).sum()}, {x}, {}, true, true);
        }).empty());
}

TEST_CASE("anomaly mode tells where a failing node was recorded, and where the one that made it") {
  const auto modified = [] {
    const Tensor x = leaf({5});
    Tensor y = x * x;
    const Tensor z = y * y;
    y += 1;
    CHECK(tells(message([&] { z.backward(); }), "modified in place"));
  };
  CHECK(warnings(modified).empty());
  const autograd::DetectAnomalyGuard anomaly;
  auto all = warnings(modified);
  REQUIRE(all.size() == 1);
  CHECK(tells(all[0], "MulBackward0"));
  CHECK(tells(all[0], "Traceback of forward call that caused the error"));
  all = warnings([] {
    const Tensor x = leaf({0});
    const Tensor dx = autograd::grad({x.pow(1.5)}, {x}, {}, true, true)[0];
    CHECK(tells(message([&] { autograd::grad({dx * 0}, {x}); }), "made a nan"));
  });
  REQUIRE(all.size() == 2);
  CHECK(tells(all[0], "Traceback of forward call that caused the error"));
  CHECK(tells(all[1], "Traceback of forward call that induced the previous calculation"));
}

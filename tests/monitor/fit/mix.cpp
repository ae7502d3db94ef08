#include "monitor/fit/mix.h"

#include <doctest/doctest.h>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;
using monitor::mix;

namespace {

std::vector<data::Example<>> batches_of(double value, int64_t count) {
  std::vector<data::Example<>> out;
  for (int64_t i = 0; i < count; ++i) out.emplace_back(full({1}, value), full({1}, double(i)));
  return out;
}
std::string order_of(monitor::Mixed& mixed) {
  std::string out;
  for (auto& batch : mixed) out += char('a' + batch.data.item<int64_t>());
  return out;
}

}  // namespace

TEST_CASE("mix: without weights the loaders take turns until all have given all") {
  auto a = batches_of(0, 2), b = batches_of(1, 5), c = batches_of(2, 1);
  monitor::Mixed mixed = mix({&a, &b, &c});
  CHECK(mixed.size() == 8);
  CHECK(order_of(mixed) == "abcabbbb");
  CHECK(order_of(mixed) == "abcabbbb");
}

TEST_CASE("mix: with weights they are drawn in that proportion, the same for the same seed") {
  auto a = batches_of(0, 3000), b = batches_of(1, 1000);
  monitor::Mixed mixed = mix({&a, &b}, {6, 2});
  manual_seed(1);
  const std::string first = order_of(mixed), second = order_of(mixed);
  CHECK(std::count(first.begin(), first.end(), 'b') == 1000);
  const auto early = std::count(first.begin(), first.begin() + 2000, 'b');
  CHECK(early > 420);
  CHECK(early < 580);
  CHECK(first != second);
  manual_seed(1);
  CHECK(order_of(mixed) == first);
}

TEST_CASE("mix: it goes on from where it was saved") {
  for (const bool weighted : {false, true}) {
    auto a = batches_of(0, 6), b = batches_of(1, 3);
    const std::vector<double> weights =
        weighted ? std::vector<double>{1, 1} : std::vector<double>();
    for (int64_t given = 0; given <= 9; ++given) {
      monitor::Mixed mixed = mix({&a, &b}, weights), other = mix({&a, &b}, weights);
      manual_seed(5);
      const std::string all = order_of(mixed);
      manual_seed(5);
      auto at = mixed.begin();
      std::string order;
      for (int64_t i = 0; i < given; ++i) {
        if (i > 0) ++at;
        order += char('a' + at->data.item<int64_t>());
      }
      const auto state = mixed.state_dict();
      manual_seed(6);
      other.load_state_dict(state);
      CHECK(order + order_of(other) == all);
    }
  }
}

TEST_CASE("mix: weights and states that do not fit are refused") {
  auto a = batches_of(0, 1), b = batches_of(1, 1);
  CHECK(message([] { mix({}); }) == "mix: there is no loader");
  CHECK(message([&] { mix({&a, &b}, {1}); }) == "mix: 1 weights for 2 loaders");
  CHECK(message([&] { mix({&a, &b}, {1, 0}); }) == "mix: a weight is 0, above 0 wanted");
  monitor::Mixed two = mix({&a, &b}), one = mix({&a});
  CHECK(message([&] { one.load_state_dict(two.state_dict()); }) ==
        "mix: it has 1 loaders, 2 were saved");
}

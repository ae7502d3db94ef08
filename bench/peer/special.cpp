// The gamma function's relatives, Bessel functions and the inverse of the error function.
#include "bench/peer/peer.h"

namespace peer {

using List = std::vector<Tensor>;

void special_functions(Cases& cases) {
  for (const bool wide : {false, true}) {
    const auto type = wide ? torch::kDouble : torch::kFloat;
    const auto given = [&](const std::string& name, std::function<Tensor()> input, Function f) {
      add(
          cases, "special functions", name + (wide ? " double" : ""),
          [input, type] { return List{input().to(type)}; }, f);
    };
    // Numbers from `low` to `high`.
    const auto one = [&](const std::string& name, double low, double high, Function f) {
      given(
          name, [=] { return torch::rand({100000}) * (high - low) + low; }, f);
    };
    // Numbers of both signs that are not near a whole one, where the poles are.
    const auto both = [&](const std::string& name, Function f) {
      given(
          name + " of both signs",
          [] {
            const auto whole = torch::randint(-10, 10, {100000}, torch::kLong).to(torch::kFloat);
            return whole + torch::rand({100000}) * 0.8 + 0.1;
          },
          f);
    };
    const Function lgamma = [](const List& x) { return x[0].lgamma(); };
    const Function digamma = [](const List& x) { return x[0].digamma(); };
    const Function trigamma = [](const List& x) { return x[0].polygamma(1); };
    one("lgamma", 0.05, 20, lgamma);
    one("lgamma below 3", 0.05, 3, lgamma);
    both("lgamma", lgamma);
    one("digamma", 0.05, 20, digamma);
    both("digamma", digamma);
    one("polygamma 1", 0.05, 20, trigamma);
    both("polygamma 1", trigamma);
    one("polygamma 2", 0.05, 20, [](const List& x) { return x[0].polygamma(2); });
    one("polygamma 5", 0.05, 20, [](const List& x) { return x[0].polygamma(5); });
    one("erfinv", -0.99, 0.99, [](const List& x) { return x[0].erfinv(); });
    one("i0", -20, 20, [](const List& x) { return x[0].i0(); });
  }
}

}  // namespace peer

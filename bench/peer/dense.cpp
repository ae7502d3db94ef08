// One value at a time, over whole arrays and over arrays that are not laid out side by side.
#include "bench/peer/peer.h"

namespace peer {

using List = std::vector<Tensor>;

void dense(Cases& cases) {
  struct Operation {
    std::string name;
    Function f;
    int arguments = 1;
  };
  const std::vector<Operation> operations = {
      {"add", [](const List& x) { return x[0] + x[1]; }, 2},
      {"mul", [](const List& x) { return x[0] * x[1]; }, 2},
      {"exp", [](const List& x) { return x[0].exp(); }},
      {"log", [](const List& x) { return x[0].log(); }},
      {"tanh", [](const List& x) { return x[0].tanh(); }},
      {"sigmoid", [](const List& x) { return x[0].sigmoid(); }},
      {"gelu", [](const List& x) { return torch::gelu(x[0]); }},
      {"pow", [](const List& x) { return x[0].pow(2.5); }},
      {"sqrt", [](const List& x) { return x[0].sqrt(); }},
  };
  const std::vector<std::pair<std::string, int64_t>> sizes = {
      {"1K", 1 << 10}, {"64K", 1 << 16}, {"1M", 1 << 20}, {"16M", 1 << 24}};
  for (const auto& [size, count] : sizes)
    for (const Operation& o : operations)
      add(
          cases, "elementwise, dense", o.name + " " + size,
          [n = count, arguments = o.arguments] {
            List x;
            for (int i = 0; i < arguments; ++i) x.push_back(torch::rand({n}) + 0.1);
            return x;
          },
          o.f, Passes::both, 4.0 * double(count) * (o.arguments + 1));

  // Doubles, and functions that other libraries compute one element after the other.
  for (const bool wide : {false, true}) {
    const auto one = [&](const std::string& name, Function f, Passes passes = Passes::both) {
      add(
          cases, "elementwise, dense", name + (wide ? " double 64K" : " 64K"),
          [wide] {
            const auto type = wide ? torch::kDouble : torch::kFloat;
            return List{(torch::rand({1 << 16}) * 0.9 + 0.05).to(type),
                        torch::randn({1 << 16}).to(type)};
          },
          f, passes);
    };
    one("pow by tensor", [](const List& x) { return x[0].pow(x[1]); });
    one("pow of negative", [](const List& x) { return x[1].pow(5); });
    one("erfinv", [](const List& x) { return x[0].erfinv(); });
    one(
        "nextafter", [](const List& x) { return torch::nextafter(x[0], x[1]); }, Passes::forward);
    one("norm 3", [](const List& x) { return x[1].norm(3); });
  }
}

void awkward(Cases& cases) {
  using Options = torch::TensorOptions;
  for (const int64_t n : {256, 1024}) {
    auto given = [&](const std::string& name, std::vector<std::vector<int64_t>> sizes, Function f,
                     Passes passes = Passes::both) {
      add(
          cases, "elementwise, awkward", name + " " + std::to_string(n),
          [=] {
            List x;
            for (const auto& s : sizes) x.push_back(torch::randn(s));
            return x;
          },
          f, passes);
    };
    auto sum = [](const List& x) { return x[0] + x[1]; };
    given("row broadcast", {{n, n}, {n}}, sum);
    given("column broadcast", {{n, n}, {n, 1}}, sum);
    given("middle broadcast", {{n / 16, 16, n}, {n / 16, 1, n}}, sum);
    given("transposed operand", {{n, n}, {n, n}}, [](const List& x) { return x[0] * x[1].t(); });
    given("strided slice", {{n, 2 * n}},
          [](const List& x) { return x[0].slice(1, 0, x[0].size(1), 2).exp(); });
    given("transposed copy", {{n, n}}, [](const List& x) { return x[0].t().contiguous(); });
    given("clamp", {{n, n}}, [](const List& x) { return x[0].clamp(-0.5, 0.5); });
    given("where", {{n, n}, {n, n}},
          [](const List& x) { return torch::where(x[0] > 0, x[0], x[1]); });
    given(
        "compare", {{n, n}, {n, n}}, [](const List& x) { return x[0] < x[1]; }, Passes::forward);

    auto integers = [&](const std::string& name, torch::ScalarType type, Function f) {
      add(
          cases, "elementwise, awkward", name + " " + std::to_string(n),
          [=] {
            const Options options = Options().dtype(torch::kLong);
            const int64_t high = type == torch::kBool ? 2 : 100;
            return List{torch::randint(1, high + 1, {n, n}, options).to(type),
                        torch::randint(1, high + 1, {n, n}, options).to(type)};
          },
          f, Passes::forward);
    };
    integers("int64 add", torch::kLong, sum);
    integers("int64 mul", torch::kLong, [](const List& x) { return x[0] * x[1]; });
    integers("int32 add", torch::kInt, sum);
    integers("int32 to float", torch::kInt, [](const List& x) { return x[0].to(torch::kFloat); });
    integers("int64 equal", torch::kLong, [](const List& x) { return x[0] == x[1]; });
    integers("bool and", torch::kBool, [](const List& x) { return x[0].logical_and(x[1]); });
    integers("bool not", torch::kBool, [](const List& x) { return x[0].logical_not(); });
  }
}

}  // namespace peer

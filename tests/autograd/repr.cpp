#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include "autograd/factories.h"
#include "autograd/ops/random/random.h"
#include "autograd/repr.h"
#include "tensor/raw.h"

namespace torch = gradus;
#include "tests/reference/printing_cases.h"

using namespace gradus;

namespace {

std::vector<std::string> lines(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> list;
  for (std::string line; std::getline(in, line);) list.push_back(line);
  return list;
}

// The helpers that tests/reference/repr.py has too.
constexpr auto u8 = kByte, i32 = kInt, i64 = kLong, f32 = kFloat, f64 = kDouble;
Tensor grid(Dims sizes, double start, double step, ScalarType type) {
  const Tensor x = raw::empty(sizes, kDouble);
  for (int64_t i = 0; i < x.numel(); ++i) x.data_ptr<double>()[i] = start + step * double(i);
  return raw::to_dtype(x, type);
}
Tensor leaf(const Tensor& x) { return raw::clone(x).requires_grad_(); }
Tensor drawn(const Tensor& x) { return bernoulli(leaf(zeros_like(x))); }

struct Case {
  const char* text;
  Tensor (*make)();
  const char* expected;
};

}  // namespace

TEST_CASE("operator<< prints what libtorch prints") {
  std::ostringstream out;
  print_cases(out);
  const auto got = lines(out.str()), expected = lines(
#include "tests/reference/printing.inc"
                                     );
  CHECK(got.size() == expected.size());
  for (size_t i = 0; i < std::min(got.size(), expected.size()); ++i) {
    CAPTURE(i);
    REQUIRE(got[i] == expected[i]);
  }
}

TEST_CASE("repr() shows what Python's print shows") {
  const Case cases[] = {
#include "tests/reference/repr.inc"
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(repr(c.make()) == c.expected);
  }
  CHECK(repr(Tensor()) == "tensor(undefined)");
  // A window that is not contiguous.
  const Tensor x = grid({3, 2}, 0, 1, i64);
  CHECK(repr(raw::window(x, {2, 3}, {1, 2}, 0)) == "tensor([[0, 2, 4],\n        [1, 3, 5]])");
}

TEST_CASE("repr() follows its options") {
  const Tensor x = grid({7}, 0, 0.123456, f64);
  PrintOptions o;
  o.precision = 2;
  o.threshold = 5;
  o.edgeitems = 2;
  o.linewidth = 30;
  CHECK(repr(x, o) ==
        "tensor([0.00, 0.12,  ...,\n        0.62, 0.74],\n       dtype=torch.float64)");
  o = {};
  o.sci_mode = true;
  CHECK(repr(tensor({1.0, 20.0}), o) == "tensor([1.0000e+00, 2.0000e+01])");
  o.sci_mode = false;
  CHECK(repr(tensor({1.5, 20000.0}), o) == "tensor([    1.5000, 20000.0000])");
}

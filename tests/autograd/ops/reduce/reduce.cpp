// Reductions, scans, softmax and sorting, and their first and second derivatives, against
// PyTorch's: see tests/reference/reduce.py.
#include "autograd/ops/reduce/reduce.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "autograd/ops/nn/softmax.h"
#include "tensor/base/parallel.h"
#include "tensor/kernels/table.h"
#include "tensor/raw.h"
#include "tests/support.h"

using namespace gradus;

namespace {

constexpr auto bool_ = kBool, u8 = kByte, i32 = kInt, i64 = kLong, f32 = kFloat, f64 = kDouble;
constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan_ = std::numeric_limits<double>::quiet_NaN();

Tensor make(const std::vector<double>& v, const std::vector<int64_t>& sizes, ScalarType type) {
  const Tensor t = raw::empty(sizes, kDouble);
  std::copy(v.begin(), v.end(), t.data_ptr<double>());
  return raw::to_dtype(t, type);
}
#include "tests/reference/reduce_inputs.inc"

Tensor with_correction(const std::string& name, const Tensor& a, IntArrayRef dim,
                       std::optional<Scalar> correction, bool keepdim) {
  return name == "var" ? a.var(dim, correction, keepdim) : a.std(dim, correction, keepdim);
}
template <class... T>
Tensor first(const std::tuple<T...>& y) {
  return std::get<0>(y);
}
template <class... T>
Tensor second(const std::tuple<T...>& y) {
  return std::get<1>(y);
}
template <class... T>
Tensor third(const std::tuple<T...>& y) {
  return std::get<2>(y);
}

const ArrayCase cases[] = {
#include "tests/reference/reduce_values.inc"
};

struct GradCase {
  const char* text;
  const Tensor& input;
  Tensor (*f)(const Tensor&);
  std::vector<double> dx, again;
};
const GradCase grad_cases[] = {
#include "tests/reference/reduce_grads.inc"
};

void check_close(const std::vector<double>& got, const std::vector<double>& want,
                 double tolerance) {
  REQUIRE(got.size() == want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    if (got[i] == want[i] || (std::isnan(got[i]) && std::isnan(want[i]))) continue;
    CAPTURE(i);
    CHECK(std::abs(got[i] - want[i]) <= tolerance * (1 + std::abs(want[i])));
    if (!(std::abs(got[i] - want[i]) <= tolerance * (1 + std::abs(want[i])))) {
      CHECK(got[i] == want[i]);
    }
  }
}

// The sum of the elements, times 1, 1.5, 2, ...
Tensor weighted(const Tensor& y) {
  return (y * (1 + 0.5 * arange(y.numel(), y.dtype()).reshape(y.sizes()))).sum();
}

}  // namespace

TEST_CASE("values are PyTorch's") {
  for (const ArrayCase& c : cases) {
    CAPTURE(std::string(c.text));
    check_close(c.result(), c.values, c.dtype == "float32" ? 1e-6 : 1e-13);
  }
}

TEST_CASE("first and second derivatives are PyTorch's") {
  for (const GradCase& c : grad_cases) {
    CAPTURE(std::string(c.text));
    const Tensor in = c.input.clone().requires_grad_();
    const Tensor dx = autograd::grad({weighted(c.f(in))}, {in}, {}, true, true)[0];
    const double t = std::string_view(c.text).find("f32") == std::string_view::npos ? 1e-11 : 1e-6;
    check_close(values(dx), c.dx, t);
    std::vector<double> again(c.again.size(), 0.);
    if (dx.requires_grad()) {
      const Tensor g = autograd::grad({weighted(dx)}, {in}, {}, {}, false, true)[0];
      if (g.defined()) again = values(g);
    }
    check_close(again, c.again, t);
  }
}

TEST_CASE("a plain number is a dim of var and std, never a bool") {
  const Tensor x = tensor({{1., 2., 4.}, {3., 7., 5.}});
  const int64_t zero = 0, one = 1;
  const IntArrayRef rows(zero), columns(one);
  CHECK(x.std(0).equal(x.std(rows)));
  CHECK(x.var(1).equal(x.var(columns)));
  CHECK(gradus::std(x, 0).equal(x.std(rows)));
  CHECK(var(x, 0).equal(x.var(rows)));
  CHECK(std::get<0>(std_mean(x, 0)).equal(x.std(rows)));
  CHECK(std::get<1>(var_mean(x, 1)).equal(x.mean(columns)));
  CHECK(x.std(false).dim() == 0);
}

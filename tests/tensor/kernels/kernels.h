// What the tests of the elementwise kernels share: the formulas, and kernels run on
// vectors.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "tests/tensor/kernels/formulas.h"

namespace gradus::test {

using namespace kernels;

// visit(table) for each instruction set that this processor has.
template <class Visit>
void each_table(Visit visit) {
  for (const Table* const* t = available_tables(); *t != nullptr; ++t) {
    INFO("isa ", std::string((*t)->isa));
    visit(**t);
  }
}

// What the kernel gives for one dense row of n elements.
template <class Out, class T>
std::vector<Out> apply(Loop f, const std::vector<std::vector<T>>& operands, size_t n) {
  std::vector<Out> y(n);
  char* p[8] = {reinterpret_cast<char*>(y.data())};
  int64_t step[8] = {sizeof(Out)}, row_step[8] = {};
  for (size_t k = 0; k < operands.size(); ++k) {
    p[k + 1] = const_cast<char*>(reinterpret_cast<const char*>(operands[k].data()));
    step[k + 1] = sizeof(T);
  }
  f(int64_t(n), 1, p, step, row_step);
  return y;
}
// vector<bool> has no elements to point to.
struct Bool {
  bool value;
  operator bool() const { return value; }
};

// |got - want| in units of want's last place, at least those of `floor`; the nans agree.
template <class T>
double ulps(double got, double want, double floor = 0) {
  const T rounded = T(want);
  if (std::isnan(rounded) || std::isnan(got))
    return std::isnan(rounded) == std::isnan(got) ? 0 : 1e30;
  if (std::isinf(rounded) || std::isinf(got)) return double(rounded) == got ? 0 : 1e20;
  int exponent;
  std::frexp(std::max({std::abs(double(rounded)), floor, double(std::numeric_limits<T>::min())}),
             &exponent);
  return std::abs(got - want) / std::ldexp(1.0, exponent - std::numeric_limits<T>::digits);
}

}  // namespace gradus::test

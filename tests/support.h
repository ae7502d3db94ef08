// Small things that many tests want.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "autograd/factories.h"

using Values = std::vector<double>;

// A vector of float64.
inline gradus::Tensor vec(std::initializer_list<double> values) {
  gradus::Tensor t = gradus::empty({int64_t(values.size())}, gradus::kDouble);
  std::copy(values.begin(), values.end(), t.data_ptr<double>());
  return t;
}
// The same, requiring grad.
inline gradus::Tensor leaf(std::initializer_list<double> values) {
  return vec(values).requires_grad_();
}
// The elements of a tensor of any type.
inline Values values(const gradus::Tensor& t) {
  const gradus::Tensor c = t.detach().to(gradus::kDouble).contiguous();
  return {c.data_ptr<double>(), c.data_ptr<double>() + c.numel()};
}
// What f throws.
template <class F>
std::string message(F f) {
  try {
    f();
  } catch (const gradus::Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

// A result and what PyTorch gives for it, as the scripts in tests/reference/ write them.
struct ArrayCase {
  const char* text;
  gradus::Tensor (*make)();
  std::string_view dtype;
  std::vector<int64_t> sizes;
  Values values;

  // The result's values, if type and shape are right; else a failure and nothing.
  Values result() const {
    const gradus::Tensor x = make();
    CHECK(gradus::dtype_name(x.dtype()) == dtype);
    CHECK(x.sizes() == gradus::IntArrayRef(sizes));
    const Values v = ::values(x);
    REQUIRE(v.size() == values.size());
    return v;
  }
};

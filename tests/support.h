// Small things that many tests want.
#pragma once

#include <algorithm>
#include <string>
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
// The elements of a float64 tensor.
inline Values values(const gradus::Tensor& t) {
  const gradus::Tensor c = t.detach().contiguous();
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

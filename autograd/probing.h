// Elements of tensors one by one, and how they are compared: for gradcheck.cpp.
#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "autograd/gradcheck.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::autograd {
namespace {

// A failed check; becomes Error or false.
struct Failure {
  std::string report;
};
template <class... Args>
[[noreturn]] void report(fmt::format_string<Args...> text, Args&&... args) {
  throw Failure{fmt::format(text, std::forward<Args>(args)...)};
}

double read(const TensorImpl& t, int64_t place) {
  return t.dtype == kFloat ? double(reinterpret_cast<const float*>(t.data)[place])
                           : reinterpret_cast<const double*>(t.data)[place];
}
void write(const TensorImpl& t, int64_t place, double v) {
  if (t.dtype == kFloat)
    reinterpret_cast<float*>(t.data)[place] = float(v);
  else
    reinterpret_cast<double*>(t.data)[place] = v;
}
// Where element i (in row-major order) lies, in elements from the data pointer.
int64_t place_of(const TensorImpl& t, int64_t i) {
  int64_t place = 0;
  for (size_t d = t.sizes.size(); d-- > 0;) {
    place += i % t.sizes[d] * t.strides[d];
    i /= t.sizes[d];
  }
  return place;
}
std::string index_text(IntArrayRef sizes, int64_t i) {
  Dims index(sizes.size());
  for (size_t d = sizes.size(); d-- > 0;) {
    index[d] = i % sizes[d];
    i /= sizes[d];
  }
  return fmt::format("{}", index.ref());
}

// All elements as doubles, row-major.
std::vector<double> values(const Tensor& t) {
  const Tensor d = raw::contiguous(raw::to_dtype(t, kDouble));
  const double* p = d.data_ptr<double>();
  return {p, p + d.numel()};
}

// When two values count as the same.
class Comparison {
 protected:
  explicit Comparison(const GradcheckOptions& options) : o_(options) {}
  double tolerance(double numeric, double noise) const {
    return o_.atol + o_.rtol * std::abs(numeric) + noise;
  }
  bool close(double analytic, double numeric, double noise = 0) const {
    if (analytic == numeric || (std::isnan(analytic) && std::isnan(numeric))) return true;
    return std::abs(analytic - numeric) <= tolerance(numeric, noise);
  }
  // What rounding alone may make of a difference of doubles that were computed from summands of so
  // large a sum; a float's is for the caller to allow for, by eps and the tolerances.
  double rounding(double summands, ScalarType type) const {
    constexpr double steps = 16;  // of rounding in each summand
    return type == kDouble ? steps * std::numeric_limits<double>::epsilon() * summands / o_.eps : 0;
  }
  // Where a and b differ, if anywhere.
  std::optional<size_t> difference(const std::vector<double>& a,
                                   const std::vector<double>& b) const {
    for (size_t i = 0; i < a.size(); ++i)
      if (a[i] != b[i] && !(std::abs(a[i] - b[i]) <= o_.nondet_tol) &&
          !(std::isnan(a[i]) && std::isnan(b[i])))
        return i;
    return {};
  }

  const GradcheckOptions& o_;
};

// Random signs.
template <class Random>
std::vector<double> signs(size_t n, Random& random) {
  std::vector<double> s(n);
  for (double& v : s) v = random() >> 16 & 1 ? 1 : -1;
  return s;
}
// A tensor of these elements, of the shape and type of `like`.
Tensor made_of(const std::vector<double>& v, const Tensor& like) {
  Tensor t = raw::empty(like.sizes(), like.dtype());
  for (size_t i = 0; i < v.size(); ++i) write(*t.impl(), int64_t(i), v[i]);
  return t;
}

}  // namespace
}  // namespace gradus::autograd

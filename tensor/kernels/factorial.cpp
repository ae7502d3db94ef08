#include "tensor/kernels/factorial.h"

#include <limits>

namespace gradus::kernels {
namespace {

// Up to the largest that double holds.
struct Factorials {
  double n[171];
};
constexpr Factorials make_factorials() {
  Factorials f{};
  long double product = 1;
  for (int i = 0; i <= 170; ++i) {
    if (i > 0) product *= i;
    f.n[i] = static_cast<double>(product);
  }
  return f;
}
constexpr Factorials factorials = make_factorials();

}  // namespace

double factorial(double n) {
  return n <= 170 ? factorials.n[static_cast<int>(n)] : std::numeric_limits<double>::infinity();
}

}  // namespace gradus::kernels

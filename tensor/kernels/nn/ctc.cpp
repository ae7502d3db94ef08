#include "tensor/kernels/nn/ctc.h"

#include <limits>

#include "tensor/kernels/simd/line.h"

namespace gradus::kernels::GRADUS_ISA {

namespace {

using V = batch<double>;

// log(1 + u) for u from 0 to 2, to an absolute error of about an ulp of 1: with 1 + u = √3 (1 + z)
// / (1 - z) it is log(√3) + 2 atanh(z), and |z| is below 0.27.
V log_of_more_than_one(const V& u) {
  static constexpr double root = 1.7320508075688772, log_root = 0.54930614433405485;
  static constexpr double c[] = {2.0,      2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,
                                 2.0 / 11, 2.0 / 13, 2.0 / 15, 2.0 / 17, 2.0 / 19,
                                 2.0 / 21, 2.0 / 23, 2.0 / 25, 2.0 / 27};
  const V z = (u + V(1 - root)) / (u + V(1 + root));
  return xsimd::fma(simd::polynomial(c, z * z), z, V(log_root));
}

void step(int64_t n, const double* x, int64_t by, const double* skip, const double* seen, double* y,
          double* z) {
  map_line(RowLine<double>{n}, [=](auto at) {
    const V a = at.load(x), b = at.load(x + by), c = at.load(x + 2 * by) + at.load(skip);
    const V higher = xsimd::max(a, b), low = xsimd::min(a, b);
    const V high = xsimd::max(higher, c), middle = xsimd::min(higher, c);
    const V base = xsimd::select(high == V(-std::numeric_limits<double>::infinity()), V(0.0), high);
    const V rest = simd::exp_of_negative(low - base) + simd::exp_of_negative(middle - base);
    // A nan is in the sum of all, whatever the maximum makes of it.
    const V all = a + b + c;
    const V log_sum = xsimd::select(all == all, high + log_of_more_than_one(rest), all);
    at.store(y, log_sum);
    at.store(z, log_sum + at.load(seen));
  });
}

void weights(int64_t n, const double* a, const double* b, double c, double* y) {
  map_line(RowLine<double>{n},
           [=](auto at) { at.store(y, simd::exp_of_negative(at.load(a) + at.load(b) + V(c))); });
}

void exponentials(int64_t n, const double* x, double* y) {
  map_line(RowLine<double>{n}, [=](auto at) { at.store(y, simd::exp(at.load(x))); });
}

}  // namespace

extern const CtcKernels ctc_kernels;
constinit const CtcKernels ctc_kernels{step, weights, exponentials};

}  // namespace gradus::kernels::GRADUS_ISA

#include "tensor/kernels/nn/ctc.h"

#include <limits>

#include "tensor/kernels/simd/line.h"

namespace gradus::kernels::GRADUS_ISA {

namespace {

using V = batch<double>;

void step(int64_t n, const double* x, int64_t by, const double* skip, const double* seen, double* y,
          double* z) {
  map_line(RowLine<double>{n}, [=](auto at) {
    const V a = at.load(x), b = at.load(x + by), c = at.load(x + 2 * by) + at.load(skip);
    const V high = xsimd::max(xsimd::max(a, b), c);
    // A nan is in the sum, whatever the maximum makes of it.
    const V base = xsimd::select(high == V(-std::numeric_limits<double>::infinity()), V(0.0), high);
    const V sum = simd::exp_of_negative(a - base) + simd::exp_of_negative(b - base) +
                  simd::exp_of_negative(c - base);
    const V log_sum = base + simd::log(sum);
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

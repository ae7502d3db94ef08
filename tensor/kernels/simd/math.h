// Elementary functions of batches: xsimd's, mended where they miss IEEE special values or 4 ulp.
#pragma once

#include "tensor/kernels/simd/bessel.h"
#include "tensor/kernels/simd/erf.h"
#include "tensor/kernels/simd/erfinv.h"
#include "tensor/kernels/simd/exponential.h"
#include "tensor/kernels/simd/gamma.h"
#include "tensor/kernels/simd/lanewise.h"
#include "tensor/kernels/simd/logarithm.h"
#include "tensor/kernels/simd/power.h"
#include "tensor/kernels/simd/rounding.h"
#include "tensor/kernels/simd/trigonometry.h"
#include "tensor/kernels/simd/zeta.h"

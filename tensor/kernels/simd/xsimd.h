// xsimd, to be included here only, with two faults of 8.1 mended before its own functions are
// defined: it has no fused multiply-add for AVX-512, and with AVX nan != nan is false.
#pragma once

#include <xsimd/config/xsimd_config.hpp>

#if XSIMD_WITH_AVX && XSIMD_VERSION_MAJOR == 8
#include <immintrin.h>
#pragma push_macro("_CMP_NEQ_OQ")
#undef _CMP_NEQ_OQ
#define _CMP_NEQ_OQ _CMP_NEQ_UQ
#define XSIMD_NO_DISCARD __attribute__((warn_unused_result))  // as xsimd.hpp has it
#include <xsimd/arch/xsimd_scalar.hpp>
#include <xsimd/types/xsimd_batch.hpp>
#pragma pop_macro("_CMP_NEQ_OQ")
#endif

#if XSIMD_WITH_AVX512F && XSIMD_VERSION_MAJOR == 8
namespace xsimd::kernel {

#define GRADUS_FUSED(name, instruction)                                               \
  template <class A>                                                                  \
  batch<float, A> name(batch<float, A> const& x, batch<float, A> const& y,            \
                       batch<float, A> const& z, requires_arch<avx512f>) noexcept {   \
    return _mm512_##instruction##_ps(x, y, z);                                        \
  }                                                                                   \
  template <class A>                                                                  \
  batch<double, A> name(batch<double, A> const& x, batch<double, A> const& y,         \
                        batch<double, A> const& z, requires_arch<avx512f>) noexcept { \
    return _mm512_##instruction##_pd(x, y, z);                                        \
  }
GRADUS_FUSED(fma, fmadd)
GRADUS_FUSED(fms, fmsub)
GRADUS_FUSED(fnma, fnmadd)
GRADUS_FUSED(fnms, fnmsub)
#undef GRADUS_FUSED

}  // namespace xsimd::kernel
#endif

#include <xsimd/xsimd.hpp>

// xsimd, to be included here only, with faults of 8.1 mended: for AVX-512 it has no fused
// multiply-add and makes 0 of -(0), with AVX nan != nan is false, and on Arm it has no exact
// division and square root of floats. Its own functions must see the mends before they are defined,
// so these are declared first. (One fault is left: on SSE2, != of two masks is wrong; formulas have
// differ() for it.)
#pragma once

#include <stddef.h>  // xsimd 8.1 uses size_t on Arm before it includes it

#include <xsimd/config/xsimd_arch.hpp>
#include <xsimd/types/xsimd_utils.hpp>

#if XSIMD_VERSION_MAJOR == 8 && XSIMD_WITH_AVX512F
#define GRADUS_MENDED avx512bw
#elif XSIMD_VERSION_MAJOR == 8 && XSIMD_WITH_AVX2
#define GRADUS_MENDED fma3<avx2>
#endif

#ifdef GRADUS_MENDED
namespace xsimd::kernel {
#define GRADUS_MEND(T)                                         \
  template <class A>                                           \
  batch_bool<T, A> neq(batch<T, A> const&, batch<T, A> const&, \
                       requires_arch<GRADUS_MENDED>) noexcept;
GRADUS_MEND(float)
GRADUS_MEND(double)
#undef GRADUS_MEND
#if XSIMD_WITH_AVX512F
#define GRADUS_MEND(T)                                                        \
  template <class A>                                                          \
  batch<T, A> neg(batch<T, A> const&, requires_arch<GRADUS_MENDED>) noexcept; \
  GRADUS_FUSED(T, fma) GRADUS_FUSED(T, fms) GRADUS_FUSED(T, fnma) GRADUS_FUSED(T, fnms)
#define GRADUS_FUSED(T, name)                                                  \
  template <class A>                                                           \
  batch<T, A> name(batch<T, A> const&, batch<T, A> const&, batch<T, A> const&, \
                   requires_arch<GRADUS_MENDED>) noexcept;
GRADUS_MEND(float)
GRADUS_MEND(double)
#undef GRADUS_FUSED
#undef GRADUS_MEND
#endif
}  // namespace xsimd::kernel
#endif

#if XSIMD_VERSION_MAJOR == 8 && XSIMD_WITH_NEON64
#define GRADUS_MENDED_ARM
namespace xsimd::kernel {
template <class A>
batch<float, A> div(batch<float, A> const&, batch<float, A> const&, requires_arch<neon64>) noexcept;
template <class A>
batch<float, A> sqrt(batch<float, A> const&, requires_arch<neon64>) noexcept;
}  // namespace xsimd::kernel
#endif

#include <xsimd/xsimd.hpp>

#ifdef GRADUS_MENDED_ARM
namespace xsimd::kernel {
template <class A>
batch<float, A> div(batch<float, A> const& x, batch<float, A> const& y,
                    requires_arch<neon64>) noexcept {
  return vdivq_f32(x, y);
}
template <class A>
batch<float, A> sqrt(batch<float, A> const& x, requires_arch<neon64>) noexcept {
  return vsqrtq_f32(x);
}
}  // namespace xsimd::kernel
#endif

#ifdef GRADUS_MENDED
namespace xsimd::kernel {
#if XSIMD_WITH_AVX512F
#define GRADUS_MEND(T, s)                                                        \
  template <class A>                                                             \
  batch_bool<T, A> neq(batch<T, A> const& x, batch<T, A> const& y,               \
                       requires_arch<GRADUS_MENDED>) noexcept {                  \
    return _mm512_cmp_##s##_mask(x, y, _CMP_NEQ_UQ);                             \
  }                                                                              \
  template <class A>                                                             \
  batch<T, A> neg(batch<T, A> const& x, requires_arch<GRADUS_MENDED>) noexcept { \
    return _mm512_xor_##s(x, _mm512_set1_##s(T(-0.0)));                          \
  }                                                                              \
  GRADUS_FUSED(T, s, fma, fmadd)                                                 \
  GRADUS_FUSED(T, s, fms, fmsub) GRADUS_FUSED(T, s, fnma, fnmadd) GRADUS_FUSED(T, s, fnms, fnmsub)
#define GRADUS_FUSED(T, s, name, instruction)                                        \
  template <class A>                                                                 \
  batch<T, A> name(batch<T, A> const& x, batch<T, A> const& y, batch<T, A> const& z, \
                   requires_arch<GRADUS_MENDED>) noexcept {                          \
    return _mm512_##instruction##_##s(x, y, z);                                      \
  }
#else
#define GRADUS_MEND(T, s)                                          \
  template <class A>                                               \
  batch_bool<T, A> neq(batch<T, A> const& x, batch<T, A> const& y, \
                       requires_arch<GRADUS_MENDED>) noexcept {    \
    return _mm256_cmp_##s(x, y, _CMP_NEQ_UQ);                      \
  }
#endif
GRADUS_MEND(float, ps)
GRADUS_MEND(double, pd)
#undef GRADUS_MEND
}  // namespace xsimd::kernel
#endif

// at::globalContext(): what libtorch's programs set there is kept and given back. It changes
// nothing: there is one kind of device, and results are the same in every run.
#pragma once

#include <c10/core/ScalarType.h>

#include "gradus.h"

namespace gradus {

enum class Float32MatmulPrecision { HIGHEST, HIGH, MEDIUM };
enum class CuBLASReductionOption {
  AllowReducedPrecisionWithSplitK,
  DisallowReducedPrecisionAllowSplitK,
  DisallowReducedPrecisionDisallowSplitK
};
enum class LinalgBackend : int8_t { Default, Cusolver, Magma };
enum class BlasBackend : int8_t { Default, Cublas, Cublaslt, Ck };

namespace detail {
inline void warn_here(const std::string& text) {
  warn(Warning(Warning::UserWarning(), {__func__, __FILE__, uint32_t(__LINE__)}, text, false));
}
// A setting by libtorch's names for reading and writing it.
#define GRADUS_SETTING(type, get, set, name, value) \
 public:                                            \
  type get() const { return name; }                 \
  void set(type v) { name = v; }                    \
                                                    \
 private:                                           \
  type name = value;

/// The settings by themselves.
class Settings {
  GRADUS_SETTING(bool, userEnabledCuDNN, setUserEnabledCuDNN, cudnn_, true)
  GRADUS_SETTING(bool, benchmarkCuDNN, setBenchmarkCuDNN, benchmark_cudnn_, false)
  GRADUS_SETTING(int, benchmarkLimitCuDNN, setBenchmarkLimitCuDNN, benchmark_limit_, 10)
  GRADUS_SETTING(bool, deterministicCuDNN, setDeterministicCuDNN, deterministic_cudnn_, false)
  GRADUS_SETTING(bool, deterministicMkldnn, setDeterministicMkldnn, deterministic_mkldnn_, false)
  GRADUS_SETTING(bool, userEnabledMkldnn, setUserEnabledMkldnn, mkldnn_, true)
  GRADUS_SETTING(bool, userEnabledNNPACK, setUserEnabledNNPACK, nnpack_, true)
  GRADUS_SETTING(bool, immediateMiopen, setImmediateMiopen, miopen_, false)
  GRADUS_SETTING(bool, allowTF32CuDNN, setAllowTF32CuDNN, tf32_cudnn_, true)
  GRADUS_SETTING(bool, allowTF32OneDNN, setAllowTF32OneDNN, tf32_onednn_, false)
  GRADUS_SETTING(bool, userEnabledFlashSDP, setSDPUseFlash, flash_, true)
  GRADUS_SETTING(bool, userEnabledMemEfficientSDP, setSDPUseMemEfficient, efficient_, true)
  GRADUS_SETTING(bool, userEnabledMathSDP, setSDPUseMath, math_, true)
  GRADUS_SETTING(bool, userEnabledCuDNNSDP, setSDPUseCuDNN, cudnn_sdp_, true)
  GRADUS_SETTING(bool, userEnabledOverrideableSDP, setSDPUseOverrideable, overrideable_, true)
  GRADUS_SETTING(bool, allowFP16BF16ReductionMathSDP, setAllowFP16BF16ReductionMathSDP,
                 reduced_math_, false)
  GRADUS_SETTING(bool, allowFP16AccumulationCuBLAS, setAllowFP16AccumulationCuBLAS, fp16_sum_,
                 false)
  GRADUS_SETTING(bool, allowFP16ReductionCPU, setAllowFP16ReductionCPU, fp16_cpu_, false)
  GRADUS_SETTING(LinalgBackend, linalgPreferredBackend, setLinalgPreferredBackend, linalg_,
                 LinalgBackend::Default)
  GRADUS_SETTING(BlasBackend, blasPreferredBackend, setBlasPreferredBackend, blas_,
                 BlasBackend::Default)
  GRADUS_SETTING(bool, deterministicFillUninitializedMemory,
                 setDeterministicFillUninitializedMemory, fill_, true)
  GRADUS_SETTING(bool, releaseWeightsWhenPrepacking, setReleaseWeightsWhenPrepacking, release_,
                 true)
  GRADUS_SETTING(bool, areVmapFallbackWarningsEnabled, setDisplayVmapFallbackWarnings, vmap_, false)
};
#undef GRADUS_SETTING
}  // namespace detail

/// The settings of a process. globalContext() gives the only one.
class Context : public detail::Settings {
 public:
  /// Whether a program asked for operations that give the same results in every run, which all do
  /// here.
  bool deterministicAlgorithms() const { return deterministic_; }
  bool deterministicAlgorithmsWarnOnly() const { return warn_only_; }
  void setDeterministicAlgorithms(bool on, bool warn_only = false) {
    deterministic_ = on;
    warn_only_ = warn_only;
  }
  /// For a program's own operations that do not: throws Error, or warns, when a program asked for
  /// those that do.
  static void alertNotDeterministic(std::string_view caller);

  Float32MatmulPrecision float32MatmulPrecision() const { return precision_; }
  void setFloat32MatmulPrecision(Float32MatmulPrecision p) { precision_ = p; }
  /// "highest", "high" or "medium"; another text changes nothing and warns. Products are always the
  /// most exact.
  void setFloat32MatmulPrecision(const std::string& text) {
    if (text == "highest")
      precision_ = Float32MatmulPrecision::HIGHEST;
    else if (text == "high")
      precision_ = Float32MatmulPrecision::HIGH;
    else if (text == "medium")
      precision_ = Float32MatmulPrecision::MEDIUM;
    else
      detail::warn_here("setFloat32MatmulPrecision: expected highest, high or medium, got " + text);
  }
  /// As libtorch has it, another word for the precision.
  bool allowTF32CuBLAS() const { return precision_ != Float32MatmulPrecision::HIGHEST; }
  void setAllowTF32CuBLAS(bool on) {
    precision_ = on ? Float32MatmulPrecision::HIGH : Float32MatmulPrecision::HIGHEST;
  }
  CuBLASReductionOption allowFP16ReductionCuBLAS() const { return fp16_reduction_; }
  void setAllowFP16ReductionCuBLAS(bool on, bool split_k = true) {
    fp16_reduction_ = reduction(on, split_k);
  }
  CuBLASReductionOption allowBF16ReductionCuBLAS() const { return bf16_reduction_; }
  void setAllowBF16ReductionCuBLAS(bool on, bool split_k = true) {
    bf16_reduction_ = reduction(on, split_k);
  }

  /// Lets the processor take numbers below the normal ones for 0, on the calling thread. Returns
  /// whether it can.
  static bool setFlushDenormal([[maybe_unused]] bool on) {
#ifdef __SSE2__
    const unsigned bits = 0x8040, state = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(on ? state | bits : state & ~bits);
    return true;
#else
    return false;
#endif
  }

  /// The generator of the CPU. Throws Error for other devices.
  Generator defaultGenerator(Device device) const {
    if (!device.is_cpu()) throw Error("defaultGenerator: expected the cpu, got " + device.str());
    return default_generator();
  }
  /// Does nothing for the CPU. Throws Error for other devices.
  void lazyInitDevice(DeviceType type) const {
    if (type != kCPU) throw Error("lazyInitDevice: there is no " + DeviceTypeName(type));
  }
  void lazyInitCUDA() const { lazyInitDevice(kCUDA); }
  void lazyInitHIP() const { lazyInitDevice(kHIP); }

  static bool hasOpenMP() { return true; }
  static bool hasMKL() { return false; }
  static bool hasMKLDNN() { return false; }
  static bool hasLAPACK() { return true; }
  static bool hasMAGMA() { return false; }
  static bool hasCUDA() { return false; }
  static bool hasCUDART() { return false; }
  static bool hasCuDNN() { return false; }
  static bool hasCuSOLVER() { return false; }
  static bool hasCuBLASLt() { return false; }
  static bool hasHIP() { return false; }
  static bool hasROCM() { return false; }
  static bool hasMPS() { return false; }
  static bool hasMTIA() { return false; }
  static bool hasIPU() { return false; }
  static bool hasXLA() { return false; }
  static bool hasXPU() { return false; }
  static bool hasHPU() { return false; }
  static bool hasLazy() { return false; }
  static bool hasMAIA() { return false; }
  static bool isXNNPACKAvailable() { return false; }
  static long versionCuDNN() { return 0; }
  static long versionCUDART() { return 0; }

 private:
  static CuBLASReductionOption reduction(bool on, bool split_k) {
    if (on && !split_k)
      throw Error("context: a reduction of less precision needs the splitting of sums");
    return on        ? CuBLASReductionOption::AllowReducedPrecisionWithSplitK
           : split_k ? CuBLASReductionOption::DisallowReducedPrecisionAllowSplitK
                     : CuBLASReductionOption::DisallowReducedPrecisionDisallowSplitK;
  }
  bool deterministic_ = false, warn_only_ = false;
  Float32MatmulPrecision precision_ = Float32MatmulPrecision::HIGHEST;
  CuBLASReductionOption fp16_reduction_ = CuBLASReductionOption::AllowReducedPrecisionWithSplitK,
                        bf16_reduction_ = CuBLASReductionOption::AllowReducedPrecisionWithSplitK;
};

/// The settings of this process.
inline Context& globalContext() {
  static Context context;
  return context;
}
inline void Context::alertNotDeterministic(std::string_view caller) {
  const Context& c = globalContext();
  if (!c.deterministic_) return;
  const std::string text =
      std::string(caller) +
      ": results may differ between runs, and deterministic ones were asked for";
  if (!c.warn_only_) throw Error(text);
  detail::warn_here(text);
}

inline bool hasOpenMP() { return Context::hasOpenMP(); }
inline bool hasMKL() { return Context::hasMKL(); }
inline bool hasMKLDNN() { return Context::hasMKLDNN(); }
inline bool hasLAPACK() { return Context::hasLAPACK(); }
inline bool hasMAGMA() { return Context::hasMAGMA(); }
inline bool hasHIP() { return false; }
inline bool hasIPU() { return false; }
inline bool hasXLA() { return false; }
inline bool hasHPU() { return false; }
inline bool hasMAIA() { return false; }
inline bool hasMTIA() { return false; }

/// The kind of the CPU's tensors with that element type, in libtorch's older words.
inline DeprecatedTypeProperties CPU(ScalarType t) { return DeprecatedTypeProperties(t); }
/// Throws Error: only the CPU holds tensors.
[[noreturn]] inline DeprecatedTypeProperties CUDA(ScalarType) {
  throw Error("CUDA: only the cpu holds tensors");
}

/// Keeps the precision of products as it is: the most exact.
class NoTF32Guard {
 public:
  NoTF32Guard() {}
  NoTF32Guard(const NoTF32Guard&) = delete;
  NoTF32Guard& operator=(const NoTF32Guard&) = delete;
  static bool should_disable_tf32() { return false; }
};

}  // namespace gradus

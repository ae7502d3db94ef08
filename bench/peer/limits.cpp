// The machine's limits: multiply-adds between registers, and copies between arrays that no cache
// holds. Uses neither library.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>
#include <vector>

namespace peer {

double fma_peak(int threads);
double copy_bandwidth(int threads);

namespace {

using Vector4 [[gnu::vector_size(16)]] = float;
using Vector8 [[gnu::vector_size(32)]] = float;
using Vector16 [[gnu::vector_size(64)]] = float;

constexpr int chains = 12;  // hides the latency of two units

template <class Vector>
[[gnu::always_inline]] inline float chained(int rounds) {
  Vector sum[chains], x = Vector{} + 0.999f, y = Vector{} + 1e-3f;
  for (int c = 0; c < chains; ++c) sum[c] = Vector{} + float(c);
  for (int i = 0; i < rounds; ++i) {
#pragma GCC unroll 12
    for (int c = 0; c < chains; ++c) sum[c] = sum[c] * x + y;
  }
  for (int i = 1; i < chains; ++i) sum[0] += sum[i];
  return sum[0][0];
}

struct MultiplyAdds {
  int width;  // floats per instruction
  float (*run)(int rounds);
};
float of_4(int rounds) { return chained<Vector4>(rounds); }
#if defined(__x86_64__)
[[gnu::target("avx2,fma")]] float of_8(int rounds) { return chained<Vector8>(rounds); }
[[gnu::target("avx512f")]] float of_16(int rounds) { return chained<Vector16>(rounds); }
#endif

// The widest that this machine has and the environment leaves it.
MultiplyAdds multiply_adds() {
#if defined(__x86_64__)
  const auto allows = [](const char* variable, std::string_view isa) {
    const char* const value = std::getenv(variable);
    const std::string_view most = value && *value ? value : "avx512";
    return most == "avx512" || most == isa;
  };
  const auto allowed = [&](std::string_view isa) {
    return allows("GRADUS_ISA", isa) && allows("GRADUS_MAX_ISA", isa);
  };
  const bool avx512 = allowed("avx512"), avx2 = allowed("avx2");
  if (avx512 && __builtin_cpu_supports("avx512f")) return {16, of_16};
  if (avx2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return {8, of_8};
#endif
  return {4, of_4};
}

// The shortest of several runs of work(thread), which all threads begin together, in seconds.
template <class Work>
double shortest(int threads, int runs, Work work) {
  double best = 1e9;
  for (int r = 0; r < runs; ++r) {
    std::atomic<int> missing{threads};
    auto begin = [&](int t) {
      --missing;
      while (missing > 0) {
      }
      const auto start = std::chrono::steady_clock::now();
      work(t);
      return start;
    };
    std::vector<std::thread> others;
    for (int t = 1; t < threads; ++t) others.emplace_back(begin, t);
    const auto start = begin(0);
    for (auto& t : others) t.join();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    best = std::min(best, seconds.count());
  }
  return best;
}

}  // namespace

double fma_peak(int threads) {
  constexpr int rounds = 100'000;
  const auto [width, run] = multiply_adds();
  std::vector<float> sink(size_t(threads) * 16);
  const double seconds =
      shortest(threads, 500, [&, run = run](int t) { sink[size_t(t) * 16] = run(rounds); });
  return 2.0 * rounds * chains * width * threads / seconds;
}

double copy_bandwidth(int threads) {
  constexpr size_t bytes = size_t(64) << 20;
  std::vector<char> from(bytes, 1), to(bytes, 2);
  const size_t part = bytes / size_t(threads);
  const double seconds = shortest(threads, 40, [&](int t) {
    std::memcpy(to.data() + size_t(t) * part, from.data() + size_t(t) * part, part);
  });
  return 2.0 * double(bytes) / seconds;
}

}  // namespace peer

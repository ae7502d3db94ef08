// The next n values of a distribution's stream, each made as PyTorch's CPU build makes it: the same
// words of the generator, the same formula, the same roundings. Only .cpp files include this.
//
// PyTorch's x86 build fuses multiply-adds, so they are fused here too. Its tails, logarithms and
// sines in double come from the C library, as ours do.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "tensor/kernels/table.h"
#include "tensor/random/generator_impl.h"

namespace gradus::draw {

// Words fetched at a time; a multiple of 32.
inline constexpr int64_t chunk_words = 1024;

inline double uniform(GeneratorImpl& g) {
  return double(g.random64() & ((uint64_t(1) << 53) - 1)) * 0x1p-53;
}

inline void uniform(GeneratorImpl& g, float* out, int64_t n, double from, double to) {
  uint32_t words[chunk_words];
  for (int64_t m; n > 0; out += m, n -= m) {
    m = std::min(n, chunk_words);
    g.stream().draw(words, m);
    kernels::table().random->uniform_float(words, out, m, float(from), float(to));
  }
}

inline void uniform(GeneratorImpl& g, double* out, int64_t n, double from, double to) {
  uint32_t words[chunk_words];
  for (int64_t m; n > 0; out += m, n -= m) {
    m = std::min(n, chunk_words / 2);
    g.stream().draw(words, 2 * m);
    kernels::table().random->uniform_double(words, out, m, from, to);
  }
}

// Box and Muller's pair, one value at a time; the second waits in the generator.
inline double normal(GeneratorImpl& g, double mean, double std) {
  std::optional<double> z = g.next_double_normal_sample();
  g.set_next_double_normal_sample(std::nullopt);
  if (!z) {
    const double u1 = uniform(g), u2 = uniform(g);
    const double radius = std::sqrt(-2.0 * std::log1p(-u2));
    const double theta = 2.0 * std::numbers::pi * u1;
    g.set_next_double_normal_sample(radius * std::sin(theta));
    z = radius * std::cos(theta);
  }
  return std::fma(*z, std, mean);
}

inline void normal_blocks(float* data, int64_t blocks, double mean, double std) {
  kernels::table().random->normal_float(data, blocks, float(mean), float(std));
}

inline void normal_blocks(double* data, int64_t blocks, double mean, double std) {
  for (; blocks > 0; --blocks, data += 16)
    for (int i = 0; i < 8; ++i) {
      const double radius = std::sqrt(-2.0 * std::log(1.0 - data[i]));
      const double theta = 2.0 * std::numbers::pi * data[i + 8];
      data[i] = std::fma(radius * std::cos(theta), std, mean);
      data[i + 8] = std::fma(radius * std::sin(theta), std, mean);
    }
}

// What contiguous tensors of 16 elements and more get: all uniforms first, then block by block; a
// last block that is not full is redrawn as the last 16 elements.
template <class T>
void normal_many(GeneratorImpl& g, T* out, int64_t n, double mean, double std) {
  uniform(g, out, n, 0, 1);
  normal_blocks(out, n / 16, mean, std);
  if (n % 16 == 0) return;
  uniform(g, out + n - 16, 16, 0, 1);
  normal_blocks(out + n - 16, 1, mean, std);
}

// Every value that the type holds exactly: [0, max] of an integer type, [0, 2^digits] of a float.
template <class T>
T integer(GeneratorImpl& g) {
  constexpr bool wide = std::is_same_v<T, int64_t> || std::is_same_v<T, double>;
  constexpr uint64_t range = std::is_same_v<T, bool> ? 2
                             : std::is_floating_point_v<T>
                                 ? (uint64_t(1) << std::numeric_limits<T>::digits) + 1
                                 : uint64_t(std::numeric_limits<T>::max()) + 1;
  return T((wide ? g.random64() : g.random()) % range);
}

// From [base, base + range); a range of 2^28 and more takes two words.
template <class T>
T integer(GeneratorImpl& g, uint64_t range, int64_t base) {
  const uint64_t v = range >= uint64_t(1) << 28 ? g.random64() : g.random();
  return T(int64_t(v % range + uint64_t(base)));
}

inline double exponential(GeneratorImpl& g, double lambda) {
  return -1.0 / lambda * std::log1p(-uniform(g));
}
inline double geometric(GeneratorImpl& g, double p) {
  return std::ceil(std::log(uniform(g)) / std::log1p(-p));
}
inline double cauchy(GeneratorImpl& g, double median, double sigma) {
  return std::fma(sigma, std::tan(std::numbers::pi * (uniform(g) - 0.5)), median);
}

// Below 10 Knuth's product of uniforms, above it Hörmann's transformed rejection (PTRS, "The
// transformed rejection method for generating Poisson random variables", 1993).
inline double poisson(GeneratorImpl& g, double rate) {
  if (rate == 0) return 0;
  if (rate < 10) {
    const double bound = std::exp(-rate);
    double count = 0;
    for (double product = uniform(g); product > bound; product *= uniform(g)) ++count;
    return count;
  }
  const double log_rate = std::log(rate);
  const double b = 0.931 + 2.53 * std::sqrt(rate);
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double squeeze = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const double u = uniform(g) - 0.5, v = uniform(g);
    const double us = 0.5 - std::fabs(u);
    const double k = std::floor((2 * a / us + b) * u + rate + 0.43);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (std::log(v) + std::log(inverse_alpha) - std::log(a / (us * us) + b) <=
        k * log_rate - rate - std::lgamma(k + 1))
      return k;
  }
}

// What Stirling's formula lacks of log(k!), for k from 0 on.
inline double stirling_rest(double k) {
  static constexpr double table[] = {
      0.0810614667953272582, 0.0413406959554092940, 0.0276779256849983391, 0.0207906721037650931,
      0.0166446911898211921, 0.0138761288230707480, 0.0118967099458917700, 0.0104112652619720965,
      0.0092554621827127329, 0.0083305634333631233};
  if (k < 10) return table[int(k)];
  const double n = k + 1;
  return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / (n * n)) / (n * n)) / n;
}

// The successes among n trials of probability 0 < p <= 1/2: counted by the distances between them
// where few are expected, else by Hörmann's transformed rejection (BTRS, "The generation of
// binomial random variates", 1993).
inline double few_or_many_successes(GeneratorImpl& g, double n, double p) {
  if (n * p < 10) {
    const double log_failure = std::log1p(-p);
    double successes = 0, trials = 0;
    for (;;) {
      trials += std::ceil(std::log(uniform(g)) / log_failure);
      if (trials > n) return successes;
      ++successes;
    }
  }
  const double deviation = std::sqrt(n * p * (1 - p));
  const double b = 1.15 + 2.53 * deviation;
  const double a = -0.0873 + 0.0248 * b + 0.01 * p;
  const double c = n * p + 0.5;
  const double squeeze = 0.92 - 4.2 / b;
  const double odds = p / (1 - p);
  const double alpha = (2.83 + 5.1 / b) * deviation;
  const double m = std::floor((n + 1) * p);
  for (;;) {
    const double u = uniform(g) - 0.5, v = uniform(g);
    const double us = 0.5 - std::fabs(u);
    const double k = std::floor((2 * a / us + b) * u + c);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || k > n) continue;
    const double bound = (m + 0.5) * std::log((m + 1) / (odds * (n - m + 1))) +
                         (n + 1) * std::log((n - m + 1) / (n - k + 1)) +
                         (k + 0.5) * std::log(odds * (n - k + 1) / (k + 1)) + stirling_rest(m) +
                         stirling_rest(n - m) - stirling_rest(k) - stirling_rest(n - k);
    if (std::log(v * alpha / (a / (us * us) + b)) <= bound) return k;
  }
}
// Of any n and p; nan where one is.
inline double binomial(GeneratorImpl& g, double n, double p) {
  if (n <= 0 || p <= 0) return 0;
  if (p >= 1) return n;
  if (p <= 0.5) return few_or_many_successes(g, n, p);
  if (p > 0.5) return n - few_or_many_successes(g, n, 1 - p);
  return p;
}

// A uniform permutation of 0 .. n-1. From 2^32/20 elements on a word is not enough to choose one
// evenly, and PyTorch changes to the inside-out form with two words each.
template <class T>
void permutation(GeneratorImpl& g, T* out, int64_t n) {
  if (n < std::numeric_limits<uint32_t>::max() / 20) {
    for (int64_t i = 0; i < n; ++i) out[i] = T(i);
    for (int64_t i = 0; i < n - 1; ++i) std::swap(out[i], out[i + g.random() % uint32_t(n - i)]);
    return;
  }
  for (int64_t i = 0; i < n; ++i) {
    const uint64_t z = g.random64() % uint64_t(i + 1);
    out[i] = T(i);
    std::swap(out[i], out[z]);
  }
}

}  // namespace gradus::draw

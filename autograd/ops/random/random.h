// Random tensors and random operations, drawn as PyTorch's CPU build draws them. Where no generator
// is given the default one draws (see manual_seed).
#pragma once

#include "autograd/factories.h"
#include "tensor/random/generator_impl.h"

namespace gradus {

/// A generator, or none for the default one.
using GeneratorOpt = std::optional<Generator>;

/// Uniform numbers in [0, 1). The stream is that of PyTorch's CPU build for the same seed.
Tensor rand(IntArrayRef size, const TensorOptions& options = {});
Tensor rand(IntArrayRef size, GeneratorOpt generator, const TensorOptions& options = {});
/// rand() with the shape and type of self, unless the options say otherwise.
Tensor rand_like(const Tensor& self, const TensorOptions& options = {}, MemoryFormatOpt = {});
/// Normal numbers with mean 0 and standard deviation 1.
Tensor randn(IntArrayRef size, const TensorOptions& options = {});
Tensor randn(IntArrayRef size, GeneratorOpt generator, const TensorOptions& options = {});
/// randn() with the shape and type of self, unless the options say otherwise.
Tensor randn_like(const Tensor& self, const TensorOptions& options = {}, MemoryFormatOpt = {});
/// Whole numbers of [low, high), low 0 by default. int64 without options; with options their type,
/// which is the default floating type where they name none. Throws Error unless low < high.
Tensor randint(int64_t high, IntArrayRef size, const TensorOptions& options = kLong);
Tensor randint(int64_t high, IntArrayRef size, GeneratorOpt generator,
               const TensorOptions& options = kLong);
Tensor randint(int64_t low, int64_t high, IntArrayRef size, const TensorOptions& options = kLong);
Tensor randint(int64_t low, int64_t high, IntArrayRef size, GeneratorOpt generator,
               const TensorOptions& options = kLong);
/// randint() with the shape and type of self, unless the options say otherwise.
Tensor randint_like(const Tensor& self, int64_t high, const TensorOptions& options = {},
                    MemoryFormatOpt = {});
Tensor randint_like(const Tensor& self, int64_t low, int64_t high,
                    const TensorOptions& options = {}, MemoryFormatOpt = {});
/// A random order of 0 .. n - 1, int64 unless the options say otherwise.
Tensor randperm(int64_t n, const TensorOptions& options = kLong);
Tensor randperm(int64_t n, GeneratorOpt generator, const TensorOptions& options = kLong);

/// Normal numbers with these means and standard deviations; tensors of them broadcast. Their
/// gradients are zero. Throws Error for a negative deviation.
Tensor normal(double mean, double std, IntArrayRef size, GeneratorOpt generator = {},
              const TensorOptions& options = {});
Tensor normal(const Tensor& mean, double std = 1, GeneratorOpt generator = {});
Tensor normal(double mean, const Tensor& std, GeneratorOpt generator = {});
Tensor normal(const Tensor& mean, const Tensor& std, GeneratorOpt generator = {});
/// 1 with the probability that each element of `self` holds (or with p, where only shape and type
/// of `self` matter), else 0. The gradient is zero. Throws Error for a probability outside of [0,
/// 1].
Tensor bernoulli(const Tensor& self, GeneratorOpt generator = {});
Tensor bernoulli(const Tensor& self, double p, GeneratorOpt generator = {});
/// Poisson numbers with the rates in `self`. The gradient is zero.
Tensor poisson(const Tensor& self, GeneratorOpt generator = {});
/// How many of `count` trials succeed, each with probability `prob`; both of one floating type,
/// broadcast. The gradient is zero. Throws Error where the types differ.
Tensor binomial(const Tensor& count, const Tensor& prob, GeneratorOpt generator = {});
/// Normal numbers with this mean and deviation in the shape and type of self.
Tensor normal_functional(const Tensor& self, double mean = 0, double std = 1,
                         GeneratorOpt generator = {});
/// num_samples indices drawn in proportion to the weights `self`, [n] or rows [m, n]: [num_samples]
/// or [m, num_samples], int64. Without replacement no index comes twice. Throws Error for weights
/// that are negative or not finite, or too few.
Tensor multinomial(const Tensor& self, int64_t num_samples, bool replacement = false,
                   GeneratorOpt generator = {});

}  // namespace gradus

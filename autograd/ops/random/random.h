// Random tensors and random operations, drawn as PyTorch's CPU build draws them. Where no generator
// is given the default one draws (see manual_seed).
#pragma once

#include "autograd/factories.h"
#include "tensor/random/generator_impl.h"

namespace gradus {

using GeneratorOpt = std::optional<Generator>;

// Uniform in [0, 1).
Tensor rand(IntArrayRef size, const TensorOptions& options = {});
Tensor rand(IntArrayRef size, GeneratorOpt generator, const TensorOptions& options = {});
Tensor rand_like(const Tensor& self, const TensorOptions& options = {}, MemoryFormatOpt = {});
// Normal with mean 0 and standard deviation 1.
Tensor randn(IntArrayRef size, const TensorOptions& options = {});
Tensor randn(IntArrayRef size, GeneratorOpt generator, const TensorOptions& options = {});
Tensor randn_like(const Tensor& self, const TensorOptions& options = {}, MemoryFormatOpt = {});
// Integers of [low, high): int64 without options, else of their type, which is the default type
// where they name none.
Tensor randint(int64_t high, IntArrayRef size, const TensorOptions& options = kLong);
Tensor randint(int64_t high, IntArrayRef size, GeneratorOpt generator,
               const TensorOptions& options = kLong);
Tensor randint(int64_t low, int64_t high, IntArrayRef size, const TensorOptions& options = kLong);
Tensor randint(int64_t low, int64_t high, IntArrayRef size, GeneratorOpt generator,
               const TensorOptions& options = kLong);
Tensor randint_like(const Tensor& self, int64_t high, const TensorOptions& options = {},
                    MemoryFormatOpt = {});
Tensor randint_like(const Tensor& self, int64_t low, int64_t high,
                    const TensorOptions& options = {}, MemoryFormatOpt = {});
// A permutation of 0 .. n-1, int64 unless the options say otherwise.
Tensor randperm(int64_t n, const TensorOptions& options = kLong);
Tensor randperm(int64_t n, GeneratorOpt generator, const TensorOptions& options = kLong);

// Normal values; tensors of means and deviations are broadcast. Their gradients are zero.
Tensor normal(double mean, double std, IntArrayRef size, GeneratorOpt generator = {},
              const TensorOptions& options = {});
Tensor normal(const Tensor& mean, double std = 1, GeneratorOpt generator = {});
Tensor normal(double mean, const Tensor& std, GeneratorOpt generator = {});
Tensor normal(const Tensor& mean, const Tensor& std, GeneratorOpt generator = {});
// 1 with the probability in each element of `self`, else 0. The gradient is zero.
Tensor bernoulli(const Tensor& self, GeneratorOpt generator = {});
// The same with one probability; of `self` only shape and type matter.
Tensor bernoulli(const Tensor& self, double p, GeneratorOpt generator = {});
// Poisson values with the rates in `self`. The gradient is zero.
Tensor poisson(const Tensor& self, GeneratorOpt generator = {});
// Indices drawn in proportion to `self`, [n] or rows [m, n] of weights; int64.
Tensor multinomial(const Tensor& self, int64_t num_samples, bool replacement = false,
                   GeneratorOpt generator = {});

}  // namespace gradus

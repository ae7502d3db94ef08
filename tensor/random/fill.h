// Untaped random fills. Elements get their values in the order in which they lie in memory,
// whatever the strides, as in PyTorch. Each holds the generator's mutex while it draws.
#pragma once

#include "tensor/random/generator_impl.h"
#include "tensor/raw.h"

namespace gradus::raw {

void uniform(const Tensor& x, double from, double to, GeneratorImpl& g);
void normal(const Tensor& x, double mean, double std, GeneratorImpl& g);
// mean plus numbers of that deviation.
Tensor normal(const Tensor& mean, double std, GeneratorImpl& g);
// z std + mean of type t, with z drawn into a new tensor of the broadcast shape. Throws where a
// standard deviation is negative or nan.
Tensor normal(const Tensor& mean, const Tensor& std, ScalarType t, GeneratorImpl& g);
// Every integer that the type holds exactly and that is not negative.
void random(const Tensor& x, GeneratorImpl& g);
// Integers of [from, to); without `to`, from `from` to the type's largest.
void random(const Tensor& x, int64_t from, std::optional<int64_t> to, GeneratorImpl& g);
void bernoulli(const Tensor& x, double p, GeneratorImpl& g);
// `p` is of a floating type and is broadcast to x.
void bernoulli(const Tensor& x, const Tensor& p, GeneratorImpl& g);
void exponential(const Tensor& x, double lambda, GeneratorImpl& g);
void geometric(const Tensor& x, double p, GeneratorImpl& g);
void log_normal(const Tensor& x, double mean, double std, GeneratorImpl& g);
void cauchy(const Tensor& x, double median, double sigma, GeneratorImpl& g);

Tensor poisson(const Tensor& rate, GeneratorImpl& g);
// The successes among `count` trials of probability `prob`, of one floating type and one shape.
Tensor binomial(const Tensor& count, const Tensor& prob, GeneratorImpl& g);
// The negative slopes of rrelu: 1 where x > 0, elsewhere of [lower, upper) as PyTorch draws them.
// Dense.
Tensor rrelu_slopes(const Tensor& x, double lower, double upper, GeneratorImpl& g);
// A permutation of 0 .. n-1.
Tensor randperm(int64_t n, ScalarType dtype, GeneratorImpl& g);
// Indices [n] or [rows, n] drawn in proportion to the rows of p, which need not sum to one.
Tensor multinomial(const Tensor& p, int64_t n, bool replacement, GeneratorImpl& g);

}  // namespace gradus::raw

#include "autograd/ops/random/random.h"

#include "autograd/inplace.h"
#include "tensor/base/fail.h"
#include "tensor/random/fill.h"
#include "tensor/shape.h"

namespace gradus {

using autograd::record;
using autograd::wrt;
using detail::generator_or_default;

namespace {

// Draws do not depend on what they were drawn with, as far as gradients go.
Tensor zero_gradient(const Tensor& dy) { return raw::zeros(dy.sizes(), dy.dtype()); }

// A fill in place: fill(g) writes self.
template <class Fill>
Tensor& fill_inplace(const char* op, const Tensor& self, const GeneratorOpt& generator, Fill fill) {
  return autograd::write_inplace(
      op, self, [&] { raw::check_writable(self, op), fill(generator_or_default(generator)); },
      wrt(self, zero_gradient));
}

// Fills a new tensor, which only then may come to require grad.
template <class Fill>
Tensor filled(Tensor t, const TensorOptions& options, const GeneratorOpt& generator, Fill fill) {
  fill(t, generator_or_default(generator));
  if (options.requires_grad()) t.requires_grad_(true);
  return t;
}

TensorOptions plain(const TensorOptions& o) { return o.requires_grad(std::nullopt); }

}  // namespace

Tensor& Tensor::uniform_(double from, double to, GeneratorOpt generator) const {
  return fill_inplace("uniform_", *this, generator,
                      [&](auto& g) { raw::uniform(*this, from, to, g); });
}
Tensor& Tensor::normal_(double mean, double std, GeneratorOpt generator) const {
  return fill_inplace("normal_", *this, generator,
                      [&](auto& g) { raw::normal(*this, mean, std, g); });
}
Tensor& Tensor::random_(GeneratorOpt generator) const {
  return fill_inplace("random_", *this, generator, [&](auto& g) { raw::random(*this, g); });
}
Tensor& Tensor::random_(int64_t to, GeneratorOpt generator) const {
  return random_(0, to, std::move(generator));
}
Tensor& Tensor::random_(int64_t from, std::optional<int64_t> to, GeneratorOpt generator) const {
  return fill_inplace("random_", *this, generator,
                      [&](auto& g) { raw::random(*this, from, to, g); });
}
Tensor& Tensor::bernoulli_(double p, GeneratorOpt generator) const {
  return fill_inplace("bernoulli_", *this, generator,
                      [&](auto& g) { raw::bernoulli(*this, p, g); });
}
Tensor& Tensor::bernoulli_(const Tensor& p, GeneratorOpt generator) const {
  return autograd::write_inplace(
      "bernoulli_", *this,
      [&] {
        raw::check_writable(*this, "bernoulli_");
        raw::bernoulli(*this, p, generator_or_default(generator));
      },
      wrt(*this, zero_gradient), wrt(p, zero_gradient));
}
Tensor& Tensor::exponential_(double lambd, GeneratorOpt generator) const {
  return fill_inplace("exponential_", *this, generator,
                      [&](auto& g) { raw::exponential(*this, lambd, g); });
}
Tensor& Tensor::geometric_(double p, GeneratorOpt generator) const {
  return fill_inplace("geometric_", *this, generator,
                      [&](auto& g) { raw::geometric(*this, p, g); });
}
Tensor& Tensor::log_normal_(double mean, double std, GeneratorOpt generator) const {
  return fill_inplace("log_normal_", *this, generator,
                      [&](auto& g) { raw::log_normal(*this, mean, std, g); });
}
Tensor& Tensor::cauchy_(double median, double sigma, GeneratorOpt generator) const {
  return fill_inplace("cauchy_", *this, generator,
                      [&](auto& g) { raw::cauchy(*this, median, sigma, g); });
}

Tensor Tensor::bernoulli(GeneratorOpt generator) const {
  return gradus::bernoulli(*this, std::move(generator));
}
Tensor Tensor::bernoulli(double p, GeneratorOpt generator) const {
  return gradus::bernoulli(*this, p, std::move(generator));
}
Tensor Tensor::multinomial(int64_t num_samples, bool replacement, GeneratorOpt generator) const {
  return gradus::multinomial(*this, num_samples, replacement, std::move(generator));
}

namespace {
Tensor uniform_in(Tensor t, const TensorOptions& o, const GeneratorOpt& generator) {
  return filled(std::move(t), o, generator, [](auto& x, auto& g) { raw::uniform(x, 0, 1, g); });
}
Tensor normal_in(Tensor t, const TensorOptions& o, const GeneratorOpt& generator, double mean = 0,
                 double std = 1) {
  return filled(std::move(t), o, generator,
                [&](auto& x, auto& g) { raw::normal(x, mean, std, g); });
}
Tensor integers_in(Tensor t, const TensorOptions& o, const GeneratorOpt& generator, int64_t low,
                   int64_t high) {
  return filled(std::move(t), o, generator,
                [&](auto& x, auto& g) { raw::random(x, low, high, g); });
}
}  // namespace

Tensor rand(IntArrayRef size, const TensorOptions& options) { return rand(size, {}, options); }
Tensor rand(IntArrayRef size, GeneratorOpt generator, const TensorOptions& options) {
  return uniform_in(empty(size, plain(options)), options, generator);
}
Tensor rand_like(const Tensor& self, const TensorOptions& options, MemoryFormatOpt format) {
  return uniform_in(empty_like(self, plain(options), format), options, {});
}
Tensor randn(IntArrayRef size, const TensorOptions& options) { return randn(size, {}, options); }
Tensor randn(IntArrayRef size, GeneratorOpt generator, const TensorOptions& options) {
  return normal_in(empty(size, plain(options)), options, generator);
}
Tensor randn_like(const Tensor& self, const TensorOptions& options, MemoryFormatOpt format) {
  return normal_in(empty_like(self, plain(options), format), options, {});
}
Tensor randint(int64_t high, IntArrayRef size, const TensorOptions& options) {
  return randint(0, high, size, {}, options);
}
Tensor randint(int64_t high, IntArrayRef size, GeneratorOpt generator,
               const TensorOptions& options) {
  return randint(0, high, size, std::move(generator), options);
}
Tensor randint(int64_t low, int64_t high, IntArrayRef size, const TensorOptions& options) {
  return randint(low, high, size, {}, options);
}
Tensor randint(int64_t low, int64_t high, IntArrayRef size, GeneratorOpt generator,
               const TensorOptions& options) {
  return integers_in(empty(size, plain(options)), options, generator, low, high);
}
Tensor randint_like(const Tensor& self, int64_t high, const TensorOptions& options,
                    MemoryFormatOpt format) {
  return randint_like(self, 0, high, options, format);
}
Tensor randint_like(const Tensor& self, int64_t low, int64_t high, const TensorOptions& options,
                    MemoryFormatOpt format) {
  return integers_in(empty_like(self, plain(options), format), options, {}, low, high);
}
Tensor randperm(int64_t n, const TensorOptions& options) { return randperm(n, {}, options); }
Tensor randperm(int64_t n, GeneratorOpt generator, const TensorOptions& options) {
  const ScalarType t = options.dtype_opt().value_or(kLong);
  return filled(raw::randperm(n, t, generator_or_default(generator)), options, {},
                [](auto&, auto&) {});
}

Tensor normal(double mean, double std, IntArrayRef size, GeneratorOpt generator,
              const TensorOptions& options) {
  return normal_in(empty(size, plain(options)), options, generator, mean, std);
}
Tensor normal(const Tensor& mean, double std, GeneratorOpt generator) {
  return record("normal", raw::normal(mean, std, generator_or_default(generator)),
                wrt(mean, zero_gradient));
}
Tensor normal(double mean, const Tensor& std, GeneratorOpt generator) {
  return record("normal",
                raw::normal(raw::scalar_tensor(mean, std.dtype()), std, std.dtype(),
                            generator_or_default(generator)),
                wrt(std, zero_gradient));
}
Tensor normal(const Tensor& mean, const Tensor& std, GeneratorOpt generator) {
  return record("normal", raw::normal(mean, std, mean.dtype(), generator_or_default(generator)),
                wrt(mean, zero_gradient), wrt(std, zero_gradient));
}

Tensor bernoulli(const Tensor& self, GeneratorOpt generator) {
  const Tensor y = raw::empty(self.sizes(), self.dtype());
  raw::bernoulli(y, self, generator_or_default(generator));
  return record("bernoulli", y, wrt(self, zero_gradient));
}
Tensor bernoulli(const Tensor& self, double p, GeneratorOpt generator) {
  const Tensor y = raw::empty(self.sizes(), self.dtype());
  raw::bernoulli(y, p, generator_or_default(generator));
  return record("bernoulli", y, wrt(self, zero_gradient));
}
Tensor poisson(const Tensor& self, GeneratorOpt generator) {
  return record("poisson", raw::poisson(self, generator_or_default(generator)),
                wrt(self, zero_gradient));
}
Tensor binomial(const Tensor& count, const Tensor& prob, GeneratorOpt generator) {
  if (count.dtype() != prob.dtype())
    fail("binomial: count and prob differ in type, {} and {}", count.dtype(), prob.dtype());
  const Dims sizes = broadcast_shapes(count.sizes(), prob.sizes(), "binomial");
  return record("binomial",
                raw::binomial(raw::expand(count.detach(), sizes), raw::expand(prob.detach(), sizes),
                              generator_or_default(generator)),
                wrt(count, zero_gradient), wrt(prob, zero_gradient));
}
Tensor normal_functional(const Tensor& self, double mean, double std, GeneratorOpt generator) {
  return raw::empty_like(self).normal_(mean, std, std::move(generator));
}
Tensor multinomial(const Tensor& self, int64_t num_samples, bool replacement,
                   GeneratorOpt generator) {
  return raw::multinomial(self, num_samples, replacement, generator_or_default(generator));
}

}  // namespace gradus

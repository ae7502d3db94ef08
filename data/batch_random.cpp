#include "data/batch_random.h"

#include "tensor/random/generator_impl.h"

namespace gradus::data {

namespace {

thread_local bool in_batch = false;
thread_local uint64_t state = 0;

// Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014.
uint64_t next(uint64_t& s) {
  uint64_t z = s += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

uint64_t draw() {
  if (in_batch) return next(state);
  GeneratorImpl& generator = gradus::detail::generator_or_default(std::nullopt);
  const std::lock_guard lock(generator.mutex_);
  return generator.random64();
}

}  // namespace

BatchRandom::BatchRandom(uint64_t seed, uint64_t epoch, uint64_t batch)
    : outer_(in_batch), outer_state_(state) {
  in_batch = true;
  state = seed;
  state = next(state) ^ epoch;
  state = next(state) ^ batch;
}
BatchRandom::~BatchRandom() {
  in_batch = outer_;
  state = outer_state_;
}

uint64_t batch_seed() { return initial_seed(); }
double random_unit() { return double(draw() >> 11) * 0x1p-53; }
int64_t random_below(int64_t n) { return int64_t(random_unit() * double(n)); }

}  // namespace gradus::data

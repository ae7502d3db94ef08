// Random numbers for transforms: each batch has a stream of its own, which follows from the default
// generator's seed, the epoch and the batch's number. So the same seed gives the same batches for
// any number of workers.
#pragma once

#include <cstdint>

namespace gradus::data {

// While it lives, this thread draws for one batch.
class BatchRandom {
 public:
  BatchRandom(uint64_t seed, uint64_t epoch, uint64_t batch);
  ~BatchRandom();
  BatchRandom(const BatchRandom&) = delete;
  BatchRandom& operator=(const BatchRandom&) = delete;

 private:
  bool outer_;
  uint64_t outer_state_;
};

// The default generator's seed.
uint64_t batch_seed();
// Uniform in [0, 1). Outside of a batch from the default generator.
double random_unit();
// Uniform in 0 .. n - 1.
int64_t random_below(int64_t n);

}  // namespace gradus::data

// Random numbers for transforms: each batch has a stream of its own, which follows from the default
// generator's seed, the epoch and the batch's number. So the same seed gives the same batches for
// any number of workers.
#pragma once

#include <cstdint>

namespace gradus::data {

/// While it lives, this thread draws the random numbers of one batch: a stream that follows from
/// these three.
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

/// The default generator's seed, which loaders take for BatchRandom.
uint64_t batch_seed();
/// Uniform in [0, 1), of the batch's stream; outside of a batch from the default generator.
double random_unit();
/// Uniform in 0 .. n - 1, as random_unit() draws.
int64_t random_below(int64_t n);

}  // namespace gradus::data

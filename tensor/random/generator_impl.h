// The source of random numbers: PyTorch's CPU generator, word for word.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "tensor/random/generator.h"

namespace gradus {

/// The Mersenne Twister MT19937 (M. Matsumoto and T. Nishimura, "Mersenne Twister", 1998), seeded
/// as PyTorch seeds it.
class Mt19937 {
 public:
  static constexpr int size = 624;

  /// Only the low 32 bits of the seed matter, but all 64 are remembered.
  explicit Mt19937(uint64_t seed = 5489);
  /// The seed that it started from.
  uint64_t seed() const { return seed_; }

  /// The next 32 random bits.
  uint32_t operator()() {
    if (--left_ == 0) refill();
    return temper(state_[next_++]);
  }
  /// Writes the words of n calls to `out`.
  void draw(uint32_t* out, int64_t n);

 private:
  friend class GeneratorImpl;
  static uint32_t temper(uint32_t y) {
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
  }
  void refill();

  uint64_t seed_;
  int left_ = 1;  // one more than the words to be had before the next refill
  uint32_t next_ = 0;
  uint32_t state_[size];
};
/// The same as Mt19937, by libtorch's name.
using mt19937 = Mt19937;

/// The seed of a generator that is made without one.
inline constexpr uint64_t default_rng_seed_val = 67280421310721;

/// What a Generator points at. Nothing here locks: whoever draws holds `mutex_`.
class GeneratorImpl {
 public:
  explicit GeneratorImpl(uint64_t seed = default_rng_seed_val) : engine_(seed) {}
  /// Another generator in the same state.
  std::shared_ptr<GeneratorImpl> clone() const;

  /// Starts the stream anew from that seed.
  void set_current_seed(uint64_t seed);
  /// The seed that the stream started from.
  uint64_t current_seed() const { return engine_.seed(); }
  /// Seeds from the system's entropy and returns that seed.
  uint64_t seed();
  /// The state as a uint8 tensor with the layout of PyTorch's: either library reads the other's.
  Tensor get_state() const;
  /// Continues from a state that get_state() gave. Throws Error for a tensor that is none.
  void set_state(const Tensor& state);

  /// The next 32 random bits.
  uint32_t random() { return engine_(); }
  /// The next 64 random bits: two words, the first one high.
  uint64_t random64() {
    const uint64_t high = engine_();
    return high << 32 | engine_();
  }
  /// The engine, to draw from.
  Mt19937& stream() { return engine_; }
  /// A copy of the engine.
  Mt19937 engine() const { return engine_; }
  /// Replaces the engine.
  void set_engine(const Mt19937& engine) { engine_ = engine; }

  /// The second normal value of a pair of floats, where it waits for the next call.
  std::optional<float> next_float_normal_sample() const { return next_float_; }
  /// The second normal value of a pair of doubles, where it waits for the next call.
  std::optional<double> next_double_normal_sample() const { return next_double_; }
  /// Sets the normal value that the next call for a float takes.
  void set_next_float_normal_sample(std::optional<float> v) { next_float_ = v; }
  /// Sets the normal value that the next call for a double takes.
  void set_next_double_normal_sample(std::optional<double> v) { next_double_ = v; }

  mutable std::mutex mutex_;

 private:
  Mt19937 engine_;
  std::optional<float> next_float_;
  std::optional<double> next_double_;
};
/// The same as GeneratorImpl, by libtorch's name.
using CPUGeneratorImpl = GeneratorImpl;

/// A new generator whose Impl is made of these arguments.
template <class Impl = GeneratorImpl, class... Args>
Generator make_generator(Args&&... args) {
  return Generator(std::make_shared<Impl>(std::forward<Args>(args)...));
}

namespace detail {
// What draws when no generator is given; seeded from the system's entropy.
const Generator& getDefaultCPUGenerator();
Generator createCPUGenerator(uint64_t seed = default_rng_seed_val);
// `generator`, or the default one when there is none.
GeneratorImpl& generator_or_default(const std::optional<Generator>& generator);
}  // namespace detail

/// What draws where no generator is given; seeded from the system's entropy.
inline const Generator& default_generator() { return detail::getDefaultCPUGenerator(); }

/// Seeds the default generator and returns it. With the same seed, the numbers are those of PyTorch
/// on the CPU.
Generator manual_seed(uint64_t seed);
/// Seeds the default generator from the system's entropy and returns the seed.
uint64_t seed();
/// The seed of the default generator.
uint64_t initial_seed();
/// The state of the default generator; see Generator::get_state().
Tensor get_rng_state();
/// Sets the state of the default generator; see Generator::set_state().
void set_rng_state(const Tensor& state);

}  // namespace gradus

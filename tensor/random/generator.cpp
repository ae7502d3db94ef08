#include "tensor/random/generator_impl.h"

#include <algorithm>
#include <cstring>
#include <random>

#include "tensor/base/fail.h"
#include "tensor/base/fork.h"
#include "tensor/kernels/table.h"
#include "tensor/raw.h"

namespace gradus {

Mt19937::Mt19937(uint64_t seed) : seed_(seed) {
  state_[0] = uint32_t(seed);
  for (uint32_t i = 1; i < size; ++i)
    state_[i] = 1812433253u * (state_[i - 1] ^ (state_[i - 1] >> 30)) + i;
}

void Mt19937::refill() {
  kernels::table().random->twist(state_);
  left_ = size;
  next_ = 0;
}

void Mt19937::draw(uint32_t* out, int64_t n) {
  while (n > 0) {
    if (left_ == 1) {
      refill();
      ++left_;
    }
    const int64_t m = std::min<int64_t>(n, left_ - 1);
    kernels::table().random->temper(state_ + next_, out, m);
    next_ += uint32_t(m);
    left_ -= int(m);
    out += m;
    n -= m;
  }
}

std::shared_ptr<GeneratorImpl> GeneratorImpl::clone() const {
  auto copy = std::make_shared<GeneratorImpl>();
  copy->engine_ = engine_;
  copy->next_float_ = next_float_;
  copy->next_double_ = next_double_;
  return copy;
}

void GeneratorImpl::set_current_seed(uint64_t seed) {
  engine_ = Mt19937(seed);
  next_float_.reset();
  next_double_.reset();
}

namespace {
// 53 bits, so that a double holds it.
uint64_t entropy() try {
  std::random_device device;
  const uint64_t high = device();
  return (high << 32 | device()) & ((uint64_t(1) << 53) - 1);
} catch (const std::runtime_error& e) {
  fail("seed: the system gives no random numbers: {}", e.what());
}
}  // namespace

uint64_t GeneratorImpl::seed() {
  const uint64_t s = entropy();
  set_current_seed(s);
  return s;
}

namespace {
// PyTorch's layout since 2016: 64-bit slots for the words, then the cached normals.
struct SavedState {
  uint64_t seed;
  int32_t left;
  int32_t seeded;
  uint64_t next;
  uint64_t words[Mt19937::size];
  double unused_x;
  double next_double;
  double unused_rho;
  int32_t has_next_double;
  int32_t gap;
  float next_float;
  uint8_t has_next_float;
};
static_assert(sizeof(SavedState) == 5056);
}  // namespace

Tensor GeneratorImpl::get_state() const {
  SavedState s;
  std::memset(static_cast<void*>(&s), 0, sizeof s);
  s.seed = engine_.seed_;
  s.left = engine_.left_;
  s.seeded = 1;
  s.next = engine_.next_;
  std::copy(std::begin(engine_.state_), std::end(engine_.state_), s.words);
  s.has_next_double = next_double_.has_value();
  s.next_double = next_double_.value_or(0);
  s.has_next_float = next_float_.has_value();
  s.next_float = next_float_.value_or(0);
  Tensor state = raw::empty({int64_t(sizeof s)}, kByte);
  std::memcpy(state.data_ptr(), &s, sizeof s);
  return state;
}

void GeneratorImpl::set_state(const Tensor& state) {
  SavedState s;
  if (state.dtype() != kByte || !state.is_contiguous())
    fail("set_state: the state must be a contiguous uint8 tensor, got {}", state.dtype());
  if (state.numel() != int64_t(sizeof s))
    fail("set_state: the state has {} bytes, expected {}", state.numel(), sizeof s);
  std::memcpy(static_cast<void*>(&s), state.data_ptr(), sizeof s);
  // The words to come, next .. next + left - 2, must be there.
  if (s.seeded != 1 || s.left < 1 || s.left > Mt19937::size || s.next > Mt19937::size ||
      s.next + uint64_t(s.left) > Mt19937::size + 1)
    fail("set_state: not the state of a generator");
  engine_.seed_ = s.seed;
  engine_.left_ = s.left;
  engine_.next_ = uint32_t(s.next);
  std::transform(std::begin(s.words), std::end(s.words), engine_.state_,
                 [](uint64_t w) { return uint32_t(w); });
  next_double_ = s.has_next_double ? std::optional(s.next_double) : std::nullopt;
  next_float_ = s.has_next_float ? std::optional(s.next_float) : std::nullopt;
}

GeneratorImpl& Generator::checked() const {
  if (!impl_) fail("generator: undefined");
  return *impl_;
}

void Generator::set_current_seed(uint64_t seed) { checked().set_current_seed(seed); }
Generator& Generator::manual_seed(uint64_t seed) {
  set_current_seed(seed);
  return *this;
}
uint64_t Generator::current_seed() const { return checked().current_seed(); }
uint64_t Generator::seed() { return checked().seed(); }
Generator Generator::clone() const { return Generator(checked().clone()); }
Tensor Generator::get_state() const { return checked().get_state(); }
void Generator::set_state(const Tensor& state) { checked().set_state(state); }
std::mutex& Generator::mutex() const { return checked().mutex_; }

namespace detail {

Generator createCPUGenerator(uint64_t seed) { return make_generator<GeneratorImpl>(seed); }

const Generator& getDefaultCPUGenerator() {
  static const Generator generator = [] {
    Generator g = createCPUGenerator(entropy());
    hold_over_forks(g.mutex(), LockOrder::generator);
    return g;
  }();
  return generator;
}

static const FirstUse default_made([] { getDefaultCPUGenerator(); });

GeneratorImpl& generator_or_default(const std::optional<Generator>& generator) {
  return *(generator && generator->defined() ? *generator : getDefaultCPUGenerator()).get();
}

}  // namespace detail

Generator manual_seed(uint64_t seed) {
  Generator g = default_generator();
  std::lock_guard lock(g.mutex());
  g.set_current_seed(seed);
  return g;
}

uint64_t seed() {
  Generator g = default_generator();
  std::lock_guard lock(g.mutex());
  return g.seed();
}

Tensor get_rng_state() {
  const Generator& g = default_generator();
  std::lock_guard lock(g.mutex());
  return g.get_state();
}

void set_rng_state(const Tensor& state) {
  Generator g = default_generator();
  std::lock_guard lock(g.mutex());
  g.set_state(state);
}

uint64_t initial_seed() { return default_generator().current_seed(); }

}  // namespace gradus

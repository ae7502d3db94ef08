// The handle of a random number generator; see random.h for what stands behind it.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

namespace gradus {

class Tensor;
class GeneratorImpl;

// Copies share one stream; clone() makes another.
class Generator {
 public:
  // Undefined: functions then use the default generator.
  Generator() = default;
  explicit Generator(std::shared_ptr<GeneratorImpl> impl) : impl_(std::move(impl)) {}
  bool defined() const { return impl_ != nullptr; }
  friend bool operator==(const Generator&, const Generator&) = default;

  void set_current_seed(uint64_t seed);
  Generator& manual_seed(uint64_t seed);
  uint64_t current_seed() const;
  uint64_t initial_seed() const { return current_seed(); }
  // Seeds from the system's entropy and returns that seed.
  uint64_t seed();
  Generator clone() const;
  // A byte tensor with the layout of PyTorch's: either library reads the other's.
  Tensor get_state() const;
  void set_state(const Tensor& state);
  // Held by whoever draws; the other members do not lock.
  std::mutex& mutex() const;

  GeneratorImpl* unsafeGetGeneratorImpl() const { return impl_.get(); }
  template <class T = GeneratorImpl>
  T* get() const {
    return static_cast<T*>(impl_.get());
  }

 private:
  GeneratorImpl& checked() const;
  std::shared_ptr<GeneratorImpl> impl_;
};

}  // namespace gradus

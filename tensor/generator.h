// The handle of a random number generator; see random.h for what it draws.
#pragma once

#include <cstdint>
#include <memory>

namespace gradus {

class Tensor;
class GeneratorImpl;

class Generator {
 public:
  // Undefined: functions then use the default generator.
  Generator() = default;
  explicit Generator(std::shared_ptr<GeneratorImpl> impl) : impl_(std::move(impl)) {}
  bool defined() const { return impl_ != nullptr; }
  GeneratorImpl* impl() const { return impl_.get(); }
  template <class T>
  T* get() const {
    return static_cast<T*>(impl_.get());
  }
  void set_current_seed(uint64_t seed);
  uint64_t current_seed() const;
  // Draws a fresh seed from the system, sets and returns it.
  uint64_t seed();
  Generator clone() const;
  // PyTorch's state as a byte tensor.
  Tensor get_state() const;
  void set_state(const Tensor& state);
  friend bool operator==(const Generator&, const Generator&) = default;

 private:
  std::shared_ptr<GeneratorImpl> impl_;
};

}  // namespace gradus

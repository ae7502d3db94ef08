// The handle of a random number generator; see generator_impl.h for what stands behind it.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "tensor/base/error.h"
#include "tensor/options.h"

namespace gradus {

class Tensor;
class GeneratorImpl;

/// The handle of a random number generator. Copies share one stream; clone() makes another. On an
/// undefined one the members throw Error, and functions that take a generator use the default one.
/// manual_seed() seeds the default generator.
class Generator {
 public:
  /// Undefined: functions then use the default generator.
  Generator() = default;
  explicit Generator(std::shared_ptr<GeneratorImpl> impl) : impl_(std::move(impl)) {}
  /// Whether there is a generator.
  bool defined() const { return impl_ != nullptr; }
  friend bool operator==(const Generator&, const Generator&) = default;

  /// Starts the stream anew from that seed.
  void set_current_seed(uint64_t seed);
  /// Starts the stream anew from that seed and returns the generator.
  Generator& manual_seed(uint64_t seed);
  /// The seed that the stream started from.
  uint64_t current_seed() const;
  /// The same as current_seed().
  uint64_t initial_seed() const { return current_seed(); }
  /// Seeds from the system's entropy and returns that seed.
  uint64_t seed();
  /// Another generator in the same state; from then on each goes its own way.
  Generator clone() const;
  /// The state as a uint8 tensor with the layout of PyTorch's: either library reads the other's.
  Tensor get_state() const;
  /// Continues from a state that get_state() gave. Throws Error for a tensor that is none.
  void set_state(const Tensor& state);
  /// Where it draws: on the CPU.
  Device device() const { return kCPU; }
  /// This generator, whose state copies share.
  Generator graphsafe_get_state() const { return *this; }
  /// Shares the state of `other` from then on.
  void graphsafe_set_state(const Generator& other) { impl_ = other.impl_; }
  /// Throws Error: the generator of the CPU draws in order, and has no offset.
  void set_offset(uint64_t) { detail::throw_error("set_offset: the cpu's generator has none"); }
  /// Throws Error, as set_offset() does.
  uint64_t get_offset() const { detail::throw_error("get_offset: the cpu's generator has none"); }
  /// Held by whoever draws; the other members do not lock.
  std::mutex& mutex() const;

  /// What the handle points at; null for an undefined one.
  GeneratorImpl* unsafeGetGeneratorImpl() const { return impl_.get(); }
  /// The same, as an Impl of that type, without a check.
  template <class T = GeneratorImpl>
  T* get() const {
    return static_cast<T*>(impl_.get());
  }

 private:
  GeneratorImpl& checked() const;
  std::shared_ptr<GeneratorImpl> impl_;
};

}  // namespace gradus

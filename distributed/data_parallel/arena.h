// Where the gradients of a module's parameters lie: in one piece, which is sent in buckets.
#pragma once

#include <vector>

#include "tensor/tensor.h"

namespace gradus::distributed {

/// The gradients of parameters in one tensor for each dtype, in the reverse order of the
/// parameters, which is about the order in which a backward pass finds them. Buckets are windows on
/// it: the first of 1 MiB, or of bucket_cap if that is less, the others of bucket_cap, each ended
/// by the parameter that fills it.
class GradientArena {
 public:
  /// What is sent at once.
  struct Bucket {
    Tensor gradients;                // one dim
    std::vector<size_t> parameters;  // in the order in which they lie in it
  };

  /// Throws Error unless bucket_cap, in bytes, is above 0.
  GradientArena(const std::vector<Tensor>& parameters, double bucket_cap);
  /// In the order in which they are sent.
  const std::vector<Bucket>& buckets() const { return buckets_; }
  /// The bucket that the gradient lies in.
  size_t bucket_of(size_t parameter) const { return places_[parameter].bucket; }
  /// The place of a gradient, of its parameter's shape.
  const Tensor& slice(size_t parameter) const { return places_[parameter].slice; }
  /// Whether the gradient is the one in the arena.
  bool holds(size_t parameter, const Tensor& gradient) const;
  /// One tensor for each dtype: all gradients of it.
  const std::vector<Tensor>& whole() const { return whole_; }
  /// The size of all in bytes.
  int64_t bytes() const;

 private:
  struct Place {
    size_t bucket = 0;
    Tensor slice;
  };
  std::vector<Place> places_;
  std::vector<Bucket> buckets_;
  std::vector<Tensor> whole_;
};

}  // namespace gradus::distributed

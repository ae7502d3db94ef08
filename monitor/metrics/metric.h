// What metrics have in common.
#pragma once

#include <optional>
#include <string>

#include "tensor/io/dict.h"
#include "tensor/tensor.h"

namespace gradus::monitor {

/// A number (or some numbers) about all batches that update() was given since reset(), by the names
/// and definitions of torchmetrics:
///
///   monitor::Accuracy accuracy(monitor::multiclass(10));
///   for (auto& [images, labels] : *loader) accuracy.update(net(images), labels);
///   std::printf("%.2f%%\n", 100 * accuracy.value());
///
/// Nothing is recorded on the tape. Counts are exact, sums are of float64. An update that throws
/// Error (for shapes or types that do not fit, or labels out of range) leaves the metric as it was.
class Metric {
 public:
  virtual ~Metric() = default;
  /// The metric of all so far: float64, of no dims unless the class says otherwise.
  virtual Tensor compute() const = 0;
  /// compute() as a number. Throws Error where that is several.
  double value() const;
  /// Forgets all updates.
  virtual void reset() = 0;
  /// What load_state_dict() goes on from.
  virtual impl::GenericDict state_dict() const = 0;
  /// Takes what state_dict() of a metric of the same options gave. Throws Error when it is not such
  /// a dict, and then changes nothing.
  virtual void load_state_dict(const impl::GenericDict& state) = 0;
};

namespace detail {

// The entry, and Error unless it is a tensor of this type and shape; a copy.
Tensor state_tensor(const impl::GenericDict& state, const char* key, ScalarType dtype,
                    IntArrayRef sizes);
// Error for an entry that is no count, which is at least 0.
int64_t state_count(const impl::GenericDict& state, const char* key);

}  // namespace detail
}  // namespace gradus::monitor

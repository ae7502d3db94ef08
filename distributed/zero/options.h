// How ZeroRedundancyOptimizer divides its work, and which optimisers can be divided how.
#pragma once

#include <type_traits>

#include "distributed/data_parallel/options.h"
#include "optim/optim.h"

namespace gradus::distributed {

/// Whether the step of an optimiser changes each element by that element, its gradient and its
/// state alone, beside numbers that all elements of a parameter share. Its parameters can then be
/// cut anywhere. For an optimiser of one's own:
///
///   template <>
///   inline constexpr bool gradus::distributed::is_elementwise<MyOptimizer> = true;
template <class T>
inline constexpr bool is_elementwise =
    std::is_same_v<T, optim::SGD> || std::is_same_v<T, optim::Adam> ||
    std::is_same_v<T, optim::AdamW> || std::is_same_v<T, optim::RMSprop> ||
    std::is_same_v<T, optim::Adagrad> || std::is_same_v<T, optim::Adadelta> ||
    std::is_same_v<T, optim::Adamax> || std::is_same_v<T, optim::NAdam> ||
    std::is_same_v<T, optim::RAdam> || std::is_same_v<T, optim::Rprop> ||
    std::is_same_v<T, optim::ASGD> || std::is_same_v<T, optim::Lion>;

/// Options of ZeroRedundancyOptimizer: `ZeroRedundancyOptimizerOptions().reduce_gradients(true)`.
struct ZeroRedundancyOptimizerOptions {
  /// Whether each rank's gradients are its own, so that step() takes their mean. Without it they
  /// are the mean of all ranks already, as after the backward pass of DistributedDataParallel.
  GRADUS_ARG(bool, reduce_gradients) = false;
  /// With reduce_gradients, how they are summed: in a fixed tree over the ranks, whose number is
  /// then a power of two, or as MPI chooses.
  GRADUS_ARG(SumMode, mode) = SumMode::tree;
};

}  // namespace gradus::distributed

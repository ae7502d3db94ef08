// The options of data loaders.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "tensor/base/arg.h"

namespace gradus::data {

/// The options of a loader: `DataLoaderOptions(64).workers(2)`.
struct DataLoaderOptions {
  DataLoaderOptions() = default;
  DataLoaderOptions(size_t batch_size) : batch_size_(batch_size) {}
  /// How many examples a batch has.
  GRADUS_ARG(size_t, batch_size) = 1;
  /// Threads that make batches ahead of time, each with its own copy of the dataset, or sharing one
  /// that keeps its own place; 0: none.
  GRADUS_ARG(size_t, workers) = 0;
  /// Batches ahead; by default twice the workers.
  GRADUS_ARG(std::optional<size_t>, max_jobs);
  /// How long to wait for a worker before throwing; for ever unless set.
  GRADUS_ARG(std::optional<std::chrono::milliseconds>, timeout);
  /// Has no effect: batches come in the sampler's order in any case.
  GRADUS_ARG(bool, enforce_ordering) = true;
  /// Leaves out the last batch if it is smaller than the others.
  GRADUS_ARG(bool, drop_last) = false;
};

/// The same with all defaults filled in.
struct FullDataLoaderOptions {
  explicit FullDataLoaderOptions(const DataLoaderOptions& o)
      : batch_size(o.batch_size()),
        workers(o.workers()),
        max_jobs(o.max_jobs().value_or(2 * o.workers())),
        timeout(o.timeout()),
        enforce_ordering(o.enforce_ordering()),
        drop_last(o.drop_last()) {}
  size_t batch_size, workers, max_jobs;
  std::optional<std::chrono::milliseconds> timeout;
  bool enforce_ordering, drop_last;
};

}  // namespace gradus::data

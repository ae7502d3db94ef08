// A sampler that gives each rank its rows of the batches that another sampler draws.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "data/samplers.h"

namespace gradus::distributed {

/// Which examples of a batch of so many a rank has: consecutive ones, from the first to behind the
/// last. The first ranks have one more where they are not even. Throws Error unless rank < size.
std::pair<size_t, size_t> slice_of_batch(size_t batch, size_t rank, size_t size);

/// All ranks draw the same batches from a sampler, and each takes its rows: the batch size of the
/// loader is that of the whole job. Where the sampler stands, and a loader over it, does not depend
/// on the number of ranks: a run may go on with another. The draws must be alike on all ranks:
/// those of the default generator are after the same manual_seed().
///
///   auto loader = data::make_data_loader(
///       dataset, BatchSlice(data::samplers::RandomSampler(n), rank, size), 64);
///
/// A last batch of fewer rows than ranks leaves a rank without any, and ends that rank's epoch one
/// batch earlier than the others'; see DistributedDataParallel::join(), or the loader's drop_last,
/// which leaves out a batch that is smaller than the others on all ranks.
template <class Base>
class BatchSlice : public data::samplers::Sampler<std::vector<size_t>> {
 public:
  /// Throws Error unless rank < size.
  BatchSlice(Base base, size_t rank, size_t size)
      : base_(std::move(base)), rank_(rank), size_(size) {
    slice_of_batch(0, rank, size);
  }
  /// How many examples an epoch of all ranks has.
  size_t size() const requires requires(const Base& b) { b.size(); }
  { return base_.size(); }
  /// Starts from the beginning, with another number of examples if one is given.
  void reset(std::optional<size_t> new_size = std::nullopt) override { base_.reset(new_size); }
  /// This rank's rows of the next batch, which all ranks together have batch_size of.
  std::optional<std::vector<size_t>> next(size_t batch_size) override {
    partial_ = false;
    std::optional<std::vector<size_t>> batch = base_.next(batch_size);
    if (!batch) return std::nullopt;
    partial_ = batch->size() < batch_size;
    const auto [begin, end] = slice_of_batch(batch->size(), rank_, size_);
    if (begin == end) return std::nullopt;
    return std::vector<size_t>(batch->begin() + std::ptrdiff_t(begin),
                               batch->begin() + std::ptrdiff_t(end));
  }
  /// Whether the last batch of all ranks was smaller than it was to be.
  bool is_partial() const { return partial_; }
  /// Writes where the sampler stands, as the one below it does.
  void save(serialize::OutputArchive& archive) const override { base_.save(archive); }
  /// Reads what save() wrote. Throws Error when it does not fit.
  void load(serialize::InputArchive& archive) override { base_.load(archive); }
  /// The sampler below, to set its epoch.
  Base& base() { return base_; }

 private:
  Base base_;
  size_t rank_, size_;
  bool partial_ = false;
};

}  // namespace gradus::distributed

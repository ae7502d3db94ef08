// Samplers that give each of several processes its own share of the examples.
#pragma once

#include "data/samplers.h"

namespace gradus::data::samplers {

/// The base of samplers that give process `rank` of `num_replicas` its share of the examples. The
/// shares are of one size: with allow_duplicates the size is rounded up, and some examples are
/// taken twice; else it is rounded down, and some are left out. Throws Error unless rank <
/// num_replicas.
template <class BatchRequest = std::vector<size_t>>
class DistributedSampler : public Sampler<BatchRequest> {
 public:
  DistributedSampler(size_t size, size_t num_replicas = 1, size_t rank = 0,
                     bool allow_duplicates = true)
      : size_(size), num_replicas_(num_replicas), rank_(rank), allow_duplicates_(allow_duplicates) {
    if (rank >= num_replicas)
      gradus::detail::throw_error("sampler: rank " + std::to_string(rank) + " of " +
                                  std::to_string(num_replicas) + " replicas");
  }
  /// Sets the number of the epoch, which the order follows from at the next reset().
  void set_epoch(size_t epoch) { epoch_ = epoch; }
  /// How many examples an epoch of this process has.
  size_t size() const { return local_sample_count(); }
  /// The number of the epoch.
  size_t epoch() const { return epoch_; }

 protected:
  size_t local_sample_count() const {
    return size_ / num_replicas_ + (allow_duplicates_ && size_ % num_replicas_ != 0);
  }
  size_t size_, num_replicas_, rank_, epoch_ = 0;
  bool allow_duplicates_;
};

/// The base of those that take indices of examples from one place to the next.
class DistributedIndexSampler : public DistributedSampler<> {
 public:
  /// The next batch, smaller at the end; none when there is nothing left.
  std::optional<std::vector<size_t>> next(size_t batch_size) override;
  /// Writes where the sampler stands.
  void save(serialize::OutputArchive& archive) const override;
  /// Reads what save() wrote. Throws Error when it does not fit.
  void load(serialize::InputArchive& archive) override;
  /// The place, in the order of all processes, that the next example is taken from.
  size_t index() const noexcept { return place_; }

 protected:
  using DistributedSampler<>::DistributedSampler;
  /// The example that stands at a place of the order.
  virtual size_t example_at(size_t place) const = 0;
  /// The first place of this process's share.
  size_t begin() const { return rank_ * local_sample_count(); }
  /// The place behind the share.
  size_t end() const { return begin() + local_sample_count(); }
  size_t place_ = 0;
};

/// A share of the examples in random order. All processes shuffle alike, by a generator that the
/// epoch seeds, and take each its part of the order, as libtorch's do.
class DistributedRandomSampler : public DistributedIndexSampler {
 public:
  explicit DistributedRandomSampler(size_t size, size_t num_replicas = 1, size_t rank = 0,
                                    bool allow_duplicates = true);
  /// Starts from the beginning in the order of the epoch, with another number of examples if one is
  /// given.
  void reset(std::optional<size_t> new_size = std::nullopt) override;
  /// Writes the epoch and where the sampler stands.
  void save(serialize::OutputArchive& archive) const override;
  /// Reads what save() wrote. Throws Error when it does not fit.
  void load(serialize::InputArchive& archive) override;

 private:
  size_t example_at(size_t place) const override { return order_[place]; }
  std::vector<size_t> order_;
};

/// A share of the examples in their own order: process 0 takes the first ones.
class DistributedSequentialSampler : public DistributedIndexSampler {
 public:
  explicit DistributedSequentialSampler(size_t size, size_t num_replicas = 1, size_t rank = 0,
                                        bool allow_duplicates = true);
  /// Starts from the beginning, with another number of examples if one is given.
  void reset(std::optional<size_t> new_size = std::nullopt) override;

 private:
  size_t example_at(size_t place) const override { return place % size_; }
};

}  // namespace gradus::data::samplers

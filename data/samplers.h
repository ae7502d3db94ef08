// In which order the examples of a dataset are taken.
#pragma once

#include <optional>
#include <vector>

#include "tensor/io/archive_dict.h"

namespace gradus::data::samplers {

/// In which order the examples of a dataset are taken: the base of all samplers. One that also has
/// `size_t size() const`, the number of examples of an epoch, gives its loader a size.
template <class BatchRequest = std::vector<size_t>>
class Sampler {
 public:
  /// What a batch is asked for with: numbers of examples.
  using BatchRequestType = BatchRequest;
  virtual ~Sampler() = default;
  /// Starts from the beginning, with another number of examples if one is given.
  virtual void reset(std::optional<size_t> new_size) = 0;
  /// The next batch, smaller at the end; none when there is nothing left.
  virtual std::optional<BatchRequest> next(size_t batch_size) = 0;
  /// Writes where the sampler stands.
  virtual void save(serialize::OutputArchive& archive) const = 0;
  /// Reads what save() wrote. Throws Error when it does not fit.
  virtual void load(serialize::InputArchive& archive) = 0;
  /// What save() writes, as a dict.
  impl::GenericDict state_dict() const {
    try {
      serialize::OutputArchive archive;
      save(archive);
      return serialize::to_dict(archive);
    } catch (...) {
      gradus::detail::rethrow_as_error("state_dict");
    }
  }
  /// Takes what state_dict() gave. Throws Error when it does not fit.
  void load_state_dict(const impl::GenericDict& state_dict) {
    try {
      serialize::InputArchive archive = serialize::to_archive(state_dict);
      load(archive);
    } catch (...) {
      gradus::detail::rethrow_as_error("load_state_dict");
    }
  }
};

/// sampler.save(archive)
template <class BatchRequest>
serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                     const Sampler<BatchRequest>& sampler) {
  sampler.save(archive);
  return archive;
}
/// sampler.load(archive)
template <class BatchRequest>
serialize::InputArchive& operator>>(serialize::InputArchive& archive,
                                    Sampler<BatchRequest>& sampler) {
  sampler.load(archive);
  return archive;
}

/// 0, 1, 2, ... in this order.
class SequentialSampler : public Sampler<> {
 public:
  explicit SequentialSampler(size_t size) : size_(size) {}
  /// How many examples an epoch has.
  size_t size() const noexcept { return size_; }
  /// Starts from the beginning, with another number of examples if one is given.
  void reset(std::optional<size_t> new_size = std::nullopt) override;
  /// The next batch, smaller at the end; none when there is nothing left.
  std::optional<std::vector<size_t>> next(size_t batch_size) override;
  /// Writes where the sampler stands.
  void save(serialize::OutputArchive& archive) const override;
  /// Reads what save() wrote. Throws Error when it does not fit.
  void load(serialize::InputArchive& archive) override;
  /// How many examples were taken.
  size_t index() const noexcept { return index_; }

 private:
  size_t size_, index_ = 0;
};

/// Every example once, in random order. It draws as libtorch's does: one randperm when it is made,
/// and one at each reset.
class RandomSampler : public Sampler<> {
 public:
  explicit RandomSampler(int64_t size, Dtype index_dtype = kLong);
  /// How many examples an epoch has.
  size_t size() const { return size_t(indices_.numel()); }
  /// Starts from the beginning, with another number of examples if one is given.
  void reset(std::optional<size_t> new_size = std::nullopt) override;
  /// The next batch, smaller at the end; none when there is nothing left.
  std::optional<std::vector<size_t>> next(size_t batch_size) override;
  /// Writes where the sampler stands.
  void save(serialize::OutputArchive& archive) const override;
  /// Reads what save() wrote. Throws Error when it does not fit.
  void load(serialize::InputArchive& archive) override;
  /// How many examples were taken.
  size_t index() const noexcept { return size_t(index_); }

 private:
  Tensor indices_;
  int64_t index_ = 0;
};

/// The order of Python's DataLoader, shuffled or not, and its draws: at each reset a seed for its
/// workers, and to shuffle another seed, for a generator of its own that draws the permutation. A
/// generator that is given takes the place of both, and also makes the permutation that Python
/// draws at the end and never uses.
class EpochSampler : public Sampler<> {
 public:
  explicit EpochSampler(size_t size, bool shuffle = false,
                        std::optional<Generator> generator = std::nullopt)
      : size_(size), shuffle_(shuffle), generator_(std::move(generator)) {}
  /// How many examples an epoch has.
  size_t size() const noexcept { return size_; }
  /// Starts from the beginning, with another number of examples if one is given.
  void reset(std::optional<size_t> new_size = std::nullopt) override;
  /// The next batch, smaller at the end; none when there is nothing left.
  std::optional<std::vector<size_t>> next(size_t batch_size) override;
  /// Writes where the sampler stands.
  void save(serialize::OutputArchive& archive) const override;
  /// Reads what save() wrote. Throws Error when it does not fit.
  void load(serialize::InputArchive& archive) override;

 private:
  size_t size_, index_ = 0;
  bool shuffle_, ended_ = false;
  std::optional<Generator> generator_;
  Tensor order_;  // undefined: as they stand
};

/// The base of requests of a program's own: what its sampler gives and its dataset takes.
struct CustomBatchRequest {
  CustomBatchRequest() = default;
  CustomBatchRequest(const CustomBatchRequest&) = default;
  CustomBatchRequest& operator=(const CustomBatchRequest&) = default;
  virtual ~CustomBatchRequest() = default;
  /// How many examples are asked for.
  virtual size_t size() const = 0;
};

/// The number of examples that a StreamDataset is asked for.
struct BatchSize : public CustomBatchRequest {
  explicit BatchSize(size_t size) : size_(size) {}
  /// The number.
  size_t size() const noexcept override { return size_; }
  /// The number.
  operator size_t() const noexcept { return size_; }
  size_t size_;
};

/// Asks for batches of a stream until epoch_size examples are taken.
class StreamSampler : public Sampler<BatchSize> {
 public:
  explicit StreamSampler(size_t epoch_size) : epoch_size_(epoch_size) {}
  /// How many examples an epoch has.
  size_t size() const noexcept { return epoch_size_; }
  /// Starts from the beginning, with another number of examples if one is given.
  void reset(std::optional<size_t> new_size = std::nullopt) override;
  /// The next batch, smaller at the end; none when there is nothing left.
  std::optional<BatchSize> next(size_t batch_size) override;
  /// Writes where the sampler stands.
  void save(serialize::OutputArchive& archive) const override;
  /// Reads what save() wrote. Throws Error when it does not fit.
  void load(serialize::InputArchive& archive) override;

 private:
  size_t taken_ = 0, epoch_size_;
};

}  // namespace gradus::data::samplers

// What a dataset is, and the ones made of another: mapped and shared.
#pragma once

#include <memory>

#include "data/example.h"
#include "tensor/io/serialize.h"

namespace gradus::data::datasets {

template <class Source, class Transform>
class MapDataset;

namespace detail {
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {
  using type = T;
};
}  // namespace detail

/// What answers requests for whole batches: the base of all datasets. `dataset.map(transform)`
/// transforms its batches.
template <class Self, class Batch = std::vector<Example<>>, class BatchRequest = ArrayRef<size_t>>
class BatchDataset {
 public:
  /// The dataset's class.
  using SelfType = Self;
  /// What a batch is.
  using BatchType = Batch;
  /// What a batch is asked for with: numbers of examples, or how many.
  using BatchRequestType = BatchRequest;
  static constexpr bool is_stateful = detail::IsOptional<Batch>::value;

  virtual ~BatchDataset() = default;
  /// The batch of this request.
  virtual Batch get_batch(BatchRequest request) = 0;
  /// How many examples there are, if that is known.
  virtual std::optional<size_t> size() const = 0;

  /// This dataset with `transform` applied to each batch.
  template <class Transform>
  MapDataset<Self, Transform> map(Transform transform) & {
    return {static_cast<Self&>(*this), std::move(transform)};
  }
  /// This dataset with `transform` applied to each batch.
  template <class Transform>
  MapDataset<Self, Transform> map(Transform transform) && {
    return {std::move(static_cast<Self&>(*this)), std::move(transform)};
  }
};

/// What answers requests for one example: derive from it, and define get() and size().
template <class Self, class SingleExample = Example<>>
class Dataset : public BatchDataset<Self, std::vector<SingleExample>> {
 public:
  /// What an example is.
  using ExampleType = SingleExample;

  /// Example `index`.
  virtual ExampleType get(size_t index) = 0;
  /// The examples of these numbers.
  std::vector<ExampleType> get_batch(ArrayRef<size_t> indices) override {
    std::vector<ExampleType> batch;
    batch.reserve(indices.size());
    for (const size_t i : indices) batch.push_back(get(i));
    return batch;
  }
};

/// What is asked for a number of examples, whichever come next.
template <class Self, class Batch = std::vector<Example<>>>
using StreamDataset = BatchDataset<Self, Batch, size_t>;

/// A dataset that keeps its own place, and gives no batch when it is at its end.
template <class Self, class Batch = std::vector<Example<>>, class BatchRequest = size_t>
class StatefulDataset : public BatchDataset<Self, std::optional<Batch>, BatchRequest> {
 public:
  /// Starts from the beginning.
  virtual void reset() = 0;
  /// Writes where the dataset stands.
  virtual void save(serialize::OutputArchive& archive) const = 0;
  /// Reads what save() wrote; the next reset() goes on from there.
  virtual void load(serialize::InputArchive& archive) = 0;
};

/// dataset.save(archive)
template <class... Args>
serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                     const StatefulDataset<Args...>& dataset) {
  dataset.save(archive);
  return archive;
}
/// dataset.load(archive)
template <class... Args>
serialize::InputArchive& operator>>(serialize::InputArchive& archive,
                                    StatefulDataset<Args...>& dataset) {
  dataset.load(archive);
  return archive;
}

namespace detail {
template <bool optional, class T>
using OptionalIf = std::conditional_t<optional, std::optional<T>, T>;
}

/// A dataset with a transform applied to each batch.
template <class Source, class Transform>
class MapDataset : public BatchDataset<
                       MapDataset<Source, Transform>,
                       detail::OptionalIf<Source::is_stateful, typename Transform::OutputBatchType>,
                       typename Source::BatchRequestType> {
 public:
  /// The dataset's class.
  using DatasetType = Source;
  /// The transform's class.
  using TransformType = Transform;
  /// What a batch is asked for with.
  using BatchRequestType = typename Source::BatchRequestType;
  /// What the transform gives.
  using OutputBatchType =
      detail::OptionalIf<Source::is_stateful, typename Transform::OutputBatchType>;

  MapDataset(Source dataset, Transform transform)
      : dataset_(std::move(dataset)), transform_(std::move(transform)) {}

  /// The transformed batch.
  OutputBatchType get_batch(BatchRequestType request) override {
    auto batch = dataset_.get_batch(std::move(request));
    if constexpr (Source::is_stateful) {
      if (!batch) return std::nullopt;
      return transform_.apply_batch(std::move(*batch));
    } else {
      return transform_.apply_batch(std::move(batch));
    }
  }
  /// How many examples the dataset has.
  std::optional<size_t> size() const noexcept override { return dataset_.size(); }
  /// Starts a stateful dataset from the beginning.
  void reset() { dataset_.reset(); }
  /// The dataset.
  const Source& dataset() noexcept { return dataset_; }
  /// The transform.
  const Transform& transform() noexcept { return transform_; }

 private:
  Source dataset_;
  Transform transform_;
};

/// `dataset` with `transform` applied to each batch.
template <class Source, class Transform>
MapDataset<Source, Transform> map(Source dataset, Transform transform) {
  return {std::move(dataset), std::move(transform)};
}

/// One dataset for all workers, which otherwise have a copy each; it must be safe for threads.
template <class Underlying>
class SharedBatchDataset
    : public BatchDataset<SharedBatchDataset<Underlying>, typename Underlying::BatchType,
                          typename Underlying::BatchRequestType> {
 public:
  /// What a batch is.
  using BatchType = typename Underlying::BatchType;
  /// What a batch is asked for with.
  using BatchRequestType = typename Underlying::BatchRequestType;

  SharedBatchDataset(std::shared_ptr<Underlying> dataset) : dataset_(std::move(dataset)) {}
  /// The batch of this request.
  BatchType get_batch(BatchRequestType request) override {
    return dataset_->get_batch(std::move(request));
  }
  /// How many examples there are.
  std::optional<size_t> size() const override { return dataset_->size(); }
  /// Starts a stateful dataset from the beginning.
  void reset() { dataset_->reset(); }
  /// The dataset.
  Underlying& operator*() { return *dataset_; }
  const Underlying& operator*() const { return *dataset_; }
  /// The dataset.
  Underlying* operator->() { return dataset_.get(); }
  const Underlying* operator->() const { return dataset_.get(); }

 private:
  std::shared_ptr<Underlying> dataset_;
};

/// A SharedBatchDataset whose dataset is made of these arguments.
template <class Underlying, class... Args>
SharedBatchDataset<Underlying> make_shared_dataset(Args&&... args) {
  return std::make_shared<Underlying>(std::forward<Args>(args)...);
}

}  // namespace gradus::data::datasets

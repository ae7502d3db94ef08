// What can be done to examples on their way from a dataset.
#pragma once

#include <functional>

#include "data/example.h"

namespace gradus::data::transforms {

/// What turns a batch into another one: the base of all transforms.
template <class InputBatch, class OutputBatch>
class BatchTransform {
 public:
  /// What it takes.
  using InputBatchType = InputBatch;
  /// What it gives.
  using OutputBatchType = OutputBatch;
  virtual ~BatchTransform() = default;
  /// The transformed batch.
  virtual OutputBatch apply_batch(InputBatch batch) = 0;
};

/// What turns an example into another one.
template <class Input, class Output>
class Transform : public BatchTransform<std::vector<Input>, std::vector<Output>> {
 public:
  /// What it takes.
  using InputType = Input;
  /// What it gives.
  using OutputType = Output;
  /// The transformed example.
  virtual OutputType apply(InputType input) = 0;
  /// apply() to each example.
  std::vector<Output> apply_batch(std::vector<Input> batch) override {
    std::vector<Output> out;
    out.reserve(batch.size());
    for (Input& input : batch) out.push_back(apply(std::move(input)));
    return out;
  }
};

/// A function of a batch.
template <class Input, class Output = Input>
class BatchLambda : public BatchTransform<Input, Output> {
 public:
  /// The function.
  using FunctionType = std::function<Output(Input)>;
  explicit BatchLambda(FunctionType function) : function_(std::move(function)) {}
  /// Calls the function.
  Output apply_batch(Input batch) override { return function_(std::move(batch)); }

 private:
  FunctionType function_;
};

/// A function of an example: `Lambda<Example<>>([](Example<> e) { ... return e; })`.
template <class Input, class Output = Input>
class Lambda : public Transform<Input, Output> {
 public:
  /// The function.
  using FunctionType = std::function<Output(Input)>;
  explicit Lambda(FunctionType function) : function_(std::move(function)) {}
  /// Calls the function.
  Output apply(Input input) override { return function_(std::move(input)); }

 private:
  FunctionType function_;
};

/// What makes one example of a batch.
template <class T, class BatchType = std::vector<T>>
using Collation = BatchTransform<BatchType, T>;
/// A function that makes one example of a batch.
template <class T, class BatchType = std::vector<T>>
using Collate = BatchLambda<BatchType, T>;

/// A function of an example's data, which leaves the target as it is.
template <class Target = Tensor>
class TensorTransform : public Transform<Example<Tensor, Target>, Example<Tensor, Target>> {
 public:
  /// The example.
  using E = Example<Tensor, Target>;
  /// The transformed data.
  virtual Tensor operator()(Tensor input) = 0;
  /// Transforms the data of an example.
  E apply(E input) override {
    input.data = (*this)(std::move(input.data));
    return input;
  }
};

/// A function of an example's data: `TensorLambda<>([](Tensor x) { return x / 255; })`.
template <class Target = Tensor>
class TensorLambda : public TensorTransform<Target> {
 public:
  /// The function.
  using FunctionType = std::function<Tensor(Tensor)>;
  explicit TensorLambda(FunctionType function) : function_(std::move(function)) {}
  /// Calls the function.
  Tensor operator()(Tensor input) override { return function_(std::move(input)); }

 private:
  FunctionType function_;
};

namespace detail {
// A float32 column [count, 1, 1].
Tensor channels(ArrayRef<double> values);
// A window [.., height, width] of the image with `padding` zeros around it, at random.
Tensor random_crop(const Tensor& image, int64_t height, int64_t width, int64_t padding);
// The image, or with probability p its mirror image: its last dim reversed.
Tensor random_flip(const Tensor& image, double p);
// One tensor with a new first dimension. The sizes must agree.
Tensor stack(const std::vector<Tensor>& tensors);
}  // namespace detail

/// (image - mean) / stddev for images [channels, height, width], a number per channel or for all:
/// `Normalize<>(0.1307, 0.3081)`.
template <class Target = Tensor>
struct Normalize : public TensorTransform<Target> {
  Normalize(ArrayRef<double> mean, ArrayRef<double> stddev)
      : mean(detail::channels(mean)), stddev(detail::channels(stddev)) {}
  /// The normalised image.
  Tensor operator()(Tensor input) override { return input.sub(mean).div(stddev); }

  Tensor mean, stddev;
};

/// A part of an image [.., H, W] of `height` by `width`, at a random place of the image with
/// `padding` zeros around it. Inside a data loader the draws follow from the seed and the batch.
template <class Target = Tensor>
struct RandomCrop : public TensorTransform<Target> {
  explicit RandomCrop(int64_t size, int64_t padding = 0) : RandomCrop(size, size, padding) {}
  RandomCrop(int64_t height, int64_t width, int64_t padding)
      : height(height), width(width), padding(padding) {}
  /// A part of the image.
  Tensor operator()(Tensor input) override {
    return detail::random_crop(input, height, width, padding);
  }

  int64_t height, width, padding;
};

/// Mirrors an image [.., W] with probability p. Inside a data loader the draws follow from the seed
/// and the batch.
template <class Target = Tensor>
struct RandomHorizontalFlip : public TensorTransform<Target> {
  explicit RandomHorizontalFlip(double p = 0.5) : p(p) {}
  /// The image or its mirror image.
  Tensor operator()(Tensor input) override { return detail::random_flip(input, p); }

  double p;
};

/// The examples of a batch as one example of stacked tensors. Throws Error when their sizes differ.
template <class T = Example<>>
struct Stack : public Collation<T> {
  /// Stacks data and targets.
  T apply_batch(std::vector<T> examples) override {
    std::vector<Tensor> data, targets;
    for (T& e : examples) {
      data.push_back(std::move(e.data));
      if constexpr (requires { e.target; }) targets.push_back(std::move(e.target));
    }
    if constexpr (requires(T e) { e.target; })
      return {detail::stack(data), detail::stack(targets)};
    else
      return detail::stack(data);
  }
};

}  // namespace gradus::data::transforms

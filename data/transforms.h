// What can be done to examples on their way from a dataset.
#pragma once

#include <functional>

#include "data/example.h"

namespace gradus::data::transforms {

template <class InputBatch, class OutputBatch>
class BatchTransform {
 public:
  using InputBatchType = InputBatch;
  using OutputBatchType = OutputBatch;
  virtual ~BatchTransform() = default;
  virtual OutputBatch apply_batch(InputBatch batch) = 0;
};

template <class Input, class Output>
class Transform : public BatchTransform<std::vector<Input>, std::vector<Output>> {
 public:
  using InputType = Input;
  using OutputType = Output;
  virtual OutputType apply(InputType input) = 0;
  std::vector<Output> apply_batch(std::vector<Input> batch) override {
    std::vector<Output> out;
    out.reserve(batch.size());
    for (Input& input : batch) out.push_back(apply(std::move(input)));
    return out;
  }
};

// A function of a batch.
template <class Input, class Output = Input>
class BatchLambda : public BatchTransform<Input, Output> {
 public:
  using FunctionType = std::function<Output(Input)>;
  explicit BatchLambda(FunctionType function) : function_(std::move(function)) {}
  Output apply_batch(Input batch) override { return function_(std::move(batch)); }

 private:
  FunctionType function_;
};

// A function of an example.
template <class Input, class Output = Input>
class Lambda : public Transform<Input, Output> {
 public:
  using FunctionType = std::function<Output(Input)>;
  explicit Lambda(FunctionType function) : function_(std::move(function)) {}
  Output apply(Input input) override { return function_(std::move(input)); }

 private:
  FunctionType function_;
};

template <class T, class BatchType = std::vector<T>>
using Collation = BatchTransform<BatchType, T>;
template <class T, class BatchType = std::vector<T>>
using Collate = BatchLambda<BatchType, T>;

// A function of an example's data.
template <class Target = Tensor>
class TensorTransform : public Transform<Example<Tensor, Target>, Example<Tensor, Target>> {
 public:
  using E = Example<Tensor, Target>;
  virtual Tensor operator()(Tensor input) = 0;
  E apply(E input) override {
    input.data = (*this)(std::move(input.data));
    return input;
  }
};

template <class Target = Tensor>
class TensorLambda : public TensorTransform<Target> {
 public:
  using FunctionType = std::function<Tensor(Tensor)>;
  explicit TensorLambda(FunctionType function) : function_(std::move(function)) {}
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

// (image - mean) / stddev for images [channels, height, width], a number per channel or for all.
template <class Target = Tensor>
struct Normalize : public TensorTransform<Target> {
  Normalize(ArrayRef<double> mean, ArrayRef<double> stddev)
      : mean(detail::channels(mean)), stddev(detail::channels(stddev)) {}
  Tensor operator()(Tensor input) override { return input.sub(mean).div(stddev); }

  Tensor mean, stddev;
};

// A part of an image [.., H, W] of `height` by `width`, at a random place of the image with
// `padding` zeros around it. Inside a data loader the draws follow from the seed and the batch.
template <class Target = Tensor>
struct RandomCrop : public TensorTransform<Target> {
  explicit RandomCrop(int64_t size, int64_t padding = 0) : RandomCrop(size, size, padding) {}
  RandomCrop(int64_t height, int64_t width, int64_t padding)
      : height(height), width(width), padding(padding) {}
  Tensor operator()(Tensor input) override {
    return detail::random_crop(input, height, width, padding);
  }

  int64_t height, width, padding;
};

// Mirrors an image [.., W] with probability p.
template <class Target = Tensor>
struct RandomHorizontalFlip : public TensorTransform<Target> {
  explicit RandomHorizontalFlip(double p = 0.5) : p(p) {}
  Tensor operator()(Tensor input) override { return detail::random_flip(input, p); }

  double p;
};

// The examples of a batch as one example of stacked tensors.
template <class T = Example<>>
struct Stack : public Collation<T> {
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

// One element of a dataset: data and, unless Target is void, what is to be learnt of it.
#pragma once

#include "tensor/tensor.h"

namespace gradus::data {

/// One element of a dataset, or one batch: data and what is to be learnt of it.
template <class Data = Tensor, class Target = Tensor>
struct Example {
  /// The data's type.
  using DataType = Data;
  /// The target's type.
  using TargetType = Target;

  Example() = default;
  Example(Data data, Target target) : data(std::move(data)), target(std::move(target)) {}

  Data data;
  Target target;
};

namespace example {
/// For an Example without a target.
using NoTarget = void;
}  // namespace example

/// An example without a target, which converts to its data.
template <class Data>
struct Example<Data, example::NoTarget> {
  /// The data's type.
  using DataType = Data;
  /// void
  using TargetType = example::NoTarget;

  Example() = default;
  Example(Data data) : data(std::move(data)) {}
  operator Data&() { return data; }
  operator const Data&() const { return data; }

  Data data;
};

/// A tensor without a target.
using TensorExample = Example<Tensor, example::NoTarget>;

}  // namespace gradus::data

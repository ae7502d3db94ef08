// The operations, one row each: from a row come its tests for values against PyTorch, float
// against double, gradients of first and second order, strides, threads and instruction sets, and
// its benchmark.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tensor/tensor.h"

namespace catalog {

using gradus::ScalarType;
using gradus::Tensor;
using List = std::vector<Tensor>;

// An input whose elements follow from its shape and number alone, here and in
// tests/reference/catalog.py: element i of input k is made from the bits of hash(i, k).
struct Input {
  std::vector<int64_t> shape;
  double lo, hi;  // floating: in [lo, hi); integers: lo..hi-1
  ScalarType dtype = gradus::kDouble;
  bool grad = true;
};
// A differentiable floating-point input.
inline Input real(std::vector<int64_t> shape, double lo = -2, double hi = 2) {
  return {std::move(shape), lo, hi};
}
// A floating-point input that no gradient is asked of.
inline Input fixed(std::vector<int64_t> shape, double lo = -2, double hi = 2) {
  return {std::move(shape), lo, hi, gradus::kDouble, false};
}
inline Input ints(std::vector<int64_t> shape, int64_t lo, int64_t hi) {
  return {std::move(shape), double(lo), double(hi), gradus::kLong, false};
}
inline Input bools(std::vector<int64_t> shape) {
  return {std::move(shape), 0, 2, gradus::kBool, false};
}

struct Row {
  std::string name;    // unique: the operation, and after a dot the variant
  std::string python;  // the same in PyTorch: an expression in a, b, c, ... (torch, F are known)
  std::vector<Input> inputs;
  std::function<List(const List&)> f;

  // What does not hold of the row, if anything.
  enum Except : unsigned {
    nothing = 0,
    no_gradient = 1,     // not differentiable, or zero everywhere
    no_second = 2,       // second derivatives cannot be compared by differences (kinks)
    no_float = 4,        // float differs from double by more than rounding (ties, indices)
    layout = 8,          // the result depends on strides (as_strided and the like)
    unordered = 16,      // PyTorch's value is one of several right ones: shape and type only
    no_python = 32,      // there is nothing to compare with in PyTorch
    no_difference = 64,  // the gradient is by intent not the derivative
  };
  unsigned except = nothing;
  double tolerance = 1e-10;       // against PyTorch in double, relative and absolute
  std::vector<Input> large = {};  // for threads and benchmarks; by default `inputs`
};

using Rows = std::vector<Row>;
// One function for each file of tests/catalog/ that has rows; a file bears its family's word.
Rows pointwise_rows();
Rows linalg_rows();
Rows linalg_factor_rows();
Rows nn_rows();
Rows nn_loss_rows();
Rows reduce_rows();
Rows view_rows();
Rows index_rows();
Rows image_conv_rows();
Rows image_pool_rows();
Rows image_vision_rows();
Rows nn_normalisation_rows();
Rows nn_recurrent_rows();
Rows nn_attention_rows();
Rows nn_positions_rows();
Rows special_rows();
Rows foreach_rows();
Rows statistics_rows();
Rows native_rows();

const Rows& all_rows();

// The row's inputs; leaves that require grad where the row says so.
List make_inputs(const std::vector<Input>& inputs, bool as_float = false);
// Element i of input k, as a number in [0, 1).
double unit(uint32_t i, uint32_t k);

}  // namespace catalog

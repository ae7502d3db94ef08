// The formulas as data, so that a test over all of them is compiled once and not once for each.
#pragma once

#include <string>
#include <vector>

#include "tensor/kernels/table.h"

namespace gradus::test {

struct Formula {
  std::string name;
  int index, arity;
  unsigned on;       // the element types, see types in tensor/kernels/formulas/formula.h
  unsigned keep[3];  // what the slope by each operand reads
  bool to_bool;
  bool has_slope[3];

  // The formula itself: in double, whatever the floating type, or null.
  double (*value)(const double* x);
  double (*slope[3])(const double* x, double y);
  // y = value(x[0][i], x[1][i], ...) in the type itself, for bool and integers, or null. What
  // gives bool writes one.
  void (*exact[int(ScalarType::Float)])(const void* const* x, size_t i, void* y);

  bool takes(ScalarType type) const { return (on >> int(type) & 1) != 0; }
  kernels::Loop value_loop(ScalarType type, const kernels::Table& t) const {
    return t.rows[index]->value[int(type)];
  }
  // The type is Float or Double.
  kernels::Loop slope_loop(int i, ScalarType type, const kernels::Table& t) const {
    return t.rows[index]->slope[i][type == ScalarType::Double];
  }
};

// In the order of the kernel table.
const std::vector<Formula>& formulas();

}  // namespace gradus::test

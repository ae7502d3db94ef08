// Elementwise operations from formulas: the value by the fused kernel, the gradient by the fused
// slope kernel, or, when the gradient itself is recorded, by the slope's formula on the tape.
#pragma once

#include "autograd/inplace.h"
#include "tensor/kernels/formulas.h"
#include "tensor/pointwise/elementwise.h"

namespace gradus::autograd {

namespace formulas = kernels::base;

// A tensor or a plain number, for the time of a call: it only refers to the tensor.
struct Operand {
  const Tensor& tensor;
  Scalar number;
  Operand(const Tensor& t) : tensor(t) {}
  Operand(const Scalar& s) : tensor(no_tensor), number(s) {}
  Operand(const Operand&) = default;
  bool is_number() const { return !tensor.defined(); }
  // Neither: made from a tensor that was never given a value.
  bool is_undefined() const { return is_number() && &tensor != &no_tensor; }
  raw::Arg arg(ScalarType t) const {
    return is_number() ? raw::Arg(number, t) : raw::Arg(tensor, t);
  }

 private:
  static const Tensor no_tensor;
};
using Operands = ArrayRef<Operand>;

// The type in which a formula that takes the types `on` computes with these operands: their common
// type, or for integers that the formula does not take the default floating type. Throws when the
// formula takes neither.
ScalarType compute_type(const char* op, unsigned on, Operands x);
// a where the condition (bool) holds, else b.
Tensor select_operands(const Tensor& condition, const Operand& a, const Operand& b);

// The formula at that place in the list of all formulas, as elementwise<F> calls it.
Tensor apply_formula(int formula, const char* op, Operands x);
void apply_formula_(int formula, const char* op, Operands x);

// y = F(operands), broadcast and promoted. `op` names it in errors and on the tape.
template <class F, class... X>
Tensor elementwise(const char* op, const X&... x) {
  static_assert(sizeof...(X) == F::arity);
  const Operand operands[] = {Operand(x)...};
  return apply_formula(formulas::index_of<F>, op, operands);
}
// The same into its first operand.
template <class F, class... X>
Tensor& elementwise_(const char* op, const Tensor& self, const X&... x) {
  static_assert(1 + sizeof...(X) == F::arity);
  const Operand operands[] = {Operand(self), Operand(x)...};
  apply_formula_(formulas::index_of<F>, op, operands);
  return const_cast<Tensor&>(self);
}

}  // namespace gradus::autograd

// Elementwise operations from formulas: the value by the fused kernel, the gradient by the fused
// slope kernel, or, when the gradient itself is recorded, by the slope's formula on the tape.
// A .cpp file that defines operations includes traced.h, which completes this.
#pragma once

#include "autograd/inplace.h"
#include "tensor/elementwise.h"
#include "tensor/kernels/table.h"

namespace gradus::autograd {

namespace formulas = kernels::base;

// A tensor or a plain number.
struct Operand {
  Tensor tensor;
  Scalar number;
  Operand() = default;
  Operand(const Tensor& t) : tensor(t) {}
  Operand(const Scalar& s) : number(s) {}
  bool is_number() const { return !tensor.defined(); }
  raw::Arg arg(ScalarType t) const {
    return is_number() ? raw::Arg(number, t) : raw::Arg(tensor, t);
  }
};

// The type in which a formula that takes the types `on` computes with these operands: their common
// type, or for integers that the formula does not take the default floating type. Throws when the
// formula takes neither.
ScalarType compute_type(const char* op, unsigned on, std::initializer_list<const Operand*> x);
// Throws unless a result of type `from` may be written to a tensor of type `to`.
void check_castable(const char* op, ScalarType from, ScalarType to);
// a where the condition (bool) holds, else b.
Tensor select_operands(const Tensor& condition, const Operand& a, const Operand& b);

template <class F>
inline constexpr bool has_slope[4] = {formulas::has_slope_a<F>, formulas::has_slope_b<F>,
                                      formulas::has_slope_c<F>, false};

class Traced;

// The vector-Jacobian product of formula F for its operand i.
template <class F, int i>
class SlopeVjp {
  static constexpr int n = F::arity;
  static constexpr unsigned keep = has_slope<F>[i] ? formulas::keep_of<F>(i) : 0u;
  static constexpr bool keeps_output = (keep & formulas::saves::output) != 0;

 public:
  SlopeVjp(const char* op, ScalarType type, const std::array<Operand, size_t(n)>& x)
      : op_(op), type_(type) {
    for (int k_ = 0; k_ < n; ++k_) {
      if (!(keep >> k_ & 1)) continue;
      saved_[k_] = Saved(x[size_t(k_)].tensor);
      number_[k_] = x[size_t(k_)].number;
    }
  }
  Tensor operator()(const Tensor& dy) const requires(!keeps_output) { return carry(dy, Tensor()); }
  Tensor operator()(const Tensor& dy, const Tensor& y) const requires keeps_output {
    return carry(dy, y);
  }

 private:
  Operand operand(int k) const {
    return saved_[k].defined() ? Operand(*saved_[k]) : Operand(number_[k]);
  }
  Tensor carry(const Tensor& dy, const Tensor& y) const;

  const char* op_;
  ScalarType type_;
  Saved saved_[n];
  Scalar number_[n];
};

namespace detail {

template <class F, size_t... i>
Tensor apply_formula(const char* op, const std::array<Operand, sizeof...(i)>& x,
                     std::index_sequence<i...>) {
  const ScalarType type = compute_type(op, F::on, {&x[i]...});
  Tensor y = raw::elementwise(op, kernels::value_loop<F>(type), F::to_bool ? kBool : type,
                              {x[i].arg(type)...});
  if constexpr ((has_slope<F>[i] || ...)) {
    if (!GradMode::is_enabled() || !(needs_grad(x[i].tensor) || ...)) return y;
    return record(op, std::move(y), wrt(x[i].tensor, SlopeVjp<F, int(i)>(op, type, x))...);
  }
  return y;
}

template <class F, size_t... i>
Tensor& apply_formula_inplace(const char* op, std::array<Operand, sizeof...(i)> x,
                              std::index_sequence<i...>) {
  const Tensor self = x[0].tensor;
  const ScalarType type = compute_type(op, F::on, {&x[i]...});
  const ScalarType out = F::to_bool ? kBool : type;
  check_castable(op, out, self.dtype());
  check_inplace(op, self);
  const auto write = [&] {
    if (out == self.dtype()) {
      raw::elementwise_into(op, kernels::value_loop<F>(type), self, {x[i].arg(type)...});
      return;
    }
    raw::copy(self, raw::elementwise(op, kernels::value_loop<F>(type), out, {x[i].arg(type)...}),
              op);
  };
  if constexpr ((has_slope<F>[i] || ...)) {
    const bool saves_self =
        ((needs_grad(x[i].tensor) && (formulas::keep_of<F>(int(i)) & formulas::saves::a)) || ...);
    const Tensor before = value_before_write(self, saves_self);
    // The operands of the vjps; the kernel reads self itself, which holds the same.
    std::array<Operand, sizeof...(i)> old = x;
    old[0].tensor = before;
    const Tensor& a = self;
    return write_inplace(op, a, write,
                         wrt(i == 0 ? a : x[i].tensor, SlopeVjp<F, int(i)>(op, type, old))...);
  } else {
    return write_inplace(op, self, write, wrt_overwritten(self));
  }
}

}  // namespace detail

// y = F(operands), broadcast and promoted. `op` names it in errors and on the tape.
template <class F, class... X>
Tensor elementwise(const char* op, const X&... x) {
  return detail::apply_formula<F>(op, std::array<Operand, sizeof...(X)>{Operand(x)...},
                                  std::index_sequence_for<X...>());
}
// The same into its first operand.
template <class F, class... X>
Tensor& elementwise_(const char* op, const Tensor& self, const X&... x) {
  return detail::apply_formula_inplace<F>(
      op, std::array<Operand, 1 + sizeof...(X)>{self, Operand(x)...},
      std::make_index_sequence<1 + sizeof...(X)>());
}

}  // namespace gradus::autograd

#include "autograd/traced.h"

namespace gradus::autograd {

template <class F, int i>
Tensor SlopeVjp<F, i>::carry(const Tensor& dy, const Tensor& y) const {
  if constexpr (!has_slope<F>[i]) {
    return {};
  } else {
    // Recorded, or a constant slope: the formula itself.
    if (GradMode::is_enabled() || keep == 0) {
      const auto v = [&](int k) -> Traced {
        if (!(keep >> k & 1)) return Traced(0.0);
        return saved_[k].defined() ? Traced(*saved_[k]) : Traced(number_[k].toDouble());
      };
      const Traced out = y.defined() ? Traced(y) : Traced(0.0);
      const Traced slope = [&] {
        if constexpr (n == 1)
          return F::template slope<Traced>(v(0), out);
        else
          return [&]<size_t... k>(std::index_sequence<k...>) {
            if constexpr (i == 0)
              return F::template slope_a<Traced>(v(int(k))..., out);
            else if constexpr (i == 1)
              return F::template slope_b<Traced>(v(int(k))..., out);
            else
              return F::template slope_c<Traced>(v(int(k))..., out);
          }
        (std::make_index_sequence<size_t(n)>());
      }();
      if (slope.is(0)) return raw::zeros(dy.sizes(), type_);
      return (Traced(dy) * slope).tensor();
    }
    const kernels::Loop f = kernels::slope_loop<F>(i, type_);
    raw::Arg args[n + 2] = {raw::Arg(dy, type_)};
    int count = 1;
    for (int k = 0; k < n; ++k)
      if (keep >> k & 1) args[count++] = operand(k).arg(type_);
    if (keeps_output) args[count++] = raw::Arg(y, type_);
    return raw::elementwise(op_, f, type_, raw::Args(args, size_t(count)));
  }
}

}  // namespace gradus::autograd

#include "autograd/functional.h"

#include "autograd/ops/view/join.h"
#include "autograd/record.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::autograd::functional::detail {
namespace {

// One call of one of the functions.
class Call {
 public:
  Call(const char* op, const ListFunction& f, const variable_list& inputs, Options o)
      : op_(op), f_(f), o_(o) {
    if (inputs.empty()) fail("{}: the list of inputs is empty", op_);
    for (size_t i = 0; i < inputs.size(); ++i) {
      const Tensor& x = inputs[i];
      if (!x.defined()) fail("{}: input {} is undefined", op_, i);
      if (!differentiable(x))
        fail("{}: input {} has no gradient, its type is {}", op_, i, x.dtype());
      // Of the program's graph only what it wants to differentiate further.
      x_.push_back(o.create_graph && needs_grad(x) ? x.view_as(x) : x.detach().requires_grad_());
    }
  }

  const variable_list& inputs() const { return x_; }
  const variable_list& outputs() const { return y_; }

  void run() {
    y_ = f_(x_);
    if (y_.empty()) fail("{}: the function gives no tensor", op_);
    for (size_t k = 0; k < y_.size(); ++k) {
      if (!y_[k].defined()) fail("{}: output {} of the function is undefined", op_, k);
      if (!differentiable(y_[k]))
        fail("{}: output {} of the function has no gradient, its type is {}", op_, k,
             y_[k].dtype());
      if (o_.strict && !needs_grad(y_[k]))
        fail("{}: output {} of the function does not depend on the inputs", op_, k);
    }
  }
  // The one output of one element, where that is what the function must give.
  void run_scalar() {
    run();
    if (y_.size() != 1) fail("{}: the function gives {} tensors, expected 1", op_, y_.size());
    if (y_[0].numel() != 1)
      fail("{}: the function gives shape {}, expected one element", op_, y_[0].sizes());
  }

  // Vectors like `like`, or a one where they may be left out.
  variable_list vectors(const variable_list& v, const variable_list& like, const char* what) const {
    if (v.empty()) {
      if (like.size() != 1 || like[0].numel() != 1)
        fail("{}: v may be left out for one {} of one element, there are {}, the first of shape {}",
             op_, what, like.size(), like[0].sizes());
      return {raw::full(like[0].sizes(), 1, like[0].dtype())};
    }
    if (v.size() != like.size())
      fail("{}: v has {} tensors, there are {} {}s", op_, v.size(), like.size(), what);
    for (size_t i = 0; i < v.size(); ++i) {
      if (!v[i].defined()) fail("{}: v {} is undefined", op_, i);
      if (!(v[i].sizes() == like[i].sizes()))
        fail("{}: v {} has shape {}, the {} {}", op_, i, v[i].sizes(), what, like[i].sizes());
    }
    return v;
  }

  // The gradients by `by` of the tensors in `of` that have a history; undefined where nothing
  // leads there.
  variable_list gradients(const variable_list& of, const variable_list& by,
                          const variable_list& weights, bool record) const {
    variable_list y, dy;
    for (size_t k = 0; k < of.size(); ++k) {
      if (!of[k].defined() || !needs_grad(of[k])) continue;
      y.push_back(of[k]);
      dy.push_back(weights[k]);
    }
    if (y.empty()) return variable_list(by.size());
    return grad(y, by, dy, true, record, true);
  }
  // The same, where undefined is zero or, if strict, an error.
  variable_list filled(variable_list dx, const variable_list& like, const char* what) const {
    for (size_t i = 0; i < dx.size(); ++i) {
      if (dx[i].defined() && !(o_.strict && o_.create_graph && !needs_grad(dx[i]))) continue;
      if (o_.strict)
        fail("{}: {} {}, which strict forbids", op_,
             dx[i].defined() ? "nothing leads back from the result for" : "nothing leads to",
             fmt::format("{} {}", what, i));
      dx[i] = raw::zeros(like[i].sizes(), like[i].dtype());
    }
    return dx;
  }
  // Without history, unless that is what was asked for.
  variable_list given(variable_list list) const {
    if (!o_.create_graph)
      for (Tensor& t : list) t = t.detach();
    return list;
  }

  // The gradients of y, recorded, as a function of weights u, which is linear.
  struct Transposable {
    variable_list u, dx;
  };
  Transposable recorded_vjp(const variable_list& y) const {
    Transposable t;
    for (const Tensor& k : y) t.u.push_back(raw::zeros(k.sizes(), k.dtype()).requires_grad_());
    t.dx = gradients(y, x_, t.u, true);
    if (o_.strict)
      for (size_t i = 0; i < t.dx.size(); ++i)
        if (!t.dx[i].defined()) filled(t.dx, x_, "input");
    return t;
  }
  // Its transpose applied to v.
  variable_list transposed(const Transposable& t, const variable_list& v,
                           const variable_list& y) const {
    return filled(gradients(t.dx, t.u, v, o_.create_graph), y, "output");
  }

  // [m..., n...] from a row for each element of y.
  std::vector<variable_list> reverse_jacobian(const variable_list& y) const {
    std::vector<variable_list> all;
    for (const Tensor& out : y) {
      std::vector<variable_list> rows(x_.size());
      const int64_t count = out.numel();
      for (int64_t r = 0; r < count; ++r) {
        variable_list dx =
            filled(gradients({out}, x_, {unit(out, r)}, o_.create_graph), x_, "input");
        for (size_t i = 0; i < x_.size(); ++i) rows[i].push_back(std::move(dx[i]));
      }
      variable_list blocks;
      for (size_t i = 0; i < x_.size(); ++i) blocks.push_back(block(rows[i], out, x_[i], false));
      all.push_back(given(std::move(blocks)));
    }
    return all;
  }
  // The same from a column for each element of the inputs.
  std::vector<variable_list> forward_jacobian(const variable_list& y) const {
    const Transposable t = recorded_vjp(y);
    std::vector<variable_list> all(y.size());
    for (size_t i = 0; i < x_.size(); ++i) {
      std::vector<variable_list> columns(y.size());
      for (int64_t c = 0; c < x_[i].numel(); ++c) {
        variable_list v;
        for (size_t j = 0; j < x_.size(); ++j)
          v.push_back(j == i ? unit(x_[j], c) : raw::zeros(x_[j].sizes(), x_[j].dtype()));
        variable_list dy = transposed(t, v, y);
        for (size_t k = 0; k < y.size(); ++k) columns[k].push_back(std::move(dy[k]));
      }
      for (size_t k = 0; k < y.size(); ++k) all[k].push_back(block(columns[k], y[k], x_[i], true));
    }
    for (variable_list& row : all) row = given(std::move(row));
    return all;
  }
  std::vector<variable_list> jacobian(const variable_list& y) const {
    return o_.forward_mode ? forward_jacobian(y) : reverse_jacobian(y);
  }
  // The gradient of the function's one output, as something to be differentiated by the inputs.
  variable_list gradient() const {
    const variable_list ones{raw::full(y_[0].sizes(), 1, y_[0].dtype())};
    const variable_list dx = gradients(y_, x_, ones, true);
    if (o_.strict)
      for (size_t i = 0; i < dx.size(); ++i)
        if (!dx[i].defined() || !needs_grad(dx[i]))
          fail("{}: the gradient of input {} does not depend on the inputs, which strict forbids",
               op_, i);
    return filled(dx, x_, "input");
  }

 private:
  static Tensor unit(const Tensor& like, int64_t element) {
    Tensor e = raw::zeros({like.numel()}, like.dtype());
    e.select(0, element).fill_(1);
    return e.view(like.sizes());
  }
  Tensor block(const variable_list& parts, const Tensor& y, const Tensor& x, bool columns) const {
    Dims sizes = y.impl()->sizes;
    for (int64_t n : x.sizes()) sizes.push_back(n);
    const AutoGradMode mode(o_.create_graph);
    if (parts.empty()) return raw::zeros(sizes, columns ? y.dtype() : x.dtype());
    return stack(parts, columns ? y.dim() : 0).reshape(sizes);
  }

  const char* op_;
  const ListFunction& f_;
  Options o_;
  variable_list x_, y_;
};

}  // namespace

Product vjp(const ListFunction& f, const variable_list& inputs, const variable_list& v, Options o) {
  const AutoGradMode on(true);
  Call call("vjp", f, inputs, o);
  call.run();
  const variable_list dy = call.vectors(v, call.outputs(), "output");
  variable_list dx = call.gradients(call.outputs(), call.inputs(), dy, o.create_graph);
  dx = call.filled(std::move(dx), call.inputs(), "input");
  return {call.given(call.outputs()), call.given(std::move(dx))};
}

Product jvp(const ListFunction& f, const variable_list& inputs, const variable_list& v, Options o) {
  const AutoGradMode on(true);
  Call call("jvp", f, inputs, o);
  const variable_list dx = call.vectors(v, call.inputs(), "input");
  call.run();
  variable_list dy = call.transposed(call.recorded_vjp(call.outputs()), dx, call.outputs());
  return {call.given(call.outputs()), call.given(std::move(dy))};
}

Product vhp(const ListFunction& f, const variable_list& inputs, const variable_list& v, Options o) {
  const AutoGradMode on(true);
  Call call("vhp", f, inputs, o);
  const variable_list weights = call.vectors(v, call.inputs(), "input");
  call.run_scalar();
  variable_list dx = call.gradients(call.gradient(), call.inputs(), weights, o.create_graph);
  dx = call.filled(std::move(dx), call.inputs(), "input");
  return {call.given(call.outputs()), call.given(std::move(dx))};
}

Product hvp(const ListFunction& f, const variable_list& inputs, const variable_list& v, Options o) {
  const AutoGradMode on(true);
  Call call("hvp", f, inputs, o);
  const variable_list along = call.vectors(v, call.inputs(), "input");
  call.run_scalar();
  const variable_list dx = call.gradient();
  variable_list product = call.transposed(call.recorded_vjp(dx), along, dx);
  return {call.given(call.outputs()), call.given(std::move(product))};
}

std::vector<variable_list> jacobian(const ListFunction& f, const variable_list& inputs, Options o) {
  const AutoGradMode on(true);
  Call call("jacobian", f, inputs, o);
  call.run();
  return call.jacobian(call.outputs());
}

std::vector<variable_list> hessian(const ListFunction& f, const variable_list& inputs, Options o) {
  const AutoGradMode on(true);
  Call call("hessian", f, inputs, o);
  call.run_scalar();
  return call.jacobian(call.gradient());
}

bool is_forward(const char* op, std::string_view strategy) {
  if (strategy == "forward-mode") return true;
  if (strategy == "reverse-mode") return false;
  fail("{}: the strategy is \"reverse-mode\" or \"forward-mode\", got \"{}\"", op, strategy);
}

}  // namespace gradus::autograd::functional::detail

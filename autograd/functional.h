// Derivatives of functions: products with Jacobians and Hessians, and these matrices themselves.
#pragma once

#include <string_view>
#include <utility>

#include "autograd/gradcheck.h"

namespace gradus::autograd {

/// The functions of torch.autograd.functional. Each takes a function `f` of tensors and the inputs
/// at which it is differentiated:
///
/// - f takes its inputs as a variable_list or one by one (up to five), and gives a tensor, a list,
///   a tuple or a pair. One Tensor given for `inputs` is the one input.
/// - What comes back is a Tensor where f takes (or gives) one tensor, and a variable_list where it
///   takes (or gives) several.
/// - The inputs are taken as they are, without history, and the results have none, unless
///   `create_graph`: then they can be differentiated again, also by what the inputs were made of.
/// - With `strict`, an output that does not depend on the inputs, or a result that is zero because
///   nothing leads to an input, throws Error instead of giving zeros.
/// - `vectorize` is Python's promise of batched passes; here the passes go one after the other, and
///   it changes nothing.
///
/// All of them throw Error when f gives anything undefined or without floating point type, and when
/// a vector has not the shape of what it multiplies.
namespace functional {

namespace detail {

using autograd::detail::as_list_function;
using autograd::detail::ListFunction;

struct Options {
  bool create_graph = false, strict = false, forward_mode = false;
};
// The value and a product.
struct Product {
  variable_list value, product;
};
Product vjp(const ListFunction& f, const variable_list& inputs, const variable_list& v, Options o);
Product jvp(const ListFunction& f, const variable_list& inputs, const variable_list& v, Options o);
Product vhp(const ListFunction& f, const variable_list& inputs, const variable_list& v, Options o);
Product hvp(const ListFunction& f, const variable_list& inputs, const variable_list& v, Options o);
// [output][input]
std::vector<variable_list> jacobian(const ListFunction& f, const variable_list& inputs, Options o);
// [input][input]
std::vector<variable_list> hessian(const ListFunction& f, const variable_list& inputs, Options o);
// Throws for other words than the two.
bool is_forward(const char* op, std::string_view strategy);

// What f gives for so many tensors or for a list, of which the first that it takes counts.
template <class F, class... T>
auto result_of() {
  if constexpr (std::is_invocable_v<F&, const variable_list&> && sizeof...(T) == 0 &&
                !std::is_invocable_v<F&, const Tensor&>)
    return std::type_identity<std::decay_t<std::invoke_result_t<F&, const variable_list&>>>();
  else if constexpr (sizeof...(T) > 0 && std::is_invocable_v<F&, T...>)
    return std::type_identity<std::decay_t<std::invoke_result_t<F&, T...>>>();
  else if constexpr (sizeof...(T) < 5)
    return result_of<F, T..., const Tensor&>();
  else
    return std::type_identity<variable_list>();
}
template <class F>
inline constexpr bool gives_one = std::is_same_v<typename decltype(result_of<F>())::type, Tensor>;

template <bool one>
auto as_given(variable_list list) {
  if constexpr (one)
    return Tensor(std::move(list[0]));
  else
    return list;
}
inline const variable_list& as_list(const variable_list& x) { return x; }
inline variable_list as_list(const Tensor& x) { return {x}; }
// An undefined vector is none.
inline const variable_list& as_vector(const variable_list& v) { return v; }
inline variable_list as_vector(const Tensor& v) {
  return v.defined() ? variable_list{v} : variable_list();
}

template <class F>
using Output = std::conditional_t<gives_one<F>, Tensor, variable_list>;
template <class F, class In>
std::pair<Output<F>, In> product_of_inputs(Product p) {
  return {as_given<gives_one<F>>(std::move(p.value)),
          as_given<std::is_same_v<In, Tensor>>(std::move(p.product))};
}
template <bool one_output, bool one_input>
auto as_matrix(std::vector<variable_list> m) {
  if constexpr (one_output)
    return as_given<one_input>(std::move(m[0]));
  else if constexpr (one_input) {
    variable_list column;
    for (variable_list& row : m) column.push_back(std::move(row[0]));
    return column;
  } else {
    return m;
  }
}

}  // namespace detail

/// {f(inputs), v'J}: the gradients of the inputs, where `v` (one for each output) are those of the
/// outputs. v may be left out where f gives one tensor of one element.
template <class F>
auto vjp(F f, const Tensor& inputs, const std::type_identity_t<detail::Output<F>>& v = {},
         bool create_graph = false, bool strict = false) {
  return detail::product_of_inputs<F, Tensor>(detail::vjp(detail::as_list_function(std::move(f)),
                                                          {inputs}, detail::as_vector(v),
                                                          {create_graph, strict}));
}
template <class F>
auto vjp(F f, const variable_list& inputs, const std::type_identity_t<detail::Output<F>>& v = {},
         bool create_graph = false, bool strict = false) {
  return detail::product_of_inputs<F, variable_list>(
      detail::vjp(detail::as_list_function(std::move(f)), inputs, detail::as_vector(v),
                  {create_graph, strict}));
}

/// {f(inputs), J v}: how the outputs move when the inputs move along `v`, one for each input. v may
/// be left out where f takes one tensor of one element. Made by the transpose of the backward pass
/// (see forward_ad.h), so that one call costs about three forward passes.
template <class F>
auto jvp(F f, const Tensor& inputs, const Tensor& v = {}, bool create_graph = false,
         bool strict = false) {
  auto p = detail::jvp(detail::as_list_function(std::move(f)), {inputs}, detail::as_vector(v),
                       {create_graph, strict});
  constexpr bool one = detail::gives_one<F>;
  return std::pair(detail::as_given<one>(std::move(p.value)),
                   detail::as_given<one>(std::move(p.product)));
}
template <class F>
auto jvp(F f, const variable_list& inputs, const variable_list& v = {}, bool create_graph = false,
         bool strict = false) {
  auto p = detail::jvp(detail::as_list_function(std::move(f)), inputs, v, {create_graph, strict});
  constexpr bool one = detail::gives_one<F>;
  return std::pair(detail::as_given<one>(std::move(p.value)),
                   detail::as_given<one>(std::move(p.product)));
}

/// All derivatives of the outputs by the inputs: for an output of shape [m...] and an input of
/// shape [n...] a tensor [m..., n...]; several outputs give a list of what each gives, in which
/// several inputs give a list. `strategy` is "reverse-mode", a backward pass for each element of
/// the outputs, or "forward-mode", one for each element of the inputs.
template <class F>
auto jacobian(F f, const Tensor& inputs, bool create_graph = false, bool strict = false,
              bool vectorize = false, std::string_view strategy = "reverse-mode") {
  (void)vectorize;
  return detail::as_matrix<detail::gives_one<F>, true>(
      detail::jacobian(detail::as_list_function(std::move(f)), {inputs},
                       {create_graph, strict, detail::is_forward("jacobian", strategy)}));
}
template <class F>
auto jacobian(F f, const variable_list& inputs, bool create_graph = false, bool strict = false,
              bool vectorize = false, std::string_view strategy = "reverse-mode") {
  (void)vectorize;
  return detail::as_matrix<detail::gives_one<F>, false>(
      detail::jacobian(detail::as_list_function(std::move(f)), inputs,
                       {create_graph, strict, detail::is_forward("jacobian", strategy)}));
}

/// All second derivatives of f, which gives one tensor of one element: for inputs of shapes [m...]
/// and [n...] a tensor [m..., n...]; several inputs give a list of lists. `outer_jacobian_strategy`
/// is that of jacobian() for the derivatives of the gradient.
template <class F>
Tensor hessian(F f, const Tensor& inputs, bool create_graph = false, bool strict = false,
               bool vectorize = false, std::string_view outer_jacobian_strategy = "reverse-mode") {
  (void)vectorize;
  return detail::hessian(
      detail::as_list_function(std::move(f)), {inputs},
      {create_graph, strict, detail::is_forward("hessian", outer_jacobian_strategy)})[0][0];
}
template <class F>
std::vector<variable_list> hessian(F f, const variable_list& inputs, bool create_graph = false,
                                   bool strict = false, bool vectorize = false,
                                   std::string_view outer_jacobian_strategy = "reverse-mode") {
  (void)vectorize;
  return detail::hessian(
      detail::as_list_function(std::move(f)), inputs,
      {create_graph, strict, detail::is_forward("hessian", outer_jacobian_strategy)});
}

/// {f(inputs), v'H}: the Hessian's product with `v`, one for each input, of f which gives one
/// tensor of one element. v may be left out where f takes one tensor of one element.
template <class F>
std::pair<Tensor, Tensor> vhp(F f, const Tensor& inputs, const Tensor& v = {},
                              bool create_graph = false, bool strict = false) {
  auto p = detail::vhp(detail::as_list_function(std::move(f)), {inputs}, detail::as_vector(v),
                       {create_graph, strict});
  return {std::move(p.value[0]), std::move(p.product[0])};
}
template <class F>
std::pair<Tensor, variable_list> vhp(F f, const variable_list& inputs, const variable_list& v = {},
                                     bool create_graph = false, bool strict = false) {
  auto p = detail::vhp(detail::as_list_function(std::move(f)), inputs, v, {create_graph, strict});
  return {std::move(p.value[0]), std::move(p.product)};
}

/// {f(inputs), H v}: the same as vhp() where second derivatives are continuous, which makes H
/// symmetric; it costs about twice as much.
template <class F>
std::pair<Tensor, Tensor> hvp(F f, const Tensor& inputs, const Tensor& v = {},
                              bool create_graph = false, bool strict = false) {
  auto p = detail::hvp(detail::as_list_function(std::move(f)), {inputs}, detail::as_vector(v),
                       {create_graph, strict});
  return {std::move(p.value[0]), std::move(p.product[0])};
}
template <class F>
std::pair<Tensor, variable_list> hvp(F f, const variable_list& inputs, const variable_list& v = {},
                                     bool create_graph = false, bool strict = false) {
  auto p = detail::hvp(detail::as_list_function(std::move(f)), inputs, v, {create_graph, strict});
  return {std::move(p.value[0]), std::move(p.product)};
}

}  // namespace functional
}  // namespace gradus::autograd

// Checks gradients against finite differences.
#pragma once

#include <functional>
#include <tuple>

#include "autograd/autograd.h"

namespace gradus::autograd {

/// How gradcheck() compares. The defaults are PyTorch's, and suit float64 inputs; float32 ones need
/// a larger eps and tolerance.
struct GradcheckOptions {
  double eps = 1e-6;   // half the width of a central difference
  double atol = 1e-5;  // an element is right when |analytic - numeric| <= atol + rtol |numeric|
  double rtol = 1e-3;
  bool raise_exception = true;  // throw Error with the report; else return false
  // Compare v'Ju for random sign vectors u and v instead of each element of the Jacobian J. The
  // tolerance stays that of a single element, so that an error does not drown in the sum.
  bool fast_mode = false;
  int probes = 5;                    // pairs of sign vectors in fast mode
  double nondet_tol = 0;             // how much two runs of the backward pass may differ
  bool check_undefined_grad = true;  // undefined incoming gradients count as zero
  bool check_forward_ad = false;     // tangents (see forward_ad.h) are the gradient's transpose
  bool check_batched_grad = false;   // grad() of a batch gives what it gives for each alone
};

namespace detail {
using ListFunction = std::function<variable_list(const variable_list&)>;

bool gradcheck(const ListFunction& f, const variable_list& inputs, const GradcheckOptions& options);
bool gradgradcheck(const ListFunction& f, const variable_list& inputs,
                   const variable_list& grad_outputs, const GradcheckOptions& options);

inline variable_list as_list(Tensor t) { return {std::move(t)}; }
inline variable_list as_list(variable_list list) { return list; }
template <class... T>
variable_list as_list(std::tuple<T...> t) {
  return std::apply([](auto&... x) { return variable_list{x...}; }, t);
}
template <class A, class B>
variable_list as_list(std::pair<A, B> p) {
  return {p.first, p.second};
}

[[noreturn]] void throw_input_count(size_t given);

// f takes the list of inputs, or as many tensors as there are inputs (up to five).
template <class F>
ListFunction as_list_function(F f) {
  return [f](const variable_list& x) mutable -> variable_list {
    if constexpr (std::is_invocable_v<F&, const variable_list&> &&
                  !std::is_invocable_v<F&, const Tensor&>) {
      return as_list(f(x));
    } else {
      const auto spread = [&]<size_t... i>(std::index_sequence<i...>, auto next)->variable_list {
        if constexpr (std::is_invocable_v<F&, decltype(x[i])...>)
          if (x.size() == sizeof...(i)) return as_list(f(x[i]...));
        return next();
      };
      return spread(std::make_index_sequence<1>(), [&] {
        return spread(std::make_index_sequence<2>(), [&] {
          return spread(std::make_index_sequence<3>(), [&] {
            return spread(std::make_index_sequence<4>(), [&] {
              return spread(std::make_index_sequence<5>(),
                            [&]() -> variable_list { throw_input_count(x.size()); });
            });
          });
        });
      });
    }
  };
}
}  // namespace detail

/// Whether the gradients of f (which takes the inputs as a list or one by one, and gives a tensor,
/// a list or a tuple) by those inputs that require grad agree with central differences, are the
/// same when computed again, are zero for zero incoming gradients and take undefined ones. Throws
/// Error with a report, or with raise_exception = false gives false. The report names the worst
/// element with both values, and says where the two one-sided differences disagree (a kink nearby,
/// where no gradient is right). Inputs must be floating point, without elements that share memory;
/// they are put back as they were.
template <class F>
bool gradcheck(F f, const variable_list& inputs, const GradcheckOptions& options = {}) {
  return detail::gradcheck(detail::as_list_function(std::move(f)), inputs, options);
}

/// The same for the gradients of the gradients, as functions of the inputs and of grad_outputs
/// (random ones when none are given).
template <class F>
bool gradgradcheck(F f, const variable_list& inputs, const variable_list& grad_outputs = {},
                   const GradcheckOptions& options = {}) {
  return detail::gradgradcheck(detail::as_list_function(std::move(f)), inputs, grad_outputs,
                               options);
}
template <class F>
bool gradgradcheck(F f, const variable_list& inputs, const GradcheckOptions& options) {
  return gradgradcheck(std::move(f), inputs, {}, options);
}

}  // namespace gradus::autograd

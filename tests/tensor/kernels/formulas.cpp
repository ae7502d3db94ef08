#include "tests/tensor/kernels/formulas.h"

#include <string_view>
#include <type_traits>
#include <utility>

namespace gradus::test {
namespace {

using namespace kernels;

template <class F>
using Operands = std::make_index_sequence<size_t(F::arity)>;

// The last part of a formula's name.
template <class F>
std::string name_of() {
  std::string_view s = __PRETTY_FUNCTION__;
  s = s.substr(0, s.find_first_of(";]"));
  return std::string(s.substr(s.rfind(':') + 1));
}

template <class F, size_t... k>
double value(const double* x, std::index_sequence<k...>) {
  return double(F::value(x[k]...));
}

template <class F, int i, size_t... k>
double slope(const double* x, double y, std::index_sequence<k...>) {
  if constexpr (F::arity == 1) {
    return F::slope(x[k]..., y);
  } else if constexpr (i == 0) {
    return F::slope_a(x[k]..., y);
  } else if constexpr (i == 1) {
    return F::slope_b(x[k]..., y);
  } else {
    return F::slope_c(x[k]..., y);
  }
}

template <class F, class T, size_t... k>
void exact(const void* const* x, size_t i, void* y, std::index_sequence<k...>) {
  using Out = std::conditional_t<F::to_bool, bool, T>;
  *static_cast<Out*>(y) = Out(F::value(static_cast<const T*>(x[k])[i]...));
}

template <class F, int i>
void describe_slope(Formula& f, bool has) {
  f.keep[i] = base::keep_of<F>(i);
  f.has_slope[i] = has;
}

template <class F>
Formula describe() {
  Formula f{};
  f.name = name_of<F>();
  f.index = base::index_of<F>;
  f.arity = F::arity;
  f.on = F::on;
  f.to_bool = F::to_bool;
  if constexpr ((F::on & base::types::floating) != 0)
    f.value = [](const double* x) { return value<F>(x, Operands<F>()); };
#define GRADUS_EXACT(type, T)                                                              \
  if constexpr (!std::is_floating_point_v<T> && (F::on >> int(ScalarType::type) & 1) != 0) \
    f.exact[int(ScalarType::type)] = [](const void* const* x, size_t i, void* y) {         \
      exact<F, T>(x, i, y, Operands<F>());                                                 \
    };
  GRADUS_FOR_EACH_TYPE(GRADUS_EXACT)
#undef GRADUS_EXACT
  describe_slope<F, 0>(f, base::has_slope_a<F>);
  describe_slope<F, 1>(f, base::has_slope_b<F>);
  describe_slope<F, 2>(f, base::has_slope_c<F>);
  if constexpr (base::has_slope_a<F>)
    f.slope[0] = [](const double* x, double y) { return slope<F, 0>(x, y, Operands<F>()); };
  if constexpr (base::has_slope_b<F>)
    f.slope[1] = [](const double* x, double y) { return slope<F, 1>(x, y, Operands<F>()); };
  if constexpr (base::has_slope_c<F>)
    f.slope[2] = [](const double* x, double y) { return slope<F, 2>(x, y, Operands<F>()); };
  return f;
}

template <class... F>
std::vector<Formula> describe_all(base::list<F...>) {
  return {describe<F>()...};
}

}  // namespace

const std::vector<Formula>& formulas() {
  static const std::vector<Formula> all = describe_all(base::formulas());
  return all;
}

}  // namespace gradus::test

#include "autograd/formula_info.h"

namespace gradus::autograd {
namespace {

template <class F, int i, size_t... k>
Traced slope_of(const Traced* x, const Traced& y, std::index_sequence<k...>) {
  if constexpr (F::arity == 1)
    return F::template slope<Traced>(x[0], y);
  else if constexpr (i == 0)
    return F::template slope_a<Traced>(x[k]..., y);
  else if constexpr (i == 1)
    return F::template slope_b<Traced>(x[k]..., y);
  else
    return F::template slope_c<Traced>(x[k]..., y);
}
template <class F, int i>
Traced slope_at(const Traced* x, const Traced& y) {
  return slope_of<F, i>(x, y, std::make_index_sequence<size_t(F::arity)>());
}

Traced no_slope(const Traced*, const Traced&) { return 0.0; }

template <class F>
constexpr FormulaInfo describe_formula() {
  FormulaInfo info{F::arity, F::on, F::to_bool, F::linked, {}, {}};
  if constexpr (formulas::has_slope_a<F>) {
    info.keep[0] = formulas::keep_of<F>(0);
    info.slope[0] = &slope_at<F, 0>;
  }
  if constexpr (formulas::has_slope_b<F>) {
    info.keep[1] = formulas::keep_of<F>(1);
    info.slope[1] = &slope_at<F, 1>;
  }
  if constexpr (formulas::has_slope_c<F>) {
    info.keep[2] = formulas::keep_of<F>(2);
    info.slope[2] = &slope_at<F, 2>;
  }
  if constexpr (F::steps)
    for (int i = 0; i < F::arity; ++i) info.slope[i] = &no_slope;
  return info;
}

template <class List>
struct Table;
template <class... F>
struct Table<formulas::list<F...>> {
  static constexpr FormulaInfo info[] = {describe_formula<F>()...};
};

}  // namespace

const FormulaInfo& formula_info(int formula) { return Table<formulas::formulas>::info[formula]; }

}  // namespace gradus::autograd

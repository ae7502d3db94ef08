// Covariances, integrals, slopes, histograms and sets.
#include "autograd/ops/reduce/statistics.h"

#include "autograd/factories.h"
#include "autograd/ops/index/sets.h"
#include "tests/catalog.h"

namespace catalog {

using namespace gradus;

Rows statistics_rows() {
  Rows rows;
  const auto row = [&](const char* name, const char* python, std::vector<Input> inputs,
                       std::function<List(const List&)> f, unsigned except = Row::nothing) {
    rows.push_back({name, python, std::move(inputs), std::move(f), except});
  };
  constexpr unsigned flat = Row::no_gradient;
  const Input m = real({3, 6}), v = real({6});
  row("cov", "torch.cov(a)", {m}, [](const List& x) -> List { return {x[0].cov()}; });
  row("cov.vector", "torch.cov(a, correction=0)", {v},
      [](const List& x) -> List { return {cov(x[0], 0)}; });
  row("cov.fweights", "torch.cov(a, fweights=b)", {m, ints({6}, 1, 5)},
      [](const List& x) -> List { return {cov(x[0], 1, x[1])}; });
  row("cov.weights", "torch.cov(a, correction=1, fweights=b, aweights=c)",
      {m, ints({6}, 1, 5), fixed({6}, 0.2, 2)},
      [](const List& x) -> List { return {cov(x[0], 1, x[1], x[2])}; });
  row("cov.aweights", "torch.cov(a, aweights=b)", {m, fixed({6}, 0.2, 2)},
      [](const List& x) -> List { return {cov(x[0], 1, {}, x[1])}; });
  row(
      "cov.int", "torch.cov(a)", {ints({3, 6}, -9, 9)},
      [](const List& x) -> List { return {x[0].cov()}; }, flat | Row::no_float | Row::layout);
  rows.back().tolerance = 1e-6;  // in float32
  row(
      "corrcoef", "torch.corrcoef(a)", {m}, [](const List& x) -> List { return {x[0].corrcoef()}; },
      Row::no_second);

  row("trapezoid", "torch.trapezoid(a, b)", {m, v},
      [](const List& x) -> List { return {trapezoid(x[0], x[1])}; });
  row("trapezoid.dx", "torch.trapezoid(a, dx=0.5, dim=0)", {m},
      [](const List& x) -> List { return {trapezoid(x[0], 0.5, 0)}; });
  row("trapezoid.places", "torch.trapezoid(a, b, dim=0)", {m, real({3, 6})},
      [](const List& x) -> List { return {trapezoid(x[0], x[1], 0)}; });
  row("trapz", "torch.trapz(a, b)", {m, v},
      [](const List& x) -> List { return {trapz(x[0], x[1])}; });
  row("trapz.dx", "torch.trapz(a, dx=2)", {m},
      [](const List& x) -> List { return {trapz(x[0], 2)}; });
  row(
      "trapezoid.int", "torch.trapezoid(a)", {ints({3, 6}, -9, 9)},
      [](const List& x) -> List { return {trapezoid(x[0])}; }, flat | Row::no_float);
  row("cumulative_trapezoid", "torch.cumulative_trapezoid(a, b)", {m, v},
      [](const List& x) -> List { return {cumulative_trapezoid(x[0], x[1])}; });
  row("cumulative_trapezoid.dx", "torch.cumulative_trapezoid(a, dx=0.5, dim=0)", {m},
      [](const List& x) -> List { return {cumulative_trapezoid(x[0], 0.5, 0)}; });

  row("gradient", "torch.gradient(a)", {m}, [](const List& x) { return gradient(x[0]); });
  row("gradient.edges", "torch.gradient(a, spacing=0.5, dim=1, edge_order=2)", {m},
      [](const List& x) { return gradient(x[0], 0.5, IntArrayRef(1), 2); });
  row("gradient.spacings", "torch.gradient(a, spacing=(0.5, 2.0), edge_order=2)", {m},
      [](const List& x) {
        const Scalar spacing[] = {0.5, 2.0};
        return gradient(x[0], ArrayRef<Scalar>(spacing, 2), std::nullopt, 2);
      });
  row("gradient.places", "torch.gradient(a, spacing=(b,), dim=1)", {m, v},
      [](const List& x) { return gradient(x[0], TensorList(x[1]), IntArrayRef(1)); });
  row("gradient.places.edges", "torch.gradient(a, spacing=(c, b), edge_order=2)", {m, v, real({3})},
      [](const List& x) {
        const Tensor places[] = {x[2], x[1]};
        return gradient(x[0], TensorList(places, 2), std::nullopt, 2);
      });

  const auto pair = [](const std::tuple<Tensor, Tensor>& t) -> List {
    return {std::get<0>(t), std::get<1>(t)};
  };
  constexpr unsigned counted = flat | Row::no_float;
  row(
      "histc.method", "a.histc(5, -1, 1)", {fixed({5, 6})},
      [](const List& x) -> List { return {x[0].histc(5, -1, 1)}; }, counted);
  row(
      "histogram", "torch.histogram(a, 7)", {fixed({5, 6})},
      [pair](const List& x) { return pair(histogram(x[0], 7)); }, counted);
  row(
      "histogram.range", "torch.histogram(a, 4, range=(-1., 1.5), weight=b, density=True)",
      {fixed({5, 6}), fixed({5, 6}, 0, 1)},
      [pair](const List& x) {
        return pair(x[0].histogram(4, ArrayRef<double>({-1, 1.5}), x[1], true));
      },
      counted);
  row(
      "histogram.bins", "torch.histogram(a, torch.sort(b)[0], weight=c)",
      {fixed({5, 6}), fixed({5}), fixed({5, 6}, 0, 1)},
      [pair](const List& x) { return pair(histogram(x[0], std::get<0>(x[1].sort()), x[2])); },
      counted);
  const auto many = [](const std::tuple<Tensor, std::vector<Tensor>>& t) {
    List all = {std::get<0>(t)};
    for (const Tensor& e : std::get<1>(t)) all.push_back(e);
    return all;
  };
  row(
      "histogramdd", "torch.histogramdd(a, bins=[3, 4])", {fixed({20, 2})},
      [many](const List& x) {
        return many(histogramdd(x[0], {3, 4}));
      },
      counted);
  row(
      "histogramdd.one", "torch.histogramdd(a, bins=3, range=[-1., 1., -2., 2.], density=True)",
      {fixed({20, 2})},
      [many](const List& x) {
        return many(histogramdd(x[0], 3, ArrayRef<double>({-1, 1, -2, 2}), {}, true));
      },
      counted);
  row(
      "histogramdd.edges",
      "torch.histogramdd(a, bins=(torch.sort(b)[0], torch.sort(b)[0][:3]), weight=c)",
      {fixed({20, 2}), fixed({5}), fixed({20}, 0, 1)},
      [many](const List& x) {
        const Tensor sorted = std::get<0>(x[1].sort());
        const Tensor edges[] = {sorted, sorted.narrow(0, 0, 3)};
        return many(histogramdd(x[0], TensorList(edges, 2), {}, x[2]));
      },
      counted);

  row("norm_except_dim", "torch.norm_except_dim(a, 2, 1)", {real({3, 2, 4})},
      [](const List& x) -> List { return {norm_except_dim(x[0], 2, 1)}; });
  row("norm_except_dim.first", "torch.norm_except_dim(a, 2, 0)", {real({3, 2, 4})},
      [](const List& x) -> List { return {norm_except_dim(x[0])}; });
  row("nanquantile.method", "a.nanquantile(0.3, 1)", {m},
      [](const List& x) -> List { return {x[0].nanquantile(0.3, 1)}; });
  row("quantile.method",
      "a.quantile(torch.tensor([0.25, 0.5], dtype=a.dtype), 1, False, "
      "interpolation='lower')",
      {m}, [](const List& x) -> List {
        const Tensor q = tensor({0.25, 0.5}, x[0].scalar_type());
        return {x[0].quantile(q, 1, false, "lower")};
      });
  row("diff.method", "a.diff(1, 1, prepend=b)", {m, real({3, 2})},
      [](const List& x) -> List { return {x[0].diff(1, 1, x[1])}; });
  row("renorm_", "a.mul(1).renorm_(2, 0, 1.5)", {m},
      [](const List& x) -> List { return {x[0].mul(1).renorm_(2, 0, 1.5)}; });

  row(
      "isin", "torch.isin(a, b)", {ints({3, 6}, -9, 9), ints({7}, -9, 9)},
      [](const List& x) -> List { return {isin(x[0], x[1])}; }, flat);
  row(
      "isin.inverted", "torch.isin(a, b, invert=True)", {ints({3, 6}, -9, 9), ints({2, 2}, -9, 9)},
      [](const List& x) -> List { return {isin(x[0], x[1], false, true)}; }, flat);
  row(
      "isin.number", "torch.isin(a, 3)", {ints({3, 6}, -9, 9)},
      [](const List& x) -> List { return {isin(x[0], 3)}; }, flat);
  row(
      "nonzero_static", "torch.nonzero_static(a, size=10, fill_value=-7)", {ints({3, 3}, 0, 2)},
      [](const List& x) -> List { return {x[0].nonzero_static(10, -7)}; }, flat);
  row(
      "nonzero_static.cut", "torch.nonzero_static(a, size=3)", {ints({3, 3}, 0, 3)},
      [](const List& x) -> List { return {nonzero_static(x[0], 3)}; }, flat);
  row(
      "unique_dim_consecutive",
      "torch.unique_consecutive(a, return_inverse=True, return_counts=True, dim=0)",
      {ints({9, 1}, 0, 2)},
      [](const List& x) -> List {
        const auto [values, inverse, counts] = unique_dim_consecutive(x[0], 0, true, true);
        return {values, inverse, counts};
      },
      flat);
  return rows;
}

}  // namespace catalog

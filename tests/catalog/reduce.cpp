#include "autograd/ops/reduce/reduce.h"

#include <cmath>

#include "autograd/ops/nn/softmax.h"
#include "tests/catalog.h"

namespace catalog {

namespace {

template <class... T>
List list(const std::tuple<T...>& y) {
  List out;
  std::apply([&](const auto&... t) { (out.push_back(t), ...); }, y);
  return out;
}
List list(const Tensor& y) { return {y}; }

}  // namespace

Rows reduce_rows() {
  Rows rows;
  const auto row = [&](const char* name, const char* python, Input input, auto f, Input large,
                       unsigned except = Row::nothing) {
    rows.push_back(
        {name, python, {std::move(input)}, [f](const List& x) { return list(f(x[0])); }, except});
    rows.back().large = {std::move(large)};
  };
  const Input x = real({3, 4}), cube = real({2, 3, 4}), number = real({}), none = real({0, 3});
  const Input line = real({500000}), rows_of = real({600, 700}), images = real({20, 16, 30, 30});
  const Input whole = ints({3, 4}, -3, 4), many = ints({200, 300}, -3, 4), flags = bools({3, 4});
  const unsigned test = Row::no_gradient;

  row(
      "sum", "a.sum()", x, [](const Tensor& a) { return a.sum(); }, line);
  row(
      "sum.dim", "a.sum(1)", x, [](const Tensor& a) { return a.sum(1); }, rows_of);
  row(
      "sum.first", "a.sum(0, True)", x, [](const Tensor& a) { return a.sum(0, true); }, rows_of);
  row(
      "sum.dims", "a.sum((0, 2))", cube,
      [](const Tensor& a) {
        return a.sum({0, 2});
      },
      images);
  row(
      "sum.number", "a.sum()", number, [](const Tensor& a) { return a.sum(); }, number);
  row(
      "sum.empty", "a.sum(0)", none, [](const Tensor& a) { return a.sum(0); }, none);
  row(
      "sum.int", "a.sum(0)", whole, [](const Tensor& a) { return a.sum(0); }, many, test);
  row(
      "sum.bool", "a.sum()", flags, [](const Tensor& a) { return a.sum(); }, flags, test);
  row(
      "sum.float", "a.sum(dtype=torch.float32)", whole,
      [](const Tensor& a) { return a.sum(gradus::kFloat); }, many, test);
  row(
      "nansum", "(a - 1).log().nansum(1)", x,
      [](const Tensor& a) { return (a - 1).log().nansum(1); }, rows_of, Row::no_second);
  row(
      "mean", "a.mean()", x, [](const Tensor& a) { return a.mean(); }, line);
  row(
      "mean.dims", "a.mean((0, 2), True)", cube,
      [](const Tensor& a) {
        return a.mean({0, 2}, true);
      },
      images);
  row(
      "nanmean", "a.nanmean(0)", x, [](const Tensor& a) { return a.nanmean(0); }, rows_of);
  row(
      "prod", "a.prod()", x, [](const Tensor& a) { return a.prod(); }, real({40, 50}, 0.9, 1.1));
  row(
      "prod.dim", "a.prod(1)", cube, [](const Tensor& a) { return a.prod(1); },
      real({300, 20, 40}, 0.5, 1.5));
  row(
      "prod.zeros", "(a * (a > 0)).prod(0)", x,
      [](const Tensor& a) { return (a * (a > 0)).prod(0); }, real({30, 40}));
  row(
      "prod.int", "a.prod(1)", whole, [](const Tensor& a) { return a.prod(1); }, many, test);

  row(
      "var", "a.var()", x, [](const Tensor& a) { return a.var(); }, line);
  row(
      "var.dims", "a.var((0, 2), correction=0, keepdim=True)", cube,
      [](const Tensor& a) {
        return a.var({0, 2}, false, true);
      },
      images);
  row(
      "std", "a.std(1)", x, [](const Tensor& a) { return a.std({1}, true); }, rows_of);
  row(
      "var_mean", "torch.var_mean(a, 0)", x,
      [](const Tensor& a) { return gradus::var_mean(a, {0}, true); }, rows_of);
  row(
      "std_mean", "torch.std_mean(a)", x, [](const Tensor& a) { return gradus::std_mean(a); },
      line);

  row(
      "norm", "a.norm()", x, [](const Tensor& a) { return a.norm(); }, line);
  row(
      "norm.dim", "a.norm(2, 1, True)", x, [](const Tensor& a) { return a.norm(2, 1, true); },
      rows_of);
  row(
      "norm.1", "a.norm(1, 0)", x, [](const Tensor& a) { return a.norm(1, 0); }, rows_of);
  row(
      "norm.3", "a.norm(3, 0)", x, [](const Tensor& a) { return a.norm(3, 0); }, rows_of);
  row(
      "norm.half", "a.norm(0.5, 0)", x, [](const Tensor& a) { return a.norm(0.5, 0); }, rows_of);
  row(
      "norm.inf", "a.norm(math.inf, 0)", x, [](const Tensor& a) { return a.norm(INFINITY, 0); },
      rows_of);
  row(
      "norm.least", "a.norm(-math.inf, 0)", x, [](const Tensor& a) { return a.norm(-INFINITY, 0); },
      rows_of);
  row(
      "norm.0", "(a * (a > 0)).norm(0, 0)", x,
      [](const Tensor& a) { return (a * (a > 0)).norm(0, 0); }, rows_of, test);

  row(
      "max", "a.max()", x, [](const Tensor& a) { return a.max(); }, line);
  row(
      "min", "a.min()", x, [](const Tensor& a) { return a.min(); }, line);
  row(
      "max.dim", "a.max(1)", x, [](const Tensor& a) { return a.max(1); }, rows_of);
  row(
      "min.dim", "a.min(0, True)", x, [](const Tensor& a) { return a.min(0, true); }, rows_of);
  row(
      "amax", "a.amax((0, 2))", cube,
      [](const Tensor& a) {
        return a.amax({0, 2});
      },
      images);
  row(
      "amin", "a.amin(1, True)", cube, [](const Tensor& a) { return a.amin(1, true); }, images);
  row(
      "max.int", "a.max(0)", whole, [](const Tensor& a) { return a.max(0); }, many, test);
  row(
      "aminmax", "torch.aminmax(a, dim=0)", x,
      [](const Tensor& a) { return gradus::aminmax(a, 0); }, rows_of);
  row(
      "argmax", "a.argmax(1)", x, [](const Tensor& a) { return a.argmax(1); }, rows_of, test);
  row(
      "argmin", "a.argmin()", x, [](const Tensor& a) { return a.argmin(); }, line, test);
  row(
      "any", "(a > 1).any(1)", x, [](const Tensor& a) { return (a > 1).any(1); }, rows_of, test);
  row(
      "all", "(a > -1).all(0)", x, [](const Tensor& a) { return (a > -1).all(0); }, rows_of, test);
  row(
      "count_nonzero", "a.count_nonzero(1)", whole,
      [](const Tensor& a) { return a.count_nonzero(1); }, many, test);
  row(
      "logsumexp", "a.logsumexp((0, 2))", cube,
      [](const Tensor& a) {
        return a.logsumexp({0, 2});
      },
      images);
  row(
      "logsumexp.keepdim", "a.logsumexp(1, True)", x,
      [](const Tensor& a) { return a.logsumexp(1, true); }, rows_of);

  row(
      "cumsum", "a.cumsum(1)", cube, [](const Tensor& a) { return a.cumsum(1); }, images);
  row(
      "cumsum.last", "a.cumsum(-1)", x, [](const Tensor& a) { return a.cumsum(-1); }, rows_of);
  row(
      "cumsum.int", "a.cumsum(0)", whole, [](const Tensor& a) { return a.cumsum(0); }, many, test);
  row(
      "cumsum_", "(a * 1).cumsum_(0)", x,
      [](const Tensor& a) { return Tensor((a * 1).cumsum_(0)); }, rows_of);
  row(
      "cumprod", "a.cumprod(1)", x, [](const Tensor& a) { return a.cumprod(1); },
      real({300, 40}, 0.5, 1.5));
  row(
      "cumprod.zeros", "(a * (a > 0)).cumprod(1)", x,
      [](const Tensor& a) { return (a * (a > 0)).cumprod(1); }, real({5, 10}));
  row(
      "cumprod_", "(a * 1).cumprod_(0)", x,
      [](const Tensor& a) { return Tensor((a * 1).cumprod_(0)); }, real({40, 300}, 0.5, 1.5));
  row(
      "logcumsumexp", "a.logcumsumexp(1)", x, [](const Tensor& a) { return a.logcumsumexp(1); },
      real({200, 100}));
  row(
      "cummax", "a.cummax(1)", x, [](const Tensor& a) { return a.cummax(1); }, rows_of);
  row(
      "cummin", "a.cummin(0)", x, [](const Tensor& a) { return a.cummin(0); }, rows_of);
  row(
      "var.lone_dim", "a.var(0)", x, [](const Tensor& a) { return a.var(0); }, rows_of);
  row(
      "std_mean.lone_dim", "torch.std_mean(a, 1)", x,
      [](const Tensor& a) { return gradus::std_mean(a, 1); }, rows_of);
  row(
      "renorm", "a.renorm(3, 1, 1.5)", cube, [](const Tensor& a) { return a.renorm(3, 1, 1.5); },
      images);
  // PyTorch's own vander has no gradient.
  row(
      "vander", "torch.stack([a ** k for k in (3, 2, 1, 0)], 1)", real({4}),
      [](const Tensor& a) { return gradus::vander(a); }, real({300}));
  row(
      "vander.more", "torch.stack([a ** k for k in range(5)], 1)", real({3}),
      [](const Tensor& a) { return gradus::vander(a, 5, true); }, real({9000}));
  row(
      "vander.int", "torch.vander(a.int(), 1)", ints({3}, -3, 4),
      [](const Tensor& a) { return gradus::vander(a.to(gradus::kInt), 1); }, ints({99}, -3, 4),
      test);
  row(
      "diff", "a.diff(2, 1)", x, [](const Tensor& a) { return a.diff(2, 1); }, rows_of);

  row(
      "softmax", "a.softmax(1)", x, [](const Tensor& a) { return a.softmax(1); }, rows_of);
  row(
      "softmax.middle", "a.softmax(1)", cube, [](const Tensor& a) { return a.softmax(1); }, images);
  row(
      "softmax.empty", "a.softmax(0)", none, [](const Tensor& a) { return a.softmax(0); }, none);
  for (const ScalarType type : {gradus::kBool, gradus::kLong}) {
    const std::string name(gradus::dtype_name(type)), python = "a.softmax(1, torch." + name + ")";
    row(("softmax.empty_" + name).c_str(), python.c_str(), none,
        [type](const Tensor& a) { return a.softmax(1, type); }, none, test);
  }
  row(
      "log_softmax", "a.log_softmax(1)", x, [](const Tensor& a) { return a.log_softmax(1); },
      rows_of);
  row(
      "log_softmax.middle", "a.log_softmax(1)", cube,
      [](const Tensor& a) { return a.log_softmax(1); }, images);
  row(
      "softmin", "F.softmin(a, 0)", x, [](const Tensor& a) { return gradus::softmin(a, 0); },
      rows_of);

  row(
      "sort", "a.sort(1)", x, [](const Tensor& a) { return a.sort(1); }, rows_of);
  row(
      "sort.falling", "a.sort(0, True)", x, [](const Tensor& a) { return a.sort(0, true); },
      rows_of);
  row(
      "sort.int", "torch.sort(a, stable=True)", whole, [](const Tensor& a) { return a.sort(true); },
      many, test);
  row(
      "argsort", "a.argsort(0)", x, [](const Tensor& a) { return a.argsort(0); }, rows_of, test);
  row(
      "msort", "a.msort()", x, [](const Tensor& a) { return a.msort(); }, rows_of);
  row(
      "topk", "a.topk(2)", x, [](const Tensor& a) { return a.topk(2); }, rows_of);
  row(
      "topk.least", "a.topk(2, 0, False)", x, [](const Tensor& a) { return a.topk(2, 0, false); },
      rows_of);
  row(
      "kthvalue", "a.kthvalue(2, 0)", x, [](const Tensor& a) { return a.kthvalue(2, 0); }, rows_of);
  row(
      "median", "a.median()", x, [](const Tensor& a) { return a.median(); }, line);
  row(
      "median.dim", "a.median(1)", x, [](const Tensor& a) { return a.median(1); }, rows_of);
  row(
      "nanmedian", "a.nanmedian(0, True)", x, [](const Tensor& a) { return a.nanmedian(0, true); },
      rows_of);
  row(
      "mode", "a.mode(1)", x, [](const Tensor& a) { return a.mode(1); }, rows_of);
  row(
      "quantile", "a.quantile(0.3, 1)", x, [](const Tensor& a) { return a.quantile(0.3, 1); },
      rows_of);
  row(
      "nanquantile", "a.nanquantile(0.6, 0, True)", x,
      [](const Tensor& a) { return gradus::nanquantile(a, 0.6, 0, true); }, rows_of);
  row(
      "unique", "torch.unique(a, return_inverse=True, return_counts=True)", whole,
      [](const Tensor& a) { return gradus::unique(a, true, true, true); }, many, test);
  row(
      "unique.dim", "torch.unique(a, return_inverse=True, return_counts=True, dim=1)",
      ints({2, 6}, 0, 2), [](const Tensor& a) { return gradus::unique(a, true, true, true, 1); },
      many, test);
  row(
      "unique_consecutive", "torch.unique_consecutive(a, return_inverse=True, return_counts=True)",
      ints({12}, 0, 2), [](const Tensor& a) { return gradus::unique_consecutive(a, true, true); },
      many, test);
  row(
      "bincount", "a.bincount(minlength=9)", ints({20}, 0, 6),
      [](const Tensor& a) { return a.bincount({}, 9); }, ints({50000}, 0, 600), test);
  row(
      "histc", "a.histc(5, -1, 1)", x, [](const Tensor& a) { return gradus::histc(a, 5, -1, 1); },
      line, test);
  return rows;
}

}  // namespace catalog

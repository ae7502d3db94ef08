#include "tests/diff/operations.h"

namespace diff {

void reductions(Operations& all) {
  const Family ops{all};
#define ADD(name) ops.add<Self>(#name ".all", [](auto x) { return x.name(); })
  ADD(sum), ADD(mean), ADD(prod), ADD(nansum), ADD(nanmean), ADD(var), ADD(std), ADD(norm);
  ADD(min), ADD(max), ADD(amin), ADD(amax), ADD(argmin), ADD(argmax), ADD(any), ADD(aminmax);
  ADD(median), ADD(nanmedian), ADD(count_nonzero);
#undef ADD
#define ADD(name) \
  ops.add<Self, Dims, Flag>(#name, [](auto x, auto d, auto keep) { return x.name(d, keep); })
  ADD(sum), ADD(mean), ADD(nansum), ADD(nanmean), ADD(amin), ADD(amax), ADD(logsumexp);
#undef ADD
#define ADD(name) \
  ops.add<Self, Dim, Flag>(#name, [](auto x, auto d, auto keep) { return x.name(d, keep); })
  ADD(prod), ADD(min), ADD(max), ADD(argmin), ADD(argmax), ADD(any), ADD(all), ADD(median);
  ADD(nanmedian), ADD(mode), ADD(aminmax);
#undef ADD
#define ADD(name) ops.add<Self, Dim>(#name, [](auto x, auto d) { return x.name(d); })
  ADD(cumsum), ADD(cumprod), ADD(logcumsumexp), ADD(cummax), ADD(cummin);
#undef ADD
  ops.add<Self, Dims, Between<0, 2>, Flag>(
      "var", [](auto x, auto d, auto n, auto keep) { return x.var(d, torch::Scalar(n), keep); });
  ops.add<Self, Dims, Between<0, 2>, Flag>(
      "std", [](auto x, auto d, auto n, auto keep) { return x.std(d, torch::Scalar(n), keep); });
  ops.add<Self, Dims, Flag, Flag>("var_mean", [](auto x, auto d, auto unbiased, auto keep) {
    return torch::var_mean(x, d, unbiased, keep);
  });
  ops.add<Self, Number, Dims, Flag>(
      "norm", [](auto x, auto p, auto d, auto keep) { return x.norm(p, d, keep); });
  ops.add<Self, Type, Dims>("sum.type", [](auto x, auto t, auto d) { return x.sum(d, false, t); });
  ops.add<Self, Type, Dim>("cumsum.type", [](auto x, auto t, auto d) { return x.cumsum(d, t); });
  ops.add<Self, Dim>("cumsum_", [](auto x, auto d) { return x.cumsum_(d); });
  ops.add<Self, Small, Dim>("diff", [](auto x, auto n, auto d) { return x.diff(n, d); });
  ops.add<Self, Dim, Flag>(
      "sort", [](auto x, auto d, auto down) { return x.sort(/*stable=*/true, d, down); });
  ops.add<Self, Dim, Flag>("argsort",
                           [](auto x, auto d, auto down) { return x.argsort(true, d, down); });
  ops.add<Self, Small, Dim, Flag>("topk", [](auto x, auto k, auto d, auto largest) {
    return std::get<0>(x.topk(k, d, largest));
  });
  ops.add<Self, Kernel, Dim, Flag>("kthvalue", [](auto x, auto k, auto d, auto keep) {
    return std::get<0>(x.kthvalue(k, d, keep));
  });
  ops.add<Self, Positive, Dim, Flag>(
      "quantile", [](auto x, auto q, auto d, auto keep) { return x.quantile(q / 2, d, keep); });
  ops.add<Self, Dim>("softmax", [](auto x, auto d) { return x.softmax(d); });
  ops.add<Self, Dim>("log_softmax", [](auto x, auto d) { return x.log_softmax(d); });
  ops.add<Self, Dim, Type>("softmax.type", [](auto x, auto d, auto t) { return x.softmax(d, t); });
  ops.add<Self, Positive, Dim, Positive>(
      "renorm", [](auto x, auto p, auto d, auto most) { return x.renorm(p, d, most); });
  ops.add<Self, Operand, Positive>("dist", [](auto x, auto y, auto p) { return x.dist(y, p); });
  ops.add<Self, Small>("bincount", [](auto x, auto n) { return x.bincount({}, n); });
  ops.add<Self>("unique", [](auto x) { return std::get<0>(torch::_unique2(x, true, true, true)); });
  ops.add<Self, Expanded>("sum_to_size",
                          [](auto x, auto s) { return x.expand(s).sum_to_size(x.sizes()); });
}

}  // namespace diff

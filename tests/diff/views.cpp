#include "tests/diff/operations.h"

namespace diff {

void views(Operations& all) {
  const Family ops{all};
  ops.add<Self, Reshaped>("view", [](auto x, auto s) { return x.view(s); });
  ops.add<Self, Reshaped>("reshape", [](auto x, auto s) { return x.reshape(s); });
  ops.add<Self, Expanded>("expand", [](auto x, auto s) { return x.expand(s); });
  ops.add<Self, Order>("permute", [](auto x, auto order) { return x.permute(order); });
  ops.add<Self, Dim, Dim>("transpose", [](auto x, auto a, auto b) { return x.transpose(a, b); });
  ops.add<Self, Dim, Dim>("transpose_", [](auto x, auto a, auto b) { return x.transpose_(a, b); });
  ops.add<Self>("t", [](auto x) { return x.t(); });
  ops.add<Self>("mT", [](auto x) { return x.mT(); });
  ops.add<Self, Dim, Small, Small>(
      "narrow", [](auto x, auto d, auto start, auto n) { return x.narrow(d, start, n); });
  ops.add<Self, Dim, Signed>("select", [](auto x, auto d, auto i) { return x.select(d, i); });
  ops.add<Self, Dim, Signed, Between<-1, 6>, Kernel>(
      "slice", [](auto x, auto d, auto a, auto b, auto step) { return x.slice(d, a, b, step); });
  ops.add<Self>("squeeze", [](auto x) { return x.squeeze(); });
  ops.add<Self, Dim>("squeeze.dim", [](auto x, auto d) { return x.squeeze(d); });
  ops.add<Self, Dims>("squeeze.dims", [](auto x, auto d) { return x.squeeze(d); });
  ops.add<Self, Dim>("unsqueeze", [](auto x, auto d) { return x.unsqueeze(d); });
  ops.add<Self, Dim>("unsqueeze_", [](auto x, auto d) { return x.unsqueeze_(d); });
  ops.add<Self, Dim, Dim>("flatten", [](auto x, auto a, auto b) { return x.flatten(a, b); });
  ops.add<Self, Dim, Pair<-1, 3>>("unflatten",
                                  [](auto x, auto d, auto s) { return x.unflatten(d, s); });
  ops.add<Self, Kernel, Dim>("split", [](auto x, auto n, auto d) { return x.split(n, d); });
  ops.add<Self, Pair<0, 3>, Dim>(
      "split.sizes", [](auto x, auto s, auto d) { return x.split(torch::IntArrayRef(s), d); });
  ops.add<Self, Kernel, Dim>("chunk", [](auto x, auto n, auto d) { return x.chunk(n, d); });
  ops.add<Self, Kernel, Dim>("tensor_split",
                             [](auto x, auto n, auto d) { return x.tensor_split(n, d); });
  ops.add<Self, Pair<-2, 4>, Dim>("tensor_split.places", [](auto x, auto s, auto d) {
    return x.tensor_split(torch::IntArrayRef(s), d);
  });
  ops.add<Self, Dim>("unbind", [](auto x, auto d) { return x.unbind(d); });
  ops.add<Self, Signed, Dim, Dim>(
      "diagonal", [](auto x, auto k, auto a, auto b) { return x.diagonal(k, a, b); });
  ops.add<Self, Signed>("diag", [](auto x, auto k) { return x.diag(k); });
  ops.add<Self, Signed, Dim, Dim>(
      "diag_embed", [](auto x, auto k, auto a, auto b) { return x.diag_embed(k, a, b); });
  ops.add<Self, Signed>("diagflat", [](auto x, auto k) { return x.diagflat(k); });
  ops.add<Self, Dim, Dim>("movedim", [](auto x, auto a, auto b) { return x.movedim(a, b); });
  ops.add<Self, Dim, Small, Kernel>(
      "unfold", [](auto x, auto d, auto n, auto step) { return x.unfold(d, n, step); });
  ops.add<Self, Pair<0, 3>, Pair<0, 4>, Small>(
      "as_strided", [](auto x, auto s, auto t, auto at) { return x.as_strided(s, t, at); });
  ops.add<Self, Pair<0, 2>>("repeat", [](auto x, auto n) { return x.repeat(n); });
  ops.add<Self, Small, Dim>("repeat_interleave",
                            [](auto x, auto n, auto d) { return x.repeat_interleave(n, d); });
  ops.add<Self, Small>("repeat_interleave.flat",
                       [](auto x, auto n) { return x.repeat_interleave(n); });
  ops.add<Self, Pair<0, 2>>("tile", [](auto x, auto n) { return x.tile(n); });
  ops.add<Self, Dims>("flip", [](auto x, auto d) { return x.flip(d); });
  ops.add<Self, Signed, Dim>("roll", [](auto x, auto n, auto d) { return x.roll(n, d); });
  ops.add<Self, Signed, Dim, Dim>("rot90", [](auto x, auto k, auto a, auto b) {
    return x.rot90(k, Ints{a, b});
  });
  ops.add<Self, Signed>("tril", [](auto x, auto k) { return x.tril(k); });
  ops.add<Self, Signed>("triu_", [](auto x, auto k) { return x.triu_(k); });
  ops.add<Self, Number, Flag>("fill_diagonal_",
                              [](auto x, auto v, auto wrap) { return x.fill_diagonal_(v, wrap); });
  ops.add<Self, Dim, Joinable>("cat", [](auto, auto d, auto l) { return torch::cat(l, d); });
  ops.add<Self, Dim, Same>("stack", [](auto x, auto d, auto y) { return torch::stack({x, y}, d); });
  ops.add<Self, Same>("hstack", [](auto x, auto y) { return torch::hstack({x, y}); });
  ops.add<Self, Operand>("block_diag", [](auto x, auto y) { return torch::block_diag({x, y}); });
  ops.add<Self, Operand>("cartesian_prod", [](auto x, auto y) {
    return torch::cartesian_prod({x, y});
  });
  ops.add<Self, Small, Flag>(
      "combinations", [](auto x, auto r, auto twice) { return torch::combinations(x, r, twice); });
  ops.add<Self, Operand>("broadcast_tensors", [](auto x, auto y) {
    return torch::broadcast_tensors({x, y});
  });
  ops.add<Self, Operand>("meshgrid", [](auto x, auto y) { return torch::meshgrid({x, y}, "ij"); });
  ops.add<Number, Number, Number>("arange", [](auto a, auto b, auto step) {
    return torch::arange(a, b, step, torch::kDouble);
  });
  ops.add<Number, Number, Small>(
      "linspace", [](auto a, auto b, auto n) { return torch::linspace(a, b, n, torch::kDouble); });
  ops.add<Small, Small>("eye", [](auto n, auto m) { return torch::eye(n, m); });
  ops.add<Small, Small, Signed>(
      "tril_indices", [](auto n, auto m, auto k) { return torch::tril_indices(n, m, k); });
}

}  // namespace diff

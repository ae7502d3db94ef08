#include "tests/diff/operations.h"

namespace diff {

void linear_algebra(Operations& all) {
  const Family ops{all};
  ops.add<Self, Factor>("matmul", [](auto x, auto y) { return x.matmul(y); });
  ops.add<Self, Factor>("mm", [](auto x, auto y) { return x.mm(y); });
  ops.add<Self, Factor>("bmm", [](auto x, auto y) { return x.bmm(y); });
  ops.add<Self, Factor>("mv", [](auto x, auto y) { return x.mv(y); });
  ops.add<Self, Same>("dot", [](auto x, auto y) { return x.dot(y); });
  ops.add<Self, Same>("inner", [](auto x, auto y) { return x.inner(y); });
  ops.add<Self, Operand>("outer", [](auto x, auto y) { return x.outer(y); });
  ops.add<Self, Operand>("kron", [](auto x, auto y) { return x.kron(y); });
  ops.add<Self, Factor, Operand, Number, Number>(
      "addmm", [](auto x, auto y, auto z, auto b, auto a) { return z.addmm(x, y, b, a); });
  ops.add<Self, Factor, Operand, Number, Number>(
      "addmv", [](auto x, auto y, auto z, auto b, auto a) { return z.addmv(x, y, b, a); });
  ops.add<Self, Factor, Operand, Number, Number>(
      "baddbmm", [](auto x, auto y, auto z, auto b, auto a) { return z.baddbmm(x, y, b, a); });
  ops.add<Self, Factor, Operand, Number>(
      "addbmm", [](auto x, auto y, auto z, auto b) { return z.addbmm(x, y, b); });
  ops.add<Self, Factor>("linear", [](auto x, auto w) { return torch::linear(x, w.mT()); });
  ops.add<Self>("trace", [](auto x) { return x.trace(); });
  ops.add<Self, Small>("matrix_power", [](auto x, auto n) { return x.matrix_power(n); });
  ops.add<Self, Same, Dim>("cross",
                           [](auto x, auto y, auto d) { return torch::linalg_cross(x, y, d); });
  ops.add<Self, Same, Dim>("vecdot",
                           [](auto x, auto y, auto d) { return torch::linalg_vecdot(x, y, d); });
  ops.add<Self, Same, Small>("tensordot", [](auto x, auto y, auto n) {
    return torch::tensordot(x, y.mT(), Ints{n}, Ints{n});
  });
  ops.add<Self, Same>("einsum.elements", [](auto x, auto y) {
    return torch::einsum("...i,...i->...", {x, y});
  });
  ops.add<Self, Factor>("einsum.product", [](auto x, auto y) {
    return torch::einsum("...ij,...jk->...ik", {x, y});
  });
  ops.add<Self>("einsum.turn", [](auto x) { return torch::einsum("ij->ji", {x}); });
  ops.add<Self, Same, Positive>("cdist",
                                [](auto x, auto y, auto p) { return torch::cdist(x, y, p); });
  ops.add<Self, Positive>("pdist", [](auto x, auto p) { return torch::pdist(x, p); });
  ops.add<Self, Operand, Positive>("pairwise_distance", [](auto x, auto y, auto p) {
    return torch::pairwise_distance(x, y, p);
  });
  ops.add<Self, Operand, Dim>("cosine_similarity", [](auto x, auto y, auto d) {
    return torch::cosine_similarity(x, y, d);
  });
}

}  // namespace diff

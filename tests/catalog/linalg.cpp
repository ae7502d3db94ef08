#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/linalg/distance.h"
#include "autograd/ops/linalg/matrix_norm.h"

#include <limits>

#include "tests/catalog.h"

namespace catalog {

using gradus::einsum;
using gradus::linear;
using gradus::matmul;
using gradus::tensordot;

Rows linalg_rows() {
  Rows rows;
  const auto row = [&](const char* name, const char* python, std::vector<Input> inputs,
                       std::function<Tensor(const List&)> f, std::vector<Input> large = {},
                       unsigned except = Row::nothing) {
    rows.push_back({name, python, std::move(inputs),
                    [f = std::move(f)](const List& x) -> List { return {f(x)}; }, except});
    rows.back().large = std::move(large);
  };
  const Input v = real({3}), m23 = real({2, 3}), m32 = real({3, 2}), b23 = real({2, 2, 3}),
              b32 = real({2, 3, 2});

  const auto product = [](const List& x) { return matmul(x[0], x[1]); };
  const char* const python = "torch.matmul(a, b)";
  row("matmul", python, {m23, real({3, 4})}, product, {real({256, 256}), real({256, 256})});
  row("matmul.vector_vector", python, {v, v}, product, {real({100000}), real({100000})});
  row("matmul.matrix_vector", python, {m23, v}, product, {real({1000, 1000}), real({1000})});
  row("matmul.vector_matrix", python, {v, m32}, product, {real({1000}), real({1000, 1000})});
  row("matmul.batch_vector", python, {b23, v}, product, {real({20, 100, 100}), real({100})});
  row("matmul.vector_batch", python, {v, b32}, product, {real({100}), real({20, 100, 100})});
  row("matmul.batch_matrix", python, {b23, m32}, product, {real({20, 64, 100}), real({100, 64})});
  row("matmul.matrix_batch", python, {m23, b32}, product, {real({64, 100}), real({20, 100, 64})});
  row("matmul.batches", python, {real({2, 1, 2, 3}), real({3, 3, 2})}, product,
      {real({10, 1, 30, 40}), real({20, 40, 30})});
  row("matmul.small_batches", python, {b23, b32}, product,
      {real({1000, 8, 8}), real({1000, 8, 8})});
  row("matmul.stretched", python, {real({1, 2, 3}), real({2, 3, 1})}, product);
  row("matmul.transposed", "torch.matmul(a.t(), b.t())", {m23, real({4, 2})},
      [](const List& x) { return matmul(x[0].t(), x[1].t()); },
      {real({300, 200}), real({250, 300})});
  row("matmul.tall", python, {real({7, 3}), real({3, 2})}, product,
      {real({5000, 64}), real({64, 10})});
  row("matmul.deep", python, {real({2, 9}), real({9, 3})}, product,
      {real({10, 5000}), real({5000, 12})});
  row("matmul.no_inner", python, {real({2, 0}), real({0, 3})}, product);
  row("matmul.empty", python, {real({0, 3}), real({3, 2})}, product);
  row("matmul.empty_batch", python, {real({0, 2, 3}), real({3, 2})}, product);
  row("matmul.int", python, {ints({2, 3}, -9, 9), ints({3, 4}, -9, 9)}, product,
      {ints({100, 90}, -9, 9), ints({90, 80}, -9, 9)}, Row::no_gradient);
  row("mm", "torch.mm(a, b)", {m23, m32}, [](const List& x) { return x[0].mm(x[1]); });
  row("bmm", "torch.bmm(a, b)", {b23, b32}, [](const List& x) { return x[0].bmm(x[1]); },
      {real({8, 128, 64}), real({8, 64, 128})});
  row("mv", "torch.mv(a, b)", {m23, v}, [](const List& x) { return x[0].mv(x[1]); });
  row("dot", "torch.dot(a, b)", {v, v}, [](const List& x) { return x[0].dot(x[1]); });
  row("vdot", "torch.vdot(a, b)", {v, v}, [](const List& x) { return x[0].vdot(x[1]); });
  row("inner", "torch.inner(a, b)", {m23, real({4, 3})},
      [](const List& x) { return x[0].inner(x[1]); });
  row("outer", "torch.outer(a, b)", {v, real({4})}, [](const List& x) { return x[0].outer(x[1]); },
      {real({1000}), real({1000})});
  row("ger", "torch.ger(a, b)", {v, real({4})}, [](const List& x) { return x[0].ger(x[1]); });
  row("kron", "torch.kron(a, b)", {m23, real({2, 2, 1})},
      [](const List& x) { return x[0].kron(x[1]); }, {real({30, 30}), real({20, 20})});

  row("frobenius_norm", "torch.frobenius_norm(a, (0, 2))", {real({3, 2, 4})}, [](const List& x) {
    return gradus::frobenius_norm(x[0], {0, 2});
  });

  row("addmm", "torch.addmm(a, b, c)", {real({2, 4}), m23, real({3, 4})},
      [](const List& x) { return x[0].addmm(x[1], x[2]); },
      {real({200, 150}), real({200, 300}), real({300, 150})});
  row("addmm.bias", "torch.addmm(a, b, c)", {real({4}), m23, real({3, 4})},
      [](const List& x) { return x[0].addmm(x[1], x[2]); },
      {real({150}), real({200, 300}), real({300, 150})});
  row("addmm.scaled", "torch.addmm(a, b, c, beta=2, alpha=0.5)", {real({2, 1}), m23, real({3, 4})},
      [](const List& x) { return x[0].addmm(x[1], x[2], 2, 0.5); });
  row("addmm_", "(a * 1).addmm_(b, c, beta=0.5, alpha=2)", {real({2, 4}), m23, real({3, 4})},
      [](const List& x) { return (x[0] * 1).addmm_(x[1], x[2], 0.5, 2); });
  row("addmv", "torch.addmv(a, b, c, beta=2, alpha=0.5)", {real({2}), m23, v},
      [](const List& x) { return x[0].addmv(x[1], x[2], 2, 0.5); });
  row("addmv_", "(a * 1).addmv_(b, c)", {real({2}), m23, v},
      [](const List& x) { return (x[0] * 1).addmv_(x[1], x[2]); });
  row("addr", "torch.addr(a, b, c, beta=2, alpha=0.5)", {m23, real({2}), v},
      [](const List& x) { return x[0].addr(x[1], x[2], 2, 0.5); });
  row("addr_", "(a * 1).addr_(b, c)", {m23, real({2}), v},
      [](const List& x) { return (x[0] * 1).addr_(x[1], x[2]); });
  row("baddbmm", "torch.baddbmm(a, b, c, beta=2, alpha=0.5)", {real({2, 1}), b23, b32},
      [](const List& x) { return x[0].baddbmm(x[1], x[2], 2, 0.5); },
      {real({8, 60, 50}), real({8, 60, 70}), real({8, 70, 50})});
  row("baddbmm_", "(a * 1).baddbmm_(b, c)", {real({2, 2, 2}), b23, b32},
      [](const List& x) { return (x[0] * 1).baddbmm_(x[1], x[2]); });
  row("addbmm", "torch.addbmm(a, b, c, beta=2, alpha=0.5)", {real({2, 2}), b23, b32},
      [](const List& x) { return x[0].addbmm(x[1], x[2], 2, 0.5); });
  row("addbmm_", "(a * 1).addbmm_(b, c)", {real({2, 2}), b23, b32},
      [](const List& x) { return (x[0] * 1).addbmm_(x[1], x[2]); });

  const auto affine = [](const List& x) { return linear(x[0], x[1], x[2]); };
  row("linear", "F.linear(a, b, c)", {real({5, 3}), m23, real({2})}, affine,
      {real({64, 784}), real({128, 784}), real({128})});
  row("linear.vector", "F.linear(a, b, c)", {v, m23, real({2})}, affine);
  row("linear.batch", "F.linear(a, b, c)", {b23, real({4, 3}), real({4})}, affine,
      {real({8, 50, 64}), real({96, 64}), real({96})});
  row("linear.no_bias", "F.linear(a, b)", {b23, real({4, 3})},
      [](const List& x) { return linear(x[0], x[1]); }, {real({512, 256}), real({10, 256})});
  row("linear.empty", "F.linear(a, b, c)", {real({0, 3}), m23, real({2})}, affine);

  row("bilinear", "F.bilinear(a, b, c, d)", {m23, real({2, 4}), real({5, 3, 4}), real({5})},
      [](const List& x) { return gradus::bilinear(x[0], x[1], x[2], x[3]); });
  row("bilinear.batch", "F.bilinear(a, b, c)", {real({2, 3, 3}), real({2, 3, 2}), real({4, 3, 2})},
      [](const List& x) { return gradus::bilinear(x[0], x[1], x[2]); });

  row("tensordot", "torch.tensordot(a, b, dims=2)", {real({2, 3, 4}), real({3, 4, 2})},
      [](const List& x) { return tensordot(x[0], x[1]); });
  row("tensordot.dims", "torch.tensordot(a, b, dims=([2, 0], [0, 1]))",
      {real({2, 3, 4}), real({4, 2, 3})}, [](const List& x) {
        return tensordot(x[0], x[1], {2, 0}, {0, 1});
      });
  row("tensordot.stretched", "torch.tensordot(a, b, dims=([1], [0]))", {m23, real({1, 2})},
      [](const List& x) { return tensordot(x[0], x[1], {1}, {0}); });
  row("tensordot.outer", "torch.tensordot(a, b, dims=0)", {m23, v},
      [](const List& x) { return tensordot(x[0], x[1], 0); });

  row("einsum.trace", "torch.einsum('ii', a)", {real({3, 3})},
      [](const List& x) { return einsum("ii", x); });
  row("einsum.diagonal", "torch.einsum('iij->ji', a)", {real({3, 3, 2})},
      [](const List& x) { return einsum("iij->ji", x); });
  row("einsum.sum", "torch.einsum('i...->...', a)", {real({2, 3, 2})},
      [](const List& x) { return einsum("i...->...", x); });
  row("einsum.matmul", "torch.einsum('ij,jk', a, b)", {m23, m32},
      [](const List& x) { return einsum("ij,jk", x); }, {real({200, 150}), real({150, 100})});
  row("einsum.attention", "torch.einsum('bhid,bhjd->bhij', a, b)",
      {real({2, 2, 3, 2}), real({2, 2, 2, 2})},
      [](const List& x) { return einsum("bhid,bhjd->bhij", x); },
      {real({4, 4, 32, 16}), real({4, 4, 32, 16})});
  row("einsum.bilinear", "torch.einsum('bn,anm,bm->ba', a, b, c)",
      {m23, real({4, 3, 2}), real({2, 2})},
      [](const List& x) { return einsum("bn,anm,bm->ba", x); });
  row("einsum.outer", "torch.einsum('i,j,k->kji', a, b, c)", {real({2}), v, real({2})},
      [](const List& x) { return einsum("i,j,k->kji", x); });
  row("einsum.broadcast", "torch.einsum('...ij,...jk->...ik', a, b)",
      {real({2, 1, 2, 3}), real({3, 3, 2})},
      [](const List& x) { return einsum("...ij,...jk->...ik", x); });
  row("einsum.stretched", "torch.einsum('ij,ij->i', a, b)", {real({2, 1}), m23},
      [](const List& x) { return einsum("ij,ij->i", x); });

  row("chain_matmul", "torch.linalg.multi_dot([a, b, c])", {m23, real({3, 4}), real({4, 2})},
      [](const List& x) { return gradus::chain_matmul(x); });
  row("multi_dot.vectors", "torch.linalg.multi_dot([a, b, c])", {v, real({3, 4}), real({4})},
      [](const List& x) { return gradus::linalg::multi_dot(x); });
  row("matrix_power", "torch.matrix_power(a, 5)", {real({2, 3, 3}, -1, 1)},
      [](const List& x) { return x[0].matrix_power(5); });
  row(
      "matrix_power.zero", "torch.matrix_power(a, 0)", {real({2, 3, 3})},
      [](const List& x) { return x[0].matrix_power(0); }, {}, Row::no_gradient);
  row("trace", "torch.trace(a)", {m23}, [](const List& x) { return x[0].trace(); });
  row(
      "trace.int", "torch.trace(a)", {ints({3, 3}, -9, 9)},
      [](const List& x) { return x[0].trace(); }, {}, Row::no_gradient);
  row("cross", "torch.cross(a, b, dim=1)", {real({2, 3, 2}), real({2, 3, 2})},
      [](const List& x) { return x[0].cross(x[1], 1); });
  row("linalg_cross", "torch.linalg.cross(a, b)", {m23, real({1, 3})},
      [](const List& x) { return gradus::linalg_cross(x[0], x[1]); });
  row("linalg_vecdot", "torch.linalg.vecdot(a, b)", {m23, v},
      [](const List& x) { return gradus::linalg_vecdot(x[0], x[1]); });
  const auto distances = [](double p) {
    return [p](const List& x) { return gradus::cdist(x[0], x[1], p); };
  };
  row("dist", "torch.dist(a, b, 3)", {m32, m32},
      [](const List& x) { return gradus::dist(x[0], x[1], 3); });
  row("cdist", "torch.cdist(a, b)", {m32, real({4, 2}, 3, 5)}, distances(2),
      {real({100, 20}), real({90, 20})});
  row("cdist.mm", "torch.cdist(a, b, compute_mode='use_mm_for_euclid_dist')",
      {real({2, 3, 2}), real({4, 2}, 3, 5)},
      [](const List& x) { return gradus::cdist(x[0], x[1], 2, 1); });
  row("cdist.many", "torch.cdist(a, b)", {real({26, 2}), real({3, 2}, 3, 5)}, distances(2));
  row("cdist.exact", "torch.cdist(a, b, compute_mode='donot_use_mm_for_euclid_dist')",
      {real({2, 1, 3, 3}), real({42, 3}, 3, 5)},
      [](const List& x) { return gradus::cdist(x[0], x[1], 2, 2); });
  row("cdist.inf", "torch.cdist(a, b, p=float('inf'))", {real({4, 3}), real({42, 3}, 3, 5)},
      distances(std::numeric_limits<double>::infinity()));
  row("cdist.0", "torch.cdist(a, b, p=0)", {m32, real({9, 2}, 3, 5)}, distances(0));
  row("cdist.1.5", "torch.cdist(a, b, p=1.5)", {real({3, 9}), real({4, 9}, 3, 5)}, distances(1.5),
      {real({100, 20}), real({90, 20})});
  row("cdist.1", "torch.cdist(a, b, p=1)", {m32, real({4, 2}, 3, 5)}, distances(1));
  row("cdist.3", "torch.cdist(a, b, p=3)", {real({2, 3, 2}), real({4, 2}, 3, 5)}, distances(3));
  row("pdist", "torch.pdist(a)", {real({4, 3})}, [](const List& x) { return gradus::pdist(x[0]); },
      {real({150, 20})});
  row("pdist.1", "torch.pdist(a, 1)", {real({4, 3})},
      [](const List& x) { return gradus::pdist(x[0], 1); });
  return rows;
}

}  // namespace catalog

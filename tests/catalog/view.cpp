// Copies, views, joining and splitting, rearranging.
#include "autograd/ops/view/view.h"
#include "autograd/ops/pointwise/copy.h"
#include "autograd/ops/view/join.h"
#include "autograd/ops/view/rearrange.h"
#include "tests/catalog.h"

namespace catalog {

namespace {

using F = std::function<Tensor(const Tensor&)>;

struct Builder {
  Rows rows;
  void one(const char* name, const char* python, std::vector<int64_t> shape, F f,
           std::vector<int64_t> large = {}, unsigned except = Row::nothing) {
    rows.push_back({name,
                    python,
                    {real(std::move(shape))},
                    [f = std::move(f)](const List& x) -> List { return {f(x[0])}; },
                    except});
    if (!large.empty()) rows.back().large = {real(std::move(large))};
  }
  void many(const char* name, const char* python, std::vector<Input> inputs,
            std::function<List(const List&)> f, unsigned except = Row::nothing) {
    rows.push_back({name, python, std::move(inputs), std::move(f), except});
  }
};

void add_copies(Builder& b) {
  b.one("clone", "a.clone()", {2, 3}, [](const Tensor& x) { return x.clone(); }, {1000, 1000});
  b.one("contiguous", "a.t().contiguous()", {2, 3},
        [](const Tensor& x) { return x.t().contiguous(); }, {1000, 1000});
  b.one("contiguous.batch", "a.transpose(1, 2).contiguous()", {2, 5, 6},
        [](const Tensor& x) { return x.transpose(1, 2).contiguous(); }, {16, 200, 300});
  b.one(
      "to.long", "a.to(torch.long)", {2, 3}, [](const Tensor& x) { return x.to(gradus::kLong); },
      {1000, 1000}, Row::no_gradient);
  b.one(
      "to.bool", "a.to(torch.bool)", {2, 3}, [](const Tensor& x) { return x.to(gradus::kBool); },
      {1000, 1000}, Row::no_gradient);
  b.one(
      "to.float", "a.to(torch.float).to(torch.double)", {2, 3},
      [](const Tensor& x) { return x.to(gradus::kFloat).to(x.dtype()); }, {1000, 1000},
      Row::no_gradient | Row::no_float);
  b.many("copy_", "(a * 1).copy_(b)", {real({2, 3}), real({3})},
         [](const List& x) -> List { return {(x[0] * 1).copy_(x[1])}; });
  b.many("fill_", "(a * 1).fill_(b)", {real({2, 3}), real({})},
         [](const List& x) -> List { return {(x[0] * 1).fill_(x[1])}; });
  b.one("zero_", "(a * 1).zero_()", {2, 3}, [](const Tensor& x) { return (x * 1).zero_(); });
  b.many("copy_.part", "(lambda y: (y[1:].copy_(b), y)[1])(a * 1)", {real({3, 2}), real({2, 2})},
         [](const List& x) -> List {
           Tensor y = x[0] * 1;
           y.slice(0, 1).copy_(x[1]);
           return {y};
         });
}

void add_views(Builder& b) {
  b.one("view", "a.view(3, -1)", {2, 6}, [](const Tensor& x) {
    return x.contiguous().view({3, -1});
  });
  b.one("reshape", "a.t().reshape(2, -1)", {4, 3},
        [](const Tensor& x) {
          return x.t().reshape({2, -1});
        },
        {500, 600});
  b.one("reshape.empty", "a.reshape(3, 0)", {0, 2}, [](const Tensor& x) {
    return x.reshape({3, 0});
  });
  b.one("permute", "a.permute(2, 0, 1)", {2, 3, 4}, [](const Tensor& x) {
    return x.permute({2, 0, -2});
  });
  b.one("transpose", "a.transpose(0, -1)", {2, 3, 4},
        [](const Tensor& x) { return x.transpose(0, -1); });
  b.one("transpose.scalar", "a.transpose(0, -1)", {},
        [](const Tensor& x) { return x.transpose(0, -1); });
  b.one("t", "a.t()", {2, 3}, [](const Tensor& x) { return x.t(); });
  b.one("mT", "a.mT", {2, 3, 4}, [](const Tensor& x) { return x.mT(); });
  b.one("numpy_T", "a.permute(2, 1, 0)", {2, 3, 4}, [](const Tensor& x) { return x.numpy_T(); });
  b.one("movedim", "a.movedim((0, 2), (2, 1))", {2, 3, 4}, [](const Tensor& x) {
    return x.movedim({0, 2}, {2, 1});
  });
  b.one("swapaxes", "a.swapaxes(0, 1)", {2, 3}, [](const Tensor& x) { return x.swapaxes(0, 1); });
  b.one("expand", "a.expand(4, 2, -1)", {2, 1}, [](const Tensor& x) {
    return x.expand({4, 2, -1});
  });
  b.one("expand.wide", "a.expand(2, 2, 3)", {1, 3}, [](const Tensor& x) {
    return x.expand({2, 2, 3});
  });
  b.one("expand.empty", "a.expand(0, 3)", {1, 3}, [](const Tensor& x) { return x.expand({0, 3}); });
  b.one("squeeze", "a.squeeze()", {1, 2, 1, 3}, [](const Tensor& x) { return x.squeeze(); });
  b.one("squeeze.dim", "a.squeeze(-2)", {1, 2, 1, 3},
        [](const Tensor& x) { return x.squeeze(-2); });
  b.one("squeeze.dims", "a.squeeze((0, 1, 2))", {1, 2, 1, 3}, [](const Tensor& x) {
    return x.squeeze({0, 1, 2});
  });
  b.one("unsqueeze", "a.unsqueeze(-1)", {2, 3}, [](const Tensor& x) { return x.unsqueeze(-1); });
  b.one("flatten", "a.flatten(1, 2)", {2, 3, 2, 2},
        [](const Tensor& x) { return x.flatten(1, 2); });
  b.one("flatten.scalar", "a.flatten()", {}, [](const Tensor& x) { return x.flatten(); });
  b.one("unflatten", "a.unflatten(1, (2, -1))", {2, 6}, [](const Tensor& x) {
    return x.unflatten(1, {2, -1});
  });
  b.one("ravel", "a.t().ravel()", {2, 3}, [](const Tensor& x) { return x.t().ravel(); });
  b.one("select", "a.select(1, -1)", {2, 3, 2}, [](const Tensor& x) { return x.select(1, -1); });
  b.one("slice", "a[:, 1:6:2]", {2, 7}, [](const Tensor& x) { return x.slice(1, 1, 6, 2); });
  b.one("slice.back", "a[-2:]", {3, 2}, [](const Tensor& x) { return x.slice(0, -2); });
  b.one("slice.none", "a[2:1]", {3, 2}, [](const Tensor& x) { return x.slice(0, 2, 1); });
  b.one("narrow", "a.narrow(1, -2, 2)", {2, 3}, [](const Tensor& x) { return x.narrow(1, -2, 2); });
  b.one("diagonal", "a.diagonal(1, 2, 0)", {3, 2, 4},
        [](const Tensor& x) { return x.diagonal(1, 2, 0); });
  b.one("diagonal.below", "a.diagonal(-1)", {4, 3}, [](const Tensor& x) { return x.diagonal(-1); });
  b.one("diagonal.outside", "a.diagonal(9)", {4, 3}, [](const Tensor& x) { return x.diagonal(9); });
  b.one("unfold", "a.unfold(1, 3, 2)", {2, 8}, [](const Tensor& x) { return x.unfold(1, 3, 2); },
        {100, 2000});
  b.one("unfold.overlap", "a.unfold(0, 3, 1)", {5, 2},
        [](const Tensor& x) { return x.unfold(0, 3, 1); });
  b.one("alias", "a.view_as(a)", {2, 3}, [](const Tensor& x) { return x.alias(); });
  b.one(
      "as_strided", "a.as_strided((2, 2), (1, 2), 1)", {6},
      [](const Tensor& x) {
        return x.as_strided({2, 2}, {1, 2}, 1);
      },
      {}, Row::layout);
  b.one("atleast_3d", "torch.atleast_3d(a)", {3}, [](const Tensor& x) { return atleast_3d(x); });
  b.one("transpose_", "(a * 1).transpose_(0, 1) * 2", {2, 3},
        [](const Tensor& x) { return (x * 1).transpose_(0, 1) * 2; });
  b.one("squeeze_", "(a * 1).squeeze_(1) * 2", {2, 1, 3},
        [](const Tensor& x) { return (x * 1).squeeze_(1) * 2; });
  b.one("unsqueeze_", "(a * 1).unsqueeze_(1) * 2", {2, 3},
        [](const Tensor& x) { return (x * 1).unsqueeze_(1) * 2; });
  b.many("broadcast_tensors", "torch.broadcast_tensors(a, b)", {real({2, 1}), real({3})},
         [](const List& x) -> List { return gradus::broadcast_tensors(x); });
  b.many("meshgrid", "torch.meshgrid(a, b, c, indexing='ij')", {real({2}), real({3}), real({})},
         [](const List& x) -> List { return gradus::meshgrid(x, "ij"); });
  b.many("meshgrid.xy", "torch.meshgrid(a, b, c, indexing='xy')", {real({2}), real({3}), real({2})},
         [](const List& x) -> List { return gradus::meshgrid(x, "xy"); });
}

void add_joins(Builder& b) {
  const Input m = real({2, 3});
  b.many("cat", "torch.cat([a, b, c], 1)", {m, real({2, 1}), real({2, 2})},
         [](const List& x) -> List { return {gradus::cat(x, 1)}; });
  b.rows.back().large = {real({300, 500}), real({300, 100}), real({300, 400})};
  b.many("cat.rows", "torch.cat([a, b])", {m, real({1, 3})},
         [](const List& x) -> List { return {gradus::cat(x)}; });
  b.many("cat.passed_over", "torch.cat([a, b], -1)", {real({0}), m},
         [](const List& x) -> List { return {gradus::cat(x, -1)}; });
  b.many("cat.types", "torch.cat([a, b])", {real({2}), ints({2}, -5, 5)},
         [](const List& x) -> List { return {gradus::cat(x)}; });
  b.many("stack", "torch.stack([a, b], -1)", {m, m},
         [](const List& x) -> List { return {gradus::stack(x, -1)}; });
  b.rows.back().large = {real({300, 400}), real({300, 400})};
  b.many("hstack", "torch.hstack([a, b])", {m, m},
         [](const List& x) -> List { return {gradus::hstack(x)}; });
  b.many("hstack.vectors", "torch.hstack([a, b])", {real({2}), real({3})},
         [](const List& x) -> List { return {gradus::hstack(x)}; });
  b.many("vstack", "torch.vstack([a, b])", {real({3}), m},
         [](const List& x) -> List { return {gradus::vstack(x)}; });
  b.many("dstack", "torch.dstack([a, b])", {m, m},
         [](const List& x) -> List { return {gradus::dstack(x)}; });
  b.many("column_stack", "torch.column_stack([a, b])", {real({2}), m},
         [](const List& x) -> List { return {gradus::column_stack(x)}; });
  b.many("block_diag", "torch.block_diag(a, b, c)", {m, real({2}), real({})},
         [](const List& x) -> List { return {gradus::block_diag(x)}; });
  b.many("cartesian_prod", "torch.cartesian_prod(a, b)", {real({2}), real({3})},
         [](const List& x) -> List { return {gradus::cartesian_prod(x)}; });
  b.one("combinations", "torch.combinations(a)", {4},
        [](const Tensor& x) { return gradus::combinations(x); });
  b.one("combinations.three", "torch.combinations(a, 3)", {5},
        [](const Tensor& x) { return gradus::combinations(x, 3); });
  b.one("combinations.again", "torch.combinations(a, 3, True)", {3},
        [](const Tensor& x) { return gradus::combinations(x, 3, true); });
  b.one("combinations.none", "torch.combinations(a, 3)", {2},
        [](const Tensor& x) { return gradus::combinations(x, 3); });
  b.many("split", "[2 * y for y in a.split(2, 1)]", {real({2, 5})}, [](const List& x) -> List {
    List out = x[0].split(2, 1);
    for (Tensor& y : out) y = y * 2;
    return out;
  });
  b.many("split.sizes", "a.split([1, 4], 1)", {real({2, 5})}, [](const List& x) -> List {
    return x[0].split({1, 4}, 1);
  });
  b.many("split.empty", "a.split(2)", {real({0, 2})},
         [](const List& x) -> List { return x[0].split(2); });
  b.many("tensor_split", "a.tensor_split(3, 1)", {real({2, 7})},
         [](const List& x) -> List { return x[0].tensor_split(3, 1); });
  b.many("tensor_split.indices", "a.tensor_split((1, -2, 9), 1)", {real({2, 7})},
         [](const List& x) -> List {
           return x[0].tensor_split({1, -2, 9}, 1);
         });
  b.many("hsplit", "a.hsplit(2)", {real({2, 4})},
         [](const List& x) -> List { return x[0].hsplit(2); });
  b.many("vsplit", "a.vsplit((1, 2))", {real({3, 2})}, [](const List& x) -> List {
    return x[0].vsplit({1, 2});
  });
  b.many("dsplit", "a.dsplit(2)", {real({2, 1, 4})},
         [](const List& x) -> List { return x[0].dsplit(2); });
  b.many("chunk", "a.chunk(3)", {real({7, 2})},
         [](const List& x) -> List { return x[0].chunk(3); });
  b.many("chunk.fewer", "a.chunk(5)", {real({6})},
         [](const List& x) -> List { return x[0].chunk(5); });
  b.many("unbind", "a.unbind(-1)", {real({2, 3})},
         [](const List& x) -> List { return x[0].unbind(-1); });
}

void add_rearranged(Builder& b) {
  b.one("repeat", "a.repeat(2, 1, 3)", {2, 3},
        [](const Tensor& x) {
          return x.repeat({2, 1, 3});
        },
        {100, 200});
  b.one("repeat.none", "a.repeat(0, 2)", {2}, [](const Tensor& x) { return x.repeat({0, 2}); });
  b.one("tile", "a.tile(2)", {2, 3}, [](const Tensor& x) { return x.tile(2); });
  b.one("repeat_interleave", "a.repeat_interleave(2, 0)", {2, 3},
        [](const Tensor& x) { return x.repeat_interleave(2, 0); }, {200, 300});
  b.one("repeat_interleave.flat", "a.repeat_interleave(3)", {2, 2},
        [](const Tensor& x) { return x.repeat_interleave(3); });
  b.many("repeat_interleave.counts", "a.repeat_interleave(b, 1)", {real({2, 4}), ints({4}, 0, 4)},
         [](const List& x) -> List { return {x[0].repeat_interleave(x[1], 1)}; });
  b.one("flip", "a.flip(0, -1)", {2, 3, 2},
        [](const Tensor& x) {
          return x.flip({0, -1});
        },
        {100, 30, 200});
  b.one("fliplr", "a.fliplr()", {2, 3}, [](const Tensor& x) { return x.fliplr(); });
  b.one("flipud", "a.flipud()", {2, 3}, [](const Tensor& x) { return x.flipud(); });
  b.one("rot90", "a.rot90()", {2, 3}, [](const Tensor& x) { return x.rot90(); });
  b.one("rot90.thrice", "a.rot90(-1, (1, 2))", {2, 2, 3}, [](const Tensor& x) {
    return x.rot90(-1, {1, 2});
  });
  b.one("roll", "a.roll((1, -2), (0, 1))", {2, 5},
        [](const Tensor& x) {
          return x.roll({1, -2}, {0, 1});
        },
        {200, 500});
  b.one("roll.flat", "a.roll(4)", {2, 3}, [](const Tensor& x) { return x.roll(4); });
  b.one("roll.empty", "a.roll(1, 1)", {2, 0}, [](const Tensor& x) { return x.roll(1, 1); });
  b.one("tril", "a.tril(-1)", {2, 3, 4}, [](const Tensor& x) { return x.tril(-1); }, {500, 500});
  b.one("triu", "a.triu(1)", {4, 3}, [](const Tensor& x) { return x.triu(1); }, {500, 500});
  b.one("tril_", "(a * 1).tril_()", {3, 4}, [](const Tensor& x) { return (x * 1).tril_(); });
  b.one("triu_", "(a * 1).triu_(-1)", {3, 4}, [](const Tensor& x) { return (x * 1).triu_(-1); });
  b.one("diag", "a.diag(1)", {2, 3}, [](const Tensor& x) { return x.diag(1); });
  b.one("diag.vector", "a.diag(-1)", {3}, [](const Tensor& x) { return x.diag(-1); });
  b.one("diag_embed", "torch.diag_embed(a, 1, 0, 2)", {2, 3},
        [](const Tensor& x) { return x.diag_embed(1, 0, 2); });
  b.one("diagflat", "torch.diagflat(a, 1)", {2, 2}, [](const Tensor& x) { return x.diagflat(1); });
  b.one("fill_diagonal_", "(a * 1).fill_diagonal_(3)", {3, 4},
        [](const Tensor& x) { return (x * 1).fill_diagonal_(3); });
  b.one("fill_diagonal_.wrap", "(a * 1).fill_diagonal_(3, wrap=True)", {9, 2},
        [](const Tensor& x) { return (x * 1).fill_diagonal_(3, true); });
}

}  // namespace

Rows view_rows() {
  Builder b;
  add_copies(b);
  add_views(b);
  add_joins(b);
  add_rearranged(b);
  return std::move(b.rows);
}

}  // namespace catalog

// Indexing, gathering, scattering, masks.
#include "autograd/ops/index/index.h"

#include "autograd/factories.h"
#include "autograd/ops/view/join.h"
#include "tests/catalog.h"

namespace catalog {

using gradus::tensor;
using gradus::indexing::Ellipsis;
using gradus::indexing::None;
using gradus::indexing::Slice;

namespace {

struct Builder {
  Rows rows;
  void row(std::string name, std::string python, std::vector<Input> inputs,
           std::function<Tensor(const List&)> f, std::vector<Input> large = {},
           unsigned except = Row::nothing) {
    rows.push_back({std::move(name), std::move(python), std::move(inputs),
                    [f = std::move(f)](const List& x) -> List { return {f(x)}; }, except});
    rows.back().large = std::move(large);
  }
};

void add_index(Builder& b) {
  const Input x = real({3, 4, 5});
  b.row("index.int", "a[-1]", {x}, [](const List& v) { return v[0].index({-1}); });
  b.row("index.basic", "a[..., 1:5:2]", {x}, [](const List& v) {
    return v[0].index({Ellipsis, Slice(1, 5, 2)});
  });
  b.row("index.none", "a[:, None, 2, ...]", {x}, [](const List& v) {
    return v[0].index({Slice(), None, 2, "..."});
  });
  b.row("index.tensor", "a[b]", {x, ints({2, 3}, -3, 3)},
        [](const List& v) { return v[0].index({v[1]}); },
        {real({500, 300}), ints({2000}, -500, 500)});
  b.row("index.middle", "a[:, b]", {x, ints({6}, -4, 4)},
        [](const List& v) {
          return v[0].index({Slice(), v[1]});
        },
        {real({100, 50, 30}), ints({200}, 0, 50)});
  b.row("index.last", "a[..., b]", {x, ints({3}, 0, 5)}, [](const List& v) {
    return v[0].index({Ellipsis, v[1]});
  });
  b.row("index.two", "a[b, c]", {x, ints({2, 1}, 0, 3), ints({3}, -4, 4)}, [](const List& v) {
    return v[0].index({v[1], v[2]});
  });
  b.row("index.apart", "a[b, :, c]", {x, ints({2, 1}, 0, 3), ints({3}, -5, 5)}, [](const List& v) {
    return v[0].index({v[1], Slice(), v[2]});
  });
  b.row("index.adjacent", "a[1:, b, c]", {x, ints({3}, 0, 4), ints({3}, 0, 5)}, [](const List& v) {
    return v[0].index({Slice(1), v[1], v[2]});
  });
  b.row("index.with_int", "a[b, 1]", {x, ints({2}, 0, 3)}, [](const List& v) {
    return v[0].index({v[1], 1});
  });
  b.row("index.with_none", "a[None, b, None]", {x, ints({2}, 0, 3)}, [](const List& v) {
    return v[0].index({None, v[1], None});
  });
  b.row("index.mask", "a[b]", {x, bools({3, 4, 5})},
        [](const List& v) { return v[0].index({v[1]}); }, {real({300, 200}), bools({300, 200})});
  b.row("index.mask_rows", "a[b, 1:]", {x, bools({3, 4})}, [](const List& v) {
    return v[0].index({v[1], Slice(1)});
  });
  b.row("index.mask_and_tensor", "a[:, b, c]", {x, bools({4}), ints({1}, 0, 5)}, [](const List& v) {
    return v[0].index({Slice(), v[1], v[2]});
  });
  b.row("index.true", "a[True, 1]", {x}, [](const List& v) { return v[0].index({true, 1}); });
  b.row("index.false", "a[:, False]", {x}, [](const List& v) {
    return v[0].index({Slice(), false});
  });
  b.row("index.empty", "a[torch.empty(0, dtype=torch.long)]", {x},
        [](const List& v) { return v[0].index({gradus::empty({0}, gradus::kLong)}); });
  b.row("index.zero_dim", "a[b]", {x, ints({}, 0, 3)},
        [](const List& v) { return v[0].index({v[1]}); });

  b.row("index_put", "a.index_put((torch.tensor([2, 0]),), b)", {x, real({2, 4, 5})},
        [](const List& v) {
          return v[0].index_put({tensor({2, 0})}, v[1]);
        },
        {real({100, 200, 50}), real({2, 200, 50})});
  b.row("index_put.broadcast", "a.index_put((torch.tensor([2, 0]), torch.tensor([[1], [-1]])), b)",
        {x, real({5})}, [](const List& v) {
          return v[0].index_put({tensor({2, 0}), tensor({{1}, {-1}})}, v[1]);
        });
  b.row("index_put.accumulate", "a.index_put((b,), c, accumulate=True)",
        {x, ints({6}, -3, 3), real({6, 4, 5})},
        [](const List& v) { return v[0].index_put({v[1]}, v[2], true); },
        {real({500, 64}), ints({3000}, 0, 500), real({3000, 64})});
  b.row("index_put.one", "a.index_put((b,), c)", {x, bools({3, 4}), real({})},
        [](const List& v) { return v[0].index_put({v[1]}, v[2]); });
  b.row("index_put_.slice",
        "(lambda y: (y.__setitem__((slice(1, None), None, 2), b), y)[1])(a * 1)", {x, real({5})},
        [](const List& v) {
          Tensor y = v[0] * 1;
          y.index_put_({Slice(1), None, 2}, v[1]);
          return y;
        });
  b.row("index_put_.mixed",
        "(lambda y: (y.__setitem__((slice(None), torch.tensor([1, 3]), slice(0, 4, 3)), b), y)[1])"
        "(a * 1)",
        {x, real({2, 2})}, [](const List& v) {
          Tensor y = v[0] * 1;
          y.index_put_({Slice(), tensor({1, 3}), Slice(0, 4, 3)}, v[1]);
          return y;
        });
  b.row("index_put_.assign", "(lambda y: (y.__setitem__((0, slice(1, 3)), b), y)[1])(a * 1)",
        {x, real({2, 5})}, [](const List& v) {
          Tensor y = v[0] * 1;
          y.index({0, Slice(1, 3)}) = v[1];
          return y;
        });
  b.row("select_scatter", "a.select_scatter(b, 1, -1)", {x, real({3, 5})},
        [](const List& v) { return gradus::select_scatter(v[0], v[1], 1, -1); });
  b.row("slice_scatter", "a.slice_scatter(b, 1, 0, 4, 2)", {x, real({3, 2, 5})},
        [](const List& v) { return gradus::slice_scatter(v[0], v[1], 1, 0, 4, 2); });
  b.row("diagonal_scatter", "a.diagonal_scatter(b, 1)", {real({3, 4}), real({3})},
        [](const List& v) { return gradus::diagonal_scatter(v[0], v[1], 1); });
}

void add_gather(Builder& b) {
  const Input x = real({3, 4}), at = ints({2, 4}, 0, 3);
  b.row("gather", "a.gather(0, b)", {x, at}, [](const List& v) { return v[0].gather(0, v[1]); },
        {real({300, 400}), ints({200, 400}, 0, 300)});
  b.row("gather.last", "a.gather(-1, b)", {x, ints({3, 6}, 0, 4)},
        [](const List& v) { return v[0].gather(-1, v[1]); },
        {real({300, 400}), ints({300, 500}, 0, 400)});
  b.row("gather.middle", "a.gather(1, b)", {real({2, 3, 4}), ints({2, 2, 3}, 0, 3)},
        [](const List& v) { return v[0].gather(1, v[1]); });
  b.row("gather.zero_dim", "a.gather(0, b)", {real({}), ints({}, 0, 1)},
        [](const List& v) { return v[0].gather(0, v[1]); });
  const std::string perm = "torch.tensor([[1, 0, 2, 1], [2, 2, 0, 0]])";
  const auto unique = [] { return tensor({{1, 0, 2, 1}, {2, 2, 0, 0}}); };
  b.row("scatter", "a.scatter(0, " + perm + ", b)", {x, real({2, 4})},
        [unique](const List& v) { return v[0].scatter(0, unique(), v[1]); });
  b.row("scatter.value", "a.scatter(0, " + perm + ", 2.5)", {x},
        [unique](const List& v) { return v[0].scatter(0, unique(), 2.5); });
  b.row(
      "scatter.add", "a.scatter(0, b, c, reduce='add')", {fixed({3, 4}), at, fixed({2, 4})},
      [](const List& v) { return v[0].scatter(0, v[1], v[2], "add"); }, {}, Row::no_gradient);
  b.row(
      "scatter.multiply", "a.scatter(0, b, 3, reduce='multiply')", {fixed({3, 4}), at},
      [](const List& v) { return v[0].scatter(0, v[1], 3, "multiply"); }, {}, Row::no_gradient);
  b.row("scatter_add", "a.scatter_add(0, b, c)", {x, at, real({2, 4})},
        [](const List& v) { return v[0].scatter_add(0, v[1], v[2]); },
        {real({50, 400}), ints({300, 400}, 0, 50), real({300, 400})});
  b.row("scatter_add.last", "a.scatter_add(1, b, c)", {x, ints({3, 6}, 0, 4), real({3, 6})},
        [](const List& v) { return v[0].scatter_add(1, v[1], v[2]); },
        {real({300, 40}), ints({300, 400}, 0, 40), real({300, 400})});
  const std::vector<Input> meet = {x, ints({5, 4}, 0, 3), real({5, 4})};
  for (const std::string how : {"sum", "prod", "mean", "amax", "amin"})
    for (const bool self : {true, false})
      b.row("scatter_reduce." + how + (self ? "" : "_alone"),
            "a.scatter_reduce(0, b, c, '" + how + "', include_self=" + (self ? "True)" : "False)"),
            meet,
            [how, self](const List& v) { return v[0].scatter_reduce(0, v[1], v[2], how, self); });
  b.row(
      "scatter_reduce.mean_int", "a.scatter_reduce(0, b, c, 'mean')",
      {ints({3}, -9, 9), ints({7}, 0, 3), ints({7}, -9, 9)},
      [](const List& v) { return v[0].scatter_reduce(0, v[1], v[2], "mean"); }, {},
      Row::no_gradient);
  b.row("index_reduce", "a.index_reduce(1, b, c, 'amax')", {x, ints({5}, 0, 4), real({3, 5})},
        [](const List& v) { return v[0].index_reduce(1, v[1], v[2], "amax"); });

  b.row("index_select", "a.index_select(1, b)", {x, ints({5}, 0, 4)},
        [](const List& v) { return v[0].index_select(1, v[1]); },
        {real({100, 300, 20}), ints({400}, 0, 300)});
  b.row("index_select.rows", "a.index_select(0, b)", {x, ints({5}, 0, 3)},
        [](const List& v) { return v[0].index_select(0, v[1]); },
        {real({1000, 128}), ints({4000}, 0, 1000)});
  b.row("index_select.zero_dim", "a.index_select(0, b)", {real({}), ints({1}, 0, 1)},
        [](const List& v) { return v[0].index_select(0, v[1]); });
  b.row("index_add", "a.index_add(0, b, c, alpha=1.5)", {x, ints({5}, 0, 3), real({5, 4})},
        [](const List& v) { return v[0].index_add(0, v[1], v[2], 1.5); },
        {real({200, 100}), ints({3000}, 0, 200), real({3000, 100})});
  b.row("index_add.columns", "a.index_add(-1, b, c)", {x, ints({5}, 0, 4), real({3, 5})},
        [](const List& v) { return v[0].index_add(-1, v[1], v[2]); });
  b.row("index_copy", "a.index_copy(1, torch.tensor([3, 0]), b)", {x, real({3, 2})},
        [](const List& v) {
          return v[0].index_copy(1, tensor({3, 0}), v[1]);
        });
  b.row("index_fill", "a.index_fill(1, torch.tensor([-1, 0, 0]), 2)", {x}, [](const List& v) {
    return v[0].index_fill(1, tensor({-1, 0, 0}), 2);
  });
  b.row("index_fill.value", "a.index_fill(0, torch.tensor([2, 0]), b)", {x, real({})},
        [](const List& v) {
          return v[0].index_fill(0, tensor({2, 0}), v[1]);
        });
  b.row("take", "a.take(b)", {x, ints({2, 3}, -12, 12)},
        [](const List& v) { return v[0].take(v[1]); }, {real({300, 300}), ints({50000}, 0, 90000)});
  b.row("take_along_dim", "a.take_along_dim(b, 1)", {real({2, 4}), ints({1, 3}, 0, 4)},
        [](const List& v) { return v[0].take_along_dim(v[1], 1); });
  b.row("take_along_dim.flat", "a.take_along_dim(b)", {x, ints({5}, 0, 12)},
        [](const List& v) { return v[0].take_along_dim(v[1]); });
  b.row("put", "a.put(torch.tensor([3, -1]), b)", {x, real({2})}, [](const List& v) {
    return v[0].put(tensor({3, -1}), v[1]);
  });
  b.row("put.accumulate", "a.put(b, c, accumulate=True)", {x, ints({6}, -12, 12), real({6})},
        [](const List& v) { return v[0].put(v[1], v[2], true); });
}

void add_masked(Builder& b) {
  const Input x = real({3, 4}), mask = bools({3, 4});
  b.row("masked_fill", "a.masked_fill(b, 1.5)", {x, mask},
        [](const List& v) { return v[0].masked_fill(v[1], 1.5); },
        {real({1000, 1000}), bools({1000, 1000})});
  b.row("masked_fill.value", "a.masked_fill(b, c)", {x, bools({4}), real({})},
        [](const List& v) { return v[0].masked_fill(v[1], v[2]); });
  b.row("masked_fill.wider", "a.masked_fill(b, -1)", {real({4}), mask},
        [](const List& v) { return v[0].masked_fill(v[1], -1); });
  b.row("masked_fill_", "(a * 1).masked_fill_(b, 2)", {x, bools({3, 1})},
        [](const List& v) { return (v[0] * 1).masked_fill_(v[1], 2); });
  b.row("masked_select", "a.masked_select(b)", {x, mask},
        [](const List& v) { return v[0].masked_select(v[1]); },
        {real({500, 500}), bools({500, 500})});
  b.row("masked_select.wider", "a.masked_select(b)", {x, bools({2, 1, 4})},
        [](const List& v) { return v[0].masked_select(v[1]); });
  b.row("masked_scatter", "a.masked_scatter(b, c)", {x, mask, real({15})},
        [](const List& v) { return v[0].masked_scatter(v[1], v[2]); });
  const unsigned none = Row::no_gradient;
  b.row(
      "nonzero", "a.nonzero()", {ints({3, 4}, 0, 3)}, [](const List& v) { return v[0].nonzero(); },
      {ints({300, 400}, 0, 2)}, none);
  b.row(
      "nonzero.zero_dim", "a.nonzero()", {bools({})}, [](const List& v) { return v[0].nonzero(); },
      {}, none);
  b.rows.push_back({"where.one",
                    "torch.where(a)",
                    {bools({3, 4})},
                    [](const List& v) -> List { return gradus::where(v[0]); },
                    none});
  b.row(
      "one_hot", "F.one_hot(a, 5)", {ints({2, 3}, 0, 5)},
      [](const List& v) { return gradus::one_hot(v[0], 5); }, {ints({10000}, 0, 5)}, none);
  b.row(
      "one_hot.open", "F.one_hot(a)", {ints({7}, 0, 4)},
      [](const List& v) { return gradus::one_hot(v[0]); }, {}, none);
  b.row(
      "unravel_index", "torch.stack(torch.unravel_index(a, (3, 4, 5)))", {ints({2, 6}, 0, 60)},
      [](const List& v) {
        return gradus::stack(gradus::unravel_index(v[0], {3, 4, 5}));
      },
      {ints({10000}, 0, 60)}, none);
  b.row(
      "searchsorted", "torch.searchsorted(a.sort().values, b, right=True)",
      {ints({2, 5}, 0, 9), ints({2, 3}, 0, 9)},
      [](const List& v) {
        return gradus::searchsorted(std::get<0>(v[0].sort()), v[1], false, true);
      },
      {}, none);
  b.row(
      "bucketize", "torch.bucketize(a, torch.tensor([-1.0, 0.0, 1.5]))", {fixed({2, 5})},
      [](const List& v) {
        return gradus::bucketize(v[0], tensor({-1.0, 0.0, 1.5}).to(v[0].dtype()));
      },
      {}, none);
}

}  // namespace

Rows index_rows() {
  Builder b;
  add_index(b);
  add_gather(b);
  add_masked(b);
  return std::move(b.rows);
}

}  // namespace catalog

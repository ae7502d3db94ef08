// Pooling, padding, interpolation.
#include "autograd/ops/image/pool.h"

#include "autograd/ops/image/resample.h"
#include "tests/catalog.h"

namespace catalog {
namespace {

using namespace gradus;
using Pair = std::tuple<Tensor, Tensor>;

List both(const Pair& p) { return {std::get<0>(p), std::get<1>(p)}; }

struct Add {
  Rows& rows;
  void operator()(const char* name, const char* python, std::vector<Input> inputs,
                  std::function<List(const List&)> f, std::vector<Input> large = {},
                  unsigned except = Row::nothing) const {
    rows.push_back({name, python, std::move(inputs), std::move(f), except});
    rows.back().large = std::move(large);
  }
};

void largest(Rows& rows) {
  const Add row{rows};
  const std::vector<Input> large = {real({8, 16, 30, 31})};
  // Spread out, so that a small step does not change which is the largest.
  const auto far = [](std::vector<int64_t> shape) { return real(std::move(shape), -1e3, 1e3); };
  row("max_pool1d", "F.max_pool1d(a, 3, 2, 1)", {far({2, 2, 7})},
      [](const List& x) -> List { return {max_pool1d(x[0], 3, 2, 1)}; });
  row(
      "max_pool2d", "F.max_pool2d(a, 2)", {far({2, 2, 4, 5})},
      [](const List& x) -> List { return {max_pool2d(x[0], 2)}; }, large);
  row(
      "max_pool2d.indices", "F.max_pool2d(a, (3, 2), (2, 1), (1, 0), return_indices=True)",
      {far({2, 5, 4})},
      [](const List& x) {
        return both(max_pool2d_with_indices(x[0], {3, 2}, {2, 1}, {1, 0}));
      },
      large);
  row("max_pool2d.ceil", "F.max_pool2d(a, 3, 2, 1, (1, 2), True)", {far({2, 1, 6, 7})},
      [](const List& x) -> List {
        return {max_pool2d(x[0], 3, 2, 1, {1, 2}, true)};
      });
  row(
      "max_pool2d.integers", "F.max_pool2d(a, 2, 1)", {ints({1, 4, 4}, -9, 9)},
      [](const List& x) -> List { return {max_pool2d(x[0], 2, 1)}; }, {}, Row::no_gradient);
  row(
      "max_pool2d.ties", "F.max_pool2d(a, 3, 2, 1, return_indices=True)", {ints({2, 5, 6}, 0, 3)},
      [](const List& x) { return both(max_pool2d_with_indices(x[0], 3, 2, 1)); }, {},
      Row::no_gradient);
  row("max_pool3d", "F.max_pool3d(a, 2, (1, 2, 2), (0, 1, 1), return_indices=True)",
      {far({1, 2, 3, 4, 3})}, [](const List& x) {
        return both(max_pool3d_with_indices(x[0], 2, {1, 2, 2}, {0, 1, 1}));
      });
  row("adaptive_max_pool1d", "F.adaptive_max_pool1d(a, 3, True)", {far({2, 2, 7})},
      [](const List& x) { return both(adaptive_max_pool1d(x[0], 3)); });
  row(
      "adaptive_max_pool2d", "F.adaptive_max_pool2d(a, (3, 2), True)", {far({2, 2, 7, 5})},
      [](const List& x) {
        return both(adaptive_max_pool2d(x[0], {3, 2}));
      },
      large);
  row("adaptive_max_pool3d", "F.adaptive_max_pool3d(a, (1, 3, 2), True)", {far({1, 3, 4, 5})},
      [](const List& x) {
        return both(adaptive_max_pool3d(x[0], {1, 3, 2}));
      });
  row("fractional_max_pool2d",
      "F.fractional_max_pool2d(a, (2, 3), (3, 4), return_indices=True, _random_samples=b)",
      {far({2, 2, 7, 9}), fixed({2, 2, 2}, 0, 1)},
      [](const List& x) {
        return both(fractional_max_pool2d(x[0], {2, 3}, {3, 4}, x[1]));
      },
      {real({4, 8, 30, 31}), fixed({4, 8, 2}, 0, 1)});
  row("fractional_max_pool3d",
      "F.fractional_max_pool3d(a, 2, (2, 3, 1), return_indices=True, _random_samples=b)",
      {far({2, 5, 7, 4}), fixed({1, 2, 3}, 0, 1)}, [](const List& x) {
        return both(fractional_max_pool3d(x[0], 2, {2, 3, 1}, x[1]));
      });
  row("max_unpool2d",
      "torch._C._nn.max_unpool2d(a, F.max_pool2d(b, 2, return_indices=True)[1], (4, 5))",
      {real({2, 1, 2, 2}), fixed({2, 1, 4, 5})}, [](const List& x) -> List {
        return {max_unpool2d(x[0], std::get<1>(max_pool2d_with_indices(x[1], 2)), {4, 5})};
      });
  row("max_unpool3d",
      "F.max_unpool3d(a, F.max_pool3d(b, 2, return_indices=True)[1], 2, output_size=(2, 3, 4))",
      {real({2, 1, 1, 2}), fixed({2, 2, 3, 4})}, [](const List& x) -> List {
        return {max_unpool3d(x[0], std::get<1>(max_pool3d_with_indices(x[1], 2)), {2, 3, 4})};
      });
}

void averages(Rows& rows) {
  const Add row{rows};
  const std::vector<Input> large = {real({8, 16, 30, 31})};
  row("avg_pool1d", "F.avg_pool1d(a, 3, 2, 1, True, False)", {real({2, 2, 8})},
      [](const List& x) -> List { return {avg_pool1d(x[0], 3, 2, 1, true, false)}; });
  row(
      "avg_pool2d", "F.avg_pool2d(a, 2)", {real({2, 2, 4, 5})},
      [](const List& x) -> List { return {avg_pool2d(x[0], 2)}; }, large);
  row(
      "avg_pool2d.ceil", "F.avg_pool2d(a, 3, (2, 3), (1, 0), True)", {real({2, 6, 7})},
      [](const List& x) -> List {
        return {avg_pool2d(x[0], 3, {2, 3}, {1, 0}, true)};
      },
      large);
  row("avg_pool2d.exclude", "F.avg_pool2d(a, 3, 2, 1, True, False)", {real({1, 2, 6, 5})},
      [](const List& x) -> List { return {avg_pool2d(x[0], 3, 2, 1, true, false)}; });
  row("avg_pool2d.divisor", "F.avg_pool2d(a, 3, 1, 1, divisor_override=5)", {real({1, 2, 3, 4})},
      [](const List& x) -> List { return {avg_pool2d(x[0], 3, 1, 1, false, true, 5)}; });
  row("avg_pool3d", "F.avg_pool3d(a, (2, 3, 2), 2, (0, 1, 1), True)", {real({1, 2, 3, 4, 5})},
      [](const List& x) -> List {
        return {avg_pool3d(x[0], {2, 3, 2}, 2, {0, 1, 1}, true)};
      });
  row("adaptive_avg_pool1d", "F.adaptive_avg_pool1d(a, 3)", {real({2, 2, 7})},
      [](const List& x) -> List { return {adaptive_avg_pool1d(x[0], 3)}; });
  row(
      "adaptive_avg_pool2d", "F.adaptive_avg_pool2d(a, (3, 7))", {real({2, 2, 7, 5})},
      [](const List& x) -> List {
        return {adaptive_avg_pool2d(x[0], {3, 7})};
      },
      large);
  row(
      "adaptive_avg_pool2d.one", "F.adaptive_avg_pool2d(a, 1)", {real({2, 3, 4, 5})},
      [](const List& x) -> List { return {adaptive_avg_pool2d(x[0], 1)}; }, large);
  row("adaptive_avg_pool3d", "F.adaptive_avg_pool3d(a, (1, 3, 2))", {real({1, 3, 4, 5})},
      [](const List& x) -> List {
        return {adaptive_avg_pool3d(x[0], {1, 3, 2})};
      });
}

void padding(Rows& rows) {
  const Add row{rows};
  const std::vector<Input> large = {real({4, 8, 60, 61})};
  const auto mode = [&](const char* name, const char* python, std::vector<int64_t> shape,
                        std::vector<int64_t> counts, const char* how, std::vector<Input> big = {}) {
    row(
        name, python, {real(std::move(shape))},
        [counts = std::move(counts), how](const List& x) -> List {
          return {pad(x[0], counts, how)};
        },
        std::move(big));
  };
  row(
      "pad.constant", "F.pad(a, (1, 2, 0, -1, 3, 1), value=0.5)", {real({2, 2, 3, 4})},
      [](const List& x) -> List {
        return {constant_pad_nd(x[0], {1, 2, 0, -1, 3, 1}, 0.5)};
      },
      large);
  row("pad.cut", "F.pad(a, (-1, -1, -2, 0))", {real({4, 5})}, [](const List& x) -> List {
    return {constant_pad_nd(x[0], {-1, -1, -2, 0})};
  });
  row(
      "pad.bool", "F.pad(a, (1, 2), value=1)", {bools({2, 3})},
      [](const List& x) -> List {
        return {constant_pad_nd(x[0], {1, 2}, true)};
      },
      {}, Row::no_gradient);
  mode("pad.reflect", "F.pad(a, (2, 1, 0, 3), 'reflect')", {2, 1, 4, 3}, {2, 1, 0, 3}, "reflect",
       large);
  mode("pad.reflect1", "F.pad(a, (-1, 3), 'reflect')", {2, 5}, {-1, 3}, "reflect");
  mode("pad.reflect3", "F.pad(a, (1, 1, 1, 0, 2, 1), 'reflect')", {2, 3, 3, 2}, {1, 1, 1, 0, 2, 1},
       "reflect");
  mode("pad.replicate", "F.pad(a, (3, 1, 2, 4), 'replicate')", {1, 2, 3, 2}, {3, 1, 2, 4},
       "replicate", large);
  mode("pad.replicate3", "F.pad(a, (1, -1, 1, 0, 2, 1), 'replicate')", {2, 2, 3, 2},
       {1, -1, 1, 0, 2, 1}, "replicate");
  mode("pad.circular", "F.pad(a, (3, 1, 2, 0), 'circular')", {1, 2, 3, 3}, {3, 1, 2, 0}, "circular",
       large);
  mode("pad.circular1", "F.pad(a, (-2, 2), 'circular')", {2, 1, 6}, {-2, 2}, "circular");
  const auto named = [&](const char* name, const char* pad, std::vector<int64_t> shape,
                         std::vector<int64_t> sides,
                         Tensor (*f)(const Tensor&, gradus::IntArrayRef)) {
    row(name, ("torch.ops.aten." + std::string(name) + "(a, " + pad + ")").c_str(),
        {real(std::move(shape))},
        [f, sides = std::move(sides)](const List& x) -> List { return {f(x[0], sides)}; });
  };
  named("reflection_pad1d", "[2, 1]", {2, 3, 4}, {2, 1}, gradus::reflection_pad1d);
  named("reflection_pad2d", "[2, 1, 0, 3]", {2, 4, 3}, {2, 1, 0, 3}, gradus::reflection_pad2d);
  named("reflection_pad3d", "[1, 1, 1, 0, 2, 1]", {2, 3, 3, 2}, {1, 1, 1, 0, 2, 1},
        gradus::reflection_pad3d);
  named("replication_pad1d", "[3, 1]", {2, 3, 2}, {3, 1}, gradus::replication_pad1d);
  named("replication_pad2d", "[3, 1, 2, 4]", {1, 2, 3, 2}, {3, 1, 2, 4}, gradus::replication_pad2d);
  named("replication_pad3d", "[1, 2, 1, 0, 2, 1]", {2, 2, 3, 2}, {1, 2, 1, 0, 2, 1},
        gradus::replication_pad3d);
  row(
      "pad.integers", "F.pad(a, (2, 1), 'circular')", {ints({2, 2, 3}, 0, 9)},
      [](const List& x) -> List {
        return {pad(x[0], {2, 1}, "circular")};
      },
      {}, Row::no_gradient);
}

void interpolation(Rows& rows) {
  const Add row{rows};
  const std::vector<Input> large = {real({4, 8, 30, 31})};
  row("upsample_nearest1d", "torch._C._nn.upsample_nearest1d(a, (7,))", {real({2, 2, 5})},
      [](const List& x) -> List { return {upsample_nearest1d(x[0], 7)}; });
  row(
      "upsample_nearest2d", "torch._C._nn.upsample_nearest2d(a, (6, 4))", {real({1, 2, 3, 5})},
      [](const List& x) -> List {
        return {upsample_nearest2d(x[0], {6, 4})};
      },
      large);
  row("upsample_nearest2d.scales", "torch._C._nn.upsample_nearest2d(a, (7, 8), 2.3, 1.7)",
      {real({1, 2, 3, 5})}, [](const List& x) -> List {
        return {upsample_nearest2d(x[0], {7, 8}, 2.3, 1.7)};
      });
  row("upsample_nearest3d", "torch._C._nn.upsample_nearest3d(a, (4, 2, 3))",
      {real({1, 1, 2, 3, 2})}, [](const List& x) -> List {
        return {upsample_nearest3d(x[0], {4, 2, 3})};
      });
  row("upsample_nearest_exact2d", "torch._C._nn._upsample_nearest_exact2d(a, (7, 3))",
      {real({1, 2, 3, 5})}, [](const List& x) -> List {
        return {_upsample_nearest_exact2d(x[0], {7, 3})};
      });
  row("upsample_linear1d", "torch._C._nn.upsample_linear1d(a, (7,), False)", {real({2, 2, 4})},
      [](const List& x) -> List { return {upsample_linear1d(x[0], 7, false)}; });
  row(
      "upsample_bilinear2d", "torch._C._nn.upsample_bilinear2d(a, (7, 3), False)",
      {real({1, 2, 3, 5})},
      [](const List& x) -> List {
        return {upsample_bilinear2d(x[0], {7, 3}, false)};
      },
      large);
  row("upsample_bilinear2d.corners", "torch._C._nn.upsample_bilinear2d(a, (6, 1), True)",
      {real({1, 2, 3, 5})}, [](const List& x) -> List {
        return {upsample_bilinear2d(x[0], {6, 1}, true)};
      });
  row("upsample_bilinear2d.scales", "torch._C._nn.upsample_bilinear2d(a, (7, 8), False, 2.3, 1.7)",
      {real({1, 2, 3, 5})}, [](const List& x) -> List {
        return {upsample_bilinear2d(x[0], {7, 8}, false, 2.3, 1.7)};
      });
  row("upsample_bilinear2d.filtered", "torch._C._nn._upsample_bilinear2d_aa(a, (3, 8), False)",
      {real({1, 2, 7, 5})}, [](const List& x) -> List {
        return {_upsample_bilinear2d_aa(x[0], {3, 8}, false)};
      });
  row("upsample_trilinear3d", "torch._C._nn.upsample_trilinear3d(a, (4, 2, 3), True)",
      {real({1, 1, 2, 3, 2})}, [](const List& x) -> List {
        return {upsample_trilinear3d(x[0], {4, 2, 3}, true)};
      });
  row(
      "upsample_bicubic2d", "torch._C._nn.upsample_bicubic2d(a, (7, 3), False)",
      {real({1, 2, 3, 5})},
      [](const List& x) -> List {
        return {upsample_bicubic2d(x[0], {7, 3}, false)};
      },
      large);
  row("upsample_bicubic2d.corners", "torch._C._nn.upsample_bicubic2d(a, (6, 8), True)",
      {real({1, 2, 3, 5})}, [](const List& x) -> List {
        return {upsample_bicubic2d(x[0], {6, 8}, true)};
      });
  row("upsample_bicubic2d.filtered", "torch._C._nn._upsample_bicubic2d_aa(a, (3, 8), False)",
      {real({1, 2, 7, 5})}, [](const List& x) -> List {
        return {_upsample_bicubic2d_aa(x[0], {3, 8}, false)};
      });
  const std::vector<Input> bytes = {{{1, 2, 7, 5}, 0, 256, kByte, false}};
  row(
      "upsample_bilinear2d.bytes", "torch._C._nn.upsample_bilinear2d(a, (4, 9), False)", bytes,
      [](const List& x) -> List {
        return {upsample_bilinear2d(x[0], {4, 9}, false)};
      },
      {}, Row::no_gradient);
  row(
      "upsample_bicubic2d.bytes", "torch._C._nn.upsample_bicubic2d(a, (9, 4), True)", bytes,
      [](const List& x) -> List {
        return {upsample_bicubic2d(x[0], {9, 4}, true)};
      },
      {}, Row::no_gradient);
  row(
      "upsample_bicubic2d.filtered_bytes", "torch._C._nn._upsample_bicubic2d_aa(a, (3, 8), False)",
      bytes,
      [](const List& x) -> List {
        return {_upsample_bicubic2d_aa(x[0], {3, 8}, false)};
      },
      {}, Row::no_gradient);
}

}  // namespace

Rows image_pool_rows() {
  Rows rows;
  largest(rows);
  averages(rows);
  padding(rows);
  interpolation(rows);
  return rows;
}

}  // namespace catalog

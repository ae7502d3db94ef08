// Convolutions.
#include "autograd/ops/image/conv.h"

#include "tests/catalog.h"

namespace catalog {
namespace {

using namespace gradus;

void forward(Rows& rows) {
  const auto row = [&](const char* name, const char* python, std::vector<Input> inputs,
                       std::vector<Input> large, std::function<Tensor(const List&)> f) {
    rows.push_back(
        {name, python, std::move(inputs), [f](const List& x) -> List { return {f(x)}; }});
    rows.back().large = std::move(large);
  };
  row("conv1d", "F.conv1d(a, b, c)", {real({2, 2, 7}), real({3, 2, 3}), real({3})},
      {real({8, 16, 100}), real({24, 16, 3}), real({24})},
      [](const List& x) { return conv1d(x[0], x[1], x[2]); });
  row("conv1d.options", "F.conv1d(a, b, None, 2, 3, 2, 2)", {real({4, 9}), real({6, 2, 4})}, {},
      [](const List& x) { return conv1d(x[0], x[1], {}, 2, 3, 2, 2); });
  row("conv1d.same", "F.conv1d(a, b, c, padding='same', dilation=3)",
      {real({1, 2, 8}), real({2, 2, 2}), real({2})}, {},
      [](const List& x) { return conv1d(x[0], x[1], x[2], 1, "same", 3); });
  row("conv2d", "F.conv2d(a, b, c)", {real({2, 3, 5, 6}), real({4, 3, 3, 2}), real({4})},
      {real({8, 32, 30, 28}), real({40, 32, 3, 3}), real({40})},
      [](const List& x) { return conv2d(x[0], x[1], x[2]); });
  row("conv2d.pad", "F.conv2d(a, b, c, padding=1)",
      {real({2, 2, 4, 5}), real({5, 2, 3, 3}), real({5})},
      {real({16, 64, 32, 32}), real({64, 64, 3, 3}), real({64})},
      [](const List& x) { return conv2d(x[0], x[1], x[2], 1, 1); });
  row("conv2d.stride", "F.conv2d(a, b, c, (2, 3), (1, 2))",
      {real({2, 2, 5, 6}), real({5, 2, 3, 3}), real({5})},
      {real({16, 3, 64, 64}), real({32, 3, 5, 5}), real({32})}, [](const List& x) {
        return conv2d(x[0], x[1], x[2], {2, 3}, {1, 2});
      });
  row("conv2d.dilation", "F.conv2d(a, b, None, (3, 2), (2, 1), (2, 3))",
      {real({1, 2, 6, 7}), real({4, 2, 3, 2})}, {real({4, 16, 33, 31}), real({24, 16, 3, 2})},
      [](const List& x) {
        return conv2d(x[0], x[1], {}, {3, 2}, {2, 1}, {2, 3});
      });
  row("conv2d.groups", "F.conv2d(a, b, c, groups=2, padding=1)",
      {real({2, 4, 3, 4}), real({10, 2, 3, 3}), real({10})},
      {real({4, 32, 17, 19}), real({64, 8, 3, 3}), real({64})},
      [](const List& x) { return conv2d(x[0], x[1], x[2], 1, 1, 1, x[0].size(1) / x[1].size(1)); });
  // Taps that meet nothing but padding.
  row("conv1d.far", "F.conv1d(a, b, c, 1, 398, 400)", {real({2, 2, 5}), real({3, 2, 3}), real({3})},
      {}, [](const List& x) { return conv1d(x[0], x[1], x[2], 1, 398, 400); });
  row("conv1d.far_ends", "F.conv1d(a, b, c, 3, 900, 400)",
      {real({2, 2, 5}), real({3, 2, 4}), real({3})}, {},
      [](const List& x) { return conv1d(x[0], x[1], x[2], 3, 900, 400); });
  row("conv1d.beside", "F.conv1d(a, b, c, 1, 300, 600)",
      {real({2, 2, 5}), real({3, 2, 2}), real({3})}, {},
      [](const List& x) { return conv1d(x[0], x[1], x[2], 1, 300, 600); });
  row("conv2d.far", "F.conv2d(a, b, c, 1, (3000, 1), (3000, 1))",
      {real({1, 2, 4, 5}), real({4, 2, 3, 3}), real({4})}, {}, [](const List& x) {
        return conv2d(x[0], x[1], x[2], 1, {3000, 1}, {3000, 1});
      });
  row("conv2d.depthwise", "F.conv2d(a, b, c, groups=3, padding=1, stride=2)",
      {real({2, 3, 5, 4}), real({6, 1, 3, 3}), real({6})},
      {real({4, 64, 33, 35}), real({64, 1, 3, 3}), real({64})},
      [](const List& x) { return conv2d(x[0], x[1], x[2], 2, 1, 1, x[0].size(1)); });
  row("conv2d.pointwise", "F.conv2d(a, b)", {real({2, 3, 2, 3}), real({4, 3, 1, 1})},
      {real({4, 128, 28, 28}), real({128, 128, 1, 1})},
      [](const List& x) { return conv2d(x[0], x[1]); });
  row("conv2d.pointwise_stride", "F.conv2d(a, b, None, 2)",
      {real({2, 3, 3, 4}), real({4, 3, 1, 1})}, {},
      [](const List& x) { return conv2d(x[0], x[1], {}, 2); });
  row("conv2d.to_one", "F.conv2d(a, b, c)", {real({2, 2, 4, 4}), real({4, 2, 4, 4}), real({4})},
      {real({64, 64, 4, 4}), real({48, 64, 4, 4}), real({48})},
      [](const List& x) { return conv2d(x[0], x[1], x[2]); });
  row("conv2d.single", "F.conv2d(a, b, padding='same')", {real({2, 4, 5}), real({1, 2, 4, 3})},
      {real({2, 33, 35}), real({1, 2, 4, 3})},
      [](const List& x) { return conv2d(x[0], x[1], {}, 1, "same"); });
  row("conv3d", "F.conv3d(a, b, c, (1, 2, 1), (0, 1, 1))",
      {real({1, 2, 3, 4, 3}), real({4, 2, 2, 3, 2}), real({4})},
      {real({2, 8, 9, 16, 17}), real({24, 8, 3, 3, 3}), real({24})}, [](const List& x) {
        return conv3d(x[0], x[1], x[2], {1, 2, 1}, {0, 1, 1});
      });
  row("conv3d.depthwise", "F.conv3d(a, b, None, 1, 1, groups=2)",
      {real({2, 2, 3, 2}), real({2, 1, 2, 3, 1})}, {},
      [](const List& x) { return conv3d(x[0], x[1], {}, 1, 1, 1, 2); });
  row("conv_tbc", "torch.conv_tbc(a, b, c, 1)", {real({4, 2, 3}), real({3, 3, 2}), real({2})}, {},
      [](const List& x) { return conv_tbc(x[0], x[1], x[2], 1); });
}

void transposed(Rows& rows) {
  const auto row = [&](const char* name, const char* python, std::vector<Input> inputs,
                       std::vector<Input> large, std::function<Tensor(const List&)> f) {
    rows.push_back(
        {name, python, std::move(inputs), [f](const List& x) -> List { return {f(x)}; }});
    rows.back().large = std::move(large);
  };
  row("conv_transpose1d", "F.conv_transpose1d(a, b, c, 3, 1, 2)",
      {real({2, 2, 4}), real({2, 5, 4}), real({5})},
      {real({4, 32, 50}), real({32, 24, 4}), real({24})},
      [](const List& x) { return conv_transpose1d(x[0], x[1], x[2], 3, 1, 2); });
  row("conv_transpose2d", "F.conv_transpose2d(a, b, c)",
      {real({2, 3, 3, 2}), real({3, 4, 2, 3}), real({4})},
      {real({4, 32, 15, 16}), real({32, 24, 3, 3}), real({24})},
      [](const List& x) { return conv_transpose2d(x[0], x[1], x[2]); });
  row("conv_transpose2d.stride", "F.conv_transpose2d(a, b, c, 2, 1)",
      {real({2, 2, 3, 2}), real({2, 5, 4, 4}), real({5})},
      {real({8, 64, 14, 14}), real({64, 32, 4, 4}), real({32})},
      [](const List& x) { return conv_transpose2d(x[0], x[1], x[2], 2, 1); });
  row("conv_transpose2d.options", "F.conv_transpose2d(a, b, c, (2, 3), (1, 0), (1, 2), 2, (1, 2))",
      {real({4, 2, 3}), real({4, 4, 3, 2}), real({8})}, {}, [](const List& x) {
        return conv_transpose2d(x[0], x[1], x[2], {2, 3}, {1, 0}, {1, 2}, 2, {1, 2});
      });
  row("conv_transpose2d.gaps", "F.conv_transpose2d(a, b, c, 3)",
      {real({1, 2, 2, 3}), real({2, 4, 1, 2}), real({4})}, {},
      [](const List& x) { return conv_transpose2d(x[0], x[1], x[2], 3); });
  row("conv_transpose1d.far", "F.conv_transpose1d(a, b, c, 1, 398, 0, 1, 400)",
      {real({2, 2, 5}), real({2, 3, 3}), real({3})}, {},
      [](const List& x) { return conv_transpose1d(x[0], x[1], x[2], 1, 398, 0, 1, 400); });
  row("conv_transpose1d.far_ends", "F.conv_transpose1d(a, b, c, 3, 595, 0, 1, 400)",
      {real({2, 2, 5}), real({2, 3, 4}), real({3})}, {},
      [](const List& x) { return conv_transpose1d(x[0], x[1], x[2], 3, 595, 0, 1, 400); });
  row("conv_transpose2d.far", "F.conv_transpose2d(a, b, c, 1, (3000, 1), 0, 1, (3000, 1))",
      {real({1, 2, 4, 5}), real({2, 4, 3, 3}), real({4})}, {}, [](const List& x) {
        return conv_transpose2d(x[0], x[1], x[2], 1, {3000, 1}, 0, 1, {3000, 1});
      });
  row("conv_transpose2d.depthwise", "F.conv_transpose2d(a, b, c, 2, 1, 1, 2)",
      {real({1, 2, 3, 2}), real({2, 1, 3, 3}), real({2})},
      {real({4, 32, 20, 19}), real({32, 1, 3, 3}), real({32})},
      [](const List& x) { return conv_transpose2d(x[0], x[1], x[2], 2, 1, 1, x[0].size(1)); });
  row("conv_transpose3d", "F.conv_transpose3d(a, b, c, (2, 1, 2), (1, 0, 0), (1, 0, 0))",
      {real({1, 2, 2, 3, 2}), real({2, 4, 3, 2, 2}), real({4})},
      {real({2, 16, 5, 8, 7}), real({16, 24, 3, 2, 2}), real({24})}, [](const List& x) {
        return conv_transpose3d(x[0], x[1], x[2], {2, 1, 2}, {1, 0, 0}, {1, 0, 0});
      });
}

void of_integers(Rows& rows) {
  const auto row = [&](const char* name, const char* python, std::vector<Input> inputs,
                       std::function<Tensor(const List&)> f) {
    rows.push_back(
        {name, python, std::move(inputs), [f](const List& x) -> List { return {f(x)}; }});
    rows.back().except = Row::no_gradient;
  };
  row("conv1d.int", "F.conv1d(a, b, c, 2, 1)",
      {ints({2, 7}, -9, 9), ints({3, 2, 3}, -9, 9), ints({3}, -9, 9)},
      [](const List& x) { return conv1d(x[0], x[1], x[2], 2, 1); });
  row("conv2d.int", "F.conv2d(a, b, c, (2, 1), (1, 2), (1, 2), 2)",
      {ints({2, 4, 6, 5}, -9, 9), ints({6, 2, 2, 3}, -9, 9), ints({6}, -9, 9)}, [](const List& x) {
        return conv2d(x[0], x[1], x[2], {2, 1}, {1, 2}, {1, 2}, 2);
      });
  row("conv2d.int_same", "F.conv2d(a, b, padding='same')",
      {ints({1, 2, 4, 3}, -9, 9), ints({2, 2, 3, 2}, -9, 9)},
      [](const List& x) { return conv2d(x[0], x[1], {}, 1, "same"); });
  row("conv3d.int", "F.conv3d(a, b)", {ints({1, 2, 3, 3, 4}, -9, 9), ints({2, 2, 2, 3, 2}, -9, 9)},
      [](const List& x) { return conv3d(x[0], x[1]); });
  row("conv_transpose2d.int", "F.conv_transpose2d(a, b, c, (2, 3), (1, 0), (1, 2), 2, (1, 2))",
      {ints({4, 2, 3}, -9, 9), ints({4, 4, 3, 2}, -9, 9), ints({8}, -9, 9)}, [](const List& x) {
        return conv_transpose2d(x[0], x[1], x[2], {2, 3}, {1, 0}, {1, 2}, 2, {1, 2});
      });
}

}  // namespace

Rows image_conv_rows() {
  Rows rows;
  forward(rows);
  transposed(rows);
  of_integers(rows);
  return rows;
}

}  // namespace catalog

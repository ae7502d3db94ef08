// Layers' operations by their names with several results, windows, and copies of views.
#include "autograd/ops/nn/native.h"

#include "autograd/ops/view/copies.h"
#include "autograd/windows.h"
#include "tests/catalog.h"

namespace catalog {

using namespace gradus;

Rows native_rows() {
  Rows rows;
  const auto row = [&](const char* name, const char* python, std::vector<Input> inputs,
                       std::function<List(const List&)> f, unsigned except = Row::nothing) {
    rows.push_back({name, python, std::move(inputs), std::move(f), except});
  };
  const auto three = [](const std::tuple<Tensor, Tensor, Tensor>& t) -> List {
    return {std::get<0>(t), std::get<1>(t), std::get<2>(t)};
  };
  const auto two = [](const std::tuple<Tensor, Tensor>& t) -> List {
    return {std::get<0>(t), std::get<1>(t)};
  };
  const Input x = real({4, 6, 2, 3}), w = real({6}, 0.5, 2), b = real({6});
  row("native_batch_norm",
      "[y if i == 0 else y.detach() for i, y in enumerate("
      "torch.native_batch_norm(a, b, c, None, None, True, 0.1, 1e-5))]",
      {x, w, b}, [three](const List& t) {
        return three(native_batch_norm(t[0], t[1], t[2], {}, {}, true, 0.1, 1e-5));
      });
  row("native_layer_norm",
      "[y if i == 0 else y.detach() for i, y in enumerate("
      "torch.native_layer_norm(a, [2, 3], b, None, 1e-5))]",
      {x, real({2, 3}, 0.5, 2)}, [three](const List& t) {
        return three(native_layer_norm(t[0], {2, 3}, t[1], {}, 1e-5));
      });
  row("native_group_norm",
      "[y if i == 0 else y.detach() for i, y in enumerate("
      "torch.native_group_norm(a, b, c, 4, 6, 6, 2, 1e-5))]",
      {x, w, b}, [three](const List& t) {
        return three(native_group_norm(t[0], t[1], t[2], 4, 6, 6, 2, 1e-5));
      });
  row("native_channel_shuffle", "F.channel_shuffle(a, 3)", {x},
      [](const List& t) -> List { return {native_channel_shuffle(t[0], 3)}; });
  row("log_sigmoid_forward", "[F.logsigmoid(a), torch.exp(-a.abs()).detach()]", {x},
      [two](const List& t) { return two(log_sigmoid_forward(t[0])); });
  row("nll_loss2d", "F.nll_loss(a, b)", {x, ints({4, 2, 3}, 0, 6)},
      [](const List& t) -> List { return {nll_loss2d(t[0], t[1])}; });
  row("nll_loss_forward", "torch.ops.aten.nll_loss_forward(a, b, c, 1, 2)",
      {real({5, 4}), ints({5}, 0, 4), fixed({4}, 0.5, 2)},
      [two](const List& t) { return two(nll_loss_forward(t[0], t[1], t[2], 1, 2)); });
  row("nll_loss_forward.none", "torch.ops.aten.nll_loss_forward(a, b, None, 0, -100)",
      {real({5, 4}), ints({5}, 0, 4)},
      [two](const List& t) { return two(nll_loss_forward(t[0], t[1], {}, 0, -100)); });
  row("nll_loss2d_forward", "torch.ops.aten.nll_loss2d_forward(a, b, None, 2, 3)",
      {x, ints({4, 2, 3}, 0, 6)},
      [two](const List& t) { return two(nll_loss2d_forward(t[0], t[1], {}, 2, 3)); });
  row("multilabel_margin_loss_forward", "torch.ops.aten.multilabel_margin_loss_forward(a, b, 1)",
      {real({3, 4}), ints({3, 4}, -1, 4)},
      [two](const List& t) { return two(multilabel_margin_loss_forward(t[0], t[1], 1)); });
  row(
      "grid_sampler_2d", "torch.grid_sampler_2d(a, b, 0, 0, False)",
      {x, real({4, 2, 3, 2}, -0.9, 0.9)},
      [](const List& t) -> List { return {grid_sampler_2d(t[0], t[1], 0, 0, false)}; },
      Row::no_second);
  row("conv_depthwise3d", "F.conv3d(a, b, stride=1, padding=1, groups=2)",
      {real({1, 2, 3, 4, 3}), real({2, 1, 2, 2, 2})}, [](const List& t) -> List {
        return {conv_depthwise3d(t[0], t[1], {2, 2, 2}, {}, 1, 1, 1)};
      });
  row("rrelu_with_noise.eval", "F.rrelu(a, 0.125, 0.375)", {x}, [](const List& t) -> List {
    Tensor noise = t[0].detach().clone();
    return {rrelu_with_noise(t[0], noise, 0.125, 0.375)};
  });

  // A window has no operand: the one here is not read.
  const auto window = [&](const char* name, const char* python, std::function<Tensor()> f) {
    row(
        name, python, {fixed({1})}, [f = std::move(f)](const List&) -> List { return {f()}; },
        Row::no_gradient);
  };
  window("hann_window", "torch.hann_window(9, dtype=torch.float64)",
         [] { return hann_window(9, kDouble); });
  window("hann_window.symmetric", "torch.hann_window(9, False, dtype=torch.float64)",
         [] { return hann_window(9, false, kDouble); });
  window("hamming_window", "torch.hamming_window(9, True, 0.6, 0.4, dtype=torch.float64)",
         [] { return hamming_window(9, true, 0.6, 0.4, kDouble); });
  window("hamming_window.default", "torch.hamming_window(8)", [] { return hamming_window(8); });
  rows.back().tolerance = 1e-6;
  window("bartlett_window", "torch.bartlett_window(8, dtype=torch.float64)",
         [] { return bartlett_window(8, kDouble); });
  window("blackman_window", "torch.blackman_window(9, False, dtype=torch.float64)",
         [] { return blackman_window(9, false, kDouble); });
  window("kaiser_window", "torch.kaiser_window(9, dtype=torch.float64)",
         [] { return kaiser_window(9, kDouble); });
  window("kaiser_window.beta", "torch.kaiser_window(7, False, 3.5, dtype=torch.float64)",
         [] { return kaiser_window(7, false, 3.5, kDouble); });
  window("kaiser_window.one", "torch.kaiser_window(1, dtype=torch.float64)",
         [] { return kaiser_window(1, kDouble); });

  const Input m = real({3, 4});
  row("copy", "b.expand(3, 4).clone()", {m, real({4})},
      [](const List& t) -> List { return {copy(t[0], t[1])}; });
  row("narrow_copy", "torch.narrow_copy(a, 1, 1, 2)", {m},
      [](const List& t) -> List { return {t[0].narrow_copy(1, 1, 2)}; });
  // PyTorch gives the first operand the gradient of the places that were overwritten.
  const auto scatter = [](const List& t) -> List {
    return {t[0].as_strided_scatter(t[1], {2, 2}, {4, 2}, 1)};
  };
  row("as_strided_scatter", "torch.as_strided_scatter(a, b, (2, 2), (4, 2), 1)", {m, real({2, 2})},
      scatter, Row::layout | Row::no_gradient);
  row("as_strided_scatter.gradient", "", {m, real({2, 2})}, scatter, Row::layout | Row::no_python);
  row("unsafe_split_with_sizes", "torch.unsafe_split_with_sizes(a, (1, 3), 1)", {m},
      [](const List& t) {
        return t[0].unsafe_split_with_sizes({1, 3}, 1);
      });
  row("diagonal_copy", "torch.diagonal_copy(a, 1)", {m},
      [](const List& t) -> List { return {diagonal_copy(t[0], 1)}; });
  row("unfold_copy", "torch.unfold_copy(a, 1, 2, 1)", {m},
      [](const List& t) -> List { return {unfold_copy(t[0], 1, 2, 1)}; });
  row("permute_copy", "torch.permute_copy(a, (1, 0))", {m}, [](const List& t) -> List {
    return {permute_copy(t[0], {1, 0})};
  });
  row("select_copy", "torch.select_copy(a, 1, 2)", {m},
      [](const List& t) -> List { return {select_copy(t[0], 1, 2)}; });
  row("slice_copy", "torch.slice_copy(a, 1, 0, 4, 2)", {m},
      [](const List& t) -> List { return {slice_copy(t[0], 1, 0, 4, 2)}; });
  row("expand_copy", "torch.expand_copy(a, (2, 3, 4))", {m}, [](const List& t) -> List {
    return {expand_copy(t[0], {2, 3, 4})};
  });
  row("unbind_copy", "torch.unbind_copy(a, 1)", {m},
      [](const List& t) { return unbind_copy(t[0], 1); });
  row("flatten_dense_tensors", "torch._C._nn.flatten_dense_tensors([a, b])", {m, real({2})},
      [](const List& t) -> List { return {flatten_dense_tensors(t)}; });
  row("unflatten_dense_tensors", "torch._C._nn.unflatten_dense_tensors(a, [b, c])",
      {real({8}), fixed({2, 3}), fixed({2})},
      [](const List& t) { return unflatten_dense_tensors(t[0], TensorList(t.data() + 1, 2)); });
  return rows;
}

}  // namespace catalog

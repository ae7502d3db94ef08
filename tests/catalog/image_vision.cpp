// Pictures: layers that are made of several operations, rearrangement, sampling.
#include "autograd/ops/image/vision.h"

#include "autograd/ops/nn/activation.h"
#include "nn/nn.h"
#include "tests/catalog.h"

namespace catalog {
namespace {

using namespace gradus;
namespace F = gradus::nn::functional;

struct Add {
  Rows& rows;
  void operator()(const char* name, const char* python, std::vector<Input> inputs,
                  std::function<Tensor(const List&)> f, std::vector<Input> large = {},
                  unsigned except = Row::nothing) const {
    rows.push_back({name, python, std::move(inputs),
                    [f = std::move(f)](const List& x) -> List { return {f(x)}; }, except});
    rows.back().large = std::move(large);
  }
};

void order(Rows& rows) {
  const Add row{rows};
  row("pixel_shuffle", "F.pixel_shuffle(a, 2)", {real({2, 8, 2, 3})},
      [](const List& x) { return pixel_shuffle(x[0], 2); }, {real({8, 64, 14, 14})});
  row("pixel_unshuffle", "F.pixel_unshuffle(a, 3)", {real({2, 3, 6})},
      [](const List& x) { return pixel_unshuffle(x[0], 3); }, {real({8, 8, 30, 30})});
  row("channel_shuffle", "F.channel_shuffle(a, 3)", {real({2, 6, 2, 1})},
      [](const List& x) { return channel_shuffle(x[0], 3); });
  row("unfold.patches", "F.unfold(a, (2, 3), (1, 2), (1, 0), (2, 1))", {real({2, 2, 4, 5})},
      [](const List& x) {
        return F::unfold(
            x[0], F::UnfoldFuncOptions({2, 3}).dilation({1, 2}).padding({1, 0}).stride({2, 1}));
      },
      {real({4, 8, 30, 31})});
  row("fold", "F.fold(a, (4, 5), (2, 3), (1, 2), (1, 0), (2, 1))", {real({2, 12, 3})},
      [](const List& x) {
        return F::fold(
            x[0],
            F::FoldFuncOptions({4, 5}, {2, 3}).dilation({1, 2}).padding({1, 0}).stride({2, 1}));
      });
  row("fold.single", "F.fold(a, (3, 3), 2)", {real({8, 4})},
      [](const List& x) { return F::fold(x[0], F::FoldFuncOptions(3, 2)); });
}

void layers(Rows& rows) {
  const Add row{rows};
  const auto conv = [](auto layer, const List& x) {
    layer->weight = x[1];
    layer->bias = x[2];
    return layer(x[0]);
  };
  row("Conv2d.reflect", "F.conv2d(F.pad(a, (1, 1, 2, 2), 'reflect'), b, c, (2, 1))",
      {real({2, 2, 4, 3}), real({3, 2, 3, 2}), real({3})}, [conv](const List& x) {
        return conv(nn::Conv2d(nn::Conv2dOptions(2, 3, {3, 2})
                                   .stride({2, 1})
                                   .padding({2, 1})
                                   .padding_mode(kReflect)),
                    x);
      });
  row("Conv2d.circular", "F.conv2d(F.pad(a, (0, 1, 1, 2), 'circular'), b, c)",
      {real({2, 4, 3}), real({3, 2, 4, 2}), real({3})}, [conv](const List& x) {
        return conv(
            nn::Conv2d(nn::Conv2dOptions(2, 3, {4, 2}).padding(kSame).padding_mode(kCircular)), x);
      });
  row("Conv1d.replicate", "F.conv1d(F.pad(a, (2, 2), 'replicate'), b, c, dilation=2)",
      {real({2, 2, 4}), real({3, 2, 3}), real({3})}, [conv](const List& x) {
        return conv(
            nn::Conv1d(nn::Conv1dOptions(2, 3, 3).padding(2).dilation(2).padding_mode(kReplicate)),
            x);
      });
  row("Conv3d.valid", "F.conv3d(a, b, c, padding='valid', groups=2)",
      {real({2, 3, 2, 2}), real({4, 1, 2, 2, 1}), real({4})}, [conv](const List& x) {
        return conv(nn::Conv3d(nn::Conv3dOptions(2, 4, {2, 2, 1}).padding(kValid).groups(2)), x);
      });
  row("ConvTranspose2d.size", "F.conv_transpose2d(a, b, c, (3, 2), 1, (2, 0))",
      {real({1, 2, 2, 3}), real({2, 3, 3, 2}), real({3})}, [](const List& x) {
        nn::ConvTranspose2d layer(
            nn::ConvTranspose2dOptions(2, 3, {3, 2}).stride({3, 2}).padding(1));
        layer->weight = x[1];
        layer->bias = x[2];
        const int64_t size[] = {6, 4};
        return layer(x[0], IntArrayRef(size));
      });
  row("lp_pool1d", "F.lp_pool1d(a, 3, 2, ceil_mode=True)", {real({2, 2, 5}, 0.1, 2)},
      [](const List& x) {
        return F::lp_pool1d(x[0], F::LPPool1dFuncOptions(3, 2).ceil_mode(true));
      });
  row("lp_pool2d", "F.lp_pool2d(a, 2, (2, 3), 1)", {real({2, 2, 3, 4}, 0.1, 2)}, [](const List& x) {
    return nn::LPPool2d(nn::LPPool2dOptions(2, {2, 3}).stride(1))(x[0]);
  });
  row("lp_pool3d", "F.lp_pool3d(a, 4, 2)", {real({1, 2, 2, 4, 2}, 0.1, 2)},
      [](const List& x) { return nn::LPPool3d(4, 2)(x[0]); });
  row("max_unpool1d",
      "F.max_unpool1d(a, F.max_pool1d(b, 2, return_indices=True)[1], 2, output_size=(5,))",
      {real({2, 1, 2}), fixed({2, 1, 5})}, [](const List& x) {
        const auto pooled = nn::MaxPool1d(2)->forward_with_indices(x[1]);
        return nn::MaxUnpool1d(2)(x[0], std::get<1>(pooled), std::vector<int64_t>{5});
      });
  row("interpolate.scale", "F.interpolate(a, scale_factor=(1.7, 0.6), mode='bilinear')",
      {real({1, 2, 3, 5})}, [](const List& x) {
        return F::interpolate(x[0], F::InterpolateFuncOptions()
                                        .scale_factor(std::vector<double>{1.7, 0.6})
                                        .mode(kBilinear));
      });
  row("interpolate.recompute",
      "F.interpolate(a, scale_factor=1.7, mode='linear', recompute_scale_factor=True)",
      {real({1, 2, 5})}, [](const List& x) {
        return F::interpolate(x[0], F::InterpolateFuncOptions()
                                        .scale_factor(std::vector<double>{1.7})
                                        .mode(kLinear)
                                        .recompute_scale_factor(true));
      });
  row("interpolate.area", "F.interpolate(a, size=(2, 7), mode='area')", {real({1, 2, 3, 5})},
      [](const List& x) {
        return nn::Upsample(nn::UpsampleOptions().size(std::vector<int64_t>{2, 7}).mode(kArea))(
            x[0]);
      });
}

void sampling(Rows& rows) {
  const Add row{rows};
  const std::vector<Input> large = {real({4, 8, 30, 31}), real({4, 25, 20, 2}, -1.2, 1.2)};
  const auto sample = [&](const char* name, const char* python, auto mode, auto padding, bool align,
                          std::vector<Input> inputs, unsigned except = Row::nothing) {
    row(
        name, python, inputs,
        [=](const List& x) {
          return F::grid_sample(
              x[0], x[1],
              F::GridSampleFuncOptions().mode(mode).padding_mode(padding).align_corners(align));
        },
        inputs.size() == 2 && inputs[0].shape.size() == 4 ? large : std::vector<Input>(), except);
  };
  const std::vector<Input> plane = {real({2, 2, 3, 4}), real({2, 2, 3, 2}, -1.4, 1.4)},
                           solid = {real({1, 2, 2, 3, 4}), real({1, 2, 1, 3, 3}, -1.4, 1.4)};
  sample("grid_sample", "F.grid_sample(a, b, align_corners=False)", kBilinear, kZeros, false,
         plane);
  sample("grid_sample.corners", "F.grid_sample(a, b, align_corners=True)", kBilinear, kZeros, true,
         plane);
  sample("grid_sample.border", "F.grid_sample(a, b, padding_mode='border', align_corners=False)",
         kBilinear, kBorder, false, plane);
  sample("grid_sample.reflection",
         "F.grid_sample(a, b * 3, padding_mode='reflection', align_corners=False)", kBilinear,
         kReflection, false, plane);
  rows.back().f = [](const List& x) -> List {
    return {F::grid_sample(
        x[0], x[1] * 3, F::GridSampleFuncOptions().padding_mode(kReflection).align_corners(false))};
  };
  sample("grid_sample.reflection_corners",
         "F.grid_sample(a, b, padding_mode='reflection', align_corners=True)", kBilinear,
         kReflection, true, plane);
  sample("grid_sample.nearest", "F.grid_sample(a, b, 'nearest', align_corners=False)", kNearest,
         kZeros, false, plane);
  sample("grid_sample.bicubic", "F.grid_sample(a, b, 'bicubic', align_corners=False)", kBicubic,
         kZeros, false, plane);
  sample("grid_sample.bicubic_border",
         "F.grid_sample(a, b, 'bicubic', 'border', align_corners=True)", kBicubic, kBorder, true,
         plane);
  sample("grid_sample.solid", "F.grid_sample(a, b, align_corners=False)", kBilinear, kZeros, false,
         solid);
  sample("grid_sample.solid_nearest",
         "F.grid_sample(a, b, 'nearest', 'border', align_corners=True)", kNearest, kBorder, true,
         solid);
  // Every padding of every mode, at places within and outside, far outside, and on the edges and
  // halfway between elements, where the derivative is PyTorch's choice.
  const auto all = [&](const std::string& mode, const std::string& padding, auto m, auto p) {
    const auto options = F::GridSampleFuncOptions().mode(m).padding_mode(p);
    for (const bool align : {false, true}) {
      const std::string name = "grid_sample." + mode + "_" + padding + (align ? "_corners" : ""),
                        end = ", '" + mode + "', '" + padding +
                              "', align_corners=" + (align ? "True)" : "False)");
      const auto f = [=](const Tensor& x, const Tensor& places) {
        return F::grid_sample(x, places, F::GridSampleFuncOptions(options).align_corners(align));
      };
      const std::vector<Input> inputs = {real({2, 3, 5, 4}), real({2, 3, 5, 2}, -1.4, 1.4)};
      row(
          name.c_str(), ("F.grid_sample(a, b" + end).c_str(), inputs,
          [=](const List& x) { return f(x[0], x[1]); }, large);
      row((name + "_far").c_str(), ("F.grid_sample(a, b * 37" + end).c_str(), inputs,
          [=](const List& x) { return f(x[0], x[1] * 37); });
      row((name + "_edges").c_str(),
          ("F.grid_sample(a, b - b.detach() + (b * 2).round().detach() / 2" + end).c_str(), inputs,
          [=](const List& x) {
            return f(x[0], x[1] - x[1].detach() + (x[1] * 2).round().detach() / 2);
          },
          {}, Row::no_second | Row::no_difference);
    }
  };
  all("bilinear", "zeros", kBilinear, kZeros);
  all("bilinear", "border", kBilinear, kBorder);
  all("bilinear", "reflection", kBilinear, kReflection);
  all("nearest", "zeros", kNearest, kZeros);
  all("nearest", "border", kNearest, kBorder);
  all("nearest", "reflection", kNearest, kReflection);
  row("affine_grid", "F.affine_grid(a, (2, 1, 3, 4), align_corners=False)", {real({2, 2, 3})},
      [](const List& x) {
        return F::affine_grid(x[0], {2, 1, 3, 4}, false);
      });
  row("affine_grid.solid", "F.affine_grid(a, (1, 1, 2, 3, 1), align_corners=True)",
      {real({1, 3, 4})}, [](const List& x) {
        return F::affine_grid(x[0], {1, 1, 2, 3, 1}, true);
      });
}

}  // namespace

Rows image_vision_rows() {
  Rows rows;
  order(rows);
  layers(rows);
  sampling(rows);
  return rows;
}

}  // namespace catalog

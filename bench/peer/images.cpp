// What networks on pictures are made of: convolutions, pools, normalisations, and three of those
// networks whole.
#include "bench/peer/peer.h"

namespace peer {
namespace {

using namespace torch::nn;
namespace F = torch::nn::functional;
using List = std::vector<Tensor>;
using Sizes = std::vector<int64_t>;
constexpr const char* whole = "image networks";

Inputs normal(std::vector<Sizes> sizes) {
  return [=] {
    List x;
    for (const Sizes& s : sizes) x.push_back(torch::randn(s));
    return x;
  };
}

// The network without history, and a step of training it.
template <class Net>
void network(Cases& cases, const std::string& name, std::function<Net()> make, Sizes size,
             std::function<Tensor(const Tensor&)> loss_of) {
  cases.push_back({whole, name + " forward", [=] {
                     Net net = make();
                     net->eval();
                     const Tensor x = torch::randn(size);
                     return Body{[=]() mutable { return net->forward(x); }};
                   }});
  cases.push_back({whole, name + " training",
                   [=] {
                     Net net = make();
                     const Tensor x = torch::randn(size);
                     auto optimiser = std::make_shared<torch::optim::SGD>(
                         net->parameters(), torch::optim::SGDOptions(0.01).momentum(0.9));
                     auto step = [=]() mutable {
                       optimiser->zero_grad();
                       Tensor loss = loss_of(net->forward(x));
                       loss.backward();
                       optimiser->step();
                       return loss;
                     };
                     return Body{step, net->parameters()};
                   },
                   true});
}

Sequential digits_network() {
  return Sequential(Conv2d(1, 32, 3), ReLU(), Conv2d(32, 64, 3), ReLU(), MaxPool2d(2),
                    Dropout(0.25), Flatten(), Linear(9216, 128), ReLU(), Dropout(0.5),
                    Linear(128, 10));
}

Sequential normalised_network() {
  const auto convolution = [](int64_t in, int64_t out) {
    return Conv2d(Conv2dOptions(in, out, 3).padding(1).bias(false));
  };
  return Sequential(convolution(1, 32), BatchNorm2d(32), ReLU(), MaxPool2d(2), convolution(32, 64),
                    BatchNorm2d(64), ReLU(), MaxPool2d(2), Flatten(), Linear(64 * 7 * 7, 10));
}

struct BasicBlockImpl : Module {
  BasicBlockImpl() {
    const auto options = Conv2dOptions(64, 64, 3).padding(1).bias(false);
    first = register_module("first", Conv2d(options));
    first_norm = register_module("first_norm", BatchNorm2d(64));
    second = register_module("second", Conv2d(options));
    second_norm = register_module("second_norm", BatchNorm2d(64));
  }
  Tensor forward(const Tensor& x) {
    const Tensor y = torch::relu(first_norm(first(x)));
    return torch::relu(second_norm(second(y)) + x);
  }
  Conv2d first{nullptr}, second{nullptr};
  BatchNorm2d first_norm{nullptr}, second_norm{nullptr};
};
TORCH_MODULE(BasicBlock);

}  // namespace

void image_networks(Cases& cases) {
  const auto class_loss = [](const Tensor& y) {
    return F::cross_entropy(y, torch::arange(y.size(0)) % 10);
  };
  const auto square = [](const Tensor& y) { return y.pow(2).mean(); };
  network<Sequential>(cases, "1-32-64 CNN", digits_network, {64, 1, 28, 28}, class_loss);
  network<Sequential>(cases, "1-32-64 CNN, BatchNorm2d", normalised_network, {64, 1, 28, 28},
                      class_loss);
  network<BasicBlock>(
      cases, "ResNet basic block", [] { return BasicBlock(); }, {16, 64, 28, 28}, square);
}

void convolutions(Cases& cases) {
  struct Shape {
    std::string name;
    Sizes x, w;
    int64_t stride = 1, padding = 0, dilation = 1, groups = 1;
  };
  const std::vector<Shape> shapes = {
      {"3x3 1->32, 28x28", {64, 1, 28, 28}, {32, 1, 3, 3}},
      {"3x3 32->64, 26x26", {64, 32, 26, 26}, {64, 32, 3, 3}},
      {"3x3 64->64, 32x32", {16, 64, 32, 32}, {64, 64, 3, 3}, 1, 1},
      {"3x3 64->64, 32x32, one picture", {1, 64, 32, 32}, {64, 64, 3, 3}, 1, 1},
      {"3x3 64->128 by 2, 32x32", {16, 64, 32, 32}, {128, 64, 3, 3}, 2, 1},
      {"3x3 64->64 dilated, 32x32", {16, 64, 32, 32}, {64, 64, 3, 3}, 1, 2, 2},
      {"3x3 64->64 in 4 groups, 32x32", {16, 64, 32, 32}, {64, 16, 3, 3}, 1, 1, 1, 4},
      {"3x3 depthwise 64, 32x32", {16, 64, 32, 32}, {64, 1, 3, 3}, 1, 1, 1, 64},
      {"3x3 depthwise 64 by 2, 32x32", {16, 64, 32, 32}, {64, 1, 3, 3}, 2, 1, 1, 64},
      {"1x1 128->128, 28x28", {16, 128, 28, 28}, {128, 128, 1, 1}},
      {"5x5 3->32 by 2, 64x64", {16, 3, 64, 64}, {32, 3, 5, 5}, 2, 2},
      {"7x7 3->64 by 2, 64x64", {16, 3, 64, 64}, {64, 3, 7, 7}, 2, 3},
      {"3x3 64->64 in 8 groups, 14x14", {8, 64, 14, 14}, {64, 8, 3, 3}, 1, 1, 1, 8},
      {"3x3 16->16 dilated, 28x28", {8, 16, 28, 28}, {16, 16, 3, 3}, 1, 2, 2},
      {"5x5 8->16, 12x12", {32, 8, 12, 12}, {16, 8, 5, 5}},
      {"4x4 32->64 by 2, 20x20", {8, 32, 20, 20}, {64, 32, 4, 4}, 2},
      {"1x1 64->64, 28x28, one picture", {1, 64, 28, 28}, {64, 64, 1, 1}},
      {"4x4 64->48 of a single position", {8, 64, 4, 4}, {48, 64, 4, 4}},
  };
  for (const Shape& s : shapes)
    add(cases, "convolution", s.name, normal({s.x, s.w, {s.w[0]}}), [s](const List& x) {
      return torch::conv2d(x[0], x[1], x[2], s.stride, s.padding, s.dilation, s.groups);
    });
  add(cases, "convolution", "transposed 4x4 64->32 by 2, 16x16",
      normal({{16, 64, 16, 16}, {64, 32, 4, 4}, {32}}),
      [](const List& x) { return torch::conv_transpose2d(x[0], x[1], x[2], 2, 1); });
  add(cases, "convolution", "transposed 4x4 16->8 by 2, 8x8",
      normal({{8, 16, 8, 8}, {16, 8, 4, 4}, {8}}),
      [](const List& x) { return torch::conv_transpose2d(x[0], x[1], x[2], 2, 1); });
  add(cases, "convolution", "transposed 4x4 100->64 of a single position",
      normal({{8, 100, 1, 1}, {100, 64, 4, 4}, {64}}),
      [](const List& x) { return torch::conv_transpose2d(x[0], x[1], x[2]); });
  add(cases, "convolution", "1d, 3 16->32, 8000", normal({{2, 16, 8000}, {32, 16, 3}, {32}}),
      [](const List& x) { return torch::conv1d(x[0], x[1], x[2], 1, 1); });
  add(cases, "convolution", "1d, 400 1->64 by 160, 16000",
      normal({{4, 1, 16000}, {64, 1, 400}, {64}}),
      [](const List& x) { return torch::conv1d(x[0], x[1], x[2], 160); });
  add(cases, "convolution", "1d, 3 64->64, 256", normal({{16, 64, 256}, {64, 64, 3}, {64}}),
      [](const List& x) { return torch::conv1d(x[0], x[1], x[2], 1, 1); });
  add(cases, "convolution", "3d, 3x3x3 16->32, 8x16x16",
      normal({{4, 16, 8, 16, 16}, {32, 16, 3, 3, 3}, {32}}),
      [](const List& x) { return torch::conv3d(x[0], x[1], x[2], 1, 1); });
  for (const int64_t by : {1, 2})
    add(cases, "convolution", "3d, 3x3x3 8->16 by " + std::to_string(by) + ", 16x16x16",
        normal({{2, 8, 16, 16, 16}, {16, 8, 3, 3, 3}, {16}}),
        [=](const List& x) { return torch::conv3d(x[0], x[1], x[2], by, 1); });
}

void pools(Cases& cases) {
  const Sizes lines = {16, 64, 1024}, pictures = {16, 64, 32, 32}, boxes = {4, 32, 16, 16, 16};
  const auto pool = [&](const std::string& name, const Sizes& size, Function f) {
    add(cases, "pooling", name, normal({size}), f);
  };
  pool("max 1d 2", lines, [](const List& x) { return torch::max_pool1d(x[0], 2); });
  pool("max 2x2", pictures, [](const List& x) { return torch::max_pool2d(x[0], 2); });
  pool("max 3x3 by 2", pictures, [](const List& x) { return torch::max_pool2d(x[0], 3, 2, 1); });
  pool("max 2x2x2", boxes, [](const List& x) { return torch::max_pool3d(x[0], 2); });
  pool("average 1d 2", lines, [](const List& x) { return torch::avg_pool1d(x[0], 2); });
  pool("average 2x2", pictures, [](const List& x) { return torch::avg_pool2d(x[0], 2); });
  pool("average 3x3 by 1", pictures,
       [](const List& x) { return torch::avg_pool2d(x[0], 3, 1, 1); });
  pool("average 2x2x2", boxes, [](const List& x) { return torch::avg_pool3d(x[0], 2); });
  pool("LP 1d 3", lines,
       [](const List& x) { return F::lp_pool1d(x[0], F::LPPool1dFuncOptions(2, 3)); });
  pool("LP 2x2", pictures,
       [](const List& x) { return F::lp_pool2d(x[0], F::LPPool2dFuncOptions(2, 2)); });
  pool("adaptive average 1", pictures, [](const List& x) {
    return torch::adaptive_avg_pool2d(x[0], {1, 1});
  });
  pool("adaptive average 7", pictures, [](const List& x) {
    return torch::adaptive_avg_pool2d(x[0], {7, 7});
  });
  pool("adaptive average 1d 8", lines,
       [](const List& x) { return torch::adaptive_avg_pool1d(x[0], 8); });
  pool("adaptive max 1d 8", lines,
       [](const List& x) { return std::get<0>(torch::adaptive_max_pool1d(x[0], 8)); });
  pool("adaptive max 1, 14x14", {8, 16, 14, 14}, [](const List& x) {
    return std::get<0>(torch::adaptive_max_pool2d(x[0], {1, 1}));
  });
  pool("average 7x7", {8, 16, 14, 14}, [](const List& x) { return torch::avg_pool2d(x[0], 7); });
  const auto resized = [&](const std::string& name, const Sizes& size,
                           F::InterpolateFuncOptions options) {
    pool(name, size, [=](const List& x) { return F::interpolate(x[0], options); });
  };
  using Factors = std::vector<double>;
  resized("twice as wide, nearest", {8, 64, 256},
          F::InterpolateFuncOptions().scale_factor(Factors{2}).mode(torch::kNearest));
  resized("twice as wide, linear", {8, 64, 256},
          F::InterpolateFuncOptions()
              .scale_factor(Factors{2})
              .mode(torch::kLinear)
              .align_corners(false));
  resized("twice as large, nearest", {1, 3, 224, 224},
          F::InterpolateFuncOptions().scale_factor(Factors{2, 2}).mode(torch::kNearest));
  resized(
      "10x10, bilinear", {8, 32, 14, 14},
      F::InterpolateFuncOptions().size(Sizes{10, 10}).mode(torch::kBilinear).align_corners(false));
  pool("adaptive max 7", pictures, [](const List& x) {
    return std::get<0>(torch::adaptive_max_pool2d(x[0], {7, 7}));
  });
  add(
      cases, "pooling", "fractional max 2x2",
      [=] {
        return List{torch::randn(pictures), torch::rand({16, 64, 2})};
      },
      [](const List& x) {
        auto options = F::FractionalMaxPool2dFuncOptions(2).output_size(16);
        return F::fractional_max_pool2d(x[0], options._random_samples(x[1].detach()));
      });
  add(
      cases, "pooling", "max unpooled 2x2",
      [=] {
        auto [y, at] = torch::max_pool2d_with_indices(torch::randn(pictures), 2);
        return List{y, at};
      },
      [](const List& x) { return F::max_unpool2d(x[0], x[1], F::MaxUnpool2dFuncOptions(2)); });
}

void image_norms(Cases& cases) {
  const int64_t c = 64;
  const Sizes pictures = {16, c, 32, 32}, each = {c};
  const auto norm = [&](const std::string& name, std::vector<Sizes> sizes, Function f) {
    add(cases, "normalisation", name, normal(sizes), f);
  };
  const auto channels = std::vector<Sizes>{pictures, each, each};
  norm("BatchNorm2d", channels, [](const List& x) {
    return torch::batch_norm(x[0], x[1], x[2], {}, {}, true, 0.1, 1e-5, false);
  });
  add(
      cases, "normalisation", "BatchNorm2d, running",
      [=] {
        List x = normal(channels)();
        x.push_back(torch::zeros(each));
        x.push_back(torch::ones(each));
        return x;
      },
      [](const List& x) {
        return torch::batch_norm(x[0], x[1], x[2], x[3].detach(), x[4].detach(), false, 0.1, 1e-5,
                                 false);
      });
  norm("InstanceNorm2d", channels, [](const List& x) {
    return torch::instance_norm(x[0], x[1], x[2], {}, {}, true, 0.1, 1e-5, false);
  });
  norm("InstanceNorm1d", {{16, c, 1024}, each, each}, [](const List& x) {
    return torch::instance_norm(x[0], x[1], x[2], {}, {}, true, 0.1, 1e-5, false);
  });
  norm("BatchNorm3d", {{4, 32, 16, 16, 16}, {32}, {32}}, [](const List& x) {
    return torch::batch_norm(x[0], x[1], x[2], {}, {}, true, 0.1, 1e-5, false);
  });
  norm("GroupNorm 8", channels,
       [](const List& x) { return torch::group_norm(x[0], 8, x[1], x[2]); });
  norm("LayerNorm of pictures", {pictures, {c, 32, 32}, {c, 32, 32}}, [=](const List& x) {
    return torch::layer_norm(x[0], {c, 32, 32}, x[1], x[2]);
  });
  norm("LayerNorm of channels", {{16, 32, 32, c}, each, each},
       [=](const List& x) { return torch::layer_norm(x[0], {c}, x[1], x[2]); });
  norm("RMSNorm of channels", {{16, 32, 32, c}, each},
       [=](const List& x) { return torch::rms_norm(x[0], {c}, x[1], 1e-5); });
  norm("LocalResponseNorm 5", {pictures}, [](const List& x) {
    return F::local_response_norm(x[0], F::LocalResponseNormFuncOptions(5));
  });
}

}  // namespace peer

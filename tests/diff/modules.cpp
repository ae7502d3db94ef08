// Modules from their options, in training or not, and what optimisers make of a parameter.
#include "tests/diff/operations.h"

namespace diff {

namespace nn = torch::nn;

namespace {

template <class Module>
using OptionsOf = std::decay_t<decltype(std::declval<Module>()->options)>;

// The layers that there are for each number of dims.
template <int dims, class Conv, class Transposed, class BatchNorm, class InstanceNorm>
void of_dims(const Family& ops, const std::string& d) {
  ops.add<Here, Image<dims>, Kernel, Kernel, Between<1, 2>, Between<0, 2>, Flag, Between<0, 3>>(
      "Conv" + d, [](auto& c, auto x, auto n, auto k, auto s, auto p, auto bias, auto mode) {
        nn::ConvOptions<dims> options(x.size(1), n, k);
        options.stride(s).padding(p).bias(bias);
        if (mode == 1) options.padding_mode(torch::kReflect);
        if (mode == 2) options.padding_mode(torch::kReplicate);
        if (mode == 3) options.padding_mode(torch::kCircular);
        return c.forward(Conv(options), x);
      });
  ops.add<Here, Image<dims>, Kernel, Kernel, Between<1, 2>, Between<0, 1>>(
      "ConvTranspose" + d, [](auto& c, auto x, auto n, auto k, auto s, auto p) {
        nn::ConvTransposeOptions<dims> options(x.size(1), n, k);
        return c.forward(Transposed(options.stride(s).padding(p)), x);
      });
  ops.add<Here, Image<dims>, Flag, Flag, Fraction>(
      "BatchNorm" + d, [](auto& c, auto x, auto affine, auto track, auto momentum) {
        OptionsOf<BatchNorm> options(x.size(1));
        options.affine(affine).track_running_stats(track).momentum(momentum / 6);
        return c.forward(BatchNorm(options), x);
      });
  ops.add<Here, Image<dims>, Flag, Flag>(
      "InstanceNorm" + d, [](auto& c, auto x, auto affine, auto track) {
        OptionsOf<InstanceNorm> options(x.size(1));
        return c.forward(InstanceNorm(options.affine(affine).track_running_stats(track)), x);
      });
}

}  // namespace

void modules(Operations& all) {
  const Family ops{all};
  ops.add<Here, Self, Kernel, Flag>("Linear", [](auto& c, auto x, auto n, auto bias) {
    return c.forward(nn::Linear(nn::LinearOptions(x.size(-1), n).bias(bias)), x);
  });
  ops.add<Here, Self, Same, Kernel>("Bilinear", [](auto& c, auto x, auto y, auto n) {
    return c.forward(nn::Bilinear(x.size(-1), y.size(-1), n), x, y);
  });
  ops.add<Here, Flat, Kernel, Between<-1, 1>, Flag>(
      "Embedding", [](auto& c, auto i, auto n, auto padding, auto scaled) {
        auto options = nn::EmbeddingOptions(4, n).scale_grad_by_freq(scaled);
        if (padding >= 0) options.padding_idx(padding);
        return c.forward(nn::Embedding(options), i % 4);
      });
  of_dims<1, nn::Conv1d, nn::ConvTranspose1d, nn::BatchNorm1d, nn::InstanceNorm1d>(ops, "1d");
  of_dims<2, nn::Conv2d, nn::ConvTranspose2d, nn::BatchNorm2d, nn::InstanceNorm2d>(ops, "2d");
  of_dims<3, nn::Conv3d, nn::ConvTranspose3d, nn::BatchNorm3d, nn::InstanceNorm3d>(ops, "3d");
  ops.add<Here, Image<2>, Fraction>(
      "Dropout2d", [](auto& c, auto x, auto p) { return c.forward(nn::Dropout2d(p / 3), x); });
  ops.add<Here, Self, Fraction>("AlphaDropout", [](auto& c, auto x, auto p) {
    return c.forward(nn::AlphaDropout(p / 3), x);
  });
  ops.add<Here, Self, Flag>("LayerNorm", [](auto& c, auto x, auto affine) {
    return c.forward(nn::LayerNorm(nn::LayerNormOptions({x.size(-1)}).elementwise_affine(affine)),
                     x);
  });
  ops.add<Here, Image<2>, Kernel, Flag>("GroupNorm", [](auto& c, auto x, auto n, auto affine) {
    return c.forward(nn::GroupNorm(nn::GroupNormOptions(n, x.size(1)).affine(affine)), x);
  });
  ops.add<Here, Image<2>, Between<1, 3>>("LocalResponseNorm", [](auto& c, auto x, auto n) {
    return c.forward(nn::LocalResponseNorm(n), x);
  });
  ops.add<Here, Self, Fraction>("PReLU", [](auto& c, auto x, auto a) {
    return c.forward(nn::PReLU(nn::PReLUOptions().init(a)), x);
  });
  ops.add<Here, Self>("RReLU", [](auto& c, auto x) { return c.forward(nn::RReLU(), x); });
  ops.add<Here, Self, Dim>("Softmin",
                           [](auto& c, auto x, auto d) { return c.forward(nn::Softmin(d), x); });
  ops.add<Here, Image<2>, Between<1, 2>, Flag, Between<0, 3>>(
      "Upsample", [](auto& c, auto x, auto scale, auto corners, auto mode) {
        auto options = nn::UpsampleOptions().scale_factor(std::vector<double>{double(scale), 1.5});
        if (mode == 1) options.mode(torch::kBilinear).align_corners(corners);
        if (mode == 2) options.mode(torch::kBicubic).align_corners(corners);
        return c.forward(nn::Upsample(options), x);
      });
  ops.add<Here, Image<2>, Flag>("Sequential", [](auto& c, auto x, auto bias) {
    nn::Sequential net(nn::Conv2d(nn::Conv2dOptions(x.size(1), 2, 1).bias(bias)),
                       nn::BatchNorm2d(2), nn::ReLU(), nn::AdaptiveAvgPool2d(1), nn::Flatten(),
                       nn::Linear(2, 3));
    return c.forward(net, x);
  });
}

namespace {

// Three steps on a parameter of self's sizes.
template <class Optimizer, class Options>
List trained(const Tensor& x, const Options& options) {
  Tensor p = x.detach().clone().requires_grad_();
  Optimizer optimizer({p}, options);
  for (int i = 1; i <= 3; ++i) {
    optimizer.zero_grad();
    (p * p * i + p).sum().backward();
    optimizer.step();
  }
  return {p.detach()};
}

}  // namespace

void optimisers(Operations& all) {
  namespace optim = torch::optim;
  const Family ops{all};
  ops.add<Self, Positive, Positive, Flag>("SGD", [](auto x, auto lr, auto momentum, auto nesterov) {
    return trained<optim::SGD>(
        x, optim::SGDOptions(lr / 8).momentum(momentum / 2).nesterov(nesterov).weight_decay(0.1));
  });
  ops.add<Self, Positive, Flag, Positive>("Adam", [](auto x, auto lr, auto amsgrad, auto decay) {
    return trained<optim::Adam>(x, optim::AdamOptions(lr).amsgrad(amsgrad).weight_decay(decay / 4));
  });
  ops.add<Self, Positive, Flag, Positive>("AdamW", [](auto x, auto lr, auto amsgrad, auto decay) {
    return trained<optim::AdamW>(x,
                                 optim::AdamWOptions(lr).amsgrad(amsgrad).weight_decay(decay / 4));
  });
  ops.add<Self, Positive, Positive>("Adagrad", [](auto x, auto lr, auto decay) {
    return trained<optim::Adagrad>(x, optim::AdagradOptions(lr).lr_decay(decay));
  });
  ops.add<Self, Positive, Flag, Positive>("RMSprop", [](auto x, auto lr, auto centered, auto m) {
    return trained<optim::RMSprop>(
        x, optim::RMSpropOptions(lr / 8).centered(centered).momentum(m / 2));
  });
}

}  // namespace diff

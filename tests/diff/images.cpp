#include "tests/diff/operations.h"

namespace diff {
namespace {

// Weights for the image that is self: [out, in / groups, kernel...], or where `transposed`
// [in, out / groups, kernel...].
template <int dims, bool transposed>
struct Taps {
  struct Drawn {
    Tensor weight, bias;
    int64_t groups;
  };
  static Drawn draw(Call& c) {
    const int64_t in = c.self.size(1);
    const int64_t groups = in > 0 && in % 2 == 0 && c.choices.one_in(2) ? 2 : 1;
    const int64_t out = groups * c.choices.between(1, 3);
    Ints sizes = transposed ? Ints{in, out / groups} : Ints{out, in / groups};
    for (int d = 0; d < dims; ++d) sizes.push_back(c.choices.between(1, 3));
    Drawn drawn{c.make(sizes, c.self.scalar_type()), {}, c.number(groups)};
    if (c.choices.one_in(2)) drawn.bias = c.make({out}, c.self.scalar_type());
    return drawn;
  }
};

// An overloaded function as an argument.
#define CALL(function) [](const auto&... a) { return function(a...); }

// What exists for each number of dims.
template <int dims>
void of_dims(const Family& ops, const std::string& d, auto conv, auto transposed, auto max_pool,
             auto avg_pool, auto adaptive_avg, auto adaptive_max, auto nearest) {
  ops.add<Image<dims>, Taps<dims, false>, Kernel, Between<0, 2>, Between<1, 2>>(
      "conv" + d, [conv](auto x, auto w, auto stride, auto padding, auto dilation) {
        return conv(x, w.weight, w.bias, stride, padding, dilation, w.groups);
      });
  ops.add<Image<dims>, Taps<dims, true>, Kernel, Between<0, 2>, Between<0, 1>, Between<1, 2>>(
      "conv_transpose" + d, [transposed](auto x, auto w, auto s, auto p, auto more, auto dilation) {
        return transposed(x, w.weight, w.bias, s, p, more, w.groups, dilation);
      });
  ops.add<Image<dims>, Kernel, Kernel, Between<0, 1>, Between<1, 2>, Flag>(
      "max_pool" + d, [max_pool](auto x, auto k, auto s, auto p, auto dilation, auto up) {
        return max_pool(x, k, s, p, dilation, up);
      });
  ops.add<Image<dims>, Kernel, Kernel, Between<0, 1>, Flag, Flag>(
      "avg_pool" + d, [avg_pool](auto x, auto k, auto s, auto p, auto up, auto counted) {
        return avg_pool(x, k, s, p, up, counted);
      });
  const auto to_size = [&](const char* name, auto f) {
    ops.add<Image<dims>, Between<0, 5>>(name + d,
                                        [f](auto x, auto n) { return f(x, Ints(dims, n)); });
  };
  to_size("adaptive_avg_pool", adaptive_avg);
  to_size("adaptive_max_pool", adaptive_max);
  to_size("upsample_nearest", nearest);
}

}  // namespace

void images(Operations& all) {
  const Family ops{all};
  of_dims<1>(ops, "1d", CALL(torch::conv1d), CALL(torch::conv_transpose1d), CALL(torch::max_pool1d),
             CALL(torch::avg_pool1d), CALL(torch::adaptive_avg_pool1d),
             CALL(torch::adaptive_max_pool1d), CALL(torch::upsample_nearest1d));
  of_dims<2>(ops, "2d", CALL(torch::conv2d), CALL(torch::conv_transpose2d), CALL(torch::max_pool2d),
             CALL(torch::avg_pool2d), CALL(torch::adaptive_avg_pool2d),
             CALL(torch::adaptive_max_pool2d), CALL(torch::upsample_nearest2d));
  of_dims<3>(ops, "3d", CALL(torch::conv3d), CALL(torch::conv_transpose3d), CALL(torch::max_pool3d),
             CALL(torch::avg_pool3d), CALL(torch::adaptive_avg_pool3d),
             CALL(torch::adaptive_max_pool3d), CALL(torch::upsample_nearest3d));
  ops.add<Image<1>, Between<0, 6>, Flag>("upsample_linear1d", [](auto x, auto n, auto corners) {
    return torch::upsample_linear1d(x, n, corners);
  });
  ops.add<Image<2>, Pair<0, 6>, Flag>("upsample_bilinear2d", [](auto x, auto n, auto corners) {
    return torch::upsample_bilinear2d(x, n, corners);
  });
  ops.add<Image<2>, Pair<0, 6>, Flag>("upsample_bicubic2d", [](auto x, auto n, auto corners) {
    return torch::upsample_bicubic2d(x, n, corners);
  });
  // To one column PyTorch 2.13 writes the first row's value into all rows.
  ops.add<Image<2>, Between<0, 6>, Between<2, 6>, Flag>(
      "_upsample_bilinear2d_aa", [](auto x, auto rows, auto columns, auto corners) {
        return torch::_upsample_bilinear2d_aa(x, Ints{rows, columns}, corners);
      });
  ops.add<Self, Pair<-1, 3>, Number>(
      "pad", [](auto x, auto p, auto v) { return torch::constant_pad_nd(x, p, v); });
  ops.add<Image<1>, Pair<-1, 3>, Between<0, 2>>("pad.mode", [](auto x, auto p, auto mode) {
    constexpr const char* modes[] = {"reflect", "replicate", "circular"};
    return torch::pad(x, p, modes[uint64_t(mode) % 3]);
  });
  ops.add<Image<2>, Pair<-1, 2>, Pair<0, 2>, Between<0, 2>>(
      "pad.mode2", [](auto x, auto p, auto q, auto mode) {
        constexpr const char* modes[] = {"reflect", "replicate", "circular"};
        return torch::pad(x, Ints{p[0], p[1], q[0], q[1]}, modes[uint64_t(mode) % 3]);
      });
  ops.add<Image<2>, Kernel>("pixel_shuffle",
                            [](auto x, auto r) { return torch::pixel_shuffle(x, r); });
  ops.add<Image<2>, Kernel>("pixel_unshuffle",
                            [](auto x, auto r) { return torch::pixel_unshuffle(x, r); });
  ops.add<Image<2>, Kernel>("channel_shuffle",
                            [](auto x, auto n) { return torch::channel_shuffle(x, n); });
  ops.add<Image<2>, Pair<1, 3>, Pair<1, 2>, Pair<0, 2>, Pair<1, 2>>(
      "im2col",
      [](auto x, auto k, auto d, auto p, auto s) { return torch::im2col(x, k, d, p, s); });
  ops.add<Image<1>, Pair<1, 6>, Pair<1, 2>, Between<0, 1>>(
      "col2im", [](auto x, auto size, auto k, auto p) {
        return torch::col2im(x, size, k, Ints{1, 1}, Ints{p, p}, Ints{1, 1});
      });
  ops.add<Image<2>, Between<0, 2>, Between<0, 2>, Flag>(
      "grid_sampler", [](auto x, auto mode, auto padding, auto corners) {
        const Tensor grid = x.select(1, 0).unsqueeze(-1).expand({-1, -1, -1, 2});
        return torch::grid_sampler(x, grid, mode, padding, corners);
      });
}

}  // namespace diff

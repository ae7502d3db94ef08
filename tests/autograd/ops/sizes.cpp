// Sizes, counts and scales that no tensor can have: each is refused before any work is done for it.
#include <cmath>
#include <functional>
#include <limits>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;
namespace F = gradus::nn::functional;

namespace {

constexpr int64_t most = INT64_MAX, least = INT64_MIN;
using Sizes = std::vector<int64_t>;

Tensor six() { return arange(6.); }
Tensor picture() { return arange(16.).view({1, 1, 4, 4}); }
Tensor no_pictures() { return zeros({0, 1, 4, 4}); }
Tensor longs(std::initializer_list<int64_t> v) { return tensor(ArrayRef<int64_t>(v), kLong); }

// Of 2^40 elements in the place of one.
Tensor wide() { return ones(1).expand(int64_t(1) << 40); }

}  // namespace

TEST_CASE("sums and products of sizes that pass int64 are refused by name") {
  struct Case {
    std::function<void()> f;
    const char* message;
  };
  const Tensor x = six(), img = picture(), w = ones({1, 1, 3, 3});
  const Case cases[] = {
      {[&] {
         constant_pad_nd(x, {most, most});
       },
       "constant_pad_nd: sizes overflow, 6 + 9223372036854775807"},
      {[&] {
         constant_pad_nd(x, {0, least});
       },
       "constant_pad_nd: sizes overflow, 0 - -9223372036854775808"},
      {[&] {
         F::pad(img, F::PadFuncOptions({most, most}).mode(kReplicate));
       },
       "pad: 2 counts do not fit an input [1, 1, 4, 4]: 2, 4 or 6 are for its last 1 to 3 dims, "
       "before which there are 1 or 2"},
      {[&] {
         F::pad(img, F::PadFuncOptions({most, most, 0, 0}).mode(kReplicate));
       },
       "pad: sizes overflow, 4 + 9223372036854775807"},
      {[&] { x.repeat_interleave((int64_t(1) << 62) + 1); },
       "repeat_interleave: sizes overflow, 6 * 4611686018427387905"},
      {[&] {
         x.repeat_interleave(longs({most, most, 2, 0, 0, 0}));
       },
       "repeat_interleave: sizes overflow, 9223372036854775807 + 9223372036854775807"},
      {[&] {
         x.split({most, most, 8});
       },
       "split_with_sizes: sizes overflow, 9223372036854775807 + 9223372036854775807"},
      {[&] { x.repeat(most); }, "repeat: sizes overflow, 9223372036854775807 * 6"},
      {[&] { diag_embed(x, most); }, "diag_embed: sizes overflow, 6 + 9223372036854775807"},
      {[&] { diag_embed(x, least); }, "diag_embed: sizes overflow, 6 - -9223372036854775808"},
      {[&] { pixel_shuffle(img, int64_t(1) << 32); },
       "pixel_shuffle: sizes overflow, 4294967296 * 4294967296"},
      {[&] { conv2d(img, w, {}, 1, most); }, "conv2d: sizes overflow, 9223372036854775807 * 2"},
      {[&] { conv2d(img, w, {}, 1, 0, most); }, "conv2d: sizes overflow, 9223372036854775807 * 2"},
      {[&] { conv_transpose2d(img, w, {}, 1, most); },
       "conv_transpose2d: sizes overflow, 9223372036854775807 * 2"},
      {[&] { conv_transpose2d(img, w, {}, most); },
       "conv_transpose2d: sizes overflow, 3 * 9223372036854775807"},
      {[&] { F::unfold(img, F::UnfoldFuncOptions(2).padding(most)); },
       "im2col: sizes overflow, 9223372036854775807 * 2"},
      {[&] { max_pool2d(img, 3, 1, 0, most); },
       "max_pool2d: sizes overflow, 9223372036854775807 * 2"},
      {[&] { one_hot(longs({most})); }, "one_hot: sizes overflow, 9223372036854775807 + 1"},
      {[&] {
         unravel_index(longs({1}), {1, most, most});
       },
       "unravel_index: sizes overflow, 9223372036854775807 * 9223372036854775807"},
      {[&] { kron(wide(), wide()); }, "kron: sizes overflow, 1099511627776 * 1099511627776"},
      {[&] {
         empty({0, most, 4});
       },
       "empty: the strides of sizes [0, 9223372036854775807, 4] overflow"},
      {[&] {
         zeros(0).view({0, most, 4});
       },
       "view: the strides of sizes [0, 9223372036854775807, 4] overflow"},
  };
  for (const Case& c : cases) CHECK(message(c.f) == c.message);
}

TEST_CASE("a result is asked for before tables of its length are made") {
  const int64_t before = memory_limit();
  set_memory_limit(int64_t(64) << 20);
  const int64_t far = int64_t(1) << 40;
  const Tensor img = picture();
  const auto size = [](Sizes s) { return F::InterpolateFuncOptions().size(std::move(s)); };
  const std::function<void()> cases[] = {
      [&] {
        F::interpolate(img, size({far, 1}));
      },
      [&] {
        F::interpolate(img, size({far, 1}).mode(kBilinear).antialias(true));
      },
      [&] {
        F::interpolate(img, size({far, 1}).mode(kArea));
      },
      [&] {
        adaptive_avg_pool2d(img, {far, 1});
      },
      [&] {
        adaptive_max_pool2d(img, {1, far});
      },
      [&] {
        F::pad(img, F::PadFuncOptions({far, 0, 0, 0}).mode(kReplicate));
      },
      [&] {
        F::unfold(img, F::UnfoldFuncOptions(2).padding({far, 0}));
      },
      [&] {
        F::fold(ones({1, 4, 1}), F::FoldFuncOptions({far, 2}, 2).stride({far, 1}));
      },
      [&] { combinations(arange(2000000.), 2); },
      [&] { combinations(arange(200.), 100); },
      [&] { tensor_split(six(), most); },
      [&] { zeros(0).chunk(most); },
      [&] { wide().split(1); },
      [&] { wide().unbind(); },
      [&] { linspace(0, 1, far); },
      [&] { bincount(longs({1}), {}, far); },
      [&] { histc(six(), far); },
      [&] { vander(six(), far); },
      [&] { mvlgamma(six(), far); },
  };
  for (size_t i = 0; i < std::size(cases); ++i) {
    CAPTURE(i);
    CHECK_THROWS_AS(cases[i](), Error);
  }
  set_memory_limit(before);
}

TEST_CASE("empty inputs take arguments of any size without work") {
  const int64_t far = int64_t(1) << 40;
  CHECK(adaptive_avg_pool2d(no_pictures(), {far, 1}).sizes() == IntArrayRef({0, 1, far, 1}));
  CHECK(std::get<1>(adaptive_max_pool2d(no_pictures(), {far, 1})).sizes() ==
        IntArrayRef({0, 1, far, 1}));
  const auto to = F::InterpolateFuncOptions().size(Sizes{far, 1});
  CHECK(F::interpolate(no_pictures(), to).sizes() == IntArrayRef({0, 1, far, 1}));
  CHECK(max_pool2d(no_pictures(), 3, 1, 1).sizes() == IntArrayRef({0, 1, 4, 4}));
  CHECK(F::unfold(no_pictures(), F::UnfoldFuncOptions(2).padding(1 << 20)).dim() == 3);
  CHECK(ones({1, 2}).expand({far, 2}).index_select(1, longs({})).sizes() == IntArrayRef({far, 0}));
  const Tensor x = no_pictures().requires_grad_();
  F::interpolate(x, to).sum().backward();
  CHECK(x.grad().sizes() == x.sizes());
}

TEST_CASE("numbers that are no sizes are refused") {
  const Tensor img = picture();
  const double inf = std::numeric_limits<double>::infinity();
  for (const double s : {std::nan(""), inf, -inf, 1e30, -1., 1e-30}) {
    CAPTURE(s);
    const auto by = F::InterpolateFuncOptions().scale_factor(std::vector<double>{s, s});
    CHECK_THROWS_AS(F::interpolate(img, by), Error);
    F::FractionalMaxPool2dFuncOptions pool(2);
    pool.output_ratio(ExpandingArray<2, double>(s));
    CHECK_THROWS_AS(F::fractional_max_pool2d(img, pool), Error);
    // A scale that is given beside the size only says where to read.
    for (const auto f : {upsample_nearest2d, _upsample_nearest_exact2d})
      CHECK(f(img, {5, 5}, s, s).sizes() == IntArrayRef({1, 1, 5, 5}));
    for (const auto f : {upsample_bilinear2d, upsample_bicubic2d, _upsample_bilinear2d_aa})
      CHECK(f(img, {5, 5}, false, s, s).sizes() == IntArrayRef({1, 1, 5, 5}));
    // Samples move the windows, never out of the input.
    pool.output_ratio(std::nullopt).output_size(3)._random_samples(full({1, 1, 2}, s));
    CHECK(F::fractional_max_pool2d(img, pool).sizes() == IntArrayRef({1, 1, 3, 3}));
  }
  CHECK(message([&] {
          F::interpolate(img, F::InterpolateFuncOptions().scale_factor(std::vector{inf, 1.}));
        }) == "interpolate: the size by scale_factor must be a number that fits int64, got inf");
  CHECK_THROWS_AS(full(2, 9.3e18, kLong), Error);
  CHECK_THROWS_AS(Scalar(-9.25e18).toLong(), Error);
  CHECK(Scalar(-0x1p63).toLong() == least);
  CHECK_THROWS_AS(nn::init::sparse_(ones({3, 2}), std::nan("")), Error);
  CHECK(nn::init::sparse_(ones({3, 2}), 1e30).eq(0).all().item<bool>());
}

TEST_CASE("views of any stride and offset stay within int64") {
  const Tensor x = six();
  CHECK(values(x.slice(0, 1, 6, most)) == Values{1});
  CHECK(values(x.unfold(0, 2, most)) == Values{0, 1});
  CHECK(x.as_strided({1, 1}, {most, most}).diagonal().numel() == 1);
  CHECK(x.as_strided({0, 5}, {most, most}).unsqueeze(1).select(2, 4).numel() == 0);
  CHECK_THROWS_AS(x.as_strided({2}, {most}), Error);
  CHECK_THROWS_AS(x.as_strided({0}, {1}, most), Error);
  CHECK_THROWS_AS(wide().unfold(0, int64_t(1) << 39, 1), Error);
  CHECK_THROWS_AS(from_blob(nullptr, {2, 2}, {most, 1}), Error);
  CHECK(values(x.roll(least, 0)) == values(x.roll(-2, 0)));
  CHECK(tril_indices(0, most).numel() == 0);
}

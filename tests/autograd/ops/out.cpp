// Results written to given tensors.
#include "autograd/ops/out.h"

#include <doctest/doctest.h>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;

namespace {
const Tensor a = tensor({{1.5, -2.0}, {0.25, 4.0}}), b = tensor({{2.0, 0.5}, {-1.0, 3.0}});
}

TEST_CASE("out: takes the shape, keeps its memory where the shape fits") {
  Tensor out = empty({2, 2});
  const void* memory = out.data_ptr();
  CHECK(&add_out(out, a, b, 2) == &out);
  CHECK(out.equal(a.add(b, 2)));
  CHECK(mm_out(out, a, b).equal(a.mm(b)));
  CHECK(out.data_ptr() == memory);
  CHECK(sum_out(out, a, 0).equal(a.sum(0)));
  CHECK(out.dim() == 1);
  CHECK(cat_out(out, {a, b}, 1).equal(cat({a, b}, 1)));
  CHECK(out.sizes() == IntArrayRef({2, 4}));
  Tensor wide = zeros({2, 3}), window = wide.narrow(1, 1, 2);
  mul_out(window, a, b);
  CHECK(wide.narrow(1, 1, 2).equal(a * b));
  CHECK(wide.select(1, 0).equal(zeros({2})));
}

TEST_CASE("out: may be an argument") {
  Tensor x = a.clone();
  CHECK(mm_out(x, x, x).equal(a.mm(a)));
  x = a.clone();
  CHECK(sub_out(x, x.t(), x).equal(a.t() - a));
  x = a.clone();
  CHECK(cat_out(x, {x, x}).equal(cat({a, a})));
}

TEST_CASE("out: keeps its type, to which the result must be convertible") {
  Tensor d = empty({0}, kDouble), l = empty({0}, kLong);
  CHECK(add_out(d, a, b).equal((a + b).to(kDouble)));
  CHECK(eq_out(l, a, a).equal(ones({2, 2}, kLong)));
  CHECK(message([&] { add_out(l, a, b); }) ==
        "add_out: a result of float32 cannot be written to a tensor of int64");
  // Sums are made in the type of `out`, all others before it is looked at.
  CHECK(sum_out(l, a).item<int64_t>() == 3);  // of 1, -2, 0 and 4
  CHECK(prod_out(l, a).item<int64_t>() == 0);
  CHECK(mean_out(d, a, 0).equal(a.mean(0).to(kDouble)));
  CHECK_THROWS_AS(mean_out(d, l), Error);
  CHECK(arange_out(d, 3).equal(tensor({0., 1., 2.}, kDouble)));
  CHECK(arange_out(l, 1, 7, 2).equal(tensor({1, 3, 5})));
  CHECK(zeros_out(l, {2, 2}).equal(zeros({2, 2}, kLong)));
  CHECK(full_out(l, {2}, 7).equal(tensor({7, 7})));
  CHECK(linspace_out(d, 0, 1, 3).equal(tensor({0., 0.5, 1.}, kDouble)));
  CHECK(eye_out(l, 2).equal(tensor({{1, 0}, {0, 1}})));
}

TEST_CASE("out: has no history") {
  const Tensor x = a.clone().requires_grad_();
  Tensor out = empty({2, 2}), leaf = empty({2, 2}).requires_grad_();
  const char* text =
      "add_out: an argument requires grad, but what is written to a given tensor has no history";
  CHECK(message([&] { add_out(out, x, b); }) == text);
  CHECK(message([&] { add_out(leaf, a, b); }) == text);
  CHECK(gt_out(out, x, b).equal(a.gt(b).to(kFloat)));
  const NoGradGuard untaped;
  CHECK(add_out(out, x, b).equal(a + b));
  CHECK(add_out(leaf, a, b).equal(a + b));
  CHECK(leaf.requires_grad());
}

TEST_CASE("out: two results") {
  Tensor values = empty({0}), places = empty({0}, kLong);
  max_out(values, places, a, 1);
  CHECK(values.equal(tensor({1.5, 4.0})));
  CHECK(places.equal(tensor({0, 1})));
  const auto [v, i] = topk_out(values, places, a.flatten(), 2);
  CHECK(v.equal(tensor({4.0, 1.5})));
  CHECK(i.equal(tensor({3, 0})));
  sort_out(values, places, a, 0, true);
  CHECK(values.equal(std::get<0>(a.sort(0, true))));
}

TEST_CASE("out: the whole family") {
  Tensor out = empty({0}), mask = empty({0}, kBool), whole = empty({0}, kLong);
  CHECK(exp_out(out, a).equal(a.exp()));
  CHECK(absolute_out(out, a).equal(a.abs()));
  CHECK(pow_out(out, a, 2).equal(a.pow(2)));
  CHECK(pow_out(out, 2, a).equal(gradus::pow(2, a)));
  CHECK(div_out(out, a, b, "floor").equal(a.div(b, "floor")));
  CHECK(isnan_out(mask, a).equal(a.isnan()));
  CHECK(logical_and_out(mask, a, b).equal(a.logical_and(b)));
  CHECK(less_out(mask, a, b).equal(a < b));
  CHECK(clamp_out(out, a, 0, 1).equal(a.clamp(0, 1)));
  CHECK(where_out(out, a > b, a, b).equal(where(a > b, a, b)));
  CHECK(addcmul_out(out, a, a, b, 0.5).equal(addcmul(a, a, b, 0.5)));
  CHECK(max_out(out, a).equal(a.max()));
  CHECK(max_out(out, a, b).equal(a.max(b)));
  CHECK(maximum_out(out, a, b).equal(a.max(b)));
  CHECK(addmm_out(out, a, a, b, 0.5, 2).equal(addmm(a, a, b, 0.5, 2)));
  CHECK(matmul_out(out, a, b).equal(a.mm(b)));
  CHECK(bmm_out(out, a.unsqueeze(0), b.unsqueeze(0)).equal(a.mm(b).unsqueeze(0)));
  CHECK(outer_out(out, a[0], b[0]).equal(outer(a[0], b[0])));
  CHECK(stack_out(out, {a, b}).equal(stack({a, b})));
  CHECK(vstack_out(out, {a, b}).equal(vstack({a, b})));
  CHECK(cumsum_out(out, a, 0).equal(a.cumsum(0)));
  CHECK(softmax_out(out, a, 1).equal(a.softmax(1)));
  CHECK(argmax_out(whole, a, 1).equal(a.argmax(1)));
  CHECK(any_out(mask, a).equal(a.any()));
  CHECK(amax_out(out, a, {0, 1}).equal(a.amax({0, 1})));
  CHECK(std_out(out, a, 0).equal(a.std(0)));
  CHECK(norm_out(out, a, 2, {0}).equal(a.norm(2, {0})));
  CHECK(prod_out(out, a, 0).equal(a.prod(0)));
  CHECK(gather_out(out, a, 0, tensor({{1, 0}})).equal(a.gather(0, tensor({{1, 0}}))));
  CHECK(index_select_out(out, a, 0, tensor({1})).equal(a.index_select(0, tensor({1}))));
  CHECK(tril_out(out, a).equal(a.tril()));
  CHECK(gelu_out(out, a, "tanh").equal(gelu(a, "tanh")));
  manual_seed(1);
  const Tensor drawn = randn({4});
  manual_seed(1);
  CHECK(randn_out(out, {4}).equal(drawn));
}

TEST_CASE("out: by family") {
  Tensor out = empty({0}), whole = empty({0}, kLong), mask = empty({0}, kBool);
  const Tensor image = arange(32, kFloat).reshape({1, 2, 4, 4});
  CHECK(avg_pool2d_out(out, image, {2, 2}).equal(avg_pool2d(image, {2, 2})));
  CHECK(adaptive_avg_pool2d_out(out, image, {2, 1}).equal(adaptive_avg_pool2d(image, {2, 1})));
  const auto [pooled, places] = max_pool2d_with_indices_out(out, whole, image, {2, 2});
  CHECK(pooled.equal(max_pool2d(image, {2, 2})));
  CHECK(places.sizes() == pooled.sizes());
  CHECK(max_unpool2d_out(out, pooled.clone(), places, {4, 4}).sizes() == image.sizes());
  CHECK(
      reflection_pad2d_out(out, image, {1, 1, 0, 2}).equal(reflection_pad2d(image, {1, 1, 0, 2})));
  CHECK(constant_pad_nd_out(out, image, {1, 2}, 7).equal(constant_pad_nd(image, {1, 2}, 7)));
  CHECK(upsample_nearest2d_out(out, image, {8, 6}).equal(upsample_nearest2d(image, {8, 6})));
  CHECK(pixel_unshuffle_out(out, image, 2).equal(pixel_unshuffle(image, 2)));
  CHECK(im2col_out(out, image, {2, 2}, 1, 0, 1).equal(im2col(image, {2, 2}, 1, 0, 1)));
  const Tensor kernel = ones({1, 2, 3, 3});
  CHECK(convolution_out(out, image, kernel, {}, {1, 1}, {0, 0}, {1, 1}, false, {0, 0}, 1)
            .equal(conv2d(image, kernel)));

  CHECK(mse_loss_out(out, a, b).equal(mse_loss(a, b)));
  CHECK(nll_loss_out(out, a, tensor({0, 1})).equal(nll_loss(a, tensor({0, 1}))));
  CHECK(binary_cross_entropy_out(out, a.sigmoid(), b.sigmoid(), {}, Reduction::Sum)
            .equal(binary_cross_entropy(a.sigmoid(), b.sigmoid(), {}, Reduction::Sum)));
  CHECK(embedding_out(out, a, tensor({1, 0})).equal(embedding(a, tensor({1, 0}))));
  Tensor mean = empty({0}), deviation = empty({0});
  const auto [y, m, r] = native_layer_norm_out(out, mean, deviation, a, {2}, {}, {}, 1e-5);
  CHECK(y.equal(layer_norm(a, {2})));
  CHECK(m.equal(a.mean(1, true)));
  CHECK(r.sizes() == IntArrayRef({2, 1}));

  CHECK(trace_out(out, a).equal(a.trace()));
  CHECK(bincount_out(whole, tensor({1, 1, 3})).equal(tensor({0, 2, 0, 1})));
  CHECK(isin_out(mask, a, b).equal(isin(a, b)));
  CHECK(std::get<1>(var_mean_out(out, mean, a)).equal(a.mean()));
  CHECK(std::get<0>(histogram_out(out, mean, a, 3)).equal(std::get<0>(histogram(a, 3))));
  CHECK(std::get<0>(unique_dim_out(out, whole, whole, a, 0)).equal(std::get<0>(unique_dim(a, 0))));
  CHECK(flip_out(out, a, {0, 1}).equal(a.flip({0, 1})));
  CHECK(roll_out(out, a, 1, 0).equal(a.roll(1, 0)));
  CHECK(masked_fill_out(out, a, a > 0, 9).equal(a.masked_fill(a > 0, 9)));
  CHECK(select_scatter_out(out, a, b[0], 0, 1).equal(a.select_scatter(b[0], 0, 1)));
  CHECK(permute_copy_out(out, a, {1, 0}).equal(a.t()));
  CHECK(new_full_out(out, a, {3}, 2).equal(full({3}, 2.0)));
  CHECK(ones_like_out(out, a).equal(ones({2, 2})));
  CHECK(hann_window_out(out, 5, false).equal(hann_window(5, false)));
  CHECK(float_power_out(deviation = empty({0}, kDouble), a, 2).equal(float_power(a, 2)));
  CHECK(fill_out(out, a, 3).equal(full({2, 2}, 3.0)));
  CHECK(zero_out(out, a).equal(zeros({2, 2})));
  manual_seed(3);
  const Tensor drawn = randint(5, {4});
  manual_seed(3);
  CHECK(randint_out(whole, 5, {4}).equal(drawn));
}

TEST_CASE("dist is a method as well") {
  CHECK(a.dist(b, 1).equal(dist(a, b, 1)));
  CHECK(a.dist(a).item<float>() == 0);
}

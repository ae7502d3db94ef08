// What the nodes of operations are called. The same code runs on libtorch (grad_fn.cpp) and on
// Gradus. Left out are operations that are one node here and several in libtorch, or the reverse,
// and end in another operation: einsum, bilinear, chain_matmul, multi_dot, kron, vander,
// combinations, quantile, the scatters into views, a number over a tensor, padding round a circle,
// and the pools of lines.
#pragma once

#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace grad_fn {

using torch::Tensor;
namespace F = torch::nn::functional;

inline Tensor first(const Tensor& t) { return t; }
inline Tensor first(const std::vector<Tensor>& list) { return list[0]; }
template <class... T>
Tensor first(const std::tuple<Tensor, T...>& outputs) {
  return std::get<0>(outputs);
}

// The name of the node that made the first output, without libtorch's namespace.
template <class Outputs>
std::string name(const Outputs& outputs) {
  const auto node = first(outputs).grad_fn();
  if (!node) return "none";
  const std::string all = node->name();
  const size_t colon = all.rfind(':');
  return colon == std::string::npos ? all : all.substr(colon + 1);
}

// Each expression and its name.
using Names = std::vector<std::pair<std::string, std::string>>;
#define GRAD_FN(...) names.emplace_back(#__VA_ARGS__, name(__VA_ARGS__));

struct Inputs {
  Tensor a = torch::rand({3, 4}).requires_grad_(), b = torch::rand({3, 4}).requires_grad_();
  Tensor s = torch::rand({3, 3}).requires_grad_(), v = torch::rand({4}).requires_grad_();
  Tensor flat = torch::rand({3}).requires_grad_();
  Tensor batch = torch::rand({2, 3, 4}).requires_grad_();
  Tensor line = torch::rand({2, 2, 8}).requires_grad_();
  Tensor image = torch::rand({2, 4, 8, 8}).requires_grad_();
  Tensor solid = torch::rand({1, 2, 4, 4, 4}).requires_grad_();
  Tensor target = torch::rand({3, 4}), mask = torch::ones({3, 4}, torch::kBool);
  Tensor places = torch::zeros({3, 4}, torch::kLong), classes = torch::zeros({3}, torch::kLong);
  Tensor leaf() const { return (a * 1).clone(); }
};

inline void arithmetic(Names& names, const Inputs& in) {
  const auto& [a, b, s, v, flat, batch, line, image, solid, target, mask, places, classes] = in;
  GRAD_FN(a + b)
  GRAD_FN(a + 2)
  GRAD_FN(2 + a)
  GRAD_FN(a.add(b, 2))
  GRAD_FN(a.add(1, 2))
  GRAD_FN(a - b)
  GRAD_FN(a - 2)
  GRAD_FN(2 - a)
  GRAD_FN(a.sub(b, 2))
  GRAD_FN(torch::rsub(a, b))
  GRAD_FN(torch::rsub(a, 2))
  GRAD_FN(a * b)
  GRAD_FN(a * 2)
  GRAD_FN(2 * a)
  GRAD_FN(a / b)
  GRAD_FN(a / 2)
  GRAD_FN(a.div(b, "trunc"))
  GRAD_FN(a.div(b, "floor"))
  GRAD_FN(a.div(2, "trunc"))
  GRAD_FN(a.div(2, "floor"))
  GRAD_FN(a.remainder(b))
  GRAD_FN(a.remainder(2))
  GRAD_FN(a.fmod(b))
  GRAD_FN(a.fmod(2))
  GRAD_FN(a.pow(b))
  GRAD_FN(a.pow(2))
  GRAD_FN(a.pow(3))
  GRAD_FN(a.pow(0.5))
  GRAD_FN(torch::pow(2, a))
  GRAD_FN(a.square())
  GRAD_FN(a.xlogy(b))
  GRAD_FN(a.xlogy(2))
  GRAD_FN(torch::xlogy(2, a))
  GRAD_FN(torch::addcmul(a, a, b))
  GRAD_FN(torch::addcdiv(a, a, b))
  GRAD_FN(torch::lerp(a, b, 0.5))
  GRAD_FN(torch::lerp(a, b, target))
  GRAD_FN(a.clamp(0, 1))
  GRAD_FN(a.clamp(0))
  GRAD_FN(a.clamp({}, 1))
  GRAD_FN(torch::clamp(a, b, target))
  GRAD_FN(torch::clamp_min(a, 0))
  GRAD_FN(torch::clamp_min(a, b))
  GRAD_FN(torch::clamp_max(a, 0))
  GRAD_FN(torch::clamp_max(a, b))
  GRAD_FN(torch::maximum(a, b))
  GRAD_FN(torch::minimum(a, b))
  GRAD_FN(torch::fmax(a, b))
  GRAD_FN(torch::fmin(a, b))
  GRAD_FN(torch::atan2(a, b))
  GRAD_FN(torch::hypot(a, b))
  GRAD_FN(torch::copysign(a, b))
  GRAD_FN(torch::logaddexp(a, b))
  GRAD_FN(torch::logaddexp2(a, b))
  GRAD_FN(torch::where(mask, a, b))
  GRAD_FN(a.masked_fill(mask, 0))
  GRAD_FN(a.masked_fill(mask, v.sum().detach()))
  GRAD_FN(in.leaf().add_(b))
  GRAD_FN(in.leaf().add_(2))
  GRAD_FN(in.leaf().mul_(b))
  GRAD_FN(in.leaf().pow_(2))
  GRAD_FN(in.leaf().exp_())
  GRAD_FN(in.leaf().clamp_(0, 1))
  GRAD_FN(in.leaf().zero_())
  GRAD_FN(in.leaf().fill_(2))
  GRAD_FN(in.leaf().copy_(b))
  GRAD_FN(in.leaf().masked_fill_(mask, 0))
}

#define GRAD_FN_UNARY(X)                                                                      \
  X(abs) X(neg) X(sign) X(sqrt) X(rsqrt) X(reciprocal) X(exp) X(exp2) X(expm1) X(log) X(log2) \
      X(log10) X(log1p) X(sin) X(cos) X(tan) X(asin) X(acos) X(atan) X(sinh) X(cosh) X(tanh)  \
          X(asinh) X(acosh) X(atanh) X(erf) X(erfc) X(erfinv) X(sigmoid) X(lgamma) X(digamma) \
              X(sinc) X(i0) X(relu) X(ceil) X(floor) X(round) X(trunc) X(frac) X(deg2rad)     \
                  X(rad2deg) X(logit) X(nan_to_num)

inline void unary(Names& names, const Inputs& in) {
#define X(f) names.emplace_back(#f, name(torch::f(in.a)));
  GRAD_FN_UNARY(X)
#undef X
  const Tensor& a = in.a;
  GRAD_FN(torch::polygamma(1, a))
  GRAD_FN(torch::round(a, 2))
  GRAD_FN(torch::silu(a))
  GRAD_FN(torch::mish(a))
  GRAD_FN(torch::gelu(a))
  GRAD_FN(torch::gelu(a, "tanh"))
  GRAD_FN(torch::elu(a))
  GRAD_FN(torch::selu(a))
  GRAD_FN(torch::celu(a))
  GRAD_FN(torch::leaky_relu(a))
  GRAD_FN(torch::hardtanh(a))
  GRAD_FN(torch::relu6(a))
  GRAD_FN(torch::hardsigmoid(a))
  GRAD_FN(torch::hardswish(a))
  GRAD_FN(torch::hardshrink(a))
  GRAD_FN(torch::softshrink(a))
  GRAD_FN(torch::softplus(a))
  GRAD_FN(torch::log_sigmoid(a))
  GRAD_FN(torch::threshold(a, 1, 0))
  GRAD_FN(torch::glu(a))
  GRAD_FN(torch::prelu(a, in.v))
  GRAD_FN(F::softsign(a))
  GRAD_FN(F::tanhshrink(a))
}

inline void sums(Names& names, const Inputs& in) {
  const auto& [a, b, s, v, flat, batch, line, image, solid, target, mask, places, classes] = in;
  GRAD_FN(a.sum())
  GRAD_FN(a.sum(0))
  GRAD_FN(a.sum({0, 1}))
  GRAD_FN(a.nansum())
  GRAD_FN(a.mean())
  GRAD_FN(a.mean(0))
  GRAD_FN(a.prod())
  GRAD_FN(a.prod(0))
  GRAD_FN(a.var())
  GRAD_FN(a.var(0))
  GRAD_FN(a.std())
  GRAD_FN(a.std(0))
  GRAD_FN(torch::var_mean(a))
  GRAD_FN(a.norm())
  GRAD_FN(a.norm(1))
  GRAD_FN(a.norm(2, 0))
  GRAD_FN(torch::dist(a, b))
  GRAD_FN(torch::cdist(a, b))
  GRAD_FN(torch::renorm(a, 2, 0, 1))
  GRAD_FN(a.max())
  GRAD_FN(a.max(0))
  GRAD_FN(a.min())
  GRAD_FN(a.min(0))
  GRAD_FN(a.amax(0))
  GRAD_FN(a.amin(0))
  GRAD_FN(a.median())
  GRAD_FN(a.median(0))
  GRAD_FN(a.nanmedian())
  GRAD_FN(a.mode(0))
  GRAD_FN(a.kthvalue(1, 0))
  GRAD_FN(a.topk(2))
  GRAD_FN(a.sort(0))
  GRAD_FN(torch::msort(a))
  GRAD_FN(a.cumsum(0))
  GRAD_FN(a.cumprod(0))
  GRAD_FN(a.cummax(0))
  GRAD_FN(a.cummin(0))
  GRAD_FN(a.logcumsumexp(0))
  GRAD_FN(a.logsumexp(0))
  GRAD_FN(a.softmax(0))
  GRAD_FN(a.log_softmax(0))
  GRAD_FN(s.trace())
}

inline void products(Names& names, const Inputs& in) {
  const auto& [a, b, s, v, flat, batch, line, image, solid, target, mask, places, classes] = in;
  GRAD_FN(a.mm(b.t()))
  GRAD_FN(a.matmul(b.t()))
  GRAD_FN(a.mv(v))
  GRAD_FN(a.matmul(v))
  GRAD_FN(v.dot(v))
  GRAD_FN(v.matmul(v))
  GRAD_FN(batch.bmm(batch.mT()))
  GRAD_FN(torch::outer(v, v))
  GRAD_FN(torch::addmm(s, a, b.t()))
  GRAD_FN(torch::addmv(flat, a, v))
  GRAD_FN(torch::addr(a, flat, v))
  GRAD_FN(torch::baddbmm(s, batch, batch.mT()))
  GRAD_FN(F::linear(a, b, flat))
  GRAD_FN(F::linear(a, b))
  GRAD_FN(F::linear(batch, b))
  GRAD_FN(torch::linear(batch, b, flat))
  GRAD_FN(torch::tril(s))
  GRAD_FN(torch::triu(s))
}

inline void views(Names& names, const Inputs& in) {
  const auto& [a, b, s, v, flat, batch, line, image, solid, target, mask, places, classes] = in;
  GRAD_FN(a.view({4, 3}))
  GRAD_FN(a.view_as(b))
  GRAD_FN(a.reshape({4, 3}))
  GRAD_FN(a.t().reshape({12}))
  GRAD_FN(a.flatten())
  GRAD_FN(a.unflatten(1, {2, 2}))
  GRAD_FN(a.t())
  GRAD_FN(a.transpose(0, 1))
  GRAD_FN(a.mT())
  GRAD_FN(a.permute({1, 0}))
  GRAD_FN(a.movedim(0, 1))
  GRAD_FN(a.unsqueeze(0))
  GRAD_FN(a.squeeze())
  GRAD_FN(a.squeeze(0))
  GRAD_FN(a.squeeze({0, 1}))
  GRAD_FN(a.expand({2, 3, 4}))
  GRAD_FN(a.select(0, 1))
  GRAD_FN(a.slice(0, 1))
  GRAD_FN(a.narrow(0, 1, 1))
  GRAD_FN(a.diagonal())
  GRAD_FN(v.diag())
  GRAD_FN(torch::diag_embed(v))
  GRAD_FN(a.as_strided({2, 2}, {1, 2}))
  GRAD_FN(v.unfold(0, 2, 1))
  GRAD_FN(a.unbind())
  GRAD_FN(a.split(1))
  GRAD_FN(a.split_with_sizes({1, 2}))
  GRAD_FN(a.chunk(2))
  GRAD_FN(a.detach().requires_grad_())
  GRAD_FN(a.clone())
  GRAD_FN(a.contiguous())
  GRAD_FN(a.t().contiguous())
  GRAD_FN(a.to(torch::kDouble))
  GRAD_FN(a.alias())
  GRAD_FN(torch::cat({a, b}))
  GRAD_FN(torch::stack({a, b}))
  GRAD_FN(torch::hstack({a, b}))
  GRAD_FN(a.repeat({2, 2}))
  GRAD_FN(a.tile({2, 2}))
  GRAD_FN(a.flip({0}))
  GRAD_FN(a.roll(1, 0))
  GRAD_FN(torch::rot90(a))
  GRAD_FN(torch::pixel_shuffle(image, 2))
  GRAD_FN(torch::pixel_unshuffle(image, 2))
  GRAD_FN(torch::channel_shuffle(image, 2))
  GRAD_FN(a.index({0}))
  GRAD_FN(a.index({torch::indexing::Slice(0, 2)}))
  GRAD_FN(a.index({classes}))
  GRAD_FN(a.index({mask}))
  GRAD_FN(a.index_select(0, classes))
  GRAD_FN(a.gather(0, places))
  GRAD_FN(a.take(classes))
  GRAD_FN(a.masked_select(mask))
  GRAD_FN(a.masked_scatter(mask, b))
  GRAD_FN(a.scatter(0, places, b))
  GRAD_FN(a.scatter(0, places, 2))
  GRAD_FN(a.scatter_add(0, places, b))
  GRAD_FN(a.scatter_reduce(0, places, b, "amax"))
  GRAD_FN(a.index_add(0, classes, b))
  GRAD_FN(a.index_copy(0, classes, b))
  GRAD_FN(a.index_fill(0, classes, 2))
  GRAD_FN(a.index_put({classes}, b))
  GRAD_FN(a.put(classes, flat))
  GRAD_FN(a.index_reduce(0, classes, b, "amax"))
  Tensor part = in.leaf();
  part.select(0, 1).mul_(2);
  GRAD_FN(part)
}

inline void networks(Names& names, const Inputs& in) {
  const auto& [a, b, s, v, flat, batch, line, image, solid, target, mask, places, classes] = in;
  const Tensor three = torch::rand({2, 4, 3}), nine = torch::rand({2, 4, 3, 3}),
               cube = torch::rand({2, 2, 3, 3, 3});
  GRAD_FN(torch::conv1d(line, torch::rand({2, 2, 3})))
  GRAD_FN(torch::conv2d(image, nine))
  GRAD_FN(torch::conv3d(solid, cube))
  GRAD_FN(torch::conv_transpose1d(line, torch::rand({2, 2, 3})))
  GRAD_FN(torch::conv_transpose2d(image, torch::rand({4, 2, 3, 3})))
  GRAD_FN(torch::conv_transpose3d(solid, cube))
  GRAD_FN(torch::conv_tbc(batch, torch::rand({1, 4, 2}), torch::rand({2})))
  GRAD_FN(F::max_pool2d(image, F::MaxPool2dFuncOptions(2)))
  GRAD_FN(F::max_pool3d(solid, F::MaxPool3dFuncOptions(2)))
  GRAD_FN(F::avg_pool2d(image, F::AvgPool2dFuncOptions(2)))
  GRAD_FN(F::avg_pool3d(solid, F::AvgPool3dFuncOptions(2)))
  GRAD_FN(F::adaptive_avg_pool2d(image, F::AdaptiveAvgPool2dFuncOptions(2)))
  GRAD_FN(F::adaptive_avg_pool3d(solid, F::AdaptiveAvgPool3dFuncOptions(2)))
  GRAD_FN(F::adaptive_max_pool2d(image, F::AdaptiveMaxPool2dFuncOptions(2)))
  GRAD_FN(F::adaptive_max_pool3d(solid, F::AdaptiveMaxPool3dFuncOptions(2)))
  GRAD_FN(torch::layer_norm(a, {4}))
  GRAD_FN(torch::group_norm(image, 2))
  GRAD_FN(torch::batch_norm(image, {}, {}, {}, {}, true, 0.1, 1e-5, false))
  GRAD_FN(F::normalize(a))
  GRAD_FN(torch::embedding(a, classes))
  GRAD_FN(torch::dropout(a, 0.5, true))
  GRAD_FN(torch::im2col(image, {2, 2}, {1, 1}, {0, 0}, {1, 1}))
  GRAD_FN(F::pad(a, F::PadFuncOptions({1, 1})))
  GRAD_FN(F::pad(line, F::PadFuncOptions({1, 1}).mode(torch::kReflect)))
  GRAD_FN(F::pad(image, F::PadFuncOptions({1, 1, 1, 1}).mode(torch::kReflect)))
  GRAD_FN(F::pad(solid, F::PadFuncOptions({1, 1, 1, 1, 1, 1}).mode(torch::kReflect)))
  GRAD_FN(F::pad(line, F::PadFuncOptions({1, 1}).mode(torch::kReplicate)))
  GRAD_FN(F::pad(image, F::PadFuncOptions({1, 1, 1, 1}).mode(torch::kReplicate)))
  GRAD_FN(F::pad(solid, F::PadFuncOptions({1, 1, 1, 1, 1, 1}).mode(torch::kReplicate)))
  const auto resized = [](const Tensor& x, std::vector<int64_t> size, auto mode) {
    return F::interpolate(x, F::InterpolateFuncOptions().size(size).mode(mode));
  };
  GRAD_FN(resized(line, {4}, torch::kNearest))
  GRAD_FN(resized(image, {4, 4}, torch::kNearest))
  GRAD_FN(resized(solid, {2, 2, 2}, torch::kNearest))
  GRAD_FN(resized(line, {4}, torch::kLinear))
  GRAD_FN(resized(image, {4, 4}, torch::kBilinear))
  GRAD_FN(resized(image, {4, 4}, torch::kBicubic))
  GRAD_FN(resized(solid, {2, 2, 2}, torch::kTrilinear))
  GRAD_FN(resized(image, {4, 4}, torch::kArea))
  GRAD_FN(F::grid_sample(image, torch::rand({2, 3, 3, 2})))
  GRAD_FN(F::grid_sample(solid, torch::rand({1, 3, 3, 3, 3})))
  GRAD_FN(F::affine_grid(torch::rand({1, 2, 3}).requires_grad_(), {1, 1, 2, 2}))
}

inline void losses(Names& names, const Inputs& in) {
  const auto& [a, b, s, v, flat, batch, line, image, solid, target, mask, places, classes] = in;
  const int64_t none = 0, mean = 1, sum = 2;
  const Tensor chances = (a * 0.5).detach().requires_grad_();
  const Tensor picture = torch::zeros({2, 8, 8}, torch::kLong);
  for (const int64_t how : {none, mean, sum}) {
    names.emplace_back("reduction " + std::to_string(how), "");
    GRAD_FN(torch::mse_loss(a, target, how))
    GRAD_FN(torch::l1_loss(a, target, how))
    GRAD_FN(torch::smooth_l1_loss(a, target, how))
    GRAD_FN(torch::huber_loss(a, target, how))
    GRAD_FN(torch::binary_cross_entropy(chances, target, {}, how))
    GRAD_FN(torch::binary_cross_entropy_with_logits(a, target, {}, {}, how))
    GRAD_FN(torch::soft_margin_loss(a, target, how))
    GRAD_FN(torch::multi_margin_loss(a, classes, 1, 1, {}, how))
    GRAD_FN(torch::multilabel_margin_loss(a, places, how))
    GRAD_FN(torch::nll_loss(a, classes, {}, how))
    GRAD_FN(torch::cross_entropy_loss(a, classes, {}, how))
    GRAD_FN(torch::cross_entropy_loss(image, picture, {}, how))
    GRAD_FN(torch::kl_div(a, target, how))
  }
  GRAD_FN(F::cross_entropy(a, classes))
  GRAD_FN(F::mse_loss(a, target))
}

inline void rare(Names& names, const Inputs& in) {
  const Tensor &a = in.a, &b = in.b;
  GRAD_FN(torch::special_entr(a))
  GRAD_FN(torch::special_erfcx(a))
  GRAD_FN(torch::special_i0e(a))
  GRAD_FN(torch::special_log_ndtr(a))
  GRAD_FN(torch::special_ndtri(a))
  GRAD_FN(torch::special::psi(a))
  GRAD_FN(torch::special::xlogy(a, b))
  GRAD_FN(torch::special::xlog1py(a, b))
  GRAD_FN(torch::special::xlog1py(2, b))
  GRAD_FN(torch::special::xlog1py(a, 2))
  GRAD_FN(torch::special::zeta(2, b))
  GRAD_FN(torch::igamma(in.target, b))
  GRAD_FN(torch::frexp(a))
  GRAD_FN(torch::angle(a))
  GRAD_FN(torch::narrow_copy(a, 1, 0, 2))
  GRAD_FN(torch::unfold_copy(a, 1, 2, 1))
  GRAD_FN(torch::as_strided_scatter(a, torch::zeros({2}), {2}, {1}))
  GRAD_FN(in.leaf().nan_to_num_())
  GRAD_FN(in.leaf().logit_())
  GRAD_FN(in.leaf().renorm_(2, 0, 1))
}

inline Names all() {
  Names names;
  const Inputs in;
  arithmetic(names, in);
  unary(names, in);
  sums(names, in);
  products(names, in);
  views(names, in);
  networks(names, in);
  losses(names, in);
  rare(names, in);
  return names;
}

}  // namespace grad_fn

// Values and derivatives where formulas have kinks, poles, ties and zeros to divide by. The same
// code runs on libtorch (special_points.cpp) and on Gradus.
#pragma once

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace special_points {

using torch::Tensor;
using List = std::vector<Tensor>;
namespace F = torch::nn::functional;

// All elements of the value, of the gradients and of the gradients' gradients by inputs and
// incoming gradients; less, where an order throws.
struct Result {
  std::string name;
  std::vector<std::vector<double>> orders;
};

inline Tensor numbers(const std::vector<double>& values, std::vector<int64_t> shape = {-1}) {
  Tensor t = torch::empty({int64_t(values.size())}, torch::kDouble);
  for (size_t i = 0; i < values.size(); ++i) t.data_ptr<double>()[i] = values[i];
  return t.reshape(shape).clone();
}
inline Tensor places(const std::vector<int64_t>& values) {
  Tensor t = torch::empty({int64_t(values.size())}, torch::kLong);
  for (size_t i = 0; i < values.size(); ++i) t.data_ptr<int64_t>()[i] = values[i];
  return t;
}

inline void append(std::vector<double>& to, const Tensor& t) {
  // 0 + t, since libtorch has zeros without memory.
  const Tensor c = (torch::zeros(t.sizes(), torch::kDouble) + t.detach()).contiguous();
  for (int64_t i = 0; i < c.numel(); ++i) to.push_back(c.data_ptr<double>()[i]);
}
inline Tensor incoming(const Tensor& y, size_t seed) {
  Tensor dy = torch::empty(y.sizes(), torch::kDouble);
  for (int64_t i = 0; i < dy.numel(); ++i)
    dy.data_ptr<double>()[i] = 0.5 + 0.25 * double((7 * i + 3 * int64_t(seed)) % 5);
  return dy.requires_grad_();
}

inline Result run(std::string name, const List& inputs, const std::function<List(const List&)>& f,
                  size_t orders) {
  Result r{std::move(name), {}};
  for (const Tensor& x : inputs) x.requires_grad_();
  try {
    List ys = f(inputs), xs = inputs;
    r.orders.emplace_back();
    for (const Tensor& y : ys) append(r.orders.back(), y);
    for (size_t order = 1; order <= orders; ++order) {
      List outputs, dys;
      for (const Tensor& y : ys)
        if (y.defined() && y.requires_grad()) {
          outputs.push_back(y);
          dys.push_back(incoming(y, dys.size() + 2 * order));
        }
      if (outputs.empty()) break;
      ys = torch::autograd::grad(outputs, xs, dys, true, true, true);
      std::vector<double> all;
      for (size_t i = 0; i < ys.size(); ++i)
        append(all, ys[i].defined() ? ys[i] : torch::zeros(xs[i].sizes(), torch::kDouble));
      r.orders.push_back(std::move(all));
      xs.insert(xs.end(), dys.begin(), dys.end());
    }
  } catch (const std::exception&) {
  }
  return r;
}

class Cases {
 public:
  std::vector<Result> results;

  void add(const std::string& name, const List& inputs, std::function<List(const List&)> f,
           size_t orders = 2) {
    results.push_back(run(name, inputs, f, orders));
  }
  void products() {
    const std::vector<double> lines[] = {
        {2, 3, 4, 5}, {2, 0, 4, 5}, {2, 0, 4, 0}, {0, 0, 4, 0}, {0, 0, 0, 0}};
    for (const std::vector<double>& line : lines) {
      int zeros = 0;
      for (const double v : line) zeros += v == 0;
      const std::string n = "." + std::to_string(zeros);
      const auto square = [&] { return List{numbers(line, {2, 2})}; };
      add("prod" + n, {numbers(line)}, [](const List& x) -> List { return {x[0].prod(0)}; });
      add("prod.all" + n, square(), [](const List& x) -> List { return {x[0].prod()}; });
      add("prod.rows" + n, square(), [](const List& x) -> List { return {x[0].prod(1, true)}; });
      add("cumprod" + n, {numbers(line)}, [](const List& x) -> List { return {x[0].cumprod(0)}; });
      add("cumprod.columns" + n, square(), [](const List& x) -> List { return {x[0].cumprod(0)}; });
      for (const bool self : {true, false}) {
        const std::string m = n + (self ? "" : ".alone");
        add("scatter_reduce.prod" + m, {numbers({3, 0, 2}), numbers(line)},
            [self](const List& x) -> List {
              return {x[0].scatter_reduce(0, places({0, 1, 0, 1}), x[1], "prod", self)};
            });
        add("index_reduce.prod" + m, {numbers({3, 0, 2, 0, 1, 4}, {3, 2}), numbers(line, {2, 2})},
            [self](const List& x) -> List {
              return {x[0].index_reduce(0, places({1, 1}), x[1], "prod", self)};
            });
      }
    }
    add("prod.scalar", {numbers({0}, {})}, [](const List& x) -> List { return {x[0].prod()}; });
  }

  void norms() {
    for (const double p : {0., 0.5, 1., 1.5, 2., 3., inf, -inf, -1.}) {
      const std::string n = "." + std::to_string(p);
      add("norm.zero" + n, {numbers({0, 0})},
          [p](const List& x) -> List { return {x[0].norm(p)}; });
      add("norm.some" + n, {numbers({0, -2, 3})},
          [p](const List& x) -> List { return {x[0].norm(p)}; });
      add("norm.tie" + n, {numbers({2, -2, 1})},
          [p](const List& x) -> List { return {x[0].norm(p)}; });
      add("dist" + n, {numbers({1, 2}), numbers({1, 2})},
          [p](const List& x) -> List { return {torch::dist(x[0], x[1], p)}; });
      add("pairwise_distance" + n, {numbers({1, 2}, {1, 2}), numbers({1, 2}, {1, 2})},
          [p](const List& x) -> List { return {torch::pairwise_distance(x[0], x[1], p, 0.0)}; });
    }
    add("cdist", {numbers({1, 2, 3, 4}, {2, 2}), numbers({1, 2, 3, 5}, {2, 2})},
        [](const List& x) -> List { return {torch::cdist(x[0], x[1])}; });
    // Rows that are the same, numbers that are the same, and differences of one size.
    for (const double p : {0., 0.5, 1., 1.5, 2., 3., inf})
      add(
          "cdist." + std::to_string(p),
          {numbers({1, 2, 3, 0, 0, 0}, {2, 3}), numbers({1, 2, 3, 0, 1, 2, 2, 2, 4}, {3, 3})},
          [p](const List& x) -> List { return {torch::cdist(x[0], x[1], p)}; }, 1);
    add(
        "cdist.mm", {numbers({1, 2, 3, 0, 0, 0}, {2, 3}), numbers({1, 2, 3, 0, 1, 2}, {2, 3})},
        [](const List& x) -> List { return {torch::cdist(x[0], x[1], 2, 1)}; }, 1);
    add("renorm", {numbers({0, 0, 3, 4}, {2, 2})},
        [](const List& x) -> List { return {x[0].renorm(2, 0, 1)}; });
    add("cosine_similarity", {numbers({0, 0}, {1, 2}), numbers({1, 2}, {1, 2})},
        [](const List& x) -> List { return {torch::cosine_similarity(x[0], x[1])}; });
    add("std.constant", {numbers({2, 2, 2})}, [](const List& x) -> List { return {x[0].std()}; });
    add("std.one", {numbers({2})}, [](const List& x) -> List { return {x[0].std(false)}; });
    add("std.dim", {numbers({2, 2, 1, 5}, {2, 2})},
        [](const List& x) -> List { return {x[0].std(1)}; });
    add("var.constant", {numbers({2, 2, 2})}, [](const List& x) -> List { return {x[0].var()}; });
    add("layer_norm.constant", {numbers({2, 2, 1, 3}, {2, 2})},
        [](const List& x) -> List { return {torch::layer_norm(x[0], {2})}; });
  }

  void ties() {
    const std::pair<const char*, std::vector<double>> lines[] = {{".pairs", {2, 3, 3, 2}},
                                                                 {".all", {1, 1, 1, 1}},
                                                                 {".nan", {1, nan, 2, 2}},
                                                                 {".inf", {inf, -inf, inf, -inf}}};
    for (const auto& [n, line] : lines) {
      const auto both = [n = n, line = line, this](const char* name, Tensor (*f)(const Tensor&)) {
        const auto g = [f](const List& x) -> List { return {f(x[0])}; };
        add(name + std::string(n), {numbers(line)}, g);
        add(name + std::string(n) + ".square", {numbers(line, {2, 2})}, g);
      };
      both("amax", [](const Tensor& x) { return x.amax(0); });
      both("amin", [](const Tensor& x) { return x.amin(-1, true); });
      both("max", [](const Tensor& x) { return x.max(); });
      both("min", [](const Tensor& x) { return x.min(); });
      both("max.dim", [](const Tensor& x) { return std::get<0>(x.max(0)); });
      both("min.dim", [](const Tensor& x) { return std::get<0>(x.min(0)); });
      both("aminmax", [](const Tensor& x) { return std::get<1>(torch::aminmax(x)); });
      both("median", [](const Tensor& x) { return x.median(); });
      both("nanmedian", [](const Tensor& x) { return x.nanmedian(); });
      both("cummax", [](const Tensor& x) { return std::get<0>(x.cummax(0)); });
      both("cummin", [](const Tensor& x) { return std::get<0>(x.cummin(0)); });
      if (n != std::string(".nan"))
        both("mode", [](const Tensor& x) { return std::get<0>(x.mode(0)); });
      both("sort", [](const Tensor& x) { return std::get<0>(torch::sort(x, true, 0, false)); });
      both("sort.falling",
           [](const Tensor& x) { return std::get<0>(torch::sort(x, true, 0, true)); });
      both("quantile", [](const Tensor& x) { return torch::quantile(x, 0.3); });
      both("nanquantile", [](const Tensor& x) { return torch::nanquantile(x, 0.3); });
      both("logsumexp", [](const Tensor& x) { return x.logsumexp(0); });
      both("softmax", [](const Tensor& x) { return x.softmax(0); });
      both("log_softmax", [](const Tensor& x) { return x.log_softmax(0); });
      both("nanmean", [](const Tensor& x) { return torch::nanmean(x); });
    }
    for (const char* how : {"amax", "amin", "mean"})
      add(std::string("scatter_reduce.") + how, {numbers({2, 0, 2}), numbers({2, 0, 3, 0})},
          [how](const List& x) -> List {
            return {x[0].scatter_reduce(0, places({0, 1, 0, 1}), x[1], how)};
          });
  }

  void infinities() {
    const std::pair<const char*, std::vector<double>> lines[] = {
        {".nothing", {-inf, -inf}}, {".masked", {-inf, 1, 2}}, {".pole", {1, inf, 2}}};
    for (const auto& [n, line] : lines) {
      const auto one = [n = n, line = line, this](const char* name, Tensor (*f)(const Tensor&)) {
        add(name + std::string(n), {numbers(line)},
            [f](const List& x) -> List { return {f(x[0])}; });
      };
      one("logsumexp", [](const Tensor& x) { return x.logsumexp(0); });
      one("logcumsumexp", [](const Tensor& x) { return x.logcumsumexp(0); });
      one("softmax", [](const Tensor& x) { return x.softmax(0); });
      one("log_softmax", [](const Tensor& x) { return x.log_softmax(0); });
      one("cross_entropy", [](const Tensor& x) {
        return torch::cross_entropy_loss(x, torch::ones({}, torch::kLong));
      });
    }
    const std::vector<double> a{-inf, inf, -inf, 3, inf, -inf, 0, -0., 1, inf, -inf, 0, -0.},
        b{-inf, inf, 2, 3, 1, inf, 0, -0., inf, -1, -inf, -1, 1};
    const auto two = [&](const char* name, Tensor (*f)(const Tensor&, const Tensor&)) {
      add(name + std::string(".infinite"), {numbers(a), numbers(b)},
          [f](const List& x) -> List { return {f(x[0], x[1])}; });
    };
    two("logaddexp", torch::logaddexp);
    two("logaddexp2", torch::logaddexp2);
    two("hypot", torch::hypot);
    two("atan2", torch::atan2);
    two("maximum", torch::maximum);
    two("minimum", torch::minimum);
    two("fmax", torch::fmax);
    two("fmin", torch::fmin);
    two("xlogy", torch::xlogy);
    two("pow", torch::pow);
    two("div", [](const Tensor& x, const Tensor& y) { return x / y; });
    two("mse_loss", [](const Tensor& x, const Tensor& y) { return torch::mse_loss(x, y, 0); });
    two("huber_loss", [](const Tensor& x, const Tensor& y) { return torch::huber_loss(x, y, 0); });
    const auto one = [&](const char* name, Tensor (*f)(const Tensor&)) {
      add(
          name + std::string(".infinite"), {numbers({inf, -inf, 1e200, -1e200, 1e-200, 5e-324})},
          [f](const List& x) -> List { return {f(x[0])}; }, 1);
    };
    one("exp", torch::exp);
    one("expm1", torch::expm1);
    one("log", torch::log);
    one("log1p", torch::log1p);
    one("sqrt", torch::sqrt);
    one("rsqrt", torch::rsqrt);
    one("reciprocal", torch::reciprocal);
    one("sigmoid", torch::sigmoid);
    one("log_sigmoid", torch::log_sigmoid);
    one("tanh", torch::tanh);
    one("atan", torch::atan);
    one("erf", torch::erf);
    one("erfc", torch::erfc);
    one("abs", torch::abs);
    one("softplus", [](const Tensor& x) { return torch::softplus(x); });
    one("relu", torch::relu);
    one("elu", [](const Tensor& x) { return torch::elu(x); });
    one("leaky_relu", [](const Tensor& x) { return torch::leaky_relu(x); });
  }

  void pointwise() {
    const std::vector<double> a{0,  0,   0, 1,  -1,  2, -0., 3, 0.5, -2,
                                88, -88, 2, 20, -20, 9, -9,  4, 800, -800},
        b{0, 1, -1, 1, -1, 2, 0, 2, -0.5, 3, 2, 2, 0.5, 3, 3, 9, 9, -4, 1, 1};
    const auto two = [&](const char* name, Tensor (*f)(const Tensor&, const Tensor&)) {
      add(name, {numbers(a), numbers(b)}, [f](const List& x) -> List { return {f(x[0], x[1])}; });
    };
    two("pow", torch::pow);
    two("xlogy", torch::xlogy);
    two("addcdiv", [](const Tensor& x, const Tensor& y) { return torch::addcdiv(x, x, y, 3); });
    two("kl_div", [](const Tensor& x, const Tensor& y) { return torch::kl_div(x, y.abs(), 0); });
    two("atan2", torch::atan2);
    two("hypot", torch::hypot);
    two("copysign", torch::copysign);
    two("maximum", torch::maximum);
    two("minimum", torch::minimum);
    two("fmax", torch::fmax);
    two("fmin", torch::fmin);
    two("fmod", torch::fmod);
    two("remainder", torch::remainder);
    two("div", [](const Tensor& x, const Tensor& y) { return x / y; });
    two("logaddexp", torch::logaddexp);
    two("logaddexp2", torch::logaddexp2);
    two("clamp_min", [](const Tensor& x, const Tensor& y) { return torch::clamp_min(x, y); });
    two("clamp_max", [](const Tensor& x, const Tensor& y) { return torch::clamp_max(x, y); });
    two("l1_loss", [](const Tensor& x, const Tensor& y) { return torch::l1_loss(x, y); });
    two("huber_loss", [](const Tensor& x, const Tensor& y) { return torch::huber_loss(x, y, 0); });
    two("smooth_l1_loss",
        [](const Tensor& x, const Tensor& y) { return torch::smooth_l1_loss(x, y, 0); });
    two("binary_cross_entropy_with_logits", [](const Tensor& x, const Tensor& y) {
      return torch::binary_cross_entropy_with_logits(x, y, {}, {}, 0);
    });

    std::vector<double> c = a;
    for (const double v : {-1., 1., -3., 3., 6., -0.5, 0.5}) c.push_back(v);
    const auto one = [&](const char* name, Tensor (*f)(const Tensor&)) {
      add(name, {numbers(c)}, [f](const List& x) -> List { return {f(x[0])}; });
    };
    for (const double p : {0., 1., 2., 3., 0.5, -1., -0.5, 1.5})
      add("pow." + std::to_string(p), {numbers(c)},
          [p](const List& x) -> List { return {x[0].pow(p)}; });
    for (const double p : {0., 1., 2.})
      add("pow.base." + std::to_string(p), {numbers(b)},
          [p](const List& x) -> List { return {torch::pow(p, x[0])}; });
    one("abs", torch::abs);
    one("sign", torch::sign);
    one("sqrt", torch::sqrt);
    one("rsqrt", torch::rsqrt);
    one("log", torch::log);
    one("log1p", torch::log1p);
    one("reciprocal", torch::reciprocal);
    one("asin", torch::asin);
    one("acos", torch::acos);
    one("asinh", torch::asinh);
    one("acosh", torch::acosh);
    one("atan", torch::atan);
    one("exp2", torch::exp2);
    one("expm1", torch::expm1);
    one("square", torch::square);
    one("tanhshrink", [](const Tensor& x) { return x - x.tanh(); });
    one("softsign", [](const Tensor& x) { return torch::nn::functional::softsign(x); });
    one("gelu.tanh", [](const Tensor& x) { return torch::gelu(x, "tanh"); });
    one("softplus.far", [](const Tensor& x) { return torch::softplus(x, 1, 300); });
    one("atanh", torch::atanh);
    one("sigmoid", torch::sigmoid);
    one("tanh", torch::tanh);
    one("erf", torch::erf);
    one("sinc", torch::sinc);
    one("relu", torch::relu);
    one("frac", torch::frac);
    one("selu", torch::selu);
    one("celu", [](const Tensor& x) { return torch::celu(x, 2); });
    one("elu", [](const Tensor& x) { return torch::elu(x, 2, 3, 0.5); });
    one("silu", torch::silu);
    one("mish", torch::mish);
    one("softplus", [](const Tensor& x) { return torch::softplus(x); });
    one("log_sigmoid", torch::log_sigmoid);
    one("hardtanh", [](const Tensor& x) { return torch::hardtanh(x); });
    one("hardsigmoid", torch::hardsigmoid);
    one("hardswish", torch::hardswish);
    one("hardshrink", [](const Tensor& x) { return torch::hardshrink(x); });
    one("softshrink", [](const Tensor& x) { return torch::softshrink(x); });
    one("leaky_relu", [](const Tensor& x) { return torch::leaky_relu(x, 0.1); });
    one("threshold", [](const Tensor& x) { return torch::threshold(x, 1, 5); });
    one("clamp", [](const Tensor& x) { return x.clamp(-1, 1); });
    one("clamp.crossed", [](const Tensor& x) { return x.clamp(1, -1); });
    one("gelu", [](const Tensor& x) { return torch::gelu(x); });
    one("where", [](const Tensor& x) { return torch::where(x > 0, x.log(), x); });
    // Beyond 0 and 1 PyTorch's gradient is nan, but does not depend on the incoming one.
    const auto logit = [](const List& x) -> List { return {torch::logit(x[0])}; };
    add("logit", {numbers(c)}, logit, 1);
    add("logit.inside", {numbers({0, 1, 0.5, 0.25, 1e-9})}, logit);
    // PyTorch's slope at nan is another where its vectors are full: nan or a number for elu and
    // hardswish, 0 or 1 for the others, of which 1 is what a value that is passed on has.
    const auto unknown = [this](const char* name, size_t count, Tensor (*f)(const Tensor&)) {
      std::vector<double> x{nan, inf, -inf};
      x.resize(count, nan);
      add(
          name + std::string(".unknown"), {numbers(x)},
          [f](const List& v) -> List { return {f(v[0])}; }, 1);
    };
    unknown("elu", 64, [](const Tensor& x) { return torch::elu(x, 2, 3, 0.5); });
    unknown("hardswish", 64, torch::hardswish);
    unknown("relu", 3, torch::relu);
    unknown("hardtanh", 3, [](const Tensor& x) { return torch::hardtanh(x); });
    unknown("hardshrink", 3, [](const Tensor& x) { return torch::hardshrink(x); });
    unknown("softshrink", 3, [](const Tensor& x) { return torch::softshrink(x); });
    one("softplus.sharp", [](const Tensor& x) { return torch::softplus(x, 2, 5); });
    add("clamp.tensors",
        {numbers({-1, 1, 0, 2, -2, 0.5, 0, 2, 1}), numbers({1, 1, 1, 1, 1, 0, 1, 1, 1}),
         numbers({-1, -1, 2, 2, -2, 1, 1, 1, 1})},
        [](const List& x) -> List { return {torch::clamp(x[0], x[1], x[2])}; });
    add(
        "binary_cross_entropy",
        {numbers({0, 1, 0.5, 1e-13, 1e-3, 0}), numbers({0, 1, 0.5, 0.2, 1, 1})},
        [](const List& x) -> List { return {torch::binary_cross_entropy(x[0], x[1], {}, 0)}; }, 1);
    one("multi_margin_loss", [](const Tensor& x) {
      return torch::multi_margin_loss(x.narrow(0, 3, 3), torch::zeros({1}, torch::kLong));
    });
  }

 private:
  static constexpr double inf = std::numeric_limits<double>::infinity();
  static constexpr double nan = std::numeric_limits<double>::quiet_NaN();
};

inline std::vector<Result> all() {
  Cases c;
  c.products();
  c.norms();
  c.ties();
  c.infinities();
  c.pointwise();
  return std::move(c.results);
}

}  // namespace special_points

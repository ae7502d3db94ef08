#include "nn/utils/parametrizations.h"

#include <utility>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "nn/functional/normalisation.h"
#include "nn/layers/conv.h"
#include "nn/module_extras.h"
#include "nn/utils/parametrize.h"
#include "tensor/base/fail.h"

namespace gradus::nn::utils {

using gradus::detail::ModuleAccess;
using gradus::detail::short_module_name;

namespace {

Tensor norm_except(const Tensor& v, int64_t dim) {
  if (dim == -1) return v.norm(2);
  if (dim < -v.dim() || dim >= v.dim())
    fail_index("weight_norm: dim {} is out of range for {}", dim, v.sizes());
  if (dim < 0) dim += v.dim();
  std::vector<int64_t> others;
  for (int64_t d = 0; d < v.dim(); ++d)
    if (d != dim) others.push_back(d);
  return others.empty() ? v.abs() : v.norm(2, others, /*keepdim=*/true);
}

Tensor normalised(const Tensor& x, double eps) { return x / x.norm(2).clamp_min(eps); }

// The weight with `dim` as rows.
Tensor as_matrix(const Tensor& w, int64_t dim) {
  if (dim == 0) return w.reshape({w.size(0), -1});
  std::vector<int64_t> order{dim};
  for (int64_t d = 0; d < w.dim(); ++d)
    if (d != dim) order.push_back(d);
  return w.permute(order).reshape({w.size(dim), -1});
}
int64_t rows_dim(const Module& m, const Tensor& weight, std::optional<int64_t> dim) {
  const bool transposed =
      m.as<ConvTranspose1dImpl>() || m.as<ConvTranspose2dImpl>() || m.as<ConvTranspose3dImpl>();
  const int64_t d = dim.value_or(transposed ? 1 : 0);
  if (d < -weight.dim() || d >= weight.dim())
    fail_index("spectral_norm: dim {} is out of range for {}", d, weight.sizes());
  return d < 0 ? d + weight.dim() : d;
}
void check_spectral(const Tensor& weight, int64_t n_power_iterations) {
  if (n_power_iterations < 1)
    fail_value("spectral_norm: n_power_iterations is {}, less than 1", n_power_iterations);
  if (weight.dim() == 0 || weight.numel() == 0)
    fail("spectral_norm: the weight has shape {}", weight.sizes());
}
Tensor draw(int64_t n, const Tensor& like, double eps) {
  return normalised(empty({n}, like.options().requires_grad(false)).normal_(0, 1), eps);
}

}  // namespace

Tensor weight_norm_of(const Tensor& v, const Tensor& g, int64_t dim) {
  return v * (g / norm_except(v, dim));
}

namespace {

struct WeightNormImpl : Cloneable<WeightNormImpl> {
  explicit WeightNormImpl(int64_t dim) : dim(dim) {}
  void reset() override {}
  void pretty_print(std::ostream& out) const override;
  Tensor forward(const Tensor& g, const Tensor& v) { return weight_norm_of(v, g, dim); }
  std::vector<Tensor> right_inverse(const Tensor& weight) {
    return {norm_except(weight, dim), weight};
  }
  int64_t dim;
};
void WeightNormImpl::pretty_print(std::ostream& out) const { out << "torch::nn::_WeightNorm"; }

struct SpectralNormImpl : Cloneable<SpectralNormImpl> {
  SpectralNormImpl(const Tensor& weight, int64_t iterations, int64_t dim, double eps)
      : iterations(iterations), dim(dim), eps(eps) {
    const NoGradGuard untaped;
    if (weight.dim() == 1) return;
    const Tensor matrix = as_matrix(weight.detach(), dim);
    u = draw(matrix.size(0), matrix, eps);
    v = draw(matrix.size(1), matrix, eps);
    improve(matrix, 15);
    reset();
  }
  void reset() override {
    if (!u.defined()) return;
    u = register_buffer("_u", u.detach());  // a handle that no copy of the module shares
    v = register_buffer("_v", v.detach());
  }
  void pretty_print(std::ostream& out) const override;
  // Writes to copies, as the graph may still need what was there.
  void improve(const Tensor& matrix, int64_t times) {
    const NoGradGuard untaped;
    Tensor left = u, right = v;
    for (int64_t i = 0; i < times; ++i) {
      left = normalised(matrix.mv(right), eps);
      right = normalised(matrix.t().mv(left), eps);
    }
    u.set_data(left.detach());
    v.set_data(right.detach());
  }
  Tensor forward(const Tensor& weight) {
    if (weight.dim() == 1) return normalised(weight, eps);
    const Tensor matrix = as_matrix(weight, dim);
    if (is_training()) improve(matrix.detach(), iterations);
    return weight / u.detach().dot(matrix.mv(v.detach()));
  }
  Tensor right_inverse(const Tensor& value) { return value; }

  int64_t iterations, dim;
  double eps;
  Tensor u, v;

 protected:
  Tensor* member(std::string_view name) override { return pick(name, {{"_u", &u}, {"_v", &v}}); }
};
void SpectralNormImpl::pretty_print(std::ostream& out) const { out << "torch::nn::_SpectralNorm"; }

}  // namespace

namespace parametrizations {

Module& weight_norm(Module& module, const std::string& name, std::optional<int64_t> dim) {
  norm_except(ModuleAccess::registered("weight_norm", module, name), dim.value_or(-1));
  parametrize::register_parametrization(
      module, name,
      parametrize::make_parametrization(std::make_shared<WeightNormImpl>(dim.value_or(-1))), true);
  return module;
}

Module& spectral_norm(Module& module, const std::string& name, int64_t n_power_iterations,
                      double eps, std::optional<int64_t> dim) {
  const bool second = parametrize::is_parametrized(module, name);
  const Tensor weight = second ? parametrize::parametrizations_of(module, name)->forward()
                               : ModuleAccess::registered("spectral_norm", module, name);
  check_spectral(weight, n_power_iterations);
  parametrize::register_parametrization(
      module, name,
      parametrize::make_parametrization(std::make_shared<SpectralNormImpl>(
          weight, n_power_iterations, rows_dim(module, weight, dim), eps)));
  return module;
}

}  // namespace parametrizations

// --- In the layer itself ------------------------------------------------------------------------

namespace {

void check_free(const char* op, Module& module, const std::string& name) {
  if (ModuleAccess::is_derived(module, name))
    fail("{}: '{}' of {} is computed from other parameters already", op, name,
         short_module_name(module));
  ModuleAccess::registered(op, module, name);
  ModuleAccess::place(op, module, name);
}
void check_there(const char* op, Module& module, const std::string& name,
                 const std::string& behind) {
  const auto& p = ModuleAccess::parameters(module);
  if (!ModuleAccess::is_derived(module, name) || !p.contains(name + behind))
    fail("{}: '{}' of {} has none", op, name, short_module_name(module));
}

}  // namespace

Module& weight_norm(Module& module, const std::string& name, std::optional<int64_t> dim) {
  check_free("weight_norm", module, name);
  const NoGradGuard untaped;
  const int64_t d = dim.value_or(-1);
  const Tensor weight = ModuleAccess::registered("weight_norm", module, name);
  const Tensor lengths = norm_except(weight.detach(), d).clone();
  ModuleAccess::derive("weight_norm", module, name, [name, d](Module& m) {
    const auto& p = ModuleAccess::parameters(m);
    return weight_norm_of(p[name + "_v"], p[name + "_g"], d);
  });
  ModuleAccess::add_loose(module, name + "_g", lengths.set_requires_grad(weight.requires_grad()),
                          true);
  ModuleAccess::add_loose(module, name + "_v",
                          weight.detach().clone().set_requires_grad(weight.requires_grad()), true);
  const AutoGradMode taped(true);
  module.renew();
  return module;
}

Module& remove_weight_norm(Module& module, const std::string& name) {
  check_there("remove_weight_norm", module, name, "_g");
  module.renew();
  const NoGradGuard untaped;
  const Tensor& direction = ModuleAccess::parameters(module)[name + "_v"];
  Tensor value = ModuleAccess::place("remove_weight_norm", module, name).detach().clone();
  value.set_requires_grad(direction.requires_grad());
  ModuleAccess::remove_loose(module, name + "_g");
  ModuleAccess::remove_loose(module, name + "_v");
  ModuleAccess::settle(module, name, value, /*parameter=*/true);
  return module;
}

Module& spectral_norm(Module& module, const std::string& name, int64_t n_power_iterations,
                      double eps, std::optional<int64_t> dim) {
  check_free("spectral_norm", module, name);
  const Tensor weight = ModuleAccess::registered("spectral_norm", module, name);
  check_spectral(weight, n_power_iterations);
  const int64_t rows = rows_dim(module, weight, dim);
  Tensor u, v;
  {
    const NoGradGuard untaped;
    const Tensor matrix = as_matrix(weight.detach(), rows);
    u = draw(matrix.size(0), matrix, eps);
    v = draw(matrix.size(1), matrix, eps);
  }
  ModuleAccess::derive("spectral_norm", module, name, [=](Module& m) {
    const Tensor matrix = as_matrix(ModuleAccess::parameters(m)[name + "_orig"], rows);
    const Tensor& left = ModuleAccess::buffers(m)[name + "_u"];
    const Tensor& right = ModuleAccess::buffers(m)[name + "_v"];
    if (m.is_training()) {
      const NoGradGuard untaped;
      Tensor a = left, b = right;
      for (int64_t i = 0; i < n_power_iterations; ++i) {
        b = normalised(matrix.t().mv(a), eps);
        a = normalised(matrix.mv(b), eps);
      }
      left.set_data(a.detach());
      right.set_data(b.detach());
    }
    const Tensor sigma = left.detach().dot(matrix.mv(right.detach()));
    return ModuleAccess::parameters(m)[name + "_orig"] / sigma;
  });
  ModuleAccess::add_loose(module, name + "_orig", weight, true);
  ModuleAccess::add_loose(module, name + "_u", u, false);
  ModuleAccess::add_loose(module, name + "_v", v, false);
  // As in PyTorch the weight is as it was until the layer is used.
  ModuleAccess::place("spectral_norm", module, name) = weight.detach();
  return module;
}

Module& remove_spectral_norm(Module& module, const std::string& name) {
  check_there("remove_spectral_norm", module, name, "_orig");
  const NoGradGuard untaped;
  const Tensor original = ModuleAccess::parameters(module)[name + "_orig"];
  bool& training = ModuleAccess::is_training(module);
  const bool was_training = std::exchange(training, false);  // no more iterations
  module.renew();
  training = was_training;
  original.set_data(ModuleAccess::place("remove_spectral_norm", module, name).detach().clone());
  for (const char* end : {"_orig", "_u", "_v"}) ModuleAccess::remove_loose(module, name + end);
  ModuleAccess::settle(module, name, original, /*parameter=*/true);
  return module;
}

}  // namespace gradus::nn::utils

// Parametrisations of weights by their length and direction, by their largest singular value, and
// as orthogonal matrices.
#pragma once

#include "nn/cloneable.h"

namespace gradus::nn::utils {

/// v · g / ‖v‖ of a direction v and lengths g; the norm is over all dims but `dim`, or over all
/// with dim -1. g has the sizes of that norm with kept dims.
Tensor weight_norm_of(const Tensor& v, const Tensor& g, int64_t dim = 0);

namespace parametrizations {

/// Computes a layer's weight from its direction v and the lengths g of its slices along `dim`, or
/// without one of the whole: the parameters `parametrizations.weight.original0` (g) and `original1`
/// (v). Salimans and Kingma, Weight Normalization, 2016.
Module& weight_norm(Module& module, const std::string& name = "weight",
                    std::optional<int64_t> dim = 0);
/// Divides a layer's weight, as a matrix with `dim` as rows, by an estimate of its largest singular
/// value, which n_power_iterations steps of the power method improve at each use in training. By
/// default dim is 1 for transposed convolutions, else 0. A vector is divided by its length. Miyato
/// et al., Spectral Normalization for Generative Adversarial Networks, 2018.
Module& spectral_norm(Module& module, const std::string& name = "weight",
                      int64_t n_power_iterations = 1, double eps = 1e-12,
                      std::optional<int64_t> dim = std::nullopt);

/// Holds a layer's weight, as matrices of its last two dims, orthogonal: QᵀQ = 1 where it has as
/// many rows as columns or more, else QQᵀ = 1. The map from any matrix is "matrix_exp" (of a skew
/// one; by default for square weights), "cayley" ((1 - A/2)⁻¹ (1 + A/2)), or "householder" (a
/// product of reflections; by default for others). It begins at the weight if that is orthogonal,
/// else at the orthogonal matrix of its QR decomposition; for what is not square the columns that
/// complete it are drawn. Without use_trivialization, which keeps where it begins as the buffer
/// `base` of the parametrisation, "householder" begins there too, and the others begin at what they
/// make of the weight. Throws ValueError for fewer than 2 dims and for other maps. Lezcano-Casado,
/// Trivializations for Gradient-Based Optimization on Manifolds, 2019.
Module& orthogonal(Module& module, const std::string& name = "weight",
                   const std::optional<std::string>& orthogonal_map = std::nullopt,
                   bool use_trivialization = true);

/// The same of a holder, which it gives back.
template <gradus::detail::a_module_holder H>
H orthogonal(const H& module, const std::string& name = "weight",
             const std::optional<std::string>& orthogonal_map = std::nullopt,
             bool use_trivialization = true) {
  orthogonal(const_cast<H&>(module).operator*(), name, orthogonal_map, use_trivialization);
  return module;
}
/// The same of a holder, which it gives back.
template <gradus::detail::a_module_holder H>
H weight_norm(const H& module, const std::string& name = "weight", std::optional<int64_t> dim = 0) {
  weight_norm(const_cast<H&>(module).operator*(), name, dim);
  return module;
}
/// The same of a holder, which it gives back.
template <gradus::detail::a_module_holder H>
H spectral_norm(const H& module, const std::string& name = "weight", int64_t n_power_iterations = 1,
                double eps = 1e-12, std::optional<int64_t> dim = std::nullopt) {
  spectral_norm(const_cast<H&>(module).operator*(), name, n_power_iterations, eps, dim);
  return module;
}

}  // namespace parametrizations

/// weight_norm in the form of PyTorch before parametrisations: the layer itself has the parameters
/// `weight_g` and `weight_v`. Throws Error when the tensor is computed from others already.
Module& weight_norm(Module& module, const std::string& name = "weight",
                    std::optional<int64_t> dim = 0);
/// Makes the weight one parameter again. Throws Error when weight_norm() was not there.
Module& remove_weight_norm(Module& module, const std::string& name = "weight");
/// spectral_norm in the form of PyTorch before parametrisations: the layer itself has the parameter
/// `weight_orig` and the buffers `weight_u` and `weight_v`.
Module& spectral_norm(Module& module, const std::string& name = "weight",
                      int64_t n_power_iterations = 1, double eps = 1e-12,
                      std::optional<int64_t> dim = std::nullopt);
/// Makes the weight one parameter again. Throws Error when spectral_norm() was not there.
Module& remove_spectral_norm(Module& module, const std::string& name = "weight");

/// The same of a holder, which it gives back.
template <gradus::detail::a_module_holder H>
H weight_norm(const H& module, const std::string& name = "weight", std::optional<int64_t> dim = 0) {
  weight_norm(const_cast<H&>(module).operator*(), name, dim);
  return module;
}
/// The same of a holder, which it gives back.
template <gradus::detail::a_module_holder H>
H remove_weight_norm(const H& module, const std::string& name = "weight") {
  remove_weight_norm(const_cast<H&>(module).operator*(), name);
  return module;
}
/// The same of a holder, which it gives back.
template <gradus::detail::a_module_holder H>
H spectral_norm(const H& module, const std::string& name = "weight", int64_t n_power_iterations = 1,
                double eps = 1e-12, std::optional<int64_t> dim = std::nullopt) {
  spectral_norm(const_cast<H&>(module).operator*(), name, n_power_iterations, eps, dim);
  return module;
}
/// The same of a holder, which it gives back.
template <gradus::detail::a_module_holder H>
H remove_spectral_norm(const H& module, const std::string& name = "weight") {
  remove_spectral_norm(const_cast<H&>(module).operator*(), name);
  return module;
}

}  // namespace gradus::nn::utils

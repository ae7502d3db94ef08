// Pruning: parts of a layer's weight are held at zero by a mask.
#pragma once

#include <utility>

#include "nn/module.h"

namespace gradus::nn::utils::prune {

/// A module, of itself or by its holder.
class ModuleRef {
 public:
  ModuleRef(Module& module) : module_(&module) {}
  template <gradus::detail::a_module_holder H>
  ModuleRef(const H& holder) : module_(const_cast<H&>(holder).get()) {}
  /// The module.
  Module& operator*() const { return *module_; }
  /// The module.
  Module* operator->() const { return module_; }

 private:
  Module* module_;
};

// Each function has the layer compute `weight` as `weight_orig` · `weight_mask` from now on, a
// parameter, which the tensor becomes, and a buffer of 0 and 1. On what is pruned already it
// chooses among what is left, and the masks are joined. An amount is a number of elements (or of
// slices), 3, or a part, 0.3, of those that are left; ValueError says that it is negative, above 1,
// or more than there are. importance_scores, of the tensor's sizes, are what is judged in its
// place. All throw Error when there is no such tensor, or the layer does not say where it keeps it
// (see Module::member).

/// Prunes nothing: the mask is 1.
Module& identity(ModuleRef module, const std::string& name);
/// Prunes elements by chance.
Module& random_unstructured(ModuleRef module, const std::string& name, const Scalar& amount);
/// Prunes the elements nearest to 0.
Module& l1_unstructured(ModuleRef module, const std::string& name, const Scalar& amount,
                        const Tensor& importance_scores = {});
/// Prunes slices along `dim` by chance.
Module& random_structured(ModuleRef module, const std::string& name, const Scalar& amount,
                          int64_t dim);
/// Prunes the slices along `dim` of the least norm of order n.
Module& ln_structured(ModuleRef module, const std::string& name, const Scalar& amount, double n,
                      int64_t dim, const Tensor& importance_scores = {});
/// Prunes where the mask is 0. Throws Error when its sizes are not the tensor's.
Module& custom_from_mask(ModuleRef module, const std::string& name, const Tensor& mask);

/// How global_unstructured() chooses.
enum class PruningMethod { L1Unstructured, RandomUnstructured };
/// The elements nearest to 0.
inline constexpr PruningMethod L1Unstructured = PruningMethod::L1Unstructured;
/// Elements by chance.
inline constexpr PruningMethod RandomUnstructured = PruningMethod::RandomUnstructured;
/// Prunes the elements of several tensors as if they were one: `{{fc1, "weight"}, {fc2,
/// "weight"}}`. importance_scores has a tensor for each, or is empty.
void global_unstructured(const std::vector<std::pair<ModuleRef, std::string>>& parameters,
                         PruningMethod pruning_method, const Scalar& amount,
                         const std::vector<Tensor>& importance_scores = {});

/// Makes the tensor one parameter again, with the zeros that it has. Throws Error when it is not
/// pruned.
Module& remove(ModuleRef module, const std::string& name);
/// Whether a tensor of the module, or of a module below it, is pruned.
bool is_pruned(ModuleRef module);

}  // namespace gradus::nn::utils::prune

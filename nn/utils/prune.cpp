#include "nn/utils/prune.h"

#include <cmath>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "autograd/ops/random/random.h"
#include "autograd/ops/view/join.h"
#include "nn/module_extras.h"
#include "tensor/base/fail.h"

namespace gradus::nn::utils::prune {

using gradus::detail::ModuleAccess;
using gradus::detail::short_module_name;

namespace {

bool is_pruned_tensor(const Module& module, const std::string& name) {
  auto& m = const_cast<Module&>(module);
  return ModuleAccess::is_derived(m, name) &&
         ModuleAccess::parameters(m).contains(name + "_orig") &&
         ModuleAccess::buffers(m).contains(name + "_mask");
}

// How many of n an amount is.
int64_t count_of(const char* op, const Scalar& amount, int64_t n) {
  if (amount.isFloatingPoint()) {
    const double part = amount.toDouble();
    if (!(part >= 0 && part <= 1))
      fail_value("{}: the amount {} is a part that is not between 0 and 1", op, part);
    return int64_t(std::nearbyint(part * double(n)));
  }
  const int64_t count = amount.toLong();
  if (count < 0) fail_value("{}: the amount {} is negative", op, count);
  if (count > n) fail_value("{}: the amount {} is more than there are, {}", op, count, n);
  return count;
}

// The tensor as it is now, pruned or not.
Tensor current(const char* op, Module& m, const std::string& name) {
  if (!is_pruned_tensor(m, name)) return ModuleAccess::registered(op, m, name).detach();
  return (ModuleAccess::parameters(m)[name + "_orig"] * ModuleAccess::buffers(m)[name + "_mask"])
      .detach();
}
Tensor mask_of(const char* op, Module& m, const std::string& name) {
  if (is_pruned_tensor(m, name)) return ModuleAccess::buffers(m)[name + "_mask"].clone();
  return ones_like(current(op, m, name));
}
Tensor scores_of(const char* op, Module& m, const std::string& name, const Tensor& given) {
  const Tensor now = current(op, m, name);
  if (!given.defined()) return now;
  if (given.sizes() != now.sizes())
    fail("{}: importance_scores have shape {}, the tensor {}", op, given.sizes(), now.sizes());
  return given.detach();
}

Module& set_mask(const char* op, Module& m, const std::string& name, const Tensor& mask) {
  if (is_pruned_tensor(m, name)) {
    ModuleAccess::buffers(m)[name + "_mask"] = mask;
  } else {
    if (ModuleAccess::is_derived(m, name))
      fail("{}: '{}' of {} is computed from other parameters already", op, name,
           short_module_name(m));
    const Tensor before = ModuleAccess::derive(op, m, name, [name](Module& module) {
      return ModuleAccess::parameters(module)[name + "_orig"] *
             ModuleAccess::buffers(module)[name + "_mask"];
    });
    ModuleAccess::add_loose(m, name + "_orig", before, true);
    ModuleAccess::add_loose(m, name + "_mask", mask, false);
  }
  const AutoGradMode taped(true);
  m.renew();
  return m;
}

// The mask with `count` of its ones at zero: those of the least scores, where they are 1.
Tensor prune_least(const Tensor& mask, const Tensor& scores, int64_t count) {
  if (count == 0) return mask;
  const Tensor flat = mask.reshape({-1});
  const Tensor left = flat.eq(1).nonzero().squeeze(1);
  const Tensor least = std::get<1>(scores.topk(count, -1, /*largest=*/false));
  return flat.index_fill(0, left.index_select(0, least), 0).reshape(mask.sizes());
}

Module& unstructured(const char* op, Module& m, const std::string& name, const Scalar& amount,
                     const Tensor& given, bool random) {
  const NoGradGuard untaped;
  const Tensor scores = scores_of(op, m, name, given), mask = mask_of(op, m, name);
  const Tensor left = scores.masked_select(mask.eq(1));
  const int64_t count = count_of(op, amount, left.numel());
  if (count == 0) return set_mask(op, m, name, mask);
  return set_mask(op, m, name, prune_least(mask, random ? -rand_like(left) : left.abs(), count));
}

// For each slice along dim that is left a score.
template <class Keep>
Module& structured(const char* op, Module& m, const std::string& name, const Scalar& amount,
                   int64_t dim, const Tensor& given, Keep keep) {
  const NoGradGuard untaped;
  const Tensor scores = scores_of(op, m, name, given), mask = mask_of(op, m, name);
  if (scores.dim() < 2)
    fail_value("{}: the tensor has {} dims, structured pruning needs 2 or more", op, scores.dim());
  if (dim < -scores.dim() || dim >= scores.dim())
    fail_index("{}: dim {} is out of range for {}", op, dim, scores.sizes());
  if (dim < 0) dim += scores.dim();
  std::vector<int64_t> others;
  for (int64_t d = 0; d < scores.dim(); ++d)
    if (d != dim) others.push_back(d);
  const Tensor left = mask.sum(others).ne(0).nonzero().squeeze(1);
  const int64_t count = count_of(op, amount, left.numel());
  if (count == 0) return set_mask(op, m, name, mask);
  const Tensor pruned =
      left.index_select(0, keep(scores.index_select(dim, left), others, dim, count));
  return set_mask(op, m, name, mask.index_fill(dim, pruned, 0));
}

}  // namespace

Module& identity(ModuleRef module, const std::string& name) {
  const NoGradGuard untaped;
  return set_mask("identity", *module, name, mask_of("identity", *module, name));
}
Module& random_unstructured(ModuleRef module, const std::string& name, const Scalar& amount) {
  return unstructured("random_unstructured", *module, name, amount, {}, true);
}
Module& l1_unstructured(ModuleRef module, const std::string& name, const Scalar& amount,
                        const Tensor& importance_scores) {
  return unstructured("l1_unstructured", *module, name, amount, importance_scores, false);
}
Module& random_structured(ModuleRef module, const std::string& name, const Scalar& amount,
                          int64_t dim) {
  return structured("random_structured", *module, name, amount, dim, {},
                    [](const Tensor& t, const std::vector<int64_t>&, int64_t d, int64_t count) {
                      const Tensor chance = rand({t.size(d)});
                      const Tensor bound = std::get<0>(chance.kthvalue(count));
                      return chance.le(bound).nonzero().squeeze(1);
                    });
}
Module& ln_structured(ModuleRef module, const std::string& name, const Scalar& amount, double n,
                      int64_t dim, const Tensor& importance_scores) {
  return structured(
      "ln_structured", *module, name, amount, dim, importance_scores,
      [n](const Tensor& t, const std::vector<int64_t>& others, int64_t d, int64_t count) {
        const Tensor kept = std::get<1>(t.norm(n, others).topk(t.size(d) - count));
        return ones({t.size(d)}).index_fill(0, kept, 0).nonzero().squeeze(1);
      });
}
Module& custom_from_mask(ModuleRef module, const std::string& name, const Tensor& mask) {
  constexpr const char* op = "custom_from_mask";
  const NoGradGuard untaped;
  const Tensor before = mask_of(op, *module, name);
  if (mask.sizes() != before.sizes())
    fail("{}: the mask has shape {}, the tensor {}", op, mask.sizes(), before.sizes());
  return set_mask(op, *module, name, before * mask.detach().to(before.dtype()));
}

void global_unstructured(const std::vector<std::pair<ModuleRef, std::string>>& parameters,
                         PruningMethod pruning_method, const Scalar& amount,
                         const std::vector<Tensor>& importance_scores) {
  constexpr const char* op = "global_unstructured";
  const NoGradGuard untaped;
  if (parameters.empty()) fail("{}: no parameters are given", op);
  if (!importance_scores.empty() && importance_scores.size() != parameters.size())
    fail("{}: {} importance_scores for {} parameters", op, importance_scores.size(),
         parameters.size());
  std::vector<Tensor> scores, masks;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const auto& [module, name] = parameters[i];
    ModuleAccess::place(op, *module, name);
    const Tensor given = importance_scores.empty() ? Tensor() : importance_scores[i];
    scores.push_back(scores_of(op, *module, name, given).reshape({-1}));
    masks.push_back(mask_of(op, *module, name).reshape({-1}));
  }
  const Tensor mask = cat(masks), left = cat(scores).masked_select(mask.eq(1));
  const int64_t count = count_of(op, amount, left.numel());
  const bool random = pruning_method == PruningMethod::RandomUnstructured;
  const Tensor joined =
      count == 0 ? mask : prune_least(mask, random ? -rand_like(left) : left.abs(), count);
  int64_t at = 0;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const auto& [module, name] = parameters[i];
    const Tensor part = joined.narrow(0, at, masks[i].numel());
    at += masks[i].numel();
    custom_from_mask(module, name, part.reshape(current(op, *module, name).sizes()));
  }
}

Module& remove(ModuleRef module, const std::string& name) {
  Module& m = *module;
  if (!is_pruned_tensor(m, name))
    fail("remove: '{}' of {} is not pruned", name, short_module_name(m));
  const NoGradGuard untaped;
  const Tensor original = ModuleAccess::parameters(m)[name + "_orig"];
  original.set_data(current("remove", m, name));
  ModuleAccess::remove_loose(m, name + "_orig");
  ModuleAccess::remove_loose(m, name + "_mask");
  ModuleAccess::settle(m, name, original, /*parameter=*/true);
  return m;
}

bool is_pruned(ModuleRef module) {
  bool found = false;
  const auto look = [&](const Module& m) {
    const auto* extras = ModuleAccess::extras(m);
    if (!extras) return;
    for (const auto& d : extras->derived) found = found || is_pruned_tensor(m, d.name);
  };
  std::as_const(*module).apply(Module::ConstModuleApplyFunction(look));
  return found;
}

}  // namespace gradus::nn::utils::prune

// Tensors of a layer that are computed from parameters behind them: symmetric, orthogonal, low-rank
// or normalised weights.
#pragma once

#include "nn/cloneable.h"

namespace gradus::nn::utils::parametrize {

/// What one parametrisation does: forward() of its module, from the originals to the tensor, and
/// right_inverse(), back, if it has one. Made from a module by make_parametrization().
struct Parametrization {
  std::shared_ptr<Module> module;
  std::function<Tensor(Module&, const std::vector<Tensor>&)> forward;
  /// From a tensor to the originals that stand for it; empty for a module without.
  std::function<std::vector<Tensor>(Module&, const Tensor&)> right_inverse;
};

/// The parametrisations of one tensor, in the order in which they are applied, and what is behind
/// them: the parameter `original`, or several, `original0`, `original1`, where the first
/// parametrisation takes several. It is the submodule `parametrizations.weight` of the layer.
class ParametrizationListImpl : public Module {
 public:
  ParametrizationListImpl() = default;
  /// A copy with clones of all that it holds.
  std::shared_ptr<Module> clone(const std::optional<Device>& device = std::nullopt) const override;
  void pretty_print(std::ostream& out) const override;
  /// The tensor.
  Tensor forward();
  /// Gives the originals the values that make forward() give this tensor. Throws Error when one of
  /// the parametrisations has no right_inverse().
  void right_inverse(const Tensor& value);
  /// What is behind the tensor.
  std::vector<Tensor> originals() const;
  /// How many parametrisations there are.
  size_t size() const { return parts_.size(); }
  /// A parametrisation by its number. Throws IndexError past the end.
  std::shared_ptr<Module> operator[](size_t index) const;
  /// Whether there are several originals.
  bool is_tensor() const { return !several_; }

  /// Takes over a tensor, for register_parametrization().
  void start(const Tensor& tensor, bool parameter, const Parametrization& first);
  /// Adds a parametrisation behind the others, for register_parametrization().
  void add(const Parametrization& part);
  /// Whether the originals are parameters, else they are buffers.
  bool is_parameter() const { return parameter_; }

 protected:
  Tensor* member(std::string_view name) override;

 private:
  Tensor& original(size_t i);
  std::vector<Parametrization> parts_;
  size_t count_ = 1;  // of originals
  bool several_ = false, parameter_ = true;
};
/// Holds a ParametrizationListImpl.
using ParametrizationList = ModuleHolder<ParametrizationListImpl>;

/// A module as a parametrisation. Its forward() takes a tensor, or two.
template <gradus::detail::a_module M>
Parametrization make_parametrization(std::shared_ptr<M> module) {
  Parametrization out;
  if constexpr (requires(M & m, Tensor x) { m.forward(x); }) {
    out.forward = [](Module& m, const std::vector<Tensor>& x) -> Tensor {
      return dynamic_cast<M&>(m).forward(x.at(0));
    };
  } else {
    out.forward = [](Module& m, const std::vector<Tensor>& x) -> Tensor {
      return dynamic_cast<M&>(m).forward(x.at(0), x.at(1));
    };
  }
  if constexpr (requires(M & m, Tensor x) { m.right_inverse(x); }) {
    out.right_inverse = [](Module& m, const Tensor& x) -> std::vector<Tensor> {
      if constexpr (std::is_convertible_v<decltype(dynamic_cast<M&>(m).right_inverse(x)), Tensor>)
        return {dynamic_cast<M&>(m).right_inverse(x)};
      else
        return dynamic_cast<M&>(m).right_inverse(x);
    };
  }
  out.module = std::move(module);
  return out;
}

/// Has a layer compute a tensor of it, such as "weight", from now on: forward(original), where the
/// parameter `parametrizations.weight.original` takes the tensor's place. With right_inverse() it
/// begins at the original for which forward() gives the tensor's value. A second one takes what the
/// first gives. Throws Error when there is no such tensor, when the layer does not say where it
/// keeps it (see Module::member), and, unless `unsafe`, when forward() gives another shape or type.
///
/// The layers of this library compute the tensor in forward(), and holders and Sequential do for
/// modules of yours; `net->renew()` does by itself. As each use writes the tensor anew, threads
/// cannot share such a module.
void register_parametrization(Module& module, const std::string& tensor_name,
                              Parametrization parametrization, bool unsafe = false);
/// The same with modules or holders: `register_parametrization(fc, "weight", Symmetric())`.
template <gradus::detail::a_module_holder H, class P>
void register_parametrization(const H& module, const std::string& tensor_name, const P& p,
                              bool unsafe = false) {
  auto& m = const_cast<H&>(module);
  if constexpr (gradus::detail::a_module_holder<P>)
    register_parametrization(*m, tensor_name, make_parametrization(p.ptr()), unsafe);
  else
    register_parametrization(*m, tensor_name, make_parametrization(p), unsafe);
}
/// Whether any tensor of the module is parametrised, or the one of this name.
bool is_parametrized(const Module& module, const std::string& tensor_name = {});
template <gradus::detail::a_module_holder H>
bool is_parametrized(const H& module, const std::string& tensor_name = {}) {
  return is_parametrized(*module, tensor_name);
}
/// Makes the tensor an ordinary parameter again, with the value that it has, or, with
/// leave_parametrized false, that of the original. A single original is the parameter then, and
/// what an optimiser has of it stays right. Throws Error when the tensor is not parametrised, and
/// for leave_parametrized false of several originals.
void remove_parametrizations(Module& module, const std::string& tensor_name,
                             bool leave_parametrized = true);
template <gradus::detail::a_module_holder H>
void remove_parametrizations(const H& module, const std::string& tensor_name,
                             bool leave_parametrized = true) {
  remove_parametrizations(const_cast<H&>(module).operator*(), tensor_name, leave_parametrized);
}
/// The parametrisations of a tensor. Throws Error when there are none.
std::shared_ptr<ParametrizationListImpl> parametrizations_of(const Module& module,
                                                             const std::string& tensor_name);
/// While it lives, each module of this thread computes what is parametrised once, at its first use,
/// and not at each: for a layer that is used several times in a forward pass, and before an
/// optimiser changes what is behind it. Guards may be nested.
class CachedGuard {
 public:
  CachedGuard();
  CachedGuard(const CachedGuard&) = delete;
  CachedGuard& operator=(const CachedGuard&) = delete;
  ~CachedGuard();

 private:
  uint64_t before_;
};

/// Gives a parametrised tensor another value, as Python's `layer.weight = value` does; see
/// ParametrizationListImpl::right_inverse.
void assign(Module& module, const std::string& tensor_name, const Tensor& value);

}  // namespace gradus::nn::utils::parametrize

// What all optimisers share: groups of parameters with their options, and a state per parameter.
#pragma once

#include <functional>
#include <unordered_map>
#include <vector>

#include "autograd/modes.h"
#include "optim/options.h"
#include "tensor/base/removable_handle.h"

namespace gradus::optim {

/// Parameters that share their options.
class OptimizerParamGroup {
 public:
  OptimizerParamGroup(std::vector<Tensor> params);
  OptimizerParamGroup(std::vector<Tensor> params, std::unique_ptr<OptimizerOptions> options);
  OptimizerParamGroup(const OptimizerParamGroup& g);
  OptimizerParamGroup(OptimizerParamGroup&&);
  OptimizerParamGroup& operator=(const OptimizerParamGroup&) = delete;
  OptimizerParamGroup& operator=(OptimizerParamGroup&&);
  ~OptimizerParamGroup();

  /// Whether the group has options of its own; an optimiser gives a copy of its defaults to those
  /// that have none.
  bool has_options() const { return options_ != nullptr; }
  /// The options; `static_cast<SGDOptions&>(group.options()).momentum(0.5)` changes one. There must
  /// be some, see has_options().
  OptimizerOptions& options() { return *options_; }
  const OptimizerOptions& options() const { return *options_; }
  /// Puts other options in their place.
  void set_options(std::unique_ptr<OptimizerOptions> options) { options_ = std::move(options); }
  /// The parameters.
  std::vector<Tensor>& params() { return params_; }
  const std::vector<Tensor>& params() const { return params_; }

  /// The learning rate before the first scheduler came, which all schedulers start from.
  std::optional<double> initial_lr;

 private:
  std::vector<Tensor> params_;
  std::unique_ptr<OptimizerOptions> options_;
};

class Optimizer;
namespace detail {
struct StepHooks;
void load_optimizer(serialize::InputArchive& archive, Optimizer& optimizer,
                    const std::function<std::unique_ptr<OptimizerParamState>()>& make);
}  // namespace detail

using gradus::RemovableHandle;

/// The base of all optimisers:
///
///   optim::SGD optimizer(net->parameters(), optim::SGDOptions(0.1).momentum(0.9));
///   optimizer.zero_grad();
///   loss.backward();
///   optimizer.step();
class Optimizer {
 public:
  /// Computes the loss and its gradients; see step().
  using LossClosure = std::function<Tensor()>;
  /// The states by the address of the parameter's TensorImpl.
  using States = std::unordered_map<void*, std::unique_ptr<OptimizerParamState>>;

  Optimizer(const std::vector<OptimizerParamGroup>& param_groups,
            std::unique_ptr<OptimizerOptions> defaults);
  Optimizer(std::vector<Tensor> parameters, std::unique_ptr<OptimizerOptions> defaults);
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;
  Optimizer(Optimizer&&);
  Optimizer& operator=(Optimizer&&);
  virtual ~Optimizer();

  /// Adds a group. A group without options takes the defaults; options that have the values of a
  /// fresh object take those of the defaults. Throws Error for a parameter that is no leaf, or that
  /// is in a group already.
  void add_param_group(const OptimizerParamGroup& param_group);
  /// Adds to the first group.
  void add_parameters(const std::vector<Tensor>& parameters);

  /// Updates every parameter that has a gradient. A closure is called first, with gradients
  /// enabled, and its result is returned; without one the result is an undefined tensor.
  virtual Tensor step(LossClosure closure = nullptr) = 0;
  /// What is called at each step, with the optimiser.
  using StepHook = std::function<void(Optimizer&)>;
  /// Calls the hook before each step(), also before its closure. Hooks are called in the order in
  /// which they came. Throws Error for an empty one.
  RemovableHandle register_step_pre_hook(StepHook hook);
  /// The same after each step() that did not throw.
  RemovableHandle register_step_post_hook(StepHook hook);
  /// What is called with the optimiser and a dict of its state, which it may change, or put another
  /// in its place.
  using StateDictHook = std::function<void(Optimizer&, impl::GenericDict& state_dict)>;
  /// Calls the hook before state_dict() reads anything. With `prepend` before all hooks that are
  /// there, else after them. Throws Error for an empty one.
  RemovableHandle register_state_dict_pre_hook(StepHook hook, bool prepend = false);
  /// The same with what state_dict() is to give.
  RemovableHandle register_state_dict_post_hook(StateDictHook hook, bool prepend = false);
  /// The same with what load_state_dict() was given, of which it is a copy that shares the values.
  RemovableHandle register_load_state_dict_pre_hook(StateDictHook hook, bool prepend = false);
  /// The same after each load_state_dict() that did not throw.
  RemovableHandle register_load_state_dict_post_hook(StepHook hook, bool prepend = false);
  /// Drops the gradients of all parameters; with `set_to_none` false, fills them with 0.
  void zero_grad(bool set_to_none = true);

  /// The groups of parameters.
  std::vector<OptimizerParamGroup>& param_groups() noexcept { return param_groups_; }
  const std::vector<OptimizerParamGroup>& param_groups() const noexcept { return param_groups_; }
  /// What is remembered of each parameter; parameters come in at their first step.
  States& state() noexcept { return state_; }
  const States& state() const noexcept { return state_; }
  /// The options of groups that have none of their own.
  OptimizerOptions& defaults() noexcept { return *defaults_; }
  const OptimizerOptions& defaults() const noexcept { return *defaults_; }
  /// The parameters of the first group.
  std::vector<Tensor>& parameters() noexcept { return param_groups_[0].params(); }
  const std::vector<Tensor>& parameters() const noexcept { return param_groups_[0].params(); }
  /// How many parameters there are in all groups.
  size_t size() const noexcept;

  /// Writes the options of the groups and the states of the parameters, named by their places:
  /// `param_groups.0.lr`, `state.3.exp_avg`.
  virtual void save(serialize::OutputArchive& archive) const;
  /// Reads what save() wrote. Throws Error when the groups, their parameters' numbers, sizes or
  /// dtypes do not fit, and then changes nothing.
  virtual void load(serialize::InputArchive& archive);

  /// The options and states as Python's state_dict() has them: "state", a dict of the parameters'
  /// states by their numbers, and "param_groups", a list of dicts with each option, and "params",
  /// the numbers. Counts and other numbers of a state are 0-dim tensors, except LBFGS's. Shares the
  /// tensors.
  virtual impl::GenericDict state_dict() const;
  /// Takes copies of what state_dict(), or Python's, gave. Options that are missing stay; those
  /// that only say how Python computes (foreach, fused, capturable, differentiable) and what
  /// schedulers add are not used. Throws Error when groups, parameters' numbers, sizes or names do
  /// not fit, and then changes nothing.
  virtual void load_state_dict(const impl::GenericDict& state_dict);

 protected:
  // An empty state, for load() to fill.
  virtual std::unique_ptr<OptimizerParamState> make_state() const;
  // Whether the numbers in Python's states are tensors.
  virtual bool numbers_are_tensors() const { return true; }
  // Throws when states that load() read do not fit the groups as a whole.
  virtual void check_loaded(const std::vector<OptimizerParamGroup>& groups,
                            const States& states) const;
  // Call the hooks. A class that overrides step() calls them at its beginning and its end.
  void before_step();
  void after_step();
  // The checks and the count of a write in place, for updates that write to memory directly.
  static void before_write(const Tensor& p);
  static void after_write(const Tensor& p);

  std::vector<OptimizerParamGroup> param_groups_;
  States state_;
  std::unique_ptr<OptimizerOptions> defaults_;

 private:
  friend void detail::load_optimizer(
      serialize::InputArchive& archive, Optimizer& optimizer,
      const std::function<std::unique_ptr<OptimizerParamState>()>& make);
  using Hooks = std::shared_ptr<detail::StepHooks>;
  static RemovableHandle add_hook(Hooks& hooks, StepHook hook, bool prepend = false);
  static RemovableHandle add_hook(Hooks& hooks, StateDictHook hook, bool prepend);
  void run_hooks(const Hooks& hooks, impl::GenericDict* state_dict = nullptr);
  impl::GenericDict own_state_dict() const;
  void load_own(const impl::GenericDict& state_dict);
  Hooks pre_hooks_, post_hooks_, state_dict_pre_, state_dict_post_, load_pre_, load_post_;
};

/// optimizer.save(archive)
inline serialize::OutputArchive& operator<<(serialize::OutputArchive& archive, const Optimizer& o) {
  o.save(archive);
  return archive;
}
/// optimizer.load(archive)
inline serialize::InputArchive& operator>>(serialize::InputArchive& archive, Optimizer& o) {
  o.load(archive);
  return archive;
}

/// What of ParameterwiseOptimizer does not depend on the types.
class OptimizerOfEach : public Optimizer {
 public:
  using Optimizer::Optimizer;
  /// Updates every parameter that has a gradient; see Optimizer::step.
  Tensor step(LossClosure closure = nullptr) override;

 private:
  virtual void update_one(const Tensor& p, const OptimizerOptions& o, OptimizerParamState& s) = 0;
};

/// An optimiser that treats its parameters one by one. A derived class defines `update`, which has
/// the formula for the parameter `p` with the gradient `dy`; it is not recorded and writes to `p`.
template <class Options, class State>
class ParameterwiseOptimizer : public OptimizerOfEach {
 public:
  using OptimizerOfEach::OptimizerOfEach;

 protected:
  virtual void update(const Tensor& p, const Tensor& dy, const Options& o, State& s) = 0;
  std::unique_ptr<OptimizerParamState> make_state() const override;

 private:
  void update_one(const Tensor& p, const OptimizerOptions& o, OptimizerParamState& s) final;
};
template <class Options, class State>
std::unique_ptr<OptimizerParamState> ParameterwiseOptimizer<Options, State>::make_state() const {
  return std::make_unique<State>();
}
template <class Options, class State>
void ParameterwiseOptimizer<Options, State>::update_one(const Tensor& p, const OptimizerOptions& o,
                                                        OptimizerParamState& s) {
  update(p, p.grad(), static_cast<const Options&>(o), static_cast<State&>(s));
}

/// The templates of an optimiser that has NameOptions and NameParamState: with `extern` in its
/// header, so that programs need not compile them, and without in its .cpp file.
#define GRADUS_OPTIMIZER_TEMPLATES(prefix, Name)                        \
  prefix template class OptimizerCloneableOptions<Name##Options>;       \
  prefix template class OptimizerCloneableParamState<Name##ParamState>; \
  prefix template class ParameterwiseOptimizer<Name##Options, Name##ParamState>

}  // namespace gradus::optim

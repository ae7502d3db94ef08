// What all optimisers share: groups of parameters with their options, and a state per parameter.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "autograd/modes.h"
#include "tensor/base/arg.h"
#include "tensor/io/serialize.h"

namespace gradus::optim {

// Options and states of the library's optimisers name their members once, for saving, loading,
// comparing and inheriting:
//   template <class F> static void fields(F&& f) { f("lr", &SGDOptions::lr_); ... }
template <class T>
concept HasFields = requires {
  T::fields([](const char*, auto) {});
};

namespace detail {

void save_field(serialize::OutputArchive& archive, const char* name, const IValue& value);
void save_field(serialize::OutputArchive& archive, const char* name, const Tensor& value);
IValue load_field(serialize::InputArchive& archive, const char* name);
Tensor load_tensor(serialize::InputArchive& archive, const char* name);

template <class T>
void save_fields(serialize::OutputArchive& archive, const T& object) {
  T::fields([&](const char* name, auto member) { save_field(archive, name, object.*member); });
}

template <class T>
void load_fields(serialize::InputArchive& archive, T& object) {
  T::fields([&](const char* name, auto member) {
    using Field = std::remove_reference_t<decltype(object.*member)>;
    if constexpr (std::is_same_v<Field, Tensor>)
      object.*member = load_tensor(archive, name);
    else
      object.*member = load_field(archive, name).template to<Field>();
  });
}

bool same(const Tensor& a, const Tensor& b);
template <class T>
bool same(const T& a, const T& b) {
  return a == b;
}

// Throws when a state's tensor does not have its parameter's sizes and type.
void check_state(const char* name, const Tensor& state, const Tensor& parameter);

}  // namespace detail

template <HasFields T>
bool operator==(const T& a, const T& b) {
  bool equal = true;
  T::fields([&](const char*, auto member) { equal = equal && detail::same(a.*member, b.*member); });
  return equal;
}

class OptimizerParamState {
 public:
  virtual ~OptimizerParamState() = default;
  virtual std::unique_ptr<OptimizerParamState> clone() const;
  virtual void serialize(serialize::InputArchive& archive);
  virtual void serialize(serialize::OutputArchive& archive) const;
  // Throws when this cannot be the state of `parameter`.
  virtual void check(const Tensor& parameter) const;
};

template <class Derived>
class OptimizerCloneableParamState : public OptimizerParamState {
 public:
  std::unique_ptr<OptimizerParamState> clone() const override {
    return std::make_unique<Derived>(self());
  }
  void serialize(serialize::InputArchive& archive) override {
    if constexpr (HasFields<Derived>)
      detail::load_fields(archive, static_cast<Derived&>(*this));
    else
      OptimizerParamState::serialize(archive);
  }
  void serialize(serialize::OutputArchive& archive) const override {
    if constexpr (HasFields<Derived>)
      detail::save_fields(archive, self());
    else
      OptimizerParamState::serialize(archive);
  }
  void check(const Tensor& parameter) const override {
    if constexpr (HasFields<Derived>)
      Derived::fields([&](const char* name, auto member) {
        if constexpr (std::is_same_v<decltype(self().*member), const Tensor&>)
          detail::check_state(name, self().*member, parameter);
      });
  }

 private:
  const Derived& self() const { return static_cast<const Derived&>(*this); }
};

class OptimizerOptions {
 public:
  virtual ~OptimizerOptions() = default;
  virtual std::unique_ptr<OptimizerOptions> clone() const;
  virtual void serialize(serialize::InputArchive& archive);
  virtual void serialize(serialize::OutputArchive& archive) const;
  virtual double get_lr() const;
  virtual void set_lr(double lr);
  // What a cyclic schedule moves against the learning rate: the momentum, or Adam's first beta.
  virtual std::optional<double> get_momentum() const { return std::nullopt; }
  virtual void set_momentum(double) {}
  // Options that have the value of a fresh object take that of `defaults`.
  virtual void inherit(const OptimizerOptions& defaults);
};

template <class Derived>
class OptimizerCloneableOptions : public OptimizerOptions {
 public:
  std::unique_ptr<OptimizerOptions> clone() const override {
    return std::make_unique<Derived>(self());
  }
  void serialize(serialize::InputArchive& archive) override {
    if constexpr (HasFields<Derived>)
      detail::load_fields(archive, self());
    else
      OptimizerOptions::serialize(archive);
  }
  void serialize(serialize::OutputArchive& archive) const override {
    if constexpr (HasFields<Derived>)
      detail::save_fields(archive, self());
    else
      OptimizerOptions::serialize(archive);
  }
  double get_lr() const override {
    if constexpr (requires(const Derived& d) { double(d.lr()); })
      return self().lr();
    else
      return OptimizerOptions::get_lr();
  }
  void set_lr(double lr) override {
    if constexpr (requires(Derived & d) { d.lr(lr); })
      self().lr(lr);
    else
      OptimizerOptions::set_lr(lr);
  }
  std::optional<double> get_momentum() const override {
    if constexpr (requires(const Derived& d) { double(d.momentum()); })
      return self().momentum();
    else if constexpr (requires(const Derived& d) { double(std::get<0>(d.betas())); })
      return std::get<0>(self().betas());
    else
      return std::nullopt;
  }
  void set_momentum(double v) override {
    if constexpr (requires(Derived & d) { d.momentum(v); })
      self().momentum(v);
    else if constexpr (requires(Derived & d) { std::get<0>(d.betas()) = v; })
      std::get<0>(self().betas()) = v;
  }
  void inherit(const OptimizerOptions& defaults) override {
    if constexpr (HasFields<Derived> && std::is_default_constructible_v<Derived>)
      if (const auto* from = dynamic_cast<const Derived*>(&defaults)) {
        const Derived fresh;
        Derived::fields([&](const char*, auto member) {
          if (self().*member == fresh.*member) self().*member = from->*member;
        });
      }
  }

 private:
  Derived& self() { return static_cast<Derived&>(*this); }
  const Derived& self() const { return static_cast<const Derived&>(*this); }
};

class OptimizerParamGroup {
 public:
  OptimizerParamGroup(std::vector<Tensor> params);
  OptimizerParamGroup(std::vector<Tensor> params, std::unique_ptr<OptimizerOptions> options);
  OptimizerParamGroup(const OptimizerParamGroup& g);
  OptimizerParamGroup(OptimizerParamGroup&&);
  OptimizerParamGroup& operator=(const OptimizerParamGroup&) = delete;
  OptimizerParamGroup& operator=(OptimizerParamGroup&&);
  ~OptimizerParamGroup();

  bool has_options() const { return options_ != nullptr; }
  OptimizerOptions& options() { return *options_; }
  const OptimizerOptions& options() const { return *options_; }
  void set_options(std::unique_ptr<OptimizerOptions> options) { options_ = std::move(options); }
  std::vector<Tensor>& params() { return params_; }
  const std::vector<Tensor>& params() const { return params_; }

  // The learning rate before the first scheduler came, which all schedulers start from.
  std::optional<double> initial_lr;

 private:
  std::vector<Tensor> params_;
  std::unique_ptr<OptimizerOptions> options_;
};

class Optimizer {
 public:
  using LossClosure = std::function<Tensor()>;
  // By the address of the parameter's TensorImpl.
  using States = std::unordered_map<void*, std::unique_ptr<OptimizerParamState>>;

  Optimizer(const std::vector<OptimizerParamGroup>& param_groups,
            std::unique_ptr<OptimizerOptions> defaults);
  Optimizer(std::vector<Tensor> parameters, std::unique_ptr<OptimizerOptions> defaults);
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;
  Optimizer(Optimizer&&);
  Optimizer& operator=(Optimizer&&);
  virtual ~Optimizer();

  // A group without options takes the defaults; a group with options takes the defaults where they
  // have a fresh object's values. Throws for a parameter that is no leaf or has a group already.
  void add_param_group(const OptimizerParamGroup& param_group);
  // Adds to the first group.
  void add_parameters(const std::vector<Tensor>& parameters);

  // Updates every parameter that has a gradient. A closure is called first, with gradients enabled;
  // its result is returned.
  virtual Tensor step(LossClosure closure = nullptr) = 0;
  void zero_grad(bool set_to_none = true);

  std::vector<OptimizerParamGroup>& param_groups() noexcept { return param_groups_; }
  const std::vector<OptimizerParamGroup>& param_groups() const noexcept { return param_groups_; }
  States& state() noexcept { return state_; }
  const States& state() const noexcept { return state_; }
  OptimizerOptions& defaults() noexcept { return *defaults_; }
  const OptimizerOptions& defaults() const noexcept { return *defaults_; }
  // Those of the first group.
  std::vector<Tensor>& parameters() noexcept { return param_groups_[0].params(); }
  const std::vector<Tensor>& parameters() const noexcept { return param_groups_[0].params(); }
  // How many parameters there are in all groups.
  size_t size() const noexcept;

  // Options of the groups and states of the parameters, by their places: `param_groups.0.lr`,
  // `state.3.exp_avg`. load() throws and changes nothing when they do not fit.
  virtual void save(serialize::OutputArchive& archive) const;
  virtual void load(serialize::InputArchive& archive);

 protected:
  // An empty state, for load() to fill.
  virtual std::unique_ptr<OptimizerParamState> make_state() const;
  // The checks and the count of a write in place, for updates that write to memory directly.
  static void before_write(const Tensor& p);
  static void after_write(const Tensor& p);

  std::vector<OptimizerParamGroup> param_groups_;
  States state_;
  std::unique_ptr<OptimizerOptions> defaults_;
};

inline serialize::OutputArchive& operator<<(serialize::OutputArchive& archive, const Optimizer& o) {
  o.save(archive);
  return archive;
}
inline serialize::InputArchive& operator>>(serialize::InputArchive& archive, Optimizer& o) {
  o.load(archive);
  return archive;
}

// What of ParameterwiseOptimizer does not depend on the types.
class OptimizerOfEach : public Optimizer {
 public:
  using Optimizer::Optimizer;
  Tensor step(LossClosure closure = nullptr) override;

 private:
  virtual void update_one(const Tensor& p, const OptimizerOptions& o, OptimizerParamState& s) = 0;
};

// An optimiser that treats its parameters one by one: `update` has the formula, and writes to `p`.
template <class Options, class State>
class ParameterwiseOptimizer : public OptimizerOfEach {
 public:
  using OptimizerOfEach::OptimizerOfEach;

 protected:
  virtual void update(const Tensor& p, const Tensor& dy, const Options& o, State& s) = 0;
  std::unique_ptr<OptimizerParamState> make_state() const override {
    return std::make_unique<State>();
  }

 private:
  void update_one(const Tensor& p, const OptimizerOptions& o, OptimizerParamState& s) final {
    update(p, p.grad(), static_cast<const Options&>(o), static_cast<State&>(s));
  }
};

// The templates of an optimiser that has NameOptions and NameParamState: with `extern` in its
// header, so that programs need not compile them, and without in its .cpp file.
#define GRADUS_OPTIMIZER_TEMPLATES(prefix, Name)                        \
  prefix template class OptimizerCloneableOptions<Name##Options>;       \
  prefix template class OptimizerCloneableParamState<Name##ParamState>; \
  prefix template class ParameterwiseOptimizer<Name##Options, Name##ParamState>

}  // namespace gradus::optim

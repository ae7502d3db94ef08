#include "optim/optimizer.h"

#include <unordered_set>

#include "autograd/inplace.h"
#include "tensor/base/fail.h"

namespace gradus::optim {

namespace detail {
void save_field(serialize::OutputArchive& archive, const char* name, const IValue& value) {
  archive.write(name, value);
}
void save_field(serialize::OutputArchive& archive, const char* name, const Tensor& value) {
  if (value.defined()) archive.write(name, value, /*is_buffer=*/true);
}
IValue load_field(serialize::InputArchive& archive, const char* name) {
  IValue value;
  archive.read(name, value);
  return value;
}
void fail_length(size_t found, size_t wanted) {
  fail("load: an option has {} numbers, not {}", found, wanted);
}
Tensor load_tensor(serialize::InputArchive& archive, const char* name) {
  Tensor value;
  archive.try_read(name, value, /*is_buffer=*/true);
  return value;
}

bool same(const Tensor& a, const Tensor& b) {
  return a.defined() == b.defined() && (!a.defined() || a.equal(b));
}
void check_state(const char* name, const Tensor& state, const Tensor& parameter) {
  if (!state.defined()) return;
  if (state.sizes() != parameter.sizes())
    fail("load: {}: sizes differ, {} in the archive and {} of the parameter", name, state.sizes(),
         parameter.sizes());
  if (state.dtype() != parameter.dtype())
    fail("load: {}: types differ, {} in the archive and {} of the parameter", name, state.dtype(),
         parameter.dtype());
}
}  // namespace detail

namespace {
[[noreturn]] void fail_missing(const char* what) {
  fail("optim: {} is not written for this optimiser", what);
}
}  // namespace

std::unique_ptr<OptimizerParamState> OptimizerParamState::clone() const { fail_missing("clone"); }
void OptimizerParamState::serialize(serialize::InputArchive&) { fail_missing("serialize"); }
void OptimizerParamState::serialize(serialize::OutputArchive&) const { fail_missing("serialize"); }
void OptimizerParamState::check(const Tensor&) const {}

std::unique_ptr<OptimizerOptions> OptimizerOptions::clone() const { fail_missing("clone"); }
void OptimizerOptions::serialize(serialize::InputArchive&) { fail_missing("serialize"); }
void OptimizerOptions::serialize(serialize::OutputArchive&) const { fail_missing("serialize"); }
double OptimizerOptions::get_lr() const { fail_missing("get_lr"); }
void OptimizerOptions::set_lr(double) { fail_missing("set_lr"); }
void OptimizerOptions::inherit(const OptimizerOptions&) {}

OptimizerParamGroup::OptimizerParamGroup(std::vector<Tensor> params) : params_(std::move(params)) {}
OptimizerParamGroup::OptimizerParamGroup(std::vector<Tensor> params,
                                         std::unique_ptr<OptimizerOptions> options)
    : params_(std::move(params)), options_(std::move(options)) {}
OptimizerParamGroup::OptimizerParamGroup(const OptimizerParamGroup& g)
    : initial_lr(g.initial_lr),
      params_(g.params_),
      options_(g.options_ ? g.options_->clone() : nullptr) {}
OptimizerParamGroup::OptimizerParamGroup(OptimizerParamGroup&&) = default;
OptimizerParamGroup& OptimizerParamGroup::operator=(OptimizerParamGroup&&) = default;
OptimizerParamGroup::~OptimizerParamGroup() = default;

Optimizer::Optimizer(std::vector<Tensor> parameters, std::unique_ptr<OptimizerOptions> defaults)
    : Optimizer({OptimizerParamGroup(std::move(parameters))}, std::move(defaults)) {}
Optimizer::Optimizer(Optimizer&&) = default;
Optimizer& Optimizer::operator=(Optimizer&&) = default;
Optimizer::~Optimizer() = default;
Optimizer::Optimizer(const std::vector<OptimizerParamGroup>& param_groups,
                     std::unique_ptr<OptimizerOptions> defaults)
    : defaults_(std::move(defaults)) {
  for (const OptimizerParamGroup& group : param_groups) add_param_group(group);
}

void Optimizer::add_param_group(const OptimizerParamGroup& param_group) {
  std::unordered_set<const TensorImpl*> known;
  for (const OptimizerParamGroup& group : param_groups_)
    for (const Tensor& p : group.params()) known.insert(p.impl());
  for (const Tensor& p : param_group.params()) {
    if (!p.is_leaf()) fail("optim: a parameter of sizes {} is no leaf", p.sizes());
    if (known.contains(p.impl()))
      fail("optim: a parameter of sizes {} is in two groups", p.sizes());
  }
  OptimizerParamGroup group(param_group);
  if (group.has_options())
    group.options().inherit(*defaults_);
  else
    group.set_options(defaults_->clone());
  param_groups_.push_back(std::move(group));
}

void Optimizer::add_parameters(const std::vector<Tensor>& parameters) {
  if (param_groups_.empty()) return add_param_group(OptimizerParamGroup(parameters));
  auto& params = param_groups_[0].params();
  params.insert(params.end(), parameters.begin(), parameters.end());
}

void Optimizer::zero_grad(bool set_to_none) {
  for (OptimizerParamGroup& group : param_groups_)
    for (const Tensor& p : group.params()) {
      Tensor& grad = p.mutable_grad();
      if (!grad.defined()) continue;
      if (set_to_none) {
        grad.reset();
      } else {
        NoGradGuard no_grad;
        grad.detach_();
        grad.zero_();
      }
    }
}

size_t Optimizer::size() const noexcept {
  size_t n = 0;
  for (const OptimizerParamGroup& group : param_groups_) n += group.params().size();
  return n;
}

struct detail::StepHooks : gradus::detail::RemovableHooks {
  using Hook = std::function<void(Optimizer&, impl::GenericDict*)>;
  std::vector<std::pair<unsigned, Hook>> hooks;
  void remove(unsigned id) override {
    std::erase_if(hooks, [&](const auto& entry) { return entry.first == id; });
  }
};

namespace {
RemovableHandle add(std::shared_ptr<detail::StepHooks>& hooks, detail::StepHooks::Hook hook,
                    bool prepend) {
  if (!hooks) hooks = std::make_shared<detail::StepHooks>();
  const unsigned id = detail::StepHooks::next_id();
  auto& list = hooks->hooks;
  list.emplace(prepend ? list.begin() : list.end(), id, std::move(hook));
  return {hooks, id};
}
}  // namespace
RemovableHandle Optimizer::add_hook(Hooks& hooks, StepHook hook, bool prepend) {
  if (!hook) fail("optim: a step hook is empty");
  return add(
      hooks, [f = std::move(hook)](Optimizer& o, impl::GenericDict*) { f(o); }, prepend);
}
RemovableHandle Optimizer::add_hook(Hooks& hooks, StateDictHook hook, bool prepend) {
  if (!hook) fail("optim: a hook of a state dict is empty");
  return add(
      hooks, [f = std::move(hook)](Optimizer& o, impl::GenericDict* dict) { f(o, *dict); },
      prepend);
}
void Optimizer::run_hooks(const Hooks& hooks, impl::GenericDict* state_dict) {
  if (!hooks) return;
  const auto list = hooks->hooks;  // a hook may remove itself or add others
  for (const auto& [id, hook] : list) hook(*this, state_dict);
}
RemovableHandle Optimizer::register_state_dict_pre_hook(StepHook hook, bool prepend) {
  return add_hook(state_dict_pre_, std::move(hook), prepend);
}
RemovableHandle Optimizer::register_state_dict_post_hook(StateDictHook hook, bool prepend) {
  return add_hook(state_dict_post_, std::move(hook), prepend);
}
RemovableHandle Optimizer::register_load_state_dict_pre_hook(StateDictHook hook, bool prepend) {
  return add_hook(load_pre_, std::move(hook), prepend);
}
RemovableHandle Optimizer::register_load_state_dict_post_hook(StepHook hook, bool prepend) {
  return add_hook(load_post_, std::move(hook), prepend);
}
RemovableHandle Optimizer::register_step_pre_hook(StepHook hook) {
  return add_hook(pre_hooks_, std::move(hook));
}
RemovableHandle Optimizer::register_step_post_hook(StepHook hook) {
  return add_hook(post_hooks_, std::move(hook));
}
void Optimizer::before_step() { run_hooks(pre_hooks_); }
void Optimizer::after_step() { run_hooks(post_hooks_); }

void Optimizer::check_loaded(const std::vector<OptimizerParamGroup>&, const States&) const {}

std::unique_ptr<OptimizerParamState> Optimizer::make_state() const { fail_missing("load"); }

Tensor OptimizerOfEach::step(LossClosure closure) {
  before_step();
  Tensor loss;
  if (closure) {
    AutoGradMode enable(true);
    loss = closure();
  }
  NoGradGuard no_grad;
  for (OptimizerParamGroup& group : param_groups_) {
    for (const Tensor& p : group.params()) {
      if (!p.grad().defined()) continue;
      auto& state = state_[p.unsafeGetTensorImpl()];
      if (!state) state = make_state();
      before_write(p);
      update_one(p, group.options(), *state);
      after_write(p);
    }
  }
  after_step();
  return loss;
}

void Optimizer::before_write(const Tensor& p) { autograd::check_inplace("optimizer.step", p); }
void Optimizer::after_write(const Tensor& p) { autograd::count_write(p); }

void Optimizer::save(serialize::OutputArchive& archive) const {
  serialize::OutputArchive groups, states;
  std::unordered_set<const void*> written;
  int64_t index = 0;
  for (size_t g = 0; g < param_groups_.size(); ++g) {
    const OptimizerParamGroup& group = param_groups_[g];
    serialize::OutputArchive part;
    group.options().serialize(part);
    if (group.initial_lr) part.write("initial_lr", *group.initial_lr);
    std::vector<int64_t> places;
    for (const Tensor& p : group.params()) {
      const auto state = state_.find(p.unsafeGetTensorImpl());
      if (state != state_.end() && written.insert(p.unsafeGetTensorImpl()).second) {
        serialize::OutputArchive values;
        state->second->serialize(values);
        states.write(std::to_string(index), values);
      }
      places.push_back(index++);
    }
    part.write("params", places);
    groups.write(std::to_string(g), part);
  }
  archive.write("param_groups", groups);
  archive.write("state", states);
}

void Optimizer::load(serialize::InputArchive& archive) {
  detail::load_optimizer(archive, *this, [this] { return make_state(); });
}

void detail::load_optimizer(serialize::InputArchive& archive, Optimizer& optimizer,
                            const std::function<std::unique_ptr<OptimizerParamState>()>& make) {
  serialize::InputArchive groups, states;
  archive.read("param_groups", groups);
  archive.read("state", states);
  const auto keys = groups.keys();
  if (keys.empty() && !optimizer.param_groups_.empty())
    fail("load: the archive holds no optimiser");
  if (keys.size() != optimizer.param_groups_.size())
    fail("load: numbers of groups differ, {} in the archive and {} of the optimiser", keys.size(),
         optimizer.param_groups_.size());

  Optimizer::States loaded;
  std::vector<OptimizerParamGroup> new_groups = optimizer.param_groups_;
  for (size_t g = 0; g < new_groups.size(); ++g) {
    OptimizerParamGroup& group = new_groups[g];
    serialize::InputArchive part;
    groups.read(std::to_string(g), part);
    group.options().serialize(part);
    IValue initial_lr, params;
    group.initial_lr.reset();
    if (part.try_read("initial_lr", initial_lr)) group.initial_lr = initial_lr.toDouble();
    part.read("params", params);
    const std::vector<int64_t> places = params.toIntVector();
    if (places.size() != group.params().size())
      fail(
          "load: group {}: numbers of parameters differ, {} in the archive and {} of the optimiser",
          g, places.size(), group.params().size());
    for (size_t i = 0; i < places.size(); ++i) {
      serialize::InputArchive values;
      if (!states.try_read(std::to_string(places[i]), values)) continue;
      auto state = make();
      state->serialize(values);
      state->check(group.params()[i]);
      loaded[group.params()[i].unsafeGetTensorImpl()] = std::move(state);
    }
  }
  optimizer.check_loaded(new_groups, loaded);
  optimizer.param_groups_ = std::move(new_groups);
  optimizer.state_ = std::move(loaded);
}

}  // namespace gradus::optim

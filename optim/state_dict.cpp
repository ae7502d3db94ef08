// State dicts in Python's layout, made of what optimisers and schedulers write to archives.
#include "optim/lr_scheduler.h"
#include "optim/optimizer.h"
#include "tensor/base/fail.h"
#include "tensor/base/rethrow.h"
#include "tensor/io/archive_dict.h"
#include "tensor/io/dict.h"
#include "tensor/io/list.h"
#include "tensor/raw.h"

namespace gradus::optim {
namespace {

using impl::GenericDict, impl::GenericList;

// In groups, what says how Python computes, and what Python's schedulers put there.
constexpr const char* without_effect[] = {
    "params",     "foreach", "fused",  "capturable", "differentiable", "param_names",
    "initial_lr", "max_lr",  "min_lr", "swa_lr",     "base_momentum",  "max_momentum"};

IValue tuple_of(const IValue& list) {
  std::vector<IValue> elements;
  for (const IValue& e : list.toList()) elements.push_back(e);
  return ivalue::Tuple::create(std::move(elements));
}

// As Python's, float32, where that holds the number.
Tensor as_tensor(const IValue& number) {
  const double v = number.toDouble();
  return raw::full({}, v, double(float(v)) == v || v != v ? kFloat : kDouble);
}
// A number that may be a tensor.
IValue as_number(const std::string& name, const IValue& v, bool integer) {
  if (v.isTensor() && v.toTensor().numel() != 1)
    fail("load_state_dict: {} has sizes {}, one number wanted", name, v.toTensor().sizes());
  const Scalar s = v.isTensor() ? raw::item(v.toTensor()) : v.toScalar();
  if (!integer) return s.toDouble();
  const double d = s.toDouble();
  if (!(d >= 0 && d < 9e15 && d == double(int64_t(d))))
    fail("load_state_dict: {} is {}, a count wanted", name, d);
  return int64_t(d);
}

// The options of a group in Python's layout.
GenericDict options_dict(const OptimizerOptions& options) {
  serialize::OutputArchive archive;
  options.serialize(archive);
  GenericDict out;
  for (const auto& [name, value] : archive.entries()) {
    if (name == "eps1")  // Adafactor's pair
      out.insert("eps", value);
    else if (name == "eps2")
      out.insert_or_assign("eps", ivalue::Tuple::create({out.at("eps"), value}));
    else
      out.insert(name, value.isDoubleList() ? tuple_of(value) : value);
  }
  return out;
}

void load_options(OptimizerOptions& options, const GenericDict& given, size_t g) {
  serialize::OutputArchive now, then;
  options.serialize(now);
  std::vector<std::string> known(std::begin(without_effect), std::end(without_effect));
  for (const auto& [name, value] : now.entries()) {
    const bool pair = name == "eps1" || name == "eps2";
    const std::string from = pair ? "eps" : name;
    known.push_back(from);
    const auto entry = given.find(from);
    IValue v = entry == given.end() ? value : entry->value();
    if (pair && entry != given.end()) {
      const GenericList both = v.toList();
      if (both.size() != 2)
        fail("load_state_dict: group {}: eps has {} numbers, not 2", g, both.size());
      v = both.get(name == "eps1" ? 0 : 1);
    }
    // AdamW stays AdamW, as in Python.
    if (name == "decoupled_weight_decay" && value.isBool() && value.toBool()) v = value;
    if (v.isTensor()) v = as_number(name, v, false);
    if (v.isTuple() || v.tagKind() == "GenericList")
      v = v.toList().empty() ? v : IValue(IValue(v.toList()).toDoubleVector());
    then.write(name, v);
  }
  for (const auto& entry : given) {
    const std::string name = entry.key().toStringRef();
    if (std::find(known.begin(), known.end(), name) == known.end())
      fail("load_state_dict: group {}: the optimiser has no option {}", g, name);
  }
  serialize::InputArchive archive;
  archive.load_from(then);
  options.serialize(archive);
}

// A state in Python's layout.
GenericDict state_of(const OptimizerParamState& state, bool numbers_are_tensors) {
  serialize::OutputArchive archive;
  state.serialize(archive);
  GenericDict out;
  for (const auto& [name, value] : archive.entries()) {
    const size_t dot = name.find('.');
    if (dot != name.npos)  // archives name each tensor of a list
      out.insert(name.substr(0, dot), GenericList()).first->value().toList().push_back(value);
    else if (numbers_are_tensors && (value.isInt() || value.isDouble()))
      out.insert(name, as_tensor(value));
    else
      out.insert(name, value.isIntList() ? IValue(value.toList()) : value);
  }
  return out;
}

// A state as `fresh` writes it, of a dict.
void write_state(serialize::OutputArchive& out, const OptimizerParamState& fresh,
                 const GenericDict& given, const Tensor& parameter) {
  serialize::OutputArchive empty;
  fresh.serialize(empty);
  for (const auto& entry : given) {
    const std::string name = entry.key().toStringRef();
    const IValue& v = entry.value();
    const IValue* number = nullptr;
    bool in_fresh = false;  // which has no tensors yet
    for (const auto& [key, value] : empty.entries()) {
      in_fresh = in_fresh || key == name;
      if (key == name && (value.isInt() || value.isDouble())) number = &value;
    }
    const auto copied = [&](const Tensor& t) {
      // Floating states have their parameter's type, as Python makes it.
      const bool converted = is_floating(t.dtype()) && is_floating(parameter.dtype());
      return t.detach().to(converted ? parameter.scalar_type() : t.scalar_type(), false,
                           /*copy=*/true);
    };
    if (number && !v.isNone())
      out.write(name, as_number(name, v, number->isInt()));
    else if (v.isTensor())
      out.write(name, copied(v.toTensor()));
    else if (v.isList() && !v.toList().empty() && v.toList().get(0).isTensor()) {
      std::vector<Tensor> list;
      for (const IValue& e : v.toList())  // Python's room for intermediate numbers is partly empty
        if (e.isTensor()) list.push_back(copied(e.toTensor()));
      out.write(name, list);
    } else if (!v.isNone() || in_fresh) {
      out.write(name, v);
    }
  }
  // What Python leaves out, a fresh state has.
  for (const auto& [key, value] : empty.entries())
    if (!given.contains(key)) out.write(key, value);
}

}  // namespace

GenericDict Optimizer::state_dict() const {
  Optimizer& self = const_cast<Optimizer&>(*this);  // which hooks may change
  self.run_hooks(state_dict_pre_);
  GenericDict out = own_state_dict();
  self.run_hooks(state_dict_post_, &out);
  return out;
}
void Optimizer::load_state_dict(const GenericDict& state_dict) {
  GenericDict given = load_pre_ ? state_dict.copy() : state_dict;
  run_hooks(load_pre_, &given);
  load_own(given);
  run_hooks(load_post_);
}

GenericDict Optimizer::own_state_dict() const {
  GenericDict states, out;
  GenericList groups;
  int64_t index = 0;
  for (const OptimizerParamGroup& group : param_groups_) {
    GenericDict part = options_dict(group.options());
    if (group.initial_lr) part.insert("initial_lr", *group.initial_lr);
    GenericList places;
    for (const Tensor& p : group.params()) {
      const auto state = state_.find(p.unsafeGetTensorImpl());
      if (state != state_.end()) {
        states.insert(index, state_of(*state->second, numbers_are_tensors()));
      }
      places.push_back(index++);
    }
    part.insert("params", places);
    groups.push_back(part);
  }
  out.insert("state", states);
  out.insert("param_groups", groups);
  return out;
}

void Optimizer::load_own(const GenericDict& state_dict) {
  NoGradGuard no_grad;
  const char* const op = "load_state_dict";
  const GenericList groups = serialize::value_at(op, state_dict, "param_groups").toList();
  const GenericDict states = serialize::value_at(op, state_dict, "state").toGenericDict();
  if (groups.size() != param_groups_.size())
    fail("load_state_dict: numbers of groups differ, {} in the dict and {} of the optimiser",
         groups.size(), param_groups_.size());
  std::vector<OptimizerParamGroup> new_groups = param_groups_;
  States loaded;
  for (size_t g = 0; g < new_groups.size(); ++g) {
    OptimizerParamGroup& group = new_groups[g];
    const GenericDict given = groups.get(g).toGenericDict();
    const std::vector<int64_t> places = serialize::value_at(op, given, "params").toIntVector();
    if (places.size() != group.params().size())
      fail(
          "load_state_dict: group {}: numbers of parameters differ, {} in the dict and {} of the "
          "optimiser",
          g, places.size(), group.params().size());
    load_options(group.options(), given, g);
    const auto initial_lr = given.find("initial_lr");
    group.initial_lr.reset();
    if (initial_lr != given.end())
      group.initial_lr = as_number("initial_lr", initial_lr->value(), false).toDouble();
    for (size_t i = 0; i < places.size(); ++i) {
      const auto values = states.find(places[i]);
      if (values == states.end() || values->value().toGenericDict().empty()) continue;
      auto state = make_state();
      serialize::OutputArchive written;
      write_state(written, *state, values->value().toGenericDict(), group.params()[i]);
      serialize::InputArchive archive;
      archive.load_from(written);
      state->serialize(archive);
      state->check(group.params()[i]);
      serialize::OutputArchive read;
      state->serialize(read);
      for (const auto& [name, value] : written.entries()) {
        const auto same = [&name = name](const auto& entry) { return entry.first == name; };
        if (std::none_of(read.entries().begin(), read.entries().end(), same))
          fail("load_state_dict: parameter {}: the optimiser's state has no {}", places[i], name);
      }
      loaded[group.params()[i].unsafeGetTensorImpl()] = std::move(state);
    }
  }
  check_loaded(new_groups, loaded);
  param_groups_ = std::move(new_groups);
  state_ = std::move(loaded);
}

// --- Schedulers ---------------------------------------------------------------------------------

namespace {

// Names in archives, and in Python's dicts.
constexpr std::pair<const char*, const char*> python_names[] = {
    {"step_count", "_step_count"}, {"last_lrs", "_last_lr"}, {"bad_epochs", "num_bad_epochs"}};

GenericDict to_python(const GenericDict& dict) {
  GenericDict out;
  for (const auto& entry : dict) {
    IValue name = entry.key(), value = entry.value();
    for (const auto& [here, there] : python_names)
      if (name == IValue(here)) name = there;
    if (name == IValue("schedulers")) {
      GenericList parts;
      for (const auto& part : value.toGenericDict())
        parts.push_back(to_python(part.value().toGenericDict()));
      name = "_schedulers";
      value = parts;
    } else if (value.isDoubleList()) {
      value = value.toList();
    }
    out.insert(name, value);
  }
  return out;
}
// The part of a Python's dict that archives have.
GenericDict from_python(const GenericDict& dict) {
  GenericDict out;
  for (const char* name : {"last_epoch", "base_lrs", "best", "cooldown_counter"})
    if (const auto entry = dict.find(name); entry != dict.end()) out.insert(name, entry->value());
  for (const auto& [here, there] : python_names)
    if (const auto entry = dict.find(there); entry != dict.end()) out.insert(here, entry->value());
  for (const char* list : {"base_lrs", "last_lrs"})
    if (out.contains(list)) out.insert_or_assign(list, out.at(list).toDoubleVector());
  if (const auto parts = dict.find("_schedulers"); parts != dict.end()) {
    GenericDict named;
    int64_t i = 0;
    for (const IValue& part : parts->value().toList())
      named.insert(std::to_string(i++), from_python(part.toGenericDict()));
    out.insert("schedulers", named);
  }
  return out;
}

template <class Scheduler>
GenericDict scheduler_dict(const Scheduler& scheduler) {
  serialize::OutputArchive archive;
  scheduler.save(archive);
  return to_python(serialize::to_dict(archive));
}
template <class Scheduler>
void load_scheduler(Scheduler& scheduler, const GenericDict& state_dict) try {
  serialize::check_nesting("load_state_dict", state_dict);
  serialize::InputArchive archive = serialize::to_archive(from_python(state_dict));
  scheduler.load(archive);
} catch (...) {
  gradus::detail::rethrow_as_error("load_state_dict");
}

}  // namespace

GenericDict LRScheduler::state_dict() const { return scheduler_dict(*this); }
void LRScheduler::load_state_dict(const GenericDict& state_dict) {
  load_scheduler(*this, state_dict);
}
GenericDict ReduceLROnPlateauScheduler::state_dict() const { return scheduler_dict(*this); }
void ReduceLROnPlateauScheduler::load_state_dict(const GenericDict& state_dict) {
  load_scheduler(*this, state_dict);
}

}  // namespace gradus::optim

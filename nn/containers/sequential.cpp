#include "nn/containers/sequential.h"

#include <ostream>

#include "tensor/base/fail.h"

namespace gradus::nn {

SequentialImpl::SequentialImpl() = default;
SequentialImpl::SequentialImpl(OrderedDict<std::string, AnyModule>&& modules) {
  for (auto& item : modules) push_back(item.key(), std::move(*item));
}
SequentialImpl::SequentialImpl(std::initializer_list<NamedAnyModule> modules) {
  for (const auto& m : modules) push_back(m.name(), m.module());
}
Sequential::Sequential() = default;
Sequential::Sequential(std::initializer_list<NamedAnyModule> modules)
    : ModuleHolder(std::make_shared<SequentialImpl>(modules)) {}

std::shared_ptr<Module> SequentialImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<SequentialImpl>();
  const auto names = named_children().keys();
  for (size_t i = 0; i < modules_.size(); ++i) copy->push_back(names[i], modules_[i].clone(device));
  if (!is_training()) copy->eval();
  return copy;
}

void SequentialImpl::pretty_print(std::ostream& out) const { out << "torch::nn::Sequential"; }

void SequentialImpl::push_back(std::string name, AnyModule module) {
  register_module(std::move(name), module.ptr());
  modules_.push_back(std::move(module));
}

void SequentialImpl::insert(size_t index, AnyModule module) {
  if (index > size()) fail_index("Sequential: cannot insert at {} of {} modules", index, size());
  std::vector<AnyModule> moved(modules_.begin() + std::ptrdiff_t(index), modules_.end());
  check_numbered("insert");
  moved.insert(moved.begin(), std::move(module));
  while (size() > index) drop_last();
  for (AnyModule& m : moved) push_back(std::move(m));
}
AnyModule SequentialImpl::pop(int64_t index) {
  const int64_t at = index < 0 ? index + int64_t(size()) : index;
  if (at < 0 || at >= int64_t(size()))
    fail_index("Sequential: index {} is out of range for {} modules", index, size());
  if (at == int64_t(size()) - 1) return drop_last();
  check_numbered("pop");
  std::vector<AnyModule> moved(modules_.begin() + at, modules_.end());
  while (int64_t(size()) > at) drop_last();
  for (size_t i = 1; i < moved.size(); ++i) push_back(std::move(moved[i]));
  return std::move(moved[0]);
}
void SequentialImpl::set(size_t index, AnyModule module) {
  checked(index);
  const std::string name = named_children()[index].key();
  const std::shared_ptr<Module> held = module.ptr();
  modules_[index] = std::move(module);
  replace_module(name, held);
}
AnyModule SequentialImpl::drop_last() {
  AnyModule out = std::move(modules_.back());
  unregister_module(named_children()[size() - 1].key());
  modules_.pop_back();
  return out;
}
void SequentialImpl::check_numbered(const char* op) const {
  const auto names = named_children().keys();
  for (size_t i = 0; i < names.size(); ++i)
    if (names[i] != std::to_string(i))
      fail("Sequential: {} needs modules named by their numbers, number {} is '{}'", op, i,
           names[i]);
}
void SequentialImpl::child_replaced(const std::string& name,
                                    const std::shared_ptr<Module>& module) {
  const auto names = named_children().keys();
  for (size_t i = 0; i < modules_.size() && i < names.size(); ++i)
    if (names[i] == name && modules_[i].ptr() != module) modules_[i].exchange(module);
}

void SequentialImpl::push_back(AnyModule module) {
  push_back(std::to_string(modules_.size()), std::move(module));
}

// f(), whose errors say where they come from.
template <class F>
void SequentialImpl::guarded(size_t index, F f) {
  try {
    f();
  } catch (Error& e) {
    const Module& m = *modules_[index].ptr();
    e.add_context(detail::short_module_name(*this) + "." + named_children()[index].key(),
                  detail::short_module_name(m), m.as<SequentialImpl>() != nullptr);
    throw;
  }
}

Tensor SequentialImpl::forward_tensor(Tensor x) {
  if (is_empty()) fail("Sequential: it is empty");
  for (size_t i = 0; i < modules_.size(); ++i) {
    AnyModuleContent& m = modules_[i].content();
    if (!m.tensor_to_tensor) {
      std::vector<AnyValue> values;
      values.push_back(AnyValue(std::move(x)));
      return forward_values(std::move(values), i).get<Tensor>();
    }
    guarded(i, [&] { x = m.forward_tensor(std::move(x)); });
  }
  return x;
}

AnyValue SequentialImpl::forward_values(std::vector<AnyValue> values, size_t first) {
  if (is_empty()) fail("Sequential: it is empty");
  for (size_t i = first; i < modules_.size(); ++i) {
    guarded(i, [&] {
      AnyValue out = modules_[i].content().forward(std::move(values));
      values.clear();
      values.push_back(std::move(out));
    });
  }
  return std::move(values[0]);
}

AnyModule& SequentialImpl::checked(size_t index) const {
  if (index >= modules_.size())
    fail_index("Sequential: index {} is out of range for {} modules", index, modules_.size());
  return const_cast<AnyModule&>(modules_[index]);
}

}  // namespace gradus::nn

#include "nn/functional_call.h"

#include <unordered_map>
#include <unordered_set>

#include "nn/module_extras.h"
#include "tensor/base/fail.h"

namespace gradus::detail {

TensorsInPlace::TensorsInPlace(nn::Module& root, const NamedTensors& tensors, bool tie_weights,
                               bool strict) {
  constexpr const char* op = "functional_call";
  // Where each tensor of the tree is registered, all its paths.
  struct Home {
    nn::Module* module;
    std::string name;
    Tensor* registered;
  };
  std::unordered_map<std::string, Home> homes;
  std::unordered_map<const TensorImpl*, std::vector<std::string>> paths;
  const nn::Module::NamedModuleApplyFunction note = [&](const std::string& path, nn::Module& m) {
    for (auto* list : {&ModuleAccess::parameters(m), &ModuleAccess::buffers(m)})
      for (auto& item : *list) {
        if (!item->defined()) continue;
        const std::string key = path.empty() ? item.key() : path + "." + item.key();
        homes.emplace(key, Home{&m, item.key(), &*item});
        paths[item->impl()].push_back(key);
      }
  };
  root.apply(note);

  std::unordered_map<Tensor*, Tensor> wanted;
  std::unordered_set<const TensorImpl*> named;
  for (const auto& item : tensors) {
    const auto home = homes.find(item.key());
    if (home == homes.end())
      fail("{}: {} has no parameter or buffer '{}'", op, short_module_name(root), item.key());
    if (!item->defined()) fail("{}: the tensor for '{}' is undefined", op, item.key());
    named.insert(home->second.registered->impl());
  }
  if (strict)
    for (const auto& [impl, where] : paths)
      if (!named.contains(impl)) fail("{}: strict, and no tensor is given for '{}'", op, where[0]);

  // All places are looked up before the first is changed.
  const auto want = [&](const std::string& path, const Tensor& value, bool tied) {
    const Home& home = homes.at(path);
    const auto [it, first] = wanted.emplace(home.registered, value);
    if (!first) {
      if (!tied && !it->second.is_same(value))
        fail("{}: '{}' is one tensor with another that is given, which differs", op, path);
      return;
    }
    former_.push_back(
        {home.registered, &ModuleAccess::place(op, *home.module, home.name), *home.registered});
  };
  for (const auto& item : tensors) want(item.key(), *item, false);
  if (tie_weights)
    for (const auto& item : tensors)
      for (const std::string& path : paths[homes.at(item.key()).registered->impl()])
        want(path, *item, true);
  for (Former& f : former_) {
    const Tensor value = wanted.at(f.registered);
    *f.registered = value;
    *f.place = value;
  }
}

TensorsInPlace::~TensorsInPlace() {
  for (Former& f : former_) {
    *f.registered = f.value;
    *f.place = f.value;
  }
}

}  // namespace gradus::detail

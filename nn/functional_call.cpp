#include "nn/functional_call.h"

#include <unordered_map>

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
    // What is computed from others is computed from the given ones during the call.
    if (ModuleExtras* extras = ModuleAccess::extras(m)) {
      if (!extras->derived.empty()) derives_.push_back(extras);
      for (const auto& d : extras->derived) {
        Tensor& at = ModuleAccess::place(op, m, d.name);
        former_.push_back({&at, &at, at});
      }
    }
  };
  root.apply(note);

  std::unordered_map<Tensor*, Tensor> wanted;
  std::unordered_map<const TensorImpl*, Tensor> given;
  for (const auto& item : tensors) {
    const auto home = homes.find(item.key());
    if (home == homes.end())
      fail("{}: {} has no parameter or buffer '{}'", op, short_module_name(root), item.key());
    if (!item->defined()) fail("{}: the tensor for '{}' is undefined", op, item.key());
    const auto [same, first] = given.emplace(home->second.registered->impl(), *item);
    if (tie_weights && !first && !same->second.is_same(*item))
      fail("{}: '{}' is one tensor with another that is given, which differs", op, item.key());
  }
  if (strict)
    for (const auto& [impl, where] : paths)
      if (!given.contains(impl)) fail("{}: strict, and no tensor is given for '{}'", op, where[0]);

  // All places are looked up before the first is changed.
  const auto want = [&](const std::string& path, const Tensor& value, bool tied) {
    const Home& home = homes.at(path);
    if (const auto [same, first] = wanted.emplace(home.registered, value); !first) {
      if (!tied && !same->second.is_same(value))
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
    const auto value = wanted.find(f.registered);
    if (value == wanted.end()) continue;
    *f.registered = value->second;
    *f.place = value->second;
  }
  for (ModuleExtras* extras : derives_) extras->cached = 0;
}

TensorsInPlace::~TensorsInPlace() {
  for (Former& f : former_) {
    *f.registered = f.value;
    *f.place = f.value;
  }
  for (ModuleExtras* extras : derives_) extras->cached = 0;
}

}  // namespace gradus::detail

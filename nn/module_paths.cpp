// What paths such as `block.0.weight` lead to.
#include <algorithm>

#include "nn/module.h"
#include "tensor/base/fail.h"

namespace gradus::nn {

namespace {
// What stands before and behind the last dot.
std::pair<std::string, std::string> split(const std::string& path) {
  const size_t dot = path.rfind('.');
  if (dot == path.npos) return {"", path};
  return {path.substr(0, dot), path.substr(dot + 1)};
}
// The module at a path below, of which the empty one is `root`.
const Module& descend(const char* op, const Module& root, const std::string& target) {
  const Module* at = &root;
  for (size_t begin = 0; begin <= target.size() && !target.empty();) {
    const size_t end = std::min(target.find('.', begin), target.size());
    const std::string name = target.substr(begin, end - begin);
    const auto children = at->named_children();
    const auto* next = children.find(name);
    if (!next)
      fail("{}: '{}' leads nowhere, {} has no submodule '{}'", op, target,
           gradus::detail::short_module_name(*at), name);
    at = next->get();
    begin = end + 1;
  }
  return *at;
}
Tensor tensor_at(const char* op, const Module& root, const std::string& target,
                 OrderedDict<std::string, Tensor> (Module::*list)(bool) const) {
  const auto [path, name] = split(target);
  const Module& m = descend(op, root, path);
  const auto tensors = (m.*list)(false);
  if (const Tensor* t = tensors.find(name)) return *t;
  fail("{}: {} has no '{}'", op, gradus::detail::short_module_name(m), name);
}
}  // namespace

std::shared_ptr<Module> Module::get_submodule(const std::string& target) const {
  return descend("get_submodule", *this, target).shared_from_this_checked();
}
Tensor Module::get_parameter(const std::string& target) const {
  return tensor_at("get_parameter", *this, target, &Module::named_parameters);
}
Tensor Module::get_buffer(const std::string& target) const {
  return tensor_at("get_buffer", *this, target, &Module::named_buffers);
}
void Module::set_submodule(const std::string& target, std::shared_ptr<Module> module, bool strict) {
  const auto [path, name] = split(target);
  auto& parent = const_cast<Module&>(descend("set_submodule", *this, path));
  if (!module) fail("set_submodule: the module for '{}' is empty", target);
  if (parent.children_.contains(name))
    parent.replace_child(name, std::move(module));
  else if (!strict)
    parent.add_child(name, std::move(module));
  else
    fail("set_submodule: {} has no submodule '{}'", gradus::detail::short_module_name(parent),
         name);
}

}  // namespace gradus::nn

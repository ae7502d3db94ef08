// How modules go into archives and come out.
#include <algorithm>

#include "nn/module_extras.h"
#include "tensor/io/serialize.h"

namespace gradus {

bool detail::ModuleAccess::is_transient(const nn::Module& m, const std::string& buffer) {
  if (!m.extras_) return false;
  const auto& names = m.extras_.get()->transient;
  return std::find(names.begin(), names.end(), buffer) != names.end();
}

namespace nn {

void Module::save(serialize::OutputArchive& archive) const {
  for (const auto& p : parameters_)
    if (p->defined()) archive.write(p.key(), *p);
  for (const auto& b : buffers_)
    if (b->defined() && !gradus::detail::ModuleAccess::is_transient(*this, b.key()))
      archive.write(b.key(), *b, /*is_buffer=*/true);
  for (const auto& child : children_) {
    if (!(*child)->is_serializable()) continue;
    serialize::OutputArchive nested;
    (*child)->save(nested);
    archive.write(child.key(), nested);
  }
}

void Module::load(serialize::InputArchive& archive) {
  for (auto& p : parameters_)
    if (p->defined()) archive.read(p.key(), *p);
  for (auto& b : buffers_)
    if (b->defined() && !gradus::detail::ModuleAccess::is_transient(*this, b.key()))
      archive.read(b.key(), *b, /*is_buffer=*/true);
  for (const auto& child : children_) {
    if (!(*child)->is_serializable()) continue;
    serialize::InputArchive nested;
    archive.read(child.key(), nested);
    (*child)->load(nested);
  }
}

serialize::OutputArchive& operator<<(serialize::OutputArchive& archive,
                                     const std::shared_ptr<Module>& module) {
  if (!module) detail::throw_error("save: the module is empty");
  module->save(archive);
  return archive;
}
serialize::InputArchive& operator>>(serialize::InputArchive& archive,
                                    const std::shared_ptr<Module>& module) {
  if (!module) detail::throw_error("load: the module is empty");
  module->load(archive);
  return archive;
}

}  // namespace nn
}  // namespace gradus

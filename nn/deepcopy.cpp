#include "nn/deepcopy.h"

#include <map>
#include <set>
#include <unordered_map>

#include "autograd/modes.h"
#include "nn/module_extras.h"
#include "tensor/base/fail.h"

namespace gradus::detail {

namespace {

using Copies = std::unordered_map<const nn::Module*, std::shared_ptr<nn::Module>>;
thread_local Copies* copies = nullptr;  // of the deepcopy() that runs

struct Running {
  explicit Running(Copies& mine) : before(copies) { copies = &mine; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { copies = before; }
  Copies* before;
};

// Ties the tensors of a copy as those of the original are.
class Ties {
 public:
  void walk(nn::Module& from, nn::Module& to) {
    if (!seen_.insert(&from).second) return;
    tie(ModuleAccess::parameters(from), ModuleAccess::parameters(to), to);
    tie(ModuleAccess::buffers(from), ModuleAccess::buffers(to), to);
    const auto below = to.named_children();
    for (const auto& child : from.named_children())
      if (const auto* other = below.find(child.key())) walk(**child, **other);
  }

 private:
  void tie(const NamedTensors& from, NamedTensors& to, nn::Module& copy) {
    for (const auto& item : from) {
      const Tensor& was = *item;
      Tensor* const is = to.find(item.key());
      if (!was.defined() || !is) continue;
      const auto [same, first] = by_tensor_.emplace(was.impl(), *is);
      if (!first && !same->second.is_same(*is))
        ModuleAccess::put("deepcopy", copy, item.key(), same->second);
      if (!first) continue;
      const Layout layout{was.impl()->storage.get(), was.storage_offset(), was.sizes().vec(),
                          was.strides().vec(), int(was.scalar_type())};
      const auto [over, alone] = by_elements_.emplace(layout, *is);
      if (!alone) is->set_data(over->second.detach());
    }
  }
  using Layout = std::tuple<const void*, int64_t, std::vector<int64_t>, std::vector<int64_t>, int>;
  std::set<const nn::Module*> seen_;
  std::unordered_map<const TensorImpl*, Tensor> by_tensor_;
  std::map<Layout, Tensor> by_elements_;
};

}  // namespace

std::shared_ptr<nn::Module> clone_child(const nn::Module& child,
                                        const std::optional<Device>& device) {
  if (!copies) return child.clone(device);
  if (const auto known = copies->find(&child); known != copies->end()) return known->second;
  auto copy = child.clone(device);
  copies->emplace(&child, copy);
  return copy;
}

std::shared_ptr<nn::Module> deepcopy(const nn::Module& module,
                                     const std::optional<Device>& device) {
  Copies mine;
  const Running running(mine);
  const NoGradGuard untaped;
  auto copy = module.clone(device);
  Ties().walk(const_cast<nn::Module&>(module), *copy);
  return copy;
}

void throw_sliced_copy(const nn::Module& copy, const std::type_info& wanted) {
  fail("deepcopy: the clone is {}, not {}; the class must derive from its own Cloneable",
       copy.name(), demangle(wanted));
}

}  // namespace gradus::detail

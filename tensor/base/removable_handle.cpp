#include "tensor/base/removable_handle.h"

#include <atomic>

namespace gradus {

unsigned detail::RemovableHooks::next_id() {
  static std::atomic<unsigned> count{0};
  return ++count;
}

void RemovableHandle::remove() {
  if (const auto hooks = hooks_.lock()) hooks->remove(id_);
  hooks_.reset();
}

}  // namespace gradus

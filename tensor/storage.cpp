#include "tensor/storage.h"

#include <memory>

#include "tensor/base/fail.h"

namespace gradus {

namespace {
static_assert(sizeof(StorageImpl) <= memory::alignment);
constexpr size_t header = memory::alignment;
}  // namespace

Ref<StorageImpl> StorageImpl::make(size_t bytes) {
  memory::charge(bytes);
  char* p;
  try {
    p = static_cast<char*>(memory::allocate(header + bytes));
  } catch (...) {
    memory::discharge(bytes);
    throw;
  }
  return Ref<StorageImpl>::first(new (p) StorageImpl(p + header, bytes));
}

Ref<StorageImpl> StorageImpl::wrap(void* data, size_t bytes, std::function<void(void*)> deleter) {
  auto owned = deleter ? std::make_unique<std::function<void(void*)>>(std::move(deleter)) : nullptr;
  void* p = memory::allocate(header);
  StorageImpl* s = new (p) StorageImpl(static_cast<char*>(data), bytes);
  s->borrowed_ = true;
  s->deleter_ = owned.release();
  return Ref<StorageImpl>(s);
}

void StorageImpl::unref(const StorageImpl* cs) noexcept {
  if (!cs->release_ref()) return;
  StorageImpl* s = const_cast<StorageImpl*>(cs);
  const size_t bytes = s->bytes_;
  const bool borrowed = s->borrowed_;
  if (s->deleter_) {
    (*s->deleter_)(s->data_);
    delete s->deleter_;
  }
  s->~StorageImpl();
  if (!borrowed) memory::discharge(bytes);
  memory::deallocate(s, header + (borrowed ? 0 : bytes));
}

}  // namespace gradus

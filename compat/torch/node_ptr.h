// c10::intrusive_ptr of nodes, which count their references themselves.
#pragma once

#include <autograd/own_node.h>
#include <c10/util/intrusive_ptr.h>

#include <concepts>

namespace gradus {

template <class T, class Null>
requires std::derived_from<T, autograd::Node>
class intrusive_ptr<T, Null> : public Ref<T> {
 public:
  using element_type = T;
  intrusive_ptr() = default;
  intrusive_ptr(std::nullptr_t) {}
  template <class U>
  requires std::convertible_to<U*, T*> intrusive_ptr(const Ref<U>& r) : Ref<T>(r) {}
  template <class... Args>
  static intrusive_ptr make(Args&&... args) {
    return autograd::make_node<T>(std::forward<Args>(args)...);
  }
  static intrusive_ptr reclaim(T* p) { return Ref<T>::adopt(p); }
  static intrusive_ptr reclaim_copy(T* p) { return Ref<T>(p); }
  static intrusive_ptr unsafe_reclaim_from_nonowning(T* p) { return Ref<T>(p); }
  T* release() { return this->detach(); }
  bool defined() const { return this->get() != nullptr; }
  size_t use_count() const { return defined() ? this->get()->ref_count() : 0; }
  bool unique() const { return use_count() == 1; }
};

}  // namespace gradus

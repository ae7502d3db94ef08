// List: a list whose copies are the same list.
#pragma once

#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include "tensor/base/array_ref.h"
#include "tensor/io/ivalue.h"

namespace gradus {

template <class T>
class List;

namespace impl {
/// A place in a list, as `list[i]` gives it: it converts to the element, and what is assigned to it
/// is put into the list.
template <class T>
class ListElementReference final {
 public:
  ListElementReference(const ListElementReference&) = default;
  /// The element.
  operator T() const { return list_.get(i_); }
  /// Puts another element in the place.
  ListElementReference&& operator=(T value) && {
    list_.set(i_, std::move(value));
    return std::move(*this);
  }
  ListElementReference&& operator=(const ListElementReference& other) && {
    return std::move(*this) = T(other);
  }
  /// Exchanges the elements of two places.
  friend void swap(ListElementReference&& a, ListElementReference&& b) {
    T first = a;
    std::move(a) = b;
    std::move(b) = std::move(first);
  }

 private:
  friend class List<T>;
  ListElementReference(const List<T>& list, size_t i) : list_(list), i_(i) {}
  List<T> list_;
  size_t i_;
};
/// Whether the elements are equal.
template <class T>
bool operator==(const ListElementReference<T>& a, const T& b) {
  return T(a) == b;
}
template <class T>
bool operator==(const ListElementReference<T>& a, const ListElementReference<T>& b) {
  return T(a) == T(b);
}
}  // namespace impl

/// A list of T. Copies share the elements; copy() makes another list.
template <class T>
class List final {
 public:
  using value_type = T;
  /// The type of places.
  using size_type = size_t;
  using iterator = typename std::vector<T>::iterator;
  using const_iterator = iterator;

  List() : list_(std::make_shared<std::vector<T>>()) {}
  List(std::initializer_list<T> values) : list_(std::make_shared<std::vector<T>>(values)) {}
  explicit List(std::vector<T> values)
      : list_(std::make_shared<std::vector<T>>(std::move(values))) {}
  explicit List(ArrayRef<T> values)
      : list_(std::make_shared<std::vector<T>>(values.begin(), values.end())) {}

  /// How many elements there are.
  size_t size() const { return list_->size(); }
  /// Whether there is no element.
  bool empty() const { return list_->empty(); }
  /// The element. Throws std::out_of_range past the end, as libtorch's does.
  T get(size_t i) const { return at(i); }
  /// The same as get().
  T operator[](size_t i) const { return at(i); }
  /// The element, which may be assigned: `list[0] = x` is set(0, x). Throws as get().
  impl::ListElementReference<T> operator[](size_t i) {
    at(i);
    return {*this, i};
  }
  /// Puts another element in a place. Throws as get().
  void set(size_t i, T value) const { at(i) = std::move(value); }
  /// Moves the element out and leaves a fresh one. Throws as get().
  T extract(size_t i) const {
    T element = std::move(at(i));
    at(i) = T();
    return element;
  }
  /// Adds an element.
  void push_back(T value) const { list_->push_back(std::move(value)); }
  /// Adds an element that is made of the arguments.
  template <class... Args>
  void emplace_back(Args&&... args) const {
    list_->emplace_back(std::forward<Args>(args)...);
  }
  /// Adds the elements of another list.
  void append(List other) const {
    const std::vector<T> values = *other.list_;
    list_->insert(list_->end(), values.begin(), values.end());
  }
  /// Puts an element before a place, and gives the element's place.
  iterator insert(iterator at, T value) const { return list_->insert(at, std::move(value)); }
  /// The same with an element that is made of the arguments.
  template <class... Args>
  iterator emplace(iterator at, Args&&... args) const {
    return list_->emplace(at, std::forward<Args>(args)...);
  }
  /// Removes an element, or those from one place up to another, and gives the next one's place.
  iterator erase(iterator at) const { return list_->erase(at); }
  iterator erase(iterator first, iterator last) const { return list_->erase(first, last); }
  /// Removes the last element.
  void pop_back() const { list_->pop_back(); }
  /// Removes all elements.
  void clear() const { list_->clear(); }
  /// Makes room for as many elements.
  void reserve(size_t count) const { list_->reserve(count); }
  /// Removes elements, or adds fresh ones or copies of a value.
  void resize(size_t count) const { list_->resize(count); }
  void resize(size_t count, const T& value) const { list_->resize(count, value); }
  /// The first element.
  iterator begin() const { return list_->begin(); }
  /// Past the last element.
  iterator end() const { return list_->end(); }
  /// Another list of the same elements.
  List copy() const {
    List out;
    *out.list_ = *list_;
    return out;
  }
  /// The elements.
  std::vector<T> vec() const { return *list_; }
  /// How many copies share the elements.
  size_t use_count() const { return size_t(list_.use_count()); }
  /// An address that all copies of the list have, and no other list.
  const void* id() const { return list_.get(); }
  /// Whether both are the same list.
  bool is(const List& other) const { return list_ == other.list_; }
  friend bool operator==(const List& a, const List& b) { return *a.list_ == *b.list_; }

 private:
  typename std::vector<T>::reference at(size_t i) const { return list_->at(i); }
  std::shared_ptr<std::vector<T>> list_;
};

namespace impl {
/// A list of anything, as an IValue holds it.
using GenericList = List<IValue>;
}  // namespace impl
extern template class List<IValue>;

template <class T>
IValue::IValue(const List<T>& v) {
  impl::GenericList out;
  for (const T& e : v) out.push_back(e);
  *this = IValue(out);
}

template <class T>
struct detail::FromIValue<List<T>> {
  static List<T> get(const IValue& from) {
    if constexpr (std::is_same_v<T, IValue>) {
      return from.toList();
    } else if constexpr (std::is_same_v<T, int64_t>) {
      return from.toIntList();
    } else if constexpr (std::is_same_v<T, double>) {
      return from.toDoubleList();
    } else if constexpr (std::is_same_v<T, Tensor>) {
      return from.toTensorList();
    } else {
      List<T> out;
      for (const IValue& e : from.toList()) out.push_back(e.to<T>());
      return out;
    }
  }
};
template <class T>
struct detail::FromIValue<std::vector<T>> {
  static std::vector<T> get(const IValue& from) { return from.to<List<T>>().vec(); }
};

}  // namespace gradus

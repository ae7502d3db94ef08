// List: a list whose copies are the same list.
#pragma once

#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include "tensor/base/array_ref.h"
#include "tensor/io/ivalue.h"

namespace gradus {

/// A list of T. Copies share the elements; copy() makes another list.
template <class T>
class List final {
 public:
  using value_type = T;
  using size_type = size_t;
  using iterator = typename std::vector<T>::iterator;
  using const_iterator = iterator;

  List() : list_(std::make_shared<std::vector<T>>()) {}
  List(std::initializer_list<T> values) : list_(std::make_shared<std::vector<T>>(values)) {}
  explicit List(ArrayRef<T> values)
      : list_(std::make_shared<std::vector<T>>(values.begin(), values.end())) {}

  size_t size() const { return list_->size(); }
  bool empty() const { return list_->empty(); }
  /// The element. Throws std::out_of_range past the end, as libtorch's does.
  T get(size_t i) const { return at(i); }
  T operator[](size_t i) const { return at(i); }
  void set(size_t i, T value) const { at(i) = std::move(value); }
  T extract(size_t i) const { return std::exchange(at(i), T()); }
  void push_back(T value) const { list_->push_back(std::move(value)); }
  template <class... Args>
  void emplace_back(Args&&... args) const {
    list_->emplace_back(std::forward<Args>(args)...);
  }
  void append(List other) const {
    const std::vector<T> values = *other.list_;
    list_->insert(list_->end(), values.begin(), values.end());
  }
  void pop_back() const { list_->pop_back(); }
  void clear() const { list_->clear(); }
  void reserve(size_t count) const { list_->reserve(count); }
  void resize(size_t count) const { list_->resize(count); }
  void resize(size_t count, const T& value) const { list_->resize(count, value); }
  iterator begin() const { return list_->begin(); }
  iterator end() const { return list_->end(); }
  /// Another list of the same elements.
  List copy() const { return List(ArrayRef<T>(list_->data(), list_->size())); }
  std::vector<T> vec() const { return *list_; }
  size_t use_count() const { return size_t(list_.use_count()); }
  /// An address that all copies of the list have, and no other list.
  const void* id() const { return list_.get(); }
  /// Whether both are the same list.
  bool is(const List& other) const { return list_ == other.list_; }
  friend bool operator==(const List& a, const List& b) { return *a.list_ == *b.list_; }

 private:
  T& at(size_t i) const { return list_->at(i); }
  std::shared_ptr<std::vector<T>> list_;
};

/// What an archive's list holds.
namespace impl {
using GenericList = List<IValue>;
}
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

// A dictionary that remembers the order in which its keys came.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tensor/base/error.h"

namespace gradus {
namespace detail {
inline const std::string& key_text(const std::string& key) { return key; }
template <class Key>
std::string key_text(const Key&) {
  return "?";
}
}  // namespace detail

template <class Key, class Value>
class OrderedDict {
 public:
  class Item {
   public:
    Item(Key key, Value value) : pair_(std::move(key), std::move(value)) {}
    const Key& key() const noexcept { return pair_.first; }
    Value& value() noexcept { return pair_.second; }
    const Value& value() const noexcept { return pair_.second; }
    const std::pair<Key, Value>& pair() const noexcept { return pair_; }
    Value& operator*() { return pair_.second; }
    const Value& operator*() const { return pair_.second; }
    Value* operator->() { return &pair_.second; }
    const Value* operator->() const { return &pair_.second; }

   private:
    std::pair<Key, Value> pair_;
  };
  using Iterator = typename std::vector<Item>::iterator;
  using ConstIterator = typename std::vector<Item>::const_iterator;

  // The description names keys in errors: "Parameter 'w' is not defined".
  explicit OrderedDict(std::string key_description = "Key")
      : key_description_(std::move(key_description)) {}
  OrderedDict(std::initializer_list<Item> items) {
    reserve(items.size());
    for (const Item& item : items) insert(item.key(), item.value());
  }
  const std::string& key_description() const noexcept { return key_description_; }

  Item& front() { return items_[checked(0)]; }
  const Item& front() const { return items_[checked(0)]; }
  Item& back() { return items_[checked(items_.size() - 1)]; }
  const Item& back() const { return items_[checked(items_.size() - 1)]; }
  // By position; throws IndexError past the end.
  Item& operator[](size_t index) { return items_[checked(index)]; }
  const Item& operator[](size_t index) const { return items_[checked(index)]; }
  // By key; throws when there is none such.
  Value& operator[](const Key& key) { return items_[place(key)].value(); }
  const Value& operator[](const Key& key) const { return items_[place(key)].value(); }

  // Null when there is none such.
  Value* find(const Key& key) noexcept {
    const auto it = index_.find(key);
    return it == index_.end() ? nullptr : &items_[it->second].value();
  }
  const Value* find(const Key& key) const noexcept {
    return const_cast<OrderedDict*>(this)->find(key);
  }
  bool contains(const Key& key) const noexcept { return index_.count(key) > 0; }

  Iterator begin() { return items_.begin(); }
  ConstIterator begin() const { return items_.begin(); }
  Iterator end() { return items_.end(); }
  ConstIterator end() const { return items_.end(); }
  size_t size() const noexcept { return items_.size(); }
  bool is_empty() const noexcept { return items_.empty(); }
  void reserve(size_t n) {
    index_.reserve(n);
    items_.reserve(n);
  }

  // Throws when the key is there already.
  Value& insert(Key key, Value value) {
    if (!index_.emplace(key, items_.size()).second)
      detail::throw_error(key_description_ + " '" + detail::key_text(key) + "' is already defined");
    items_.emplace_back(std::move(key), std::move(value));
    return items_.back().value();
  }
  // Inserts all; throws at the first key that is there already.
  void update(const OrderedDict& other) {
    reserve(size() + other.size());
    for (const Item& item : other) insert(item.key(), item.value());
  }
  void erase(const Key& key) {
    const size_t at = place(key);
    index_.erase(key);
    items_.erase(items_.begin() + std::ptrdiff_t(at));
    for (auto& [_, i] : index_)
      if (i > at) --i;
  }
  void clear() {
    index_.clear();
    items_.clear();
  }

  const std::vector<Item>& items() const noexcept { return items_; }
  std::vector<Key> keys() const {
    return collect<Key>([](const Item& i) { return i.key(); });
  }
  std::vector<Value> values() const {
    return collect<Value>([](const Item& i) { return i.value(); });
  }
  std::vector<std::pair<Key, Value>> pairs() const {
    return collect<std::pair<Key, Value>>([](const Item& i) { return i.pair(); });
  }

  // The same keys in the same order with equal values.
  friend bool operator==(const OrderedDict& a, const OrderedDict& b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i)
      if (!(a.items_[i].key() == b.items_[i].key() && a.items_[i].value() == b.items_[i].value()))
        return false;
    return true;
  }

 private:
  size_t checked(size_t index) const {
    if (index >= items_.size())
      detail::throw_index_error("OrderedDict: index " + std::to_string(index) +
                                " is out of range for " + std::to_string(size()) + " items");
    return index;
  }
  size_t place(const Key& key) const {
    const auto it = index_.find(key);
    if (it == index_.end())
      detail::throw_error(key_description_ + " '" + detail::key_text(key) + "' is not defined");
    return it->second;
  }
  template <class T, class F>
  std::vector<T> collect(F f) const {
    std::vector<T> out;
    out.reserve(size());
    for (const Item& item : items_) out.push_back(f(item));
    return out;
  }

  std::unordered_map<Key, size_t> index_;
  std::vector<Item> items_;
  std::string key_description_ = "Key";
};

}  // namespace gradus

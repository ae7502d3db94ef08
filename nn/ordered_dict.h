// A dictionary that remembers the order in which its keys came.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tensor/base/error.h"
#include "tensor/io/dict.h"

namespace gradus {
namespace detail {
inline const std::string& key_text(const std::string& key) { return key; }
template <class Key>
std::string key_text(const Key&) {
  return "?";
}
}  // namespace detail

/// A dictionary that remembers the order in which its keys came.
template <class Key, class Value>
class OrderedDict {
 public:
  /// A key and its value.
  class Item {
   public:
    Item(Key key, Value value) : pair_(std::move(key), std::move(value)) {}
    /// The key.
    const Key& key() const noexcept { return pair_.first; }
    /// The value.
    Value& value() noexcept { return pair_.second; }
    const Value& value() const noexcept { return pair_.second; }
    /// Key and value as a pair.
    const std::pair<Key, Value>& pair() const noexcept { return pair_; }
    /// The value.
    Value& operator*() { return pair_.second; }
    const Value& operator*() const { return pair_.second; }
    /// The value.
    Value* operator->() { return &pair_.second; }
    const Value* operator->() const { return &pair_.second; }

   private:
    std::pair<Key, Value> pair_;
  };
  /// The dict as a value of an archive. Shares the values, not the dict.
  template <std::same_as<IValue> T>
  operator T() const {
    impl::GenericDict out;
    for (const Item& item : *this) out.insert(item.key(), item.value());
    return out;
  }

  /// Goes through the items.
  using Iterator = typename std::vector<Item>::iterator;
  /// Goes through the items and changes none.
  using ConstIterator = typename std::vector<Item>::const_iterator;

  /// The description names keys in errors: "Parameter 'w' is not defined".
  explicit OrderedDict(std::string key_description = "Key");
  OrderedDict(std::initializer_list<Item> items);
  /// What keys are called in errors.
  const std::string& key_description() const noexcept { return key_description_; }

  /// The first item. Throws IndexError when there is none.
  Item& front() { return items_[checked(0)]; }
  const Item& front() const { return items_[checked(0)]; }
  /// The last item. Throws IndexError when there is none.
  Item& back() { return items_[checked(items_.size() - 1)]; }
  const Item& back() const { return items_[checked(items_.size() - 1)]; }
  /// An item by its position; throws IndexError past the end. A value by its key; throws Error when
  /// there is none.
  Item& operator[](size_t index) { return items_[checked(index)]; }
  const Item& operator[](size_t index) const { return items_[checked(index)]; }
  Value& operator[](const Key& key) { return items_[place(key)].value(); }
  const Value& operator[](const Key& key) const { return items_[place(key)].value(); }

  /// The value of a key, or null when there is none.
  Value* find(const Key& key) noexcept;
  const Value* find(const Key& key) const noexcept;
  /// Whether there is such a key.
  bool contains(const Key& key) const noexcept;

  /// The first item.
  Iterator begin() { return items_.begin(); }
  ConstIterator begin() const { return items_.begin(); }
  /// Behind the last item.
  Iterator end() { return items_.end(); }
  ConstIterator end() const { return items_.end(); }
  /// How many items there are.
  size_t size() const noexcept { return items_.size(); }
  /// Whether there are none.
  bool is_empty() const noexcept { return items_.empty(); }
  /// Makes room for n items.
  void reserve(size_t n);

  /// Adds an item. Throws Error when the key is there already.
  Value& insert(Key key, Value value);
  /// Adds all items of another one. Throws Error at the first key that is there already.
  void update(const OrderedDict& other);
  /// Removes an item. Throws Error when there is no such key.
  void erase(const Key& key);
  /// Removes all items.
  void clear();

  /// The items in their order.
  const std::vector<Item>& items() const noexcept { return items_; }
  /// The keys in their order.
  std::vector<Key> keys() const;
  /// The values in the order of their keys.
  std::vector<Value> values() const;
  /// Keys and values in their order.
  std::vector<std::pair<Key, Value>> pairs() const;

  // The same keys in the same order with equal values.
  friend bool operator==(const OrderedDict& a, const OrderedDict& b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i)
      if (!(a.items_[i].key() == b.items_[i].key() && a.items_[i].value() == b.items_[i].value()))
        return false;
    return true;
  }

 private:
  size_t checked(size_t index) const;
  size_t place(const Key& key) const;

  std::unordered_map<Key, size_t> index_;
  std::vector<Item> items_;
  std::string key_description_ = "Key";
};

// Not in the class: what is inline is compiled in spite of `extern template`.
template <class Key, class Value>
OrderedDict<Key, Value>::OrderedDict(std::string key_description)
    : key_description_(std::move(key_description)) {}
template <class Key, class Value>
OrderedDict<Key, Value>::OrderedDict(std::initializer_list<Item> items) {
  reserve(items.size());
  for (const Item& item : items) insert(item.key(), item.value());
}
template <class Key, class Value>
Value* OrderedDict<Key, Value>::find(const Key& key) noexcept {
  const auto it = index_.find(key);
  return it == index_.end() ? nullptr : &items_[it->second].value();
}
template <class Key, class Value>
const Value* OrderedDict<Key, Value>::find(const Key& key) const noexcept {
  return const_cast<OrderedDict*>(this)->find(key);
}
template <class Key, class Value>
bool OrderedDict<Key, Value>::contains(const Key& key) const noexcept {
  return index_.count(key) > 0;
}
template <class Key, class Value>
void OrderedDict<Key, Value>::clear() {
  index_.clear();
  items_.clear();
}
template <class Key, class Value>
void OrderedDict<Key, Value>::reserve(size_t n) {
  index_.reserve(n);
  items_.reserve(n);
}
template <class Key, class Value>
Value& OrderedDict<Key, Value>::insert(Key key, Value value) {
  if (!index_.emplace(key, items_.size()).second)
    detail::throw_error(key_description_ + " '" + detail::key_text(key) + "' is already defined");
  items_.emplace_back(std::move(key), std::move(value));
  return items_.back().value();
}
template <class Key, class Value>
void OrderedDict<Key, Value>::update(const OrderedDict& other) {
  reserve(size() + other.size());
  for (const Item& item : other) insert(item.key(), item.value());
}
template <class Key, class Value>
void OrderedDict<Key, Value>::erase(const Key& key) {
  const size_t at = place(key);
  index_.erase(key);
  items_.erase(items_.begin() + std::ptrdiff_t(at));
  for (auto& [_, i] : index_)
    if (i > at) --i;
}
template <class Key, class Value>
std::vector<Key> OrderedDict<Key, Value>::keys() const {
  std::vector<Key> out;
  out.reserve(size());
  for (const Item& item : items_) out.push_back(item.key());
  return out;
}
template <class Key, class Value>
std::vector<Value> OrderedDict<Key, Value>::values() const {
  std::vector<Value> out;
  out.reserve(size());
  for (const Item& item : items_) out.push_back(item.value());
  return out;
}
template <class Key, class Value>
std::vector<std::pair<Key, Value>> OrderedDict<Key, Value>::pairs() const {
  std::vector<std::pair<Key, Value>> out;
  out.reserve(size());
  for (const Item& item : items_) out.push_back(item.pair());
  return out;
}
template <class Key, class Value>
size_t OrderedDict<Key, Value>::checked(size_t index) const {
  if (index >= items_.size())
    detail::throw_index_error("OrderedDict: index " + std::to_string(index) +
                              " is out of range for " + std::to_string(size()) + " items");
  return index;
}
template <class Key, class Value>
size_t OrderedDict<Key, Value>::place(const Key& key) const {
  const auto it = index_.find(key);
  if (it == index_.end())
    detail::throw_error(key_description_ + " '" + detail::key_text(key) + "' is not defined");
  return it->second;
}

}  // namespace gradus

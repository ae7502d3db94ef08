// Dict: a map that keeps the order in which keys came, and whose copies are the same map.
#pragma once

#include <list>
#include <memory>
#include <unordered_map>
#include <utility>

#include "tensor/base/error.h"
#include "tensor/io/ivalue.h"

namespace gradus {
/// For values that are keys: bools, numbers and strings. Throws Error for another kind.
size_t hash_value(const IValue& key);
namespace detail {
// Throws IndexError, which names the key.
[[noreturn]] void fail_no_key(const IValue& key);
}  // namespace detail
}  // namespace gradus
template <>
struct std::hash<gradus::IValue> {
  size_t operator()(const gradus::IValue& key) const { return gradus::hash_value(key); }
};

namespace gradus {

/// A map from Key to Value. Copies share the entries; copy() makes another map.
template <class Key, class Value>
class Dict final {
 public:
  /// The type of the keys.
  using key_type = Key;
  /// The type of the values.
  using mapped_type = Value;

  /// A key and its value.
  class Entry {
   public:
    Entry(Key key, Value value) : key_(std::move(key)), value_(std::move(value)) {}
    /// The key.
    const Key& key() const { return key_; }
    /// The value.
    const Value& value() const { return value_; }
    /// Puts another value under the key.
    void setValue(Value value) const { value_ = std::move(value); }

   private:
    Key key_;
    mutable Value value_;
  };
  using iterator = typename std::list<Entry>::const_iterator;

  Dict() : map_(std::make_shared<Map>()) {}

  /// How many entries there are.
  size_t size() const { return map_->entries.size(); }
  /// Whether there is no entry.
  bool empty() const { return map_->entries.empty(); }
  /// The first entry.
  iterator begin() const { return map_->entries.begin(); }
  /// Past the last entry.
  iterator end() const { return map_->entries.end(); }
  /// The entry of the key, or end().
  iterator find(const Key& key) const {
    const auto place = map_->places.find(key);
    return place == map_->places.end() ? end() : place->second;
  }
  /// Whether the key is there.
  bool contains(const Key& key) const { return map_->places.count(key) != 0; }
  /// The value. Throws IndexError when the key is not there.
  Value at(const Key& key) const {
    const auto entry = find(key);
    if (entry == end()) {
      if constexpr (std::is_convertible_v<const Key&, IValue>) detail::fail_no_key(key);
      throw IndexError("Dict: the key is not there");
    }
    return entry->value();
  }
  /// Adds an entry, unless the key is there.
  std::pair<iterator, bool> insert(const Key& key, const Value& value) const {
    if (const auto entry = find(key); entry != end()) return {entry, false};
    const auto entry = map_->entries.emplace(map_->entries.end(), key, value);
    try {
      map_->places.emplace(key, entry);
    } catch (...) {
      map_->entries.erase(entry);
      throw;
    }
    return {entry, true};
  }
  /// Adds an entry, or puts the value under the key that is there.
  std::pair<iterator, bool> insert_or_assign(const Key& key, const Value& value) const {
    const auto [entry, added] = insert(key, value);
    if (!added) entry->setValue(value);
    return {entry, added};
  }
  /// Removes the entry and returns how many there were.
  size_t erase(const Key& key) const {
    const auto place = map_->places.find(key);
    if (place == map_->places.end()) return 0;
    map_->entries.erase(place->second);
    map_->places.erase(place);
    return 1;
  }
  /// Removes an entry that is there.
  void erase(iterator entry) const {
    map_->places.erase(entry->key());
    map_->entries.erase(entry);
  }
  /// Removes all entries.
  void clear() const {
    map_->places.clear();
    map_->entries.clear();
  }
  /// Makes room for as many keys.
  void reserve(size_t count) const { map_->places.reserve(count); }
  /// Another map of the same entries.
  Dict copy() const {
    Dict out;
    for (const Entry& e : *this) out.insert(e.key(), e.value());
    return out;
  }
  /// An address that all copies of the map have, and no other map.
  const void* id() const { return map_.get(); }
  /// Whether both are the same map.
  bool is(const Dict& other) const { return map_ == other.map_; }
  /// Whether both have the same keys with equal values, in whatever order.
  friend bool operator==(const Dict& a, const Dict& b) {
    if (a.size() != b.size()) return false;
    for (const Entry& e : a)
      if (const auto there = b.find(e.key()); there == b.end() || !(there->value() == e.value()))
        return false;
    return true;
  }

 private:
  struct Map {
    std::list<Entry> entries;
    std::unordered_map<Key, iterator> places;
  };
  std::shared_ptr<Map> map_;
};

namespace impl {
/// A dict of anything, as an IValue holds it: `d.at("lr").toDouble()`.
using GenericDict = Dict<IValue, IValue>;
}  // namespace impl
extern template class Dict<IValue, IValue>;

template <class Key, class Value>
IValue::IValue(const Dict<Key, Value>& v) {
  impl::GenericDict out;
  for (const auto& e : v) out.insert(e.key(), e.value());
  *this = IValue(out);
}

template <class Key, class Value>
struct detail::FromIValue<Dict<Key, Value>> {
  static Dict<Key, Value> get(const IValue& from) {
    if constexpr (std::is_same_v<Dict<Key, Value>, impl::GenericDict>) {
      return from.toGenericDict();
    } else {
      Dict<Key, Value> out;
      for (const auto& e : from.toGenericDict())
        out.insert(e.key().template to<Key>(), e.value().template to<Value>());
      return out;
    }
  }
};

}  // namespace gradus

// ska::flat_hash_map: std::unordered_map by another name.
#pragma once

#include <functional>
#include <unordered_map>
#include <unordered_set>

namespace ska {

template <class K, class V, class Hash = std::hash<K>, class Equal = std::equal_to<K>,
          class Allocator = std::allocator<std::pair<const K, V>>>
class flat_hash_map : public std::unordered_map<K, V, Hash, Equal, Allocator> {
 public:
  using std::unordered_map<K, V, Hash, Equal, Allocator>::unordered_map;
};
template <class T, class Hash = std::hash<T>, class Equal = std::equal_to<T>,
          class Allocator = std::allocator<T>>
class flat_hash_set : public std::unordered_set<T, Hash, Equal, Allocator> {
 public:
  using std::unordered_set<T, Hash, Equal, Allocator>::unordered_set;
};

}  // namespace ska

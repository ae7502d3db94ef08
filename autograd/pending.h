// What a backward pass has still to do. For engine.cpp alone, into whose loop it is to be inlined.
#pragma once

#include <algorithm>
#include <utility>

#include "autograd/modes.h"
#include "autograd/node.h"
#include "tensor/shape.h"

namespace gradus::autograd {
namespace {

// The only handle on its elements, so that they may be reused.
bool sole_owner(const Tensor& t) {
  const TensorImpl& i = *t.impl();
  return i.ref_count() == 1 && i.storage->ref_count() == 1 && !i.view_base;
}

void accumulate(Tensor& into, Tensor&& more) {
  if (!into.defined()) {
    into = std::move(more);
  } else if (!GradMode::is_enabled() && sole_owner(into) && into.dtype() == more.dtype() &&
             into.sizes() == more.sizes() && !may_overlap_itself(into.sizes(), into.strides())) {
    into.add_(more);
  } else {
    into = into + more;
  }
}

// A list whose memory comes from the tensors' cache, and is there at once for the next pass.
template <class T>
struct CachedMemory {
  using value_type = T;
  CachedMemory() = default;
  template <class U>
  CachedMemory(const CachedMemory<U>&) {}
  T* allocate(size_t n) { return static_cast<T*>(memory::allocate(n * sizeof(T))); }
  void deallocate(T* p, size_t n) { memory::deallocate(p, n * sizeof(T)); }
  friend bool operator==(CachedMemory, CachedMemory) { return true; }
};
template <class T>
using List = std::vector<T, CachedMemory<T>>;

// Gradients that wait for their node.
class Pending {
 public:
  class Item {
   public:
    Ref<Node> node;
    std::span<Tensor> dy() { return all_.empty() ? std::span(&one_, 1) : std::span(all_); }

   private:
    friend class Pending;
    Tensor one_;
    List<Tensor> all_;  // of a node with several outputs
  };

  bool empty() const { return heap_.empty() && next_sink_ == sinks_.size(); }
  void add(const Edge& e, Tensor&& g) {
    if (2 * (items_.size() - free_.size() + 1) > table_.size()) grow();
    const size_t place = find(e.function.get());
    if (table_[place] == none) insert(place, e.function);
    accumulate(items_[table_[place]].dy()[e.input_nr], std::move(g));
  }
  // The node with the highest number; leaves' sinks come last, in the order they came.
  [[gnu::always_inline]] Item pop() {
    uint32_t at;
    if (!heap_.empty()) {
      std::pop_heap(heap_.begin(), heap_.end());
      at = heap_.back().item;
      heap_.pop_back();
    } else {
      at = sinks_[next_sink_++];
    }
    erase(find(items_[at].node.get()));
    free_.push_back(at);
    return std::exchange(items_[at], {});
  }

 private:
  static constexpr uint32_t none = ~uint32_t(0);
  static constexpr size_t few = 16;
  struct Key {
    uint64_t sequence, order;  // nodes of several threads may share a number: the first comes first
    uint32_t item;
    bool operator<(const Key& o) const {
      return sequence != o.sequence ? sequence < o.sequence : order > o.order;
    }
  };

  void insert(size_t place, const Ref<Node>& node) {
    uint32_t at = uint32_t(items_.size());
    if (free_.empty()) {
      if (at == 0) items_.reserve(few);
      items_.emplace_back();
    } else {
      at = free_.back();
      free_.pop_back();
    }
    Item& item = items_[at];
    item.node = node;
    if (node->num_inputs() > 1) item.all_.resize(node->num_inputs());
    if (node->is_sink()) {
      sinks_.push_back(at);
    } else {
      heap_.push_back({node->sequence(), order_++, at});
      std::push_heap(heap_.begin(), heap_.end());
    }
    table_[place] = at;
  }

  // Items are found by their node in a hash table with linear probing, at most half full.
  size_t next(size_t place) const { return (place + 1) & (table_.size() - 1); }
  size_t home(const Node* n) const {
    return size_t((uint64_t(reinterpret_cast<uintptr_t>(n)) * 0x9e3779b97f4a7c15u) >> 32) &
           (table_.size() - 1);
  }
  // Where the node is, or where it is to be put.
  size_t find(const Node* n) const {
    size_t place = home(n);
    while (table_[place] != none && items_[table_[place]].node.get() != n) place = next(place);
    return place;
  }
  void erase(size_t place) {
    // Those behind it move up, unless that would be before their home.
    const size_t mask = table_.size() - 1;
    for (size_t i = next(place); table_[i] != none; i = next(i)) {
      const size_t from_home = (i - home(items_[table_[i]].node.get())) & mask;
      if (from_home < ((i - place) & mask)) continue;
      table_[place] = table_[i];
      place = i;
    }
    table_[place] = none;
  }
  void grow() {
    const List<uint32_t> old =
        std::exchange(table_, List<uint32_t>(std::max(2 * few, 2 * table_.size()), none));
    for (const uint32_t at : old)
      if (at != none) table_[find(items_[at].node.get())] = at;
  }

  uint64_t order_ = 0;
  size_t next_sink_ = 0;
  List<Key> heap_;
  List<Item> items_;
  List<uint32_t> table_, sinks_, free_;
};

}  // namespace
}  // namespace gradus::autograd

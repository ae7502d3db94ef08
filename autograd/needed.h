// What a backward pass has to come to. For engine.cpp alone.
#pragma once

#include <unordered_map>
#include <unordered_set>

#include "autograd/pass.h"
#include "autograd/pending.h"

namespace gradus::autograd {
namespace {

// Which nodes lead to one of the wanted ones.
class Needed {
 public:
  Needed(const List<Edge>& roots, const List<Edge>& wanted) {
    for (const Edge& e : wanted)
      if (e.is_valid()) known_[e.function.get()] = true;
    std::vector<Node*> stack;
    for (const Edge& r : roots)
      if (r.is_valid()) stack.push_back(r.function.get());
    // Children first: a node stays on the stack until all of its inputs are known.
    std::unordered_map<Node*, bool> open;
    while (!stack.empty()) {
      Node* n = stack.back();
      if (const auto it = seen_.find(n); it != seen_.end() && it->second) {
        stack.pop_back();
        continue;
      }
      const bool second = seen_.contains(n);
      if (!second) {
        seen_[n] = false;
        for (const Edge& e : n->edges())
          if (e.is_valid() && !seen_.contains(e.function.get())) stack.push_back(e.function.get());
        continue;
      }
      seen_[n] = true;
      stack.pop_back();
      bool leads = false;
      for (const Edge& e : n->edges()) leads = leads || (e.is_valid() && runs(e.function.get()));
      below_[n] = leads;
    }
  }
  // The node, or something below it, is wanted.
  bool runs(Node* n) const { return known_.contains(n) || leads(n); }
  // Something below the node is wanted, so that it must be applied.
  bool leads(Node* n) const {
    const auto it = below_.find(n);
    return it != below_.end() && it->second;
  }

 private:
  std::unordered_map<Node*, bool> known_, seen_, below_;
};

// The pass for those that ask while it runs.
class RunningPass final : public Pass {
 public:
  RunningPass(bool keep_graph, bool create_graph, const List<Edge>& roots, const Needed* needed,
              bool returns_gradients)
      : Pass(keep_graph, create_graph, returns_gradients), roots_(roots), needed_(needed) {}
  bool wants(Node* node) override {
    if (needed_) return needed_->runs(node);
    if (reached_.empty()) reach();
    return reached_.contains(node);
  }

 private:
  void reach() {
    std::vector<Node*> open;
    const auto add = [&](const Edge& e) {
      if (e.is_valid() && reached_.insert(e.function.get()).second)
        open.push_back(e.function.get());
    };
    for (const Edge& e : roots_) add(e);
    while (!open.empty()) {
      Node* n = open.back();
      open.pop_back();
      for (const Edge& e : n->edges()) add(e);
    }
  }
  const List<Edge>& roots_;
  const Needed* needed_;
  std::unordered_set<Node*> reached_;
};

}  // namespace
}  // namespace gradus::autograd

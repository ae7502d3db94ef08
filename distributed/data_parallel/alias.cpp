#include "distributed/data_parallel/alias.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "autograd/meta.h"
#include "autograd/modes.h"
#include "autograd/pass.h"
#include "autograd/record.h"
#include "tensor/base/fail.h"

namespace gradus::distributed {

using autograd::Edge;
using autograd::Node;

std::atomic<int64_t> GradientTaker::made{0};

class Aliases::Alias final : public Node {
 public:
  Alias(std::shared_ptr<GradientTaker> taker, const Tensor& p, size_t index, int64_t leaf,
        bool reduced)
      : Node("data_parallel"),
        taker_(std::move(taker)),
        sink_(autograd::gradient_edge(p)),
        index_(index),
        leaf_(leaf),
        reduced_(reduced) {
    first_output = {p.impl()->sizes, p.dtype()};
    taker_->add(index_, leaf_, this);
    ++GradientTaker::made;
  }
  ~Alias() override {
    if (!spent_) taker_->drop(index_, leaf_, this);
  }
  std::string name() const override { return "DataParallelBackward"; }
  std::span<Edge> edges() override { return {&sink_, 1}; }
  void propagate(std::span<Tensor> dy, std::span<Tensor> dx) override {
    if (!dy[0].defined()) return;
    autograd::Pass* const pass = autograd::Pass::current();
    if (!pass || pass->returns_gradients()) {  // autograd::grad() leaves grad alone
      dx[0] = std::move(dy[0]);
      return;
    }
    if (pass->creates_graph())
      fail(
          "DistributedDataParallel: backward(create_graph=true) would need a history of the sum "
          "over ranks; use autograd::grad()");
    call_hooks(dy[0]);
    taker_->take(index_, leaf_, reduced_, std::move(dy[0]));
    if (pass->keeps_graph() || spent_) return;
    spent_ = true;
    taker_->drop(index_, leaf_, this);
  }
  // The node that is to run just before this one.
  void run_after(const Node& node) { come_after(node); }
  size_t index() const { return index_; }

 private:
  // Those of the parameter, which the sink would call.
  void call_hooks(Tensor& g) const {
    const autograd::Meta* m =
        autograd::meta(static_cast<autograd::AccumulateGrad&>(*sink_.function).leaf());
    if (!m || m->leaf_hooks.empty()) return;
    // A copy: a hook may add or remove hooks.
    for (const auto& [handle, hook] : std::vector(m->leaf_hooks)) {
      if (handle == taker_->own_hook(index_)) continue;
      if (Tensor changed = hook(g); changed.defined()) g = std::move(changed);
    }
  }

  std::shared_ptr<GradientTaker> taker_;
  Edge sink_;
  const size_t index_;
  const int64_t leaf_;
  const bool reduced_;
  bool spent_ = false;
};

Aliases::Aliases(std::shared_ptr<GradientTaker> taker, const std::vector<Tensor>& parameters,
                 int64_t leaf, bool reduced)
    : taker_(std::move(taker)), parameters_(parameters) {
  aliases_.reserve(parameters.size());
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Tensor& p = parameters[i];
    aliases_.emplace_back();
    if (!p.requires_grad() || p.impl()->history) continue;
    aliases_.back() = Ref<Alias>(new Alias(taker_, p, i, leaf, reduced));
    p.impl()->history = Ref<History>(aliases_.back().get());
    p.impl()->output_nr = 0;
  }
}

Aliases::~Aliases() { restore(); }

void Aliases::restore() noexcept {
  for (size_t i = 0; i < aliases_.size(); ++i)
    if (aliases_[i] && parameters_[i].impl()->history.get() == aliases_[i].get())
      parameters_[i].impl()->history.reset();
  aliases_.clear();
}

void Aliases::finish(const std::vector<Tensor>& outputs, bool early) {
  for (size_t i = 0; i < aliases_.size(); ++i) {
    if (!aliases_[i]) continue;
    const TensorImpl& p = *parameters_[i].impl();
    if (p.history.get() != aliases_[i].get())
      fail("DistributedDataParallel: {} was written in place in forward()", taker_->name(i));
    const autograd::OutputInfo& before = aliases_[i]->first_output;
    if (!(before.sizes == p.sizes) || before.dtype != parameters_[i].dtype())
      fail("DistributedDataParallel: {} was {} {} when forward() began and is now {} {}",
           taker_->name(i), before.dtype, before.sizes.ref(), parameters_[i].dtype(),
           parameters_[i].sizes());
  }
  if (early && !outputs.empty()) place(outputs);
  restore();
}

namespace {

// The nodes above `start` that lead to the outputs, and how the aliases are used by them.
struct Graph {
  struct Use {
    uint64_t first = ~uint64_t(0);
    uint32_t edges = 0;
  };
  std::unordered_map<const Node*, Use> uses;  // of aliases
  std::vector<Node*> nodes;

  void walk(const std::vector<Tensor>& outputs, uint64_t start) {
    std::unordered_set<const Node*> seen;
    const auto reach = [&](Node* n) {
      if (n && n->sequence() > start && !uses.contains(n) && seen.insert(n).second)
        nodes.push_back(n);
    };
    for (const Tensor& y : outputs)
      if (y.defined() && autograd::needs_grad(y)) reach(y.grad_fn().get());
    for (size_t i = 0; i < nodes.size(); ++i) {
      Node* const n = nodes[i];
      for (const Edge& e : n->edges()) {
        if (!e.is_valid()) continue;
        if (const auto use = uses.find(e.function.get()); use != uses.end()) {
          use->second.first = std::min(use->second.first, n->sequence());
          ++use->second.edges;
        } else {
          reach(e.function.get());
        }
      }
    }
  }
};

}  // namespace

void Aliases::place(const std::vector<Tensor>& outputs) {
  Graph graph;
  uint64_t start = 0;
  for (const Ref<Alias>& a : aliases_)
    if (a) {
      graph.uses.emplace(a.get(), Graph::Use());
      start = std::max(start, a->sequence());
    }
  if (graph.uses.empty()) return;
  graph.walk(outputs, start);
  std::sort(graph.nodes.begin(), graph.nodes.end(),
            [](const Node* a, const Node* b) { return a->sequence() < b->sequence(); });

  class Mark final : public Node {
   public:
    Mark() : Node("mark") {}
    void run_after(const Node& node) { come_after(node); }
  };
  const Ref<Mark> top(new Mark);
  for (const Ref<Alias>& a : aliases_) {
    if (!a) continue;
    const Graph::Use& use = graph.uses.at(a.get());
    // An edge of a node that does not lead to the outputs is only seen by the count of references,
    // of which two are ours.
    if (use.edges == 0 || a->ref_count() != use.edges + 2) continue;
    const auto last =
        std::partition_point(graph.nodes.begin(), graph.nodes.end(),
                             [&](const Node* n) { return n->sequence() + 1 < use.first; });
    if (last != graph.nodes.begin()) a->run_after(**(last - 1));
  }
  // The thread goes on from where it was.
  const Ref<Mark> next(new Mark);
  next->run_after(*top);
}

}  // namespace gradus::distributed

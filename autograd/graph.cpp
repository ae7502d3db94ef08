#include "autograd/graph.h"

#include <atomic>
#include <unordered_map>

#include "autograd/inplace.h"
#include "autograd/meta.h"
#include "autograd/pass.h"
#include "tensor/base/fail.h"

namespace gradus::autograd {

namespace {
constinit std::atomic<int> passes{0};
[[gnu::tls_model("initial-exec")]] constinit thread_local Pass* current_pass = nullptr;
}  // namespace

Pass::Pass(bool keep_graph, bool create_graph, bool returns_gradients)
    : id_(passes.fetch_add(1, std::memory_order_relaxed)),
      keep_graph_(keep_graph),
      create_graph_(create_graph),
      returns_gradients_(returns_gradients),
      outer_(current_pass) {
  current_pass = this;
}
Pass::~Pass() {
  current_pass = outer_;
  drop_unpacked();
}
Pass* Pass::current() { return current_pass; }
void Pass::set_current(Pass* pass) { current_pass = pass; }
void Pass::end() {
  for (size_t i = 0; i < callbacks_.size(); ++i) {
    const auto f = std::move(callbacks_[i]);
    f();
  }
}

int get_current_graph_task_id() { return current_pass ? current_pass->id() : -1; }
bool get_current_graph_task_keep_graph() {
  if (!current_pass) fail("get_current_graph_task_keep_graph: no backward pass runs");
  return current_pass->keeps_graph();
}
void queue_callback(std::function<void()> f) {
  if (!current_pass) fail("queue_callback: no backward pass runs");
  current_pass->at_end(std::move(f));
}

namespace graph {
namespace {

void check_all(const variable_list& tensors) {
  for (size_t i = 0; i < tensors.size(); ++i)
    if (!tensors[i].defined() || !tensors[i].requires_grad())
      fail("register_multi_grad_hook: tensor {} does not require grad", i);
}

// What the backward passes that run have found so far.
struct Watch {
  struct Found {
    variable_list grads;
    size_t missing = 0;
    bool called = false;
  };
  std::mutex mutex;  // of all but the hook
  // Only compared: a hook that held its node would keep it.
  std::vector<Node*> nodes;
  std::unordered_map<int, Found> of_pass;
  std::function<void(const variable_list&)> hook;

  void come(size_t i, const Tensor& grad, const std::shared_ptr<Watch>& self) {
    Pass& pass = *Pass::current();
    const int id = pass.id();
    std::unique_lock lock(mutex);
    const auto [it, first] = of_pass.try_emplace(id);
    Found& found = it->second;
    if (first) {
      found.grads.resize(nodes.size());
      for (Node* n : nodes) found.missing += pass.wants(n);
      pass.at_end([self, id] {
        std::unique_lock end(self->mutex);
        const Found last = std::move(self->of_pass[id]);
        self->of_pass.erase(id);
        end.unlock();
        if (!last.called) self->hook(last.grads);
      });
    }
    found.grads[i] = grad;
    if (found.missing > 0 && --found.missing > 0) return;
    if (std::exchange(found.called, true)) return;
    const variable_list all = found.grads;
    lock.unlock();
    hook(all);
  }
};

}  // namespace

MultiGradHandle register_multi_grad_hook(const variable_list& tensors,
                                         std::function<void(const variable_list&)> hook) {
  check_all(tensors);
  const auto watch = std::make_shared<Watch>();
  watch->hook = std::move(hook);
  std::vector<std::pair<Tensor, unsigned>> hooks;
  for (const Tensor& t : tensors) watch->nodes.push_back(autograd::gradient_edge(t).function.get());
  for (size_t i = 0; i < tensors.size(); ++i)
    hooks.emplace_back(tensors[i], tensors[i].register_hook([watch, i](const Tensor& grad) {
      watch->come(i, grad, watch);
    }));
  return hooks;
}

MultiGradHandle register_multi_grad_hook_any(const variable_list& tensors,
                                             std::function<void(const Tensor&)> hook) {
  check_all(tensors);
  struct Last {
    std::function<void(const Tensor&)> hook;
    std::atomic<int> pass{-1};
  };
  const auto last = std::make_shared<Last>();
  last->hook = std::move(hook);
  std::vector<std::pair<Tensor, unsigned>> hooks;
  for (const Tensor& t : tensors)
    hooks.emplace_back(t, t.register_hook([last](const Tensor& grad) {
      const int id = get_current_graph_task_id();
      if (last->pass.exchange(id) != id) last->hook(grad);
    }));
  return hooks;
}

MultiGradHandle::MultiGradHandle(std::vector<std::pair<Tensor, unsigned>> hooks)
    : hooks_(std::move(hooks)) {}
void MultiGradHandle::remove() {
  for (const auto& [tensor, handle] : hooks_) tensor.remove_hook(handle);
  hooks_.clear();
}

void increment_version(const Tensor& t) {
  if (t.is_inference()) fail("increment_version: writes to an inference tensor are not counted");
  t.impl()->storage->bump_version();
}

Edge get_gradient_edge(const Tensor& t) {
  if (!needs_grad(t)) fail("get_gradient_edge: the tensor does not require grad");
  return autograd::gradient_edge(t);
}

}  // namespace graph
}  // namespace gradus::autograd

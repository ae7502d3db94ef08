#include "autograd/checkpoint.h"

#include <unordered_set>

#include "autograd/meta.h"
#include "autograd/recording.h"
#include "tensor/base/fail.h"
#include "tensor/random/generator_impl.h"

namespace gradus::autograd {
namespace {

Tensor generator_state() {
  const Generator& generator = default_generator();
  const std::lock_guard lock(generator.mutex());
  return generator.get_state();
}
void set_generator_state(const Tensor& state) {
  Generator generator = default_generator();
  const std::lock_guard lock(generator.mutex());
  generator.set_state(state);
}

// The default generator is at `state`, and afterwards where it was.
class GeneratorAt {
 public:
  explicit GeneratorAt(const Tensor& state) : before_(generator_state()) {
    set_generator_state(state);
  }
  GeneratorAt(const GeneratorAt&) = delete;
  GeneratorAt& operator=(const GeneratorAt&) = delete;
  ~GeneratorAt() { set_generator_state(before_); }

 private:
  Tensor before_;
};

Node::Rare* checkpointed(const Node& node) {
  Node::Rare* rare = node.rare();
  return rare && rare->recording ? rare : nullptr;
}

bool alike(const OutputInfo& a, const OutputInfo& b) {
  return a.sizes == b.sizes && a.dtype == b.dtype;
}

}  // namespace

Recording::Recording(const variable_list& inputs) : generator_state_(generator_state()) {
  for (const Tensor& x : inputs)
    if (x.defined()) inputs_.push_back({x, x.impl()->storage->version()});
  start_ = begin_recording();
}

std::vector<Ref<Node>> Recording::nodes_since(uint64_t start, const variable_list& outputs,
                                              std::vector<Version>* leaves) {
  std::vector<Ref<Node>> found;
  std::unordered_set<const Node*> seen;
  std::vector<Ref<Node>> open;
  for (const Tensor& y : outputs)
    if (y.defined()) open.push_back(gradient_edge(y).function);
  while (!open.empty()) {
    const Ref<Node> node = std::move(open.back());
    open.pop_back();
    if (!node || !seen.insert(node.get()).second) continue;
    if (node->is_sink()) {
      TensorImpl& leaf = static_cast<AccumulateGrad&>(*node).leaf();
      if (leaves) leaves->push_back({Tensor(Ref<TensorImpl>(&leaf)), leaf.storage->version()});
      continue;
    }
    if (node->sequence() <= start) continue;
    found.push_back(node);
    for (const Edge& e : node->edges()) open.push_back(e.function);
  }
  return found;
}

void Recording::close(const std::shared_ptr<Recording>& self, const variable_list& outputs,
                      std::function<variable_list()> again) {
  for (size_t i = 0; i < self->inputs_.size(); ++i)
    if (!self->inputs_[i].current())
      fail("checkpoint: the function writes to its tensor {}, and could not be called again", i);
  const auto nodes = nodes_since(self->start_, outputs, &self->leaves_);
  self->count_ = nodes.size();
  self->again_ = std::move(again);
  for (size_t i = 0; i < nodes.size(); ++i) {
    Node::Rare& rare = nodes[i]->ensure_rare();
    nodes[i]->release();
    rare.recording = self;
    rare.place = i;
  }
}

void Recording::record_again() {
  for (const auto* list : {&inputs_, &leaves_})
    for (const Version& v : *list)
      if (!v.current())
        fail("checkpoint: a tensor of shape {} that the function reads was written to since",
             v.tensor.sizes());
  const GeneratorAt generator(generator_state_);
  const AutoGradMode recording(true);
  const uint64_t start = begin_recording();
  auto twins = nodes_since(start, again_());
  if (twins.size() != count_)
    fail("checkpoint: the second call of the function recorded {} operations, the first {}",
         twins.size(), count_);
  twins_ = std::move(twins);
}

Node& Recording::twin(const Node& node, size_t place) {
  const std::lock_guard lock(mutex_);
  if (twins_.empty()) record_again();
  Node& twin = *twins_[place];
  bool same = std::string_view(twin.op()) == node.op() && twin.num_inputs() == node.num_inputs() &&
              twin.edges().size() == const_cast<Node&>(node).edges().size();
  for (size_t i = 0; same && i < node.num_inputs(); ++i)
    same = alike(twin.output(i), node.output(i));
  if (!same)
    fail("checkpoint: the second call of the function recorded {} of shape {}, the first {} of {}",
         twin.op(), twin.first_output.sizes.ref(), node.op(), node.first_output.sizes.ref());
  return twin;
}

Node& working(Node& node) {
  Node* n = &node;
  while (const Node::Rare* rare = checkpointed(*n)) n = &rare->recording->twin(*n, rare->place);
  return *n;
}

CheckpointScope::CheckpointScope(const variable_list& inputs)
    : recording_(std::make_shared<Recording>(inputs)) {}
CheckpointScope::~CheckpointScope() = default;
void CheckpointScope::close(const variable_list& outputs, std::function<variable_list()> again) {
  Recording::close(recording_, outputs, std::move(again));
}

}  // namespace gradus::autograd

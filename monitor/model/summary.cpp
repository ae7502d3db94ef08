#include "monitor/model/summary.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "autograd/ops/random/random.h"
#include "monitor/model/layer_cost.h"
#include "monitor/model/layer_trace.h"
#include "nn/layers/attention.h"
#include "nn/module_extras.h"
#include "tensor/base/fail.h"
#include "tensor/random/generator_impl.h"

namespace gradus::monitor {
namespace {

// What a call may change and summary() gives back: the modes of all modules, buffers, and the
// default generator.
class Kept {
 public:
  explicit Kept(nn::Module& root) : generator_(get_rng_state()) {
    keep(root);
    for (const Tensor& b : root.buffers())
      if (b.defined()) buffers_.push_back({b, b.detach().clone(), b._version()});
  }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  ~Kept() {
    try {
      const NoGradGuard guard;
      for (const auto& [module, training] : modes_) set_mode(*module, training);
      for (const auto& [buffer, before, version] : buffers_)
        if (buffer._version() != version) buffer.detach().copy_(before);
      set_rng_state(generator_);
    } catch (const std::exception&) {  // without memory for a copy
    }
  }

 private:
  struct Buffer {
    Tensor tensor, before;
    int64_t version;
  };

  // Parents first: train() sets the modules below too, which then get their own again.
  void keep(nn::Module& m) {
    modes_.emplace_back(&m, m.is_training());
    for (const auto& child : m.children()) keep(*child);
  }
  static void set_mode(nn::Module& m, bool training) {
    if (m.is_training() != training) m.train(training);
  }

  Tensor generator_;
  std::vector<std::pair<nn::Module*, bool>> modes_;
  std::vector<Buffer> buffers_;
};

// Hooks for the time of one call.
struct Hooks {
  std::vector<nn::RemovableHandle> handles;
  std::vector<nn::Module*> modules;  // those that had none before
  Hooks() = default;
  Hooks(const Hooks&) = delete;
  Hooks& operator=(const Hooks&) = delete;
  ~Hooks() {
    for (nn::RemovableHandle& h : handles) h.remove();
    for (nn::Module* m : modules) gradus::detail::ModuleAccess::drop_unused_extras(*m);
  }
};

}  // namespace

// Lists the modules of a tree, then the calls, and makes rows of both. The calls are recorded: what
// no hook saw is on the tape.
class SummaryMaker {
 public:
  SummaryMaker(nn::Module& root, const SummaryOptions& options) {
    summary_.options_ = options;
    if (options.depth() < 0) fail("summary: depth is {}, at least 0 wanted", options.depth());
    add(root, {}, {}, 0, -1);
  }

  void call(const nn::AnyModule& model, std::vector<nn::AnyValue> inputs) {
    summary_.has_input_ = true;
    for (nn::AnyValue& v : inputs)
      if (const Tensor t = detail::first_tensor(v); t.defined())
        summary_.input_bytes_ += int64_t(t.nbytes());
    Hooks hooks;
    for (size_t i = 0; i < places_.size(); ++i) {
      nn::Module& m = *places_[i].module;
      if (!gradus::detail::ModuleAccess::extras(m)) hooks.modules.push_back(&m);
      hooks.handles.push_back(m.register_forward_pre_hook(
          [this, i](nn::Module&, nn::ModuleArguments& arguments) { begin(i, arguments); }));
      hooks.handles.push_back(m.register_forward_hook(
          [this, i](nn::Module& module, const nn::ModuleArguments& arguments,
                    nn::AnyValue& result) { end(i, module, arguments, result); }));
    }
    nn::AnyValue result = model.content().forward(std::move(inputs));
    trace(detail::Tape(detail::tensors_in(result)));
  }

  ModelSummary finish() {
    // Lazy layers have their parameters only now.
    for (Place& p : places_) count(p);
    add_containers();
    add_uncalled();
    std::set<size_t> seen;
    for (const Row& row : rows_) {
      LayerSummary layer = row.layer;
      const Place& p = places_[row.place];
      layer.path = p.path;
      layer.name = p.name;
      layer.kind = gradus::detail::short_module_name(*p.module);
      layer.depth = p.depth;
      layer.is_leaf = p.module->children().empty();
      layer.recursive = !seen.insert(row.place).second;
      layer.num_params = p.num_params;
      layer.trainable_params = p.trainable_params;
      layer.own_params = p.own_params;
      summary_.total_mult_adds_ += layer.mult_adds;
      if (layer.is_leaf && layer.num_params > 0)
        summary_.forward_backward_bytes_ += 2 * layer.output_bytes;
      summary_.layers_.push_back(std::move(layer));
    }
    const nn::Module& root = *places_[0].module;
    summary_.total_params_ = places_[0].num_params;
    summary_.trainable_params_ = places_[0].trainable_params;
    for (const Tensor& p : root.parameters())
      if (p.defined()) summary_.param_bytes_ += int64_t(p.nbytes());
    return std::move(summary_);
  }

 private:
  // A module under the first path that leads to it.
  struct Place {
    nn::Module* module;
    std::string path, name;
    int64_t depth, parent;  // -1 for the whole
    int64_t num_params = 0, trainable_params = 0, own_params = 0;
  };
  struct Row {
    size_t place;
    LayerSummary layer;
  };

  void add(nn::Module& m, const std::string& path, const std::string& name, int64_t depth,
           int64_t parent) {
    if (!listed_.emplace(&m, places_.size()).second) return;
    const auto self = int64_t(places_.size());
    places_.push_back({&m, path, name, depth, parent});
    for (const auto& child : m.named_children())
      add(**child, path.empty() ? child.key() : path + '.' + child.key(), child.key(), depth + 1,
          self);
  }

  void begin(size_t place, const nn::ModuleArguments& arguments) {
    Row row{place, {}};
    if (const Tensor in = detail::first_tensor(arguments); in.defined())
      row.layer.input_size = in.sizes().vec();
    open_.push_back(rows_.size());
    rows_.push_back(std::move(row));
  }
  void end(size_t place, nn::Module& m, const nn::ModuleArguments& arguments,
           nn::AnyValue& result) {
    // Calls that threw inside another module's catch are left open.
    while (!open_.empty() && rows_[open_.back()].place != place) open_.pop_back();
    if (open_.empty()) return;
    LayerSummary& layer = rows_[open_.back()].layer;
    open_.pop_back();
    layer.called = true;
    if (const Tensor out = detail::first_tensor(result); out.defined()) {
      layer.output_size = out.sizes().vec();
      layer.output_bytes = int64_t(out.nbytes());
    }
    layer.mult_adds = detail::mult_adds(m, arguments, result);
  }

  // Finds the calls that no hook saw. Attention counts its last projection itself.
  void trace(const detail::Tape& tape) {
    std::set<size_t> seen;
    for (const Row& row : rows_) seen.insert(row.place);
    for (size_t i = 0; i < places_.size(); ++i) {
      const Place& p = places_[i];
      if (seen.contains(i) || !p.module->children().empty()) continue;
      if (p.parent >= 0 && seen.contains(size_t(p.parent)) &&
          places_[size_t(p.parent)].module->as<nn::MultiheadAttentionImpl>())
        continue;
      for (const detail::Tape::Call& call : tape.calls(*p.module)) {
        LayerSummary layer;
        layer.called = true;
        layer.input_size = call.input_size;
        layer.output_size = call.output_size;
        layer.output_bytes = int64_t(item_size(call.dtype));
        for (const int64_t size : call.output_size) layer.output_bytes *= size;
        layer.mult_adds = detail::mult_adds(*p.module, call.input_size, call.output_size);
        traced_[i].push_back({i, std::move(layer)});
      }
    }
  }

  static void count(Place& p) {
    p.num_params = p.trainable_params = p.own_params = 0;
    std::set<const void*> below;
    for (const auto& child : p.module->children())
      for (const Tensor& t : child->parameters()) below.insert(t.impl());
    for (const Tensor& t : p.module->parameters()) {
      if (!t.defined()) continue;
      p.num_params += t.numel();
      if (t.requires_grad()) p.trainable_params += t.numel();
      if (!below.contains(t.impl())) p.own_params += t.numel();
    }
  }

  // The places above one, from the whole's child down to its parent.
  std::vector<size_t> above(size_t place) const {
    std::vector<size_t> out;
    for (int64_t p = places_[place].parent; p > 0; p = places_[size_t(p)].parent)
      out.insert(out.begin(), size_t(p));
    return out;
  }

  // A ModuleList is never called: it gets a row before the first in it.
  void add_containers() {
    std::vector<Row> all;
    std::vector<size_t> current;  // the places of the rows above the next one, by depth - 1
    if (rows_.empty() || rows_[0].place != 0) all.push_back({0, {}});
    for (Row& row : rows_) {
      if (row.place != 0) {
        const std::vector<size_t> wanted = above(row.place);
        size_t same = 0;
        while (same < wanted.size() && same < current.size() && wanted[same] == current[same])
          ++same;
        for (size_t i = same; i < wanted.size(); ++i) all.push_back({wanted[i], {}});
        current = wanted;
        current.push_back(row.place);
      }
      all.push_back(std::move(row));
    }
    rows_ = std::move(all);
  }

  // The end of the rows that stand below row i.
  size_t block_end(size_t i) const {
    const int64_t depth = places_[rows_[i].place].depth;
    size_t end = i + 1;
    while (end < rows_.size() && places_[rows_[end].place].depth > depth) ++end;
    return end;
  }
  // A module that was not called follows the one registered before it.
  void add_uncalled() {
    for (size_t place = 0; place < places_.size(); ++place) {
      const auto is_here = [&](size_t p) {
        return std::find_if(rows_.begin(), rows_.end(), [p](const Row& r) { return r.place == p; });
      };
      if (is_here(place) != rows_.end()) continue;
      const int64_t parent = places_[place].parent;
      const auto above_it = size_t(is_here(size_t(parent)) - rows_.begin());
      size_t at = above_it + 1;
      for (size_t i = above_it + 1, end = block_end(above_it); i < end; ++i) {
        const Place& p = places_[rows_[i].place];
        if (p.parent == parent && rows_[i].place < place) at = block_end(i);
      }
      const auto calls = traced_.find(place);
      if (calls == traced_.end())
        rows_.insert(rows_.begin() + ptrdiff_t(at), Row{place, {}});
      else
        rows_.insert(rows_.begin() + ptrdiff_t(at), calls->second.begin(), calls->second.end());
    }
  }

  ModelSummary summary_;
  std::vector<Place> places_;  // parents first, children in their order
  std::unordered_map<const nn::Module*, size_t> listed_;
  std::vector<Row> rows_;
  std::unordered_map<size_t, std::vector<Row>> traced_;  // by place
  std::vector<size_t> open_;  // the rows of the calls that have not returned
};

namespace detail {

ModelSummary summarize(const nn::AnyModule& model, std::vector<nn::AnyValue> inputs,
                       const SummaryOptions& options) {
  nn::Module& root = *model.content().module;
  SummaryMaker maker(root, options);
  {
    const Kept kept(root);
    const AutoGradMode recording(true);
    root.train(options.train());
    maker.call(model, std::move(inputs));
  }
  return maker.finish();
}

ModelSummary summarize_without_input(nn::Module* model, const SummaryOptions& options) {
  if (!model) fail("summary: the model is a null pointer");
  return SummaryMaker(*model, options).finish();
}

std::vector<nn::AnyValue> make_inputs(const std::vector<std::vector<int64_t>>& sizes,
                                      const SummaryOptions& options) {
  std::vector<nn::AnyValue> out;
  const bool is_real = options.dtype() == kFloat || options.dtype() == kDouble;
  const Tensor generator = get_rng_state();
  for (const auto& s : sizes)
    out.emplace_back(is_real ? rand(s, options.dtype()) : zeros(s, options.dtype()));
  set_rng_state(generator);
  return out;
}

}  // namespace detail

int64_t count_parameters(const nn::Module& module, bool trainable_only) {
  int64_t out = 0;
  for (const Tensor& p : module.parameters())
    if (p.defined() && (!trainable_only || p.requires_grad())) out += p.numel();
  return out;
}

}  // namespace gradus::monitor

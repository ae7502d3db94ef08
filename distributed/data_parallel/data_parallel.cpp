#include "distributed/data_parallel/data_parallel.h"

#include <bit>
#include <ostream>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "distributed/data_parallel/agreement.h"
#include "distributed/data_parallel/alias.h"
#include "distributed/data_parallel/reducer.h"
#include "distributed/data_parallel/sync_batch_norm.h"
#include "nn/layers/lazy.h"
#include "tensor/base/fail.h"
#include "tensor/base/warn.h"

namespace gradus::distributed {

DataParallelBase::DataParallelBase(std::shared_ptr<nn::Module> module,
                                   intrusive_ptr<ProcessGroup> group,
                                   const DistributedDataParallelOptions& options)
    : nn::Module("DistributedDataParallel"),
      wrapped_(std::move(module)),
      group_(std::move(group)),
      options_(options) {
  if (!wrapped_) fail("DistributedDataParallel: the module is empty");
  if (!group_)
    fail("DistributedDataParallel: the group is null, as for a process that is not in it");
  check_options();
  check_lazy();
  register_module("module", wrapped_);
  find_parameters();
}
DataParallelBase::~DataParallelBase() = default;

void DataParallelBase::check_options() const {
  const int64_t size = group_->getSize(), shards = options_.shards(), a = options_.accumulation();
  const auto is_power = [](int64_t n) { return n > 0 && std::has_single_bit(uint64_t(n)); };
  if (a < 1) fail("DistributedDataParallel: accumulation must be 1 or more, got {}", a);
  if (options_.mode() == SumMode::fast) return;
  if (!is_power(shards))
    fail("DistributedDataParallel: shards must be a power of two, got {}", shards);
  if (!is_power(a))
    fail("DistributedDataParallel: in tree mode accumulation must be a power of two, got {}", a);
  if (shards % size != 0)
    fail(
        "DistributedDataParallel: {} ranks do not divide {} shards evenly; set shards() to a power "
        "of two that they divide, or mode(SumMode::fast)",
        size, shards);
  if (shards / size % a != 0)
    fail("DistributedDataParallel: {} passes of a step do not divide {} shards of a rank evenly", a,
         shards / size);
}

namespace {
template <class... Layers>
bool is_waiting(const nn::Module& m) {
  const auto waits = [](const auto* layer) { return layer && layer->has_uninitialized_params(); };
  return (... || waits(m.as<Layers>()));
}
}  // namespace

void DataParallelBase::check_lazy() const {
  using namespace nn;
  for (const auto& item : wrapped_->named_modules())
    if (is_waiting<LazyLinearImpl, LazyConv1dImpl, LazyConv2dImpl, LazyConv3dImpl,
                   LazyConvTranspose1dImpl, LazyConvTranspose2dImpl, LazyConvTranspose3dImpl,
                   LazyBatchNorm1dImpl, LazyBatchNorm2dImpl, LazyBatchNorm3dImpl,
                   LazyInstanceNorm1dImpl, LazyInstanceNorm2dImpl, LazyInstanceNorm3dImpl>(
            *item.value()))
      fail(
          "DistributedDataParallel: the layer '{}' has no parameters before its first input; call "
          "the module once before it is wrapped",
          item.key());
}

// A parameter that came later would be trained by each rank alone.
void DataParallelBase::check_parameters() const {
  size_t n = 0;
  for (const auto& item : named_parameters()) {
    ++n;
    if (!known_.contains(item.value().impl()))
      fail("DistributedDataParallel: {} is no parameter that the module had when it was wrapped",
           item.key());
  }
  if (n < known_.size())
    fail("DistributedDataParallel: the module had {} parameters when it was wrapped and has {}",
         known_.size(), n);
}

void DataParallelBase::find_parameters() {
  std::vector<std::string> names, lines;
  std::vector<Tensor> parameters, all;
  lines.push_back(fmt::format(
      "options mode {}, shards {}, accumulation {}, broadcast_buffers {}, bucket_cap_mb {}, "
      "find_unused_parameters {}, static_graph {}",
      options_.mode() == SumMode::tree ? "tree" : "fast", options_.shards(),
      options_.accumulation(), options_.broadcast_buffers(), options_.bucket_cap_mb(),
      options_.find_unused_parameters(), options_.static_graph()));
  const auto describe = [&](const char* kind, const std::string& name, const Tensor& t) {
    lines.push_back(fmt::format("{} {} {} {}{}", kind, name, t.dtype(), t.sizes(),
                                t.requires_grad() ? "" : " without gradient"));
    all.push_back(t);
  };
  for (const auto& item : named_parameters()) {
    describe("parameter", item.key(), item.value());
    known_.insert(item.value().impl());
    if (!item.value().requires_grad()) {
      frozen_.emplace_back(item.key(), item.value());
      continue;
    }
    if (!item.value().is_leaf())
      fail("DistributedDataParallel: parameter {} is no leaf", item.key());
    names.push_back(item.key());
    parameters.push_back(item.value());
  }
  for (const auto& item : named_buffers()) describe("buffer", item.key(), item.value());
  if (parameters.empty()) fail("DistributedDataParallel: no parameter of the module requires grad");
  const auto batch_norms = find_batch_norms();
  for (const auto& [name, layer] : batch_norms) lines.push_back("SyncBatchNorm " + name);
  agree("DistributedDataParallel", lines, *group_);
  if (!batch_norms.empty()) convert_sync_batchnorm(batch_norms, group_);
  broadcast_all(all, 0, *group_);

  const bool tree = options_.mode() == SumMode::tree;
  const int64_t leaves = tree ? options_.shards() / group_->getSize() : 1;
  pass_shards_ = tree ? leaves / options_.accumulation() : 1;
  if (group_->getSize() == 1 && leaves == 1) return;
  reducer_ =
      std::make_shared<Reducer>(std::move(names), std::move(parameters), group_, options_, leaves);
  reducer_->watch();
}

// Layers that are to be synchronised and are not yet.
std::vector<std::pair<std::string, nn::Module*>> DataParallelBase::find_batch_norms() {
  std::vector<std::pair<std::string, nn::Module*>> layers;
  if (group_->getSize() == 1) return layers;
  for (const auto& item : wrapped_->named_modules()) {
    const auto* const norm = item.value()->as<nn::SyncBatchNormImpl>();
    if (norm && !norm->statistics) layers.emplace_back(item.key(), item.value().get());
    has_sync_batch_norm_ = has_sync_batch_norm_ || norm || is_sync_batchnorm(*item.value());
  }
  const int64_t passes = options_.shards() / group_->getSize();
  if (has_sync_batch_norm_ && options_.mode() == SumMode::tree && passes > 1)
    fail(
        "DistributedDataParallel: SyncBatchNorm needs all rows at once, and a rank computes {} "
        "shards one after the other; set shards({}) or mode(SumMode::fast)",
        passes, group_->getSize());
  return layers;
}

bool DataParallelBase::passes_straight() const { return !reducer_ || !GradMode::is_enabled(); }

DataParallelBase::Step DataParallelBase::begin() {
  reducer_->prepare();
  check_parameters();
  for (const auto& [name, p] : frozen_)
    if (p.requires_grad())
      fail("DistributedDataParallel: {} requires grad, which it did not when it was wrapped", name);
  const int64_t pass = reducer_->collected();
  if (in_shards() && options_.accumulation() > 1 && pass >= options_.accumulation())
    fail("DistributedDataParallel: pass {} of a step that has accumulation({})", pass + 1,
         options_.accumulation());
  Step step;
  step.reduced = sync_;
  int root = 0;
  if (join_) root = last_active_ = tell_status(true, sync_).lowest;
  if (sync_) reducer_->count_forward();
  step.key = share_state(sync_, root);
  if (in_shards()) {
    if (options_.accumulation() > 1) step.leaf = pass * pass_shards_;
    step.shard = group_->getRank() * pass_shards_ * options_.accumulation() + step.leaf;
  }
  return step;
}

// What a forward pass begins with: rank root's buffers, and in tree mode a key. The passes of a
// step have the same keys, each for its own shards.
uint64_t DataParallelBase::share_state(bool reduced, int root) {
  if (seen_passes_ != reducer_->passes()) next_key_ = 0;
  seen_passes_ = reducer_->passes();
  const bool first_pass = reducer_->collected() == 0 || options_.accumulation() == 1;
  if (first_pass && next_key_ == 0) keys_.clear();
  const bool draws = in_shards() && next_key_ == keys_.size();
  if (draws) keys_.push_back(detail::draw_key());
  std::vector<Tensor> buffers;
  if (reduced && options_.broadcast_buffers()) buffers = wrapped_->buffers();
  uint64_t key = in_shards() ? keys_[next_key_] : 0;
  if (draws || !buffers.empty())
    broadcast_state(
        buffers, key, root, *group_,
        fmt::format("for {}forward pass {}", reduced ? "" : "a pass under no_sync() after ",
                    reducer_->forward_passes()));
  if (!in_shards()) return key;
  // Once: later, a rank may well draw numbers of its own.
  if (draws && key != keys_.back() && !join_ && reducer_->forward_passes() == 1)
    warn(
        "DistributedDataParallel: the default generator of rank {} is not where rank {}'s is, so "
        "that samplers which shuffle draw other batches for it; call manual_seed() with one number "
        "on all ranks",
        group_->getRank(), root);
  keys_[next_key_++] = key;
  return key;
}

std::shared_ptr<Aliases> DataParallelBase::aliases(const Step& step, int64_t shard) {
  return std::make_shared<Aliases>(reducer_, reducer_->parameters(), step.leaf + shard,
                                   step.reduced);
}

void DataParallelBase::finish(Aliases& aliases, const std::vector<Tensor>& outputs, bool early) {
  aliases.finish(outputs, early);
}
const GradientArena* DataParallelBase::arena() const {
  return reducer_ ? &reducer_->arena() : nullptr;
}

void DataParallelBase::sync_buffers() {
  uint64_t key = 0;
  broadcast_state(wrapped_->buffers(), key, 0, *group_);
}

ReductionStatistics DataParallelBase::statistics() const {
  return reducer_ ? reducer_->statistics() : ReductionStatistics();
}
void DataParallelBase::pretty_print(std::ostream& out) const { out << "DistributedDataParallel"; }

DataParallelBase::ShardBuffers::ShardBuffers(const std::vector<Tensor>& buffers)
    : buffers_(buffers), kept_(buffers.size()) {
  const NoGradGuard no_grad;
  for (const Tensor& b : buffers_) {
    before_.push_back(b.detach().clone());
    versions_.push_back(b._version());
  }
}
void DataParallelBase::ShardBuffers::end_shard(bool first_of_all) {
  const NoGradGuard no_grad;
  for (size_t i = 0; i < buffers_.size(); ++i) {
    if (buffers_[i]._version() == versions_[i]) continue;
    if (first_of_all) kept_[i] = buffers_[i].detach().clone();
    buffers_[i].detach().copy_(before_[i]);
    versions_[i] = buffers_[i]._version();
  }
}
DataParallelBase::ShardBuffers::~ShardBuffers() {
  const NoGradGuard no_grad;
  for (size_t i = 0; i < buffers_.size(); ++i) {
    if (kept_[i].defined())
      buffers_[i].detach().copy_(kept_[i]);
    else if (buffers_[i]._version() != versions_[i])
      buffers_[i].detach().copy_(before_[i]);
  }
}

// --- Ranks with different numbers of batches ----

DataParallelBase::Joining::Joining(DataParallelBase& model, const JoinOptions& options)
    : model_(model) {
  if (model.join_) fail("join: the model is within a join() already");
  if (model.has_sync_batch_norm_)
    fail("join: SyncBatchNorm needs a batch of every rank in each step");
  model.join_ = &options;
  if (model.reducer_) model.reducer_->set_joined(true);
  model.last_active_ = 0;
}
DataParallelBase::Joining::~Joining() {
  model_.join_ = nullptr;
  if (!model_.reducer_) return;
  model_.reducer_->set_joined(false);
  model_.reducer_->divide_by(model_.group_->getSize());
}
void DataParallelBase::Joining::finish() const {
  if (model_.group_->getSize() > 1) model_.shadow();
}

DataParallelBase::Status DataParallelBase::tell_status(bool active, bool reduced) {
  const int size = group_->getSize();
  Status status;
  if (size == 1) {
    status.active = active;
    status.reduced = reduced;
    return status;
  }
  Tensor flags = zeros({size + 1}, kLong);
  int64_t* const f = flags.data_ptr<int64_t>();
  f[group_->getRank()] = active;
  f[size] = active && reduced;
  std::vector<Tensor> one{flags};
  AllreduceOptions options;
  options.purpose = fmt::format("join after forward pass {}", reducer_->forward_passes());
  group_->allreduce(one, options)->wait();
  status.lowest = -1;
  for (int r = 0; r < size; ++r) {
    status.active += int(f[r]);
    if (f[r] && status.lowest < 0) status.lowest = r;
  }
  status.reduced = f[size] > 0;
  if (f[size] != 0 && f[size] != status.active)
    fail("join: {} of {} ranks are under no_sync()", status.active - f[size], status.active);
  if (join_->throw_on_early_termination() && status.active != 0 && status.active != size)
    fail("join: {} of {} ranks have no batch left", size - status.active, size);
  if (reducer_ && status.active > 0)
    reducer_->divide_by(join_->divide_by_initial_world_size() ? size : status.active);
  return status;
}

void DataParallelBase::shadow() {
  for (;;) {
    const Status status = tell_status(false, false);
    if (status.active == 0) break;
    last_active_ = status.lowest;
    if (status.reduced) reducer_->count_forward();
    share_state(status.reduced, status.lowest);
    if (status.reduced) reducer_->shadow();
    reducer_->count_pass(status.reduced);
  }
  std::vector<Tensor> all = wrapped_->parameters();
  for (const Tensor& b : wrapped_->buffers()) all.push_back(b);
  broadcast_all(all, last_active_, *group_);
}

}  // namespace gradus::distributed

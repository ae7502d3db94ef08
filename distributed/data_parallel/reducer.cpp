#include "distributed/data_parallel/reducer.h"

#include <algorithm>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "autograd/pass.h"
#include "tensor/base/fail.h"

namespace gradus::distributed {

using autograd::Pass;

Reducer::Reducer(std::vector<std::string> names, std::vector<Tensor> parameters,
                 intrusive_ptr<ProcessGroup> group, const DistributedDataParallelOptions& options,
                 int64_t leaves)
    : names_(std::move(names)),
      parameters_(std::move(parameters)),
      group_(std::move(group)),
      options_(options),
      leaves_(leaves),
      arena_(parameters_, options.bucket_cap_mb() * 1048576),
      places_(parameters_.size()),
      hooks_(parameters_.size()),
      alive_(parameters_.size() * size_t(leaves)),
      waiting_(parameters_.size() * size_t(leaves)),
      missing_(arena_.buckets().size()),
      divisor_(group_->getSize()) {
  for (Place& p : places_) {
    p.tree = ShardSum(leaves_);
    p.leaves.resize(size_t(leaves_));
  }
}

Reducer::~Reducer() {
  release();
  for (size_t i = 0; i < hooks_.size(); ++i)
    if (hooks_[i]) parameters_[i].remove_hook(*hooks_[i]);
}

void Reducer::watch() {
  for (size_t i = 0; i < parameters_.size(); ++i) watch(i);
}

// Whether what was collected of a parameter is still in its grad, and the program did not write to
// it.
bool Reducer::counts(size_t index) const {
  const Place& p = places_[index];
  return p.local && arena_.holds(index, parameters_[index].mutable_grad()) &&
         (!collects_leaves(p) || arena_.slice(index)._version() == p.version);
}

void Reducer::prepare() {
  if (active_ && !Pass::current()) recover();
  bool goes_on = false;
  for (size_t i = 0; collected_ > 0 && !goes_on && i < places_.size(); ++i) goes_on = counts(i);
  if (!goes_on) collected_ = 0;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor& p = parameters_[i];
    const Tensor& slice = arena_.slice(i);
    if (!(p.sizes() == slice.sizes()) || p.dtype() != slice.dtype())
      fail("DistributedDataParallel: {} was {} {} when it was wrapped and is now {} {}", names_[i],
           slice.dtype(), slice.sizes(), p.dtype(), p.sizes());
  }
}

void Reducer::add(size_t index, int64_t leaf, autograd::Node* alias) {
  const std::lock_guard lock(alive_mutex_);
  alive_[index * size_t(leaves_) + size_t(leaf)].push_back(alias);
}
void Reducer::drop(size_t index, int64_t leaf, autograd::Node* alias) noexcept {
  const std::lock_guard lock(alive_mutex_);
  std::erase(alive_[index * size_t(leaves_) + size_t(leaf)], alias);
}
// Those that wait for this pass. Where graphs of several forward passes live, some are not in it.
void Reducer::count_aliases() {
  Pass& pass = *Pass::current();
  const std::lock_guard lock(alive_mutex_);
  const bool several = std::any_of(alive_.begin(), alive_.end(),
                                   [](const auto& of_leaf) { return of_leaf.size() > 1; });
  for (size_t at = 0; at < alive_.size(); ++at)
    waiting_[at] = int(several ? std::count_if(alive_[at].begin(), alive_[at].end(),
                                               [&](autograd::Node* n) { return pass.wants(n); })
                               : ptrdiff_t(alive_[at].size()));
}
std::optional<unsigned> Reducer::own_hook(size_t index) const noexcept { return hooks_[index]; }

void Reducer::begin(bool reduced) {
  if (active_) {
    for (const Pass* pass = Pass::current()->outer(); pass; pass = pass->outer())
      if (pass->id() == pass_)
        fail("DistributedDataParallel: a backward pass of the model runs within another one");
    recover();
  }
  claim();
  active_ = true;
  reduced_ = reduced;
  finalized_ = false;
  pass_ = Pass::current()->id();
  put_own_hooks_last();
  if (reduced) ++backward_passes_;
  frozen_ = frozen();
  own_ = find_own();
  next_bucket_ = 0;
  sent_.clear();
  unused_.clear();
  std::fill(missing_.begin(), missing_.end(), 0);
  count_aliases();
  for (size_t i = 0; i < places_.size(); ++i) {
    Place& p = places_[i];
    p.fired = p.done = false;
    p.kept = counts(i);
    p.waiting = 0;
    // Without a place of its own for each pass, a leaf gets the gradients of several passes.
    p.hold = !reduced && options_.accumulation() == 1;
    for (size_t leaf = 0; leaf < size_t(leaves_); ++leaf) {
      const size_t at = i * size_t(leaves_) + leaf;
      p.waiting += waiting_[at];
      p.hold = p.hold || waiting_[at] > 1 || p.leaves[leaf].defined();
    }
    if (p.waiting > 0) ++missing_[arena_.bucket_of(i)];
  }
  Pass::current()->at_end([self = shared_from_this()] { self->end(); });
}

// The first gradient of a parameter in a pass: those that were collected before it are part of the
// sum, as the program has left them; a grad that is the same on all ranks is added to it at the
// end.
void Reducer::start(size_t index) {
  Place& p = places_[index];
  const Tensor& grad = parameters_[index].mutable_grad();
  if (!p.kept) {
    p.tree.clear();
    std::fill(p.leaves.begin(), p.leaves.end(), Tensor());
    p.direct.reset();
    p.written.reset();
    p.apart = false;
    if (p.local && grad.defined()) {
      if (leaves_ > 1)
        p.written = grad.detach().clone();
      else if (!arena_.holds(index, grad))
        arena_.slice(index).copy_(grad.detach());
      return;
    }
    p.local = false;
  }
  if (!p.local && p.fired && p.own) return take_in_own(index);
  if (!p.local) p.old = arena_.holds(index, grad) ? grad.clone() : grad;
}

// A grad that the program has made or written to, of which other ranks may have another one, is
// part of the mean, as what is collected.
void Reducer::take_in_own(size_t index) {
  Place& p = places_[index];
  const Tensor& grad = parameters_[index].mutable_grad();
  p.local = true;
  if (leaves_ > 1)
    p.written = grad.detach().clone();
  else if (!arena_.holds(index, grad))
    arena_.slice(index).copy_(grad.detach());
}

void Reducer::take(size_t index, int64_t leaf, bool reduced, Tensor gradient) {
  const NoGradGuard no_grad;
  if (!active_ || pass_ != Pass::current()->id()) {
    begin(reduced);
    if (reduced) launch_ready();
  }
  Place& p = places_[index];
  if (finalized_ || p.done)
    fail("DistributedDataParallel: a gradient of {} came after it had been sent", names_[index]);
  if (!p.fired) {
    p.fired = true;
    start(index);
  }
  int& waiting = waiting_[index * size_t(leaves_) + size_t(leaf)];
  --waiting;
  --p.waiting;
  const Tensor& slice = arena_.slice(index);
  if (!collects_leaves(p)) {
    if (p.local)
      slice.add_(gradient);
    else
      slice.copy_(gradient);
    parameters_[index].mutable_grad() = slice;
  } else {
    Tensor& sum = p.leaves[size_t(leaf)];
    sum = sum.defined() ? sum_of(std::move(sum), std::move(gradient)) : std::move(gradient);
    if (!p.hold && waiting <= 0) p.tree.add(leaf, std::exchange(sum, Tensor()));
  }
  p.local = true;
  if (reduced_ && p.waiting == 0) completed(index);
}

// Leaves that waited are added in falling order, as those that did not.
void Reducer::sum_leaves(Place& p) {
  for (size_t leaf = p.leaves.size(); leaf-- > 0;)
    if (p.leaves[leaf].defined()) p.tree.add(int64_t(leaf), std::exchange(p.leaves[leaf], {}));
}

// The slice is this rank's part of the sum from now on.
void Reducer::settle(size_t index) {
  Place& p = places_[index];
  if (p.done) return;
  p.done = true;
  const Tensor& slice = arena_.slice(index);
  Tensor& grad = parameters_[index].mutable_grad();
  const bool ours = arena_.holds(index, grad);
  if (!p.fired) start(index);
  if (!p.local) {
    slice.zero_();
    return;
  }
  if (collects_leaves(p)) {
    sum_leaves(p);
    const Tensor sum = p.tree.take();
    sum.defined() ? slice.copy_(sum) : slice.zero_();
    if (p.written.defined()) slice.add_(p.written);
    p.written.reset();
  }
  if (!ours) grad = slice;
}

void Reducer::completed(size_t index) {
  settle(index);
  if (--missing_[arena_.bucket_of(index)] == 0) launch_ready();
}

void Reducer::launch_ready() {
  while (next_bucket_ < missing_.size() && missing_[next_bucket_] <= 0) launch(next_bucket_++);
}

intrusive_ptr<Work> Reducer::average(Tensor& gradients, const std::string& purpose) {
  const bool all = divisor_ == group_->getSize();
  const ReduceOp op = all ? ReduceOp::AVG : ReduceOp::SUM;
  AllreduceOptions options;
  options.reduceOp = op;
  options.purpose = purpose;
  if (options_.mode() == SumMode::fast) {
    std::vector<Tensor> one{gradients};
    return group_->allreduce(one, options);
  }
  return group_->tree_allreduce(gradients, options);
}

void Reducer::launch(size_t bucket) {
  const GradientArena::Bucket& b = arena_.buckets()[bucket];
  for (const size_t i : b.parameters) settle(i);
  if (group_->getSize() == 1) return;
  Tensor gradients = b.gradients;
  Sent sent;
  sent.start = std::chrono::steady_clock::now();
  sent.bytes = gradients.numel() * int64_t(gradients.element_size());
  sent.work = average(gradients, in_pass(fmt::format("bucket {}", bucket)));
  sent_.push_back(std::move(sent));
}

void Reducer::wait_for_buckets() {
  using Seconds = std::chrono::duration<double>;
  const auto arrived = std::chrono::steady_clock::now();
  for (const Sent& s : sent_) s.work->wait();
  statistics_.waiting += Seconds(std::chrono::steady_clock::now() - arrived).count();
  // Buckets go one after the other: one that is sent earlier than the one before has ended waits.
  double last_end = 0;
  for (const Sent& s : sent_) {
    const double start = Seconds(s.start - sent_.front().start).count();
    const double end = start + double(s.work->getDuration()) / 1000;
    statistics_.exchanging += std::max(0., end - std::max(start, last_end));
    last_end = std::max(last_end, end);
    statistics_.bytes += s.bytes;
  }
  statistics_.buckets += int64_t(sent_.size());
  ++statistics_.passes;
  sent_.clear();
  const int size = group_->getSize();
  if (size > 1 && divisor_ != size)
    for (const Tensor& t : arena_.whole()) t.div_(divisor_);
}

// Whether any rank has a gradient of a parameter.
std::vector<bool> Reducer::used_somewhere() {
  std::vector<bool> used(places_.size());
  for (size_t i = 0; i < used.size(); ++i) used[i] = places_[i].local;
  if (!(options_.find_unused_parameters() || options_.static_graph())) {
    for (size_t i = 0; i < used.size(); ++i)
      if (!used[i] && parameters_[i].requires_grad()) unused_.push_back(i);
    return used;
  }
  if (options_.static_graph() && used_before_) {
    for (size_t i = 0; i < used.size(); ++i)
      if (used[i] && !(*used_before_)[i])
        fail("DistributedDataParallel: static_graph, {} has a gradient now and had none at first",
             names_[i]);
    return *used_before_;
  }
  if (group_->getSize() > 1) {
    Tensor flags = zeros({int64_t(used.size())}, kByte);
    uint8_t* const f = flags.data_ptr<uint8_t>();
    std::copy(used.begin(), used.end(), f);
    AllreduceOptions options;
    options.reduceOp = ReduceOp::MAX;
    options.purpose = in_pass("used parameters");
    std::vector<Tensor> one{flags};
    group_->allreduce(one, options)->wait();
    std::copy(f, f + used.size(), used.begin());
  }
  if (options_.static_graph()) used_before_ = used;
  return used;
}

void Reducer::finalize() {
  if (std::exchange(finalized_, true)) return;
  const NoGradGuard no_grad;
  while (next_bucket_ < missing_.size()) launch(next_bucket_++);
  const std::vector<bool> used = used_somewhere();
  wait_for_buckets();
  for (size_t i = 0; i < places_.size(); ++i) {
    Place& p = places_[i];
    Tensor& grad = parameters_[i].mutable_grad();
    const Tensor& slice = arena_.slice(i);
    if (used[i]) {
      if (p.old.defined()) slice.add_(p.old);
      grad = slice;
    } else if (p.old.defined() && arena_.holds(i, grad)) {
      slice.copy_(p.old);
    }
    p.old.reset();
    p.local = p.apart = false;
  }
  // All ranks alike: hooks may take steps.
  for (size_t i = 0; i < places_.size(); ++i)
    if (used[i]) tell_accumulated(i);
}

// In a pass that is not reduced, grad shows what was collected since the last that was.
void Reducer::publish() {
  const NoGradGuard no_grad;
  for (size_t i = 0; i < places_.size(); ++i) {
    Place& p = places_[i];
    if (!p.fired) continue;
    if (collects_leaves(p)) {
      ShardSum sum = p.tree;
      Tensor total = sum.take();
      for (const Tensor& leaf : p.leaves)
        if (leaf.defined()) total = total.defined() ? total + leaf : leaf;
      for (const Tensor& beside : {p.written, p.direct})
        if (beside.defined()) total = total.defined() ? total + beside : beside;
      arena_.slice(i).copy_(total);
    }
    parameters_[i].mutable_grad() = arena_.slice(i);
    tell_accumulated(i);
  }
  for (size_t i = 0; i < places_.size(); ++i) places_[i].version = arena_.slice(i)._version();
}

void Reducer::count_pass(bool reduced) {
  ++passes_;
  collected_ = reduced ? 0 : collected_ + 1;
}

void Reducer::end() {
  if (reduced_) {
    finalize();
    exchange_direct();
    for (size_t i = 0; i < places_.size(); ++i) places_[i].mean = arena_.slice(i)._version();
  } else {
    publish();
  }
  active_ = false;
  release();
  count_pass(reduced_);
  if (!unused_.empty()) throw_unused();
}

// A pass threw: what is under way ends, and what was collected is dropped.
void Reducer::recover() noexcept {
  for (const Sent& s : sent_) {
    try {
      s.work->wait();
    } catch (...) {
      // Said again by the group's next operation.
    }
  }
  if (reduced_ && next_bucket_ > 0) ++failed_passes_;
  sent_.clear();
  active_ = false;
  release();
  collected_ = 0;
  ++passes_;
  for (Place& p : places_) {
    p.local = p.fired = p.done = p.apart = false;
    p.old.reset();
    p.written.reset();
    p.direct.reset();
    p.tree.clear();
    std::fill(p.leaves.begin(), p.leaves.end(), Tensor());
  }
}

}  // namespace gradus::distributed

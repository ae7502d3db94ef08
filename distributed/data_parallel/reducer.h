// The gradients of a module's parameters, summed over shards and ranks while the backward pass goes
// on.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "distributed/data_parallel/alias.h"
#include "distributed/data_parallel/arena.h"
#include "distributed/data_parallel/options.h"
#include "distributed/data_parallel/reduction_statistics.h"
#include "distributed/data_parallel/shard_sum.h"
#include "distributed/group/process_group.h"

namespace gradus::distributed {

// Takes the gradients from the aliases of forward passes. A bucket is sent, in order, when all
// aliases that the backward pass comes to have given it theirs, whatever other graphs a rank keeps;
// what is left at the end of the pass is sent then, so that all ranks send the same, whatever each
// has used.
//
// A use of a parameter outside of the module's forward(), such as a penalty in the loss or the
// second order of autograd::grad(), leads to the parameter itself. These gradients come after all
// others, and are exchanged by themselves and added at the end.
class Reducer final : public GradientTaker, public std::enable_shared_from_this<Reducer> {
 public:
  // `leaves` of a rank's gradients are told apart and summed as a tree.
  Reducer(std::vector<std::string> names, std::vector<Tensor> parameters,
          intrusive_ptr<ProcessGroup> group, const DistributedDataParallelOptions& options,
          int64_t leaves);
  ~Reducer() override;
  // Sees to it that gradients past the aliases are noticed. Called once, when a shared_ptr owns it.
  void watch();
  void watch(size_t index);

  const std::vector<Tensor>& parameters() const { return parameters_; }
  const std::vector<std::string>& names() const { return names_; }
  const GradientArena& arena() const { return arena_; }
  const ReductionStatistics& statistics() const { return statistics_; }
  // Before a forward pass: throws Error where the parameters are not those that the arena is for,
  // and forgets a backward pass that threw.
  void prepare();
  // How many backward passes of the step that goes on were collected and not reduced.
  int64_t collected() const { return collected_; }
  // The number of backward passes so far.
  int64_t passes() const { return passes_; }
  // A rank without a batch has passed through a backward pass of the others.
  void count_pass(bool reduced);
  // A forward pass begins whose backward pass is reduced. Its number goes with all that is
  // exchanged, so that a rank that leaves out a pass, or makes one more, is not taken for being in
  // step.
  void count_forward();
  int64_t forward_passes() const { return forward_passes_; }
  // How many ranks the sum is divided by; at first all.
  void divide_by(int ranks) { divisor_ = ranks; }
  // Whether ranks without a batch may go along.
  void set_joined(bool joined) { joined_ = joined; }
  // What the other ranks' reduction of a backward pass needs of a rank that has none.
  void shadow();

  void take(size_t index, int64_t leaf, bool reduced, Tensor gradient) override;
  void add(size_t index, int64_t leaf, autograd::Node* alias) override;
  void drop(size_t index, int64_t leaf, autograd::Node* alias) noexcept override;
  std::optional<unsigned> own_hook(size_t index) const noexcept override;
  const std::string& name(size_t index) const override { return names_[index]; }

 private:
  struct Place {
    bool fired = false;  // in this pass
    bool done = false;   // its slice holds this rank's sum
    bool local = false;  // there are gradients since the last reduction
    bool hold = false;   // leaves wait for each other
    bool kept = false;   // what is local still counted when the pass began
    bool apart = false;  // what is collected lies in leaves or the tree and not in the slice
    int waiting = 0;     // of aliases, in this pass
    int64_t version = 0;
    int64_t mean = -1;  // the slice's version when it held the mean of all ranks
    bool own = false;   // grad is another one than that mean when the pass begins
    Tensor old;         // the gradient from before, which is added at the end
    Tensor written;     // what the program made of what this rank had collected
    Tensor direct;      // what came past the aliases
    ShardSum tree;
    std::vector<Tensor> leaves;
  };
  struct Sent {
    intrusive_ptr<Work> work;
    std::chrono::steady_clock::time_point start;
    int64_t bytes = 0;
  };
  void begin(bool reduced);
  void count_aliases();
  bool counts(size_t index) const;
  void start(size_t index);
  void take_in_own(size_t index);
  void put_own_hooks_last();
  void claim();
  void release() noexcept;
  void completed(size_t index);
  void sum_leaves(Place& place);
  void settle(size_t index);
  void launch_ready();
  void launch(size_t bucket);
  void finalize();
  void wait_for_buckets();
  std::vector<bool> used_somewhere();
  void exchange_direct();
  void publish();
  void end();
  void recover() noexcept;
  Tensor direct_gradient(size_t index, const Tensor& gradient);
  intrusive_ptr<Work> average(Tensor& gradients, const std::string& purpose);
  bool collects_leaves(const Place& place) const { return leaves_ > 1 || place.apart; }
  std::string listed(const std::vector<size_t>& indices) const;
  std::string frozen() const;
  std::string find_own();
  std::string in_pass(const std::string& what) const;
  void tell_accumulated(size_t index);
  [[noreturn]] void throw_unused() const;

  const std::vector<std::string> names_;
  const std::vector<Tensor> parameters_;
  const intrusive_ptr<ProcessGroup> group_;
  const DistributedDataParallelOptions options_;
  const int64_t leaves_;
  GradientArena arena_;
  std::vector<Place> places_;
  std::vector<std::optional<unsigned>> hooks_;
  std::mutex alive_mutex_;
  std::vector<std::vector<autograd::Node*>> alive_;  // aliases, by parameter and leaf; to compare
  std::vector<int> waiting_;                         // the same, of this pass
  std::vector<int> missing_;                         // parameters of each bucket
  std::optional<std::vector<bool>> used_before_;     // of a static graph
  std::vector<size_t> unused_;
  std::vector<Sent> sent_;
  size_t next_bucket_ = 0;
  int divisor_;
  int pass_ = -1;
  int64_t collected_ = 0, passes_ = 0;
  int64_t forward_passes_ = 0, backward_passes_ = 0;  // that are reduced; since the last forward
  int64_t failed_passes_ = 0;                         // that threw when something had been sent
  std::string frozen_, own_;                          // parameters in this pass, in words
  bool active_ = false, reduced_ = false, finalized_ = false, joined_ = false;
  ReductionStatistics statistics_;
};

}  // namespace gradus::distributed

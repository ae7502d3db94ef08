// A module that several processes train together, each on its part of every batch.
//
//   DistributedDataParallel<Net> model(net, group);
//   for (auto& batch : loader) {           // a loader over BatchSlice, see batch_slice.h
//     optimizer.zero_grad();
//     loss(model(batch.data), batch.target).backward();   // p.grad() is the mean over all ranks
//     optimizer.step();
//   }
#pragma once

#include <optional>
#include <type_traits>
#include <unordered_set>

#include "distributed/data_parallel/arena.h"
#include "distributed/data_parallel/options.h"
#include "distributed/data_parallel/reduction_statistics.h"
#include "distributed/data_parallel/shards.h"
#include "distributed/group/process_group.h"
#include "distributed/init.h"
#include "nn/module.h"

namespace gradus::distributed {

class Aliases;
class Reducer;

/// How join() treats ranks that have no batch left.
struct JoinOptions {
  /// Whether gradients are divided by the number of all ranks to the end, or by the number of those
  /// that still have batches.
  GRADUS_ARG(bool, divide_by_initial_world_size) = true;
  /// Whether all ranks throw as soon as one has no batch left.
  GRADUS_ARG(bool, throw_on_early_termination) = false;
};

/// What of DistributedDataParallel does not depend on the module's type.
class DataParallelBase : public nn::Module {
 public:
  ~DataParallelBase() override;

  /// The ranks that train the module.
  const intrusive_ptr<ProcessGroup>& process_group() const { return group_; }
  /// How they do it.
  const DistributedDataParallelOptions& options() const { return options_; }

  /// While the guard lives, forward passes are those of a step that goes on: their gradients are
  /// collected in `grad` and not exchanged. The first forward pass after it ends the step. In tree
  /// mode, unless accumulation() says how many there are, a gradient is kept for each shard.
  class [[nodiscard]] NoSync {
   public:
    explicit NoSync(bool& sync) : sync_(&sync), before_(std::exchange(sync, false)) {}
    NoSync(NoSync&& o) noexcept : sync_(std::exchange(o.sync_, nullptr)), before_(o.before_) {}
    NoSync& operator=(NoSync&&) = delete;
    ~NoSync() {
      if (sync_) *sync_ = before_;
    }

   private:
    bool* sync_;
    bool before_;
  };
  /// A guard that collects until it ends; see NoSync.
  NoSync no_sync() { return NoSync(sync_); }

  /// Rank 0's buffers become those of all ranks, which each training step does by itself, at its
  /// beginning: for an evaluation on several ranks. All ranks must call it.
  void sync_buffers();

  /// Calls `loop`, in which ranks may make different numbers of training steps. A rank that comes
  /// to its end takes part in what the others exchange, with gradients of 0, until all have come,
  /// and then takes over the parameters and buffers of the last. In each step there is one forward
  /// pass before one backward pass, and no gradient comes to a parameter past the module. Throws
  /// Error for a module with SyncBatchNorm, which needs a batch of every rank.
  template <class F>
  void join(F&& loop, const JoinOptions& options = {}) {
    const Joining joining(*this, options);
    loop();
    joining.finish();
  }

  /// What the reduction of gradients cost so far.
  ReductionStatistics statistics() const;
  /// Where the gradients lie; null where nothing is reduced.
  const GradientArena* arena() const;
  void pretty_print(std::ostream& out) const override;

 protected:
  DataParallelBase(std::shared_ptr<nn::Module> module, intrusive_ptr<ProcessGroup> group,
                   const DistributedDataParallelOptions& options);

  // One forward pass that is recorded.
  struct Step {
    bool reduced = true;  // gradients are exchanged in its backward pass
    int64_t leaf = 0;     // the first of its leaves
    int64_t shard = 0;    // the same in the global batch
    uint64_t key = 0;     // of its random numbers
  };
  // Whether forward() is the module's own and nothing else.
  bool passes_straight() const;
  bool in_shards() const { return options_.mode() == SumMode::tree; }
  int64_t shards_of_pass() const { return pass_shards_; }
  Step begin();
  // The parameters are aliases from now on, until what is returned is finished or gone.
  std::shared_ptr<Aliases> aliases(const Step& step, int64_t shard);
  static void finish(Aliases& aliases, const std::vector<Tensor>& outputs, bool early);
  bool is_early(const Step& step) const { return step.reduced && group_->getSize() > 1; }

  // The buffers of shards: each begins with those that the pass began with, and those that the
  // first shard of the global batch leaves are kept.
  class ShardBuffers {
   public:
    explicit ShardBuffers(const std::vector<Tensor>& buffers);
    ShardBuffers(const ShardBuffers&) = delete;
    ShardBuffers& operator=(const ShardBuffers&) = delete;
    // Also where a shard threw.
    ~ShardBuffers();
    void end_shard(bool first_of_all);

   private:
    std::vector<Tensor> buffers_, before_, kept_;
    std::vector<int64_t> versions_;
  };

 private:
  class Joining {
   public:
    Joining(DataParallelBase& model, const JoinOptions& options);
    Joining(const Joining&) = delete;
    Joining& operator=(const Joining&) = delete;
    ~Joining();
    void finish() const;

   private:
    DataParallelBase& model_;
  };
  // Which ranks still have batches, and whether their pass is reduced.
  struct Status {
    int active = 0, lowest = 0;
    bool reduced = false;
  };
  void check_options() const;
  void check_lazy() const;
  void check_parameters() const;
  void find_parameters();
  std::vector<std::pair<std::string, nn::Module*>> find_batch_norms();
  uint64_t share_state(bool reduced, int root);
  Status tell_status(bool active, bool reduced);
  void shadow();

  const std::shared_ptr<nn::Module> wrapped_;
  const intrusive_ptr<ProcessGroup> group_;
  const DistributedDataParallelOptions options_;
  std::shared_ptr<Reducer> reducer_;
  std::vector<std::pair<std::string, Tensor>> frozen_;
  std::unordered_set<const TensorImpl*> known_;  // all parameters
  int64_t pass_shards_ = 1;
  std::vector<uint64_t> keys_;  // of the forward passes that a pass of this step makes
  size_t next_key_ = 0;
  int64_t seen_passes_ = 0;
  bool sync_ = true, has_sync_batch_norm_ = false;
  const JoinOptions* join_ = nullptr;
  int last_active_ = 0;
};

namespace detail {
template <class M>
struct Contained {
  using type = M;
};
template <gradus::detail::a_module_holder M>
struct Contained<M> {
  using type = typename M::ContainedType;
};
}  // namespace detail

/// See DistributedDataParallel.
template <class M>
class DistributedDataParallelImpl : public DataParallelBase {
 public:
  explicit DistributedDataParallelImpl(std::shared_ptr<M> module, intrusive_ptr<ProcessGroup> group,
                                       const DistributedDataParallelOptions& options = {})
      : DataParallelBase(module, std::move(group), options), module_(std::move(module)) {}
  explicit DistributedDataParallelImpl(const nn::ModuleHolder<M>& module,
                                       intrusive_ptr<ProcessGroup> group = default_group(),
                                       const DistributedDataParallelOptions& options = {})
      : DistributedDataParallelImpl(module.ptr(), std::move(group), options) {}

  /// The module that is trained.
  const std::shared_ptr<M>& module() const { return module_; }

  /// The module's forward() of this rank's part of the batch. Where gradients are recorded, all
  /// ranks must call it, and the backward pass, equally often; without gradients it exchanges
  /// nothing.
  template <class... Args>
  auto forward(Args&&... args) {
    using R = std::decay_t<decltype(gradus::detail::call(*module_, args...))>;
    static_assert(!std::is_void_v<R>,
                  "DistributedDataParallel: the module's forward() returns nothing");
    if (passes_straight()) return R(gradus::detail::call(*module_, std::forward<Args>(args)...));
    if (in_shards() && shards_of_pass() > 1) {
      constexpr bool have_shards =
          (detail::has_shards<std::decay_t<Args>>() && ... && detail::has_shards<R>());
      if constexpr (have_shards)
        return forward_shards<R>(args...);
      else
        throw_no_shards<R, std::decay_t<Args>...>();
    }
    const Step step = begin();
    std::optional<ShardBuffers> buffers;
    std::optional<detail::ShardRandom> random;
    if (in_shards()) {
      buffers.emplace(module_->buffers());
      random.emplace(step.key, step.shard);
    }
    const auto tapped = aliases(step, 0);
    R y = gradus::detail::call(*module_, std::forward<Args>(args)...);
    finish_forward(*tapped, y, is_early(step));
    if (buffers) buffers->end_shard(step.shard == 0);
    return y;
  }

 private:
  template <class R>
  static void finish_forward(Aliases& aliases, const R& y, bool early) {
    std::vector<Tensor> outputs;
    if (early) detail::for_each_tensor(y, [&](const Tensor& t) { outputs.push_back(t); });
    finish(aliases, outputs, early);
  }

  template <class R, class... Args>
  [[noreturn]] static void throw_no_shards() {
    const auto check = []<class T>(std::type_identity<T>) {
      if (!detail::has_shards<T>()) detail::throw_no_shards("an argument", typeid(T));
    };
    (check(std::type_identity<Args>()), ...);
    detail::throw_no_shards("a result", typeid(R));
  }

  template <class R, class... Args>
  R forward_shards(const Args&... args) {
    detail::Cut cut(options().batch_dims());
    (detail::for_each_tensor(args, [&](const Tensor& t) { cut.see(t); }), ...);
    const auto parts = detail::split_rows(cut.rows(), shards_of_pass());
    const Step step = begin();
    std::vector<R> results;
    std::vector<int64_t> rows;
    {
      ShardBuffers buffers(module_->buffers());
      for (int64_t s = 0; s < shards_of_pass(); ++s) {
        const detail::Rows part = parts[size_t(s)];
        // A shard without rows has no gradient; a rank without any still gives a result.
        if (part.begin == part.end && (s > 0 || cut.rows() > 0)) continue;
        const detail::ShardRandom random(step.key, step.shard + s);
        cut.start(part);
        const auto tapped = aliases(step, s);
        std::tuple<std::decay_t<Args>...> own{detail::part_of(args, cut)...};
        const auto given = detail::tensors_of(own);
        results.push_back(
            std::apply([&](auto&... a) { return R(gradus::detail::call(*module_, a...)); }, own));
        detail::check_arguments(given, detail::tensors_of(own));
        rows.push_back(part.end - part.begin);
        // The first shard is the last in the backward pass: what it gives completes the sums.
        finish_forward(*tapped, results.back(), is_early(step) && results.size() == 1);
        buffers.end_shard(step.shard + s == 0);
      }
    }
    detail::Joint joint(rows, options().output_dim(), options().output_dims());
    return detail::together(results, joint);
  }

  const std::shared_ptr<M> module_;
};

/// Trains a module in all processes of a group, as PyTorch's class of this name:
/// `DistributedDataParallel<Net> model(net, group, DistributedDataParallelOptions().shards(4))`,
/// where the group may be left out after init_process_group(). Net is a module or its holder. At
/// the start, rank 0's parameters and buffers become those of all. model(x...) is the module's
/// forward(x...) of this rank's rows of the global batch, and each backward pass leaves the mean of
/// all ranks' gradients in the parameters' grad, which are windows on one arena; while it goes on,
/// what is complete is exchanged. The parameters, named with `module.` before, are those of the
/// module itself. In a world of one, in fast mode or with one shard, forward() is the module's own.
///
/// By default gradients are summed in a fixed tree over 8 shards of the global batch; see
/// DistributedDataParallelOptions. Weights are then the same, bit for bit, after any number of
/// steps on 1, 2, 4 or 8 ranks, and with accumulation(), provided that
///   - ranks have consecutive rows of the same global batches, as BatchSlice gives them, whose
///   number
///     of rows is a multiple of the shards;
///   - the loss is a mean over rows (or a sum over them that is divided by the number of ranks);
///   - forward() gives each row by itself, batch norm aside, and changes no state except buffers;
///   - a number that forward() gives is such a mean: the shards' numbers are averaged;
///   - hooks of parameters are linear: they are called with the gradient of each shard;
///   - second-order gradients by parameters, if any, are not part of it: these go by ranks.
/// Buffers are those of shard 0, as PyTorch's are rank 0's. Random numbers of a shard follow from
/// one draw of rank 0's default generator for each step, which is the only one it makes: a run that
/// goes on from a checkpoint with the generator's state is the same run.
///
/// Throws Error, on all ranks and with both sides named, where ranks have different parameters,
/// buffers or options; where no parameter requires grad; and where the number of ranks does not
/// divide the shards.
template <class M>
class DistributedDataParallel
    : public nn::ModuleHolder<DistributedDataParallelImpl<typename detail::Contained<M>::type>> {
 public:
  using nn::ModuleHolder<
      DistributedDataParallelImpl<typename detail::Contained<M>::type>>::ModuleHolder;
};
template <class M, class... Rest>
DistributedDataParallel(std::shared_ptr<M>, Rest&&...) -> DistributedDataParallel<M>;
template <gradus::detail::a_module_holder H, class... Rest>
DistributedDataParallel(H, Rest&&...) -> DistributedDataParallel<typename H::ContainedType>;

}  // namespace gradus::distributed

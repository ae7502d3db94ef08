// An optimiser whose states are divided among the ranks.
//
//   DistributedDataParallel<Net> model(net, group);
//   ZeroRedundancyOptimizer<optim::AdamW> optimizer(model->parameters(), optim::AdamWOptions(1e-3),
//                                                   group);
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <typeinfo>
#include <unordered_map>
#include <utility>
#include <vector>

#include "distributed/group/process_group.h"
#include "distributed/zero/options.h"

namespace gradus::distributed {

class ParameterArena;

/// What of ZeroRedundancyOptimizer does not depend on the optimiser's type.
class DividedOptimizer : public optim::Optimizer {
 public:
  DividedOptimizer(DividedOptimizer&&);
  ~DividedOptimizer() override;

  /// Updates the parameters on all ranks, which must all call it. A closure is called first. Throws
  /// Error, on all ranks and before anything is changed, where some ranks alone have a gradient of
  /// a parameter and these are not to be reduced, or where learning rates differ.
  Tensor step(LossClosure closure = nullptr) override;

  /// Collects the states of all ranks on rank `to`, where save() and state_dict() then give what
  /// the undivided optimiser's would, until the next step. All ranks must call it.
  void consolidate_state_dict(int to = 0);
  /// As Optimizer::state_dict(). Throws Error unless consolidate_state_dict() has made this rank
  /// the one that has all: before the first step each has, and in a world of one always.
  impl::GenericDict state_dict() const override;
  /// Takes this rank's part of what state_dict() of any number of ranks gave, or the undivided
  /// optimiser's. Each rank must call it, with the same; nothing is exchanged. Throws as
  /// Optimizer::load_state_dict(), and then changes nothing.
  void load_state_dict(const impl::GenericDict& state_dict) override;
  /// As Optimizer::save(), and throws as state_dict().
  void save(serialize::OutputArchive& archive) const override;
  /// As Optimizer::load(), on each rank.
  void load(serialize::InputArchive& archive) override;

  /// The optimiser of this rank's part: its parameters are windows on those of the program, and
  /// its states are all that this rank has.
  const optim::Optimizer& local() const { return const_cast<DividedOptimizer*>(this)->inner(); }
  /// The ranks among which it is divided.
  const intrusive_ptr<ProcessGroup>& process_group() const { return group_; }

 protected:
  // How the optimiser's work can be divided.
  enum class Division : uint8_t { slices, parameters, impossible };
  DividedOptimizer(const std::vector<optim::OptimizerParamGroup>& groups,
                   std::unique_ptr<optim::OptimizerOptions> defaults,
                   intrusive_ptr<ProcessGroup> group, const ZeroRedundancyOptimizerOptions& options,
                   const std::type_info& kind, Division division);
  virtual optim::Optimizer& inner() = 0;
  // The groups with this rank's pieces of those of their parameters that were in no arena yet; in
  // a world of one the groups.
  std::vector<optim::OptimizerParamGroup> place_groups();
  // In a world of one the states are here.
  void take_states();
  void check_loaded(const std::vector<optim::OptimizerParamGroup>& groups,
                    const States& states) const final;
  // As check_loaded() of the undivided optimiser.
  virtual void check_whole(const std::vector<optim::OptimizerParamGroup>& groups,
                           const States& states) const = 0;

 private:
  // In a world of one the inner optimiser has groups and states while it steps.
  class Lent {
   public:
    Lent(DividedOptimizer& outer, optim::Optimizer& inner) : outer_(outer), inner_(inner) {
      swap();
    }
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
    ~Lent() { swap(); }

   private:
    void swap() {
      outer_.param_groups_.swap(inner_.param_groups());
      outer_.state_.swap(inner_.state());
    }
    DividedOptimizer& outer_;
    optim::Optimizer& inner_;
  };

  bool alone() const { return group_->getSize() == 1; }
  void divided_step();
  void follow_groups();
  void check_groups() const;
  void forget();
  void check_has_all(const char* what) const;
  // Which parameters of each arena have a gradient: on any rank, where these are to be reduced.
  // Else all ranks must have the same ones, with the same learning rates.
  std::vector<std::vector<bool>> with_gradients();
  void check_alike(const std::vector<uint8_t>& flags);
  [[noreturn]] void throw_not_alike(const std::vector<uint8_t>& flags) const;
  std::string name_of(const Tensor& parameter) const;
  void give_gradients(const std::vector<std::vector<bool>>& used) const;
  void take_gradients() const;
  // The numbers of the parameters in all groups, by their addresses.
  std::unordered_map<const void*, int64_t> places() const;
  // This rank's states, and all of those that the ranks packed.
  Tensor pack_states() const;
  void unpack_states(const std::vector<Tensor>& of_ranks);
  // What was loaded becomes the inner optimiser's, if anything was.
  void take_loaded();

  const intrusive_ptr<ProcessGroup> group_;
  const ZeroRedundancyOptimizerOptions options_;
  const std::string kind_;
  const bool in_slices_;
  std::vector<ParameterArena> arenas_;
  std::vector<std::vector<Tensor>> placed_;  // the parameters of each group that are in arenas
  bool has_all_ = true;                      // there are no states before the first step
  int64_t steps_ = 0;
  // This rank's part of states that were found good, until the inner optimiser has it.
  mutable std::optional<States> loaded_;
};

/// An optimiser of the type T in which each rank keeps the states of an Nth of all parameters,
/// updates that part, and gets the others' (Rajbhandari, Rasley, Ruwase and He, "ZeRO: memory
/// optimizations toward training trillion parameter models", 2020, stage 1). It is made on all
/// ranks, with the same parameters, and is used as T is: with groups of parameters, schedulers, a
/// closure, hooks. What T computes for each element is the same, bit for bit, as undivided.
///
/// Behind DistributedDataParallel, whose gradients are the same on all ranks, a step sends the
/// parameters: (N - 1)/N of their bytes per rank. Without it, with reduce_gradients(true),
/// gradients are reduced to the part that each rank needs: another (N - 1)/N, which is what an
/// all-reduce alone would send. Each rank's grad then stays its own, so that to clip it or unscale
/// it before the step is a matter of each rank. In a world of one it is T and costs nothing.
///
/// Where T is_elementwise, parameters are cut anywhere and each rank has the same amount, up to the
/// rounding. Another one that treats parameters one by one, as Muon, Adafactor and those of the
/// program's own, gets whole parameters, the largest first to the rank with least, as in PyTorch: a
/// rank may then have more than its share.
///
/// The parameters of one dtype are moved into one piece of memory, from which the exchange is made:
/// their data_ptr() and _version() change, their identity does not, and one that was not contiguous
/// becomes so. Groups that are added later go into another piece, at the next step.
///
/// Throws Error where ranks have different parameters, groups or options; where T looks at all
/// parameters together, as LBFGS; and with reduce_gradients in tree mode unless the number of ranks
/// is a power of two.
template <class T>
class ZeroRedundancyOptimizer : public DividedOptimizer {
 public:
  static_assert(std::is_base_of_v<optim::Optimizer, T>,
                "ZeroRedundancyOptimizer<T>: T is no optimiser");
  template <class Options>
  ZeroRedundancyOptimizer(const std::vector<optim::OptimizerParamGroup>& groups,
                          const Options& defaults, intrusive_ptr<ProcessGroup> group,
                          const ZeroRedundancyOptimizerOptions& options = {})
      : DividedOptimizer(groups, std::make_unique<Options>(defaults), std::move(group), options,
                         typeid(T), division),
        inner_(std::make_unique<Inner>(place_groups(), defaults)) {
    take_states();
  }
  template <class Options>
  ZeroRedundancyOptimizer(std::vector<Tensor> parameters, const Options& defaults,
                          intrusive_ptr<ProcessGroup> group,
                          const ZeroRedundancyOptimizerOptions& options = {})
      : ZeroRedundancyOptimizer(std::vector<optim::OptimizerParamGroup>{optim::OptimizerParamGroup(
                                    std::move(parameters))},
                                defaults, std::move(group), options) {}

 protected:
  optim::Optimizer& inner() override { return *inner_; }
  std::unique_ptr<optim::OptimizerParamState> make_state() const override {
    return inner_->make_state();
  }
  bool numbers_are_tensors() const override { return inner_->numbers_are_tensors(); }
  void check_whole(const std::vector<optim::OptimizerParamGroup>& groups,
                   const States& states) const override {
    inner_->check_loaded(groups, states);
  }

 private:
  static constexpr Division division = is_elementwise<T> ? Division::slices
                                       : std::is_base_of_v<optim::OptimizerOfEach, T>
                                           ? Division::parameters
                                           : Division::impossible;
  struct Inner final : T {
    using T::check_loaded;
    using T::make_state;
    using T::numbers_are_tensors;
    using T::T;
  };
  std::unique_ptr<Inner> inner_;
};

}  // namespace gradus::distributed

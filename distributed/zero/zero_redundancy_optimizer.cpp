#include "distributed/zero/zero_redundancy_optimizer.h"

#include <bit>
#include <map>
#include <unordered_set>

#include "autograd/factories.h"
#include "distributed/data_parallel/agreement.h"
#include "distributed/group/hash.h"
#include "distributed/group/list_of_ranks.h"
#include "distributed/zero/parameter_arena.h"
#include "nn/module.h"
#include "tensor/base/fail.h"

namespace gradus::distributed {
namespace {
using Piece = ParameterArena::Piece;
constexpr const char* who = "ZeroRedundancyOptimizer";
}  // namespace

DividedOptimizer::DividedOptimizer(const std::vector<optim::OptimizerParamGroup>& groups,
                                   std::unique_ptr<optim::OptimizerOptions> defaults,
                                   intrusive_ptr<ProcessGroup> group,
                                   const ZeroRedundancyOptimizerOptions& options,
                                   const std::type_info& kind, Division division)
    : Optimizer(groups, std::move(defaults)),
      group_(std::move(group)),
      options_(options),
      kind_(gradus::detail::demangle(kind)),
      in_slices_(division == Division::slices) {
  if (!group_) fail("{}: the process group is null", who);
  if (division == Division::impossible)
    fail("{}: {} looks at all parameters together, and cannot be divided among ranks", who, kind_);
  if (options_.reduce_gradients() && options_.mode() == SumMode::tree &&
      !std::has_single_bit(unsigned(group_->getSize())))
    fail(
        "{}: {} ranks are no power of two, as sums in a fixed tree want; set "
        "mode(SumMode::fast)",
        who, group_->getSize());
}

DividedOptimizer::DividedOptimizer(DividedOptimizer&&) = default;
DividedOptimizer::~DividedOptimizer() = default;

void DividedOptimizer::check_groups() const {
  std::unordered_set<const void*> seen;
  std::vector<std::string> lines{fmt::format("{}, reduce_gradients {}, mode {}", kind_,
                                             options_.reduce_gradients(),
                                             options_.mode() == SumMode::tree ? "tree" : "fast")};
  for (size_t g = 0; g < param_groups_.size(); ++g)
    for (const Tensor& p : param_groups_[g].params()) {
      lines.push_back(fmt::format("group {} parameter {} {}", g, p.dtype(), p.sizes()));
      if (!seen.insert(p.impl()).second)
        fail("{}: a parameter of sizes {} is in group {} twice", who, p.sizes(), g);
    }
  agree(who, lines, *group_);
}

std::vector<optim::OptimizerParamGroup> DividedOptimizer::place_groups() {
  if (alone()) return param_groups_;
  check_groups();
  std::map<ScalarType, std::vector<std::pair<Tensor, size_t>>> by_type;
  placed_.resize(param_groups_.size());
  for (size_t g = 0; g < param_groups_.size(); ++g) {
    const std::vector<Tensor>& params = param_groups_[g].params();
    for (size_t i = placed_[g].size(); i < params.size(); ++i)
      by_type[params[i].scalar_type()].emplace_back(params[i], g);
    placed_[g] = params;
  }
  std::vector<std::vector<Tensor>> own(param_groups_.size());
  for (const auto& [type, list] : by_type) {
    std::vector<Tensor> params;
    for (const auto& [p, g] : list) params.push_back(p);
    const ParameterArena& arena =
        arenas_.emplace_back(std::move(params), group_, in_slices_, options_.mode());
    if (options_.reduce_gradients()) arena.broadcast();
    for (const Piece& piece : arena.pieces(group_->getRank()))
      own[list[piece.parameter].second].push_back(piece.values);
  }
  std::vector<optim::OptimizerParamGroup> groups;
  for (size_t g = 0; g < own.size(); ++g)
    groups.emplace_back(std::move(own[g]), param_groups_[g].options().clone());
  return groups;
}

void DividedOptimizer::take_states() {
  if (alone()) state_.swap(inner().state());
}

// Schedulers change the options, and groups may have come.
void DividedOptimizer::follow_groups() {
  if (alone()) return;
  bool grown = false;
  for (size_t g = 0; g < param_groups_.size(); ++g) {
    const std::vector<Tensor>& now = param_groups_[g].params();
    const size_t before = g < placed_.size() ? placed_[g].size() : 0;
    grown = grown || now.size() > before || g >= placed_.size();
    for (size_t i = 0; i < before; ++i)
      if (i >= now.size() || now[i].impl() != placed_[g][i].impl())
        fail("{}: parameter {} of group {} was replaced or taken away", who, i, g);
  }
  std::vector<optim::OptimizerParamGroup>& own = inner().param_groups();
  if (grown) {
    std::vector<optim::OptimizerParamGroup> fresh = place_groups();
    for (size_t g = 0; g < fresh.size(); ++g) {
      if (g >= own.size()) {
        own.push_back(std::move(fresh[g]));
        continue;
      }
      for (const Tensor& p : fresh[g].params()) own[g].params().push_back(p);
    }
  }
  for (size_t g = 0; g < own.size(); ++g) own[g].set_options(param_groups_[g].options().clone());
}

std::vector<std::vector<bool>> DividedOptimizer::with_gradients() {
  std::vector<std::vector<bool>> used;
  std::vector<uint8_t> flags;
  for (const ParameterArena& arena : arenas_)
    for (const Tensor& p : arena.parameters()) flags.push_back(p.grad().defined());
  ++steps_;
  if (!options_.reduce_gradients()) {
    check_alike(flags);
  } else if (!flags.empty()) {
    Tensor all = empty({int64_t(flags.size())}, kByte);
    std::copy(flags.begin(), flags.end(), all.data_ptr<uint8_t>());
    AllreduceOptions options;
    options.reduceOp = ReduceOp::MAX;
    options.purpose = fmt::format("gradients of step {}", steps_);
    std::vector<Tensor> one{all};
    group_->allreduce(one, options)->wait();
    std::copy_n(all.data_ptr<uint8_t>(), flags.size(), flags.begin());
  }
  size_t next = 0;
  for (const ParameterArena& arena : arenas_) {
    std::vector<bool>& of_arena = used.emplace_back();
    for (size_t i = 0; i < arena.parameters().size(); ++i) of_arena.push_back(flags[next++] != 0);
  }
  return used;
}

namespace {
// An optimiser of the program's own may have none.
double rate_of(const optim::OptimizerOptions& options) {
  try {
    return options.get_lr();
  } catch (const Error&) {
    return 0;
  }
}
}  // namespace

// A part whose owner alone has a gradient would move, and the rest of the parameter not.
void DividedOptimizer::check_alike(const std::vector<uint8_t>& flags) {
  uint64_t h = hash({reinterpret_cast<const char*>(flags.data()), flags.size()});
  for (const optim::OptimizerParamGroup& group : param_groups_) {
    const double lr = rate_of(group.options());
    h = hash({reinterpret_cast<const char*>(&lr), sizeof lr}, h);
  }
  if (!alike(h, *group_, fmt::format("gradients of step {}", steps_))) throw_not_alike(flags);
}

void DividedOptimizer::throw_not_alike(const std::vector<uint8_t>& flags) const {
  Tensor mine = empty({int64_t(flags.size())}, kByte);
  std::copy(flags.begin(), flags.end(), mine.data_ptr<uint8_t>());
  const std::vector<Tensor> all = gathered(mine, *group_);
  size_t i = 0;
  for (const ParameterArena& arena : arenas_)
    for (const Tensor& p : arena.parameters()) {
      std::vector<int> with, without;
      for (size_t r = 0; r < all.size(); ++r)
        (all[r].data_ptr<uint8_t>()[i] ? with : without).push_back(int(r));
      ++i;
      if (!with.empty() && !without.empty())
        fail(
            "{}: {} has a gradient on {} and none on {}; let DistributedDataParallel or "
            "reduce_gradients(true) see to the mean",
            who, name_of(p), list_of_ranks(with), list_of_ranks(without));
    }
  std::vector<std::string> lines;
  for (size_t g = 0; g < param_groups_.size(); ++g)
    lines.push_back(fmt::format("lr {} in group {}", rate_of(param_groups_[g].options()), g));
  agree(who, lines, *group_);
  fail("{}: ranks differ", who);
}

std::string DividedOptimizer::name_of(const Tensor& parameter) const {
  for (size_t g = 0; g < param_groups_.size(); ++g) {
    const std::vector<Tensor>& params = param_groups_[g].params();
    for (size_t i = 0; i < params.size(); ++i)
      if (params[i].is_same(parameter))
        return fmt::format("parameter {} of group {}, {} {},", i, g, parameter.dtype(),
                           parameter.sizes());
  }
  return "a parameter";
}

void DividedOptimizer::give_gradients(const std::vector<std::vector<bool>>& used) const {
  std::vector<ParameterArena::Mean> means;
  if (options_.reduce_gradients())
    for (const ParameterArena& arena : arenas_) means.push_back(arena.reduce_gradients());
  for (size_t a = 0; a < arenas_.size(); ++a) {
    const ParameterArena& arena = arenas_[a];
    if (!means.empty() && means[a].work) means[a].work->wait();
    for (const Piece& piece : arena.pieces(group_->getRank())) {
      if (!used[a][piece.parameter]) continue;
      Tensor& grad = piece.values.mutable_grad();
      if (!means.empty()) {
        grad = arena.part_of(means[a].gradients, piece);
        continue;
      }
      const Tensor whole = arena.parameters()[piece.parameter].grad().detach();
      grad = in_slices_
                 ? whole.reshape({-1}).narrow(0, piece.begin, piece.end - piece.begin).detach()
                 : whole;
    }
  }
}

void DividedOptimizer::take_gradients() const {
  for (const ParameterArena& arena : arenas_)
    for (const Piece& piece : arena.pieces(group_->getRank())) piece.values.mutable_grad().reset();
}

void DividedOptimizer::divided_step() {
  take_loaded();
  follow_groups();
  for (ParameterArena& arena : arenas_) arena.adopt();
  const auto used = with_gradients();
  const auto for_each_used = [&](auto f) {
    for (size_t a = 0; a < arenas_.size(); ++a)
      for (size_t i = 0; i < used[a].size(); ++i)
        if (used[a][i]) f(arenas_[a].parameters()[i]);
  };
  for_each_used(before_write);
  forget();
  struct Given {
    ~Given() { optimizer.take_gradients(); }
    const DividedOptimizer& optimizer;
  };
  {
    const Given given{*this};
    give_gradients(used);
    inner().step();
  }
  std::vector<intrusive_ptr<Work>> works;
  for (const ParameterArena& arena : arenas_)
    for (auto& work : arena.gather()) works.push_back(std::move(work));
  for (const auto& work : works) work->wait();
  for_each_used(after_write);
}

Tensor DividedOptimizer::step(LossClosure closure) {
  before_step();
  Tensor loss;
  if (closure) {
    AutoGradMode enable(true);
    loss = closure();
  }
  const NoGradGuard no_grad;
  if (alone()) {
    const Lent lent(*this, inner());
    inner().step();
  } else {
    divided_step();
  }
  after_step();
  return loss;
}

}  // namespace gradus::distributed

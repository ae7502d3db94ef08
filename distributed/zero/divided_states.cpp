// The states of a divided optimiser, put together and taken apart.
#include <algorithm>
#include <cstring>
#include <sstream>

#include "autograd/factories.h"
#include "autograd/ops/view/view.h"
#include "distributed/zero/parameter_arena.h"
#include "distributed/zero/zero_redundancy_optimizer.h"
#include "tensor/base/fail.h"
#include "tensor/io/dict.h"

namespace gradus::distributed {

using serialize::InputArchive, serialize::OutputArchive;

namespace {

using Piece = ParameterArena::Piece;

// Which parameters have a state, also one that is empty and leaves no trace of its own.
constexpr const char* present = "present";

// A state whose tensors are those of the pieces, one behind the other, in the parameter's shape.
OutputArchive joined(const std::vector<InputArchive>& pieces,
                     const std::vector<const Piece*>& places, const Tensor& p) {
  OutputArchive out;
  for (const std::string& key : pieces[0].keys()) {
    std::vector<Tensor> parts;
    for (size_t i = 0; i < pieces.size(); ++i) {
      IValue v;
      const_cast<InputArchive&>(pieces[i]).read(key, v);
      if (!v.isTensor()) {
        out.write(key, v);
        break;
      }
      const int64_t wanted = places[i]->end - places[i]->begin;
      if (v.toTensor().numel() != wanted)
        fail("consolidate_state_dict: {} has {} elements for {} of the parameter", key,
             v.toTensor().numel(), wanted);
      parts.push_back(v.toTensor().reshape({-1}));
    }
    if (!parts.empty()) out.write(key, cat(parts).view(p.sizes()), true);
  }
  return out;
}

// Throws unless a state's tensors have an element for each of the parameter's.
void check_cut(const optim::OptimizerParamState& state, const Tensor& p) {
  OutputArchive whole;
  state.serialize(whole);
  for (const auto& [key, value] : whole.entries())
    if (value.isTensor() && value.toTensor().numel() != p.numel())
      fail("load_state_dict: {} has {} elements, the parameter {}", key, value.toTensor().numel(),
           p.numel());
}

// A piece's part of a parameter's state.
OutputArchive cut(const optim::OptimizerParamState& state, const Piece& piece) {
  OutputArchive whole, out;
  state.serialize(whole);
  for (const auto& [key, value] : whole.entries()) {
    if (!value.isTensor()) {
      out.write(key, value);
      continue;
    }
    const int64_t n = piece.end - piece.begin;
    out.write(key, value.toTensor().reshape({-1}).narrow(0, piece.begin, n).clone(), true);
  }
  return out;
}

}  // namespace

std::unordered_map<const void*, int64_t> DividedOptimizer::places() const {
  std::unordered_map<const void*, int64_t> out;
  int64_t next = 0;
  for (const optim::OptimizerParamGroup& group : param_groups_)
    for (const Tensor& p : group.params()) out.emplace(p.impl(), next++);
  return out;
}

void DividedOptimizer::forget() {
  if (!alone()) state_.clear();
  has_all_ = false;
}

void DividedOptimizer::check_has_all(const char* what) const {
  if (!alone() && !has_all_)
    fail(
        "{}: rank {} has its part of the optimiser's states; call consolidate_state_dict() on all "
        "ranks first, and this on the rank that it names",
        what, group_->getRank());
}

Tensor DividedOptimizer::pack_states() const {
  OutputArchive archive;
  std::vector<int64_t> with_state;
  const auto place_of = places();
  const States& states = local().state();
  for (const ParameterArena& arena : arenas_)
    for (const Piece& piece : arena.pieces(group_->getRank())) {
      const auto state = states.find(piece.values.unsafeGetTensorImpl());
      if (state == states.end()) continue;
      const int64_t place = place_of.at(arena.parameters()[piece.parameter].impl());
      OutputArchive values;
      state->second->serialize(values);
      archive.write(std::to_string(place), values);
      with_state.push_back(place);
    }
  if (!with_state.empty()) archive.write(present, with_state);
  std::ostringstream out;
  archive.save_to(out);
  const std::string bytes = out.str();
  Tensor packed = empty({int64_t(bytes.size())}, kByte);
  std::memcpy(packed.data_ptr<uint8_t>(), bytes.data(), bytes.size());
  return packed;
}

void DividedOptimizer::consolidate_state_dict(int to) {
  const int size = group_->getSize(), rank = group_->getRank();
  if (to < 0 || to >= size) fail("consolidate_state_dict: rank {} of {} ranks", to, size);
  if (alone()) return;
  const NoGradGuard no_grad;
  take_loaded();
  follow_groups();
  forget();
  const Tensor mine = pack_states();
  Tensor length = full({1}, mine.numel(), kLong), lengths = empty({size}, kLong);
  group_->_allgather_base(lengths, length)->wait();
  const int64_t* const n = lengths.data_ptr<int64_t>();
  const int64_t longest = *std::max_element(n, n + size);
  Tensor padded = zeros({longest}, kByte);
  padded.narrow(0, 0, mine.numel()).copy_(mine);
  std::vector<std::vector<Tensor>> outputs(rank == to ? 1 : 0);
  if (rank == to)
    for (int r = 0; r < size; ++r) outputs[0].push_back(empty({longest}, kByte));
  std::vector<Tensor> input{padded};
  GatherOptions options;
  options.rootRank = to;
  group_->gather(outputs, input, options)->wait();
  if (rank != to) return;
  for (int r = 0; r < size; ++r) outputs[0][size_t(r)] = outputs[0][size_t(r)].narrow(0, 0, n[r]);
  unpack_states(outputs[0]);
  has_all_ = true;
}

void DividedOptimizer::unpack_states(const std::vector<Tensor>& of_ranks) {
  std::vector<InputArchive> archives(of_ranks.size());
  std::vector<std::vector<int64_t>> with_state(of_ranks.size());
  for (size_t r = 0; r < of_ranks.size(); ++r) {
    archives[r].load_from(reinterpret_cast<const char*>(of_ranks[r].data_ptr<uint8_t>()),
                          size_t(of_ranks[r].numel()));
    IValue list;
    if (archives[r].try_read(present, list)) with_state[r] = list.toIntVector();
    std::sort(with_state[r].begin(), with_state[r].end());
  }
  const auto place_of = places();
  States states;
  for (const ParameterArena& arena : arenas_) {
    struct Parts {
      std::vector<InputArchive> archives;
      std::vector<const Piece*> pieces;
      int without = 0;
    };
    std::vector<Parts> parts(arena.parameters().size());
    // Pieces lie in the order of ranks, or in that of the tree.
    std::vector<std::pair<const Piece*, size_t>> order;
    for (size_t r = 0; r < of_ranks.size(); ++r)
      for (const Piece& piece : arena.pieces(int(r))) order.emplace_back(&piece, r);
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
      return std::pair(a.first->parameter, a.first->begin) <
             std::pair(b.first->parameter, b.first->begin);
    });
    for (const auto& [piece, r] : order) {
      Parts& of = parts[piece->parameter];
      const int64_t place = place_of.at(arena.parameters()[piece->parameter].impl());
      if (!std::binary_search(with_state[r].begin(), with_state[r].end(), place)) {
        ++of.without;
        continue;
      }
      of.pieces.push_back(piece);
      archives[r].read(std::to_string(place), of.archives.emplace_back());
    }
    for (size_t i = 0; i < parts.size(); ++i) {
      Parts& of = parts[i];
      const Tensor& p = arena.parameters()[i];
      if (of.pieces.empty()) continue;
      if (of.without > 0)
        fail(
            "consolidate_state_dict: {} of {} ranks have no state of parameter {}, whose "
            "gradients differed among ranks",
            of.without, of.without + int(of.pieces.size()), place_of.at(p.impl()));
      auto state = make_state();
      if (in_slices_) {
        const OutputArchive all = joined(of.archives, of.pieces, p);
        InputArchive in;
        in.load_from(all);
        state->serialize(in);
      } else {
        state->serialize(of.archives[0]);
      }
      state->check(p);
      states[p.unsafeGetTensorImpl()] = std::move(state);
    }
  }
  state_ = std::move(states);
}

// All that can fail of a division is done here, where nothing has changed yet. Whole parameters are
// not cut.
void DividedOptimizer::check_loaded(const std::vector<optim::OptimizerParamGroup>& groups,
                                    const States& states) const {
  loaded_.reset();
  check_whole(groups, states);
  if (alone()) return;
  const NoGradGuard no_grad;
  States own;
  for (const ParameterArena& arena : arenas_) {
    // All of them, so that all ranks find the same.
    for (const Tensor& p : arena.parameters())
      if (const auto found = states.find(p.unsafeGetTensorImpl());
          in_slices_ && found != states.end())
        check_cut(*found->second, p);
    for (const Piece& piece : arena.pieces(group_->getRank())) {
      const Tensor& p = arena.parameters()[piece.parameter];
      const auto found = states.find(p.unsafeGetTensorImpl());
      if (!in_slices_ || found == states.end()) continue;
      const OutputArchive part = cut(*found->second, piece);
      InputArchive in;
      in.load_from(part);
      auto state = make_state();
      state->serialize(in);
      state->check(piece.values);
      own[piece.values.unsafeGetTensorImpl()] = std::move(state);
    }
  }
  loaded_ = std::move(own);
}

void DividedOptimizer::take_loaded() {
  if (!loaded_) return;
  States own = *std::exchange(loaded_, std::nullopt);
  for (const ParameterArena& arena : arenas_)
    for (const Piece& piece : arena.pieces(group_->getRank())) {
      const auto found = state_.find(arena.parameters()[piece.parameter].unsafeGetTensorImpl());
      if (!in_slices_ && found != state_.end())
        own[piece.values.unsafeGetTensorImpl()] = std::move(found->second);
    }
  inner().state() = std::move(own);
  forget();
}

namespace {
// Also where a hook throws after all has been loaded.
template <class F>
struct AtEnd {
  ~AtEnd() { f(); }
  F f;
};
template <class F>
AtEnd(F) -> AtEnd<F>;
}  // namespace

impl::GenericDict DividedOptimizer::state_dict() const {
  check_has_all("state_dict");
  return Optimizer::state_dict();
}
void DividedOptimizer::load_state_dict(const impl::GenericDict& state_dict) {
  follow_groups();
  const AtEnd take{[this] { take_loaded(); }};
  Optimizer::load_state_dict(state_dict);
}
void DividedOptimizer::save(OutputArchive& archive) const {
  check_has_all("save");
  Optimizer::save(archive);
}
void DividedOptimizer::load(InputArchive& archive) {
  follow_groups();
  const AtEnd take{[this] { take_loaded(); }};
  Optimizer::load(archive);
}

}  // namespace gradus::distributed

#include "distributed/zero/parameter_arena.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"

namespace gradus::distributed {
namespace {

constexpr const char* who = "ZeroRedundancyOptimizer";
// Parameters begin where tensors of their own would: at a line of the cache.
constexpr int64_t alignment = 64;

int64_t rounded_up(int64_t n, int64_t to) { return checked_add(who, n, to - 1) / to * to; }

}  // namespace

ParameterArena::ParameterArena(std::vector<Tensor> parameters, intrusive_ptr<ProcessGroup> group,
                               bool in_slices, SumMode mode)
    : parameters_(std::move(parameters)),
      group_(std::move(group)),
      in_slices_(in_slices),
      by_tree_(mode == SumMode::tree && std::has_single_bit(unsigned(group_->getSize()))),
      offsets_(parameters_.size()),
      bounds_(size_t(group_->getSize())),
      pieces_(size_t(group_->getSize())) {
  const NoGradGuard no_grad;
  for (const Tensor& p : parameters_) sizes_.push_back(p.sizes().vec());
  in_slices_ ? place_slices() : place_whole();
  const ScalarType type = parameters_.front().scalar_type();
  whole_ = zeros({total_}, type);
  adopt();
  for (Piece& piece : pieces_[size_t(group_->getRank())]) {
    piece.values = range(whole_, piece.at, piece.at + piece.end - piece.begin);
    if (!in_slices_) piece.values = piece.values.view(sizes_[piece.parameter]).detach();
  }
}

void ParameterArena::place_slices() {
  const int size = group_->getSize();
  const int64_t unit = std::max<int64_t>(1, alignment / parameters_.front().element_size());
  int64_t end = 0;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    offsets_[i] = rounded_up(end, unit);
    end = checked_add(who, offsets_[i], parameters_[i].numel());
  }
  total_ = rounded_up(end, size);  // so that all parts are equal
  for (int r = 0; r < size; ++r) {
    const int64_t part = total_ / size;
    bounds_[size_t(r)] =
        by_tree_ ? ProcessGroup::tree_slice(total_, r, size) : std::pair(r * part, (r + 1) * part);
    for (size_t i = 0; i < parameters_.size(); ++i) {
      const int64_t n = parameters_[i].numel(), first = offsets_[i];
      const int64_t from = std::max(first, begin_of(r)), to = std::min(first + n, end_of(r));
      // One without elements has a state too, and rank 0 keeps it.
      if (from < to || (n == 0 && r == 0))
        pieces_[size_t(r)].push_back(n == 0 ? Piece{i, 0, 0, 0, {}}
                                            : Piece{i, from - first, to - first, from, {}});
    }
  }
}

void ParameterArena::place_whole() {
  const size_t size = size_t(group_->getSize());
  const int64_t unit = std::max<int64_t>(1, alignment / parameters_.front().element_size());
  std::vector<size_t> order(parameters_.size());
  std::iota(order.begin(), order.end(), size_t(0));
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return parameters_[a].numel() > parameters_[b].numel();
  });
  std::vector<int64_t> load(size);
  std::vector<size_t> owner(parameters_.size());
  for (const size_t i : order) {
    owner[i] = size_t(std::min_element(load.begin(), load.end()) - load.begin());
    load[owner[i]] += parameters_[i].numel();
  }
  int64_t end = 0;
  for (size_t r = 0; r < size; ++r) {
    end = rounded_up(end, unit);
    bounds_[r].first = end;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      if (owner[i] != r) continue;
      offsets_[i] = rounded_up(end, unit);
      end = checked_add(who, offsets_[i], parameters_[i].numel());
      pieces_[r].push_back({i, 0, parameters_[i].numel(), offsets_[i], {}});
    }
    bounds_[r].second = end;
  }
  total_ = end;
}

Tensor ParameterArena::range(const Tensor& of, int64_t begin, int64_t end) const {
  return of.narrow(0, begin, end - begin).detach();
}
Tensor ParameterArena::place(size_t i) const {
  const int64_t n =
      std::accumulate(sizes_[i].begin(), sizes_[i].end(), int64_t(1), std::multiplies<int64_t>());
  return range(whole_, offsets_[i], offsets_[i] + n).view(sizes_[i]).detach();
}

void ParameterArena::adopt() {
  const NoGradGuard no_grad;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const Tensor& p = parameters_[i];
    if (p.numel() > 0 && p.scalar_type() == whole_.scalar_type() && p.is_contiguous() &&
        p.sizes() == IntArrayRef(sizes_[i]) &&
        p.data_ptr() == static_cast<const char*>(whole_.data_ptr()) +
                            offsets_[i] * int64_t(whole_.element_size()))
      continue;
    if (p.scalar_type() != whole_.scalar_type() || !(p.sizes() == IntArrayRef(sizes_[i])))
      fail("{}: a parameter was {} {} when it came and is now {} {}", who, whole_.dtype(),
           IntArrayRef(sizes_[i]), p.dtype(), p.sizes());
    if (p.numel() == 0) continue;
    const Tensor here = place(i);
    here.copy_(p.detach());
    p.set_data(here);
  }
}

Tensor ParameterArena::flat_gradients() const {
  const NoGradGuard no_grad;
  Tensor flat = zeros({total_}, whole_.scalar_type());
  for (size_t i = 0; i < parameters_.size(); ++i)
    if (const Tensor g = parameters_[i].grad(); g.defined() && g.numel() > 0)
      range(flat, offsets_[i], offsets_[i] + g.numel()).view(sizes_[i]).copy_(g.detach());
  return flat;
}

ParameterArena::Mean ParameterArena::reduce_gradients() const {
  const NoGradGuard no_grad;
  Tensor all = flat_gradients();
  const int rank = group_->getRank();
  Mean mean{range(all, begin_of(rank), end_of(rank)), nullptr};
  if (total_ == 0) return mean;
  ReduceScatterOptions scatter;
  AllreduceOptions reduce;
  scatter.reduceOp = reduce.reduceOp = ReduceOp::AVG;
  if (in_slices_ && by_tree_) {
    mean.work = group_->tree_reduce_scatter(all, scatter);
  } else if (in_slices_) {
    mean.gradients = empty({end_of(rank) - begin_of(rank)}, all.scalar_type());
    mean.work = group_->_reduce_scatter_base(mean.gradients, all, scatter);
  } else if (by_tree_) {
    mean.work = group_->tree_allreduce(all, reduce);
  } else {
    std::vector<Tensor> one{all};
    mean.work = group_->allreduce(one, reduce);
  }
  return mean;
}

Tensor ParameterArena::part_of(const Tensor& gradients, const Piece& piece) const {
  const int64_t at = piece.at - begin_of(group_->getRank());
  const int64_t n = piece.end - piece.begin;
  if (n == 0) return empty(piece.values.sizes(), gradients.scalar_type());
  const Tensor flat = range(gradients, at, at + n);
  return in_slices_ ? flat : flat.view(piece.values.sizes()).detach();
}

std::vector<intrusive_ptr<Work>> ParameterArena::gather() const {
  const NoGradGuard no_grad;
  std::vector<intrusive_ptr<Work>> works;
  if (total_ == 0) return works;
  if (in_slices_ && by_tree_) {
    works.push_back(group_->tree_all_gather(whole_));
  } else if (in_slices_) {
    Tensor all = whole_,
           own = range(whole_, begin_of(group_->getRank()), end_of(group_->getRank()));
    own = own.clone();
    works.push_back(group_->_allgather_base(all, own));
  } else {
    for (int r = 0; r < group_->getSize(); ++r) {
      if (begin_of(r) == end_of(r)) continue;
      BroadcastOptions options;
      options.rootRank = r;
      std::vector<Tensor> one{range(whole_, begin_of(r), end_of(r))};
      works.push_back(group_->broadcast(one, options));
    }
  }
  return works;
}

void ParameterArena::broadcast() const {
  std::vector<Tensor> one{whole_};
  if (total_ > 0) group_->broadcast(one)->wait();
}

}  // namespace gradus::distributed

// Vector halving, distance doubling (Thakur, Rabenseifner and Gropp, "Optimization of Collective
// Communication Operations in MPICH", 2005). In round k a rank exchanges with the one whose number
// differs in bit k: each sends the half of its range that the other keeps, and adds what comes to
// its own. Ranks that begin with sums of neighbours thus continue the same tree. The way back
// doubles the ranges in the opposite order.
#include <algorithm>

#include "distributed/group/slices.h"
#include "distributed/mpi/element.h"
#include "distributed/mpi/pieces.h"
#include "distributed/mpi/task.h"
#include "tensor/raw.h"

namespace gradus::distributed::mpi {

namespace {

class Tree final : public Task {
 public:
  Tree(const Link& l, const Operation& o)
      : link_(l),
        op_(o),
        flat_(o.output.flat()),
        gathers_(o.kind != OpType::TREE_REDUCE_SCATTER),
        bit_(o.kind == OpType::TREE_ALL_GATHER ? l.size : 1),
        halving_(o.kind != OpType::TREE_ALL_GATHER) {
    last_ = l.size;
    if (!halving_)
      for (int bit = 1; bit < l.size; bit *= 2) keep(bit);
    else if (l.size > 1)
      incoming_ = raw::empty({length(0, l.size / 2)}, o.dtype);  // the longer half
  }

  bool next(Requests& requests) override {
    if (halving_) {
      if (bit_ > 1) add(part(first_, last_), raw::part(incoming_, 0, 0, length(first_, last_)));
      if (bit_ < link_.size) {
        halve(requests);
        return true;
      }
      if (op_.reduce == ReduceOp::AVG) divide(part(first_, last_), link_.size);
      incoming_ = Tensor();
      halving_ = false;
    }
    if (!gathers_ || bit_ == 1) return false;
    redouble(requests);
    return true;
  }

 private:
  int64_t begin(int i) const { return part_begin(flat_.numel(), i, link_.size); }
  int64_t length(int first, int last) const { return begin(last) - begin(first); }
  Tensor part(int first, int last) const {
    return raw::part(flat_, 0, begin(first), length(first, last));
  }
  char* at(int i) const {
    return static_cast<char*>(flat_.data_ptr()) + begin(i) * int64_t(item_size(op_.dtype));
  }
  // The parts [first_, last_) become the half that this rank keeps in the round of that bit.
  void keep(int bit) {
    const int middle = (first_ + last_) / 2;
    (link_.rank & bit ? first_ : last_) = middle;
  }

  void halve(Requests& requests) {
    const int partner = link_.rank ^ bit_;
    const int first = first_, last = last_;
    keep(bit_);
    const bool upper = first_ > first;
    const int away_first = upper ? first : last_, away_last = upper ? first_ : last;
    const int64_t n = length(away_first, away_last);
    receive_pieces(static_cast<char*>(incoming_.data_ptr()), length(first_, last_), op_.dtype,
                   partner, exchange_tag, link_.collective, requests);
    send_pieces(at(away_first), n, op_.dtype, partner, exchange_tag, link_.collective, requests);
    sent.tree_reduce_scatter += n * int64_t(item_size(op_.dtype));
    bit_ *= 2;
  }

  void redouble(Requests& requests) {
    bit_ /= 2;
    const int partner = link_.rank ^ bit_, parts = last_ - first_;
    const bool upper = link_.rank & bit_;
    const int other = upper ? first_ - parts : last_;
    const int64_t n = length(first_, last_);
    receive_pieces(at(other), length(other, other + parts), op_.dtype, partner, exchange_tag,
                   link_.collective, requests);
    send_pieces(at(first_), n, op_.dtype, partner, exchange_tag, link_.collective, requests);
    sent.tree_all_gather += n * int64_t(item_size(op_.dtype));
    first_ = std::min(first_, other);
    last_ = first_ + 2 * parts;
  }

  const Link& link_;
  const Operation& op_;
  const Tensor flat_;
  Tensor incoming_;
  const bool gathers_;
  int bit_;
  bool halving_;
  int first_ = 0, last_ = 1;  // the parts that this rank holds
};

}  // namespace

std::unique_ptr<Task> tree_task(const Link& link, const Operation& op) {
  return std::make_unique<Tree>(link, op);
}

}  // namespace gradus::distributed::mpi

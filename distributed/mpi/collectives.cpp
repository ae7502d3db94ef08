#include <algorithm>
#include <cstring>

#include "distributed/mpi/element.h"
#include "distributed/mpi/task.h"
#include "tensor/base/fail.h"

namespace gradus::distributed::mpi {

namespace {

// Does to every element the same, piece by piece.
class Piecewise : public Task {
 public:
  Piecewise(const Link& l, const Operation& o, int64_t count)
      : link(l), op(o), type(datatype(o.dtype)), item(int64_t(item_size(o.dtype))), count_(count) {}

  bool next(Requests& requests) final {
    if (n_ > 0) arrived(begin_, n_);
    begin_ += n_;
    n_ = int(std::min(count_ - begin_, count_limit()));
    if (n_ == 0) {
      finish();
      return false;
    }
    start(begin_, n_, requests.add());
    return true;
  }

 protected:
  // Starts what it does with the elements [begin, begin + n) of each tensor.
  virtual void start(int64_t begin, int n, MPI_Request* request) = 0;
  virtual void arrived(int64_t, int) {}
  virtual void finish() {}
  char* at(const Packing& p, int64_t element) const {
    return static_cast<char*>(p.flat().data_ptr()) + element * item;
  }

  const Link& link;
  const Operation& op;
  const MPI_Datatype type;
  const int64_t item;
  int64_t count_;

 private:
  int64_t begin_ = 0;
  int n_ = 0;
};

class Broadcast final : public Piecewise {
 public:
  Broadcast(const Link& l, const Operation& o) : Piecewise(l, o, o.output_count()) {
    if (l.rank == o.peer) sent.collective = count_ * item;
  }
  void start(int64_t begin, int n, MPI_Request* request) override {
    check(MPI_Ibcast(at(op.output, begin), n, type, op.peer, link.collective, request),
          "MPI_Ibcast");
  }
};

class Allreduce final : public Piecewise {
 public:
  Allreduce(const Link& l, const Operation& o) : Piecewise(l, o, o.output_count()) {
    sent.collective = count_ * item;
  }
  void start(int64_t begin, int n, MPI_Request* request) override {
    check(MPI_Iallreduce(MPI_IN_PLACE, at(op.output, begin), n, type,
                         reduction(op.reduce, op.dtype), link.collective, request),
          "MPI_Iallreduce");
  }
  void finish() override {
    if (op.reduce == ReduceOp::AVG) divide(op.output.flat(), link.size);
  }
};

class Reduce final : public Piecewise {
 public:
  Reduce(const Link& l, const Operation& o) : Piecewise(l, o, o.input_count()) {
    if (!root()) sent.collective = count_ * item;
  }
  void start(int64_t begin, int n, MPI_Request* request) override {
    char* const mine = at(op.input, begin);
    check(MPI_Ireduce(root() ? MPI_IN_PLACE : mine, root() ? mine : nullptr, n, type,
                      reduction(op.reduce, op.dtype), op.peer, link.collective, request),
          "MPI_Ireduce");
  }
  void finish() override {
    if (root() && op.reduce == ReduceOp::AVG) divide(op.input.flat(), link.size);
  }

 private:
  bool root() const { return link.rank == op.peer; }
};

// One side is a block for each rank. Where a block takes more than one piece, MPI gets the pieces
// of all blocks by way of a buffer.
class Blocks : public Piecewise {
 public:
  Blocks(const Link& l, const Operation& o, const Packing& whole, int64_t block)
      : Piecewise(l, o, block), whole_(whole) {
    if (whole.defined() && block > count_limit())
      buffer_.resize(size_t(link.size * count_limit() * item));
  }

 protected:
  // Where the pieces of all blocks lie one behind the other; null where there are no blocks.
  char* pieces() {
    return !buffer_.empty() ? buffer_.data() : whole_.defined() ? at(whole_, 0) : nullptr;
  }
  void load(int64_t begin, int n) {
    if (!buffer_.empty())
      for (int r = 0; r < link.size; ++r)
        std::memcpy(piece(r, n), block(r, begin), size_t(n * item));
  }
  void store(int64_t begin, int n) {
    if (!buffer_.empty())
      for (int r = 0; r < link.size; ++r)
        std::memcpy(block(r, begin), piece(r, n), size_t(n * item));
  }

 private:
  char* piece(int r, int n) { return buffer_.data() + r * n * item; }
  char* block(int r, int64_t begin) { return at(whole_, r * count_ + begin); }
  const Packing& whole_;
  std::vector<char> buffer_;
};

class Allgather final : public Blocks {
 public:
  Allgather(const Link& l, const Operation& o) : Blocks(l, o, o.output, o.input_count()) {
    sent.collective = count_ * item;
  }
  void start(int64_t begin, int n, MPI_Request* request) override {
    check(MPI_Iallgather(at(op.input, begin), n, type, pieces(), n, type, link.collective, request),
          "MPI_Iallgather");
  }
  void arrived(int64_t begin, int n) override { store(begin, n); }
};

class Gather final : public Blocks {
 public:
  Gather(const Link& l, const Operation& o) : Blocks(l, o, o.output, o.input_count()) {
    sent.collective = count_ * item;
  }
  void start(int64_t begin, int n, MPI_Request* request) override {
    check(MPI_Igather(at(op.input, begin), n, type, pieces(), n, type, op.peer, link.collective,
                      request),
          "MPI_Igather");
  }
  void arrived(int64_t begin, int n) override {
    if (op.output.defined()) store(begin, n);
  }
};

class Scatter final : public Blocks {
 public:
  Scatter(const Link& l, const Operation& o) : Blocks(l, o, o.input, o.output_count()) {
    if (o.input.defined()) sent.collective = o.input_count() * item;
  }
  void start(int64_t begin, int n, MPI_Request* request) override {
    if (op.input.defined()) load(begin, n);
    check(MPI_Iscatter(pieces(), n, type, at(op.output, begin), n, type, op.peer, link.collective,
                       request),
          "MPI_Iscatter");
  }
};

class ReduceScatter final : public Blocks {
 public:
  ReduceScatter(const Link& l, const Operation& o) : Blocks(l, o, o.input, o.output_count()) {
    sent.collective = o.input_count() * item;
  }
  void start(int64_t begin, int n, MPI_Request* request) override {
    load(begin, n);
    check(MPI_Ireduce_scatter_block(pieces(), at(op.output, begin), n, type,
                                    reduction(op.reduce, op.dtype), link.collective, request),
          "MPI_Ireduce_scatter_block");
  }
  void finish() override {
    if (op.reduce == ReduceOp::AVG) divide(op.output.flat(), link.size);
  }
};

template <class T>
std::unique_ptr<Task> make(const Link& link, const Operation& op) {
  return std::make_unique<T>(link, op);
}

}  // namespace

std::unique_ptr<Task> collective_task(const Link& link, const Operation& op) {
  switch (op.kind) {
    case OpType::BARRIER:
      return nullptr;
    case OpType::BROADCAST:
      return make<Broadcast>(link, op);
    case OpType::ALLREDUCE:
    case OpType::ALLREDUCE_COALESCED:
      return make<Allreduce>(link, op);
    case OpType::REDUCE:
      return make<Reduce>(link, op);
    case OpType::ALLGATHER:
    case OpType::_ALLGATHER_BASE:
    case OpType::ALLGATHER_COALESCED:
      return make<Allgather>(link, op);
    case OpType::GATHER:
      return make<Gather>(link, op);
    case OpType::SCATTER:
      return make<Scatter>(link, op);
    case OpType::REDUCE_SCATTER:
    case OpType::_REDUCE_SCATTER_BASE:
      return make<ReduceScatter>(link, op);
    case OpType::ALLTOALL:
    case OpType::ALLTOALL_BASE:
      return alltoall_task(link, op);
    default:
      return tree_task(link, op);
  }
}

}  // namespace gradus::distributed::mpi

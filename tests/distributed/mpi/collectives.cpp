// Every collective operation against results by hand: every dtype, size 0, strided tensors, and
// tensors in several pieces.
#include <algorithm>
#include <cmath>
#include <functional>

#include "distributed/mpi/limits.h"
#include "tests/distributed/world.h"

using namespace gradus;
using distributed::ReduceOp;

namespace {

using Op = ReduceOp::RedOpType;

// Element i of what rank r gives.
double given(int r, int64_t i, ScalarType t) {
  if (t == kBool) return (r + i) % 3 == 0;
  return double((3 * r + i) % 5 + 1);
}

// Of so many elements; with `strided` every second of a larger tensor, in two dims.
Tensor tensor_of(const Values& v, ScalarType t, bool strided) {
  const int64_t n = int64_t(v.size());
  Tensor x = zeros({n}, t);
  for (int64_t i = 0; i < n; ++i) x[i].fill_(v[size_t(i)]);
  if (!strided) return x;
  Tensor wide = zeros({n, 2, 1}, t);
  Tensor every_second = wide.select(1, 0);
  every_second.copy_(x.view({n, 1}));
  return every_second;
}
Tensor input(int r, int64_t n, ScalarType t, bool strided, int64_t first = 0) {
  Values v;
  for (int64_t i = 0; i < n; ++i) v.push_back(given(r, first + i, t));
  return tensor_of(v, t, strided);
}

double reduced(Op op, const Values& v, ScalarType t) {
  double y = v[0];
  for (size_t i = 1; i < v.size(); ++i) {
    const auto a = int64_t(y), b = int64_t(v[i]);
    y = op == ReduceOp::SUM || op == ReduceOp::AVG ? y + v[i]
        : op == ReduceOp::PRODUCT                  ? y * v[i]
        : op == ReduceOp::MIN                      ? std::min(y, v[i])
        : op == ReduceOp::MAX                      ? std::max(y, v[i])
        : op == ReduceOp::BAND                     ? double(a & b)
        : op == ReduceOp::BOR                      ? double(a | b)
                                                   : double(a ^ b);
  }
  if (op == ReduceOp::AVG) y /= double(v.size());
  if (t == kBool) return y != 0;
  return t == kFloat ? double(float(y)) : is_floating(t) ? y : std::trunc(y);
}
Values all_reduced(Op op, int64_t n, ScalarType t, int64_t first = 0) {
  Values y;
  for (int64_t i = first; i < first + n; ++i) {
    Values v;
    for (int r = 0; r < size(); ++r) v.push_back(given(r, i, t));
    y.push_back(reduced(op, v, t));
  }
  return y;
}
std::vector<Op> reductions(ScalarType t) {
  std::vector<Op> ops{ReduceOp::SUM, ReduceOp::PRODUCT, ReduceOp::MIN, ReduceOp::MAX};
  if (t != kBool) ops.push_back(ReduceOp::AVG);
  if (!is_floating(t))
    for (const Op op : {ReduceOp::BAND, ReduceOp::BOR, ReduceOp::BXOR}) ops.push_back(op);
  return ops;
}

// For every dtype: empty, dense, strided, and strided in several pieces.
void everywhere(const std::function<void(ScalarType, int64_t n, bool strided)>& f) {
  for (const ScalarType t : all_types) {
    f(t, 0, false);
    f(t, 7, false);
    f(t, 7, true);
    distributed::mpi::set_count_limit(3);
    f(t, 7, true);
    distributed::mpi::set_count_limit(int64_t(1) << 28);
  }
}

}  // namespace

TEST_CASE("broadcast: every rank has the root's") {
  everywhere([](ScalarType t, int64_t n, bool strided) {
    for (const int root : {0, size() - 1}) {
      Tensors x{input(rank(), n, t, strided)};
      distributed::BroadcastOptions from;
      from.rootRank = root;
      CHECK(world().broadcast(x, from)->wait());
      CHECK(values(x[0]) == values(input(root, n, t, false)));
    }
  });
}

TEST_CASE("allreduce, allreduce_coalesced and reduce: all reductions") {
  everywhere([](ScalarType t, int64_t n, bool strided) {
    for (const Op op : reductions(t)) {
      distributed::AllreduceOptions all;
      all.reduceOp = op;
      Tensors x{input(rank(), n, t, strided)};
      world().allreduce(x, all)->wait();
      CHECK(values(x[0]) == all_reduced(op, n, t));

      distributed::AllreduceCoalescedOptions several;
      several.reduceOp = op;
      Tensors two{input(rank(), n, t, strided), input(rank(), 2, t, false, n)};
      const auto work = world().allreduce_coalesced(two, several);
      work->wait();
      CHECK(work->result().size() == 2);
      CHECK(values(two[0]) == all_reduced(op, n, t));
      CHECK(values(two[1]) == all_reduced(op, 2, t, n));

      distributed::ReduceOptions to;
      to.reduceOp = op;
      to.rootRank = size() - 1;
      Tensors y{input(rank(), n, t, strided)};
      const auto before = y[0]._version();
      world().reduce(y, to)->wait();
      const bool root = rank() == size() - 1;
      CHECK(values(y[0]) == (root ? all_reduced(op, n, t) : values(input(rank(), n, t, false))));
      CHECK((y[0]._version() > before) == root);
    }
  });
}

TEST_CASE("allgather, _allgather_base, allgather_coalesced and gather: the inputs of all ranks") {
  everywhere([](ScalarType t, int64_t n, bool strided) {
    const auto outputs = [&] {
      Tensors list;
      for (int r = 0; r < size(); ++r) list.push_back(input(9, n, t, strided));
      return list;
    };
    Values all;
    for (int r = 0; r < size(); ++r)
      for (const double v : values(input(r, n, t, false))) all.push_back(v);
    Tensors x{input(rank(), n, t, strided)};
    Lists lists{outputs()};
    world().allgather(lists, x)->wait();
    for (int r = 0; r < size(); ++r) CHECK(values(lists[0][r]) == values(input(r, n, t, false)));

    Tensor flat = tensor_of(Values(all.size()), t, strided);
    world()._allgather_base(flat, x[0])->wait();
    CHECK(values(flat) == all);

    Lists pairs;
    for (int r = 0; r < size(); ++r) pairs.push_back({input(9, n, t, strided), zeros({2}, t)});
    Tensors both{x[0], input(rank(), 2, t, false, n)};
    world().allgather_coalesced(pairs, both)->wait();
    for (int r = 0; r < size(); ++r) {
      CHECK(values(pairs[r][0]) == values(input(r, n, t, false)));
      CHECK(values(pairs[r][1]) == values(input(r, 2, t, false, n)));
    }

    const int root = size() - 1;
    distributed::GatherOptions to;
    to.rootRank = root;
    Lists at_root;
    if (rank() == root) at_root.push_back(outputs());
    world().gather(at_root, x, to)->wait();
    for (int r = 0; r < size() && rank() == root; ++r)
      CHECK(values(at_root[0][r]) == values(input(r, n, t, false)));
  });
}

TEST_CASE("scatter: rank r has the root's r-th input") {
  everywhere([](ScalarType t, int64_t n, bool strided) {
    distributed::ScatterOptions from;
    from.rootRank = size() - 1;
    Tensors y{input(9, n, t, strided)};
    Lists x;
    if (rank() == size() - 1) {
      x.emplace_back();
      for (int r = 0; r < size(); ++r) x[0].push_back(input(r + 1, n, t, strided));
    }
    world().scatter(y, x, from)->wait();
    CHECK(values(y[0]) == values(input(rank() + 1, n, t, false)));
  });
}

TEST_CASE("reduce_scatter and _reduce_scatter_base: rank r has the r-th part of the reduction") {
  everywhere([](ScalarType t, int64_t n, bool strided) {
    for (const Op op : reductions(t)) {
      distributed::ReduceScatterOptions with;
      with.reduceOp = op;
      Tensors y{input(9, n, t, strided)};
      Lists x{{}};
      for (int r = 0; r < size(); ++r) x[0].push_back(input(rank(), n, t, strided, r * n));
      world().reduce_scatter(y, x, with)->wait();
      CHECK(values(y[0]) == all_reduced(op, n, t, rank() * n));

      Tensor flat = input(rank(), n * size(), t, strided), part = input(9, n, t, strided);
      world()._reduce_scatter_base(part, flat, with)->wait();
      CHECK(values(part) == all_reduced(op, n, t, rank() * n));
      CHECK(values(flat) == values(input(rank(), n * size(), t, false)));
    }
  });
}

TEST_CASE("alltoall: what rank r has of rank s is what rank s gave for r, of any size") {
  everywhere([](ScalarType t, int64_t n, bool strided) {
    const auto length = [&](int from, int to) { return n == 0 ? 0 : (from + 2 * to + n) % 6; };
    Tensors x, y;
    for (int r = 0; r < size(); ++r) {
      x.push_back(input(rank() + r, length(rank(), r), t, strided));
      y.push_back(input(9, length(r, rank()), t, strided));
    }
    world().alltoall(y, x)->wait();
    for (int r = 0; r < size(); ++r)
      CHECK(values(y[r]) == values(input(rank() + r, length(r, rank()), t, false)));
  });
}

TEST_CASE("alltoall_base: rows of one tensor, by sizes or in equal parts") {
  std::vector<int64_t> in, out, equal;
  for (int r = 0; r < size(); ++r) {
    in.push_back(r + rank());
    out.push_back(r + rank());
  }
  int64_t rows = 0;
  for (const int64_t n : in) rows += n;
  Tensor x = (arange(rows * 2, kDouble) + 100 * rank()).view({rows, 2}), y = zeros_like(x);
  world().alltoall_base(y, x, out, in)->wait();
  Values expected;
  for (int r = 0; r < size(); ++r) {
    int64_t begin = 0;
    for (int s = 0; s < rank(); ++s) begin += r + s;
    for (int64_t i = 0; i < 2 * (r + rank()); ++i)
      expected.push_back(100.0 * r + double(2 * begin + i));
  }
  CHECK(values(y) == expected);

  Tensor a = full({size(), 3}, double(rank()), kFloat), b = zeros({3, size()}, kFloat).t();
  world().alltoall_base(b, a, equal, equal)->wait();
  for (int r = 0; r < size(); ++r) CHECK(values(b[r]) == Values(3, r));
}

TEST_CASE("operations of one group run in the order of their calls, while the program goes on") {
  std::vector<intrusive_ptr<distributed::Work>> works;
  const uint64_t first = world().getSequenceNumberForGroup();
  Tensors x{ones({1000}, kDouble)};
  for (int i = 0; i < 20; ++i) works.push_back(world().allreduce(x));
  works.push_back(world().barrier());
  works.back()->wait();
  for (size_t i = 0; i < works.size(); ++i) {
    CHECK(works[i]->isSuccess());
    CHECK(works[i]->getSequencenumber() == first + i + 1);
  }
  CHECK(values(x[0])[999] == std::pow(size(), 20));
}

TEST_CASE("a tensor that requires grad is written without history") {
  Tensors x{leaf({1.0 + rank(), 2})};
  world().broadcast(x)->wait();
  CHECK(values(x[0]) == Values{1, 2});
  CHECK(x[0].is_leaf());
}

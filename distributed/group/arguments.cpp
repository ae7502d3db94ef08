#include "distributed/group/arguments.h"

#include <bit>

#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::distributed::arguments {

namespace {
std::string name(const Operation& op) { return opTypeToString(op.kind); }

void check_defined(const Operation& op, const Tensor& t) {
  if (!t.defined()) fail("{}: a tensor is undefined", name(op));
}

void check_dtypes(Operation& op, const std::vector<Tensor>& tensors) {
  for (const Tensor& t : tensors) {
    check_defined(op, t);
    if (op.dtype == ScalarType::Undefined) op.dtype = t.scalar_type();
    if (t.scalar_type() != op.dtype)
      fail("{}: dtypes differ, {} and {}", name(op), op.dtype, t.scalar_type());
  }
}

bool reducing(OpType kind) {
  switch (kind) {
    case OpType::ALLREDUCE:
    case OpType::ALLREDUCE_COALESCED:
    case OpType::REDUCE:
    case OpType::REDUCE_SCATTER:
    case OpType::_REDUCE_SCATTER_BASE:
    case OpType::TREE_REDUCE_SCATTER:
    case OpType::TREE_ALLREDUCE:
      return true;
    default:
      return false;
  }
}

void agree(Operation& op, const std::string& shape, const std::string& counts, bool rooted) {
  const std::string reduce = reducing(op.kind) ? ", " + to_string(op.reduce) : "";
  const std::string root = rooted ? fmt::format(", root {}", op.peer) : "";
  const std::string start = fmt::format("{} of {}", name(op), dtype_name(op.dtype));
  op.text = start + shape + reduce + root;
  op.agreed = start + counts + reduce + root;
}
}  // namespace

const Tensor& one(const Operation& op, const std::vector<Tensor>& tensors) {
  if (tensors.size() != 1) fail("{}: expected one tensor, got {}", name(op), tensors.size());
  check_defined(op, tensors[0]);
  return tensors[0];
}

const std::vector<Tensor>& list(const Operation& op, const std::vector<std::vector<Tensor>>& lists,
                                const char* what) {
  if (lists.size() != 1) fail("{}: expected one list of {}s, got {}", name(op), what, lists.size());
  return lists[0];
}

const std::vector<Tensor>* at_root(const Operation& op,
                                   const std::vector<std::vector<Tensor>>& lists, int rank,
                                   const char* what) {
  if (rank == op.peer) {
    if (lists.size() != 1)
      fail("{}: the root gives one list of {}, got {}", name(op), what, lists.size());
    return &lists[0];
  }
  if (lists.size() > 1 || (lists.size() == 1 && !lists[0].empty()))
    fail("{}: rank {} gives {}, which only the root {} does", name(op), rank, what, op.peer);
  return nullptr;
}

void same_count(const Operation& op, const Tensor& a, const char* a_name, const Tensor& b,
                const char* b_name) {
  check_defined(op, a);
  check_defined(op, b);
  if (a.numel() != b.numel() || a.scalar_type() != b.scalar_type())
    fail("{}: an {} of {} {}, an {} of {} {}", name(op), a_name, a.scalar_type(), a.sizes(), b_name,
         b.scalar_type(), b.sizes());
}

void one_for_each_rank(const Operation& op, const std::vector<Tensor>& list, int size,
                       const Tensor& like, const char* what, const char* like_what) {
  if (int64_t(list.size()) != size) fail("{}: {} {}s, {} ranks", name(op), list.size(), what, size);
  for (const Tensor& t : list) same_count(op, t, what, like, like_what);
}

void parts_of(const Operation& op, const Tensor& whole, const char* whole_name, const Tensor& part,
              const char* part_name, int size) {
  check_defined(op, whole);
  check_defined(op, part);
  if (whole.scalar_type() != part.scalar_type())
    fail("{}: dtypes differ, {} and {}", name(op), whole.scalar_type(), part.scalar_type());
  if (whole.numel() % size != 0 || whole.numel() / size != part.numel())
    fail("{}: the {} of {} elements is not {} times the {} of {}", name(op), whole_name,
         whole.numel(), size, part_name, part.numel());
}

std::vector<int64_t> row_parts(const Operation& op, const Tensor& t,
                               const std::vector<int64_t>& rows, int size, const char* what) {
  if (t.dim() == 0) fail("{}: the {} has no dims", name(op), what);
  const int64_t length = t.size(0), row = length > 0 ? t.numel() / length : 0;
  if (rows.empty()) {
    if (length % size != 0)
      fail("{}: the {} rows of the {} make no {} equal parts", name(op), length, what, size);
    return std::vector<int64_t>(size, length / size * row);
  }
  if (int64_t(rows.size()) != size)
    fail("{}: {} split sizes of the {}, {} ranks", name(op), rows.size(), what, size);
  std::vector<int64_t> parts;
  int64_t left = length;
  for (const int64_t n : rows) {
    if (n < 0 || n > left) left = -1;
    if (left < 0) break;
    left -= n;
    parts.push_back(n * row);
  }
  if (left != 0)
    fail("{}: the split sizes {} do not make the {} rows of the {}", name(op), IntArrayRef(rows),
         length, what);
  return parts;
}

void in_place(Operation& op, std::vector<Tensor> tensors, bool writable) {
  if (tensors.empty()) fail("{}: expected tensors, got none", name(op));
  op.dtype = ScalarType::Undefined;
  check_dtypes(op, tensors);
  if (writable)
    for (const Tensor& t : tensors) raw::check_writable(t, name(op).c_str());
  op.results = tensors;
  op.output = op.input = Packing(std::move(tensors), writable);
}

void from_to(Operation& op, std::vector<Tensor> inputs, std::vector<Tensor> outputs) {
  op.dtype = ScalarType::Undefined;
  check_dtypes(op, inputs);
  check_dtypes(op, outputs);
  for (const Tensor& t : outputs) raw::check_writable(t, name(op).c_str());
  op.results = outputs;
  op.input = Packing(std::move(inputs));
  op.output = Packing(std::move(outputs), true, false);
  if (op.dtype == ScalarType::Undefined) fail("{}: expected tensors, got none", name(op));
}

void tree(Operation& op, const Tensor& tensor, int size) {
  check_defined(op, tensor);
  if (!std::has_single_bit(unsigned(size)))
    fail("{}: the number of ranks is no power of two, {}", name(op), size);
  if (!tensor.is_contiguous())
    fail("{}: the tensor is not contiguous, shape {} with strides {}", name(op), tensor.sizes(),
         tensor.strides());
  in_place(op, {tensor});
}

void partner(Operation& op, int rank, int tag, int own, int size) {
  if (tag < 0) fail("{}: the tag is negative, {}", name(op), tag);
  if (op.kind == OpType::RECVANYSOURCE) {
    if (size == 1) fail("{}: there is no other rank", name(op));
  } else if (rank < 0 || rank >= size) {
    fail("{}: the partner is rank {} of {}", name(op), rank, size);
  } else if (rank == own) {
    fail("{}: the partner is rank {}, which is this process", name(op), rank);
  }
  op.peer = rank;
  op.tag = tag;
}

void reduces(Operation& op, ReduceOp reduce) {
  const ReduceOp::RedOpType r = reduce;
  if (r >= ReduceOp::PREMUL_SUM) fail("{}: {} is not supported", name(op), to_string(reduce));
  if (r == ReduceOp::AVG && op.dtype == kBool) fail("{}: there is no average of bool", name(op));
  if ((r == ReduceOp::BAND || r == ReduceOp::BOR || r == ReduceOp::BXOR) && is_floating(op.dtype))
    fail("{}: {} works bit by bit, which {} does not have", name(op), to_string(reduce), op.dtype);
  op.reduce = r;
}

void reduces_by_tree(Operation& op, ReduceOp reduce) {
  const ReduceOp::RedOpType r = reduce;
  if (r != ReduceOp::SUM && r != ReduceOp::AVG)
    fail("{}: expected sum or avg, got {}", name(op), to_string(reduce));
  if (op.dtype == kBool) fail("{}: there is no sum of bool by a tree", name(op));
  op.reduce = r;
}

void agree(Operation& op, IntArrayRef shape, bool rooted) {
  int64_t n = 1;
  for (const int64_t s : shape) n *= s;
  agree(op, fmt::format(" {}", shape), fmt::format(" {}", n), rooted);
}

void agree(Operation& op, const std::vector<Tensor>& tensors) {
  std::string shapes, counts;
  for (const Tensor& t : tensors) {
    shapes += fmt::format(" {}", t.sizes());
    counts += fmt::format(" {}", t.numel());
  }
  agree(op, shapes, counts, false);
}

void between_two(Operation& op, IntArrayRef shape) {
  const char* const way = op.kind == OpType::SEND ? "to" : "from";
  const std::string partner = op.peer < 0 ? "any rank" : fmt::format("rank {}", op.peer);
  op.text =
      fmt::format("{} of {} {} {} {}, tag {}", name(op), op.dtype, shape, way, partner, op.tag);
}

void agree_on_dtype(Operation& op) { agree(op, "", "", false); }

void agree_on_purpose(Operation& op, const std::string& purpose) {
  if (purpose.empty()) return;
  op.text += ", " + purpose;
  op.agreed += ", " + purpose;
}

}  // namespace gradus::distributed::arguments

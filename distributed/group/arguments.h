// The checks of what a group's methods are given. Messages begin with the operation's name.
#pragma once

#include <vector>

#include "distributed/group/operation.h"

namespace gradus::distributed::arguments {

// The only tensor of the list.
const Tensor& one(const Operation& op, const std::vector<Tensor>& tensors);
// The only list.
const std::vector<Tensor>& list(const Operation& op, const std::vector<std::vector<Tensor>>& lists,
                                const char* what);
// The root's list; null elsewhere, where there must be none.
const std::vector<Tensor>* at_root(const Operation& op,
                                   const std::vector<std::vector<Tensor>>& lists, int rank,
                                   const char* what);
// Of the same number of elements and dtype.
void same_count(const Operation& op, const Tensor& a, const char* a_name, const Tensor& b,
                const char* b_name);
// As many as ranks, each like `like`.
void one_for_each_rank(const Operation& op, const std::vector<Tensor>& list, int size,
                       const Tensor& like, const char* what, const char* like_what);
// `whole` has `size` times the elements of `part`.
void parts_of(const Operation& op, const Tensor& whole, const char* whole_name, const Tensor& part,
              const char* part_name, int size);
// The elements of the parts of a tensor that is cut into rows.
std::vector<int64_t> row_parts(const Operation& op, const Tensor& t,
                               const std::vector<int64_t>& rows, int size, const char* what);

// Sets what is sent and received, with its dtype, which is one.
void in_place(Operation& op, std::vector<Tensor> tensors, bool writable = true);
void from_to(Operation& op, std::vector<Tensor> inputs, std::vector<Tensor> outputs);
void tree(Operation& op, const Tensor& tensor, int size);
void partner(Operation& op, int rank, int tag, int own, int size);

// Sets the reduction, which the dtype must know. Call it before agree().
void reduces(Operation& op, ReduceOp reduce);
void reduces_by_tree(Operation& op, ReduceOp reduce);

// Sets what ranks must agree on: the operation, dtype, reduction, and number of elements; with
// `rooted` the root.
void agree(Operation& op, IntArrayRef shape, bool rooted = false);
void agree(Operation& op, const std::vector<Tensor>& tensors);
void agree_on_dtype(Operation& op);
// And what it is for, which may be empty.
void agree_on_purpose(Operation& op, const std::string& purpose);
// Names a send or receive: ranks agree on nothing.
void between_two(Operation& op, IntArrayRef shape);

}  // namespace gradus::distributed::arguments

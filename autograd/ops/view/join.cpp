#include "autograd/ops/view/join.h"

#include <algorithm>

#include "autograd/ops/view/view.h"
#include "autograd/record.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/pointwise/elementwise.h"
#include "tensor/pointwise/sequence.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus {

using autograd::Needs;
using autograd::record_joint;

namespace {

void refuse_none(const char* op, TensorList tensors) {
  if (tensors.empty()) fail("{}: expected at least one tensor", op);
}

// Puts the parts beside each other along a dim of y; `blocks` is the product of the dims before.
// False where they are not dense and alike, or few or narrow enough to be copied one by one.
bool join_blocks(const Tensor& y, TensorList parts, int64_t blocks) {
  constexpr int64_t few = 8, narrow = 16;
  if (blocks < few || y.nbytes() < size_t(narrow * blocks) * parts.size()) return false;
  for (const Tensor& t : parts)
    if (!t.is_contiguous() || t.dtype() != y.dtype()) return false;
  raw::interleave(y, parts, blocks);
  return true;
}
int64_t size_before(IntArrayRef sizes, size_t dim) { return product(sizes.slice(0, dim)); }

bool passed_over(const Tensor& t) { return t.dim() == 1 && t.numel() == 0; }

}  // namespace

Tensor cat(TensorList tensors, int64_t dim) {
  if (tensors.empty()) fail_value("cat: expected at least one tensor");
  const Tensor* first = nullptr;  // the one that sets the shape
  for (const Tensor& t : tensors) {
    if (t.dim() == 0) fail("cat: 0-dim tensors cannot be joined; use stack");
    if (!first || passed_over(*first)) first = &t;
  }
  const size_t at = size_t(wrap_dim(dim, first->dim(), "cat"));
  Dims sizes = first->sizes();
  sizes[at] = 0;
  std::vector<int64_t> lengths;
  for (const Tensor& t : tensors) {
    const bool skip = passed_over(t) && first->dim() != 1;
    lengths.push_back(skip ? -1 : 0);
    if (skip) continue;
    if (t.dim() != first->dim())
      fail("cat: numbers of dims differ, shapes {} and {}", first->sizes(), t.sizes());
    for (size_t d = 0; d < sizes.size(); ++d)
      if (d != at && t.sizes()[d] != first->sizes()[d])
        fail("cat: sizes differ outside of dim {}, shapes {} and {}", at, first->sizes(),
             t.sizes());
    lengths.back() = t.sizes()[at];
    sizes[at] = checked_add("cat", sizes[at], lengths.back());
  }
  Tensor y = raw::empty(sizes, raw::result_type(tensors));
  const bool done = join_blocks(y, tensors, size_before(sizes, at));
  int64_t start = 0;
  for (size_t i = 0; i < tensors.size() && !done; ++i) {
    if (lengths[i] <= 0) continue;
    raw::copy(raw::part(y, at, start, lengths[i]), tensors[i]);
    start += lengths[i];
  }
  return record_joint("cat", std::move(y), tensors,
                      [at, lengths](const Tensor& dy, const Needs& needs) {
                        std::vector<Tensor> dx(lengths.size());
                        int64_t from = 0;
                        for (size_t i = 0; i < lengths.size(); ++i) {
                          if (needs[i])
                            dx[i] = lengths[i] < 0 ? raw::zeros(0, dy.dtype())
                                                   : dy.narrow(int64_t(at), from, lengths[i]);
                          from += std::max<int64_t>(lengths[i], 0);
                        }
                        return dx;
                      });
}

Tensor stack(TensorList tensors, int64_t dim) {
  refuse_none("stack", tensors);
  const IntArrayRef shape = tensors[0].sizes();
  for (const Tensor& t : tensors)
    if (!(t.sizes() == shape)) fail("stack: shapes differ, {} and {}", shape, t.sizes());
  const size_t at = size_t(wrap_dim(dim, int64_t(shape.size()) + 1, "stack"));
  Dims sizes = shape;
  sizes.insert(at, int64_t(tensors.size()));
  Tensor y = raw::empty(sizes, raw::result_type(tensors));
  Dims strides = y.strides();
  const int64_t step = strides[at];
  strides.erase(at);
  const bool done = join_blocks(y, tensors, size_before(shape, at));
  for (size_t i = 0; i < tensors.size() && !done; ++i)
    raw::copy(raw::window(y, shape, strides, int64_t(i) * step), tensors[i]);
  return record_joint("stack", std::move(y), tensors, [at](const Tensor& dy, const Needs& needs) {
    std::vector<Tensor> dx(needs.size());
    for (size_t i = 0; i < needs.size(); ++i)
      if (needs[i]) dx[i] = dy.select(int64_t(at), int64_t(i));
    return dx;
  });
}

Tensor hstack(TensorList tensors) {
  refuse_none("hstack", tensors);
  const auto wide = atleast_1d(tensors);
  return cat(wide, wide[0].dim() == 1 ? 0 : 1);
}
Tensor vstack(TensorList tensors) {
  refuse_none("vstack", tensors);
  return cat(atleast_2d(tensors), 0);
}
Tensor dstack(TensorList tensors) {
  refuse_none("dstack", tensors);
  return cat(atleast_3d(tensors), 2);
}
Tensor column_stack(TensorList tensors) {
  refuse_none("column_stack", tensors);
  std::vector<Tensor> columns;
  for (const Tensor& t : tensors) columns.push_back(t.dim() <= 1 ? t.reshape({t.numel(), 1}) : t);
  return cat(columns, 1);
}

Tensor block_diag(TensorList tensors) {
  if (tensors.empty()) return raw::empty({1, 0}, get_default_dtype());
  struct Block {
    int64_t row, column, rows, columns;
    Dims shape;
  };
  std::vector<Block> blocks;
  int64_t rows = 0, columns = 0;
  for (const Tensor& t : tensors) {
    if (t.dim() > 2) fail("block_diag: expected at most 2 dims, got shape {}", t.sizes());
    const int64_t c = t.dim() == 0 ? 1 : t.size(-1), r = t.dim() == 2 ? t.size(0) : 1;
    blocks.push_back({rows, columns, r, c, t.sizes()});
    rows = checked_add("block_diag", rows, r);
    columns = checked_add("block_diag", columns, c);
  }
  Tensor y = raw::zeros({rows, columns}, raw::result_type(tensors));
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Block& b = blocks[i];
    raw::copy(raw::part(raw::part(y, 0, b.row, b.rows), 1, b.column, b.columns), tensors[i]);
  }
  return record_joint(
      "block_diag", std::move(y), tensors, [blocks](const Tensor& dy, const Needs& needs) {
        std::vector<Tensor> dx(blocks.size());
        for (size_t i = 0; i < blocks.size(); ++i) {
          const Block& b = blocks[i];
          if (needs[i])
            dx[i] = dy.narrow(0, b.row, b.rows).narrow(1, b.column, b.columns).reshape(b.shape);
        }
        return dx;
      });
}

Tensor cartesian_prod(TensorList tensors) {
  refuse_none("cartesian_prod", tensors);
  for (const Tensor& t : tensors)
    if (t.dim() != 1) fail("cartesian_prod: expected 1-d tensors, got shape {}", t.sizes());
  if (tensors.size() == 1) return tensors[0];
  std::vector<Tensor> columns;
  for (const Tensor& grid : meshgrid(tensors, "ij")) columns.push_back(grid.flatten());
  return stack(columns, 1);
}

Tensor combinations(const Tensor& self, int64_t r, bool with_replacement) {
  if (self.dim() != 1) fail("combinations: expected a 1-d tensor, got shape {}", self.sizes());
  if (r < 0) fail("combinations: expected r of 0 or more, got {}", r);
  if (r == 0) return raw::empty({0}, self.dtype());
  const Tensor index = raw::combinations(self.numel(), r, with_replacement);
  return self.index_select(0, index.flatten()).reshape(index.sizes());
}

}  // namespace gradus

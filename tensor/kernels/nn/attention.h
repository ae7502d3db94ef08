// What attention does with a tile of scores between its matrix products.
#pragma once

#include <cstdint>

#include "tensor/kernels/by_floating.h"
#include "tensor/kernels/isa.h"

namespace gradus::kernels {

// The scores of some queries (rows) and keys (columns), rows `pitch` elements apart.
template <class T>
struct AttentionTile {
  T* scores;
  int64_t rows, keys, pitch;
  // Row r sees the first `seen` + r `more` keys, if there are so many.
  int64_t seen, more;
  const T* mask;  // is added to the scores; may be null
  int64_t mask_row;
  const uint8_t* kept;  // 0 where dropout drops, else 1; may be null
  int64_t kept_row;
  T kept_scale;
};

template <class T>
struct AttentionKernels {
  // The scores become exp(s - max), with dropout, and 0 where keys are not seen. max and sum, one
  // for each row, are those over this tile and, unless it is the first, the ones before; so the n
  // elements of each row of y, sums over the tiles before, are scaled to the new maximum.
  void (*softmax)(const AttentionTile<T>& tile, bool first, T* max, T* sum, T* y, int64_t y_row,
                  int64_t n);
  // to = y / sum, and terms[r] = {max, 1 / sum}; all 0 where no key is seen. One logarithm of the
  // sum of exp(s) would lose the sum beside a large maximum, as a mask of -1e9 makes it.
  void (*finish)(int64_t rows, int64_t n, const T* y, int64_t y_row, const T* max, const T* sum,
                 T* to, int64_t to_row, T* terms);
  // The scores become p = exp(s - max) / sum, and dp becomes the gradient of the scores, p (dp -
  // dot). With dropout dp is multiplied before, and p after it.
  void (*gradient)(const AttentionTile<T>& tile, const T* terms, const T* dot, T* dp);
  // One row of scores, scale q kᵀ, of keys that are not packed; rows of k lie k_row apart.
  void (*score)(const T* q, const T* k, int64_t k_row, int64_t keys, int64_t depth, T scale,
                T* scores);
  // y += weights v, one row of `width` elements.
  void (*mix)(const T* weights, const T* v, int64_t v_row, int64_t keys, int64_t width, T* y);
  // y[r] = sum_j a[r, j] b[r, j]
  void (*dots)(int64_t rows, int64_t n, const T* a, int64_t a_row, const T* b, int64_t b_row, T* y);
};

using AttentionTable = ByFloating<AttentionKernels>;

}  // namespace gradus::kernels

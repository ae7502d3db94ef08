// What the convolution kernels of one instruction set offer to the loops in tensor/image/conv*.cpp.
//
// They read "planes": a channel of one image, padded, and split by the residues of its coordinates
// modulo the stride, so that the elements that one tap of the filter meets along a row of the
// output lie side by side. A tap is then a plain offset.
#pragma once

#include <cstdint>

#include "tensor/kernels/by_floating.h"
#include "tensor/kernels/isa.h"

namespace gradus::kernels {

// Consecutive columns of the patch matrix that are consecutive in memory.
struct PatchRun {
  int64_t offset;
  int64_t length;
};

// Rows first..last-1 of the patch matrix: row c * taps + t of run r is x[c * plane + tap[t] +
// run[r].offset ...]. Written `width` apart; out must have room for a vector behind its end.
template <class T>
struct PatchPanel {
  const T* x;
  int64_t plane;
  const int64_t* tap;
  int64_t taps, first, last;
  const PatchRun* run;
  int runs, width;
  T* out;
};

// Rows of `extent` elements: y[first + i] = x[i * step] up to y[last - 1], zeros around them.
template <class T>
struct PlaneRows {
  const T* x;
  int64_t x_pitch, step;
  int64_t rows, extent, first, last;
  T* y;
};

// The grid of output positions: layers of rows of `width` elements, each dim with its pitch in the
// planes.
struct ConvGrid {
  int64_t layers, rows, width;
  int64_t layer_pitch, row_pitch;
};

// Rows of a ConvTile come by this many.
inline constexpr int conv_row_unit = 3;

// C[i][j] += sum over the grid of A_i B_j for rows i (tap offsets of x) and the columns of a packed
// panel, `panel` elements for each position of the grid. Rows of C are panel apart.
template <class T>
struct ConvTile {
  ConvGrid grid;
  const T* x;
  const int64_t* tap;
  int rows;
  const T* b;
  int panel, cols;
  T* c;
};

// y[i][j] = bias[i] + sum_t w[t][i] x[tap[t] + j] for j < count. The weights of `width` rows lie
// side by side, behind their biases; `rows` of them are written, y_row apart. Only what
// the sums add is read.
struct ConvRun {
  const float* x;
  const int64_t* tap;
  int64_t taps;
  const float* w;
  int width, rows;
  float* y;
  int64_t y_row, count;
};

// y[j][i] = bias[j] + sum_t x[at[i] + tap[t]] w[t][j] for i < count and j < cols. The weights of a
// tap lie side by side, as many as ConvKernels::lanes; a tap's behind those of the one before it.
template <class T>
struct ConvPositions {
  const T* x;
  const int64_t* at;
  int64_t count;
  const int64_t* tap;
  int64_t taps;
  const T *w, *bias;
  int cols;
  T* y;
  int64_t y_row;
};

// y = bias + sum_t w[t] x[tap[t] + ...] over the grid, y contiguous.
template <class T>
struct ConvDirect {
  ConvGrid grid;
  const T* x;
  const int64_t* tap;
  const T* w;
  int64_t taps;
  T bias;
  T* y;
};

// dw[t] += sum over the grid of dy x[tap[t] + ...], dy contiguous.
template <class T>
struct ConvDots {
  ConvGrid grid;
  const T* x;
  const int64_t* tap;
  int64_t taps;
  const T* dy;
  T* dw;
};

template <class T>
struct ConvKernels {
  int rows;   // the most rows of a ConvTile
  int lanes;  // of the weights of a ConvPositions
  void (*pack)(const PatchPanel<T>&);
  void (*tile)(const ConvTile<T>&);
  void (*positions)(const ConvPositions<T>&);
  void (*direct)(const ConvDirect<T>&);
  void (*dots)(const ConvDots<T>&);
  void (*spread)(const PlaneRows<T>&);
  // Rows of y, `pitch` apart, of n elements of a row of `even` and of one of `odd` in turn, which
  // lie even_pitch and odd_pitch apart.
  void (*interleave)(const T* even, int64_t even_pitch, const T* odd, int64_t odd_pitch,
                     int64_t rows, int64_t n, T* y, int64_t pitch);
  // y += x
  void (*add)(int64_t n, const T* x, T* y);
};

struct ConvTable : ByFloating<ConvKernels> {
  int run_unit;  // a ConvRun is one, two or three times as wide
  void (*run)(const ConvRun&);
};

}  // namespace gradus::kernels

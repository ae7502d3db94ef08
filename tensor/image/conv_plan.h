// The geometry of a convolution: where each tap of the filter meets the padded planes that the
// kernels read (tensor/kernels/image/conv.h).
#pragma once

#include <array>
#include <utility>

#include "tensor/base/vector.h"
#include "tensor/image/conv.h"
#include "tensor/kernels/table.h"

namespace gradus::conv {

using Three = std::array<int64_t, 3>;  // depth, height, width

inline int64_t volume(const Three& a) { return a[0] * a[1] * a[2]; }

// How a channel of an image is laid out for the kernels: for each residue in use of each dim, the
// elements (place * step + residue - low), zeros where there is none.
struct Planes {
  Three in, step, low, extent;
  std::array<Vector<int64_t>, 3> residues;
  // The places along a dim, from the first to behind the last, whose elements exist; for each of
  // the residues.
  std::array<Vector<std::pair<int64_t, int64_t>>, 3> existing;
  bool as_is = false;  // the channel itself will do

  int64_t row_pitch() const { return extent[2]; }
  int64_t layer_pitch() const { return extent[1] * extent[2]; }
  int64_t phases() const {
    return int64_t(residues[0].size() * residues[1].size() * residues[2].size());
  }
  int64_t size() const { return phases() * volume(extent); }
  // Lays out one channel at `to`, of size() elements.
  template <class T>
  void fill(const T* from, T* to) const;
  // The planes of channels that follow each other: x itself if that will do, else laid out in
  // `room`, of size() elements for each of them.
  template <class T>
  const T* of_channels(const T* x, int64_t channels, T* room) const {
    if (as_is) return x;
    const int64_t channel = volume(in), plane = size();
    for (int64_t c = 0; c < channels; ++c) fill(x + c * channel, room + c * plane);
    return room;
  }
};

// Positions of the result with the same taps: first + step * i for i in the grid, and the tap
// numbers that meet something, with their offsets in the planes.
struct Pass {
  Three first, grid;
  Vector<int64_t> numbers, offsets;
  Three in_step = {1, 1, 1};  // places in the planes from a position to the next

  // The offsets of one channel after the other, each laid out in `plane` elements.
  Vector<int64_t> offsets_of(int64_t channels, int64_t plane) const;
};

// result[.., first + step * i] = sum over channels and taps.
struct Plan {
  Planes planes;
  Three out, out_step;
  Vector<Pass> passes;
  int64_t taps;
};

// Sizes with 1 in front to make three.
Three three(IntArrayRef a, int64_t missing);

// Split by residues or, for by_positions, whole.
Plan forward_plan(const raw::Conv& conv, IntArrayRef x, IntArrayRef kernel, IntArrayRef y,
                  bool whole = false);
Plan backward_plan(const raw::Conv& conv, IntArrayRef y, IntArrayRef kernel, IntArrayRef x);

// A product of patches: for each image and group, result[row] = bias[row] + sum over channels and
// taps. The weight of (group, row, channel, tap) is w[group * w_group + row * w_row + channel *
// w_channel + tap].
template <class T>
struct Job {
  const Plan& plan;
  int64_t images, groups, channels, rows;
  const T* x;
  const T* w;
  int64_t w_group, w_row, w_channel;
  const T* bias;
  T* y;
};

// By packed tiles, and by sums of shifted rows for few rows.
template <class T>
void by_patches(const Job<T>& job);
template <class T>
void by_rows(const Job<T>& job);
// With channels of the result side by side, where that pays for strides: the only one of whole
// planes.
template <class T>
void by_positions(const Job<T>& job);
bool positions_pay(const raw::Conv& conv, int64_t rows, IntArrayRef y);
// Where that pays, by runs of columns as they lie, and with fewer products: false if it does not,
// and nothing is done.
bool by_runs(const Job<float>& job);
bool by_winograd(const Job<float>& job);

// w[group, row, channel, tap] = sum over images and positions of dy and x.
template <class T>
struct WeightJob {
  const Plan& plan;  // of the forward convolution
  int64_t images, groups, channels, rows;
  const T* dy;
  const T* x;
  T* w;
};
template <class T>
void weight_by_tiles(const WeightJob<T>& job);
template <class T>
void weight_by_dots(const WeightJob<T>& job);
bool weight_by_winograd(const WeightJob<float>& job);

// Writes the positions of a pass, contiguous in `from`, to one channel of the result; with those of
// the next pass, if there is `odd`, between them.
template <class T>
void scatter_pass(const Plan& plan, const Pass& pass, const T* from, const T* odd, T* channel);

}  // namespace gradus::conv

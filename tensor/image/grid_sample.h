// Sampling of pictures at places between their elements. Untaped.
#pragma once

#include "tensor/raw.h"

namespace gradus::raw {

struct GridSampling {
  bool nearest = false;  // else bilinear
  int64_t padding = 0;   // zeros, border, reflection
  bool align_corners = false;
};

// Whether the functions below take x, [N, C, H, W], of a floating type: it has two columns or more,
// and floats count its rows and columns.
bool can_sample(const Tensor& x);
// y[n, c, i, j] = x[n, c] at column and row grid[n, i, j, 0] and [1], where -1 and 1 are the edges.
Tensor grid_sample(const Tensor& x, const Tensor& grid, const GridSampling& how);

// Undefined where not wanted.
struct GridGradients {
  Tensor x, grid;
};
GridGradients grid_sample_backward(const Tensor& dy, const Tensor& x, const Tensor& grid,
                                   const GridSampling& how, bool wants_x, bool wants_grid);

}  // namespace gradus::raw

// What the forward convolution and the weights' gradient by Winograd's tiles share: where tiles lie
// and how they come to be transformed. F(4 x 4, 3 x 3), for planes of 3 x 3 taps side by side: 4 x
// 4 results are a tile, made of 36 products of transformed tiles and filters. Channels lie side by
// side, by 16. A layer of a box of results is an image whose channels are those of all layers that
// it meets. With taps apart, each residue of rows and columns is an image.
#pragma once

#include "tensor/image/conv_plan.h"
#include "tensor/linalg/gemm_loops.h"

namespace gradus::conv::winograd {

using gemm_loops::ceil_div;
using gemm_loops::even_part;
using gemm_loops::round_up;

inline constexpr int64_t lanes = kernels::winograd_lanes, side = 4, reach = 2, taps = 3,
                         products = 36;

inline const kernels::WinogradKernels& transforms() { return *kernels::table().winograd; }
inline const kernels::GemmKernels<float>& micro() { return kernels::table().gemm->of_float; }

// The `products` matrices of `rows` rows of channels, side by side; a row more between them keeps
// them apart in the cache.
struct Stack {
  int64_t rows, channels;
  int64_t pitch() const { return round_up(channels, lanes); }
  int64_t matrix() const { return (rows + 1) * pitch() + lanes; }
  int64_t size() const { return products * matrix(); }
};

// Some rows of tiles of some images.
struct Block {
  int64_t image, images, row, rows;
};

// How far the taps of a filter are apart. Taken as 1 between layers.
Three distance(const Plan& plan);

// An image of a result.
struct Place {
  int64_t batch, layer, y, x;
};

// The tiles of all images, cut into blocks of about as many as are wanted.
struct Tiles {
  Three grid, apart;
  int64_t height, width;  // of the largest image
  int64_t images, rows, columns;
  int64_t rows_at_once, images_at_once;

  Tiles(const Plan& plan, int64_t n, int64_t wanted)
      : grid(plan.passes[0].grid),
        apart(distance(plan)),
        height(ceil_div(grid[1], apart[1])),
        width(ceil_div(grid[2], apart[2])),
        images(n * grid[0] * apart[1] * apart[2]),
        rows(ceil_div(height, side)),
        columns(ceil_div(width, side)),
        rows_at_once(even_part(rows, std::max<int64_t>(wanted / columns, 1), 1)),
        images_at_once(even_part(images, std::max<int64_t>(wanted / (rows * columns), 1), 1)) {}

  Place place(int64_t image) const {
    const int64_t rest = image / apart[2] / apart[1];
    return {rest / grid[0], rest % grid[0], image / apart[2] % apart[1], image % apart[2]};
  }
  int64_t most() const { return images_at_once * rows_at_once * columns; }
  int64_t row_blocks() const { return ceil_div(rows, rows_at_once); }
  int64_t blocks() const { return ceil_div(images, images_at_once) * row_blocks(); }
  Block block(int64_t i) const {
    const int64_t image = i / row_blocks() * images_at_once, row = i % row_blocks() * rows_at_once;
    return {image, std::min(images_at_once, images - image), row,
            std::min(rows_at_once, rows - row)};
  }
};

// One side of the products, as it comes: channels of `in`, tiles of which overlap by `shared`;
// `all` channels from one to the next. Each image meets `deep` layers, from -low[0].
struct Source {
  const float* data;
  int64_t channels, all;
  Three in, low;
  int64_t deep, shared;
  kernels::WinogradKernels::Transform transform;

  int64_t pitch(const Tiles& tiles) const { return tiles.columns * side + shared; }
  // Floats for some rows of tiles, and for a row on the way.
  int64_t strip(const Tiles& tiles, int64_t rows) const {
    return (rows * side + shared + 1) * pitch(tiles) * lanes;
  }
  // Transforms the rows of tiles of an image to `out`, in matrices of the stack.
  void fill(const Tiles& tiles, int64_t image, int64_t row, int64_t rows, float* strip_,
            const Stack& stack, float* out) const;
};

Source source_of(const Plan& plan, const float* x, int64_t channels, int64_t groups);

// Layers of the filters.
inline int64_t depth(const Plan& plan) { return plan.taps / (taps * taps); }

// The taps' order in the planes: as they are numbered (1), backwards (-1), or another (0).
int order_of(const Plan& plan);

// Whether there is more to gain by fewer products than the transforms cost.
bool pays(const Plan& plan, int64_t images, int64_t channels, int64_t rows);

// f(group), side by side if they are many; else each is shared among the threads.
template <class F>
void for_each_group(int64_t groups, F f) {
  parallel_for(0, groups, groups >= 4 ? 1 : groups, [&](int64_t begin, int64_t end) {
    for (int64_t group = begin; group < end; ++group) f(group);
  });
}

}  // namespace gradus::conv::winograd

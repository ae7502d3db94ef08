// Winograd's convolution, F(4 x 4, 3 x 3), for planes of 3 x 3 taps side by side: 4 x 4 results are
// a tile, made of 36 products of transformed tiles and filters. Channels lie side by side, by 16.
// A layer of a box of results is an image whose channels are those of all layers that it meets.
// With taps apart, each residue of rows and columns is an image.
#include <algorithm>
#include <cstdlib>

#include "tensor/conv_plan.h"
#include "tensor/gemm_loops.h"

namespace gradus::conv {

namespace {

using gemm_loops::ceil_div;
using gemm_loops::even_part;
using gemm_loops::round_up;
using gemm_loops::Scratch;
using kernels::WinogradMatrices;

constexpr int64_t lanes = kernels::winograd_lanes, side = 4, reach = 2, taps = 3, products = 36;

const kernels::WinogradKernels& transforms() { return *kernels::table().winograd; }
const kernels::GemmKernels<float>& micro() { return kernels::table().gemm->f32; }

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
Three distance(const Plan& plan) {
  const auto& at = plan.passes[0].offsets;
  if (at.size() < taps * taps) return {1, 1, 1};
  const int64_t pitch = plan.planes.row_pitch();
  return {1, std::max<int64_t>(std::abs(at[taps] - at[0]) / pitch, 1), std::abs(at[1] - at[0])};
}

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
            const Stack& stack, float* out) const {
    const Place place = tiles.place(image);
    const Three& apart = tiles.apart;
    const int64_t step = pitch(tiles) * lanes, lines = rows * side + shared;
    // The columns that exist.
    const int64_t start = place.x - low[2];
    const int64_t first = start < 0 ? ceil_div(-start, apart[2]) : 0;
    const int64_t from = start + first * apart[2];
    const int64_t last =
        std::clamp<int64_t>(first + ceil_div(in[2] - from, apart[2]), first, pitch(tiles));
    for (int64_t c = 0; c < channels * deep; c += lanes) {
      const int64_t z = place.layer + c / channels - low[0], channel = c % channels;
      const int64_t count = std::min(lanes, channels - channel);
      const float* x = data + (place.batch * all + channel) * volume(in);
      for (int64_t r = 0; r < lines; ++r) {
        const int64_t y = (row * side + r) * apart[1] + place.y - low[1];
        float* to = strip_ + r * step;
        if (y < 0 || y >= in[1] || z < 0 || z >= in[0]) {
          std::fill(to, to + step, 0.0f);
          continue;
        }
        std::fill(to, to + first * lanes, 0.0f);
        std::fill(to + last * lanes, to + step, 0.0f);
        const float* line = x + (z * in[1] + y) * in[2] + from;
        int64_t line_pitch = volume(in);
        if (apart[2] > 1) {
          float* packed = strip_ + lines * step;
          const int64_t length = last - first;
          kernels::table().conv->f32.spread(
              {line, line_pitch, apart[2], count, length, 0, length, packed});
          line = packed, line_pitch = length;
        }
        transforms().transpose(line, line_pitch, last - first, int(count), int(lanes),
                               to + first * lanes);
      }
      for (int64_t r = 0; r < rows; ++r)
        transform({strip_ + r * side * step, step, lanes, side * lanes,
                   out + r * tiles.columns * stack.pitch() + c, 6 * stack.matrix(), stack.matrix(),
                   stack.pitch(), tiles.columns});
    }
  }
};

// Layers of the filters.
int64_t depth(const Plan& plan) { return plan.taps / (taps * taps); }

Source source_of(const Plan& plan, const float* x, int64_t channels, int64_t groups) {
  return {x,           channels, channels * groups, plan.planes.in, plan.planes.low,
          depth(plan), reach,    transforms().input};
}

// The taps' order in the planes: as they are numbered (1), backwards (-1), or another (0).
int order_of(const Plan& plan) {
  const Planes& planes = plan.planes;
  if (plan.passes.size() != 1 || plan.taps % (taps * taps) != 0) return 0;
  const Pass& pass = plan.passes[0];
  if (planes.step != Three{1, 1, 1} || plan.out_step != Three{1, 1, 1} ||
      pass.offsets.size() != size_t(plan.taps))
    return 0;
  const Three apart = distance(plan);
  const auto follows = [&](bool backwards) {
    for (int64_t t = 0; t < plan.taps; ++t) {
      const int64_t at = backwards ? plan.taps - 1 - t : t;
      if (pass.numbers[size_t(t)] != t ||
          pass.offsets[size_t(t)] != at / (taps * taps) * planes.layer_pitch() +
                                         at / taps % taps * apart[1] * planes.row_pitch() +
                                         at % taps * apart[2])
        return false;
    }
    return true;
  };
  return follows(false) ? 1 : follows(true) ? -1 : 0;
}

// Whether there is more to gain by fewer products than the transforms cost.
bool pays(const Plan& plan, int64_t images, int64_t channels, int64_t rows) {
  if (channels < lanes || rows < lanes || order_of(plan) == 0) return false;
  const int64_t filters = channels * depth(plan) * rows;
  constexpr int64_t most = 128 * 1024;  // their transforms are to stay in cache
  if (filters > most || (depth(plan) > 1 && channels % lanes != 0)) return false;
  const Tiles tiles(plan, images, 1);
  const int64_t count = tiles.rows * tiles.columns;
  return count * tiles.images >= 16 && products * count * tiles.apart[1] * tiles.apart[2] * 8 <=
                                           taps * taps * tiles.grid[1] * tiles.grid[2] * 5;
}

// The transformed filters: `products` matrices of panels of columns, `width` results wide.
class Filters {
 public:
  explicit Filters(const Job<float>& job)
      : width_(std::max<int64_t>(micro().nr, lanes)),
        channels_(job.channels * depth(job.plan)),
        matrix_(round_up(job.rows, width_) * channels_ + lanes),
        data_(products * matrix_) {
    const bool backwards = order_of(job.plan) < 0;
    constexpr int64_t size = taps * taps * lanes;
    parallel_for(0, ceil_div(job.rows, lanes), gemm_loops::grain_for(500 * channels_),
                 [&](int64_t begin, int64_t end) {
                   float w[size] = {};
                   for (int64_t row = begin * lanes; row < end * lanes; row += lanes)
                     for (int64_t c = 0; c < channels_; ++c) {
                       const int64_t layer = c / job.channels;
                       const float* from =
                           job.w + row * job.w_row + c % job.channels * job.w_channel +
                           (backwards ? depth(job.plan) - 1 - layer : layer) * taps * taps;
                       transforms().transpose(from, job.w_row, taps * taps,
                                              int(std::min(lanes, job.rows - row)), int(lanes), w);
                       const int64_t step = backwards ? -lanes : lanes;
                       transforms().filter({backwards ? w + size - lanes : w, taps * step, step, 0,
                                            panel(0, row) + c * width_ + row % width_, 6 * matrix_,
                                            matrix_, 0, 1});
                     }
                 });
  }
  float* panel(int64_t product, int64_t row) const {
    return data_.get() + product * matrix_ + row / width_ * width_ * channels_;
  }
  int64_t width() const { return width_; }

 private:
  int64_t width_, channels_, matrix_;
  Scratch<float> data_;
};

constexpr int64_t block_bytes = 640 * 1024;  // of the tiles and sums of a block

class Worker {
 public:
  Worker(const Job<float>& job, const Tiles& tiles, const Filters& filters, const float* bias)
      : job_(job),
        tiles_(tiles),
        filters_(filters),
        bias_(bias),
        source_(source_of(job.plan, job.x, job.channels, job.groups)),
        in_{tiles.most(), source_.channels * source_.deep},
        out_{tiles.most(), job.rows},
        strip_(source_.strip(tiles, tiles.rows_at_once)),
        result_((side + 1) * side * tiles.columns * lanes),
        tiles_in_(in_.size()),
        sums_(out_.size()) {}

  void run(const Block& block) {
    const int64_t each = block.rows * tiles_.columns;
    for (int64_t n = 0; n < block.images; ++n)
      source_.fill(tiles_, block.image + n, block.row, block.rows, strip_.get(), in_,
                   tiles_in_.get() + n * each * in_.pitch());
    multiply(block.images * each);
    for (int64_t n = 0; n < block.images; ++n)
      for (int64_t r = 0; r < block.rows; ++r)
        store(block.image + n, block.row + r,
              sums_.get() + (n * each + r * tiles_.columns) * out_.pitch());
  }

 private:
  void multiply(int64_t count) {
    const int64_t mr = micro().mr, nr = micro().nr;
    kernels::GemmTile<float> t{
        in_.channels, nullptr,      in_.pitch(), 1, nullptr, filters_.width(),
        nullptr,      out_.pitch(), 1,           0, 0,       {}};
    for (int64_t p = 0; p < products; ++p)
      for (int64_t j = 0; j < out_.pitch(); j += nr) {
        t.b = filters_.panel(p, j) + j % filters_.width();
        t.cols = int(std::min(nr, out_.pitch() - j));
        for (int64_t i = 0; i < count; i += mr) {
          t.a = tiles_in_.get() + p * in_.matrix() + i * in_.pitch();
          t.c = sums_.get() + p * out_.matrix() + i * out_.pitch() + j;
          t.rows = int(std::min(mr, count - i));
          micro().tile(t);
        }
      }
  }
  // A row of tiles of the result, from the sums.
  void store(int64_t image, int64_t row, const float* sums) {
    const Three &grid = tiles_.grid, &apart = tiles_.apart;
    const Place place = tiles_.place(image);
    const int64_t pitch = tiles_.columns * side * lanes, channel = volume(grid);
    const int64_t width = ceil_div(grid[2] - place.x, apart[2]);
    const int64_t rows = std::min(side, ceil_div(grid[1] - place.y, apart[1]) - row * side);
    float* line = result_.get() + side * pitch;
    for (int64_t o = 0; o < job_.rows; o += lanes) {
      const int64_t count = std::min(lanes, job_.rows - o);
      transforms().result({sums + o, 6 * out_.matrix(), out_.matrix(), out_.pitch(), result_.get(),
                           pitch, lanes, side * lanes, tiles_.columns,
                           bias_ ? bias_ + o : nullptr});
      float* y = job_.y + (place.batch * job_.groups * job_.rows + o) * channel +
                 (place.layer * grid[1] + row * side * apart[1] + place.y) * grid[2] + place.x;
      for (int64_t r = 0; r < rows; ++r, y += apart[1] * grid[2]) {
        const bool direct = apart[2] == 1;
        transforms().transpose(result_.get() + r * pitch, lanes, count, int(width),
                               int(direct ? channel : width), direct ? y : line);
        if (direct) continue;
        for (int64_t i = 0; i < count; ++i)
          for (int64_t q = 0; q < width; ++q) y[i * channel + q * apart[2]] = line[i * width + q];
      }
    }
  }

  const Job<float>& job_;
  const Tiles& tiles_;
  const Filters& filters_;
  const float* bias_;
  Source source_;
  Stack in_, out_;
  Scratch<float> strip_, result_, tiles_in_, sums_;
};

// The first group.
void multiply(const Job<float>& job) {
  const Filters filters(job);
  const int64_t out = round_up(job.rows, lanes);
  const Scratch<float> bias(job.bias ? out : 0);
  if (job.bias) {
    std::copy(job.bias, job.bias + job.rows, bias.get());
    std::fill(bias.get() + job.rows, bias.get() + out, 0.0f);
  }
  const int64_t in = round_up(job.channels * depth(job.plan), lanes);
  const int64_t each = products * int64_t(sizeof(float)) * (in + out);
  const Tiles tiles(job.plan, job.images, std::max<int64_t>(block_bytes / each, 12));
  const int64_t work = products * tiles.most() * in * job.rows;
  parallel_for(0, tiles.blocks(), gemm_loops::grain_for(work), [&](int64_t begin, int64_t end) {
    Worker worker(job, tiles, filters, job.bias ? bias.get() : nullptr);
    for (int64_t i = begin; i < end; ++i) worker.run(tiles.block(i));
  });
}
void multiply(const WeightJob<float>& job) {
  constexpr int64_t at_once = 256;  // tiles
  const Tiles tiles(job.plan, job.images, at_once);
  const Source x = source_of(job.plan, job.x, job.channels, job.groups);
  const Source dy{job.dy, job.rows, job.rows * job.groups,       tiles.grid, {0, 0, 0},
                  1,      0,        transforms().result_gradient};
  const Stack in{tiles.most(), job.channels * depth(job.plan)}, out{tiles.most(), job.rows},
      sums{in.channels, job.rows};
  const Scratch<float> all_x(in.size()), all_dy(out.size()), all_sums(sums.size());

  for (int64_t i = 0; i < tiles.blocks(); ++i) {
    const Block block = tiles.block(i);
    const int64_t rows = block.images * block.rows, count = rows * tiles.columns;
    const auto fill = [&](const Source& source, const Stack& stack, float* to) {
      const int64_t work = 100 * tiles.columns * stack.pitch();
      parallel_for(0, rows, gemm_loops::grain_for(work), [&](int64_t begin, int64_t end) {
        const Scratch<float> strip(source.strip(tiles, std::min(block.rows, end - begin)));
        for (int64_t r = begin, next; r < end; r = next) {
          next = std::min(end, (r / block.rows + 1) * block.rows);
          source.fill(tiles, block.image + r / block.rows, block.row + r % block.rows, next - r,
                      strip.get(), stack, to + r * tiles.columns * stack.pitch());
        }
      });
    };
    fill(x, in, all_x.get());
    fill(dy, out, all_dy.get());
    const int64_t mr = micro().mr, nr = micro().nr, work = count * in.channels * job.rows;
    parallel_for(0, products, gemm_loops::grain_for(work), [&](int64_t begin, int64_t end) {
      kernels::GemmTile<float> t{count,   nullptr,      1, in.pitch(), nullptr, out.pitch(),
                                 nullptr, sums.pitch(), 1, 0,          0,       {}};
      if (i > 0) t.epilogue.beta = 1;
      for (int64_t p = begin; p < end; ++p)
        for (int64_t j = 0; j < out.pitch(); j += nr) {
          t.b = all_dy.get() + p * out.matrix() + j;
          t.cols = int(std::min(nr, out.pitch() - j));
          for (int64_t c = 0; c < in.channels; c += mr) {
            t.a = all_x.get() + p * in.matrix() + c;
            t.c = all_sums.get() + p * sums.matrix() + c * sums.pitch() + j;
            t.rows = int(std::min(mr, in.channels - c));
            micro().tile(t);
          }
        }
    });
  }

  const int64_t size = in.channels * taps * taps;
  parallel_for(0, ceil_div(job.rows, lanes), gemm_loops::grain_for(500 * in.channels),
               [&](int64_t begin, int64_t end) {
                 const Scratch<float> w(size * lanes);
                 for (int64_t o = begin * lanes; o < std::min(end * lanes, job.rows); o += lanes) {
                   for (int64_t z = 0; z < x.deep; ++z)
                     transforms().filter_gradient(
                         {all_sums.get() + z * job.channels * sums.pitch() + o, 6 * sums.matrix(),
                          sums.matrix(), sums.pitch(), w.get() + z * taps * taps * lanes,
                          taps * lanes, lanes, x.deep * taps * taps * lanes, job.channels});
                   transforms().transpose(w.get(), lanes, std::min(lanes, job.rows - o), int(size),
                                          int(size), job.w + o * size);
                 }
               });
}

}  // namespace

bool by_winograd(const Job<float>& job) {
  if (!pays(job.plan, job.images, job.channels, job.rows)) return false;
  Job<float> one = job;
  for (int64_t group = 0; group < job.groups; ++group) {
    multiply(one);
    one.x += job.channels * volume(job.plan.planes.in);
    one.w += job.w_group;
    if (one.bias) one.bias += job.rows;
    one.y += job.rows * volume(job.plan.out);
  }
  return true;
}

bool weight_by_winograd(const WeightJob<float>& job) {
  if (!pays(job.plan, job.images, job.channels, job.rows)) return false;
  WeightJob<float> one = job;
  for (int64_t group = 0; group < job.groups; ++group) {
    multiply(one);
    one.dy += job.rows * volume(job.plan.out);
    one.x += job.channels * volume(job.plan.planes.in);
    one.w += job.rows * job.channels * job.plan.taps;
  }
  return true;
}

}  // namespace gradus::conv

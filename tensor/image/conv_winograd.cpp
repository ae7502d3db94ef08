// Winograd's convolution and its gradient by the input.
#include <algorithm>

#include "tensor/image/conv_winograd.h"

namespace gradus::conv {

using namespace winograd;

namespace {

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
    parallel_for(
        0, ceil_div(job.rows, lanes), gemm_loops::grain_for(500 * channels_),
        [&](int64_t begin, int64_t end) {
          float w[size] = {};
          for (int64_t row = begin * lanes; row < end * lanes; row += lanes)
            for (int64_t c = 0; c < channels_; ++c) {
              const int64_t layer = c / job.channels;
              const float* from = job.w + row * job.w_row + c % job.channels * job.w_channel +
                                  (backwards ? depth(job.plan) - 1 - layer : layer) * taps * taps;
              transforms().transpose({from, job.w_row, 0, w, lanes, 0,
                                      std::min(lanes, job.rows - row), taps * taps, 1, false});
              const int64_t step = backwards ? -lanes : lanes;
              transforms().filter({backwards ? w + size - lanes : w, taps * step, step, 0,
                                   panel(0, row) + c * width_ + row % width_, 6 * matrix_, matrix_,
                                   0, 1});
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
      if (apart[2] == 1) {
        transforms().transpose({result_.get(), lanes, pitch, y, channel, apart[1] * grid[2], width,
                                count, rows, true});
        continue;
      }
      for (int64_t r = 0; r < rows; ++r, y += apart[1] * grid[2]) {
        transforms().transpose(
            {result_.get() + r * pitch, lanes, 0, line, width, 0, width, count, 1, true});
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

}  // namespace

bool by_winograd(const Job<float>& job) {
  if (!pays(job.plan, job.images, job.channels, job.rows)) return false;
  for_each_group(job.groups, [&](int64_t group) {
    Job<float> one = job;
    one.x += group * job.channels * volume(job.plan.planes.in);
    one.w += group * job.w_group;
    if (one.bias) one.bias += group * job.rows;
    one.y += group * job.rows * volume(job.plan.out);
    multiply(one);
  });
  return true;
}

}  // namespace gradus::conv

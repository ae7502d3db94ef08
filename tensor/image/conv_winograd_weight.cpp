// The gradient of the weights by Winograd's tiles: their transforms are sums over all tiles of
// products of the input's and the output's.
#include <algorithm>

#include "tensor/image/conv_winograd.h"

namespace gradus::conv {

using namespace winograd;

namespace {

// The first group.
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
                   transforms().transpose({w.get(), lanes, 0, job.w + o * size, size, 0, size,
                                           std::min(lanes, job.rows - o), 1, true});
                 }
               });
}

}  // namespace

bool weight_by_winograd(const WeightJob<float>& job) {
  if (!pays(job.plan, job.images, job.channels, job.rows)) return false;
  for_each_group(job.groups, [&](int64_t group) {
    WeightJob<float> one = job;
    one.dy += group * job.rows * volume(job.plan.out);
    one.x += group * job.channels * volume(job.plan.planes.in);
    one.w += group * job.rows * job.channels * job.plan.taps;
    multiply(one);
  });
  return true;
}

}  // namespace gradus::conv

// The gradient of a convolution's weights: for each tap the product of the shifted input with the
// gradient of the output, summed over images in an order that does not depend on the threads.
#include <algorithm>

#include "tensor/image/conv_plan.h"
#include "tensor/linalg/gemm_loops.h"

namespace gradus::conv {

namespace {

using gemm_loops::ceil_div;
using gemm_loops::round_up;

// For one group. Row c * taps + t of the sums holds panels of output channels.
template <class T>
class Tiles {
 public:
  explicit Tiles(const WeightJob<T>& job)
      : job_(job),
        pass_(job.plan.passes[0]),
        grid_(volume(pass_.grid)),
        plane_(job.plan.planes.size()),
        nr_(kernels::table().gemm->of<T>().nr),
        panels_(ceil_div(job.rows, nr_)),
        taps_(job.channels * job.plan.taps) {
    offsets_ = pass_.offsets_of(job.channels, plane_);
    padded_ = round_up(taps_, kernels::conv_row_unit);
    offsets_.resize(size_t(padded_), offsets_[0]);
    // Positions at once: whole rows of the grid, such that their panel stays in L1.
    const int64_t most = 32 * 1024 / (nr_ * int64_t(sizeof(T)));
    rows_at_once_ = std::max<int64_t>(1, most / pass_.grid[2]);
  }

  int64_t sums() const { return panels_ * padded_ * nr_; }
  int64_t dy_size() const { return panels_ * grid_ * nr_; }
  int64_t x_size() const { return job_.plan.planes.as_is ? 0 : job_.channels * plane_; }
  int64_t tiles() const { return ceil_div(padded_, rows()); }
  int64_t work() const { return panels_ * nr_ * padded_ * grid_; }

  // Makes the panels of dy and the planes of x of one image.
  void prepare(int64_t group, int64_t image, T* dy, T* x) const {
    const int64_t at = image * job_.groups + group;
    kernels::table().gemm->of<T>().pack(job_.dy + at * job_.rows * grid_, grid_, 1, job_.rows,
                                        grid_, int(nr_), dy);
    const Planes& planes = job_.plan.planes;
    planes.of_channels(job_.x + at * job_.channels * volume(planes.in), job_.channels, x);
  }

  // Adds one image to the tiles first..last-1 of the sums.
  void accumulate(int64_t group, int64_t image, const T* dy, const T* x, int64_t first,
                  int64_t last, T* sums) const {
    const Planes& planes = job_.plan.planes;
    if (planes.as_is)
      x = job_.x + (image * job_.groups + group) * job_.channels * volume(planes.in);
    const Three& g = pass_.grid;
    for (int64_t panel = 0; panel < panels_; ++panel)
      for (int64_t z = 0; z < g[0]; ++z)
        for (int64_t y = 0; y < g[1]; y += rows_at_once_) {
          kernels::ConvTile<T> t{
              {1, std::min(rows_at_once_, g[1] - y), g[2], 0, planes.row_pitch()},
              x + z * planes.layer_pitch() + y * planes.row_pitch(),
              nullptr,
              0,
              dy + (panel * grid_ + (z * g[1] + y) * g[2]) * nr_,
              int(nr_),
              int(std::min(nr_, job_.rows - panel * nr_)),
              nullptr};
          for (int64_t i = first; i < last; ++i) {
            t.tap = offsets_.data() + i * rows();
            t.rows = int(std::min(rows(), padded_ - i * rows()));
            t.c = sums + (panel * padded_ + i * rows()) * nr_;
            kernels::table().conv->of<T>().tile(t);
          }
        }
  }

  void store(int64_t group, const T* sums) const {
    T* w = job_.w + group * job_.rows * taps_;
    parallel_for(0, job_.rows, std::max<int64_t>(1, 32768 / taps_), [&](int64_t b, int64_t e) {
      for (int64_t row = b; row < e; ++row)
        for (int64_t t = 0; t < taps_; ++t)
          w[row * taps_ + t] = sums[(row / nr_ * padded_ + t) * nr_ + row % nr_];
    });
  }

 private:
  static int64_t rows() { return kernels::table().conv->of<T>().rows; }
  const WeightJob<T>& job_;
  const Pass& pass_;
  int64_t grid_, plane_, nr_, panels_, taps_, padded_, rows_at_once_;
  Vector<int64_t> offsets_;
};

// Parts of the images with sums of their own.
template <class T>
void by_images(const WeightJob<T>& job, const Tiles<T>& tiles, int64_t parts) {
  const int64_t tasks = parts * job.groups;
  const Scratch<T> sums(tasks * tiles.sums());
  const int64_t work = tiles.work() * ceil_div(job.images, parts);
  parallel_for(0, tasks, gemm_loops::grain_for(work), [&](int64_t begin, int64_t end) {
    const Scratch<T> dy(tiles.dy_size()), x(tiles.x_size());
    for (int64_t task = begin; task < end; ++task) {
      const int64_t group = task / parts, part = task % parts;
      T* own = sums.get() + task * tiles.sums();
      std::fill(own, own + tiles.sums(), T(0));
      for (int64_t n = job.images * part / parts; n < job.images * (part + 1) / parts; ++n) {
        tiles.prepare(group, n, dy.get(), x.get());
        tiles.accumulate(group, n, dy.get(), x.get(), 0, tiles.tiles(), own);
      }
    }
  });
  for (int64_t group = 0; group < job.groups; ++group) {
    T* all = sums.get() + group * parts * tiles.sums();
    parallel_for(0, tiles.sums(), 32768, [&](int64_t begin, int64_t end) {
      for (int64_t part = 1; part < parts; ++part)
        kernels::table().conv->of<T>().add(end - begin, all + part * tiles.sums() + begin,
                                           all + begin);
    });
    tiles.store(group, all);
  }
}

// Parts of the sums, to each of which all images are added.
template <class T>
void by_sums(const WeightJob<T>& job, const Tiles<T>& tiles) {
  constexpr int64_t most = int64_t(4) << 20;
  const int64_t size = tiles.dy_size() + tiles.x_size();
  const int64_t at_once = std::clamp<int64_t>(most / size, 1, job.images);
  const Scratch<T> sums(tiles.sums()), prepared(at_once * size);
  for (int64_t group = 0; group < job.groups; ++group) {
    std::fill(sums.get(), sums.get() + tiles.sums(), T(0));
    for (int64_t first = 0; first < job.images; first += at_once) {
      const int64_t images = std::min(at_once, job.images - first);
      const auto dy = [&](int64_t n) { return prepared.get() + n * size; };
      const auto x = [&](int64_t n) { return dy(n) + tiles.dy_size(); };
      parallel_for(0, images, gemm_loops::grain_for(4 * size), [&](int64_t begin, int64_t end) {
        for (int64_t n = begin; n < end; ++n) tiles.prepare(group, first + n, dy(n), x(n));
      });
      parallel_for(0, tiles.tiles(), gemm_loops::grain_for(tiles.work() / tiles.tiles() * images),
                   [&](int64_t begin, int64_t end) {
                     for (int64_t n = 0; n < images; ++n)
                       tiles.accumulate(group, first + n, dy(n), x(n), begin, end, sums.get());
                   });
    }
    tiles.store(group, sums.get());
  }
}

}  // namespace

template <class T>
void weight_by_tiles(const WeightJob<T>& job) {
  const Tiles<T> tiles(job);
  const int64_t parts = std::min<int64_t>(job.images, 16);
  constexpr int64_t most = int64_t(1) << 20;
  if (job.groups >= 16)
    by_images(job, tiles, 1);
  else if (parts * job.groups >= 4 && parts * job.groups * tiles.sums() <= most)
    by_images(job, tiles, parts);
  else
    by_sums(job, tiles);
}
template void weight_by_tiles(const WeightJob<float>&);
template void weight_by_tiles(const WeightJob<double>&);

template <class T>
void weight_by_dots(const WeightJob<T>& job) {
  const Planes& planes = job.plan.planes;
  const Pass& pass = job.plan.passes[0];
  const int64_t plane = planes.size(), size = volume(planes.in), grid = volume(pass.grid);
  const Vector<int64_t> taps = pass.offsets_of(job.channels, plane);
  const int64_t count = int64_t(taps.size()), work = job.images * job.rows * count * grid;
  parallel_for(0, job.groups, gemm_loops::grain_for(4 * work), [&](int64_t begin, int64_t end) {
    const Scratch<T> laid_out(planes.as_is ? 0 : job.channels * plane);
    std::fill(job.w + begin * job.rows * count, job.w + end * job.rows * count, T(0));
    for (int64_t n = 0; n < job.images; ++n)
      for (int64_t group = begin; group < end; ++group) {  // as they lie
        T* dw = job.w + group * job.rows * count;
        const int64_t at = n * job.groups + group;
        const T* x =
            planes.of_channels(job.x + at * job.channels * size, job.channels, laid_out.get());
        for (int64_t row = 0; row < job.rows; ++row)
          kernels::table().conv->of<T>().dots(
              {{pass.grid[0], pass.grid[1], pass.grid[2], planes.layer_pitch(), planes.row_pitch()},
               x,
               taps.data(),
               count,
               job.dy + (at * job.rows + row) * grid,
               dw + row * count});
      }
  });
}
template void weight_by_dots(const WeightJob<float>&);
template void weight_by_dots(const WeightJob<double>&);

}  // namespace gradus::conv

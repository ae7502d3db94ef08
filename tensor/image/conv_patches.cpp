// Convolution as a product of the weights with the matrix of patches, which exists only as packed
// panels of the product.
#include <algorithm>

#include "tensor/image/conv_plan.h"
#include "tensor/linalg/gemm_loops.h"

namespace gradus::conv {

namespace {

using gemm_loops::ceil_div;
using gemm_loops::even_part;
using gemm_loops::round_up;

using kernels::PatchRun;

// How a pass is cut up. An element is a sum over k in blocks that do not depend on the threads, so
// its bits do not either.
template <class T>
struct Cut {
  const kernels::GemmKernels<T>& micro = kernels::table().gemm->of<T>();
  int64_t k, kc;         // with the bias as one more row of patches
  int64_t grid, images;  // columns of an image; images taken together
  int64_t nc, blocks;    // columns at once
  int64_t row_panels, row_parts, mc_panels;
  bool scattered;  // the columns are not contiguous in the result

  Cut(const Job<T>& job, const Pass& pass) {
    const int64_t mr = micro.mr, nr = micro.nr;
    k = job.channels * int64_t(pass.offsets.size()) + (job.bias != nullptr);
    kc = even_part(std::max<int64_t>(k, 1), micro.kc, 4);
    grid = volume(pass.grid);
    // The grid of the first pass is the largest.
    const int64_t most_grid = volume(job.plan.passes[0].grid);
    images = most_grid >= 2 * nr ? 1 : std::min(job.images, ceil_div(8 * nr, most_grid));
    const int64_t columns = grid * images;
    const int64_t most = std::max<int64_t>(nr, 256 * 1024 / (kc * int64_t(sizeof(T))) / nr * nr);
    nc = even_part(columns, most, nr);
    blocks = ceil_div(columns, nc);
    row_panels = ceil_div(job.rows, mr);
    mc_panels = std::max<int64_t>(1, micro.mc / mr);
    scattered = images > 1 || job.plan.passes.size() > 1 || job.plan.out_step != Three{1, 1, 1};
    const int64_t tasks = batches(job) * blocks;
    row_parts = tasks >= 8 ? 1 : std::min(row_panels, ceil_div(8, tasks));
  }
  int64_t batches(const Job<T>& job) const { return ceil_div(job.images, images) * job.groups; }
  int64_t parts() const { return blocks * row_parts; }
  int64_t weights() const { return row_panels * micro.mr * k; }
};

// The weights of up to mr rows as a panel, k deep: of channels and taps, then of the bias.
template <class T>
void pack_panel(const Job<T>& job, const Pass& pass, const Cut<T>& cut, int64_t group, int64_t row,
                bool as_they_lie, T* to) {
  const int64_t mr = cut.micro.mr, rows = std::min(mr, job.rows - row);
  const int64_t taps = int64_t(pass.offsets.size());
  const T* w = job.w + group * job.w_group + row * job.w_row;
  T* const behind = to + job.channels * taps * mr;
  if (as_they_lie) {
    cut.micro.pack(w, job.w_row, 1, rows, job.channels * taps, int(mr), to);
  } else {
    if (rows < mr) std::fill(to, behind, T(0));
    for (int64_t c = 0; c < job.channels; ++c, w += job.w_channel, to += taps * mr)
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t t = 0; t < taps; ++t)
          to[t * mr + i] = w[i * job.w_row + pass.numbers[size_t(t)]];
  }
  if (!job.bias) return;
  std::copy_n(job.bias + group * job.rows + row, rows, behind);
  std::fill(behind + rows, behind + mr, T(0));
}

// All panels of a group.
template <class T>
void pack_weights(const Job<T>& job, const Pass& pass, const Cut<T>& cut, int64_t group, T* out) {
  const int64_t mr = cut.micro.mr;
  bool as_they_lie = job.w_channel == int64_t(pass.numbers.size());
  for (size_t t = 0; t < pass.numbers.size(); ++t)
    as_they_lie = as_they_lie && pass.numbers[t] == int64_t(t);
  parallel_for(
      0, cut.row_panels, gemm_loops::grain_for(4 * mr * cut.k), [&](int64_t begin, int64_t end) {
        for (int64_t panel = begin; panel < end; ++panel)
          pack_panel(job, pass, cut, group, panel * mr, as_they_lie, out + panel * mr * cut.k);
      });
}

// The columns first..last-1 of some images as runs.
void list_runs(const Plan& plan, const Pass& pass, int64_t image_stride, int64_t first,
               int64_t last, Vector<PatchRun>& runs) {
  const Three& g = pass.grid;
  runs.clear();
  for (int64_t j = first; j < last;) {
    const int64_t x = j % g[2], y = j / g[2] % g[1], z = j / (g[2] * g[1]) % g[0];
    const int64_t image = j / volume(g), length = std::min(g[2] - x, last - j);
    const int64_t offset =
        image * image_stride + z * plan.planes.layer_pitch() + y * plan.planes.row_pitch() + x;
    if (!runs.empty() && runs.back().offset + runs.back().length == offset)
      runs.back().length += length;
    else
      runs.push_back({offset, length});
    j += length;
  }
}

// A pass, how it is cut, and its packed weights.
template <class T>
struct Work {
  const Pass& pass;
  Cut<T> cut;
  const T* weights;
};

template <class T>
class Worker {
 public:
  Worker(const Job<T>& job, const Vector<Work<T>>& works)
      : job_(job),
        works_(works),
        plane_(job.plan.planes.size()),
        planes_(job.plan.planes.as_is ? 0 : works[0].cut.images * job.channels * plane_),
        panels_(most([](const Cut<T>& cut) { return cut.kc * cut.nc + 64; })),
        result_(most([&](const Cut<T>& cut) { return cut.scattered ? job.rows * cut.nc : 0; })) {}

  // Part number `part` of `parts` of all passes for a batch of images and a group.
  void run(int64_t batch, int64_t part, int64_t parts) {
    const int64_t group = batch % job_.groups, image = batch / job_.groups * works_[0].cut.images;
    const int64_t images = std::min(works_[0].cut.images, job_.images - image);
    lay_out(group, image, images);
    for (const Work<T>& work : works_) {
      const int64_t all = work.cut.parts();
      for (int64_t i = all * part / parts; i < all * (part + 1) / parts; ++i)
        multiply(work, group, image, images, i);
    }
  }

 private:
  template <class F>
  int64_t most(F f) const {
    int64_t n = 0;
    for (const Work<T>& work : works_) n = std::max<int64_t>(n, f(work.cut));
    return n;
  }
  void multiply(const Work<T>& work, int64_t group, int64_t image, int64_t images, int64_t index) {
    const Cut<T>& cut = work.cut;
    const int64_t part = index % cut.row_parts, block = index / cut.row_parts;
    const int64_t mr = cut.micro.mr, nr = cut.micro.nr;
    const int64_t first = block * cut.nc, last = std::min(first + cut.nc, images * cut.grid);
    if (first >= last) return;
    const int64_t panel_begin = cut.row_panels * part / cut.row_parts,
                  panel_end = cut.row_panels * (part + 1) / cut.row_parts;
    T* c = cut.scattered ? result_.get()
                         : job_.y + (image * job_.groups + group) * job_.rows * cut.grid + first;
    const int64_t c_row = cut.scattered ? cut.nc : cut.grid;
    for (int64_t p0 = 0; p0 < std::max<int64_t>(cut.k, 1); p0 += cut.kc) {
      const int64_t k = std::min(cut.kc, cut.k - p0);
      for (int64_t j = first; j < last; j += nr)
        pack(work, group, image, j, std::min(j + nr, last), p0, k, panels_.get() + (j - first) * k);
      kernels::GemmTile<T> t{k, nullptr, 1, mr, nullptr, nr, nullptr, c_row, 1, 0, 0, {}};
      if (p0 > 0) t.epilogue.beta = T(1);
      for (int64_t i0 = panel_begin; i0 < panel_end; i0 += cut.mc_panels)
        for (int64_t j = first; j < last; j += nr) {
          t.b = panels_.get() + (j - first) * k;
          t.cols = static_cast<int>(std::min(nr, last - j));
          for (int64_t i = i0; i < std::min(i0 + cut.mc_panels, panel_end); ++i) {
            t.a = work.weights + (group * cut.row_panels + i) * mr * cut.k + p0 * mr;
            t.c = c + i * mr * c_row + (j - first);
            t.rows = static_cast<int>(std::min(mr, job_.rows - i * mr));
            cut.micro.tile(t);
          }
        }
    }
    if (cut.scattered)
      scatter(work, image, group, first, last, panel_begin * mr,
              std::min(panel_end * mr, job_.rows));
  }
  const T* source(int64_t group, int64_t image) const {
    return job_.x + (image * job_.groups + group) * job_.channels * volume(job_.plan.planes.in);
  }
  // The planes of these images, unless they are those of the task before.
  void lay_out(int64_t group, int64_t image, int64_t images) {
    if (job_.plan.planes.as_is || (group == group_ && image == image_)) return;
    for (int64_t n = 0; n < images; ++n)
      for (int64_t c = 0; c < job_.channels; ++c)
        job_.plan.planes.fill(source(group, image + n) + c * volume(job_.plan.planes.in),
                              planes_.get() + (n * job_.channels + c) * plane_);
    group_ = group, image_ = image;
  }
  void pack(const Work<T>& work, int64_t group, int64_t image, int64_t first, int64_t last,
            int64_t p0, int64_t k, T* out) {
    const bool as_is = job_.plan.planes.as_is;
    const Pass& pass = work.pass;
    const int64_t nr = work.cut.micro.nr, channels = job_.channels;
    const int64_t image_stride = as_is ? job_.groups * channels * plane_ : channels * plane_;
    list_runs(job_.plan, pass, image_stride, first, last, runs_);
    const int64_t patch_rows = channels * int64_t(pass.offsets.size());
    const int64_t rows = std::min(p0 + k, patch_rows) - p0;
    if (rows > 0)
      kernels::table().conv->of<T>().pack({as_is ? source(group, image) : planes_.get(), plane_,
                                           pass.offsets.data(), int64_t(pass.offsets.size()), p0,
                                           p0 + rows, runs_.data(), int(runs_.size()), int(nr),
                                           out});
    if (p0 + k > patch_rows) std::fill(out + (k - 1) * nr, out + k * nr, T(1));  // for the bias
  }
  void scatter(const Work<T>& work, int64_t image, int64_t group, int64_t first, int64_t last,
               int64_t row_begin, int64_t row_end) {
    const Pass& pass = work.pass;
    const Cut<T>& cut = work.cut;
    const Three &g = pass.grid, &step = job_.plan.out_step, &out = job_.plan.out;
    for (int64_t j = first; j < last;) {
      const int64_t x = j % g[2], y = j / g[2] % g[1], z = j / (g[2] * g[1]) % g[0];
      const int64_t n = image + j / cut.grid, length = std::min(g[2] - x, last - j);
      const int64_t at =
          ((pass.first[0] + z * step[0]) * out[1] + pass.first[1] + y * step[1]) * out[2] +
          pass.first[2] + x * step[2];
      T* to = job_.y + ((n * job_.groups + group) * job_.rows + row_begin) * volume(out) + at;
      const T* from = result_.get() + row_begin * cut.nc + (j - first);
      for (int64_t i = row_begin; i < row_end; ++i, to += volume(out), from += cut.nc)
        if (step[2] == 2)
          for (int64_t q = 0; q < length; ++q) to[q * 2] = from[q];
        else
          for (int64_t q = 0; q < length; ++q) to[q * step[2]] = from[q];
      j += length;
    }
  }

  const Job<T>& job_;
  const Vector<Work<T>>& works_;
  int64_t plane_, group_ = -1, image_ = -1;
  Scratch<T> planes_, panels_, result_;
  Vector<PatchRun> runs_;
};

}  // namespace

template <class T>
void by_patches(const Job<T>& job) {
  Vector<Work<T>> works;
  int64_t size = 0, parts = 1, work = 0;
  for (const Pass& pass : job.plan.passes) {
    works.push_back({pass, Cut<T>(job, pass), nullptr});
    const Cut<T>& cut = works.back().cut;
    size += job.groups * cut.weights();
    parts = std::max(parts, cut.parts());
    work += cut.row_panels * cut.micro.mr * cut.k * cut.nc * cut.blocks;
  }
  const Scratch<T> weights(size);
  T* to = weights.get();
  for (Work<T>& w : works) {
    w.weights = to;
    for (int64_t group = 0; group < job.groups; ++group, to += w.cut.weights())
      pack_weights(job, w.pass, w.cut, group, to);
  }
  const int64_t tasks = works[0].cut.batches(job) * parts;
  parallel_for(0, tasks, gemm_loops::grain_for(work / parts), [&](int64_t begin, int64_t end) {
    Worker<T> worker(job, works);
    for (int64_t task = begin; task < end; ++task) worker.run(task / parts, task % parts, parts);
  });
}
template void by_patches(const Job<float>&);
template void by_patches(const Job<double>&);

template <class T>
void by_rows(const Job<T>& job) {
  const Planes& planes = job.plan.planes;
  const int64_t plane = planes.size(), size = volume(planes.in), out = volume(job.plan.out);
  const Vector<Pass>& passes = job.plan.passes;
  const bool scattered = passes.size() > 1 || job.plan.out_step != Three{1, 1, 1};
  // Passes for even and odd columns in turn.
  const bool pairs = job.plan.out_step[2] == 2 && job.plan.out[2] > 1;
  const int64_t work = job.rows * job.channels * job.plan.taps * out;
  Vector<Vector<int64_t>> taps;  // of the passes
  for (const Pass& pass : passes) taps.push_back(pass.offsets_of(job.channels, plane));
  parallel_for(
      0, job.images * job.groups, gemm_loops::grain_for(4 * work), [&](int64_t begin, int64_t end) {
        const Scratch<T> laid_out(planes.as_is ? 0 : job.channels * plane);
        const Scratch<T> result(scattered ? 2 * out : 0);
        T* const odd = result.get() + (scattered ? out : 0);
        Vector<T> w;
        for (int64_t i = begin; i < end; ++i) {
          const int64_t group = i % job.groups;
          const T* x =
              planes.of_channels(job.x + i * job.channels * size, job.channels, laid_out.get());
          for (int64_t row = 0; row < job.rows; ++row)
            for (size_t p = 0; p < passes.size(); ++p) {
              const Pass& pass = passes[p];
              w.clear();
              const T* from = job.w + group * job.w_group + row * job.w_row;
              for (int64_t c = 0; c < job.channels; ++c, from += job.w_channel)
                for (const int64_t number : pass.numbers) w.push_back(from[number]);
              T* y = job.y + (i * job.rows + row) * out;
              T* to = !scattered ? y : pairs && p % 2 == 1 ? odd : result.get();
              kernels::table().conv->of<T>().direct(
                  {{pass.grid[0], pass.grid[1], pass.grid[2], planes.layer_pitch(),
                    planes.row_pitch()},
                   x,
                   taps[p].data(),
                   w.data(),
                   int64_t(w.size()),
                   job.bias ? job.bias[group * job.rows + row] : T(0),
                   to});
              if (pairs && p % 2 == 1)
                scatter_pass(job.plan, passes[p - 1], result.get(), odd, y);
              else if (scattered && !pairs)
                scatter_pass<T>(job.plan, pass, to, nullptr, y);
            }
        }
      });
}
template void by_rows(const Job<float>&);
template void by_rows(const Job<double>&);

}  // namespace gradus::conv

// Convolution as a product of the weights with the matrix of patches, which exists only as packed
// panels of the product.
#include <algorithm>

#include "tensor/conv_plan.h"
#include "tensor/gemm_loops.h"

namespace gradus::conv {

namespace {

using gemm_loops::ceil_div;
using gemm_loops::even_part;
using gemm_loops::round_up;
using gemm_loops::Scratch;
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
    images = grid >= 2 * nr ? 1 : std::min(job.images, ceil_div(8 * nr, grid));
    const int64_t columns = grid * images;
    const int64_t most = std::max<int64_t>(nr, 256 * 1024 / (kc * int64_t(sizeof(T))) / nr * nr);
    nc = even_part(columns, most, nr);
    blocks = ceil_div(columns, nc);
    row_panels = ceil_div(job.rows, mr);
    mc_panels = std::max<int64_t>(1, micro.mc / mr);
    scattered = images > 1 || job.plan.passes.size() > 1 || job.plan.out_step != Three{1, 1, 1};
    const int64_t tasks = ceil_div(job.images, images) * job.groups * blocks;
    row_parts = tasks >= 8 ? 1 : std::min(row_panels, ceil_div(8, tasks));
  }
};

// The weights as panels of mr rows, k deep, for one group.
template <class T>
void pack_weights(const Job<T>& job, const Pass& pass, const Cut<T>& cut, int64_t group, T* out) {
  const int64_t mr = cut.micro.mr, taps = int64_t(pass.offsets.size());
  parallel_for(0, cut.row_panels, gemm_loops::grain_for(4 * mr * cut.k),
               [&](int64_t begin, int64_t end) {
                 for (int64_t panel = begin; panel < end; ++panel) {
                   T* const to = out + panel * mr * cut.k;
                   const int64_t rows = std::min(mr, job.rows - panel * mr);
                   for (int64_t i = 0; i < mr; ++i) {
                     T* p = to + i;
                     if (i >= rows) {
                       for (int64_t j = 0; j < cut.k; ++j) p[j * mr] = T(0);
                       continue;
                     }
                     const int64_t row = panel * mr + i;
                     const T* w = job.w + group * job.w_group + row * job.w_row;
                     for (int64_t c = 0; c < job.channels; ++c)
                       for (int64_t t = 0; t < taps; ++t, p += mr)
                         *p = w[c * job.w_channel + pass.numbers[size_t(t)]];
                     if (job.bias) *p = job.bias[group * job.rows + row];
                   }
                 }
               });
}

// The columns first..last-1 of some images as runs.
void list_runs(const Plan& plan, const Pass& pass, int64_t image_stride, int64_t first,
               int64_t last, std::vector<PatchRun>& runs) {
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

template <class T>
class Worker {
 public:
  Worker(const Job<T>& job, const Pass& pass, const Cut<T>& cut, const T* weights)
      : job_(job),
        pass_(pass),
        cut_(cut),
        weights_(weights),
        plane_(job.plan.planes.size()),
        planes_(job.plan.planes.as_is ? 0 : cut.images * job.channels * plane_),
        panels_(cut.kc * cut.nc + 64),
        result_(cut.scattered ? job.rows * cut.nc : 0) {
    std::fill(panels_.get(), panels_.get() + cut.kc * cut.nc + 64, T(0));
  }

  void run(int64_t task) {
    const int64_t part = task % cut_.row_parts, block = task / cut_.row_parts % cut_.blocks;
    const int64_t rest = task / cut_.row_parts / cut_.blocks;
    const int64_t group = rest % job_.groups, batch = rest / job_.groups;
    const int64_t image = batch * cut_.images;
    const int64_t images = std::min(cut_.images, job_.images - image);
    lay_out(group, image, images);

    const int64_t mr = cut_.micro.mr, nr = cut_.micro.nr;
    const int64_t first = block * cut_.nc, last = std::min(first + cut_.nc, images * cut_.grid);
    if (first >= last) return;
    const int64_t panel_begin = cut_.row_panels * part / cut_.row_parts,
                  panel_end = cut_.row_panels * (part + 1) / cut_.row_parts;
    T* c = cut_.scattered ? result_.get()
                          : job_.y + (image * job_.groups + group) * job_.rows * cut_.grid + first;
    const int64_t c_row = cut_.scattered ? cut_.nc : cut_.grid;
    for (int64_t p0 = 0; p0 < std::max<int64_t>(cut_.k, 1); p0 += cut_.kc) {
      const int64_t k = std::min(cut_.kc, cut_.k - p0);
      for (int64_t j = first; j < last; j += nr)
        pack(group, image, j, std::min(j + nr, last), p0, k, panels_.get() + (j - first) * k);
      kernels::GemmTile<T> t{k, nullptr, 1, mr, nullptr, nr, nullptr, c_row, 1, 0, 0, {}};
      if (p0 > 0) t.epilogue.beta = T(1);
      for (int64_t i0 = panel_begin; i0 < panel_end; i0 += cut_.mc_panels)
        for (int64_t j = first; j < last; j += nr) {
          t.b = panels_.get() + (j - first) * k;
          t.cols = static_cast<int>(std::min(nr, last - j));
          for (int64_t i = i0; i < std::min(i0 + cut_.mc_panels, panel_end); ++i) {
            t.a = weights_ + (group * cut_.row_panels + i) * mr * cut_.k + p0 * mr;
            t.c = c + i * mr * c_row + (j - first);
            t.rows = static_cast<int>(std::min(mr, job_.rows - i * mr));
            cut_.micro.tile(t);
          }
        }
    }
    if (cut_.scattered)
      scatter(group, image, first, last, panel_begin * mr, std::min(panel_end * mr, job_.rows));
  }

 private:
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
  void pack(int64_t group, int64_t image, int64_t first, int64_t last, int64_t p0, int64_t k,
            T* out) {
    const bool as_is = job_.plan.planes.as_is;
    const int64_t nr = cut_.micro.nr, channels = job_.channels;
    const int64_t image_stride = as_is ? job_.groups * channels * plane_ : channels * plane_;
    list_runs(job_.plan, pass_, image_stride, first, last, runs_);
    const int64_t patch_rows = channels * int64_t(pass_.offsets.size());
    const int64_t rows = std::min(p0 + k, patch_rows) - p0;
    if (rows > 0)
      kernels::table().conv->of<T>().pack({as_is ? source(group, image) : planes_.get(), plane_,
                                           pass_.offsets.data(), int64_t(pass_.offsets.size()), p0,
                                           p0 + rows, runs_.data(), int(runs_.size()), int(nr),
                                           out});
    if (p0 + k > patch_rows) std::fill(out + (k - 1) * nr, out + k * nr, T(1));  // for the bias
  }
  void scatter(int64_t group, int64_t image, int64_t first, int64_t last, int64_t row_begin,
               int64_t row_end) {
    const Three &g = pass_.grid, &step = job_.plan.out_step, &out = job_.plan.out;
    for (int64_t j = first; j < last;) {
      const int64_t x = j % g[2], y = j / g[2] % g[1], z = j / (g[2] * g[1]) % g[0];
      const int64_t n = image + j / cut_.grid, length = std::min(g[2] - x, last - j);
      const int64_t at =
          ((pass_.first[0] + z * step[0]) * out[1] + pass_.first[1] + y * step[1]) * out[2] +
          pass_.first[2] + x * step[2];
      T* to = job_.y + ((n * job_.groups + group) * job_.rows + row_begin) * volume(out) + at;
      const T* from = result_.get() + row_begin * cut_.nc + (j - first);
      for (int64_t i = row_begin; i < row_end; ++i, to += volume(out), from += cut_.nc)
        for (int64_t q = 0; q < length; ++q) to[q * step[2]] = from[q];
      j += length;
    }
  }

  const Job<T>& job_;
  const Pass& pass_;
  const Cut<T>& cut_;
  const T* weights_;
  int64_t plane_, group_ = -1, image_ = -1;
  Scratch<T> planes_, panels_, result_;
  std::vector<PatchRun> runs_;
};

}  // namespace

template <class T>
void by_patches(const Job<T>& job) {
  for (const Pass& pass : job.plan.passes) {
    const Cut<T> cut(job, pass);
    const int64_t size = cut.row_panels * cut.micro.mr * cut.k;
    const Scratch<T> weights(job.groups * size);
    for (int64_t group = 0; group < job.groups; ++group)
      pack_weights(job, pass, cut, group, weights.get() + group * size);
    const int64_t tasks =
        ceil_div(job.images, cut.images) * job.groups * cut.blocks * cut.row_parts;
    const int64_t work = round_up(job.rows, cut.micro.mr) / cut.row_parts * cut.k * cut.nc;
    parallel_for(0, tasks, gemm_loops::grain_for(work), [&](int64_t begin, int64_t end) {
      Worker<T> worker(job, pass, cut, weights.get());
      for (int64_t task = begin; task < end; ++task) worker.run(task);
    });
  }
}
template void by_patches(const Job<float>&);
template void by_patches(const Job<double>&);

template <class T>
void by_rows(const Job<T>& job) {
  const Planes& planes = job.plan.planes;
  const int64_t plane = planes.size(), size = volume(planes.in), out = volume(job.plan.out);
  const bool scattered = job.plan.passes.size() > 1 || job.plan.out_step != Three{1, 1, 1};
  const int64_t work = job.rows * job.channels * job.plan.taps * out;
  parallel_for(0, job.images * job.groups, gemm_loops::grain_for(4 * work),
               [&](int64_t begin, int64_t end) {
                 const Scratch<T> laid_out(planes.as_is ? 0 : job.channels * plane);
                 const Scratch<T> result(scattered ? out : 0);
                 std::vector<T> w;
                 std::vector<int64_t> taps;
                 for (int64_t i = begin; i < end; ++i) {
                   const int64_t group = i % job.groups;
                   const T* x = job.x + i * job.channels * size;
                   if (!planes.as_is) {
                     for (int64_t c = 0; c < job.channels; ++c)
                       planes.fill(x + c * size, laid_out.get() + c * plane);
                     x = laid_out.get();
                   }
                   for (const Pass& pass : job.plan.passes)
                     for (int64_t row = 0; row < job.rows; ++row) {
                       w.clear(), taps.clear();
                       for (int64_t c = 0; c < job.channels; ++c)
                         for (size_t t = 0; t < pass.offsets.size(); ++t) {
                           w.push_back(job.w[group * job.w_group + row * job.w_row +
                                             c * job.w_channel + pass.numbers[t]]);
                           taps.push_back(c * plane + pass.offsets[t]);
                         }
                       T* y = job.y + (i * job.rows + row) * out;
                       kernels::table().conv->of<T>().direct(
                           {{pass.grid[0], pass.grid[1], pass.grid[2], planes.layer_pitch(),
                             planes.row_pitch()},
                            x,
                            taps.data(),
                            w.data(),
                            int64_t(taps.size()),
                            job.bias ? job.bias[group * job.rows + row] : T(0),
                            scattered ? result.get() : y});
                       if (scattered) scatter_pass(job.plan, pass, result.get(), y);
                     }
                 }
               });
}
template void by_rows(const Job<float>&);
template void by_rows(const Job<double>&);

}  // namespace gradus::conv

// Convolution with channels of the result side by side. The positions of the result may lie
// anywhere in the planes then, also a stride apart: only the weights are packed, nothing is split
// by residues, and few columns of a picture leave no lanes empty.
#include <algorithm>

#include "tensor/image/conv_plan.h"
#include "tensor/linalg/gemm_loops.h"

namespace gradus::conv {

namespace {

using gemm_loops::ceil_div;

template <class T>
const kernels::ConvKernels<T>& kernel() {
  return kernels::table().conv->of<T>();
}

// The biases of the rows from `row` on, then for each channel and tap the weights, `lanes` of each.
template <class T>
void pack_weights(const Job<T>& job, int64_t group, int64_t row, int64_t lanes, T* to) {
  const int64_t rows = std::min(lanes, job.rows - row), taps = job.plan.taps;
  const T* w = job.w + group * job.w_group + row * job.w_row;
  std::fill(to, to + lanes, T(0));
  if (job.bias) std::copy_n(job.bias + group * job.rows + row, rows, to);
  to += lanes;
  for (int64_t c = 0; c < job.channels; ++c, w += job.w_channel, to += taps * lanes)
    kernels::table().gemm->of<T>().pack(w, job.w_row, 1, rows, taps, int(lanes), to);
}

// Where each position of the result is in the planes.
Vector<int64_t> positions_of(const Plan& plan) {
  const Pass& pass = plan.passes[0];
  const Three &g = pass.grid, &step = pass.in_step;
  Vector<int64_t> at;
  for (int64_t z = 0; z < g[0]; ++z)
    for (int64_t y = 0; y < g[1]; ++y)
      for (int64_t x = 0; x < g[2]; ++x)
        at.push_back(z * step[0] * plan.planes.layer_pitch() +
                     y * step[1] * plan.planes.row_pitch() + x * step[2]);
  return at;
}

}  // namespace

// Runs of columns (conv_runs.cpp) leave lanes empty where rows of the result are short, and with
// long steps there are many residues. Else turning the results costs more than is won.
bool positions_pay(const raw::Conv& conv, int64_t rows, IntArrayRef y) {
  const int64_t lanes = kernel<float>().lanes, step = conv.stride.back(), width = y.back();
  const bool strided =
      std::any_of(conv.stride.begin(), conv.stride.end(), [](int64_t s) { return s > 1; });
  return strided && (width < lanes || step >= lanes) &&
         gemm_loops::round_up(rows, lanes) * 7 <= rows * 8;
}

template <class T>
void by_positions(const Job<T>& job) {
  const Planes& planes = job.plan.planes;
  const int64_t plane = planes.size(), size = volume(planes.in), out = volume(job.plan.out);
  const Vector<int64_t> at = positions_of(job.plan);
  const Vector<int64_t> taps = job.plan.passes[0].offsets_of(job.channels, plane);
  const int64_t lanes = kernel<T>().lanes, panels = ceil_div(job.rows, lanes);
  const int64_t panel = (int64_t(taps.size()) + 1) * lanes;
  const Scratch<T> weights(job.groups * panels * panel);
  parallel_for(0, job.groups * panels, gemm_loops::grain_for(gemm_loops::by_packing * panel),
               [&](int64_t begin, int64_t end) {
                 for (int64_t i = begin; i < end; ++i)
                   pack_weights(job, i / panels, i % panels * lanes, lanes,
                                weights.get() + i * panel);
               });
  // Parts of an image's positions, where there are few images.
  const int64_t batches = job.images * job.groups, unit = 16 * kernel<T>().rows;
  const int64_t parts = batches >= 8 ? 1 : std::min(ceil_div(out, unit), ceil_div(8, batches));
  const int64_t work = panels * panel * ceil_div(out, parts);
  parallel_for(0, batches * parts, gemm_loops::grain_for(work), [&](int64_t begin, int64_t end) {
    const Scratch<T> laid_out(planes.as_is ? 0 : job.channels * plane);
    const T* x = nullptr;
    int64_t last = -1;
    for (int64_t task = begin; task < end; ++task) {
      const int64_t batch = task / parts, part = task % parts, group = batch % job.groups;
      if (batch != last)
        x = planes.of_channels(job.x + batch * job.channels * size, job.channels, laid_out.get());
      last = batch;
      const int64_t first = out * part / parts, count = out * (part + 1) / parts - first;
      for (int64_t i = 0; i < panels; ++i) {
        const T* w = weights.get() + (group * panels + i) * panel;
        kernel<T>().positions({x, at.data() + first, count, taps.data(), int64_t(taps.size()),
                               w + lanes, w, int(std::min(lanes, job.rows - i * lanes)),
                               job.y + (batch * job.rows + i * lanes) * out + first, out});
      }
    }
  });
}
template void by_positions(const Job<float>&);
template void by_positions(const Job<double>&);

}  // namespace gradus::conv

#include "tensor/image/conv_plan.h"

#include <algorithm>

#include "tensor/base/checked.h"

namespace gradus::conv {

namespace {

int64_t floor_mod(int64_t a, int64_t b) {
  const int64_t rest = a % b;
  return rest < 0 ? rest + b : rest;
}
// Elements from 0 to the first at `start` or behind it, of every s-th.
int64_t steps_to(int64_t start, int64_t s) { return start > 0 ? ceil_div(start, s) : 0; }

size_t index_in(const Vector<int64_t>& list, int64_t v) {
  return size_t(std::find(list.begin(), list.end(), v) - list.begin());
}

// For one dim: which taps a pass uses, and the place each meets in the planes for position 0.
struct DimTaps {
  struct Tap {
    int64_t number, residue, place;
  };
  Vector<Tap> taps;
};

// The taps of three axes as a list of all combinations.
void combine(Pass& pass, const std::array<DimTaps, 3>& axes, const Planes& planes,
             const Three& kernel) {
  const auto& res = planes.residues;
  for (const auto& z : axes[0].taps)
    for (const auto& y : axes[1].taps)
      for (const auto& x : axes[2].taps) {
        pass.numbers.push_back((z.number * kernel[1] + y.number) * kernel[2] + x.number);
        const int64_t phase = (int64_t(index_in(res[0], z.residue)) * int64_t(res[1].size()) +
                               int64_t(index_in(res[1], y.residue))) *
                                  int64_t(res[2].size()) +
                              int64_t(index_in(res[2], x.residue));
        pass.offsets.push_back(phase * volume(planes.extent) + z.place * planes.layer_pitch() +
                               y.place * planes.row_pitch() + x.place);
      }
}

std::pair<int64_t, int64_t> existing(const Planes& p, size_t d, int64_t residue) {
  const int64_t start = residue - p.low[d], s = p.step[d], extent = p.extent[d];
  const int64_t first = std::min(steps_to(-start, s), extent);
  return {first, std::clamp(steps_to(p.in[d] - start, s), first, extent)};
}

// Reading the input itself needs no room beyond it.
void settle(Planes& p) {
  for (size_t d = 0; d < 3; ++d)
    for (const int64_t residue : p.residues[d]) p.existing[d].push_back(existing(p, d, residue));
  p.as_is = true;
  for (size_t d = 0; d < 3; ++d)
    p.as_is = p.as_is && p.step[d] == 1 && p.low[d] == 0 && p.extent[d] <= p.in[d];
  if (p.as_is) p.extent = p.in;
  Checked size("convolution", p.phases());  // before anyone asks for so much
  for (const int64_t extent : p.extent) size *= extent;
  size *= sizeof(double);
}

}  // namespace

Vector<int64_t> Pass::offsets_of(int64_t channels, int64_t plane) const {
  Vector<int64_t> all;
  for (int64_t c = 0; c < channels; ++c)
    for (const int64_t at : offsets) all.push_back(c * plane + at);
  return all;
}

Three three(IntArrayRef a, int64_t missing) {
  Three out{missing, missing, missing};
  for (size_t i = 0; i < a.size(); ++i) out[3 - a.size() + i] = a[i];
  return out;
}

template <class T>
void Planes::fill(const T* from, T* to) const {
  const auto spread = kernels::table().conv->of<T>().spread;
  for (const int64_t rz : residues[0])
    for (size_t y = 0; y < residues[1].size(); ++y)
      for (size_t x = 0; x < residues[2].size(); ++x) {
        const auto [first, last] = existing[2][x];
        const auto [above, below] = existing[1][y];
        const int64_t ry = residues[1][y], start = residues[2][x] - low[2], s = step[2];
        for (int64_t z = 0; z < extent[0]; ++z, to += layer_pitch()) {
          const int64_t iz = z * step[0] + rz - low[0];
          const bool exists = iz >= 0 && iz < in[0];
          const int64_t begin = exists ? above : extent[1], end = exists ? below : extent[1];
          std::fill(to, to + begin * extent[2], T(0));
          if (begin < end) {
            const int64_t iy = begin * step[1] + ry - low[1];
            spread({from + (iz * in[1] + iy) * in[2] + start + first * s, step[1] * in[2], s,
                    end - begin, extent[2], first, last, to + begin * extent[2]});
          }
          std::fill(to + end * extent[2], to + layer_pitch(), T(0));
        }
      }
}
template void Planes::fill(const float*, float*) const;
template void Planes::fill(const double*, double*) const;

Plan forward_plan(const raw::Conv& conv, IntArrayRef x, IntArrayRef kernel, IntArrayRef y,
                  bool whole) {
  const Three k = three(kernel, 1), dilation = three(conv.dilation, 1);
  Three in_step = {1, 1, 1};
  Plan plan;
  Planes& planes = plan.planes;
  planes.in = three(x, 1);
  planes.step = three(conv.stride, 1);
  planes.low = three(conv.padding, 0);
  plan.out = three(y, 1);
  plan.out_step = {1, 1, 1};
  plan.taps = volume(k);
  std::array<DimTaps, 3> axes;
  for (size_t d = 0; d < 3; ++d) {
    int64_t reach = 0;
    if (plan.out[d] == 1 && k[d] == 1 && planes.low[d] == 0) planes.step[d] = 1;
    if (whole) std::swap(planes.step[d], in_step[d]);
    for (int64_t t = 0; t < k[d]; ++t) {
      const int64_t at = t * dilation[d], residue = at % planes.step[d];
      axes[d].taps.push_back({t, residue, at / planes.step[d]});
      reach = std::max(reach, at / planes.step[d]);
      auto& list = planes.residues[d];
      if (index_in(list, residue) == list.size()) list.push_back(residue);
    }
    planes.extent[d] = (plan.out[d] - 1) * in_step[d] + 1 + reach;
  }
  settle(planes);
  Pass pass{{0, 0, 0}, plan.out, {}, {}, in_step};
  combine(pass, axes, planes, k);
  plan.passes.push_back(std::move(pass));
  return plan;
}

Plan backward_plan(const raw::Conv& conv, IntArrayRef y, IntArrayRef kernel, IntArrayRef x) {
  const Three k = three(kernel, 1), dilation = three(conv.dilation, 1),
              stride = three(conv.stride, 1), padding = three(conv.padding, 0);
  Plan plan;
  Planes& planes = plan.planes;
  planes.in = three(y, 1);
  planes.step = {1, 1, 1};
  planes.residues = {{{0}, {0}, {0}}};
  plan.out = three(x, 1);
  plan.out_step = stride;
  plan.taps = volume(k);

  // x at `phase + stride * i` meets tap t where y is at (phase + padding - t * dilation) / stride
  // + i, if that is whole.
  std::array<Vector<DimTaps>, 3> phases;
  for (size_t d = 0; d < 3; ++d) {
    int64_t least = 0, reach = 0;
    for (int64_t phase = 0; phase < std::min(stride[d], plan.out[d]); ++phase) {
      DimTaps axis;
      const int64_t grid = ceil_div(plan.out[d] - phase, stride[d]);
      for (int64_t t = 0; t < k[d]; ++t) {
        const int64_t at = phase + padding[d] - t * dilation[d];
        if (floor_mod(at, stride[d]) != 0) continue;
        const int64_t place = (at - floor_mod(at, stride[d])) / stride[d];
        axis.taps.push_back({t, 0, place});
        least = std::min(least, place);
        reach = std::max(reach, place + grid);
      }
      phases[d].push_back(std::move(axis));
    }
    planes.low[d] = -least;
    planes.extent[d] = reach - least;
    for (DimTaps& axis : phases[d])
      for (auto& tap : axis.taps) tap.place -= least;
  }
  settle(planes);
  for (size_t z = 0; z < phases[0].size(); ++z)
    for (size_t yy = 0; yy < phases[1].size(); ++yy)
      for (size_t xx = 0; xx < phases[2].size(); ++xx) {
        Pass pass{{int64_t(z), int64_t(yy), int64_t(xx)}, {}, {}, {}, {1, 1, 1}};
        for (size_t d = 0; d < 3; ++d)
          pass.grid[d] = ceil_div(plan.out[d] - pass.first[d], stride[d]);
        combine(pass, {phases[0][z], phases[1][yy], phases[2][xx]}, planes, k);
        plan.passes.push_back(std::move(pass));
      }
  return plan;
}

template <class T>
void scatter_pass(const Plan& plan, const Pass& pass, const T* from, const T* odd, T* channel) {
  const int64_t width = plan.out[2], step = plan.out_step[2];
  for (int64_t z = 0; z < pass.grid[0]; ++z) {
    const int64_t iz = pass.first[0] + z * plan.out_step[0];
    T* to = channel + (iz * plan.out[1] + pass.first[1]) * width + pass.first[2];
    if (odd) {
      const int64_t rows = pass.grid[1];
      kernels::table().conv->of<T>().interleave(from, pass.grid[2], odd, width / 2, rows, width, to,
                                                plan.out_step[1] * width);
      from += rows * pass.grid[2], odd += rows * (width / 2);
      continue;
    }
    for (int64_t y = 0; y < pass.grid[1]; ++y, from += pass.grid[2], to += plan.out_step[1] * width)
      for (int64_t x = 0; x < pass.grid[2]; ++x) to[x * step] = from[x];
  }
}
template void scatter_pass(const Plan&, const Pass&, const float*, const float*, float*);
template void scatter_pass(const Plan&, const Pass&, const double*, const double*, double*);

}  // namespace gradus::conv

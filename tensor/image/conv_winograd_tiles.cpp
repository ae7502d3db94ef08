// Tiles of pictures, and whether they will do for a convolution.
#include <algorithm>
#include <cstdlib>

#include "tensor/image/conv_winograd.h"

namespace gradus::conv::winograd {

Three distance(const Plan& plan) {
  const auto& at = plan.passes[0].offsets;
  if (at.size() < taps * taps) return {1, 1, 1};
  const int64_t pitch = plan.planes.row_pitch();
  return {1, std::max<int64_t>(std::abs(at[taps] - at[0]) / pitch, 1), std::abs(at[1] - at[0])};
}

void Source::fill(const Tiles& tiles, int64_t image, int64_t row, int64_t rows, float* strip_,
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
  // The same of lines.
  const int64_t top = row * side * apart[1] + place.y - low[1];
  const int64_t above = std::min(top < 0 ? ceil_div(-top, apart[1]) : 0, lines);
  const int64_t below =
      std::clamp<int64_t>(in[1] > top ? ceil_div(in[1] - top, apart[1]) : 0, above, lines);
  for (int64_t c = 0; c < channels * deep; c += lanes) {
    const int64_t z = place.layer + c / channels - low[0], channel = c % channels;
    const int64_t count = std::min(lanes, channels - channel);
    const float* x = data + (place.batch * all + channel) * volume(in);
    const bool exists = z >= 0 && z < in[0];
    const int64_t begin = exists ? above : lines, end = exists ? below : lines;
    std::fill(strip_, strip_ + begin * step, 0.0f);
    std::fill(strip_ + end * step, strip_ + lines * step, 0.0f);
    for (int64_t r = begin; r < end; ++r) {
      std::fill(strip_ + r * step, strip_ + r * step + first * lanes, 0.0f);
      std::fill(strip_ + r * step + last * lanes, strip_ + (r + 1) * step, 0.0f);
    }
    const int64_t line = apart[1] * in[2], length = last - first;
    float* to = strip_ + begin * step + first * lanes;
    if (begin < end) x += (z * in[1] + top) * in[2] + begin * line + from;
    if (apart[2] == 1) {
      transforms().transpose(
          {x, volume(in), line, to, lanes, step, count, length, end - begin, false});
    } else {
      float* packed = strip_ + lines * step;
      for (int64_t r = begin; r < end; ++r, x += line, to += step) {
        kernels::table().conv->of_float.spread(
            {x, volume(in), apart[2], count, length, 0, length, packed});
        transforms().transpose({packed, length, 0, to, lanes, 0, count, length, 1, false});
      }
    }
    for (int64_t r = 0; r < rows; ++r)
      transform({strip_ + r * side * step, step, lanes, side * lanes,
                 out + r * tiles.columns * stack.pitch() + c, 6 * stack.matrix(), stack.matrix(),
                 stack.pitch(), tiles.columns});
  }
}

Source source_of(const Plan& plan, const float* x, int64_t channels, int64_t groups) {
  return {x,           channels, channels * groups, plan.planes.in, plan.planes.low,
          depth(plan), reach,    transforms().input};
}

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

bool pays(const Plan& plan, int64_t images, int64_t channels, int64_t rows) {
  if (channels < lanes || rows < lanes || order_of(plan) == 0) return false;
  const int64_t filters = channels * depth(plan) * rows;
  constexpr int64_t most = 128 * 1024;  // their transforms are to stay in cache
  if (filters > most || (depth(plan) > 1 && channels % lanes != 0)) return false;
  const Tiles tiles(plan, images, 1);
  if (tiles.apart[2] > 1 && channels * rows <= lanes * lanes) return false;  // strided stores
  const int64_t count = tiles.rows * tiles.columns;
  return count * tiles.images >= 16 && products * count * tiles.apart[1] * tiles.apart[2] * 8 <=
                                           taps * taps * tiles.grid[1] * tiles.grid[2] * 5;
}

}  // namespace gradus::conv::winograd

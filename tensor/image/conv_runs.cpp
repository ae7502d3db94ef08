// Convolution without patches: the results of neighbouring columns read neighbouring elements of
// the planes, also across the ends of rows. What comes out between the rows is left behind.
#include <algorithm>

#include "tensor/image/conv_plan.h"
#include "tensor/linalg/gemm_loops.h"

namespace gradus::conv {

namespace {

using gemm_loops::ceil_div;
using gemm_loops::round_up;

const kernels::ConvTable& table() { return *kernels::table().conv; }

// A pass as lines of columns. Those of a layer are the rows of its grid, or where these follow each
// other without a gap, parts of them all.
struct PassLines {
  int64_t layers, each;        // lines of a layer
  int64_t width, last, pitch;  // columns of a line, of the last one of a layer, and between them
  bool gapless;

  PassLines(const Plan& plan, const Pass& pass) {
    const Three& g = pass.grid;
    const bool plain = plan.passes.size() == 1 && plan.out_step == Three{1, 1, 1};
    gapless = g[1] == 1 || (plain && g[2] == plan.planes.row_pitch());
    layers = g[0];
    if (gapless) {
      const int64_t columns = g[1] * g[2];
      width = pitch = std::min<int64_t>(columns, 512);
      each = ceil_div(columns, width);
      last = columns - (each - 1) * width;
    } else {
      each = g[1], width = last = g[2], pitch = plan.planes.row_pitch();
    }
  }
  int64_t all() const { return layers * each; }
  // Columns from the beginning of line `first` of a layer to the end of the n-th, as far as there
  // are.
  int64_t columns(int64_t first, int64_t n) const {
    return std::min((n - 1) * pitch + width, (each - 1 - first) * pitch + last);
  }
};

// The weights of a pass in panels of `width` rows.
struct Work {
  const Pass& pass;
  PassLines lines;
  Vector<int64_t> taps;
  const float* weights;
};

// The width of panels that costs least.
int64_t panel_width(int64_t rows) {
  const int64_t unit = table().run_unit;
  int64_t best = unit;
  const auto cost = [&](int64_t width) { return ceil_div(rows, width) * (4 * width + 3); };
  for (const int64_t width : {2 * unit, 3 * unit})
    if (cost(width) <= cost(best)) best = width;
  return best;
}

// The panel that begins with `row`: of the biases, then of the weights of each tap.
void pack_weights(const Job<float>& job, const Pass& pass, int64_t group, int64_t row,
                  int64_t width, float* to) {
  const int64_t rows = std::min(width, job.rows - row);
  const float* w = job.w + group * job.w_group + row * job.w_row;
  const auto put = [&](auto value) {
    for (int64_t i = 0; i < rows; ++i) to[i] = value(i);
    std::fill(to + rows, to + width, 0.0f);
    to += width;
  };
  const float* bias = job.bias ? job.bias + group * job.rows + row : nullptr;
  put([&](int64_t i) { return bias ? bias[i] : 0.0f; });
  for (int64_t c = 0; c < job.channels; ++c)
    for (const int64_t number : pass.numbers)
      put([&, from = w + c * job.w_channel + number](int64_t i) { return from[i * job.w_row]; });
}

class Worker {
 public:
  Worker(const Job<float>& job, const Vector<Work>& works, int64_t width, int64_t lines_at_once)
      : job_(job),
        works_(works),
        width_(width),
        lines_at_once_(lines_at_once),
        plane_(job.plan.planes.size()),
        plain_(works.size() == 1 && job.plan.out_step == Three{1, 1, 1}),
        pairs_(job.plan.out_step[2] == 2 && job.plan.out[2] > 1),
        result_row_(round_up(lines_at_once * works[0].lines.pitch, 16)),
        planes_(job.plan.planes.as_is ? 0 : job.channels * plane_),
        result_(2 * job.rows * result_row_) {}

  // Part number `part` of `parts` of the lines of all passes.
  void run(int64_t batch, int64_t part, int64_t parts) {
    lay_out(batch);
    const size_t together = pairs_ ? 2 : 1;
    for (size_t p = 0; p < works_.size(); p += together) {
      const PassLines& lines = works_[p].lines;
      const int64_t end = lines.all() * (part + 1) / parts;
      for (int64_t line = lines.all() * part / parts, n; line < end; line += n) {
        const int64_t z = line / lines.each, first = line % lines.each;
        n = std::min({end - line, lines.each - first, lines_at_once_});
        if (plain_ && (n == 1 || lines.gapless)) {
          const int64_t at = z * job_.plan.out[1] * job_.plan.out[2] + first * lines.width;
          multiply(works_[p], batch, z, first, n, result_of(batch) + at, volume(job_.plan.out));
          continue;
        }
        for (size_t q = 0; q < together; ++q)
          multiply(works_[p + q], batch, z, first, n, result(q), result_row_);
        scatter(p, batch, z, first, n);
      }
    }
  }

 private:
  float* result(size_t which) const {
    return result_.get() + int64_t(which) * job_.rows * result_row_;
  }
  float* result_of(int64_t batch) const {
    return job_.y + batch * job_.rows * volume(job_.plan.out);
  }

  void lay_out(int64_t batch) {
    const Planes& planes = job_.plan.planes;
    if (batch != batch_)
      x_ = planes.of_channels(job_.x + batch * job_.channels * volume(planes.in), job_.channels,
                              planes_.get());
    batch_ = batch;
  }

  void multiply(const Work& work, int64_t batch, int64_t z, int64_t first, int64_t n, float* y,
                int64_t y_row) const {
    const PassLines& lines = work.lines;
    const int64_t group = batch % job_.groups, taps = int64_t(work.taps.size()),
                  panels = ceil_div(job_.rows, width_), panel = (taps + 1) * width_;
    kernels::ConvRun run{x_ + z * job_.plan.planes.layer_pitch() + first * lines.pitch,
                         work.taps.data(),
                         taps,
                         nullptr,
                         int(width_),
                         0,
                         nullptr,
                         y_row,
                         lines.columns(first, n)};
    for (int64_t i = 0; i < panels; ++i) {
      run.w = work.weights + (group * panels + i) * panel;
      run.rows = int(std::min(width_, job_.rows - i * width_));
      run.y = y + i * width_ * y_row;
      table().run(run);
    }
  }

  // Lines of the results to their places.
  void scatter(size_t p, int64_t batch, int64_t z, int64_t first, int64_t n) const {
    const Plan& plan = job_.plan;
    const Pass& pass = works_[p].pass;
    const PassLines& lines = works_[p].lines;
    const Three &step = plan.out_step, &out = plan.out;
    const int64_t row = lines.gapless ? 0 : first, column = lines.gapless ? first * lines.width : 0;
    const int64_t pitch = step[1] * out[2];
    const int64_t at =
        ((pass.first[0] + z * step[0]) * out[1] + pass.first[1] + row * step[1]) * out[2] +
        pass.first[2] + column * step[2];
    float* y = result_of(batch) + at;
    for (int64_t i = 0; i < job_.rows; ++i, y += volume(out)) {
      const float *from = result(0) + i * result_row_, *odd = result(1) + i * result_row_;
      if (lines.gapless) {  // the same line goes on
        const int64_t count = lines.columns(first, n);
        if (pairs_) {
          const int64_t rest = out[2] - 2 * column;
          table().of_float.interleave(from, 0, odd, 0, 1, std::min(2 * count, rest), y, 0);
        } else {
          for (int64_t q = 0; q < count; ++q) y[q * step[2]] = from[q];
        }
      } else if (pairs_) {
        table().of_float.interleave(from, lines.pitch, odd, lines.pitch, n, out[2], y, pitch);
      } else if (plain_) {
        table().of_float.spread({from, lines.pitch, 1, n, lines.width, 0, lines.width, y});
      } else {
        for (int64_t r = 0; r < n; ++r)
          for (int64_t q = 0; q < lines.width; ++q)
            y[r * pitch + q * step[2]] = from[r * lines.pitch + q];
      }
    }
  }

  const Job<float>& job_;
  const Vector<Work>& works_;
  int64_t width_, lines_at_once_, plane_;
  bool plain_, pairs_;
  int64_t result_row_, batch_ = -1;
  const float* x_ = nullptr;
  Scratch<float> planes_, result_;
};

// Whether it costs less than packed patches. There columns are packed, which costs as much as some
// more rows; the more, the shorter the runs are. Here columns between the lines and behind the last
// one are multiplied too. Many rows or taps would push each other out of the first cache.
bool pays(const Job<float>& job) {
  constexpr int64_t many_rows = 96, few_taps = 64;
  if (job.rows > many_rows && job.channels * job.plan.taps > few_taps) return false;
  int64_t useful = 0, columns = 0;
  for (const Pass& pass : job.plan.passes) {
    const PassLines lines(job.plan, pass);
    useful += volume(pass.grid);
    columns += lines.layers * round_up(lines.columns(0, lines.each), 16);
  }
  const int64_t width = std::max<int64_t>(job.plan.passes[0].grid[2], 4);
  const int64_t packing = 8 + 2048 / (width * width);
  const int64_t rows = round_up(job.rows, kernels::table().gemm->of_float.mr);
  return columns * round_up(job.rows, panel_width(job.rows)) <= useful * (rows + packing);
}

}  // namespace

bool by_runs(const Job<float>& job) {
  if (!pays(job)) return false;
  const int64_t width = panel_width(job.rows), panels = ceil_div(job.rows, width);
  const int64_t plane = job.plan.planes.size();
  Vector<Work> works;
  int64_t size = 0, columns = 0, taps = 0;
  for (const Pass& pass : job.plan.passes) {
    works.push_back(
        {pass, PassLines(job.plan, pass), pass.offsets_of(job.channels, plane), nullptr});
    const Work& work = works.back();
    size += job.groups * panels * width * (int64_t(work.taps.size()) + 1);
    columns += work.lines.all() * work.lines.pitch;
    taps = std::max(taps, int64_t(work.taps.size()));
  }
  const Scratch<float> weights(size);
  float* to = weights.get();
  for (Work& work : works) {
    work.weights = to;
    const int64_t all = job.groups * panels, each = width * (int64_t(work.taps.size()) + 1);
    parallel_for(0, all, gemm_loops::grain_for(4 * each), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        pack_weights(job, work.pass, i / panels, i % panels * width, width, to + i * each);
    });
    to += all * each;
  }
  // The results of so many lines at once stay in the cache. A line alone is written where it
  // belongs, and what lies between lines is not multiplied.
  const PassLines& lines = works[0].lines;
  const int64_t lanes = 2 * kernels::table().gemm->of_float.width;
  const bool plain = works.size() == 1 && job.plan.out_step == Three{1, 1, 1};
  const bool one_by_one = plain && !lines.gapless && lines.width >= lanes &&
                          round_up(lines.width, lanes) * 5 <= lines.pitch * 6;
  const int64_t most = 64 * 1024 / (job.rows * lines.pitch * int64_t(sizeof(float)));
  const int64_t lines_at_once = one_by_one ? 1 : std::clamp<int64_t>(most, 1, lines.each);
  const int64_t batches = job.images * job.groups;
  const int64_t parts = batches >= 8 ? 1 : std::min(lines.all(), ceil_div(8, batches));
  const int64_t work = panels * width * taps * columns / parts;
  parallel_for(0, batches * parts, gemm_loops::grain_for(work), [&](int64_t begin, int64_t end) {
    Worker worker(job, works, width, lines_at_once);
    for (int64_t task = begin; task < end; ++task) worker.run(task / parts, task % parts, parts);
  });
  return true;
}

}  // namespace gradus::conv

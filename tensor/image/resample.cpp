#include "tensor/image/resample.h"

#include <algorithm>
#include <cstring>

#include "tensor/base/checked.h"
#include "tensor/base/dtype.h"
#include "tensor/base/parallel.h"
#include "tensor/base/short_copy.h"
#include "tensor/kernels/table.h"
#include "tensor/shape.h"

namespace gradus::raw {

Axis::Axis(int64_t size, int64_t out, int64_t each) : in(size) {
  const int64_t entries = checked_mul("resample", out, each);
  begin.reserve(size_t(out) + 1);
  index.reserve(size_t(entries));
  weight.reserve(size_t(entries));
}
bool Axis::is_unweighted() const {
  return std::all_of(weight.begin(), weight.end(), [](double w) { return w == 1; });
}
bool Axis::is_selection() const {
  for (size_t i = 0; i + 1 < begin.size(); ++i)
    if (begin[i + 1] - begin[i] > 1) return false;
  return is_unweighted();
}
bool Axis::is_identity() const {
  if (out() != in || int64_t(index.size()) != in || !is_selection()) return false;
  for (int64_t i = 0; i < in; ++i)
    if (index[size_t(i)] != i) return false;
  return true;
}
Axis Axis::transposed() const {
  Axis t(out());
  Vector<int64_t> at(size_t(in) + 1, 0);
  for (const int64_t j : index) ++at[size_t(j) + 1];
  for (size_t j = 1; j < at.size(); ++j) at[j] += at[j - 1];
  t.begin = at;
  t.index.resize(index.size());
  t.weight.resize(index.size());
  for (int64_t i = 0; i < out(); ++i)
    for (int64_t e = begin[size_t(i)]; e < begin[size_t(i) + 1]; ++e) {
      const size_t to = size_t(at[size_t(index[size_t(e)])]++);
      t.index[to] = i;
      t.weight[to] = weight[size_t(e)];
    }
  return t;
}

namespace {

// y[to + k] = or += x[from + k] for each k < length; from < 0 stands for zeros.
struct Run {
  int64_t to, from, length;
  bool adds;
};

// What an axis does whose weights are all 1: the first elements of the sums, then the second ones.
Vector<Run> runs_of(const Axis& axis, int64_t width) {
  Vector<Run> runs;
  int64_t most = 1;
  for (int64_t i = 0; i < axis.out(); ++i)
    most = std::max(most, axis.begin[size_t(i) + 1] - axis.begin[size_t(i)]);
  for (int64_t e = 0; e < most; ++e)
    for (int64_t i = 0; i < axis.out(); ++i) {
      const int64_t at = axis.begin[size_t(i)] + e;
      const bool none = at >= axis.begin[size_t(i) + 1];
      if (none && e > 0) continue;
      const Run one{i * width, none ? -1 : axis.index[size_t(at)] * width, width, e > 0};
      Run* last = runs.empty() ? nullptr : &runs.back();
      const bool follows = last && last->adds == one.adds && last->to + last->length == one.to;
      if (follows &&
          (none ? last->from < 0 : last->from >= 0 && last->from + last->length == one.from))
        last->length += width;
      else
        runs.push_back(one);
    }
  return runs;
}

// Where the runs are short, elements are better taken one by one.
bool pays(const Vector<Run>& runs, const Axis& axis) {
  return int64_t(runs.size()) * 4 <= axis.out();
}

template <class T>
void move_runs(const Vector<Run>& runs, const T* x, T* y) {
  for (const Run& r : runs) {
    if (r.adds)
      add_line(y + r.to, x + r.from, r.length);
    else if (r.from < 0)
      std::fill_n(y + r.to, r.length, T(0));
    else
      copy_line(y + r.to, x + r.from, r.length);
  }
}

// y[..] = weight * x[from] for `length` elements; from < 0 stands for zeros.
template <class T>
struct Fill {
  int64_t from;
  T weight;
  int64_t length;
};

// What an axis does that takes one element or none for each of the result's; nothing if it takes
// more, or where the fills are short.
template <class T>
Vector<Fill<T>> fills_of(const Axis& axis, const Vector<T>& weight) {
  Vector<Fill<T>> fills;
  for (size_t i = 0; i + 1 < axis.begin.size(); ++i) {
    const size_t e = size_t(axis.begin[i]);
    if (axis.begin[i + 1] - axis.begin[i] > 1) return {};
    const bool none = axis.begin[i + 1] == axis.begin[i];
    const Fill<T> one{none ? -1 : axis.index[e], none ? T(0) : weight[e], 1};
    if (!fills.empty() && fills.back().from == one.from && fills.back().weight == one.weight)
      ++fills.back().length;
    else
      fills.push_back(one);
  }
  if (int64_t(fills.size()) * 4 > axis.out()) fills.clear();
  return fills;
}

// One dim of a block [layers, axis.in, width] to [layers, axis.out(), width].
template <class T>
class Step {
 public:
  Step(const Axis& axis, int64_t layers, int64_t width)
      : axis_(axis), layers_(layers), width_(width), weight_(axis.weight.size()) {
    if (axis.is_unweighted()) {
      runs_ = runs_of(axis, width);
      if (pays(runs_, axis)) return;
      runs_.clear();
    }
    for (size_t e = 0; e < weight_.size(); ++e) weight_[e] = static_cast<T>(axis.weight[e]);
    if (width == 1) {
      long_ = has_long_windows();
      fills_ = fills_of(axis, weight_);
      return;
    }
    for (const int64_t i : axis.index) offset_.push_back(i * width);
  }
  int64_t size() const { return layers_ * axis_.out() * width_; }
  int64_t work() const { return size() + layers_ * int64_t(axis_.index.size()) * width_; }

  // For `blocks` blocks, one behind the other.
  void operator()(const T* x, T* y, int64_t blocks) const {
    const int64_t in = axis_.in * width_, out = axis_.out() * width_;
    int64_t left = layers_ * blocks;
    const auto all = [&](int64_t together, auto f) {
      for (; left >= together; left -= together, x += together * in, y += together * out) f();
    };
    if (!runs_.empty()) return all(1, [&] { move_runs(runs_, x, y); });
    if (width_ > 1) return all(1, [&] { rows(x, y); });
    if (!fills_.empty()) return all(1, [&] { fill(x, y); });
    if (long_) return all(1, [&] { windows(x, y); });
    all(4, [&] { elements<4>(x, y); });
    all(1, [&] { elements<1>(x, y); });
  }

 private:
  // Of so many layers at once.
  template <int Layers>
  void elements(const T* x, T* y) const {
    const int64_t *begin = axis_.begin.data(), *index = axis_.index.data();
    const T* weight = weight_.data();
    const int64_t in = axis_.in, out = axis_.out();
    for (int64_t i = 0; i < out; ++i) {
      const int64_t first = begin[i], last = begin[i + 1];
      if (last - first == 2) {  // most often, and without a loop
        const T v = weight[first], w = weight[first + 1];
        const T *a = x + index[first], *b = x + index[first + 1];
        for (int k = 0; k < Layers; ++k) y[k * out + i] = v * a[k * in] + w * b[k * in];
        continue;
      }
      T sum[Layers] = {};
      for (int64_t e = first; e < last; ++e)
        for (int k = 0; k < Layers; ++k) sum[k] += weight[e] * x[index[e] + k * in];
      for (int k = 0; k < Layers; ++k) y[k * out + i] = sum[k];
    }
  }
  void fill(const T* x, T* y) const {
    for (const Fill<T>& f : fills_) {
      const T value = f.from < 0 ? T(0) : f.weight * x[f.from];
      typedef T Four __attribute__((vector_size(4 * sizeof(T))));
      const Four four = {value, value, value, value};
      int64_t i = 0;
      for (; i + 4 <= f.length; i += 4) std::memcpy(y + i, &four, sizeof four);
      for (; i < f.length; ++i) y[i] = value;
      y += f.length;
    }
  }
  // Elements that follow each other make each of the result's.
  void windows(const T* x, T* y) const {
    const int64_t* begin = axis_.begin.data();
    for (int64_t i = 0; i < axis_.out(); ++i) {
      y[i] = T(0);
      kernels::table().conv->of<T>().dots({{1, 1, begin[i + 1] - begin[i], 0, 0},
                                           x,
                                           axis_.index.data() + begin[i],
                                           1,
                                           weight_.data() + begin[i],
                                           y + i});
    }
  }
  bool has_long_windows() const {
    if (axis_.out() == 0 || axis_.index.size() < 12 * size_t(axis_.out())) return false;
    for (size_t i = 0; i + 1 < axis_.begin.size(); ++i)
      for (int64_t e = axis_.begin[i] + 1; e < axis_.begin[i + 1]; ++e)
        if (axis_.index[size_t(e)] != axis_.index[size_t(e) - 1] + 1) return false;
    return axis_.begin[1] > 0;
  }
  // Whether element i of the result takes the one that the element before takes.
  bool repeats(int64_t i) const {
    if (i == 0) return false;
    const int64_t e = axis_.begin[size_t(i)], before = axis_.begin[size_t(i) - 1];
    return before + 1 == e && axis_.index[size_t(before)] == axis_.index[size_t(e)] &&
           weight_[size_t(before)] == weight_[size_t(e)];
  }
  // y = v a + w b, for rows that are done before a kernel has begun.
  void mix(T v, const T* a, T w, const T* b, T* y) const {
    typedef T Four __attribute__((vector_size(4 * sizeof(T)), aligned(sizeof(T)), may_alias));
    int64_t k = 0;
    for (; k + 4 <= width_; k += 4)
      *reinterpret_cast<Four*>(y + k) =
          v * *reinterpret_cast<const Four*>(a + k) + w * *reinterpret_cast<const Four*>(b + k);
    for (; k < width_; ++k) y[k] = v * a[k] + w * b[k];
  }
  void rows(const T* x, T* y) const {
    for (int64_t i = 0; i < axis_.out(); ++i, y += width_) {
      const int64_t first = axis_.begin[size_t(i)], count = axis_.begin[size_t(i) + 1] - first;
      if (count == 0) {
        std::fill(y, y + width_, T(0));
      } else if (count == 1 && weight_[size_t(first)] == T(1)) {
        std::copy_n(x + offset_[size_t(first)], width_, y);
      } else if (count == 1 && repeats(i)) {
        copy_line(y, y - width_, width_);
      } else if (count == 2 && width_ < 32) {
        mix(weight_[size_t(first)], x + offset_[size_t(first)], weight_[size_t(first) + 1],
            x + offset_[size_t(first) + 1], y);
      } else {
        kernels::table().conv->of<T>().direct({{1, 1, width_, 0, 0},
                                               x,
                                               offset_.data() + first,
                                               weight_.data() + first,
                                               count,
                                               T(0),
                                               y});
      }
    }
  }

  const Axis& axis_;
  int64_t layers_, width_;
  Vector<T> weight_;
  Vector<int64_t> offset_;
  Vector<Run> runs_;
  bool long_ = false;
  Vector<Fill<T>> fills_;
};

// Rows of the result from those of x that start at `from`, or of zeros where it is negative.
template <class T>
void select_rows(const T* x, T* y, const int64_t* from, int64_t rows, const Axis& last,
                 const Vector<Run>& runs) {
  const int64_t width = last.out();
  if (!pays(runs, last) && int64_t(last.index.size()) == width) {
    const int64_t* index = last.index.data();
    for (int64_t r = 0; r < rows; ++r, y += width) {
      const T* row = x + from[r];
      if (from[r] < 0)
        std::fill_n(y, width, T(0));
      else if (r > 0 && from[r] == from[r - 1])
        copy_line(y, y - width, width);
      else
        for (int64_t i = 0; i < width; ++i) y[i] = row[index[i]];
    }
    return;
  }
  for (const Run& run : runs) {
    T* to = y + run.to;
    const int64_t start = run.from, length = run.length;
    if (length == 1) {
      for (int64_t r = 0; r < rows; ++r, to += width)
        *to = start < 0 || from[r] < 0 ? T(0) : x[from[r] + start];
      continue;
    }
    for (int64_t r = 0; r < rows; ++r, to += width) {
      if (start < 0 || from[r] < 0)
        std::fill_n(to, length, T(0));
      else
        copy_line(to, x + from[r] + start, length);
    }
  }
}

// All axes at once, where each takes an element or none: rows along the last one from where the
// others say.
template <class T>
void select(const T* x, T* y, int64_t blocks, int64_t in, const std::vector<Axis>& axes) {
  const Axis& last = axes.back();
  Vector<int64_t> from{0};  // the rows of a block; -1 for zeros
  for (size_t d = 0; d + 1 < axes.size(); ++d) {
    Vector<int64_t> next;
    for (const int64_t row : from)
      for (int64_t i = 0; i < axes[d].out(); ++i) {
        const int64_t at = axes[d].begin[size_t(i)];
        const bool none = row < 0 || at == axes[d].begin[size_t(i) + 1];
        next.push_back(none ? -1 : row * axes[d].in + axes[d].index[size_t(at)]);
      }
    from = std::move(next);
  }
  for (int64_t& row : from) row *= last.in;
  const Vector<Run> runs = runs_of(last, 1);
  constexpr int64_t most_rows = 64;  // that stay in the cache from run to run
  const auto rows = int64_t(from.size());
  parallel_for(0, blocks * rows, std::max<int64_t>(1, 16384 / last.out()),
               [&](int64_t begin, int64_t end) {
                 for (int64_t k = begin; k < end;) {
                   const int64_t first = k % rows;
                   const int64_t count = std::min({rows - first, end - k, most_rows});
                   select_rows(x + k / rows * in, y + k * last.out(), from.data() + first, count,
                               last, runs);
                   k += count;
                 }
               });
}

template <class T>
void run(const T* x, T* y, int64_t blocks, int64_t in, int64_t out,
         const std::vector<Step<T>>& steps) {
  int64_t most = 1, work = 1;
  for (const Step<T>& s : steps) most = std::max(most, s.size()), work += s.work();
  parallel_for(0, blocks, std::max<int64_t>(1, 16384 / work), [&](int64_t begin, int64_t end) {
    // So many blocks that what is between the steps stays near.
    const int64_t together = std::clamp<int64_t>(4096 / most, 1, end - begin);
    Vector<T> a(steps.size() > 1 ? size_t(most * together) : 0),
        b(steps.size() > 2 ? size_t(most * together) : 0);
    for (int64_t i = begin; i < end; i += together) {
      const T* from = x + i * in;
      const int64_t n = std::min(together, end - i);
      for (size_t s = 0; s < steps.size(); ++s) {
        T* to = s + 1 == steps.size() ? y + i * out : s % 2 ? b.data() : a.data();
        steps[s](from, to, n);
        from = to;
      }
    }
  });
}

}  // namespace

bool check_resampled(const char* op, const Tensor& x, IntArrayRef out) {
  Dims sizes = x.sizes();
  std::copy(out.begin(), out.end(), sizes.end() - out.size());
  constexpr int64_t small = 4096;  // for which there is always memory
  if (checked_numel(sizes, op) > small) empty(sizes, x.dtype());
  return x.numel() > 0 && product(sizes) > 0;
}

Tensor resample(const char* op, const Tensor& x_, const std::vector<Axis>& axes) {
  const Tensor x = contiguous(x_);
  Dims sizes = x.sizes();
  const size_t n = axes.size(), lead = sizes.size() - n;
  const int64_t blocks = product(sizes.ref().slice(0, lead));
  int64_t in = 1, out = 1;
  bool selection = true;
  for (size_t d = 0; d < n; ++d) {
    selection = selection && axes[d].is_selection();
    in *= axes[d].in;
    sizes[lead + d] = axes[d].out();
    out *= axes[d].out();
  }
  const Tensor y = empty(sizes, x.dtype());
  if (y.numel() == 0) return y;
  const auto all = [&](auto zero) {
    using T = decltype(zero);
    // Whole rows before the last dim where that leaves fewer of them, else after it.
    std::vector<Step<T>> steps;
    Dims now = x.sizes().slice(lead);
    const auto take = [&](size_t d) {
      const IntArrayRef size = now;
      if (!axes[d].is_identity())
        steps.emplace_back(axes[d], product(size.slice(0, d)), product(size.slice(d + 1)));
      now[d] = axes[d].out();
    };
    const auto shrinks = [&](size_t d) { return d + 1 < n && axes[d].out() < axes[d].in; };
    for (size_t d = 0; d < n; ++d)
      if (shrinks(d)) take(d);
    for (size_t d = n; d-- > 0;)
      if (!shrinks(d)) take(d);
    const auto* from = static_cast<const T*>(x.data_ptr());
    auto* to = static_cast<T*>(y.data_ptr());
    if (steps.empty())
      std::copy_n(from, y.numel(), to);
    else
      run(from, to, blocks, in, out, steps);
  };
  if (selection)
    visit_size(x.dtype(), [&]<class T>(T) {
      select(static_cast<const T*>(x.data_ptr()), static_cast<T*>(y.data_ptr()), blocks, in, axes);
    });
  else
    visit_floating(x.dtype(), op, all);
  return y;
}

}  // namespace gradus::raw

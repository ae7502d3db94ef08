#include "tensor/resample.h"

#include <algorithm>

#include "tensor/dtype.h"
#include "tensor/kernels/table.h"
#include "tensor/parallel.h"

namespace gradus::raw {

bool Axis::is_selection() const {
  for (size_t i = 0; i + 1 < begin.size(); ++i)
    if (begin[i + 1] - begin[i] > 1) return false;
  return std::all_of(weight.begin(), weight.end(), [](double w) { return w == 1; });
}
bool Axis::is_identity() const {
  if (out() != in || int64_t(index.size()) != in || !is_selection()) return false;
  for (int64_t i = 0; i < in; ++i)
    if (index[size_t(i)] != i) return false;
  return true;
}
Axis Axis::transposed() const {
  Axis t(out());
  std::vector<int64_t> at(size_t(in) + 1, 0);
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

// One dim of a block [layers, axis.in, width] to [layers, axis.out(), width].
template <class T>
class Step {
 public:
  Step(const Axis& axis, int64_t layers, int64_t width)
      : axis_(axis), layers_(layers), width_(width), weight_(axis.weight.size()) {
    for (size_t e = 0; e < weight_.size(); ++e) weight_[e] = static_cast<T>(axis.weight[e]);
    if (width == 1) return;
    for (const int64_t i : axis.index) offset_.push_back(i * width);
  }
  int64_t size() const { return layers_ * axis_.out() * width_; }

  void operator()(const T* x, T* y) const {
    for (int64_t l = 0; l < layers_; ++l, x += axis_.in * width_, y += axis_.out() * width_) {
      if (width_ == 1)
        elements(x, y);
      else
        rows(x, y);
    }
  }

 private:
  void elements(const T* x, T* y) const {
    const int64_t *begin = axis_.begin.data(), *index = axis_.index.data();
    for (int64_t i = 0; i < axis_.out(); ++i) {
      T sum = 0;
      for (int64_t e = begin[i]; e < begin[i + 1]; ++e)
        sum = static_cast<T>(sum + weight_[size_t(e)] * x[index[e]]);
      y[i] = sum;
    }
  }
  void rows(const T* x, T* y) const {
    for (int64_t i = 0; i < axis_.out(); ++i, y += width_) {
      const int64_t first = axis_.begin[size_t(i)], count = axis_.begin[size_t(i) + 1] - first;
      if (count == 0) {
        std::fill(y, y + width_, T(0));
      } else if (count == 1 && weight_[size_t(first)] == T(1)) {
        std::copy_n(x + offset_[size_t(first)], width_, y);
      } else if constexpr (std::is_floating_point_v<T>) {
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
  std::vector<T> weight_;
  std::vector<int64_t> offset_;
};

template <class T>
void run(const T* x, T* y, int64_t blocks, int64_t in, int64_t out,
         const std::vector<Step<T>>& steps) {
  int64_t most = 0;
  for (const Step<T>& s : steps) most = std::max(most, s.size());
  parallel_for(0, blocks, std::max<int64_t>(1, 16384 / std::max<int64_t>(most, 1)),
               [&](int64_t begin, int64_t end) {
                 std::vector<T> a(steps.size() > 1 ? size_t(most) : 0),
                     b(steps.size() > 2 ? size_t(most) : 0);
                 for (int64_t i = begin; i < end; ++i) {
                   const T* from = x + i * in;
                   for (size_t s = 0; s < steps.size(); ++s) {
                     T* to = s + 1 == steps.size() ? y + i * out : s % 2 ? b.data() : a.data();
                     steps[s](from, to);
                     from = to;
                   }
                 }
               });
}

}  // namespace

Tensor resample(const char* op, const Tensor& x_, const std::vector<Axis>& axes) {
  const Tensor x = contiguous(x_);
  Dims sizes = x.sizes();
  const size_t n = axes.size(), lead = sizes.size() - n;
  int64_t blocks = 1, in = 1, out = 1;
  for (size_t d = 0; d < lead; ++d) blocks *= sizes[d];
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
    // From the last dim to the first, which keeps rows contiguous.
    std::vector<Step<T>> steps;
    int64_t layers = in, width = 1;
    for (size_t d = n; d-- > 0;) {
      layers /= std::max<int64_t>(axes[d].in, 1);
      if (!axes[d].is_identity()) steps.emplace_back(axes[d], layers, width);
      width *= axes[d].out();
    }
    const auto* from = static_cast<const T*>(x.data_ptr());
    auto* to = static_cast<T*>(y.data_ptr());
    if (steps.empty())
      std::copy_n(from, y.numel(), to);
    else
      run(from, to, blocks, in, out, steps);
  };
  if (selection)
    visit_size(x.dtype(), all);
  else
    visit_floating(x.dtype(), op, all);
  return y;
}

}  // namespace gradus::raw

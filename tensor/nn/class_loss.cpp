#include "tensor/nn/class_loss.h"

#include <algorithm>

#include "tensor/base/fail.h"
#include "tensor/base/parallel.h"
#include "tensor/base/vector.h"

namespace gradus::raw {

namespace {

// f(place in the input, place in the target, weight) for all that count.
template <class T, class F>
void each_picked(const Picked& p, F f) {
  const int64_t* y = p.target.data_ptr<int64_t>();
  const T* w = p.weight.defined() ? p.weight.data_ptr<T>() : nullptr;
  for (int64_t i = 0; i < p.n; ++i)
    for (int64_t j = 0; j < p.inner; ++j) {
      const int64_t at = i * p.inner + j, c = y[at];
      if (c != p.ignore_index) f((i * p.classes + c) * p.inner + j, at, w ? w[c] : T(1));
    }
}
// The sum of f(place in the input, weight), in four parts that wait for each other less.
template <class T, class F>
double sum_picked(const Picked& p, F f) {
  double parts[4] = {};
  each_picked<T>(p, [&](int64_t from, int64_t at, T w) { parts[at % 4] += f(from, w); });
  return (parts[0] + parts[1]) + (parts[2] + parts[3]);
}

using Places = Vector<int64_t>;

// f(row, x, right, wrong): the places of right classes and those of the others.
template <class T, class F>
void each_row_of_labels(const Tensor& x, const Tensor& target, F f) {
  const int64_t rows = x.size(0), classes = x.size(1);
  const T* from = x.data_ptr<T>();
  const int64_t* to = target.data_ptr<int64_t>();
  const int64_t grain = std::max<int64_t>(1, 8192 / std::max<int64_t>(classes, 1));
  parallel_for(0, rows, grain, [&](int64_t begin, int64_t end) {
    Places right, wrong;
    Vector<char> is_right;
    for (int64_t i = begin; i < end; ++i) {
      right.clear(), wrong.clear();
      is_right.assign(size_t(classes), 0);
      for (int64_t k = 0; k < classes && to[i * classes + k] >= 0; ++k) {
        right.push_back(to[i * classes + k]);
        is_right[size_t(right.back())] = 1;
      }
      for (int64_t c = 0; c < classes; ++c)
        if (!is_right[size_t(c)]) wrong.push_back(c);
      f(i, from + i * classes, right, wrong);
    }
  });
}

}  // namespace

double total_weight(const char* op, const Picked& p, ScalarType dtype) {
  const int64_t *y = p.target.data_ptr<int64_t>(), count = p.n * p.inner;
  int64_t counted = 0;
  bool wrong = false;
  for (int64_t i = 0; i < count; ++i) {
    const bool counts = y[i] != p.ignore_index;
    counted += counts;
    wrong |= counts & (uint64_t(y[i]) >= uint64_t(p.classes));
  }
  for (int64_t i = 0; wrong && i < count; ++i)
    if (y[i] != p.ignore_index && (y[i] < 0 || y[i] >= p.classes))
      fail_index("{}: target {} is out of range for {} classes", op, y[i], p.classes);
  if (!p.weight.defined()) return double(counted);
  return visit_floating(dtype, op, [&]<class T>(T) {
    return sum_picked<T>(p, [](int64_t, T w) { return double(w); });
  });
}

Tensor nll(const Tensor& x, const Picked& p, const Dims& shape) {
  const Tensor dense = contiguous(x);
  const Tensor y = p.each ? zeros(shape, x.dtype()) : empty({}, x.dtype());
  visit_floating(x.dtype(), "nll_loss", [&]<class T>(T) {
    const T* in = dense.data_ptr<T>();
    T* out = y.data_ptr<T>();
    if (p.each) {
      each_picked<T>(p, [&](int64_t from, int64_t to, T w) { out[to] = -w * in[from]; });
    } else {
      const double sum =
          0 - sum_picked<T>(p, [&](int64_t from, T w) { return double(w * in[from]); });
      *out = T(p.mean ? sum / p.total : sum);
    }
  });
  return y;
}

Tensor nll_backward(const Tensor& dy, const Picked& p, const Dims& shape) {
  const Tensor dense = contiguous(dy), dx = zeros(shape, dy.dtype());
  visit_floating(dy.dtype(), "nll_loss", [&]<class T>(T) {
    const T* in = dense.data_ptr<T>();
    T* out = dx.data_ptr<T>();
    if (p.each) {
      each_picked<T>(p, [&](int64_t to, int64_t from, T w) { out[to] = -w * in[from]; });
    } else {
      const double share = p.mean ? 1 / p.total : 1;
      each_picked<T>(
          p, [&](int64_t to, int64_t, T w) { out[to] = T(-double(w) * double(*in) * share); });
    }
  });
  return dx;
}

Tensor cross_entropy(const Tensor& x, const LogTerms& terms, const Picked& p, const Dims& shape) {
  const Tensor dense = contiguous(x), y = empty(p.each ? shape : Dims(), x.dtype());
  visit_floating(x.dtype(), "cross_entropy_loss", [&]<class T>(T) {
    const T *in = dense.data_ptr<T>(), *max = terms.max.data_ptr<T>();
    const T* log_sum = terms.log_sum.data_ptr<T>();
    T* out = y.data_ptr<T>();
    if (p.each) std::fill(out, out + p.n, T(0));
    double sum = 0;
    each_picked<T>(p, [&](int64_t from, int64_t row, T w) {
      const T loss = w * (log_sum[row] - (in[from] - max[row]));
      if (p.each)
        out[row] = loss;
      else
        sum += double(loss);
    });
    if (!p.each) *out = T(p.mean ? sum / p.total : sum);
  });
  return y;
}

Tensor cross_entropy_backward(const Tensor& dy, const Tensor& x, const LogTerms& terms,
                              const Picked& p) {
  const Tensor g = contiguous(dy), scale = zeros(p.n, dy.dtype());
  return visit_floating(dy.dtype(), "cross_entropy_loss", [&]<class T>(T) {
    const double share = p.mean ? 1 / p.total : 1;
    T* k = scale.data_ptr<T>();
    each_picked<T>(p, [&](int64_t, int64_t row, T w) {
      k[row] = T(double(w) * double(g.data_ptr<T>()[p.each ? row : 0]) * share);
    });
    const Tensor dx = exp_terms(x, terms, scale);
    T* out = dx.data_ptr<T>();
    each_picked<T>(p, [&](int64_t at, int64_t row, T) { out[at] -= k[row]; });
    return dx;
  });
}

Tensor multilabel_margin(const Tensor& x, const Tensor& target) {
  const int64_t rows = x.size(0), classes = x.size(1);
  const int64_t* at = target.data_ptr<int64_t>();
  for (int64_t i = 0; i < rows * classes; ++i)
    if (at[i] < -1 || at[i] >= classes)
      fail_index("multilabel_margin_loss: target {} is out of range for {} classes", at[i],
                 classes);
  const Tensor loss = empty({rows}, x.dtype());
  visit_floating(x.dtype(), "multilabel_margin_loss", [&]<class T>(T) {
    T* to = loss.data_ptr<T>();
    each_row_of_labels<T>(x, target,
                          [&](int64_t i, const T* row, const Places& right, const Places& wrong) {
                            double sum = 0;
                            for (const int64_t r : right)
                              for (const int64_t w : wrong) {
                                const T z = T(1) - row[r] + row[w];
                                sum += z > T(0) || z != z ? double(z) : 0;
                              }
                            to[i] = T(sum / double(classes));
                          });
  });
  return loss;
}

Tensor multilabel_margin_slopes(const Tensor& x, const Tensor& target) {
  const int64_t classes = x.size(1);
  const Tensor slopes = zeros(x.sizes(), x.dtype());
  visit_floating(x.dtype(), "multilabel_margin_loss", [&]<class T>(T) {
    const T each = T(1) / T(classes);
    each_row_of_labels<T>(x, target,
                          [&](int64_t i, const T* row, const Places& right, const Places& wrong) {
                            T* dx = slopes.data_ptr<T>() + i * classes;
                            for (const int64_t r : right) {
                              int64_t count = 0;
                              for (const int64_t w : wrong) {
                                const bool counts = T(1) - row[r] + row[w] > T(0);
                                count += counts;
                                dx[w] += counts ? each : T(0);
                              }
                              dx[r] -= T(count) * each;
                            }
                          });
  });
  return slopes;
}

}  // namespace gradus::raw

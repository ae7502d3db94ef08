#include "tensor/nn/ctc.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tensor/base/parallel.h"

namespace gradus::raw {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// log(exp a + exp b [+ exp c]).
double log_add(double a, double b) {
  const double high = std::max(a, b), low = std::min(a, b);
  return low == -infinity ? high : high + std::log1p(std::exp(low - high));
}
double log_add(double a, double b, double c) {
  const double high = std::max({a, b, c});
  if (high == -infinity) return high;
  return high + std::log(std::exp(a - high) + std::exp(b - high) + std::exp(c - high));
}

// An example's labels with a blank before, between and after them.
struct Path {
  Vector<int64_t> label;  // 2 length + 1
  Vector<char> skips;     // whether the place is also reached from the one before the last
};
Path path(const CtcTerms& terms, int64_t n) {
  const int64_t length = terms.target_length[size_t(n)];
  const int64_t* target = terms.target.data_ptr<int64_t>() + terms.offset[size_t(n)];
  Path p;
  p.label.assign(size_t(2 * length + 1), terms.blank);
  p.skips.assign(size_t(2 * length + 1), 0);
  for (int64_t i = 0; i < length; ++i) {
    p.label[size_t(2 * i + 1)] = target[i];
    p.skips[size_t(2 * i + 1)] = i > 0 && target[i - 1] != target[i];
  }
  return p;
}

// From the last alpha: a path ends in the last label, or in the blank behind it.
double loss_of(const double* alpha, int64_t size) {
  return -(size > 1 ? log_add(alpha[size - 1], alpha[size - 2]) : alpha[0]);
}

int64_t grain(int64_t cells) { return std::max<int64_t>(1, 1024 / std::max<int64_t>(cells, 1)); }

}  // namespace

Ctc ctc(const Tensor& log_probs, const CtcTerms& terms) {
  const int64_t times = log_probs.size(0), batch = log_probs.size(1), classes = log_probs.size(2);
  const int64_t longest = *std::max_element(terms.target_length.begin(), terms.target_length.end());
  const int64_t width = 2 * longest + 1;
  // In double for float too: a sum over many times would lose what sets the paths apart.
  Ctc out{empty({batch}, log_probs.dtype()), full({batch, times, width}, -infinity, kDouble)};
  visit_floating(log_probs.dtype(), "ctc_loss", [&]<class T>(T) {
    const T* all = log_probs.data_ptr<T>();
    double* alphas = out.alpha.data_ptr<double>();
    T* loss = out.loss.data_ptr<T>();
    parallel_for(0, batch, grain(times * width), [&](int64_t first, int64_t last) {
      for (int64_t n = first; n < last; ++n) {
        const Path p = path(terms, n);
        const int64_t size = int64_t(p.label.size()), length = terms.input_length[size_t(n)];
        if (length == 0) {
          loss[n] = size == 1 ? T(0) : T(infinity);
          continue;
        }
        double* alpha = alphas + n * times * width;
        for (int64_t s = 0; s < std::min<int64_t>(2, size); ++s)
          alpha[s] = double(all[n * classes + p.label[size_t(s)]]);
        for (int64_t t = 1; t < length; ++t) {
          const T* row = all + (t * batch + n) * classes;
          const double* before = alpha;
          alpha += width;
          for (int64_t s = 0; s < size; ++s) {
            double sum = before[s];
            if (p.skips[size_t(s)])
              sum = log_add(sum, before[s - 1], before[s - 2]);
            else if (s > 0)
              sum = log_add(sum, before[s - 1]);
            alpha[s] = sum + double(row[p.label[size_t(s)]]);
          }
        }
        loss[n] = T(loss_of(alpha, size));
      }
    });
  });
  return out;
}

Tensor ctc_backward(const Tensor& dy, const Tensor& log_probs, const Tensor& alpha_of_all,
                    const CtcTerms& terms, bool zero_infinity) {
  const int64_t times = log_probs.size(0), batch = log_probs.size(1), classes = log_probs.size(2);
  const int64_t width = alpha_of_all.size(2);
  const Tensor dx = zeros(log_probs.sizes(), log_probs.dtype()), g = contiguous(dy);
  visit_floating(log_probs.dtype(), "ctc_loss", [&]<class T>(T) {
    const T *all = log_probs.data_ptr<T>(), *scale = g.data_ptr<T>();
    const double* alphas = alpha_of_all.data_ptr<double>();
    T* out = dx.data_ptr<T>();
    parallel_for(0, batch, grain(times * (width + classes)), [&](int64_t first, int64_t last) {
      Vector<double> beta, after, part;
      for (int64_t n = first; n < last; ++n) {
        const Path p = path(terms, n);
        const int64_t size = int64_t(p.label.size()), length = terms.input_length[size_t(n)];
        if (length == 0) continue;
        const double* alpha = alphas + (n * times + length - 1) * width;
        double loss = loss_of(alpha, size);
        const bool infinite = loss == infinity;
        if (infinite && zero_infinity) continue;
        if (infinite) loss = std::numeric_limits<double>::quiet_NaN();
        beta.assign(size_t(size), -infinity);
        for (int64_t t = length - 1; t >= 0; --t, alpha -= width) {
          const T* row = all + (t * batch + n) * classes;
          T* to = out + (t * batch + n) * classes;
          // beta of this time, without the class that is seen at it.
          if (t == length - 1) {
            for (int64_t s = std::max<int64_t>(0, size - 2); s < size; ++s) beta[size_t(s)] = 0;
          } else {
            const T* next = row + batch * classes;
            after = beta;
            for (int64_t s = 0; s < size; ++s) after[size_t(s)] += double(next[p.label[size_t(s)]]);
            for (int64_t s = 0; s < size; ++s) {
              double sum = after[size_t(s)];
              if (s + 2 < size && p.skips[size_t(s + 2)])
                sum = log_add(sum, after[size_t(s + 1)], after[size_t(s + 2)]);
              else if (s + 1 < size)
                sum = log_add(sum, after[size_t(s + 1)]);
              beta[size_t(s)] = sum;
            }
          }
          part.assign(size_t(classes), infinite ? loss : 0);
          for (int64_t s = 0; s < size; ++s)
            part[size_t(p.label[size_t(s)])] += std::exp(alpha[s] + beta[size_t(s)] + loss);
          for (int64_t c = 0; c < classes; ++c)
            to[c] = T((std::exp(double(row[c])) - part[size_t(c)]) * double(scale[n]));
        }
      }
    });
  });
  return dx;
}

}  // namespace gradus::raw

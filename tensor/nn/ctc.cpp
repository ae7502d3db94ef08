#include "tensor/nn/ctc.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tensor/base/fail.h"
#include "tensor/base/parallel.h"
#include "tensor/kernels/table.h"

namespace gradus::raw {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// log(exp a + exp b).
double log_add(double a, double b) {
  const double high = std::max(a, b), low = std::min(a, b);
  return low == -infinity ? high : high + std::log1p(std::exp(low - high));
}

// An example's labels with a blank before, between and after them.
struct Path {
  Vector<int64_t> label;  // 2 length + 1
  // 0 where a place is also reached from the one before the last, else -inf; two more at the end.
  Vector<double> skip;
};
Path path(const CtcTerms& terms, int64_t n) {
  const int64_t length = terms.target_length[size_t(n)];
  const int64_t* target = terms.target.data_ptr<int64_t>() + terms.offset[size_t(n)];
  Path p;
  p.label.assign(size_t(2 * length + 1), terms.blank);
  p.skip.assign(size_t(2 * length + 3), -infinity);
  for (int64_t i = 0; i < length; ++i) {
    p.label[size_t(2 * i + 1)] = target[i];
    if (i > 0 && target[i - 1] != target[i]) p.skip[size_t(2 * i + 1)] = 0;
  }
  return p;
}

// The places of a path, with two of no probability before and behind them.
class Places {
 public:
  explicit Places(size_t size) : all_(size + 4, -infinity) {}
  double* get() { return all_.data() + 2; }
  void swap(Places& other) { all_.swap(other.all_); }

 private:
  Vector<double> all_;
};

// The logarithms of the probabilities of the path's labels at a time.
template <class T>
void see(const T* log_probs, const Path& p, Vector<double>& seen) {
  for (size_t s = 0; s < p.label.size(); ++s) seen[s] = double(log_probs[p.label[s]]);
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
  Ctc out{empty({batch}, log_probs.dtype()), empty({batch, times, width}, kDouble)};
  const kernels::CtcKernels& kernel = *kernels::table().ctc;
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
        Places before(p.label.size()), now(p.label.size());
        Vector<double> seen(p.label.size());
        double* alpha = alphas + n * times * width;
        for (int64_t t = 0; t < length; ++t, alpha += width) {
          see(all + (t * batch + n) * classes, p, seen);
          if (t == 0)
            std::copy_n(seen.begin(), std::min<int64_t>(2, size), now.get());
          else
            kernel.step(size, before.get(), -1, p.skip.data(), seen.data(), alpha, now.get());
          std::copy_n(now.get(), size, alpha);
          before.swap(now);
        }
        alpha -= width;
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
  const kernels::CtcKernels& kernel = *kernels::table().ctc;
  visit_floating(log_probs.dtype(), "ctc_loss", [&]<class T>(T) {
    const T *all = log_probs.data_ptr<T>(), *scale = g.data_ptr<T>();
    const double* alphas = alpha_of_all.data_ptr<double>();
    T* out = dx.data_ptr<T>();
    parallel_for(0, batch, grain(times * (width + classes)), [&](int64_t first, int64_t last) {
      Vector<double> part, probability(static_cast<size_t>(classes));
      for (int64_t n = first; n < last; ++n) {
        const Path p = path(terms, n);
        const int64_t size = int64_t(p.label.size()), length = terms.input_length[size_t(n)];
        if (length == 0) continue;
        const double* alpha = alphas + (n * times + length - 1) * width;
        double loss = loss_of(alpha, size);
        const bool infinite = loss == infinity;
        if (infinite && zero_infinity) continue;
        if (infinite) loss = std::numeric_limits<double>::quiet_NaN();
        // beta is without the class that is seen at its time, `after` and `now` are with it.
        Places after(p.label.size()), now(p.label.size());
        Vector<double> seen(p.label.size()), beta(p.label.size(), -infinity), weight(beta);
        for (int64_t t = length - 1; t >= 0; --t, alpha -= width) {
          const T* row = all + (t * batch + n) * classes;
          T* to = out + (t * batch + n) * classes;
          see(row, p, seen);
          if (t == length - 1) {
            for (int64_t s = std::max<int64_t>(0, size - 2); s < size; ++s) {
              beta[size_t(s)] = 0;
              now.get()[s] = seen[size_t(s)];
            }
          } else {
            kernel.step(size, after.get(), 1, p.skip.data() + 2, seen.data(), beta.data(),
                        now.get());
          }
          after.swap(now);
          kernel.weights(size, alpha, beta.data(), loss, weight.data());
          part.assign(size_t(classes), infinite ? loss : 0);
          for (size_t s = 0; s < p.label.size(); ++s) part[size_t(p.label[s])] += weight[s];
          std::copy_n(row, classes, probability.begin());
          kernel.exponentials(classes, probability.data(), probability.data());
          for (size_t c = 0; c < size_t(classes); ++c)
            to[c] = T((probability[c] - part[c]) * double(scale[n]));
        }
      }
    });
  });
  return dx;
}

CtcPaths ctc_paths(const CtcTerms& terms) {
  const auto batch = int64_t(terms.target_length.size());
  int64_t longest = 0;
  for (const int64_t length : terms.target_length) longest = std::max(longest, length);
  const int64_t places = 2 * longest + 1;
  const CtcPaths out{full({batch, places}, terms.blank, kLong), zeros({batch, places}, kBool)};
  for (int64_t n = 0; n < batch; ++n) {
    const Path p = path(terms, n);
    std::copy(p.label.begin(), p.label.end(), out.label.data_ptr<int64_t>() + n * places);
    for (size_t s = 0; s < p.label.size(); ++s)
      out.skips.data_ptr<bool>()[n * places + int64_t(s)] = p.skip[s] == 0;
  }
  return out;
}

void check_ctc_labels(const CtcTerms& terms, int64_t classes) {
  for (size_t n = 0; n < terms.target_length.size(); ++n) {
    const int64_t* label = terms.target.data_ptr<int64_t>() + terms.offset[n];
    for (int64_t i = 0; i < terms.target_length[n]; ++i)
      if (label[i] < 0 || label[i] >= classes)
        fail_index("ctc_loss: target {} is out of range for {} classes", label[i], classes);
  }
}

}  // namespace gradus::raw

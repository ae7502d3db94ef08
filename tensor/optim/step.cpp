#include "tensor/optim/step.h"

#include <algorithm>
#include <cmath>

#include "tensor/base/fail.h"
#include "tensor/base/parallel.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus::raw {
namespace {

constexpr int64_t grain = 16384;

bool same_layout(const Tensor& a, const Tensor& b) {
  return (a.is_contiguous() && b.is_contiguous()) || a.strides() == b.strides();
}

void check_sizes(const Tensor& p, const Tensor& t) {
  if (t.sizes() != p.sizes())
    fail("optimizer.step: sizes differ, {} of the parameter and {} of its gradient or state",
         p.sizes(), t.sizes());
}

// Dense tensors that lie in memory as one another: the parameter, the gradient, the states.
class Aligned {
 public:
  Aligned(const Tensor& p, const Tensor& dy) : p_(p), work_(p) {
    if (!p.is_contiguous() && !non_overlapping_and_dense(p.sizes(), p.strides())) {
      work_ = empty_like(p);
      copy(work_, p);
    }
    dy_ = laid_out(dy);
  }
  ~Aligned() {
    if (!work_.is_same(p_)) copy(p_, work_);
  }
  Aligned(const Aligned&) = delete;
  Aligned& operator=(const Aligned&) = delete;

  void state(Tensor* t) const {
    if (!t) return;
    if (t->defined()) {
      *t = laid_out(*t);
    } else {
      *t = empty_like(work_);
      fill(*t, 0);
    }
  }
  // call(kernels, offset, count, param, grad) on ranges of elements.
  template <class Call>
  void run(Call call) const {
    visit_floating(work_.dtype(), "optim", [&]<class T>(T) {
      const auto& kernels = kernels::table().optimizer->of<T>();
      T* const p = work_.data_ptr<T>();
      const T* const g = dy_.data_ptr<T>();
      parallel_for(0, work_.numel(), grain, [&](int64_t begin, int64_t end) {
        call(kernels, begin, end - begin, p + begin, g + begin);
      });
    });
  }

 private:
  Tensor laid_out(const Tensor& t) const {
    check_sizes(work_, t);
    if (t.dtype() == work_.dtype() && same_layout(t, work_)) return t;
    const Tensor out = empty_like(work_);
    copy(out, t);
    return out;
  }
  const Tensor& p_;
  Tensor work_, dy_;
};

template <class T>
T* at(const Tensor* t, int64_t offset) {
  return t ? t->data_ptr<T>() + offset : nullptr;
}

// One call of the kernel that `of` picks, on the parameter, its gradient and its states.
template <class Of, class Step, class... States>
void take_step(Of of, const Tensor& p, const Tensor& dy, const Step& step, States&... states) {
  const Aligned x(p, dy);
  (x.state(&states), ...);
  x.run([&]<class T>(const auto& kernels, int64_t i, int64_t n, T* param, const T* grad) {
    of(kernels)(n, param, grad, at<T>(&states, i)..., step);
  });
}

// The sum of f(i) over [0, n), some of them at a time on each thread, added up in order.
template <class F>
double sum_parts(int64_t n, int64_t grain, F f) {
  if (n == 1) return f(0);
  Vector<double> parts(static_cast<size_t>(n));
  parallel_for(0, n, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) parts[static_cast<size_t>(i)] = f(i);
  });
  double sum = 0;
  for (const double part : parts) sum += part;
  return sum;
}

}  // namespace

void sgd_step(const Tensor& p, const Tensor& dy, Tensor* buffer, SgdStep step) {
  step.first = buffer && !buffer->defined();
  const Aligned x(p, dy);
  x.state(buffer);
  x.run([&]<class T>(const auto& kernels, int64_t i, int64_t n, T* param, const T* grad) {
    kernels.sgd(n, param, grad, at<T>(buffer, i), step);
  });
}

void adam_step(const Tensor& p, const Tensor& dy, Tensor& mean, Tensor& square, Tensor* max_square,
               const AdamStep& step) {
  const Aligned x(p, dy);
  for (Tensor* t : {&mean, &square, max_square}) x.state(t);
  x.run([&]<class T>(const auto& kernels, int64_t i, int64_t n, T* param, const T* grad) {
    kernels.adam(n, param, grad, at<T>(&mean, i), at<T>(&square, i), at<T>(max_square, i), step);
  });
}

void rmsprop_step(const Tensor& p, const Tensor& dy, Tensor& square, Tensor* mean, Tensor* buffer,
                  const RmspropStep& step) {
  const Aligned x(p, dy);
  for (Tensor* t : {&square, mean, buffer}) x.state(t);
  x.run([&]<class T>(const auto& kernels, int64_t i, int64_t n, T* param, const T* grad) {
    kernels.rmsprop(n, param, grad, at<T>(&square, i), at<T>(mean, i), at<T>(buffer, i), step);
  });
}

void adagrad_step(const Tensor& p, const Tensor& dy, Tensor& sum, const AdagradStep& step) {
  take_step([](const auto& k) { return k.adagrad; }, p, dy, step, sum);
}
void adadelta_step(const Tensor& p, const Tensor& dy, Tensor& square, Tensor& moves,
                   const AdadeltaStep& step) {
  take_step([](const auto& k) { return k.adadelta; }, p, dy, step, square, moves);
}
void adamax_step(const Tensor& p, const Tensor& dy, Tensor& mean, Tensor& largest,
                 const AdamaxStep& step) {
  take_step([](const auto& k) { return k.adamax; }, p, dy, step, mean, largest);
}
void nadam_step(const Tensor& p, const Tensor& dy, Tensor& mean, Tensor& square,
                const NadamStep& step) {
  take_step([](const auto& k) { return k.nadam; }, p, dy, step, mean, square);
}
void radam_step(const Tensor& p, const Tensor& dy, Tensor& mean, Tensor& square,
                const RadamStep& step) {
  take_step([](const auto& k) { return k.radam; }, p, dy, step, mean, square);
}
void rprop_step(const Tensor& p, const Tensor& dy, Tensor& before, Tensor& size,
                const RpropStep& step) {
  take_step([](const auto& k) { return k.rprop; }, p, dy, step, before, size);
}
void asgd_step(const Tensor& p, const Tensor& dy, Tensor& average, const AsgdStep& step) {
  take_step([](const auto& k) { return k.asgd; }, p, dy, step, average);
}
void lion_step(const Tensor& p, const Tensor& dy, Tensor& mean, const LionStep& step) {
  take_step([](const auto& k) { return k.lion; }, p, dy, step, mean);
}

void adafactor_step(const Tensor& p, const Tensor& dy, const Tensor& rows, const Tensor& columns,
                    double clip, AdafactorStep step) {
  check_sizes(p, dy);
  const Tensor work = contiguous(p), grad = contiguous(to_dtype(dy, p.dtype()));
  const Tensor factors = rows.defined() ? contiguous(rows) : rows, variance = contiguous(columns);
  const int64_t count = p.numel();
  if (count == 0) return;
  // A part is a row of a matrix, or a piece of a vector.
  const int64_t length = rows.defined() ? p.size(-1) : std::min(grain, count);
  const int64_t parts = (count + length - 1) / length, height = rows.defined() ? p.size(-2) : 1;
  const int64_t parts_each = std::max<int64_t>(1, grain / length);
  visit_floating(p.dtype(), "optim", [&]<class T>(T) {
    const auto& kernels = kernels::table().optimizer->of<T>();
    T* const x = work.data_ptr<T>();
    const T* const g = grad.data_ptr<T>();
    const T* const v = variance.data_ptr<T>();
    const T* const r = factors.defined() ? factors.data_ptr<T>() : nullptr;
    const auto each = [&](int64_t i, auto f) {
      const int64_t at = i * length, n = std::min(length, count - at);
      return f(at, n, r ? v + i / height * length : v + at, r ? double(r[i]) : 1.0);
    };
    const double square = sum_parts(parts, parts_each, [&](int64_t i) {
      return each(i, [&](int64_t at, int64_t n, const T* column, double row) {
        return kernels.adafactor_norm(n, g + at, column, row, step.floor);
      });
    });
    step.lr /= std::max(1.0, std::sqrt(square) / (std::sqrt(double(count)) * clip));
    parallel_for(0, parts, parts_each, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        each(i, [&](int64_t at, int64_t n, const T* column, double row) {
          kernels.adafactor(n, x + at, g + at, column, row, step);
          return 0;
        });
    });
  });
  if (!work.is_same(p)) copy(p, work);
}

double axpy_dot(const Tensor& y, const Tensor* x, double a, const Tensor* z) {
  const int64_t count = y.numel();
  if (count == 0) return 0;
  double sum = 0;
  visit_floating(y.dtype(), "optim", [&]<class T>(T) {
    const auto& kernels = kernels::table().optimizer->of<T>();
    sum = sum_parts((count + grain - 1) / grain, 1, [&](int64_t i) {
      const int64_t begin = i * grain;
      return kernels.axpy_dot(std::min(grain, count - begin), at<T>(&y, begin), at<T>(x, begin), a,
                              at<T>(z, begin));
    });
  });
  return sum;
}

}  // namespace gradus::raw

#include "tensor/optim/step.h"

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
    if (t.sizes() != work_.sizes())
      fail("optimizer.step: sizes differ, {} of the parameter and {} of its gradient or state",
           work_.sizes(), t.sizes());
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

}  // namespace gradus::raw

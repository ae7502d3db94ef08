#include "autograd/gradcheck.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <random>

#include "autograd/meta.h"
#include "autograd/ops/view/join.h"
#include "autograd/probing.h"
#include "tensor/shape.h"

namespace gradus::autograd {
namespace {

bool checked(const Tensor& t) { return t.defined() && t.requires_grad(); }

class Checker : Comparison {
 public:
  Checker(const char* name, const detail::ListFunction& f, const variable_list& inputs,
          const GradcheckOptions& options)
      : Comparison(options), name_(name), f_(f), inputs_(inputs) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      const Tensor& x = inputs[i];
      if (!checked(x)) continue;
      if (may_overlap_itself(x.sizes(), x.strides()))
        report("{}: input {} has elements that share memory, shape {} with strides {}", name_, i,
               x.sizes(), x.strides());
      wanted_.push_back(x);
      number_.push_back(i);
    }
    if (wanted_.empty()) report("{}: no input requires grad", name_);
  }

  void run() {
    const variable_list y = call();
    check_repeatable(y, call());
    std::vector<size_t> outputs;
    for (size_t k = 0; k < y.size(); ++k)
      if (y[k].defined() && y[k].requires_grad()) outputs.push_back(k);
    if (outputs.empty()) {
      check_no_gradient(y);
      return;
    }
    for (size_t k : outputs) check_precision(y, k);
    if (o_.fast_mode)
      fast(y, outputs);
    else
      for (size_t k : outputs) jacobian(y, k);
    for (size_t k : outputs) check_zero(y, k);
    if (o_.check_undefined_grad && outputs.size() > 1) check_undefined(y, outputs);
    for (size_t k : outputs) {
      if (o_.check_forward_ad) check_forward(y[k], k);
      if (o_.check_batched_grad) check_batched(y[k], k);
    }
  }

 private:
  variable_list call() const {
    const AutoGradMode on(true);
    return f_(inputs_);
  }
  std::vector<double> output(size_t k) const {
    const NoGradGuard no_grad;
    return values(f_(inputs_)[k].detach());
  }
  // Gradients of y[k], weighted by dy; zeros where it does not depend on an input.
  variable_list vjp(const Tensor& y, const Tensor& dy) const {
    std::string strange;
    variable_list dx;
    {
      const ShapeReport scope(strange);
      dx = grad({y}, wanted_, {dy}, true, false, true);
    }
    if (!strange.empty()) report("{}: {}", name_, strange);
    for (size_t j = 0; j < dx.size(); ++j) {
      const Tensor& x = wanted_[j];
      if (!dx[j].defined())
        dx[j] = raw::zeros(x.sizes(), x.dtype());
      else if (!(dx[j].sizes() == x.sizes()) || dx[j].dtype() != x.dtype())
        report("{}: the gradient of input {} is {} of shape {}, the input {} of shape {}", name_,
               number_[j], dx[j].dtype(), dx[j].sizes(), x.dtype(), x.sizes());
    }
    return dx;
  }
  // The function itself, called twice.
  void check_repeatable(const variable_list& y, const variable_list& again) const {
    for (size_t k = 0; k < y.size(); ++k) {
      if (!y[k].defined() || !is_floating(y[k].dtype())) continue;
      const auto a = values(y[k].detach()), b = values(again[k].detach());
      if (const auto i = difference(a, b))
        report(
            "{}: the function gives other values when called again, output {} at {} is {} and then "
            "{}; is it random (dropout), or does it change what it reads?",
            name_, k, index_text(y[k].sizes(), int64_t(*i)), a[*i], b[*i]);
    }
  }
  void check_reentrant(const variable_list& dx, const variable_list& again) const {
    for (size_t j = 0; j < dx.size(); ++j) {
      const auto a = values(dx[j]), b = values(again[j]);
      if (const auto i = difference(a, b))
        report("{}: the backward pass is not reentrant, input {} at {} got {} and then {}", name_,
               number_[j], index_text(dx[j].sizes(), int64_t(*i)), a[*i], b[*i]);
    }
  }
  // For a gradient with all the bits of a double those of the inputs have them too, unless they
  // went through floats.
  void check_precision(const variable_list& y, size_t k) const {
    if (y[k].dtype() != kDouble) return;
    std::mt19937_64 random(5);
    Tensor dy = raw::empty(y[k].sizes(), kDouble);
    for (int64_t r = 0; r < dy.numel(); ++r)
      write(*dy.impl(), r, 1 + double(random()) / double(random.max()));
    const variable_list dx = vjp(y[k], dy);
    for (size_t j = 0; j < dx.size(); ++j) {
      if (dx[j].dtype() != kDouble) continue;
      const auto row = values(dx[j]);
      // What is left of a zero after rounding has few bits.
      const auto counts = [&](double v) { return std::abs(v) > o_.atol && std::isfinite(v); };
      const auto fine = [&](double v) { return counts(v) && double(float(v)) != v; };
      if (std::any_of(row.begin(), row.end(), counts) && !std::any_of(row.begin(), row.end(), fine))
        report(
            "{}: the gradient of output {} by input {} has the precision of float32, though both "
            "are float64",
            name_, k, number_[j]);
    }
  }
  // What may be the cause of a wrong gradient.
  std::string hint(size_t j, bool kink) const {
    std::string out;
    if (kink) out += "; the one-sided differences disagree, there may be a kink nearby";
    if (wanted_[j].dtype() == kFloat)
      out += "; the input is float32, whose rounding may be all there is: check with float64";
    return out;
  }

  void jacobian(const variable_list& y, size_t k) const {
    const int64_t rows = y[k].numel();
    // analytic[j][r * n + i]: d y_r / d x_i for wanted input j
    std::vector<std::vector<double>> analytic(wanted_.size());
    for (int64_t r = 0; r < rows; ++r) {
      Tensor dy = raw::zeros(y[k].sizes(), y[k].dtype());
      write(*dy.impl(), r, 1);
      const variable_list dx = vjp(y[k], dy);
      check_reentrant(dx, vjp(y[k], dy));
      for (size_t j = 0; j < dx.size(); ++j) {
        const auto row = values(dx[j]);
        analytic[j].insert(analytic[j].end(), row.begin(), row.end());
      }
    }
    for (size_t j = 0; j < wanted_.size(); ++j) compare(y, k, j, analytic[j]);
  }

  void compare(const variable_list& y, size_t k, size_t j,
               const std::vector<double>& analytic) const {
    const TensorImpl& x = *wanted_[j].impl();
    const std::vector<double> middle = output(k);
    const size_t n = size_t(x.numel);
    struct {
      double excess = 0, analytic = 0, numeric = 0;
      size_t row = 0, column = 0;
      bool kink = false;
    } worst;
    size_t wrong = 0;
    for (size_t i = 0; i < n; ++i) {
      const int64_t at = place_of(x, int64_t(i));
      const double before = read(x, at);
      write(x, at, before + o_.eps);
      const auto above = output(k);
      write(x, at, before - o_.eps);
      const auto below = output(k);
      write(x, at, before);
      for (size_t r = 0; r < above.size(); ++r) {
        const double numeric = (above[r] - below[r]) / (2 * o_.eps), a = analytic[r * n + i];
        const double noise = rounding(std::abs(middle[r]), y[k].dtype());
        if (close(a, numeric, noise)) continue;
        ++wrong;
        const double gap = std::abs(a - numeric);
        const double excess = std::isnan(gap) ? INFINITY : gap / tolerance(numeric, noise);
        if (excess <= worst.excess) continue;
        const double right = (above[r] - middle[r]) / o_.eps,
                     left = (middle[r] - below[r]) / o_.eps;
        worst = {
            excess, a, numeric,
            r,      i, std::abs(right - left) > 1e-2 * std::max(std::abs(right), std::abs(left))};
      }
    }
    if (wrong == 0) return;
    report(
        "{}: the gradient of output {} by input {} is wrong in {} of {} elements; worst at "
        "output {} and input {}: analytic {}, numeric {}{}",
        name_, k, number_[j], wrong, analytic.size(), index_text(y[k].sizes(), int64_t(worst.row)),
        index_text(x.sizes, int64_t(worst.column)), worst.analytic, worst.numeric,
        hint(j, worst.kink));
  }

  void fast(const variable_list& y, const std::vector<size_t>& outputs) const {
    std::minstd_rand random(20);
    for (size_t k : outputs)
      for (int probe = 0; probe < o_.probes; ++probe) {
        const auto v = signs(size_t(y[k].numel()), random);
        const Tensor dy = made_of(v, y[k]);
        const variable_list dx = vjp(y[k], dy);
        check_reentrant(dx, vjp(y[k], dy));
        for (size_t j = 0; j < wanted_.size(); ++j) {
          const auto u = signs(size_t(wanted_[j].numel()), random), row = values(dx[j]),
                     x = values(wanted_[j].detach());
          // The sums may cancel; rounding is that of their summands.
          double analytic = 0, numeric = 0, summands = 0;
          for (size_t i = 0; i < u.size(); ++i) {
            analytic += row[i] * u[i];
            summands += std::abs(row[i]) * (std::abs(x[i]) + o_.eps);
          }
          const auto above = moved(j, u, o_.eps, k), below = moved(j, u, -o_.eps, k);
          for (size_t r = 0; r < v.size(); ++r) {
            numeric += v[r] * ((above[r] - below[r]) / (2 * o_.eps));
            summands += std::abs(above[r]);
          }
          if (!close(analytic, numeric, rounding(summands, y[k].dtype())))
            report(
                "{}: the gradient of output {} by input {} is wrong: along random signs "
                "(probe {}) analytic {}, numeric {}; the full check names the element{}",
                name_, k, number_[j], probe, analytic, numeric, hint(j, false));
        }
      }
  }
  // Output k with wanted input j moved by step * u.
  std::vector<double> moved(size_t j, const std::vector<double>& u, double step, size_t k) const {
    const TensorImpl& x = *wanted_[j].impl();
    std::vector<double> before(u.size());
    for (size_t i = 0; i < u.size(); ++i) {
      const int64_t at = place_of(x, int64_t(i));
      before[i] = read(x, at);
      write(x, at, before[i] + step * u[i]);
    }
    auto y = output(k);
    for (size_t i = 0; i < u.size(); ++i) write(x, place_of(x, int64_t(i)), before[i]);
    return y;
  }

  // Forward mode is the transpose of the gradient, which was compared with differences already:
  // v'(Ju) = (v'J)u along random signs.
  void check_forward(const Tensor& y, size_t k) const {
    std::minstd_rand random(30);
    for (int probe = 0; probe < o_.probes; ++probe) {
      const auto v = signs(size_t(y.numel()), random);
      const variable_list dx = vjp(y, made_of(v, y));
      for (size_t j = 0; j < wanted_.size(); ++j) {
        const auto u = signs(size_t(wanted_[j].numel()), random), row = values(dx[j]),
                   t = values(tangent(y, wanted_[j], made_of(u, wanted_[j])));
        double backward = 0, forward = 0, summands = 0;
        for (size_t i = 0; i < u.size(); ++i) backward += row[i] * u[i];
        for (size_t r = 0; r < v.size(); ++r) {
          forward += v[r] * t[r];
          summands += std::abs(t[r]);
        }
        if (!close(forward, backward, o_.eps * rounding(summands, y.dtype())))
          report(
              "{}: forward mode disagrees with the gradient of output {} by input {}: along random "
              "signs (probe {}) forward {}, backward {}",
              name_, k, number_[j], probe, forward, backward);
      }
    }
  }
  Tensor tangent(const Tensor& y, const Tensor& x, const Tensor& along) const {
    const Tensor dy = raw::zeros(y.sizes(), y.dtype()).requires_grad_();
    const Tensor dx = grad({y}, {x}, {dy}, true, true, true)[0];
    Tensor t;
    if (dx.defined() && dx.requires_grad()) t = grad({dx}, {dy}, {along}, true, false, true)[0];
    return t.defined() ? t : raw::zeros(y.sizes(), y.dtype());
  }
  void check_batched(const Tensor& y, size_t k) const {
    std::minstd_rand random(40);
    const Tensor dy[] = {made_of(signs(size_t(y.numel()), random), y),
                         made_of(signs(size_t(y.numel()), random), y)};
    const variable_list batch =
        grad({y}, wanted_, {stack(TensorList(dy))}, true, false, true, true);
    for (size_t b = 0; b < 2; ++b) {
      const variable_list dx = vjp(y, dy[b]);
      for (size_t j = 0; j < dx.size(); ++j) {
        if (!batch[j].defined()) continue;
        const auto one = values(dx[j]), of_batch = values(batch[j].select(0, int64_t(b)));
        if (const auto i = difference(one, of_batch))
          report(
              "{}: a batch of gradients of output {} gives input {} at {} {}, the gradient alone "
              "{}",
              name_, k, number_[j], index_text(wanted_[j].sizes(), int64_t(*i)), of_batch[*i],
              one[*i]);
      }
    }
  }

  void check_zero(const variable_list& y, size_t k) const {
    const variable_list dx = vjp(y[k], raw::zeros(y[k].sizes(), y[k].dtype()));
    for (size_t j = 0; j < dx.size(); ++j)
      for (double v : values(dx[j]))
        if (v != 0)
          report("{}: a zero gradient of output {} gives {} for input {}", name_, k, v, number_[j]);
  }
  // Each output alone must give what it gives beside zeros for the others.
  void check_undefined(const variable_list& y, const std::vector<size_t>& outputs) const {
    for (size_t k : outputs) {
      variable_list all, dy;
      for (size_t m : outputs) {
        all.push_back(y[m]);
        dy.push_back(m == k ? raw::full(y[m].sizes(), 1, y[m].dtype())
                            : raw::zeros(y[m].sizes(), y[m].dtype()));
      }
      const variable_list alone = vjp(y[k], raw::full(y[k].sizes(), 1, y[k].dtype()));
      variable_list beside = grad(all, wanted_, dy, true, false, true);
      for (size_t j = 0; j < beside.size(); ++j) {
        const auto a = values(alone[j]);
        const auto b = beside[j].defined() ? values(beside[j]) : std::vector<double>(a.size());
        for (size_t i = 0; i < a.size(); ++i)
          if (!close(a[i], b[i]))
            report(
                "{}: output {} gives input {} the gradient {} when the other outputs' gradients "
                "are undefined, {} when they are zero",
                name_, k, number_[j], a[i], b[i]);
      }
    }
  }
  // No output depends on the inputs as far as the tape knows: then none may in fact.
  void check_no_gradient(const variable_list& y) const {
    for (size_t k = 0; k < y.size(); ++k) {
      if (!y[k].defined() || !is_floating(y[k].dtype())) continue;
      for (size_t j = 0; j < wanted_.size(); ++j)
        compare(y, k, j, std::vector<double>(size_t(y[k].numel() * wanted_[j].numel())));
    }
  }

  const char* name_;
  const detail::ListFunction& f_;
  const variable_list& inputs_;
  variable_list wanted_;
  std::vector<size_t> number_;  // of each wanted input among all
};

bool run_checked(const char* name, const detail::ListFunction& f, const variable_list& inputs,
                 const GradcheckOptions& options) {
  try {
    Checker(name, f, inputs, options).run();
    return true;
  } catch (Failure& failure) {
    if (!options.raise_exception) return false;
    fail("{}", failure.report);
  }
}

}  // namespace

namespace detail {

void throw_input_count(size_t given) {
  fail("gradcheck: the function does not take {} tensors", given);
}

bool gradcheck(const ListFunction& f, const variable_list& inputs,
               const GradcheckOptions& options) {
  return run_checked("gradcheck", f, inputs, options);
}

bool gradgradcheck(const ListFunction& f, const variable_list& inputs,
                   const variable_list& grad_outputs, const GradcheckOptions& options) {
  const AutoGradMode on(true);
  std::vector<size_t> outputs;
  const variable_list y = f(inputs);
  for (size_t k = 0; k < y.size(); ++k)
    if (y[k].defined() && y[k].requires_grad()) outputs.push_back(k);
  variable_list dy = grad_outputs;
  if (dy.empty()) {
    std::minstd_rand random(7);
    std::normal_distribution<double> normal;
    for (size_t k : outputs) {
      Tensor g = raw::empty(y[k].sizes(), y[k].dtype());
      for (int64_t i = 0; i < g.numel(); ++i) write(*g.impl(), i, normal(random));
      dy.push_back(g.requires_grad_());
    }
  }
  if (dy.size() != outputs.size())
    fail("gradgradcheck: {} outputs require grad, {} gradients were given", outputs.size(),
         dy.size());
  variable_list all = inputs;
  all.insert(all.end(), dy.begin(), dy.end());
  const size_t n = inputs.size();
  const auto first_order = [&](const variable_list& x) {
    const AutoGradMode recorded(true);
    const variable_list own(x.begin(), x.begin() + std::ptrdiff_t(n));
    variable_list ys, dys(x.begin() + std::ptrdiff_t(n), x.end()), wanted;
    const variable_list out = f(own);
    for (size_t k : outputs) ys.push_back(out[k]);
    for (const Tensor& t : own)
      if (checked(t)) wanted.push_back(t);
    variable_list dx = grad(ys, wanted, dys, true, true, true);
    std::erase_if(dx, [](const Tensor& t) { return !t.defined(); });
    return dx;
  };
  return run_checked("gradgradcheck", first_order, all, options);
}

}  // namespace detail
}  // namespace gradus::autograd

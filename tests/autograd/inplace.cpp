// Writes in place and through views, with PyTorch's rules.
#include <doctest/doctest.h>

#include "autograd/autograd.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "tests/support.h"

using namespace gradus;

TEST_CASE("leaves are guarded") {
  const Tensor x = vec({1, 2}).requires_grad_();
  CHECK(message([&] { x.add_(1); }) ==
        "add_: a leaf that requires grad cannot be written in place");
  CHECK(message([&] { x.view({2}).add_(1); }) ==
        "add_: a view of a leaf that requires grad cannot be written in place");
  // So is a view that became a leaf itself, and a view of that.
  const Tensor part = vec({1, 2, 3}).narrow(0, 1, 2).requires_grad_();
  CHECK(message([&] { part.log_(); }) ==
        "log_: a view of a leaf that requires grad cannot be written in place");
  CHECK(message([&] { part.view({2}).log_(); }) ==
        "log_: a view of a leaf that requires grad cannot be written in place");
  CHECK(values(part) == Values{2, 3});
  CHECK(values(x) == Values{1, 2});
  {
    const NoGradGuard no_grad;
    x.add_(1);
  }
  CHECK(values(x) == Values{2, 3});
  CHECK(x._version() == 1);
}

TEST_CASE("a saved tensor that was written to is refused") {
  const Tensor x = vec({1, 2}).requires_grad_();
  const Tensor y = x * 1, z = y * y;
  y.add_(1);
  CHECK(message([&] { z.sum().backward(); }) ==
        "mul: a tensor saved for the backward pass was modified in place, shape [2] is at version "
        "1, expected 0");
  const Tensor e = x.exp();
  e.mul_(2);
  CHECK(message([&] { e.sum().backward(); }) ==
        "exp: its result, saved for the backward pass, was modified in place, shape [2] is at "
        "version 1, expected 0");
  // Writes through data() are the user's own business.
  const Tensor p = x * 1, q = p * p;
  p.data().add_(1);
  CHECK_NOTHROW(q.sum().backward());
}

TEST_CASE("writes are recorded") {
  const Tensor x = vec({1, 2, 3}).requires_grad_();
  Tensor y = x * 1;
  y.mul_(x);  // x²
  y.pow_(2);  // x⁴
  CHECK(y.grad_fn()->name() == "PowBackward0");
  y.sum().backward();
  CHECK(values(x.grad()) == Values{4, 32, 108});
}

TEST_CASE("what is overwritten has a gradient of zeros") {
  const Tensor x = leaf({1, 2}), v = leaf({3, 4});
  const auto write = [&](auto&& f) {
    const Tensor y = x * 2;
    f(y);
    return values(autograd::grad({(y * v).sum()}, {x})[0]);
  };
  CHECK(write([&](const Tensor& y) { y.copy_(v); }) == Values{0, 0});
  CHECK(write([&](const Tensor& y) { y.fill_(3); }) == Values{0, 0});
  CHECK(write([&](const Tensor& y) { y.fill_(v[0]); }) == Values{0, 0});
  CHECK(write([&](const Tensor& y) { y.zero_(); }) == Values{0, 0});
}

TEST_CASE("a write to a view reaches its base's history") {
  const Tensor w = vec({3, 4}).requires_grad_();
  const Tensor base = zeros({3}, kDouble);
  const Tensor view = base.slice(0, 0, 2);
  view.add_(w);
  view.mul_(w);
  CHECK(base.requires_grad());
  CHECK(base.grad_fn()->name() == "CopySlices");
  CHECK(view.grad_fn()->name() == "AsStridedBackward0");
  CHECK(values(base) == Values{9, 16, 0});
  (base * vec({1, 10, 100})).sum().backward();
  CHECK(values(w.grad()) == Values{6, 80});
}

TEST_CASE("a write to the base reaches its views' history") {
  const Tensor w = vec({1, 2, 3}).requires_grad_();
  const Tensor base = ones({3}, kDouble);
  const Tensor view = base.slice(0, 1, 3);
  base.mul_(w);
  CHECK(view.requires_grad());
  CHECK_FALSE(view.is_leaf());
  (view * view).sum().backward();
  CHECK(values(w.grad()) == Values{0, 4, 6});
}

TEST_CASE("a view of what was written before has its own history") {
  const Tensor base = vec({1, 2}).requires_grad_() * 1;
  base.mul_(2);
  CHECK(base.view({2, 1}).grad_fn()->name() == "ViewBackward0");
}

TEST_CASE("a base that does not begin its storage") {
  const Tensor w = vec({3, 4}).requires_grad_();
  const Tensor base = arange(7, kDouble).slice(0, 2, 5).data();
  base.slice(0, 1, 3).mul_(w);
  CHECK(values(base) == Values{2, 9, 16});
  (base * vec({1, 10, 100})).sum().backward();
  CHECK(values(w.grad()) == Values{30, 400});
}

TEST_CASE("a write to a view frees what it saved") {
  const Tensor w = vec({3, 4}).requires_grad_();
  const Tensor base = ones({3}, kDouble);
  base.slice(0, 0, 2).mul_(w);
  const Tensor sum = base.sum();
  sum.backward();
  CHECK(message([&] { sum.backward(); }).find("mul_: backward through the graph a second time") ==
        0);
}

TEST_CASE("writes to overlapping and transposed views") {
  const Tensor w = ones({2, 2}, kDouble).requires_grad_();
  const Tensor base = (w * 1);
  base.t().select(0, 0).mul_(5);  // the first column
  base[1].add_(w[0]);
  base.sum().backward();
  CHECK(values(w.grad()) == Values{6, 2, 5, 1});
}

TEST_CASE("views that may not be written") {
  const Tensor x = ones({3}, kDouble).requires_grad_();
  const auto parts = (x * 1).unbind(0);
  CHECK(message([&] { parts[0].mul_(2); }) ==
        "mul_: a view that came from an operation with several views cannot be written in place");
  CHECK(message([&] { parts[0].view({1}).mul_(2); }) ==
        "mul_: a view that came from an operation with several views cannot be written in place");
  const Tensor wide = ones({1}, kDouble).expand({3});
  CHECK(message([&] { wide.add_(1); }).find("share one place") != std::string::npos);
}

TEST_CASE("views made in no_grad or inference mode") {
  const Tensor x = vec({1, 2}).requires_grad_(), y = x * 1, plain = vec({1, 2});
  const auto views = [](const Tensor& of) {
    std::vector<Tensor> all = {of.view({2, 1}), of[0]};
    for (const auto& parts : {of.split(1), of.unbind(0), of.chunk(2)})
      all.insert(all.end(), parts.begin(), parts.end());
    return all;
  };
  const auto check = [&](const Tensor& of, const std::vector<Tensor>& made) {
    for (const Tensor& v : made) {
      CHECK(v._base().is_same(of));
      CHECK_FALSE(v.is_inference());
      CHECK(v.requires_grad() == of.requires_grad());
      CHECK(message([&] { v.mul_(x[0]); }) ==
            "mul_: a view made in no_grad or inference mode cannot be written in place in grad "
            "mode");
      CHECK(values(of) == Values{1, 2});
      // A view of it neither.
      if (v.dim() > 0)
        CHECK(message([&] { v[0].mul_(x[0]); }).find("made in no_grad") != std::string::npos);
      const NoGradGuard no_grad;
      CHECK_NOTHROW(v.mul_(1));
    }
  };
  for (const Tensor& of : {x, y, plain}) {
    std::vector<Tensor> in_no_grad, in_inference;
    {
      const NoGradGuard no_grad;
      in_no_grad = views(of);
    }
    {
      const InferenceMode inference;
      in_inference = views(of);
    }
    check(of, in_no_grad);
    check(of, in_inference);
  }
  // Nothing is to be recorded.
  const std::vector<Tensor> parts = [&] {
    const NoGradGuard no_grad;
    return plain.unbind(0);
  }();
  parts[1].mul_(5);
  CHECK(values(plain) == Values{1, 10});
}

TEST_CASE("views of inference tensors") {
  Tensor x, inside;
  {
    const InferenceMode inference;
    x = vec({1, 2});
    inside = x[0];
    CHECK_NOTHROW(inside.add_(1));
  }
  const Tensor outside = x[1];
  for (const Tensor& v : {inside, outside}) {
    CHECK(v.is_inference());
    CHECK_FALSE(v.is_view());
    CHECK(v.is_alias_of(x));
    CHECK(message([&] { v.add_(1); }) ==
          "add_: an inference tensor cannot be written in place outside inference mode; clone it "
          "first");
  }
  CHECK(values(x) == Values{2, 2});
}

TEST_CASE("second derivatives through writes to views") {
  const Tensor x = vec({2, 3}).requires_grad_();
  const Tensor base = x * x;
  base.slice(0, 0, 1).mul_(x.slice(0, 1, 2));  // x0² x1, x1²
  const Tensor g = autograd::grad({base.sum()}, {x}, {}, true, true)[0];
  CHECK(values(g) == Values{12, 10});
  CHECK(values(autograd::grad({g.sum()}, {x})[0]) == Values{10, 6});
}

TEST_CASE("operands that share memory with the result") {
  Tensor x = vec({1, 2, 3, 4});
  x.slice(0, 1, 4).add_(x.slice(0, 0, 3));
  CHECK(values(x) == Values{1, 3, 5, 7});
}

TEST_CASE("a base written after a view of it was made without recording") {
  const auto lost = [](const char* made) {
    return std::string("grad_fn: a view made ") + made +
           " has no history any more, its base was written in place";
  };
  const Tensor x = vec({1, 2, 3, 4}).requires_grad_();
  {
    const Tensor base = x * 1, view = [&] {
      const NoGradGuard no_grad;
      return base.slice(0, 0, 2);
    }();
    const Tensor of_it = view.slice(0, 0, 1);
    base.mul_(2);
    CHECK(view.requires_grad());
    CHECK(values(view) == Values{2, 4});
    CHECK(message([&] { view * 2; }) == lost("in no_grad or inference mode"));
    CHECK(message([&] { of_it.sum(); }) == lost("in no_grad or inference mode"));
    CHECK(values(view.detach() * 2) == Values{4, 8});
  }
  {
    const Tensor base = x * 1, view = [&] {
      const InferenceMode inference;
      return base.slice(0, 0, 2);
    }();
    base.mul_(2);
    CHECK(message([&] { view.grad_fn(); }) == lost("in no_grad or inference mode"));
  }
  {
    const Tensor base = x * 1, part = base.split(2)[1];
    base.mul_(2);
    CHECK(message([&] { part.sum(); }) == lost("by an operation with several views"));
  }
  {  // A base that comes to require grad by the write.
    const Tensor base = vec({1, 2, 3, 4}), view = [&] {
      const NoGradGuard no_grad;
      return base.slice(0, 0, 2);
    }();
    base.mul_(x);
    CHECK(message([&] { view.grad_fn(); }) == lost("in no_grad or inference mode"));
  }
}

TEST_CASE("comparisons and steps written in place end the gradient") {
  const Tensor other = vec({0, 2, -3});
  const auto gradient = [&](auto write) {
    const Tensor x = vec({1, 2, -3}).requires_grad_(), y = x * 1;
    write(y);
    CHECK(y.requires_grad());
    (y * 3).sum().backward();
    return values(x.grad());
  };
  const Values zeros{0, 0, 0};
#define CHECK_STEPS(name)                                            \
  CHECK(gradient([&](const Tensor& y) { y.name(0); }) == zeros);     \
  CHECK(gradient([&](const Tensor& y) { y.name(other); }) == zeros); \
  CHECK(message([&] { vec({1}).requires_grad_().name(0); }).find("a leaf") != std::string::npos);
  CHECK_STEPS(eq_)
  CHECK_STEPS(ne_)
  CHECK_STEPS(lt_)
  CHECK_STEPS(le_)
  CHECK_STEPS(gt_)
  CHECK_STEPS(ge_)
  CHECK_STEPS(greater_equal_)
  CHECK_STEPS(not_equal_)
#undef CHECK_STEPS
  // The next number follows its operand, unless that is the other.
  CHECK(gradient([&](const Tensor& y) { y.nextafter_(other); }) == Values{3, 0, 0});
  CHECK(gradient([&](const Tensor& y) { y.heaviside_(other); }) == zeros);
  CHECK(gradient([](const Tensor& y) { y.sign_(); }) == zeros);
  CHECK(gradient([](const Tensor& y) { y.round_(); }) == zeros);
  // What is compared with gets zeros too.
  const Tensor limit = vec({1, 1, 1}).requires_grad_(), y = vec({0, 1, 2});
  y.gt_(limit);
  CHECK(values(autograd::grad({y.sum()}, {limit})[0]) == zeros);
  CHECK(y.grad_fn()->name() == "GtBackward1");
  // Truth values have no gradient.
  const Tensor x = vec({1, 2, 3}).requires_grad_(), truth = x * 1;
  CHECK(message([&] { truth.logical_not_(); }) ==
        "logical_not_: the result has no gradient, it cannot be written to a tensor that requires "
        "grad");
  CHECK(message([&] { truth.logical_and_(other); }).find("has no gradient") != std::string::npos);
  CHECK(values(truth) == Values{1, 2, 3});
  const NoGradGuard no_grad;
  CHECK(values(truth.logical_not_()) == zeros);
}

TEST_CASE("a leaf may not be copied to itself") {
  const Tensor x = vec({1}).requires_grad_(), y = x * 2;
  CHECK(message([&] { x.copy_(x); }) ==
        "copy_: a leaf that requires grad cannot be written in place");
  CHECK(values(y.copy_(y)) == Values{2});
}

TEST_CASE("an inference tensor that says it requires grad takes part in no graph") {
  Tensor t;
  {
    const InferenceMode inference;
    t = vec({1, 2}).requires_grad_();
  }
  CHECK(t.requires_grad());
  CHECK(t.is_leaf());
  const Tensor square = t * t, view = t.view({2, 1});
  CHECK(values(square) == Values{1, 4});
  CHECK_FALSE(square.requires_grad());
  CHECK_FALSE(square.is_inference());
  CHECK(view.is_inference());
  CHECK_FALSE(view.requires_grad());
  CHECK(view.is_leaf());
  CHECK(message([&] { t._version(); }) ==
        "_version: writes to an inference tensor are not counted");
  CHECK(message([&] { t.sum().backward(); }).find("does not require grad") != std::string::npos);
  CHECK(message([&] {
          autograd::backward({t}, {vec({1, 1})});
        }).find("does not require grad") != std::string::npos);
}

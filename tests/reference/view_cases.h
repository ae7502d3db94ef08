// Windows and their strides, writes through views and their gradients.
#pragma once

#include "tests/reference/case_writer.h"

inline torch::Tensor ramp(std::vector<int64_t> sizes, torch::ScalarType type = torch::kDouble) {
  int64_t n = 1;
  for (int64_t s : sizes) n *= s;
  return torch::arange(n, torch::kLong).to(type).view(sizes);
}
inline torch::Tensor ramp_leaf(std::vector<int64_t> sizes) {
  torch::Tensor t = ramp(std::move(sizes)).mul(0.5).add(1);
  t.requires_grad_();
  return t;
}
// A gradient with a different value everywhere.
inline void backward(const torch::Tensor& y) { y.backward(ramp(y.sizes().vec()).add(1)); }

inline void window_cases(CaseWriter& w) {
  const torch::Tensor x = ramp({2, 3, 4}), m = ramp({4, 6}), p = x.permute({2, 0, 1});
  const torch::Tensor none = ramp({0, 3}), number = ramp({}), one = ramp({1, 3, 1});
  w.window("view", x.view({4, -1}));
  w.window("view.split", p.view({2, 2, 2, 3}));
  w.window("view.empty", none.view({3, 0, 2}));
  w.window("view.empty_same", ramp({3, 0}).t().view({0, 3}));
  w.window("view.number", number.view({1, 1}));
  w.window("view.to_number", ramp({1}).view(torch::IntArrayRef{}));
  w.window("reshape", p.reshape({8, 3}));
  w.window("reshape.copy", x.transpose(0, 1).reshape({6, 4}));
  w.window("reshape.empty", none.reshape({-1, 3}));
  w.window("permute", p);
  w.window("transpose", x.transpose(-1, 0));
  w.window("transpose.number", number.transpose(0, -1));
  w.window("t", m.t());
  w.window("t.vector", ramp({3}).t());
  w.window("mT", x.mT());
  w.window("numpy_T", x.numpy_T());
  w.window("movedim", x.movedim({0, 2}, {1, 0}));
  w.window("movedim.one", x.movedim(0, 2));
  w.window("expand", ramp({3, 1}).expand({2, -1, 4}));
  w.window("expand.number", number.expand({2, 2}));
  w.window("expand.same", m.expand({4, 6}));
  w.window("expand.to_empty", one.expand({0, 3, 0}));
  w.window("squeeze", one.squeeze());
  w.window("squeeze.dim", one.squeeze(0));
  w.window("squeeze.other", one.squeeze(1));
  w.window("squeeze.dims", one.squeeze({0, 2}));
  w.window("squeeze.number", number.squeeze(0));
  w.window("unsqueeze", p.unsqueeze(1));
  w.window("unsqueeze.last", p.unsqueeze(-1));
  w.window("unsqueeze.number", number.unsqueeze(-1));
  w.window("flatten", x.flatten(1));
  w.window("flatten.copy", p.flatten(0, 1));
  w.window("flatten.number", number.flatten());
  w.window("unflatten", m.unflatten(1, {2, -1}));
  w.window("ravel", m.t().ravel());
  w.window("select", x.select(1, -1));
  w.window("select.index", x[1][2]);
  w.window("slice", m.slice(1, 1, 6, 2));
  w.window("slice.negative", m.slice(0, -3, -1));
  w.window("slice.none", m.slice(0, 3, 1));
  w.window("slice.wide", m.slice(0, -99, 99, 3));
  w.window("slice.past", m.slice(1, 7));
  w.window("narrow", m.narrow(1, 2, 3));
  w.window("narrow.end", m.narrow(0, 4, 0));
  w.window("narrow.tensor", m.narrow(1, torch::tensor(1), 2));
  w.window("diagonal", m.diagonal());
  w.window("diagonal.above", m.diagonal(3));
  w.window("diagonal.below", m.diagonal(-2));
  w.window("diagonal.dims", x.diagonal(1, 2, 0));
  w.window("diagonal.outside", m.diagonal(7));
  w.window("diagonal.empty", none.diagonal());
  w.window("unfold", m.unfold(1, 3, 2));
  w.window("unfold.number", number.unfold(0, 1, 1));
  w.window("unfold.zero", m.unfold(0, 0, 1));
  w.window("as_strided", m.as_strided({2, 2}, {3, 5}, 4));
  w.window("view_as", m.view_as(ramp({24})));
  w.window("view.int", ramp({2, 4}, torch::kFloat).view(torch::kInt));
  w.window("view.bytes", torch::ones({2, 2}, torch::kInt).view(torch::kByte));
  w.window("view.long", torch::ones({2, 4}, torch::kInt).slice(0, 1).view(torch::kLong));
  w.list("split", m.split(4, 1));
  w.list("split.exact", m.split(2));
  w.list("split.sizes", m.split_with_sizes({1, 0, 3}));
  w.list("split.empty", none.split(2));
  w.list("chunk", m.chunk(4, 1));
  w.list("chunk.many", ramp({5}).chunk(4));
  w.list("chunk.empty", none.chunk(2));
  w.list("tensor_split", m.tensor_split(4, 1));
  w.list("tensor_split.indices", m.tensor_split({1, 3, 2}));
  w.list("hsplit", ramp({4}).hsplit(2));
  w.list("dsplit", x.dsplit({1}));
  w.list("unbind", m.unbind(1));
  w.list("meshgrid", torch::meshgrid({ramp({2}), ramp({3})}, "xy"));
  w.list("broadcast_tensors", torch::broadcast_tensors({ramp({3, 1}), ramp({2})}));
  w.list("atleast_3d", torch::atleast_3d({number, ramp({2}), ramp({2, 2})}));
  w.window("clone", p.clone());
  w.window("clone.expanded", ramp({3}).expand({2, 3}).clone());
  w.window("clone.sliced", m.slice(1, 0, 6, 2).clone());
  w.window("clone.contiguous", p.clone(torch::MemoryFormat::Contiguous));
  w.window("clone.channels_last", ramp({1, 2, 2, 2}).clone(torch::MemoryFormat::ChannelsLast));
  w.window("contiguous", p.contiguous());
  w.window("to", p.to(torch::kInt));
  w.window("to.options", p.to(torch::dtype(torch::kFloat)));
  w.flag("to.same", p.to(torch::kDouble).is_same(p));
  w.flag("to.copy", p.to(torch::kDouble, false, true).is_same(p));
  w.flag("contiguous.same", x.contiguous().is_same(x));
  w.flag("reshape.shares", p.reshape({2, 2, 6}).data_ptr() == p.data_ptr());
  w.flag("flatten.same", m.flatten(1, 1).is_same(m));
  w.flag("equal", m.equal(ramp({4, 6})));
  w.flag("equal.shape", m.equal(ramp({6, 4})));
  w.flag("equal.empty", none.equal(ramp({0, 3})));
  w.window("cat.empty", torch::cat({none, ramp({2, 3})}));
  w.window("cat.all_empty", torch::cat({ramp({0}), ramp({0})}));
  w.window("cat.promotes", torch::cat({ramp({2}, torch::kByte), ramp({1}, torch::kInt)}));
  w.window("stack.empty", torch::stack({none, none}, 1));
  w.window("stack.number", torch::stack({number, number}));
  w.window("flip", p.flip({0}));
  w.window("roll", m.roll(7, 1));
  w.window("rot90", m.rot90());
  w.window("tril", ramp({2, 3, 3}).tril(-1));
  w.window("repeat.number", number.repeat({2, 1}));
  torch::Tensor r = ramp({2, 3});
  r.resize_({4});
  w.window("resize_", r);
  r.set_(m);
  w.window("set_", r);
  r = ramp({2, 3});
  r.t_();
  w.window("t_", r);
  r.unsqueeze_(1).squeeze_();
  w.window("unsqueeze_", r);
}

inline void write_cases(CaseWriter& w) {
  {
    torch::Tensor x = ramp_leaf({2, 3}), y = x * 2, v = y[0];
    v.mul_(3);
    backward(y);
    w.values("part_scaled", x.grad());
    w.flag("part_scaled.view", v.requires_grad());
    w.text("part_scaled.view", v.grad_fn()->name());
  }
  {
    torch::Tensor x = ramp_leaf({2, 3}), z = ramp_leaf({3}), y = x.clone();
    y.select(0, 1).copy_(z);
    backward(y * y);
    w.values("part_replaced", x.grad());
    w.values("part_replaced.by", z.grad());
  }
  {
    torch::Tensor x = ramp_leaf({2, 3}), y = x * 1, v = y.view({-1});
    y.mul_(2);
    backward(v * v);
    w.values("view_of_written", x.grad());
    w.text("view_of_written.fn", v.slice(0, 1).grad_fn()->name());
  }
  {
    torch::Tensor x = ramp_leaf({3, 3}), z = ramp_leaf({2}), y = x.clone(), v = y.slice(0, 1),
                  u = v.t();
    u.mul_(2);
    u[0] = z;
    w.flag("chain.requires", v.requires_grad());
    backward(y * y);
    w.values("chain", x.grad());
    w.values("chain.z", z.grad());
    w.values("chain.y", y);
  }
  {
    torch::Tensor z = ramp_leaf({2}), y = torch::zeros({3, 2}, torch::kDouble), v = y[0], u = y[1];
    w.flag("late", v.requires_grad());
    u.copy_(z);
    w.flag("late.after", v.requires_grad());
    w.flag("late.base", y.requires_grad());
    backward(y);
    w.values("late.grad", z.grad());
  }
  {
    torch::Tensor z = ramp_leaf({3}), y = torch::zeros({2, 3}, torch::kDouble);
    y.copy_(z);
    backward(y);
    w.values("copy_broadcast", z.grad());
  }
  {
    torch::Tensor z = torch::ones({2}, torch::kFloat).requires_grad_();
    torch::Tensor y = torch::zeros({2}, torch::kDouble);
    y.copy_(z);
    backward(y * y);
    w.values("copy_converts", z.grad());
  }
  {
    torch::Tensor x = ramp_leaf({2, 3}), y = x.clone();
    y.t_();
    y.select(0, 0).mul_(5);
    backward(y);
    w.values("turned", x.grad());
    w.window("turned.value", y);
  }
  {
    torch::Tensor x = ramp_leaf({2, 3}), y = x.clone(), v = y[1];
    v.unsqueeze_(0);
    v.mul_(2);
    backward(y);
    w.values("view_unsqueezed", x.grad());
  }
  {
    torch::Tensor x = ramp_leaf({4}), y = x * 1;
    auto parts = y.tensor_split(2);
    parts[0].mul_(3);
    backward(y);
    w.values("tensor_split_written", x.grad());
  }
  {
    torch::Tensor x = ramp_leaf({4}), y = x * 1;
    y.slice(0, 1, 3).zero_();
    y.slice(0, 3).fill_(7);
    backward(y * x);
    w.values("part_filled", x.grad());
  }
  {
    torch::Tensor x = ramp_leaf({2, 2}), y = x * 1, c = torch::full({}, 3.0, torch::kDouble);
    c.requires_grad_();
    y[0].fill_(c);
    backward(y * y);
    w.values("filled_by_tensor", c.grad());
    w.values("filled_by_tensor.x", x.grad());
  }
  {
    torch::Tensor x = ramp_leaf({3}), y = x * 1;
    y.expand({2, 3}).sum().backward();
    w.values("expanded", x.grad());
  }
  const auto version = [&](const char* name, const torch::Tensor& t, auto write) {
    const int64_t before = t._version();
    write();
    w.text(name, std::to_string(t._version() - before));
  };
  {
    torch::Tensor t = ramp({2, 3});
    version("version.fill_", t, [&] { t.fill_(1); });
    version("version.view", t, [&] { t[0].zero_(); });
    version("version.detach", t, [&] { t.detach().zero_(); });
    version("version.data", t, [&] { t.data().zero_(); });
    version("version.copy_", t, [&] { t.copy_(ramp({3})); });
    version("version.t_", t, [&] { t.t_(); });
    version("version.clone", t, [&] { t.clone().zero_(); });
  }
  const auto attempt = [&](const char* name, auto f) {
    w.attempt(name, [&] {
      torch::Tensor x = ramp_leaf({2, 2}), y = x * 1;
      return torch::Tensor(f(x, y));
    });
  };
  using T = torch::Tensor;
  attempt("leaf_written", [](T& x, T&) { return x.zero_(); });
  attempt("view_of_leaf_written", [](T& x, T&) { return x[0].zero_(); });
  attempt("leaf_no_grad", [](T& x, T&) {
    torch::NoGradGuard g;
    return x.zero_();
  });
  attempt("split_written", [](T&, T& y) { return y.split(1)[0].zero_(); });
  attempt("chunk_written", [](T&, T& y) { return y.chunk(2)[0].zero_(); });
  attempt("unbind_written", [](T&, T& y) { return y.unbind()[0].zero_(); });
  attempt("split_written_plain", [](T&, T&) { return ramp({2, 2}).split(1)[0].zero_(); });
  attempt("split_written_by_grad", [](T& x, T&) { return ramp({2, 2}).split(1)[0].copy_(x[0]); });
  attempt("no_grad_view_written", [](T&, T& y) {
    T v;
    {
      torch::NoGradGuard g;
      v = y[0];
    }
    return v.zero_();
  });
  attempt("saved_written", [](T& x, T& y) {
    T s = y * y;
    y.add_(1);
    backward(s);
    return x.grad();
  });
  attempt("saved_view_written", [](T& x, T& y) {
    T s = y[0] * y[0];
    y[1].add_(1);
    backward(s);
    return x.grad();
  });
  attempt("unsaved_written", [](T& x, T& y) {
    T s = y + y;
    y.add_(1);
    backward(s);
    return x.grad();
  });
  attempt("saved_detached_written", [](T& x, T& y) {
    T s = y * y;
    y.detach().zero_();
    backward(s);
    return x.grad();
  });
  attempt("expanded_added", [](T&, T&) { return ramp({3}).expand({2, 3}).add_(1); });
  attempt("expanded_written", [](T&, T&) { return ramp({3}).expand({2, 3}).fill_(1); });
  attempt("detach_view", [](T&, T& y) { return y[0].detach_(); });
}

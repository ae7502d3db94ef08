// Indexing, gathering and scattering of every type, and what is refused.
#pragma once

#include "tests/reference/case_writer.h"
#include "tests/reference/view_cases.h"

inline const torch::ScalarType all_types[] = {torch::kBool, torch::kByte,  torch::kInt,
                                              torch::kLong, torch::kFloat, torch::kDouble};

inline void index_cases(CaseWriter& w) {
  using namespace torch::indexing;
  const torch::Tensor x = ramp({3, 4, 2}), i = torch::tensor({2, 0}), j = torch::tensor({-1, 1}),
                      mask = x.select(2, 0).remainder(3).eq(0),
                      row = torch::tensor({true, false, true}), byte = row.to(torch::kByte),
                      none = torch::empty({0}, torch::kLong);
  w.window("int", x.index({1}));
  w.window("ints", x.index({-1, 2}));
  w.window("slice", x.index({Slice(1, None), Slice(None, None, 2)}));
  w.window("none", x.index({None, 1, None}));
  w.window("ellipsis", x.index({Ellipsis, 0}));
  w.window("ellipsis.text", x.index({"...", None}));
  w.window("ellipsis.idle", x.index({0, Ellipsis, 1, 1}));
  w.window("zero_dim", x.index({torch::tensor(2), Slice(1)}));
  w.window("subscript", x[torch::tensor(1)]);
  w.values("tensor", x.index({i}));
  w.values("tensor.int", x.index({i.to(torch::kInt)}));
  w.values("tensor.middle", x.index({Slice(), j}));
  w.values("tensor.two", x.index({i, j}));
  w.values("tensor.grid", x.index({i.unsqueeze(1), j}));
  w.values("tensor.apart", x.index({i, Slice(0, 3), j}));
  w.values("tensor.apart_by_none", x.index({i, None, j}));
  w.values("tensor.apart_by_int", x.index({i, 1, j}));
  w.values("tensor.after_int", x.index({1, i, j}));
  w.values("tensor.after_slice", x.index({Slice(1), i, j}));
  w.values("tensor.after_ellipsis", x.index({Ellipsis, j}));
  w.values("tensor.square", x.index({torch::tensor({{0, 1}, {2, 2}})}));
  w.values("tensor.empty", x.index({none}));
  w.values("tensor.empty_middle", x.index({Slice(), none, 1}));
  w.values("tensor.of_empty", torch::empty({0, 3}).index({none}));
  w.values("tensor.two_empty", x.index({none, none}));
  w.values("mask", x.index({x.gt(20)}));
  w.values("mask.none", x.index({x.gt(99)}));
  w.values("mask.row", x.index({row}));
  w.values("mask.two", x.index({mask}));
  w.values("mask.after", x.index({Slice(), torch::tensor({true, false, false, true}), 1}));
  w.values("mask.and_tensor", x.index({row, j}));
  w.values("mask.byte", x.index({byte}));
  w.values("true", x.index({true}));
  w.values("false", x.index({false, 1}));
  w.values("true.inside", x.index({1, true, Slice(2)}));
  w.values("true.tensor", x.index({torch::tensor(true)}));

  const auto assign = [&](const char* name, auto f) {
    for (torch::ScalarType t : {torch::kBool, torch::kByte, torch::kLong, torch::kDouble}) {
      torch::Tensor y = ramp({3, 4}).to(t);
      f(y);
      w.values(name, y);
    }
  };
  using T = torch::Tensor;
  assign("put", [&](T& y) { y.index_put_({1, Slice(1, 3)}, 5); });
  assign("put.tensor", [&](T& y) { y.index_put_({i, j}, 7); });
  assign("put.mask", [&](T& y) { y.index_put_({y.gt(5)}, 0); });
  assign("put.values", [&](T& y) { y.index_put_({i}, ramp({4}).to(y.scalar_type())); });
  assign("put.leading_ones", [&](T& y) { y.index_put_({0}, ramp({1, 1, 4}).to(y.scalar_type())); });
  assign("put.converts", [&](T& y) { y.index_put_({Slice(), 0}, ramp({3}, torch::kFloat)); });
  assign("put.none", [&](T& y) { y.index_put_({none}, 3); });
  assign("put.list", [&](T& y) { y.index_put_({T(), j}, ramp({3, 2}).to(y.scalar_type())); });
  assign("put.accumulate", [&](T& y) {
    y.index_put_({torch::tensor({1, 1, -2})}, torch::ones({3, 1}).to(y.scalar_type()), true);
  });
  assign("set", [&](T& y) { y.index({Slice(), 1}) = 9; });
  assign("set.tensor", [&](T& y) { y.index({1}) = y.index({0}).clone(); });
  assign("set.subscript", [&](T& y) { y[2][1] = 9; });
  assign("put_", [&](T& y) { y.put_(torch::tensor({0, -1}), ramp({2}).to(y.scalar_type())); });
  assign("masked_fill_", [&](T& y) { y.masked_fill_(row.unsqueeze(1), 4); });
  assign("index_fill_", [&](T& y) { y.index_fill_(1, j, 3); });
  assign("fill_diagonal_", [&](T& y) { y.fill_diagonal_(3); });
  assign("tril_", [&](T& y) { y.tril_(); });
}

inline void scatter_cases(CaseWriter& w) {
  const torch::Tensor at = torch::tensor({{0, 2, 1, 0}, {2, 1, 0, 2}}),
                      line = torch::tensor({2, 0, 2});
  for (torch::ScalarType t : all_types) {
    const torch::Tensor x = ramp({3, 4}).sub(5).to(t), src = ramp({3, 4}).remainder(5).sub(2).to(t);
    w.values("gather", x.gather(0, at));
    w.values("gather.int", x.gather(1, at.to(torch::kInt)));
    w.values("index_select", x.index_select(1, line));
    w.values("take", x.take(torch::tensor({{-1, 5}})));
    w.values("masked_select", x.masked_select(at.slice(0, 0, 1).gt(0)));
    w.values("masked_scatter", x.masked_scatter(x.to(torch::kBool), src.flip({0})));
    w.values("index_copy", x.index_copy(0, torch::tensor({2, 0}), src.slice(0, 0, 2)));
    w.values("index_add", x.index_add(0, line, src));
    w.values("scatter", x.scatter(0, torch::tensor({{1, 0, 2, 2}}), src));
    w.values("scatter.value", x.scatter(1, at, 1));
    w.values("scatter_add", x.scatter_add(0, at, src));
    w.values("nonzero", x.nonzero());
    w.values("flip", x.flip({1}));
    w.values("roll", x.roll({1, 1}, {0, 1}));
    w.values("repeat", x.repeat({1, 2}));
    w.values("repeat_interleave", x.repeat_interleave(line, 0));
    w.values("triu", x.triu(1));
    w.values("diag_embed", x.select(0, 0).diag_embed());
    w.values("cat", torch::cat({x, src.to(torch::kInt)}, 1));
    w.values("stack", torch::stack({x, src}, 2));
    if (t == torch::kBool) continue;
    w.values("masked_fill", x.masked_fill(x.gt(3), 3));
    w.values("scatter.add", x.scatter(0, at, src, "add"));
    w.values("scatter.multiply", x.scatter(0, at, src, "multiply"));
    w.values("index_add.alpha", x.index_add(1, torch::tensor({3}), src.slice(1, 0, 1), 2));
    for (const char* how : {"sum", "prod", "mean", "amax", "amin"})
      for (const bool self : {true, false})
        w.values(std::string("scatter_reduce.") + how, x.scatter_reduce(0, at, src, how, self));
  }
  const torch::Tensor none = torch::empty({0}, torch::kLong), x = ramp({2, 3});
  w.values("gather.empty", x.gather(0, torch::empty({0, 3}, torch::kLong)));
  w.values("gather.smaller", x.gather(1, torch::tensor({{2}})));
  w.values("gather.number", ramp({}).gather(0, torch::tensor(0)));
  w.values("scatter.empty", x.scatter(0, none, 1));
  w.values("index_select.empty", x.index_select(1, none));
  w.values("index_select.number", ramp({}).index_select(0, torch::tensor(0)));
  w.values("take.empty", x.take(none));
  w.values("masked_select.number", ramp({}).masked_select(torch::tensor(true)));
  w.values("nonzero.number", torch::tensor(5).nonzero());
  w.values("nonzero.empty", torch::empty({0, 2}).nonzero());
  w.values("where.one", torch::where(torch::tensor({0, 1, 1}))[0]);
  w.values("one_hot.empty", torch::one_hot(none, 3));
  w.values("take_along_dim", x.take_along_dim(torch::tensor({{1}}), 1));
  w.values("repeat_interleave.repeats", torch::repeat_interleave(torch::tensor({2, 0, 1})));
  w.values("flip.empty", torch::empty({0, 2}).flip({0}));
  w.values("roll.empty", torch::empty({0, 2}).roll(1, 0));
  w.values("diag.empty", none.diag());
  w.values("tril.empty", torch::empty({0, 3}).tril());
  w.values("block_diag", torch::block_diag({x, ramp({}), ramp({0})}));
  w.values("searchsorted", torch::searchsorted(ramp({5}), torch::tensor({1.0, 2.5, 9.0})));
  w.values("searchsorted.right", torch::searchsorted(ramp({5}), ramp({3}), true, true));
  w.values("bucketize", torch::bucketize(2, torch::tensor({1, 2, 3})));
}

// Where one throws the other must too.
inline void refusal_cases(CaseWriter& w) {
  using namespace torch::indexing;
  const torch::Tensor x = ramp({3, 4}), i = torch::tensor({0, 1}), none = torch::empty({0});
  const auto n = [](int64_t v) { return torch::tensor({v}); };
#define ATTEMPT(...) w.attempt(#__VA_ARGS__, [&]() -> torch::Tensor { return __VA_ARGS__; })
  ATTEMPT(x.view({5, 2}));
  ATTEMPT(x.t().view({12}));
  ATTEMPT(x.view({-1, -1}));
  ATTEMPT(x.view({-2, 6}));
  ATTEMPT(none.view({-1, 0}));
  ATTEMPT(x.reshape({5, -1}));
  ATTEMPT(x.permute({0, 0}));
  ATTEMPT(x.permute({0}));
  ATTEMPT(x.transpose(0, 2));
  ATTEMPT(ramp({2, 2, 2}).t());
  ATTEMPT(ramp({2}).mT());
  ATTEMPT(x.expand({4}));
  ATTEMPT(x.expand({3, 5}));
  ATTEMPT(x.expand({-1, 3, 4}));
  ATTEMPT(x.squeeze(2));
  ATTEMPT(x.squeeze(0));
  ATTEMPT(x.unsqueeze(3));
  ATTEMPT(x.unsqueeze(-4));
  ATTEMPT(x.flatten(1, 0));
  ATTEMPT(x.unflatten(1, {3, -1}));
  ATTEMPT(x.unflatten(1, {}));
  ATTEMPT(x.select(0, 3));
  ATTEMPT(ramp({}).select(0, 0));
  ATTEMPT(x.slice(0, 0, 2, 0));
  ATTEMPT(x.slice(2));
  ATTEMPT(ramp({}).slice());
  ATTEMPT(x.narrow(0, 2, 2));
  ATTEMPT(x.narrow(0, 0, -1));
  ATTEMPT(x.narrow(0, 4, 0));
  ATTEMPT(x.diagonal(0, 1, 1));
  ATTEMPT(ramp({2}).diagonal());
  ATTEMPT(x.unfold(0, 4, 1));
  ATTEMPT(x.unfold(0, 2, 0));
  ATTEMPT(x.as_strided({2, 7}, {3, 2}));
  ATTEMPT(x.as_strided({2}, {-1}));
  ATTEMPT(x.view(torch::kFloat).view({3, 8}));
  ATTEMPT(ramp({3}, torch::kFloat).view(torch::kDouble));
  ATTEMPT(x.split(0)[0]);
  ATTEMPT(x.split(-1)[0]);
  ATTEMPT(x.split_with_sizes({1, 1})[0]);
  ATTEMPT(x.chunk(0)[0]);
  ATTEMPT(x.tensor_split(0)[0]);
  ATTEMPT(ramp({}).unbind()[0]);
  ATTEMPT(x.hsplit(3)[0]);
  ATTEMPT(torch::cat(std::vector<torch::Tensor>{}));
  ATTEMPT(torch::cat({x, ramp({2, 3})}));
  ATTEMPT(torch::cat({x, ramp({4})}));
  ATTEMPT(torch::cat({ramp({}), ramp({})}));
  ATTEMPT(torch::cat({x, x}, 2));
  ATTEMPT(torch::stack({x, ramp({3})}));
  ATTEMPT(torch::meshgrid({x, x})[0]);
  ATTEMPT(torch::broadcast_tensors({x, ramp({3})})[0]);
  ATTEMPT(x.repeat({2}));
  ATTEMPT(x.repeat({2, -1}));
  ATTEMPT(x.repeat_interleave(-1));
  ATTEMPT(x.repeat_interleave(i, 0));
  ATTEMPT(x.flip({0, 0}));
  ATTEMPT(x.rot90(1, {0, 0}));
  ATTEMPT(x.roll({1, 2}));
  ATTEMPT(ramp({3}).tril());
  ATTEMPT(ramp({}).diag());
  ATTEMPT(x.clone().copy_(ramp({3})));
  ATTEMPT(x.clone().copy_(ramp({1, 3, 4})));
  ATTEMPT(x.clone().fill_(ramp({2})));
  ATTEMPT(x.index({3}));
  ATTEMPT(x.index({0, 0, 0}));
  ATTEMPT(x.index({n(3)}));
  ATTEMPT(x.index({n(-4)}));
  ATTEMPT(x.index({i, torch::tensor({0, 1, 2})}));
  ATTEMPT(x.index({ramp({2})}));
  ATTEMPT(x.index({torch::ones({2}).to(torch::kBool)}));
  ATTEMPT(x.index({torch::ones({4, 3}).to(torch::kBool)}));
  ATTEMPT(x.index({i, i, i}));
  ATTEMPT(torch::empty({0, 3}).index({n(0)}));
  ATTEMPT(x.clone().index_put_({i}, ramp({3})));
  ATTEMPT(x.clone().index_put_({i}, ramp({4}, torch::kFloat)));
  ATTEMPT(x.clone().index_put_({0}, ramp({2, 4})));
  ATTEMPT(x.clone().index_put_({n(7)}, 1));
  ATTEMPT(x.gather(0, i));
  ATTEMPT(x.gather(0, torch::tensor({{3}})));
  ATTEMPT(x.gather(0, torch::tensor({{-1}})));
  ATTEMPT(x.gather(0, torch::zeros({1, 5}, torch::kLong)));
  ATTEMPT(x.gather(0, torch::zeros({1, 1})));
  ATTEMPT(x.scatter(0, torch::tensor({{3}}), 1));
  ATTEMPT(x.scatter(0, torch::zeros({2, 2}, torch::kLong), ramp({1, 2})));
  ATTEMPT(x.scatter(0, torch::tensor({{0}}), ramp({1, 1}, torch::kFloat)));
  ATTEMPT(x.scatter(0, torch::tensor({{0}}), ramp({1, 1}), "mean"));
  ATTEMPT(x.scatter_reduce(0, torch::tensor({{0}}), ramp({1, 1}), "median"));
  ATTEMPT(x.index_select(0, n(-1)));
  ATTEMPT(x.index_select(0, torch::zeros({1, 1}, torch::kLong)));
  ATTEMPT(x.index_add(0, i, ramp({3, 4})));
  ATTEMPT(x.index_add(0, n(5), ramp({1, 4})));
  ATTEMPT(x.index_copy(0, i, ramp({2, 3})));
  ATTEMPT(x.index_fill(0, n(-4), 1));
  ATTEMPT(x.index_fill(0, i, ramp({1})));
  ATTEMPT(x.masked_fill(ramp({3, 4}), 1));
  ATTEMPT(x.masked_fill(torch::ones({5}).to(torch::kBool), 1));
  ATTEMPT(x.clone().masked_fill_(torch::ones({2, 3, 4}).to(torch::kBool), 1));
  ATTEMPT(ramp({2}, torch::kLong).masked_fill(torch::tensor(true), 1.5));
  ATTEMPT(ramp({2}, torch::kLong).masked_fill(torch::tensor(true), torch::tensor(1.5)));
  ATTEMPT(ramp({2}, torch::kLong).masked_fill(torch::tensor(true), 1e30));
  ATTEMPT(ramp({2}, torch::kByte).masked_fill(torch::tensor(true), -1));
  ATTEMPT(ramp({2}, torch::kByte).fill_(300));
  ATTEMPT(ramp({2}, torch::kInt).index_put_({0}, 1.5));
  ATTEMPT(x.masked_select(i));
  ATTEMPT(x.masked_scatter(x.ge(0), ramp({3})));
  ATTEMPT(x.take(n(12)));
  ATTEMPT(x.take(ramp({1})));
  ATTEMPT(x.put(n(0), ramp({2})));
  ATTEMPT(x.take_along_dim(i, 0));
  ATTEMPT(torch::one_hot(n(-1)));
  ATTEMPT(torch::one_hot(n(3), 3));
  ATTEMPT(torch::one_hot(ramp({1})));
  ATTEMPT(ramp_leaf({2}).resize_({3}));
#undef ATTEMPT
}

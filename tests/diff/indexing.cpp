#include "tests/diff/operations.h"

namespace diff {
namespace {

using torch::indexing::None;
using torch::indexing::Slice;
using torch::indexing::TensorIndex;

constexpr const char* reductions_by_name[] = {"sum", "prod", "mean", "amax", "amin"};

// A list of slices, numbers, masks, tensors of indices and new dims.
struct Subscript {
  static std::vector<TensorIndex> draw(Call& c) {
    std::vector<TensorIndex> list;
    for (int64_t d = 0; d < c.self.dim() && !c.choices.one_in(4); ++d) {
      const int64_t n = c.self.size(d);
      const auto place = [&] { return c.number(c.choices.between(-n - 1, n)); };
      switch (c.choices.below(7)) {
        case 0: {
          const int64_t i = place();
          list.push_back(i);
          c.note(std::to_string(i));
          break;
        }
        case 1:
          list.push_back(c.make({n}, torch::kBool));
          break;
        case 2:
          list.push_back(c.make_indices({2}, n));
          break;
        case 3:
          list.push_back(c.make_indices({3, 1}, n));
          break;
        case 4:
          list.push_back(None);
          c.note("None");
          --d;
          break;
        default: {
          const int64_t from = place(), to = place(), step = c.number(c.choices.between(1, 2));
          list.push_back(Slice(from, to, step));
          c.note(std::to_string(from) + ":" + std::to_string(to) + ":" + std::to_string(step));
        }
      }
      if (list.size() > 6) break;
    }
    return list;
  }
};

}  // namespace

void indexing(Operations& all) {
  const Family ops{all};
  ops.add<Self, Subscript>("index", [](auto x, auto i) { return x.index(i); });
  ops.add<Self, Subscript, Number>("index_put_",
                                   [](auto x, auto i, auto v) { return x.index_put_(i, v); });
  ops.add<Self, Subscript, Operand>("index_put_.tensor",
                                    [](auto x, auto i, auto y) { return x.index_put_(i, y); });
  ops.add<Self, Dim, Index>("gather", [](auto x, auto d, auto i) { return x.gather(d, i); });
  ops.add<Self, Dim, Index>("take_along_dim",
                            [](auto x, auto d, auto i) { return x.take_along_dim(i, d); });
  ops.add<Self, Dim, Index, AtIndex>(
      "scatter_add", [](auto x, auto d, auto i, auto y) { return x.scatter_add(d, i, y); });
  ops.add<Self, Dim, Index, AtIndex>(
      "scatter_add_", [](auto x, auto d, auto i, auto y) { return x.scatter_add_(d, i, y); });
  ops.add<Self, Dim, Index, Number>(
      "scatter.number", [](auto x, auto d, auto i, auto v) { return x.scatter(d, i, v); });
  ops.add<Self, Dim, Index, AtIndex, Between<0, 4>, Flag>(
      "scatter_reduce", [](auto x, auto d, auto i, auto y, auto how, auto self) {
        return x.scatter_reduce(d, i, y, reductions_by_name[uint64_t(how) % 5], self);
      });
  ops.add<Self, Dim, Places>("index_select",
                             [](auto x, auto d, auto i) { return x.index_select(d, i); });
  ops.add<Self, Dim, Places, AtPlaces, Number>(
      "index_add", [](auto x, auto d, auto i, auto y, auto a) { return x.index_add(d, i, y, a); });
  ops.add<Self, Dim, Places, Number>(
      "index_fill", [](auto x, auto d, auto i, auto v) { return x.index_fill(d, i, v); });
  ops.add<Self, Dim, Places, AtPlaces, Between<1, 4>, Flag>(
      "index_reduce", [](auto x, auto d, auto i, auto y, auto how, auto self) {
        return x.index_reduce(d, i, y, reductions_by_name[1 + uint64_t(how) % 4], self);
      });
  ops.add<Self, Mask, Number>("masked_fill",
                              [](auto x, auto m, auto v) { return x.masked_fill(m, v); });
  ops.add<Self, Mask, Number>("masked_fill_",
                              [](auto x, auto m, auto v) { return x.masked_fill_(m, v); });
  ops.add<Self, Mask>("masked_select", [](auto x, auto m) { return x.masked_select(m); });
  ops.add<Self, Mask, Same>("masked_scatter",
                            [](auto x, auto m, auto y) { return x.masked_scatter(m, y); });
  ops.add<Self>("nonzero", [](auto x) { return x.nonzero(); });
  ops.add<Self, Flat>("take", [](auto x, auto i) { return x.take(i); });
  ops.add<Self, Flat, AtIndex, Flag>(
      "put", [](auto x, auto i, auto y, auto add) { return x.put(i, y, add); });
  ops.add<Self, Dim, Signed, Operand>(
      "select_scatter", [](auto x, auto d, auto i, auto y) { return x.select_scatter(y, d, i); });
  ops.add<Self, Dim, Small, Between<-1, 6>, Same>(
      "slice_scatter",
      [](auto x, auto d, auto a, auto b, auto y) { return x.slice_scatter(y, d, a, b); });
  ops.add<Self, Between<-1, 6>>("one_hot", [](auto x, auto n) { return torch::one_hot(x, n); });
  ops.add<Self, Same, Flag>("searchsorted", [](auto x, auto y, auto right) {
    return torch::searchsorted(std::get<0>(x.sort()), y, false, right);
  });
  ops.add<Self, Flat, Between<-1, 3>, Flag>("embedding",
                                            [](auto x, auto i, auto padding, auto by_frequency) {
                                              return torch::embedding(x, i, padding, by_frequency);
                                            });
}

}  // namespace diff

#include <algorithm>
#include <limits>
#include <numeric>

#include "tests/diff/operations.h"

namespace diff {
namespace {

// Sizes that broadcast with `sizes`: some are 1, some in front are left out.
Ints broadcastable(Call& c, Ints sizes) {
  if (c.choices.one_in(2)) return sizes;
  sizes.erase(sizes.begin(), sizes.begin() + int64_t(c.choices.below(sizes.size() + 1)));
  for (int64_t& n : sizes)
    if (c.choices.one_in(3)) n = 1;
  if (c.choices.one_in(16)) sizes = c.any_sizes();
  return sizes;
}

torch::ScalarType mostly(Call& c, torch::ScalarType type) {
  return c.choices.one_in(8) ? c.any_type() : type;
}

Tensor live_or(Call& c, const Ints& sizes, torch::ScalarType type) {
  if (c.choices.one_in(2))
    for (size_t i = c.live.size(); i-- > 0;)
      if (c.live[i].sizes() == torch::IntArrayRef(sizes) && c.choices.one_in(2)) {
        c.note("t" + std::to_string(i));
        return c.live[i];
      }
  return c.make(sizes, type);
}

}  // namespace

Tensor Self::draw(Call& c) {
  if (c.live.empty() || c.choices.one_in(6)) {
    c.self = c.make(c.any_sizes(), c.any_type());
  } else {
    const size_t i = c.choices.one_in(2) ? c.live.size() - 1 : c.choices.below(c.live.size());
    c.self = c.live[i];
    c.note("t" + std::to_string(i));
  }
  return c.self;
}

Tensor Operand::draw(Call& c) {
  if (c.choices.one_in(24) && !c.live.empty()) {
    const size_t i = c.choices.below(c.live.size());
    c.note("t" + std::to_string(i));
    return c.live[i];
  }
  return live_or(c, broadcastable(c, c.self.sizes().vec()), mostly(c, c.self.scalar_type()));
}

Tensor Same::draw(Call& c) {
  const Ints sizes = c.choices.one_in(32) ? c.any_sizes() : c.self.sizes().vec();
  return live_or(c, sizes, mostly(c, c.self.scalar_type()));
}

Tensor Mask::draw(Call& c) { return c.make(broadcastable(c, c.self.sizes().vec()), torch::kBool); }

int64_t Dim::draw(Call& c) {
  const int64_t dims = std::max<int64_t>(c.self.dim(), 1);
  c.dim = c.choices.between(0, dims - 1);
  int64_t said = c.choices.one_in(3) ? c.dim - dims : c.dim;
  if (c.choices.one_in(48)) said = c.choices.between(-dims - 2, dims + 1);
  said = c.number(said);
  c.note(std::to_string(said));
  return said;
}

Ints Dims::draw(Call& c) {
  Ints all(size_t(c.self.dim())), some;
  std::iota(all.begin(), all.end(), 0);
  for (const int64_t d : all)
    if (c.choices.one_in(2)) some.push_back(c.number(c.choices.one_in(3) ? d - c.self.dim() : d));
  if (some.size() > 1 && c.choices.one_in(3)) std::swap(some.front(), some.back());
  if (c.choices.one_in(48)) some.push_back(0);
  c.note(describe(some));
  return some;
}

Ints Order::draw(Call& c) {
  Ints all(size_t(c.self.dim()));
  std::iota(all.begin(), all.end(), 0);
  for (size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[c.choices.below(i)]);
  if (!all.empty() && c.hostile()) all[0] = c.number(0);
  c.note(describe(all));
  return all;
}

bool Flag::draw(Call& c) {
  const bool v = c.choices.one_in(2);
  c.note(v ? "true" : "false");
  return v;
}

torch::Scalar Number::draw(Call& c) {
  if (c.choices.one_in(2)) {
    const int64_t v = c.number(c.choices.between(-3, 3));
    c.note(std::to_string(v));
    return v;
  }
  return Fraction::draw(c);
}

double Fraction::draw(Call& c) {
  constexpr double breaking[] = {std::numeric_limits<double>::infinity(),
                                 -std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::quiet_NaN(),
                                 1e300,
                                 -1e300,
                                 5e-324,
                                 9.3e18,
                                 -0.0};
  const double v = c.hostile() ? c.choices.of(breaking) : double(c.choices.between(-12, 12)) / 4;
  c.note(std::to_string(v));
  return v;
}

double Positive::draw(Call& c) {
  const double v = c.hostile() ? Fraction::draw(c) : double(c.choices.between(1, 16)) / 8;
  c.note(std::to_string(v));
  return v;
}

torch::ScalarType Type::draw(Call& c) {
  const torch::ScalarType t = c.any_type();
  c.note(describe(torch::empty({0}, t)));
  return t;
}

Ints Reshaped::draw(Call& c) {
  Ints sizes;
  int64_t left = c.self.numel();
  while (left > 1 && sizes.size() < 4) {
    int64_t factor = c.choices.between(1, left);
    while (left % factor != 0) --factor;
    sizes.push_back(factor);
    left /= factor;
  }
  if (left != 1 || c.choices.one_in(4)) sizes.push_back(left);
  if (!sizes.empty() && c.choices.one_in(3)) sizes[c.choices.below(sizes.size())] = -1;
  for (int64_t& n : sizes) n = c.number(n);
  c.note(describe(sizes));
  return sizes;
}

Ints Expanded::draw(Call& c) {
  Ints sizes = c.self.sizes().vec();
  for (int64_t& n : sizes) {
    if (n == 1) n = c.choices.between(1, 3);
    if (c.choices.one_in(6)) n = -1;
    n = c.number(n);
  }
  if (c.choices.one_in(3)) sizes.insert(sizes.begin(), c.choices.between(0, 3));
  c.note(describe(sizes));
  return sizes;
}

Tensor Factor::draw(Call& c) {
  Ints sizes = c.self.sizes().vec();
  const int64_t inner = sizes.empty() ? 1 : sizes.back(), outer = c.choices.between(1, 5);
  if (sizes.size() < 2 || c.choices.one_in(4))
    sizes = c.choices.one_in(3) ? Ints{inner} : Ints{inner, outer};
  else
    sizes.end()[-1] = outer, sizes.end()[-2] = inner;
  if (sizes.size() > 2 && c.choices.one_in(4)) sizes[0] = 1;
  return c.make(sizes, mostly(c, c.self.scalar_type()));
}

List Joinable::draw(Call& c) {
  List list = {c.self};
  for (int64_t n = c.choices.between(0, 2); n > 0; --n) {
    Ints sizes = c.self.sizes().vec();
    if (!sizes.empty()) sizes[size_t(c.dim)] = c.choices.between(0, 3);
    list.push_back(c.make(sizes, mostly(c, c.self.scalar_type())));
  }
  return list;
}

Tensor Index::draw(Call& c) {
  Ints sizes = c.self.sizes().vec();
  for (size_t d = 0; d < sizes.size(); ++d)
    if (c.choices.one_in(4)) sizes[d] = c.choices.between(0, sizes[d]);
  if (!sizes.empty() && c.choices.one_in(4)) sizes[size_t(c.dim)] = c.choices.between(0, 6);
  return c.make_indices(sizes, c.self_size(c.dim));
}

Tensor Places::draw(Call& c) {
  return c.make_indices({c.choices.between(0, 5)}, c.self_size(c.dim));
}

Tensor AtIndex::draw(Call& c) {
  Ints sizes = c.index_sizes;
  for (int64_t& n : sizes)
    if (c.choices.one_in(6)) ++n;
  return c.make(sizes, c.self.scalar_type());
}

Tensor AtPlaces::draw(Call& c) {
  Ints sizes = c.self.sizes().vec();
  if (!sizes.empty()) sizes[size_t(c.dim)] = c.index_sizes[0];
  return c.make(sizes, c.self.scalar_type());
}

Tensor Flat::draw(Call& c) { return c.make_indices(c.any_sizes(2), c.self.numel()); }

Tensor Classes::draw(Call& c) {
  Ints sizes = c.self.sizes().vec();
  const int64_t classes = c.self_size(sizes.size() > 1 ? 1 : 0);
  if (!sizes.empty()) sizes.erase(sizes.begin() + (sizes.size() > 1));
  return c.make_indices(sizes, classes);
}

}  // namespace diff

// The operations that random programs are made of, and how their arguments are drawn.
#pragma once

#include <functional>
#include <tuple>
#include <type_traits>

#include "tests/diff/call.h"

namespace diff {

struct Operation {
  std::string name;
  std::function<List(Call&)> run;
};
using Operations = std::vector<Operation>;

const Operations& all_operations();

// Each adds its family.
void pointwise(Operations&);
void reductions(Operations&);
void views(Operations&);
void indexing(Operations&);
void linear_algebra(Operations&);
void images(Operations&);
void losses(Operations&);
void modules(Operations&);
void optimisers(Operations&);

// --- Arguments: each says its type, and how it is drawn to fit what was drawn before it
// -----------

// The call itself.
struct Here {
  static Call& draw(Call& c) { return c; }
};
// A tensor that there is; now and then a new one.
struct Self {
  static Tensor draw(Call&);
};
// One that broadcasts with self, mostly of its type.
struct Operand {
  static Tensor draw(Call&);
};
// A new one of self's sizes and type.
struct Same {
  static Tensor draw(Call&);
};
// A mask that broadcasts with self.
struct Mask {
  static Tensor draw(Call&);
};
// A new floating tensor of `dims` dims, and its second size up to `channels`.
template <int dims>
struct Image {
  static Tensor draw(Call& c) {
    Ints sizes = {c.choices.between(1, 2), c.choices.between(1, 4)};
    for (int d = 0; d < dims; ++d) sizes.push_back(c.choices.between(1, 7));
    if (c.hostile()) sizes[c.choices.below(sizes.size())] = 0;
    return c.self = c.make(sizes, c.choices.one_in(3) ? torch::kFloat : torch::kDouble);
  }
};
struct Dim {
  static int64_t draw(Call&);
};
// Some dims, each once.
struct Dims {
  static Ints draw(Call&);
};
// Every dim, in some order.
struct Order {
  static Ints draw(Call&);
};
struct Flag {
  static bool draw(Call&);
};
// lo .. hi
template <int lo, int hi>
struct Between {
  static int64_t draw(Call& c) {
    const int64_t v = c.number(c.choices.between(lo, hi));
    c.note(std::to_string(v));
    return v;
  }
};
using Small = Between<0, 3>;
using Signed = Between<-3, 3>;
using Kernel = Between<1, 3>;
using Reduction = Between<0, 2>;
// One or two such numbers, for lists with an entry for each of two dims.
template <int lo, int hi>
struct Pair {
  static Ints draw(Call& c) {
    Ints list;
    for (int i = 0; i < 2; ++i) list.push_back(c.number(c.choices.between(lo, hi)));
    c.note(describe(list));
    return list;
  }
};
// An integer or a fraction.
struct Number {
  static torch::Scalar draw(Call&);
};
struct Fraction {
  static double draw(Call&);
};
// More than 0 and at most 2.
struct Positive {
  static double draw(Call&);
};
struct Type {
  static torch::ScalarType draw(Call&);
};
// Sizes with as many elements as self.
struct Reshaped {
  static Ints draw(Call&);
};
// Sizes that self expands to.
struct Expanded {
  static Ints draw(Call&);
};
// What self can be multiplied with as a matrix.
struct Factor {
  static Tensor draw(Call&);
};
// Self and others that differ from it only along the last dim drawn.
struct Joinable {
  static List draw(Call&);
};
// Indices into the last dim drawn: of self's dims and at most its sizes, and of one dim.
struct Index {
  static Tensor draw(Call&);
};
struct Places {
  static Tensor draw(Call&);
};
// A tensor of the sizes of the last indices; and one of self's with as many places as they have.
struct AtIndex {
  static Tensor draw(Call&);
};
struct AtPlaces {
  static Tensor draw(Call&);
};
// Indices into all of self's elements, of some sizes.
struct Flat {
  static Tensor draw(Call&);
};
// Classes for self's rows: int64 of sizes [n, rest...] for self of [n, c, rest...].
struct Classes {
  static Tensor draw(Call&);
};

inline List listed(Tensor t) { return {std::move(t)}; }
inline List listed(List list) { return list; }
template <class... T>
List listed(std::tuple<T...> results) {
  return std::apply([](auto&... r) { return List{r...}; }, results);
}

// A family's operations: ops.add<Self, Dim>("cumsum", [](auto x, auto d) { return x.cumsum(d); })
struct Family {
  Operations& all;
  template <class... Arguments, class F>
  void add(const std::string& name, F f) const {
    all.push_back({name, [f](Call& c) {
                     // Braces keep the order of the draws.
                     std::tuple<decltype(Arguments::draw(c))...> drawn{Arguments::draw(c)...};
                     return listed(std::apply(f, drawn));
                   }});
  }
};

}  // namespace diff

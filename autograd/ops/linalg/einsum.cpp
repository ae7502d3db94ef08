// Contractions: tensordot and einsum, reduced to batched matrix products.
#include <algorithm>
#include <string>

#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/pointwise/copy.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/linalg/matmul.h"
#include "tensor/pointwise/elementwise.h"
#include "tensor/shape.h"

namespace gradus {

namespace {

// Of integers int64, like every sum.
Tensor sum_over(const Tensor& x, IntArrayRef dims, bool keepdim = false) {
  return dims.empty() ? x : x.sum(dims, keepdim);
}
void to_one_type(Tensor& a, Tensor& b) {
  const ScalarType type = raw::result_type(a, b);
  if (a.dtype() != type) a = a.to(type);
  if (b.dtype() != type) b = b.to(type);
}

// --- The equation
// ---------------------------------------------------------------------------------

// Labels in PyTorch's alphabetical order: A-Z, a-z; behind them the dims of the ellipsis, from the
// front.
using Label = int;
using Labels = std::vector<Label>;
constexpr Label letters = 52, ellipsis = -1;

Label label_of(char c) { return c <= 'Z' ? c - 'A' : c - 'a' + 26; }
char letter_of(Label l) { return char(l < 26 ? 'A' + l : 'a' + (l - 26)); }
std::string name_of(Label l) { return l >= letters ? "..." : std::string(1, letter_of(l)); }
bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

bool contains(const Labels& labels, Label l) {
  return std::find(labels.begin(), labels.end(), l) != labels.end();
}

// One side's subscripts, with `ellipsis` for the dots.
Labels parse_subscripts(std::string_view text, std::string_view equation) {
  Labels out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') continue;
    if (is_letter(text[i])) {
      out.push_back(label_of(text[i]));
    } else if (text.substr(i, 3) == "...") {
      if (contains(out, ellipsis)) fail("einsum: two ellipses in '{}' of '{}'", text, equation);
      out.push_back(ellipsis);
      i += 2;
    } else {
      fail("einsum: '{}' is no subscript, in '{}'", text[i], equation);
    }
  }
  return out;
}

struct Equation {
  std::vector<Labels> operands;
  Labels result;  // in order
};

// The labels of each operand's dims; the ellipsis spelled out, aligned at its last dim.
Equation parse(std::string_view equation, TensorList tensors) {
  if (tensors.empty()) fail("einsum: expected 1 operand or more, got 0");
  Equation out;
  const size_t arrow = equation.find("->");
  std::string_view left = equation.substr(0, arrow);
  for (;;) {
    const size_t comma = left.find(',');
    out.operands.push_back(parse_subscripts(left.substr(0, comma), equation));
    if (comma == left.npos) break;
    left.remove_prefix(comma + 1);
  }
  if (out.operands.size() != tensors.size())
    fail("einsum: '{}' is for {} operands, got {}", equation, out.operands.size(), tensors.size());

  int64_t dots = 0;  // dims of the longest ellipsis
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Labels& labels = out.operands[i];
    const bool open = contains(labels, ellipsis);
    const int64_t named = int64_t(labels.size()) - open, dims = tensors[i].dim();
    if (open ? named > dims : named != dims)
      fail("einsum: operand {} of '{}' has {} subscripts, but its sizes are {}", i, equation, named,
           tensors[i].sizes());
    if (open) dots = std::max(dots, dims - named);
  }
  const auto spell_out = [&](Labels& labels, int64_t count) {
    const auto at = std::find(labels.begin(), labels.end(), ellipsis);
    if (at == labels.end()) return;
    Labels spelled;
    for (int64_t d = dots - count; d < dots; ++d) spelled.push_back(letters + Label(d));
    labels.insert(labels.erase(at), spelled.begin(), spelled.end());
  };

  std::vector<int> uses(size_t(letters), 0);
  for (const Labels& labels : out.operands)
    for (Label l : labels)
      if (l != ellipsis) ++uses[size_t(l)];
  for (size_t i = 0; i < tensors.size(); ++i)
    spell_out(out.operands[i], tensors[i].dim() - int64_t(out.operands[i].size()) + 1);

  if (arrow == equation.npos) {
    for (Label d = 0; d < dots; ++d) out.result.push_back(letters + d);
    for (Label l = 0; l < letters; ++l)
      if (uses[size_t(l)] == 1) out.result.push_back(l);
    return out;
  }
  out.result = parse_subscripts(equation.substr(arrow + 2), equation);
  for (size_t i = 0; i < out.result.size(); ++i) {
    const Label l = out.result[i];
    if (l == ellipsis) continue;
    if (uses[size_t(l)] == 0)
      fail("einsum: '{}' of the result is in no operand of '{}'", letter_of(l), equation);
    if (std::find(out.result.begin(), out.result.begin() + int64_t(i), l) !=
        out.result.begin() + int64_t(i))
      fail("einsum: '{}' is twice in the result of '{}'", letter_of(l), equation);
  }
  spell_out(out.result, dots);
  return out;
}

// --- Contracting
// ----------------------------------------------------------------------------------

struct Term {
  Tensor x;
  Labels labels;  // of x's dims, each once

  int64_t position(Label l) const {
    return std::find(labels.begin(), labels.end(), l) - labels.begin();
  }
  int64_t size(Label l) const { return x.size(position(l)); }
};

// Takes the diagonal where a label is there twice.
Term with_diagonals(Tensor x, const Labels& labels) {
  Term out{std::move(x), labels};
  for (size_t i = 0; i < out.labels.size(); ++i)
    for (size_t j = out.labels.size() - 1; j > i; --j) {
      if (out.labels[i] != out.labels[j]) continue;
      const Label l = out.labels[i];
      const int64_t a = out.x.size(int64_t(i)), b = out.x.size(int64_t(j));
      if (a != b) fail("einsum: '{}' is {} and {} in one operand", name_of(l), a, b);
      out.x = out.x.diagonal(0, int64_t(i), int64_t(j)).movedim(-1, int64_t(i));
      out.labels.erase(out.labels.begin() + int64_t(j));
    }
  return out;
}

void check_sizes(const std::vector<Term>& terms) {
  std::vector<std::pair<Label, int64_t>> known;
  for (const Term& t : terms)
    for (Label l : t.labels) {
      const int64_t size = t.size(l);
      if (size == 1) continue;
      const auto it =
          std::find_if(known.begin(), known.end(), [&](auto& k) { return k.first == l; });
      if (it == known.end())
        known.emplace_back(l, size);
      else if (it->second != size)
        fail("einsum: '{}' is {} and {}", name_of(l), it->second, size);
    }
}

// Sums (or, of size 1, drops) the dims whose label `gone` tells.
template <class F>
void sum_out(Term& t, F gone) {
  Dims summed, dropped;
  Labels left;
  for (size_t i = 0; i < t.labels.size(); ++i) {
    const bool go = gone(t.labels[i]), one = t.x.size(int64_t(i)) == 1;
    if (!go)
      left.push_back(t.labels[i]);
    else if (one)
      dropped.push_back(int64_t(i));
    else
      summed.push_back(int64_t(i) - int64_t(dropped.size()));
  }
  if (!dropped.empty()) t.x = t.x.squeeze(dropped.ref());
  t.x = sum_over(t.x, summed);
  t.labels = std::move(left);
}

// The dims of t in the order of the groups, each group one dim.
Tensor grouped(const Term& t, std::initializer_list<const Labels*> groups) {
  Dims order, sizes;
  for (const Labels* group : groups) {
    Checked size("einsum", 1);
    for (Label l : *group) order.push_back(t.position(l)), size *= t.size(l);
    sizes.push_back(size);
  }
  return t.x.permute(order).reshape(sizes);
}

// A dim of size 1 against a longer one: as if `one` did not have it.
template <class F>
void drop_stretched(Term& one, Term& other, F needed) {
  Labels stretched;
  for (Label l : one.labels)
    if (contains(other.labels, l) && one.size(l) == 1 && other.size(l) != 1) stretched.push_back(l);
  sum_out(one, [&](Label l) { return contains(stretched, l); });
  sum_out(other, [&](Label l) { return contains(stretched, l) && !needed(l); });
}

// Multiplies two terms and sums what is in both and not `needed` any more.
template <class F>
Term contract(Term a, Term b, F needed) {
  const auto alone = [&](const Term& other) {
    return [&](Label l) { return !needed(l) && !contains(other.labels, l); };
  };
  sum_out(a, alone(b));
  sum_out(b, alone(a));
  drop_stretched(a, b, needed);
  drop_stretched(b, a, needed);
  to_one_type(a.x, b.x);

  Labels batch, left, right, summed;
  for (Label l : a.labels)
    (!contains(b.labels, l) ? left : needed(l) ? batch : summed).push_back(l);
  for (Label l : b.labels)
    if (!contains(a.labels, l)) right.push_back(l);

  Term out;
  Dims sizes;
  for (const auto& [group, term] :
       {std::pair(&batch, &a), std::pair(&left, &a), std::pair(&right, &b)})
    for (Label l : *group) out.labels.push_back(l), sizes.push_back(term->size(l));
  Tensor y;
  if (summed.empty())
    y = grouped(a, {&batch, &left}).unsqueeze(2) * grouped(b, {&batch, &right}).unsqueeze(1);
  else if (batch.empty())
    y = matmul(grouped(a, {&left, &summed}), grouped(b, {&summed, &right}));
  else
    y = bmm(grouped(a, {&batch, &left, &summed}), grouped(b, {&batch, &summed, &right}));
  out.x = y.reshape(sizes);
  return out;
}

}  // namespace

Tensor einsum(std::string_view equation, TensorList tensors, OptionalIntArrayRef path) {
  const Equation eq = parse(equation, tensors);
  for (const Tensor& t : tensors) raw::check_same_dtype("einsum", {&tensors[0], &t});
  std::vector<Term> terms;
  for (size_t i = 0; i < tensors.size(); ++i)
    terms.push_back(with_diagonals(tensors[i], eq.operands[i]));
  check_sizes(terms);
  if (path && path->size() != 2 * (terms.size() - 1))
    fail("einsum: a path of {} operands has {} entries, got {}", terms.size(),
         2 * (terms.size() - 1), path->size());

  for (size_t step = 0; terms.size() > 1; ++step) {
    const auto take = [&](size_t nth, int64_t at) {
      if (at < 0 || at >= int64_t(terms.size()))
        fail("einsum: path entry {} is no operand: {}", 2 * step + nth, at);
      Term t = std::move(terms[size_t(at)]);
      terms.erase(terms.begin() + at);
      return t;
    };
    int64_t i = path ? (*path)[2 * step] : 0, j = path ? (*path)[2 * step + 1] : 1;
    if (i == j) fail("einsum: path entries {} and {} are the same operand", 2 * step, 2 * step + 1);
    Term a = take(0, i), b = take(1, j > i ? j - 1 : j);
    Term c = contract(std::move(a), std::move(b), [&](Label l) {
      return contains(eq.result, l) || std::any_of(terms.begin(), terms.end(), [&](const Term& t) {
               return contains(t.labels, l);
             });
    });
    terms.insert(path ? terms.end() : terms.begin(), std::move(c));
  }

  Term y = std::move(terms[0]);
  const bool summed = y.labels.size() > eq.result.size();
  sum_out(y, [&](Label l) { return !contains(eq.result, l); });
  Dims order;
  for (Label l : eq.result) order.push_back(y.position(l));
  // A sum has memory of its own, even over a dim of size 1.
  const Tensor out = y.x.permute(order);
  return summed ? apart_from(tensors[0], out) : out;
}

Tensor tensordot(const Tensor& self, const Tensor& other, IntArrayRef dims_self,
                 IntArrayRef dims_other) {
  if (dims_self.size() != dims_other.size())
    fail("tensordot: numbers of dims differ, {} and {}", dims_self, dims_other);
  raw::check_same_dtype("tensordot", {&self, &other});
  const std::vector<bool> in_self = dims_self.empty()
                                        ? std::vector<bool>(size_t(self.dim()))
                                        : dim_mask(dims_self, self.dim(), "tensordot"),
                          in_other = dims_other.empty()
                                         ? std::vector<bool>(size_t(other.dim()))
                                         : dim_mask(dims_other, other.dim(), "tensordot");
  // A dim of size 1 against another: the other is summed.
  Dims sum_self, sum_other;
  for (size_t i = 0; i < dims_self.size(); ++i) {
    const int64_t a = self.size(dims_self[i]), b = other.size(dims_other[i]);
    if (a == b) continue;
    if (b == 1)
      sum_self.push_back(dims_self[i]);
    else if (a == 1)
      sum_other.push_back(dims_other[i]);
    else
      fail("tensordot: sizes of dims {} of {} and {} of {} differ", dims_self[i], self.sizes(),
           dims_other[i], other.sizes());
  }
  Tensor a = sum_over(self, sum_self, true), b = sum_over(other, sum_other, true);
  to_one_type(a, b);

  Dims left_order, right_order, sizes;
  Checked rows("tensordot", 1), inner = rows, cols = rows;
  for (int64_t d = 0; d < a.dim(); ++d)
    if (!in_self[size_t(d)]) left_order.push_back(d), sizes.push_back(a.size(d)), rows *= a.size(d);
  for (size_t i = 0; i < dims_self.size(); ++i) {
    left_order.push_back(wrap_dim(dims_self[i], a.dim(), "tensordot"));
    right_order.push_back(wrap_dim(dims_other[i], b.dim(), "tensordot"));
    inner *= a.size(dims_self[i]);
  }
  for (int64_t d = 0; d < b.dim(); ++d)
    if (!in_other[size_t(d)])
      right_order.push_back(d), sizes.push_back(b.size(d)), cols *= b.size(d);
  return matmul(a.permute(left_order).reshape({rows, inner}),
                b.permute(right_order).reshape({inner, cols}))
      .reshape(sizes);
}

Tensor tensordot(const Tensor& self, const Tensor& other, int64_t dims) {
  if (dims < 0 || dims > self.dim() || dims > other.dim())
    fail("tensordot: expected 0 to {} dims, got {}", std::min(self.dim(), other.dim()), dims);
  Dims last, first;
  for (int64_t d = 0; d < dims; ++d) last.push_back(self.dim() - dims + d), first.push_back(d);
  return tensordot(self, other, last, first);
}

}  // namespace gradus

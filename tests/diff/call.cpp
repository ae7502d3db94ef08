#include "tests/diff/call.h"

#include <limits>

namespace diff {
namespace {

constexpr torch::ScalarType types[] = {
    torch::kDouble, torch::kDouble, torch::kDouble, torch::kFloat, torch::kFloat,
    torch::kLong,   torch::kInt,    torch::kByte,   torch::kBool,  torch::kDouble};

constexpr const char* type_name(torch::ScalarType t) {
  switch (t) {
    case torch::kDouble:
      return "double";
    case torch::kFloat:
      return "float";
    case torch::kLong:
      return "int64";
    case torch::kInt:
      return "int32";
    case torch::kByte:
      return "uint8";
    case torch::kBool:
      return "bool";
    default:
      return "other";
  }
}

// A number that each type holds; of few digits, so that equal ones are not rare.
double element(Choices& c, torch::ScalarType type, bool special) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double specials[] = {infinity, -infinity, std::numeric_limits<double>::quiet_NaN(),
                                 -0.0,     1e-310,    1e30,
                                 -1e30,    0.0};
  if (type == torch::kBool) return double(c.below(2));
  if (type == torch::kByte) return double(special ? c.below(256) : c.below(6));
  if (type == torch::kLong || type == torch::kInt) return double(c.between(-6, 6));
  if (special && c.one_in(4)) return c.of(specials);
  return double(c.between(-200, 200)) / 64;
}

// An empty tensor of those sizes, laid out in one of the ways that tensors come in.
Tensor laid_out(Choices& c, const Ints& sizes, torch::ScalarType type, std::string& text) {
  const int64_t dims = int64_t(sizes.size());
  Ints outer = sizes;
  switch (dims > 0 ? c.below(6) : 0) {
    case 1: {
      const int64_t a = c.between(0, dims - 1), b = c.between(0, dims - 1);
      std::swap(outer[size_t(a)], outer[size_t(b)]);
      text += a == b ? "" : " transposed";
      return torch::empty(outer, type).transpose(a, b);
    }
    case 2: {
      const int64_t d = c.between(0, dims - 1);
      outer[size_t(d)] *= 2;
      text += " strided";
      return torch::empty(outer, type).slice(d, 0, outer[size_t(d)], 2);
    }
    case 3: {
      const int64_t d = c.between(0, dims - 1);
      outer[size_t(d)] += 2;
      text += " narrowed";
      return torch::empty(outer, type).narrow(d, 1, sizes[size_t(d)]);
    }
    default:
      return torch::empty(sizes, type);
  }
}

}  // namespace

std::string describe(torch::IntArrayRef list) {
  std::string s = "[";
  for (size_t i = 0; i < list.size(); ++i) s += (i ? "," : "") + std::to_string(list[i]);
  return s + "]";
}

std::string describe(const Tensor& t) {
  if (!t.defined()) return "undefined";
  return type_name(t.scalar_type()) + describe(t.sizes());
}

Tensor Call::make(const Ints& sizes, torch::ScalarType type) {
  std::string layout;
  const Tensor t = laid_out(choices, sizes, type, layout);
  const bool special = choices.one_in(16);
  const Tensor values = torch::empty(sizes, torch::kDouble);
  for (int64_t i = 0; i < values.numel(); ++i)
    values.data_ptr<double>()[i] = element(choices, type, special);
  t.copy_(values);
  note(describe(t) + layout + (special ? " special" : ""));
  if (t.is_floating_point() && choices.one_in(2)) {
    t.requires_grad_();
    leaves.push_back(t);
    text += " leaf";
  }
  return t;
}

Tensor Call::make_indices(const Ints& sizes, int64_t n) {
  const Tensor t = torch::empty(sizes, torch::kLong);
  for (int64_t i = 0; i < t.numel(); ++i)
    t.data_ptr<int64_t>()[i] = number(n > 0 ? choices.between(0, n - 1) : 0);
  note("indices" + describe(t.sizes()));
  index_sizes = sizes;
  return t;
}

torch::ScalarType Call::any_type() { return choices.of(types); }

Ints Call::any_sizes(int64_t most_dims) {
  Ints sizes(choices.below(uint64_t(most_dims + 1)));
  for (int64_t& n : sizes)
    n = choices.one_in(12)   ? 0
        : choices.one_in(24) ? choices.between(17, 40)
                             : choices.between(1, 5);
  if (sizes.size() > 3)
    for (int64_t& n : sizes) n = std::min<int64_t>(n, 6);
  return sizes;
}

int64_t Call::number(int64_t wanted) {
  constexpr int64_t lowest = std::numeric_limits<int64_t>::min();
  constexpr int64_t highest = std::numeric_limits<int64_t>::max();
  constexpr int64_t breaking[] = {
      lowest,           lowest + 1,       highest,          highest - 1,         -1,    0, 1, -2,
      int64_t(1) << 32, int64_t(1) << 31, int64_t(1) << 62, -(int64_t(1) << 32), 100000};
  return hostile() ? choices.of(breaking) : wanted;
}

}  // namespace diff

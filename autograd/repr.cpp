#include "autograd/repr.h"

#include <algorithm>
#include <cmath>
#include <ostream>

#include "autograd/node.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus {

namespace {

class Elements {
 public:
  Elements(const Tensor& x, const PrintOptions& o)
      : x_(x), o_(o), cut_(x.numel() > o.threshold), real_(is_floating(x.dtype())) {
    double least = INFINITY, most = 0;
    each_shown(0, 0, [&](auto value) {
      const auto v = double(value);
      if (v == 0 || !std::isfinite(v)) return;
      integers_ = integers_ && v == std::ceil(v);
      least = std::min(least, std::fabs(v));
      most = std::max(most, std::fabs(v));
    });
    if (real_ && most > 0)
      scientific_ = o.sci_mode.value_or(most / least > 1000 || most > 1e8 || least < 1e-4);
    each_shown(0, 0, [&](auto v) {
      if (!real_ || (v != 0 && std::isfinite(double(v)))) width_ = std::max(width_, text(v).size());
    });
  }

  std::string list(int64_t indent) const {
    if (x_.numel() == 0) return "[]";
    if (x_.dim() == 0) return at(0);
    return list(0, 0, indent);
  }

 private:
  // The indices that are shown along a dim, -1 standing for the gap.
  std::vector<int64_t> shown(int64_t dim) const {
    const int64_t n = x_.size(dim), edge = o_.edgeitems;
    const bool cut = cut_ && n > 2 * edge;
    std::vector<int64_t> indices;
    for (int64_t i = 0; i < (cut ? edge : n); ++i) indices.push_back(i);
    if (!cut) return indices;
    indices.push_back(-1);
    for (int64_t i = n - edge; i < n; ++i) indices.push_back(i);
    return indices;
  }

  template <class F>
  void visit(int64_t place, F f) const {
    visit_all(x_.dtype(), "repr", [&]<class T>(T) { f(x_.data_ptr<T>()[place]); });
  }
  template <class F>
  void each_shown(int64_t dim, int64_t place, F f) const {
    if (x_.numel() == 0) return;
    if (dim == x_.dim()) return visit(place, f);
    for (const int64_t i : shown(dim))
      if (i >= 0) each_shown(dim + 1, place + i * x_.strides()[size_t(dim)], f);
  }

  std::string text(bool v) const { return v ? "True" : "False"; }
  template <std::integral T>
  std::string text(T v) const {
    return fmt::format("{}", v);
  }
  template <std::floating_point T>
  std::string text(T value) const {
    const double v = value;
    if (std::isnan(v)) return "nan";
    if (scientific_) return fmt::format("{:.{}e}", v, o_.precision);
    if (!integers_) return fmt::format("{:.{}f}", v, o_.precision);
    return fmt::format("{:.0f}{}", v, std::isfinite(v) ? "." : "");
  }
  std::string at(int64_t place) const {
    std::string s;
    visit(place, [&](auto v) { s = text(v); });
    return fmt::format("{:>{}}", s, width_);
  }

  std::string list(int64_t dim, int64_t place, int64_t indent) const {
    const bool last = dim + 1 == x_.dim();
    const int64_t fit =
        last ? std::max<int64_t>(1, (o_.linewidth - indent) / (int64_t(width_) + 2)) : 1;
    const std::string line = "," + std::string(size_t(last ? 1 : x_.dim() - dim - 1), '\n') +
                             std::string(size_t(indent) + 1, ' ');
    std::string s = "[";
    int64_t count = 0;
    for (const int64_t i : shown(dim)) {
      if (count != 0) s += count % fit == 0 ? line : ", ";
      ++count;
      const int64_t next = place + i * x_.strides()[size_t(dim)];
      if (i < 0)
        s += last ? " ..." : "...";
      else
        s += last ? at(next) : list(dim + 1, next, indent + 1);
    }
    return s + "]";
  }

  Tensor x_;
  const PrintOptions& o_;
  bool cut_, real_;
  bool integers_ = true, scientific_ = false;
  size_t width_ = 1;
};

std::vector<std::string> suffixes(const Tensor& t) {
  std::vector<std::string> list;
  const ScalarType type = t.dtype(), usual = get_default_dtype();
  if (t.numel() == 0 && t.dim() != 1)
    list.push_back(t.dim() == 0 ? "size=()" : fmt::format("size=({})", joined(t.sizes())));
  if (type != usual && (t.numel() == 0 || (type != kLong && type != kBool)))
    list.push_back(fmt::format("dtype=torch.{}", dtype_name(type)));
  if (const auto fn = t.grad_fn())
    list.push_back(fmt::format("grad_fn=<{}>", fn->name()));
  else if (t.requires_grad())
    list.push_back("requires_grad=True");
  return list;
}

}  // namespace

std::string repr(const Tensor& t, const PrintOptions& options) {
  if (!t.defined()) return "tensor(undefined)";
  const std::string prefix = "tensor(";
  std::string s =
      prefix + Elements(raw::contiguous(t.detach()), options).list(int64_t(prefix.size()));
  const size_t newline = s.rfind('\n');
  int64_t line = int64_t(newline == s.npos ? s.size() + 2 : s.size() - newline + 1);
  for (const std::string& suffix : suffixes(t)) {
    const int64_t size = int64_t(suffix.size());
    if (line + size + 2 > options.linewidth) {
      s += ",\n" + std::string(prefix.size(), ' ') + suffix;
      line = int64_t(prefix.size()) + size;
    } else {
      s += ", " + suffix;
      line += size + 2;
    }
  }
  return s + ")";
}

std::ostream& operator<<(std::ostream& out, const TensorOptions& o) {
  const auto given = [](bool has) { return has ? "" : " (default)"; };
  return out << fmt::format(
             "TensorOptions(dtype={}{}, device={}{}, layout={}{}, requires_grad={}{}, "
             "pinned_memory=false (default), memory_format={})",
             o.dtype().name(), given(o.has_dtype()), o.device().str(), given(o.has_device()),
             toString(o.layout()), given(o.has_layout()), o.requires_grad(),
             given(o.has_requires_grad()),
             o.has_memory_format() ? std::string(toString(*o.memory_format_opt())) : "(nullopt)");
}

}  // namespace gradus

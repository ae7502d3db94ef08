// Tensors on a stream, in libtorch's form: elements in columns, then type and shape.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <iostream>
#include <string>
#include <string_view>

#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus {

namespace {

struct Columns {
  std::chars_format format;
  int precision;
  size_t width;
  double scale = 1;  // divided out of every element and printed once
};

// Text on its way to a stream, whose own format plays no part.
class Page {
 public:
  explicit Page(std::ostream& out) : out_(out) {}
  Page& operator<<(std::string_view s) {
    flush();
    out_.write(s.data(), std::streamsize(s.size()));
    return *this;
  }
  void number(double v, const Columns& c, char separator) {
    constexpr size_t longest = 512;  // 309 digits before the point
    if (std::end(text_) - at_ < ptrdiff_t(2 * longest)) flush();
    char digits[longest];
    const size_t n = size_t(
        std::to_chars(digits, std::end(digits), v / c.scale, c.format, c.precision).ptr - digits);
    at_ = std::fill_n(at_, std::max(c.width, n) - n, ' ');
    at_ = std::copy_n(digits, n, at_);
    *at_++ = separator;
  }
  void flush() {
    out_.write(text_, at_ - text_);
    at_ = text_;
  }

 private:
  std::ostream& out_;
  char text_[1 << 14];
  char* at_ = text_;
};

// The count of digits before the point; 0 has one.
double magnitude(double v) { return v == 0 ? 1 : std::floor(std::log10(v)) + 1; }

// The form in which all n values look alike.
Columns choose_columns(const double* v, int64_t n) {
  bool integers = true;
  double least = INFINITY, most = 0;
  for (int64_t i = 0; i < n; ++i) {
    if (!std::isfinite(v[i])) continue;
    integers = integers && v[i] == std::ceil(v[i]);
    least = std::min(least, std::fabs(v[i]));
    most = std::max(most, std::fabs(v[i]));
  }
  const bool none = least > most;  // nothing is finite
  const double low = none ? 1 : magnitude(least), high = none ? 1 : magnitude(most);
  using enum std::chars_format;
  if (integers && high <= 9) return {general, 6, size_t(high) + 1};
  if (integers || high - low > 4)
    return {scientific, 4, !integers && (std::fabs(high) > 99 || std::fabs(low) > 99) ? 12u : 11u};
  if (high > 5 || high < 0) return {fixed, 4, 7, std::pow(10.0, high - 1)};
  return {fixed, 4, high == 0 ? 7u : size_t(high) + 6};
}

void print_scale(Page& out, double scale) { out << fmt::format("{} *\n", scale); }

void print_vector(Page& out, const double* v, int64_t n) {
  const Columns c = choose_columns(v, n);
  if (c.scale != 1) print_scale(out, c.scale);
  for (int64_t i = 0; i < n; ++i) out.number(v[i], c, '\n');
}

// As many columns at a time as fit the line. The indent stands where libtorch has it: not before
// the first row, but after each newline and each heading.
void print_matrix(Page& out, const double* v, int64_t rows, int64_t cols, int indent,
                  int64_t linesize) {
  const Columns c = choose_columns(v, rows * cols);
  const std::string margin(size_t(indent), ' '), gap = c.scale != 1 ? margin + ' ' : margin;
  const int64_t fit = std::max<int64_t>(1, (linesize - indent) / int64_t(c.width + 1));
  for (int64_t first = 0, last; first < cols; first = last) {
    last = std::min(first + fit, cols);
    if (fit < cols) {
      if (first != 0) out << "\n";
      out << fmt::format("Columns {} to {}", first + 1, last) << margin;
    }
    if (c.scale != 1) {
      print_scale(out, c.scale);
      out << margin;
    }
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t i = first; i < last; ++i)
        out.number(v[r * cols + i], c, i + 1 < last ? ' ' : '\n');
      if (r + 1 < rows && !gap.empty()) out << gap;
    }
  }
}

// Every matrix of the last two dims under its index; the first index runs fastest.
void print_matrices(Page& out, const Tensor& x, int64_t linesize) {
  const size_t outer = size_t(x.dim()) - 2;
  const int64_t rows = x.size(-2), cols = x.size(-1), count = x.numel() / (rows * cols);
  for (int64_t k = 0; k < count; ++k) {
    int64_t rest = k, place = 0;
    out << (k != 0 ? "\n(" : "(");
    for (size_t d = 0; d < outer; ++d) {
      const int64_t i = rest % x.sizes()[d];
      rest /= x.sizes()[d];
      place += i * x.strides()[d];
      out << std::to_string(i + 1) << ",";
    }
    out << ".,.) = \n";
    print_matrix(out, x.data_ptr<double>() + place, rows, cols, 1, linesize);
  }
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Tensor& t) { return print(out, t, 80); }
void print(const Tensor& t, int64_t linesize) { print(std::cout, t, linesize); }
std::ostream& print(std::ostream& out, const Tensor& t, int64_t linesize) {
  Page page(out);
  if (!t.defined()) {
    page << "[ Tensor (undefined) ]";
  } else {
    const Tensor x = raw::contiguous(raw::to_dtype(t, kDouble));
    const double* v = x.data_ptr<double>();
    if (x.dim() == 0)
      page << fmt::format("{}\n", *v);
    else if (x.numel() == 0)
      ;
    else if (x.dim() == 1)
      print_vector(page, v, x.numel());
    else if (x.dim() == 2)
      print_matrix(page, v, x.size(0), x.size(1), 0, linesize);
    else
      print_matrices(page, x, linesize);
    page << fmt::format("[ {}{{{}}} ]", t.toString(), joined(x.sizes(), ","));
  }
  page.flush();
  return out;
}

std::string DeprecatedTypeProperties::toString() const {
  return is_defined() ? fmt::format("CPU{}Type", gradus::toString(type_)) : "UndefinedType";
}
std::ostream& operator<<(std::ostream& out, const DeprecatedTypeProperties& t) {
  return out << t.toString();
}

std::string Tensor::toString() const { return type().toString(); }

void Tensor::print() const {
  if (defined())
    std::cerr << fmt::format("[{} {}]\n", toString(), sizes());
  else
    std::cerr << "[UndefinedTensor]\n";
}

}  // namespace gradus

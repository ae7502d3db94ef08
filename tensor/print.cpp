// Tensors on a stream, in libtorch's form: elements in columns, then type and shape.
#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>

#include "tensor/fail.h"
#include "tensor/raw.h"

namespace gradus {

namespace {

constexpr int64_t line_width = 80;

// Gives a stream back as it was.
class KeepFormat {
 public:
  explicit KeepFormat(std::ostream& out) : out_(out), saved_(nullptr) { saved_.copyfmt(out); }
  KeepFormat(const KeepFormat&) = delete;
  KeepFormat& operator=(const KeepFormat&) = delete;
  ~KeepFormat() { out_.copyfmt(saved_); }

 private:
  std::ostream& out_;
  std::ios saved_;
};

struct Columns {
  int width;
  double scale = 1;  // divided out of every element and printed once
};

// The count of digits before the point; 0 has one.
double magnitude(double v) { return v == 0 ? 1 : std::floor(std::log10(v)) + 1; }

// Sets the stream to the form in which all n values look alike.
Columns choose_columns(std::ostream& out, const double* v, int64_t n) {
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
  out.unsetf(std::ios_base::floatfield);
  out << std::setprecision(6);
  if (integers && high <= 9) return {int(high) + 1};
  out << std::setprecision(4);
  if (integers || high - low > 4) {
    out << std::scientific;
    return {!integers && (std::fabs(high) > 99 || std::fabs(low) > 99) ? 12 : 11};
  }
  out << std::fixed;
  if (high > 5 || high < 0) return {7, std::pow(10.0, high - 1)};
  return {high == 0 ? 7 : int(high) + 6};
}

void print_scale(std::ostream& out, double scale) { out << fmt::format("{} *\n", scale); }

void print_vector(std::ostream& out, const double* v, int64_t n) {
  const Columns c = choose_columns(out, v, n);
  if (c.scale != 1) print_scale(out, c.scale);
  for (int64_t i = 0; i < n; ++i) out << std::setw(c.width) << v[i] / c.scale << '\n';
}

// As many columns at a time as fit the line. The indent stands where libtorch has it: not before
// the first row, but after each newline and each heading.
void print_matrix(std::ostream& out, const double* v, int64_t rows, int64_t cols, int indent) {
  const Columns c = choose_columns(out, v, rows * cols);
  const std::string margin(size_t(indent), ' ');
  const int64_t fit = (line_width - indent) / (c.width + 1);
  for (int64_t first = 0, last; first < cols; first = last) {
    last = std::min(first + fit, cols);
    if (fit < cols) {
      if (first != 0) out << '\n';
      out << "Columns " << first + 1 << " to " << last << margin;
    }
    if (c.scale != 1) {
      print_scale(out, c.scale);
      out << margin;
    }
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t i = first; i < last; ++i)
        out << std::setw(c.width) << v[r * cols + i] / c.scale << (i + 1 < last ? " " : "\n");
      if (r + 1 < rows) out << margin << (c.scale != 1 ? " " : "");
    }
  }
}

// Every matrix of the last two dims under its index; the first index runs fastest.
void print_matrices(std::ostream& out, const Tensor& x) {
  const size_t outer = size_t(x.dim()) - 2;
  const int64_t rows = x.size(-2), cols = x.size(-1), count = x.numel() / (rows * cols);
  for (int64_t k = 0; k < count; ++k) {
    int64_t rest = k, place = 0;
    if (k != 0) out << '\n';
    out << '(';
    for (size_t d = 0; d < outer; ++d) {
      const int64_t i = rest % x.sizes()[d];
      rest /= x.sizes()[d];
      place += i * x.strides()[d];
      out << i + 1 << ',';
    }
    out << ".,.) = \n";
    print_matrix(out, x.data_ptr<double>() + place, rows, cols, 1);
  }
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Tensor& t) {
  const KeepFormat keep(out);
  if (!t.defined()) return out << "[ Tensor (undefined) ]";
  const Tensor x = raw::contiguous(raw::to_dtype(t, kDouble));
  const double* v = x.data_ptr<double>();
  out.copyfmt(std::ios(nullptr));
  if (x.dim() == 0)
    out << fmt::format("{}\n", *v);
  else if (x.numel() == 0)
    ;
  else if (x.dim() == 1)
    print_vector(out, v, x.numel());
  else if (x.dim() == 2)
    print_matrix(out, v, x.size(0), x.size(1), 0);
  else
    print_matrices(out, x);
  return out << fmt::format("[ {}{{{}}} ]", t.toString(), joined(x.sizes(), ","));
}

std::string Tensor::toString() const { return fmt::format("CPU{}Type", gradus::toString(dtype())); }

void Tensor::print() const {
  if (defined())
    std::cerr << fmt::format("[{} {}]\n", toString(), sizes());
  else
    std::cerr << "[UndefinedTensor]\n";
}

}  // namespace gradus

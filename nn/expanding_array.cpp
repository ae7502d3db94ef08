#include "nn/expanding_array.h"

#include <ostream>

#include "tensor/base/fail.h"

namespace gradus::detail {

void throw_expanding_array(size_t expected, size_t given) {
  fail("expected 1 or {} values, got {}", expected, given);
}

namespace {
void print(std::ostream& out, int64_t v) { out << v; }
void print(std::ostream& out, double v) { out << v; }
void print(std::ostream& out, const std::optional<int64_t>& v) {
  if (v)
    out << *v;
  else
    out << "None";
}
template <class T>
std::ostream& print_all(std::ostream& out, ArrayRef<T> a) {
  if (a.size() == 1) {
    print(out, a[0]);
    return out;
  }
  out << '[';
  for (size_t i = 0; i < a.size(); ++i) {
    if (i > 0) out << ", ";
    print(out, a[i]);
  }
  return out << ']';
}
}  // namespace

std::ostream& print_array(std::ostream& out, ArrayRef<int64_t> a) { return print_all(out, a); }
std::ostream& print_array(std::ostream& out, ArrayRef<double> a) { return print_all(out, a); }
std::ostream& print_array(std::ostream& out, ArrayRef<std::optional<int64_t>> a) {
  return print_all(out, a);
}

}  // namespace gradus::detail

#include "tensor/base/checked.h"

#include "tensor/base/fail.h"

namespace gradus::detail {

void throw_size_overflow(const char* op, int64_t a, char sign, int64_t b) {
  fail("{}: sizes overflow, {} {} {}", op, a, sign, b);
}
void throw_no_int64(const char* op, const char* what, double v) {
  fail("{}: {} must be a number that fits int64, got {}", op, what, v);
}

}  // namespace gradus::detail

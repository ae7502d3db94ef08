// Where a processor meets denormal numbers, one instruction may take as long as a hundred. So no
// formula may meet one on its way to a result that is none, be it in a lane that a select throws
// away or in what is added to a number beside which it is nothing. The processor's own flags tell.
#include "tests/tensor/kernels/kernels.h"

#ifdef __SSE2__

using namespace gradus;
using namespace gradus::test;

namespace {

constexpr unsigned denormal_operand = 0x02, underflow = 0x10, flags = 0x3f;

// What the kernel gives, and whether it met a denormal number.
template <class T>
std::vector<T> watched(Loop f, const std::vector<std::vector<T>>& x, bool& met) {
  __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() & ~flags);
  std::vector<T> y = apply<T>(f, x, x[0].size());
  met = (__builtin_ia32_stmxcsr() & (denormal_operand | underflow)) != 0;
  return y;
}

// A whole vector of x; or x in turn with a number near 0 and another near 1, for which a formula
// may take another way.
template <class T>
std::vector<T> lanes(double x, bool mixed) {
  std::vector<T> v(64 / sizeof(T), T(x));
  for (size_t i = 1; mixed && i < v.size(); ++i)
    if (i % 3 != 0) v[i] = T(i % 3 == 1 ? 0.25 : 1.5);
  return v;
}

template <class T>
bool denormal(const std::vector<T>& v) {
  return std::any_of(v.begin(), v.end(),
                     [](T x) { return x != 0 && std::abs(x) < std::numeric_limits<T>::min(); });
}

// The value and the slopes of a formula at one point of each operand.
template <class T>
void check_point(const Formula& f, const Table& table, const std::vector<double>& point) {
  constexpr ScalarType type = scalar_type_of<T>;
  for (const bool mixed : {false, true}) {
    std::vector<std::vector<T>> x;
    for (size_t k = 0; k < point.size(); ++k) x.push_back(lanes<T>(point[k], mixed && k == 0));
    const auto check = [&](const std::string& what, Loop loop,
                           const std::vector<std::vector<T>>& operands) {
      bool met;
      const std::vector<T> y = watched<T>(loop, operands, met);
      if (!met || denormal(y)) return y;
      std::string at;
      for (double v : point) at += ' ' + std::to_string(v);
      const std::string type = sizeof(T) == 4 ? "float" : "double";
      const std::string others = mixed ? "among others" : "alone";
      FAIL_CHECK(f.name, ' ', type, ' ', what, " at", at, ' ', others, " met one: ", y[0]);
      return y;
    };
    const std::vector<T> y = check("value", f.value_loop(type, table), x);
    if (denormal(y)) continue;
    for (int i = 0; i < f.arity && i < 3; ++i) {
      const Loop loop = f.slope_loop(i, type, table);
      if (loop == nullptr) continue;
      std::vector<std::vector<T>> operands{std::vector<T>(y.size(), T(1))};
      for (int k = 0; k < f.arity; ++k)
        if ((f.keep[i] >> k & 1) != 0) operands.push_back(x[size_t(k)]);
      if ((f.keep[i] & base::saves::output) != 0) operands.push_back(y);
      check("slope", loop, operands);
    }
  }
}

// Not where the result comes close to the denormal numbers itself: from 87 to 104 e^-x does in
// float, from 708 to 746 in double, and e^-x^2 at their roots.
const double far[] = {1e-3, 0.1, 0.5, 0.9, 1.5, 3,   5,   8,   12,   17,  20,   27.5, 30,
                      50,   80,  110, 160, 200, 300, 500, 800, 1000, 1e5, 1e10, 1e15};

// These are computed one by one, by code that all instruction sets share: they may meet one.
bool one_by_one(const Formula& f) {
  for (const char* name :
       {"airy_ai", "airy_ai_prime", "log_ndtr", "modified_bessel_k0", "modified_bessel_k1"})
    if (f.name == name) return true;
  return false;
}

}  // namespace

TEST_CASE_TEMPLATE("a formula meets no denormal numbers on its way to others", T, float, double) {
  each_table([](const Table& table) {
    for (const Formula& f : formulas()) {
      if (!f.takes(scalar_type_of<T>) || f.to_bool || one_by_one(f)) continue;
      if (f.arity == 1)
        for (const double x : far)
          for (const double sign : {1., -1.}) check_point<T>(f, table, {sign * x});
    }
  });
}

// Of those with more operands the ones that take exponentials: of a product of two operands the
// result is denormal or 0 where no mending helps.
TEST_CASE_TEMPLATE("nor does one of more operands", T, float, double) {
  each_table([](const Table& table) {
    for (const Formula& f : formulas())
      for (const double x : far)
        for (const double a : {x, -x}) {
          if (f.name == "elu") check_point<T>(f, table, {a, 1, 1, 1});
          if (f.name == "softplus") check_point<T>(f, table, {a, 1, 20});
          if (f.name == "logaddexp" || f.name == "logaddexp2") {
            check_point<T>(f, table, {a, 0.5});
            check_point<T>(f, table, {-2, a});
          }
          if (f.name == "cross_entropy_of_logit")
            for (const double b : {0., 0.25, 1.}) check_point<T>(f, table, {a, b});
        }
  });
}

// These are made of fused multiply-adds, which spare a square that is nothing beside 1.
TEST_CASE("nor near 0") {
  each_table([](const Table& table) {
    if (std::string(table.isa) == "sse2") return;
    for (const Formula& f : formulas())
      for (const char* name : {"exp", "exp2", "expm1", "log1p", "sin", "cos", "tanh", "erf", "erfc",
                               "erfinv", "sigmoid", "log_sigmoid", "silu", "mish"})
        for (const double x : {1e-30, -1e-30, 1e-20, -1e-20, 1e-10, -1e-10}) {
          if (f.name != name) continue;
          bool met;
          watched<float>(f.value_loop(ScalarType::Float, table), {lanes<float>(x, false)}, met);
          CHECK_MESSAGE(!met, name, " at ", x);
        }
  });
}

#endif

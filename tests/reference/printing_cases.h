// Tensors to print, in libtorch's words: printing.cpp prints them with libtorch, the test with
// Gradus.
#include <cmath>
#include <iomanip>
#include <ostream>
#include <vector>

inline void print_cases(std::ostream& out) {
  const auto show = [&](const torch::Tensor& t) { out << t << '\n'; };
  // f(0), f(1), ... in any shape.
  const auto of = [&](std::vector<int64_t> sizes, auto f, torch::ScalarType type = torch::kDouble) {
    torch::Tensor t = torch::empty(sizes, type);
    for (int64_t i = 0; i < t.numel(); ++i) {
      const double v = f(i);
      if (type == torch::kDouble) t.data_ptr<double>()[i] = v;
      if (type == torch::kFloat) t.data_ptr<float>()[i] = float(v);
      if (type == torch::kInt) t.data_ptr<int32_t>()[i] = int32_t(v);
      if (type == torch::kLong) t.data_ptr<int64_t>()[i] = int64_t(v);
    }
    show(t);
  };
  const auto ramp = [&](std::vector<int64_t> sizes, double start, double step,
                        torch::ScalarType type = torch::kDouble) {
    of(
        std::move(sizes), [=](int64_t i) { return start + step * double(i); }, type);
  };
  const double inf = INFINITY, nan = NAN;
  show(torch::Tensor());
  for (double v : {1.5, 3.0, 1.0 / 3, 1e5, 123456789.0, 1e15, 1e16, 1e20, 1e-4, 1e-5, -0.0, 100.25,
                   inf, -inf, nan}) {
    show(torch::tensor(v, torch::kDouble));
    show(torch::tensor(v));
  }
  show(torch::tensor(3));
  show(torch::tensor(true));
  show(torch::tensor(1234567890123456789l));
  const std::vector<std::vector<double>> rows = {{1, 2, 3.5},
                                                 {1, 20, 300},
                                                 {1e10, 1},
                                                 {1e-10, 1},
                                                 {1234.5, 0.001},
                                                 {1e6, 1e-6},
                                                 {1e5, 2.5},
                                                 {1e5, 2},
                                                 {nan, 1},
                                                 {inf, 1.5},
                                                 {nan, nan},
                                                 {-1.5, 2},
                                                 {0, 0, 0},
                                                 {-1, 2},
                                                 {-0.0, 1},
                                                 {-123456.5, 1},
                                                 {123456.5, 100000.5},
                                                 {0.001, 0.002},
                                                 {0.1, 0.2},
                                                 {-0.5, 0.25},
                                                 {1e-200, 1},
                                                 {0, 0.5},
                                                 {-10, 5},
                                                 {-1000, 5},
                                                 {-1234567890123., 5},
                                                 {1234567, 2},
                                                 {123456789, 2},
                                                 {1234567890, 2},
                                                 {1e300, 1e-300},
                                                 {99999.5, 1},
                                                 {0.99999, 0.5},
                                                 {9.99999, 1},
                                                 {-inf, 123456.789},
                                                 {1e-5, 2e-5},
                                                 {5e-324, 1},
                                                 {1234567.5, 1e6},
                                                 {1e-7, 2e-7},
                                                 {0.012, 0.034},
                                                 {1e-101, 2e-101}};
  for (const auto& row : rows) {
    const auto n = int64_t(row.size());
    const auto cycle = [&](int64_t i) { return row[size_t(i % n)]; };
    of({n}, cycle);
    of({2, n}, cycle);
    of({2, 2, n}, cycle);
  }
  show(torch::tensor({true, false}));
  show(torch::tensor({10000000000l, 1l}));
  for (auto type : {torch::kDouble, torch::kFloat, torch::kInt, torch::kLong}) {
    ramp({2, 3}, 0, 1, type);
    ramp({2, 3}, -3, 0.75, type);
    ramp({1, 2, 2, 2}, 0, 1, type);
  }
  ramp({2, 20}, 0, 1);
  ramp({2, 20}, 0, 0.17);
  ramp({1, 60}, 0, 1);
  ramp({1, 1, 60}, 0, 1);
  ramp({2, 30}, 123456.5, 0);
  ramp({1, 2, 30}, 123456.5, 0);
  ramp({1, 3, 30}, 0.5, 0.01);
  ramp({2, 3, 2, 2}, 0.5, 0.01);
  ramp({3, 1}, 0, 1e6);
  ramp({2, 2, 2}, 0.5, 20000.3);
  ramp({1, 7, 11}, -1e-3, 2.5e-4);
  ramp({1100}, 0, 1);
  show(torch::empty({0}));
  show(torch::empty({0, 3}));
  show(torch::empty({2, 0, 3}));
  show(torch::ones({2}, torch::requires_grad()));
  show(torch::ones({2}, torch::kByte));
  double data[] = {0, 1, 2, 3, 4, 5};
  show(torch::from_blob(data, {3, 2}, {1, 3}, torch::kDouble));
  // The stream's own settings neither matter nor change.
  out << std::setprecision(3) << std::fixed;
  show(torch::tensor({1234567, 2}));
  show(torch::tensor(1.5));
  out << 1.0 << '\n' << std::setw(20) << torch::tensor({1.5, 2.0}) << '\n';
  out << torch::ones({1}).toString() << ' ' << torch::ones({2, 3}).sizes() << ' ' << torch::kFloat
      << ' ' << torch::Device("cpu") << ' ' << torch::Scalar(2) << torch::Scalar(true) << '\n';
  out << torch::TensorOptions() << '\n' << torch::dtype(torch::kLong).requires_grad(true) << '\n';
  for (auto type : {torch::kBool, torch::kByte, torch::kInt, torch::kDouble})
    out << torch::dtype(type).device(torch::kCPU) << '\n';
}

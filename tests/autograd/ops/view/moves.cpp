// Operations that only move elements, against loops over single elements: all types, shapes that
// are longer than a vector and no multiple of one, and strides.
#include "gradus.h"
#include "tests/support.h"

using namespace gradus;

namespace {

constexpr ScalarType types[] = {kBool, kByte, kInt, kLong, kFloat, kDouble};
constexpr int64_t rows = 9, columns = 83;

// A matrix of [rows, columns], dense, transposed and out of a larger one.
std::vector<Tensor> matrices(ScalarType type) {
  const Tensor x = arange(rows * columns, kLong).mul(37).remainder(251).view({rows, columns});
  const Tensor dense = x.to(type), wide = zeros({rows, 2 * columns + 1}, type);
  const Tensor part = wide.slice(1, 1, {}, 2);
  part.copy_(dense);
  return {dense, dense.t().contiguous().t(), part};
}

// f(i, j) is where element [i, j] of y comes from.
template <class F>
void check_moved(const Tensor& y, const Tensor& x, F f) {
  REQUIRE(bool(y.dtype() == x.dtype()));
  const Values from = values(x), got = values(y);
  const int64_t n = y.size(1), width = x.size(1);
  bool same = true;
  for (int64_t i = 0; i < y.size(0); ++i)
    for (int64_t j = 0; j < n; ++j) {
      const auto [k, l] = f(i, j);
      const double want = k < 0 ? 0 : from[size_t(k * width + l)];
      same = same && got[size_t(i * n + j)] == want;
    }
  CHECK(same);
}
using Place = std::pair<int64_t, int64_t>;
int64_t wrapped(int64_t i, int64_t n) { return (i % n + n) % n; }

}  // namespace

TEST_CASE("moves: roll, flip, tril, index_select and gather") {
  const Tensor list = arange(101, kLong).mul(29).remainder(columns);
  const Tensor index = arange(rows * 7, kLong).mul(31).remainder(columns).view({rows, 7});
  const Values picked = values(list), gathered = values(index);
  for (const ScalarType type : types)
    for (const Tensor& x : matrices(type)) {
      check_moved(x.roll({5, -2}, {1, 0}), x, [](int64_t i, int64_t j) {
        return Place{wrapped(i + 2, rows), wrapped(j - 5, columns)};
      });
      check_moved(x.roll({80, 8, 9}, {1, 1, 0}), x, [](int64_t i, int64_t j) {
        return Place{i, wrapped(j - 88, columns)};
      });
      check_moved(x.flip({1}), x, [](int64_t i, int64_t j) { return Place{i, columns - 1 - j}; });
      check_moved(x.flip({0, 1}), x, [](int64_t i, int64_t j) {
        return Place{rows - 1 - i, columns - 1 - j};
      });
      check_moved(x.tril(3), x, [](int64_t i, int64_t j) {
        return j - i <= 3 ? Place{i, j} : Place{-1, 0};
      });
      check_moved(x.triu(-2), x, [](int64_t i, int64_t j) {
        return j - i >= -2 ? Place{i, j} : Place{-1, 0};
      });
      check_moved(x.index_select(1, list), x, [&](int64_t i, int64_t j) {
        return Place{i, int64_t(picked[size_t(j)])};
      });
      check_moved(x.index_select(0, list.remainder(rows)), x, [&](int64_t i, int64_t j) {
        return Place{int64_t(picked[size_t(i)]) % rows, j};
      });
      check_moved(x.gather(1, index), x, [&](int64_t i, int64_t j) {
        return Place{i, int64_t(gathered[size_t(i * 7 + j)])};
      });
      check_moved(x.gather(0, index.remainder(rows)), x, [&](int64_t i, int64_t j) {
        return Place{int64_t(gathered[size_t(i * 7 + j)]) % rows, j};
      });
      check_moved(cat({x.narrow(1, 0, 3), x.narrow(1, 3, 17), x.narrow(1, 20, 63)}, 1), x,
                  [](int64_t i, int64_t j) {
                    return Place{i, j};
                  });
    }
}

TEST_CASE("moves: padding by runs, and its gradient") {
  for (const ScalarType type : types)
    for (const Tensor& x : matrices(type)) {
      const auto from = [](int64_t i, int64_t n) {
        return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i;
      };
      const Tensor y = pad(x.unsqueeze(0), {2, 81, 4, -1}, "reflect").squeeze(0);
      check_moved(y, x, [&](int64_t i, int64_t j) {
        return Place{from(i - 4, rows), from(j - 2, columns)};
      });
      check_moved(pad(x.unsqueeze(0), {3, 1, 1, 1}, "replicate").squeeze(0), x,
                  [](int64_t i, int64_t j) {
                    return Place{std::clamp<int64_t>(i - 1, 0, rows - 1),
                                 std::clamp<int64_t>(j - 3, 0, columns - 1)};
                  });
    }
  // Every element of the result counts once where it came from.
  const Tensor x = rand({1, rows, columns}, kDouble).requires_grad_();
  const Tensor dy = arange((rows + 2) * (columns + 4), kDouble).view({1, rows + 2, columns + 4});
  pad(x, {1, 3, 1, 1}, "reflect").backward(dy);
  Values want(size_t(rows * columns));
  const Values each = values(dy);
  const auto from = [](int64_t i, int64_t n) { return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i; };
  for (int64_t i = 0; i < rows + 2; ++i)
    for (int64_t j = 0; j < columns + 4; ++j)
      want[size_t(from(i - 1, rows) * columns + from(j - 1, columns))] +=
          each[size_t(i * (columns + 4) + j)];
  CHECK(values(x.grad()) == want);
}

TEST_CASE("moves: what is named twice gets both gradients") {
  for (const int64_t width : {1, 3, 7, 32, 37}) {
    const Tensor x = zeros({4, width}, kFloat), list = tensor({2, 0, 2, 2}, kLong);
    const Tensor source = arange(4 * width, kFloat).view({4, width});
    const Values v = values(x.index_add(0, list, source)), s = values(source);
    for (int64_t j = 0; j < width; ++j) {
      CHECK(v[size_t(j)] == s[size_t(width + j)]);
      CHECK(v[size_t(2 * width + j)] ==
            s[size_t(j)] + s[size_t(2 * width + j)] + s[size_t(3 * width + j)]);
    }
    const Tensor columns_added = zeros({width, 4}).index_add(1, list, source.t());
    CHECK(values(columns_added.t()) == v);
    const Tensor bytes =
        full({4, width}, 200, kByte).index_add(0, list, full({4, width}, 50, kByte));
    CHECK(bytes[2][0].item<int>() == (200 + 150) % 256);
    CHECK(bytes[2][width - 1].item<int>() == (200 + 150) % 256);
  }
}

TEST_CASE("moves: parts that nobody used have a gradient of zeros") {
  for (const Tensor& m : matrices(kDouble)) {
    const Tensor x = m.detach().requires_grad_();
    const auto part = x.split(11, 1);  // 8 parts, the last of 6 columns
    (part[2] * 2 + part[5] * 3).sum().backward();
    Tensor want = zeros({rows, columns}, kDouble);
    want.narrow(1, 22, 11).fill_(2);
    want.narrow(1, 55, 11).fill_(3);
    CHECK(x.grad().equal(want));
    const Tensor y = m.detach().requires_grad_();
    (y.unbind(1)[0] + y.unbind(1)[82] * 5).sum().backward();
    want = zeros({rows, columns}, kDouble);
    want.select(1, 0).fill_(1);
    want.select(1, 82).fill_(5);
    CHECK(y.grad().equal(want));
  }
  // The second order goes back through the parts that had one.
  const Tensor x = rand({2, 6}, kDouble).requires_grad_();
  const auto cube_of_two = [](const Tensor& t) {
    const auto part = t.split(2, 1);
    return part[0].pow(3).sum() + t.unbind(0)[1].pow(3).sum();
  };
  const Tensor dx = autograd::grad({cube_of_two(x)}, {x}, {}, true, true)[0];
  const Tensor d2 = autograd::grad({dx.sum()}, {x})[0];
  Tensor times = zeros({2, 6}, kDouble);
  times.narrow(1, 0, 2).add_(6);
  times.select(0, 1).add_(6);
  CHECK(d2.allclose(x.detach() * times));
}

TEST_CASE("moves: nonzero places in rows of any length") {
  for (const int64_t n : {1, 255, 256, 257, 700}) {
    const Tensor x = arange(3 * 2 * n, kLong).mul(7).remainder(3).view({3, 2, n});
    for (const Tensor& each : {x, x.transpose(0, 2), x.to(kBool)}) {
      const Tensor y = each.nonzero();
      const Tensor flat = each.contiguous().view(-1);
      const Values v = values(flat), p = values(y);
      size_t k = 0;
      bool same = true;
      for (int64_t i = 0; i < flat.numel(); ++i) {
        if (v[size_t(i)] == 0) continue;
        const int64_t c = each.size(2), b = each.size(1);
        same = same && p[k] == double(i / (b * c)) && p[k + 1] == double(i / c % b) &&
               p[k + 2] == double(i % c);
        k += 3;
      }
      CHECK(same);
      CHECK(k == p.size());
    }
  }
  CHECK(zeros({0, 3}).nonzero().sizes() == IntArrayRef({0, 2}));
  CHECK(zeros({3, 0}).nonzero().sizes() == IntArrayRef({0, 2}));
}

TEST_CASE("moves: a bad index anywhere is named before anything is written") {
  for (const int64_t at : {0, 1, 3, 6}) {
    for (const int64_t bad : {int64_t(-1), int64_t(5), std::numeric_limits<int64_t>::min(),
                              std::numeric_limits<int64_t>::max()}) {
      const Tensor index = zeros({3, 7}, kLong), x = ones({3, 5});
      index[2][at].fill_(bad);
      const std::string what =
          "index " + std::to_string(bad) + " is out of range for dim 1 of size 5";
      CHECK(message([&] { x.gather(1, index); }) == "gather: " + what);
      CHECK(message([&] { x.t().contiguous().t().gather(1, index); }) == "gather: " + what);
      CHECK(message([&] { x.scatter_add_(1, index, ones({3, 7})); }) == "scatter_add_: " + what);
      CHECK(x.equal(ones({3, 5})));
    }
  }
  CHECK(ones({2, 0}).gather(1, zeros({2, 0}, kLong)).numel() == 0);
  CHECK(message([] {
          ones({2, 0}).gather(1, zeros({2, 1}, kLong));
        }) == "gather: index 0 is out of range for dim 1 of size 0");
  CHECK(message([] {
          tensor({1, 4, -2, 3}, kLong).bincount();
        }) == "bincount: elements must not be negative, got -2");
  CHECK(ones({0}, kLong).bincount({}, 3).equal(zeros({3}, kLong)));
}

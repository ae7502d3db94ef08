// Operations that only move elements, where several threads share them: against loops over single
// elements, and for one and two threads. The sizes leave remainders everywhere.
#include <cmath>
#include <limits>

#include "gradus.h"
#include "tests/support.h"

using namespace gradus;

namespace {

// What f gives, which is the same for any number of threads.
template <class F>
Tensor steady(F f) {
  const int before = get_num_threads();
  set_num_threads(1);
  const Tensor one = f();
  set_num_threads(2);
  const Tensor two = f();
  set_num_threads(before);
  CHECK(values(one) == values(two));
  return two;
}

Tensor counted(IntArrayRef sizes, ScalarType type = kFloat) {
  int64_t n = 1;
  for (const int64_t s : sizes) n *= s;
  return arange(n, kLong).remainder(251).to(type).view(sizes);
}
// The same elements, dense in another order.
Tensor turned(const Tensor& x) { return x.t().contiguous().t(); }

// Masks of all, none, some and few elements, and of a part that names fewer than a vector has.
std::vector<Tensor> masks(int64_t rows, int64_t columns) {
  const int64_t n = rows * columns;
  const Tensor i = arange(n, kLong);
  Tensor late = zeros({n}, kBool), edges = zeros({n}, kBool);
  late.slice(0, n - 3).fill_(1);
  edges.slice(0, 0, {}, 8191).fill_(1);
  std::vector<Tensor> out;
  for (const Tensor& m :
       {zeros({n}, kBool), ones({n}, kBool), i.mul(i).remainder(7).lt(3), i.remainder(97).eq(5),
        i.div(1000, "floor").remainder(3).eq(1), late, edges})
    out.push_back(m.view({rows, columns}));
  return out;
}

}  // namespace

TEST_CASE("large moves: what a mask names") {
  for (const auto& [rows, columns] : {std::pair<int64_t, int64_t>{131, 257}, {401, 403}, {3, 5}})
    for (const Tensor& dense : masks(rows, columns))
      for (const Tensor& mask : {dense, turned(dense)})
        for (const ScalarType type : {kBool, kFloat, kLong}) {
          const Tensor x = turned(counted({rows, columns}, type));
          const Values m = values(mask), from = values(x);
          Values chosen, places, put = from;
          for (size_t i = 0; i < m.size(); ++i) {
            if (m[i] == 0) continue;
            put[i] = double(type == kBool ? chosen.size() % 251 != 0 : chosen.size() % 251);
            chosen.push_back(from[i]);
            places.push_back(double(int64_t(i) / columns));
            places.push_back(double(int64_t(i) % columns));
          }
          const auto count = int64_t(chosen.size());
          CHECK(values(steady([&] { return x.masked_select(mask); })) == chosen);
          const Tensor found = steady([&] { return mask.to(type).nonzero(); });
          CHECK(found.sizes() == IntArrayRef({count, 2}));
          CHECK(values(found) == places);
          const Tensor source = counted({count}, type);
          CHECK(values(steady([&] { return x.masked_scatter(mask, source); })) == put);
        }
}

TEST_CASE("large moves: places of what is not zero, of several dims and of none") {
  const Tensor x = arange(17 * 5 * 3 * 211, kLong).remainder(9).lt(2);
  const Values flat = values(x);
  const Tensor found = steady([&] { return x.view({17, 5, 3, 211}).nonzero(); });
  Values want;
  for (int64_t i = 0; i < int64_t(flat.size()); ++i)
    if (flat[size_t(i)] != 0)
      for (const int64_t place : {i / 3165, i / 633 % 5, i / 211 % 3, i % 211})
        want.push_back(double(place));
  CHECK(values(found) == want);
  CHECK(tensor({0.0, -0.0, NAN, INFINITY, 1e-300}, kDouble)
            .nonzero()
            .flatten()
            .equal(tensor({2, 3, 4}, kLong)));
  CHECK(ones({}).nonzero().sizes() == IntArrayRef({1, 0}));
  CHECK(zeros({4, 0, 3}).nonzero().sizes() == IntArrayRef({0, 3}));
}

TEST_CASE("large moves: a borrowed mask of any bytes is true where it is not 0") {
  std::vector<uint8_t> bytes(20011);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = uint8_t(i % 3 == 0 ? 0 : i % 256);
  const int64_t n = int64_t(bytes.size());
  const Tensor mask = from_blob(bytes.data(), {n}, kBool);
  const Tensor same = from_blob(bytes.data(), {n}, kByte).ne(0), x = counted({n}, kFloat);
  CHECK(mask.nonzero().equal(same.nonzero()));
  CHECK(x.masked_select(mask).equal(x.masked_select(same)));
  CHECK(x.masked_scatter(mask, x).equal(x.masked_scatter(same, x)));
  CHECK(x.masked_fill(mask, -1).equal(x.masked_fill(same, -1)));
  CHECK(where(mask, x, -x).equal(where(same, x, -x)));
}

TEST_CASE("large moves: a mask or a source out of the tensor that is written") {
  const Tensor x = counted({130, 255}, kBool), want = x.masked_scatter(x.clone(), x.clone());
  const Tensor y = x.clone();
  y.masked_scatter_(y, y);
  CHECK(y.equal(want));
}

TEST_CASE("large moves: copies of permuted tensors") {
  for (const Dims& sizes : {Dims{5, 19, 67, 9}, Dims{3, 16, 23, 48}, Dims{131, 3, 131},
                            Dims{40, 1031}, Dims{2, 8, 64, 64}, Dims{7, 4, 5, 5, 64}})
    for (const ScalarType type : {kBool, kFloat, kLong}) {
      const Tensor x = counted(sizes, type);
      const Values from = values(x);
      Dims order(sizes.size());
      for (size_t d = 0; d < order.size(); ++d) order[d] = int64_t(d);
      do {
        const Tensor turned = x.permute(order);
        Values want;
        want.reserve(from.size());
        Dims at(sizes.size());
        for (size_t k = 0; k < from.size(); ++k) {
          int64_t place = 0;
          for (size_t d = 0; d < at.size(); ++d) place += at[d] * turned.strides()[d];
          want.push_back(from[size_t(place)]);
          for (size_t d = at.size(); d-- > 0; at[d] = 0)
            if (++at[d] < turned.sizes()[d]) break;
        }
        CHECK(values(steady([&] { return turned.contiguous(); })) == want);
      } while (std::next_permutation(order.begin(), order.end()));
    }
}

TEST_CASE("large moves: the part above a diagonal from the transposed part below it") {
  for (const ScalarType type : {kFloat, kDouble, kLong}) {
    const Tensor x = counted({300, 300}, type), before = x.clone();
    x.narrow(0, 0, 200).narrow(1, 200, 100).copy_(x.narrow(0, 200, 100).narrow(1, 0, 200).t());
    CHECK(x.narrow(0, 0, 200)
              .narrow(1, 200, 100)
              .equal(before.narrow(0, 200, 100).narrow(1, 0, 200).t().contiguous()));
    CHECK(x.narrow(0, 200, 100).equal(before.narrow(0, 200, 100)));
  }
}

TEST_CASE("large moves: copies of expanded and of reversed tensors") {
  for (const ScalarType type : {kBool, kFloat, kLong}) {
    const int64_t rows = 261, columns = 263;
    const Tensor column = counted({rows, 1}, type), row = counted({columns}, type);
    const Tensor x = counted({rows, columns}, type);
    const Values c = values(column), r = values(row), from = values(x);
    Values down, along, back;
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j) {
        down.push_back(r[size_t(j)]);
        along.push_back(c[size_t(i)]);
        back.push_back(from[size_t(i * columns + columns - 1 - j)]);
      }
    CHECK(values(steady([&] { return row.expand({rows, columns}).contiguous(); })) == down);
    CHECK(values(steady([&] { return column.expand({rows, columns}).contiguous(); })) == along);
    CHECK(values(steady([&] { return x.flip(1); })) == back);
  }
}

TEST_CASE("large moves: gather and scatter where the last dim is short, and where it is not") {
  for (const Dims& sizes :
       {Dims{20011, 2}, Dims{2, 20011}, Dims{131, 257}, Dims{33, 5, 211}, Dims{211, 33, 5}})
    for (size_t dim = 0; dim < sizes.size(); ++dim)
      for (const bool other_order : {false, true}) {
        Dims reached = sizes;
        reached[dim] = (sizes[dim] + 1) / 2;
        Tensor x = counted(sizes), index = counted(reached, kLong).mul(31).remainder(sizes[dim]);
        if (other_order) {
          x = x.transpose(0, 1).contiguous().transpose(0, 1);
          index = index.transpose(0, 1).contiguous().transpose(0, 1);
        }
        const Tensor src = counted(reached).add(1);
        const Values from = values(x), at = values(index), what = values(src);
        Values got, last = from, sum = from;
        int64_t inner = 1;
        for (size_t d = dim + 1; d < sizes.size(); ++d) inner *= sizes[d];
        for (int64_t k = 0; k < int64_t(at.size()); ++k) {
          const int64_t before = k / inner / reached[dim];
          const auto place =
              size_t((before * sizes[dim] + int64_t(at[size_t(k)])) * inner + k % inner);
          got.push_back(from[place]);
          last[place] = what[size_t(k)];
          sum[place] += what[size_t(k)];
        }
        const auto d = int64_t(dim);
        CHECK(values(steady([&] { return x.gather(d, index); })) == got);
        CHECK(values(steady([&] { return x.scatter(d, index, src); })) == last);
        CHECK(values(steady([&] { return x.scatter_add(d, index, src); })) == sum);
      }
}

TEST_CASE("large moves: elements by places in all of a tensor") {
  const int64_t n = 40009;
  const Tensor x = counted({307, 211}), index = arange(n, kLong).mul(7919).remainder(307 * 211);
  const Tensor source = counted({n}).add(0.5), from_end = index.sub(307 * 211);
  const Values at = values(index), from = values(x), what = values(source);
  Values got, last = from, sum = from;
  for (size_t k = 0; k < at.size(); ++k) {
    got.push_back(from[size_t(at[k])]);
    last[size_t(at[k])] = what[k];
    sum[size_t(at[k])] += what[k];
  }
  for (const Tensor& i : {index, from_end, turned(index.view({n, 1}))})
    for (const Tensor& t : {x, turned(x)}) {
      CHECK(values(steady([&] { return t.take(i); })) == got);
      CHECK(values(steady([&] { return t.reshape(-1).index({i}); })) == got);
      CHECK(values(steady([&] { return t.put(i, source.view(i.sizes())); })) == last);
      CHECK(values(steady([&] { return t.put(i, source.view(i.sizes()), true); })) == sum);
    }
  const Tensor rows = index.div(211, "floor"), columns = index.remainder(211);
  CHECK(values(steady([&] { return x.index({rows, columns.to(kInt)}); })) == got);
  CHECK(values(steady([&] { return x.index_put({rows, columns.sub(211)}, source, true); })) == sum);
  // Beyond either end, and where one index is also what is written.
  Tensor wrong = index.clone();
  wrong[n - 2] = 307 * 211;
  const Tensor y = x.clone();
  CHECK(message([&] { y.put_(wrong, source); }) ==
        "put_: index 64777 is out of range for dim 0 of size 64777");
  wrong[n - 2] = std::numeric_limits<int64_t>::min();
  CHECK(message([&] { y.view(-1).index_put_({wrong}, source); }) ==
        "index_put_: index -9223372036854775808 is out of range for dim 0 of size 64777");
  CHECK(y.equal(x));
  const Tensor turn = arange(n, kLong).add(1).remainder(n), own = turn.clone();
  own.index_put_({own}, turn);
  CHECK(own.equal(turn.index_put({turn.clone()}, turn)));
}

TEST_CASE("large moves: parts beside each other") {
  const int64_t rows = 331;
  for (const ScalarType type : {kBool, kFloat, kLong})
    for (const Dims& widths : {Dims{257}, Dims{1, 200, 3}, Dims{0, 5, 131}, Dims{8, 8, 33, 60},
                               Dims{2, 1}, Dims{31, 17, 16, 15}}) {
      std::vector<Tensor> parts;
      Values want;
      for (size_t k = 0; k < widths.size(); ++k)
        parts.push_back(counted({rows, widths[k]}, type).roll(int64_t(k)));
      std::vector<Values> from;
      for (const Tensor& t : parts) from.push_back(values(t));
      for (int64_t i = 0; i < rows; ++i)
        for (size_t k = 0; k < parts.size(); ++k)
          for (int64_t j = 0; j < widths[k]; ++j)
            want.push_back(from[k][size_t(i * widths[k] + j)]);
      CHECK(values(steady([&] { return cat(parts, 1); })) == want);
      parts[0] = turned(parts[0]);
      CHECK(values(steady([&] { return cat(parts, -1); })) == want);
    }
  for (const int64_t width : {1, 7, 129}) {
    const Tensor a = counted({rows, width}), b = a.roll(1), c = a.roll(2);
    const Tensor y = steady([&] { return stack({a, b, c}, 1); });
    for (int64_t k = 0; k < 3; ++k) CHECK(y.select(1, k).equal(k == 0 ? a : k == 1 ? b : c));
  }
  // Of several types, and without elements.
  CHECK(bool(cat({counted({40, 3}), counted({40, 2}, kLong)}, 1).dtype() == kFloat));
  CHECK(cat({zeros({40, 0}), zeros({40, 0})}, 1).sizes() == IntArrayRef({40, 0}));
  CHECK(glu(zeros({2, 0}), 1).sizes() == IntArrayRef({2, 0}));
}

TEST_CASE("large moves: one value in the places of an index") {
  for (const ScalarType type : {kBool, kFloat, kLong}) {
    const Tensor x = counted({91, 401}, type), list = tensor({3, 90, -1, 3, 17}, kLong);
    Values want = values(x);
    for (const int64_t i : {3, 90, 17})
      for (int64_t j = 0; j < 401; ++j) want[size_t(i * 401 + j)] = 1;
    CHECK(values(steady([&] { return x.index_fill(0, list, 1); })) == want);
  }
}

TEST_CASE("large moves: windows that overlap, dense along two dims") {
  const Tensor x = arange(600, kDouble), windows = x.unfold(0, 40, 1);
  for (const Tensor& w : {windows, windows.t(), windows.slice(1, 0, 39)}) {
    const Tensor dense = w.contiguous();
    CHECK(dense[3][5].item<double>() == 8);
    CHECK(dense.is_contiguous());
    CHECK((w + dense.t().contiguous().t()).equal(dense * 2));
    CHECK((w * 1.0F).equal(dense));
  }
}

TEST_CASE("large moves: the gradient of windows that overlap") {
  for (const Dims& sizes : {Dims{53, 1031}, Dims{20003}}) {
    const int64_t n = sizes.back(), size = 9, step = 2, count = (n - size) / step + 1;
    const Tensor x = zeros(sizes, kDouble).requires_grad_();
    Dims shape = sizes;
    shape.back() = count;
    shape.push_back(size);
    const Tensor dy = counted(shape, kDouble);
    const Values each = values(dy);
    Values want(size_t(x.numel()));
    for (int64_t k = 0; k < int64_t(each.size()); ++k)
      want[size_t(k / size / count * n + k / size % count * step + k % size)] += each[size_t(k)];
    CHECK(values(steady([&] {
            x.mutable_grad() = Tensor();
            x.unfold(-1, size, step).backward(dy);
            return x.grad();
          })) == want);
  }
}

TEST_CASE("large moves: progressions") {
  for (const ScalarType type : {kFloat, kDouble, kLong, kInt}) {
    const auto options = TensorOptions().dtype(type);
    const Tensor a = steady([&] { return arange(5, 500019, 7, options); });
    const Tensor b = steady([&] { return linspace(-3, 71428, 71432, options); });
    const Values v = values(a), w = values(b);
    bool good = v.size() == 71431;
    for (size_t i = 0; i < v.size(); ++i) {
      good = good && v[i] == double(5 + 7 * i);
      good = good && std::abs(w[i] - (double(i) - 3)) < 0.01;
    }
    CHECK(good);
  }
}

TEST_CASE("large moves: one value where a mask of the leading dims is true") {
  const Tensor x = counted({171, 5, 83}), mask = arange(171, kLong).remainder(3).eq(1);
  const Tensor whole = x.gt(99);
  Values want = values(x), all = want;
  for (size_t i = 0; i < want.size(); ++i) {
    if (i / (5 * 83) % 3 == 1) want[i] = -1;
    if (all[i] > 99) all[i] = -1;
  }
  for (const bool taped : {false, true}) {
    const Tensor weight = zeros({1}).requires_grad_(taped);
    const auto put = [&](const Tensor& m, auto f) {
      const Tensor y = x + weight;
      f(y, m);
      return y.detach();
    };
    const auto number = [](const Tensor& y, const Tensor& m) { y.index_put_({m}, -1); };
    const auto value = [](const Tensor& y, const Tensor& m) { y.index_put_({m}, tensor(-1.f)); };
    CHECK(values(steady([&] { return put(mask, number); })) == want);
    CHECK(values(steady([&] { return put(mask, value); })) == want);
    CHECK(values(steady([&] { return put(whole, number); })) == all);
    CHECK(values(steady([&] {
            return put(turned(whole.view({171, 415})).view({171, 5, 83}), value);
          })) == all);
  }
  CHECK(message([&] { x.index_put_({mask.narrow(0, 0, 170)}, 1); }) ==
        "index_put_: the mask's shape [170] does not match the tensor's, [171, 5, 83], from dim 0 "
        "on");
}

TEST_CASE("large moves: Kronecker products of short rows, and their gradients") {
  for (const auto& [left, right] : {std::pair<Dims, Dims>{{31, 23}, {9, 7}},
                                    {{23}, {50, 31}},
                                    {{5, 7, 9}, {8, 6}},
                                    {{60, 60}, {3, 70}}}) {
    const Tensor a = counted(left, kDouble).requires_grad_();
    const Tensor b = counted(right, kDouble).add(1).requires_grad_();
    const Tensor y = steady([&] { return kron(a, b); });
    // Place by place: y[..., i * size + j] = a[..., i] * b[..., j].
    Tensor x = a.detach(), z = b.detach();
    while (x.dim() < z.dim()) x = x.unsqueeze(0);
    while (z.dim() < x.dim()) z = z.unsqueeze(0);
    const Values p = values(x), q = values(z), got = values(y);
    const Values dy = values(counted(y.sizes(), kDouble));
    Values da(p.size()), db(q.size());
    bool same = true;
    for (size_t k = 0; k < got.size(); ++k) {
      auto rest = int64_t(k);
      int64_t i = 0, j = 0, step_i = 1, step_j = 1;
      for (size_t d = size_t(x.dim()); d-- > 0;) {
        const int64_t n = x.size(int64_t(d)), m = z.size(int64_t(d)), at = rest % (n * m);
        rest /= n * m;
        i += at / m * step_i;
        j += at % m * step_j;
        step_i *= n;
        step_j *= m;
      }
      same = same && got[k] == p[size_t(i)] * q[size_t(j)];
      da[size_t(i)] += dy[k] * q[size_t(j)];
      db[size_t(j)] += dy[k] * p[size_t(i)];
    }
    CHECK(same);
    y.backward(counted(y.sizes(), kDouble));
    CHECK(values(a.grad()) == da);
    CHECK(values(b.grad()) == db);
  }
}

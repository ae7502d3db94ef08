// Windows of unlike widths, whose columns are gone over first, against plain loops.
#include "tensor/image/pool.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <tuple>

#include "tensor/base/dtype.h"

namespace {

using namespace gradus;

struct Found {
  double value = 0;
  int64_t at = -1;
};

// The first of equals and the last nan.
template <class T>
Found plain(const T* x, int64_t height, int64_t width, const std::vector<raw::Windows>& w, size_t z,
            size_t y, size_t c) {
  Found best;
  for (int64_t i = w[0].first[z]; i < w[0].last[z]; ++i)
    for (int64_t j = w[1].first[y]; j < w[1].last[y]; ++j)
      for (int64_t k = w[2].first[c]; k < w[2].last[c]; ++k) {
        const int64_t at = (i * height + j) * width + k;
        const double v = double(x[at]);
        if (best.at < 0 || std::isnan(v) || v > best.value) best = {v, at};
      }
  return best;
}

raw::Windows adaptive(int64_t in, int64_t out) {
  raw::Windows w;
  for (int64_t i = 0; i < out; ++i) w.add(i * in / out, ((i + 1) * in + out - 1) / out);
  return w;
}

}  // namespace

TEST_CASE_TEMPLATE("windows of unlike widths", T, float, double, int64_t) {
  const int64_t depth = 5, height = 13, planes = 6;
  for (const int64_t width : {9, 20, 33, 70}) {
    CAPTURE(width);
    const Tensor x = raw::empty({planes, depth, height, width}, scalar_type_of<T>);
    T* p = x.data_ptr<T>();
    std::mt19937 random{5};
    for (int64_t i = 0; i < x.numel(); ++i) {
      p[i] = T(int(random() % 7) - 3);  // many are equal
      if constexpr (std::is_floating_point_v<T>) {
        if (i % 2 == 0) p[i] = -p[i] * T(0.5);  // zeros of both signs
        if (random() % 40 == 0) p[i] = std::numeric_limits<T>::quiet_NaN();
      }
    }
    const std::vector<raw::Windows> w = {adaptive(depth, 2), adaptive(height, 4),
                                         adaptive(width, 7)};
    const auto windows_of = [&](int64_t) -> const std::vector<raw::Windows>& { return w; };
    const std::tuple<Tensor, Tensor> found = raw::max_windows("max", x, 3, windows_of, true);
    const Tensor y = std::get<0>(found), index = std::get<1>(found);
    const Tensor alone = std::get<0>(raw::max_windows("max", x, 3, windows_of, false));
    REQUIRE(y.sizes() == IntArrayRef({planes, 2, 4, 7}));
    int bad = 0;
    for (int64_t i = 0; i < y.numel(); ++i) {
      const int64_t plane = i / 56;
      const Found want = plain(p + plane * depth * height * width, height, width, w,
                               size_t(i / 28 % 2), size_t(i / 7 % 4), size_t(i % 7));
      for (const double got : {double(y.data_ptr<T>()[i]), double(alone.data_ptr<T>()[i])})
        bad += !(got == want.value || (std::isnan(got) && std::isnan(want.value)));
      bad += index.data_ptr<int64_t>()[i] != want.at;
    }
    CHECK(bad == 0);
  }
}

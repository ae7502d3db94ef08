#include "tensor/nn/embedding_bag.h"

#include <algorithm>

#include "tensor/base/fail.h"
#include "tensor/base/parallel.h"

namespace gradus::raw {

namespace {

const int64_t* indices(const Bags& bags) { return bags.index.data_ptr<int64_t>(); }

int64_t grain(int64_t work) { return std::max<int64_t>(1, 16384 / std::max<int64_t>(work, 1)); }

}  // namespace

int64_t Bags::size(int64_t b) const {
  const int64_t* at = indices(*this);
  return start[size_t(b) + 1] - start[size_t(b)] -
         std::count(at + start[size_t(b)], at + start[size_t(b) + 1], padding);
}

void check_rows(const char* op, const Tensor& index, int64_t rows) {
  const int64_t* at = index.data_ptr<int64_t>();
  for (int64_t i = 0; i < index.numel(); ++i)
    if (at[i] < 0 || at[i] >= rows)
      fail_index("{}: index {} is out of range for {} rows", op, at[i], rows);
}

void check_starts(const char* op, const Bags& bags) {
  const Vector<int64_t>& start = bags.start;
  const int64_t n = bags.index.numel();
  if (!start.empty() && start[0] != 0)
    fail("{}: the first bag starts at {}, it must start at 0", op, start[0]);
  for (size_t b = 0; b < start.size(); ++b) {
    if (b > 0 && start[b] < start[b - 1])
      fail("{}: offset {} follows {}", op, start[b], start[b - 1]);
    if (start[b] > n) fail("{}: offset {} is behind the end of {} indices", op, start[b], n);
  }
}

Tensor bag_sizes(const Bags& bags) {
  const Tensor sizes = empty({bags.count()}, kLong);
  for (int64_t b = 0; b < bags.count(); ++b) sizes.data_ptr<int64_t>()[b] = bags.size(b);
  return sizes;
}

Tensor bag_scales(const Bags& bags, bool mean, ScalarType dtype) {
  const int64_t* at = indices(bags);
  const Tensor scale = zeros(bags.index.sizes(), dtype);
  visit_floating(dtype, "embedding_bag", [&]<class T>(T) {
    T* to = scale.data_ptr<T>();
    for (int64_t b = 0; b < bags.count(); ++b) {
      const T share = mean ? T(1) / T(std::max<int64_t>(1, bags.size(b))) : T(1);
      for (int64_t i = bags.start[size_t(b)]; i < bags.start[size_t(b) + 1]; ++i)
        if (at[i] != bags.padding) to[i] = share;
    }
  });
  return scale;
}

Tensor over_frequency(const Tensor& scale, const Bags& bags, int64_t rows) {
  const int64_t* at = indices(bags);
  Vector<int64_t> frequency(size_t(rows), 0);
  for (int64_t i = 0; i < bags.index.numel(); ++i) ++frequency[size_t(at[i])];
  const Tensor out = empty(scale.sizes(), scale.dtype());
  visit_floating(scale.dtype(), "embedding_bag", [&]<class T>(T) {
    const T* from = scale.data_ptr<T>();
    T* to = out.data_ptr<T>();
    for (int64_t i = 0; i < scale.numel(); ++i) to[i] = from[i] / T(frequency[size_t(at[i])]);
  });
  return out;
}

Tensor bag_numbers(const Bags& bags) {
  const Tensor number = zeros(bags.index.sizes(), kLong);
  int64_t* to = number.data_ptr<int64_t>();
  for (int64_t b = 0; b < bags.count(); ++b)
    std::fill(to + bags.start[size_t(b)], to + bags.start[size_t(b) + 1], b);
  return number;
}

Tensor bag_sum(const Tensor& weight, const Bags& bags, const Tensor& scale, const Tensor& factor) {
  const int64_t size = weight.size(1), count = bags.count();
  const Tensor table = contiguous(weight), y = zeros({count, size}, weight.dtype());
  const int64_t* at = indices(bags);
  visit_floating(weight.dtype(), "embedding_bag", [&]<class T>(T) {
    const T *from = table.data_ptr<T>(), *by = scale.data_ptr<T>();
    const T* times = factor.defined() ? factor.data_ptr<T>() : nullptr;
    T* out = y.data_ptr<T>();
    const int64_t work = size * bags.index.numel() / std::max<int64_t>(count, 1);
    parallel_for(0, count, grain(work), [&](int64_t first, int64_t last) {
      for (int64_t b = first; b < last; ++b) {
        T* to = out + b * size;
        for (int64_t i = bags.start[size_t(b)]; i < bags.start[size_t(b) + 1]; ++i) {
          if (at[i] == bags.padding) continue;
          const T k = times ? by[i] * times[i] : by[i];
          const T* row = from + at[i] * size;
          for (int64_t j = 0; j < size; ++j) to[j] += k * row[j];
        }
      }
    });
  });
  return y;
}

Tensor bag_sum_backward(const Tensor& dy, const Bags& bags, const Tensor& scale,
                        const Tensor& factor, int64_t rows) {
  const int64_t size = dy.size(1);
  const Tensor g = contiguous(dy), dx = zeros({rows, size}, dy.dtype());
  const int64_t* at = indices(bags);
  visit_floating(dy.dtype(), "embedding_bag", [&]<class T>(T) {
    const T *from = g.data_ptr<T>(), *by = scale.data_ptr<T>();
    const T* times = factor.defined() ? factor.data_ptr<T>() : nullptr;
    T* out = dx.data_ptr<T>();
    // Each thread has columns of its own, so that a row that is named twice has one writer.
    const int64_t work = bags.index.numel();
    parallel_for(0, size, grain(work), [&](int64_t first, int64_t last) {
      for (int64_t b = 0; b < bags.count(); ++b)
        for (int64_t i = bags.start[size_t(b)]; i < bags.start[size_t(b) + 1]; ++i) {
          if (at[i] == bags.padding) continue;
          const T k = times ? by[i] * times[i] : by[i];
          const T* row = from + b * size;
          T* to = out + at[i] * size;
          for (int64_t j = first; j < last; ++j) to[j] += k * row[j];
        }
    });
  });
  return dx;
}

Tensor bag_max(const Tensor& weight, const Bags& bags, const Tensor& at) {
  const int64_t size = weight.size(1), count = bags.count();
  const Tensor table = contiguous(weight), y = zeros({count, size}, weight.dtype());
  const int64_t* index = indices(bags);
  int64_t* where = at.data_ptr<int64_t>();
  visit_floating(weight.dtype(), "embedding_bag", [&]<class T>(T) {
    const T* from = table.data_ptr<T>();
    T* out = y.data_ptr<T>();
    const int64_t work = size * bags.index.numel() / std::max<int64_t>(count, 1);
    parallel_for(0, count, grain(work), [&](int64_t first, int64_t last) {
      for (int64_t b = first; b < last; ++b) {
        bool empty = true;
        for (int64_t i = bags.start[size_t(b)]; i < bags.start[size_t(b) + 1]; ++i) {
          if (index[i] == bags.padding) continue;
          const T* row = from + index[i] * size;
          for (int64_t j = b * size, k = 0; k < size; ++j, ++k)
            if (empty || row[k] > out[j]) {
              out[j] = row[k];
              where[j] = index[i];
            }
          empty = false;
        }
      }
    });
  });
  return y;
}

}  // namespace gradus::raw

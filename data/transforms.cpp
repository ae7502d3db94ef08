#include "data/transforms.h"

#include <algorithm>
#include "data/batch_random.h"

#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::data::transforms::detail {

Tensor channels(ArrayRef<double> values) {
  Tensor t = raw::empty({int64_t(values.size()), 1, 1}, kFloat);
  for (size_t i = 0; i < values.size(); ++i) t.data_ptr<float>()[i] = float(values[i]);
  return t;
}

Tensor stack(const std::vector<Tensor>& tensors) {
  if (tensors.empty()) fail("stack: there are no tensors");
  ScalarType type = tensors[0].dtype();
  for (const Tensor& t : tensors) {
    if (t.sizes() != tensors[0].sizes())
      fail("stack: sizes differ, {} and {}", tensors[0].sizes(), t.sizes());
    type = promote_types(type, t.dtype());
  }
  std::vector<int64_t> sizes = tensors[0].sizes().vec();
  sizes.insert(sizes.begin(), int64_t(tensors.size()));
  const Tensor out = raw::empty(sizes, type);
  const Tensor row = raw::empty(tensors[0].sizes(), type);
  Dims row_sizes = row.impl()->sizes, row_strides = row.impl()->strides;
  for (size_t i = 0; i < tensors.size(); ++i)
    raw::copy(raw::window(out, row_sizes, row_strides, int64_t(i) * row.numel()), tensors[i]);
  return out;
}

Tensor random_crop(const Tensor& image, int64_t height, int64_t width, int64_t padding) {
  if (image.dim() < 2 || height < 1 || width < 1 || padding < 0)
    fail("random_crop: cannot cut {} x {} out of {} with padding {}", height, width, image.sizes(),
         padding);
  const int64_t h = image.size(-2), w = image.size(-1);
  const int64_t down = h + 2 * padding - height, right = w + 2 * padding - width;
  if (down < 0 || right < 0)
    fail("random_crop: {} x {} is more than {} with padding {}", height, width, image.sizes(),
         padding);
  const int64_t top = random_below(down + 1) - padding, left = random_below(right + 1) - padding;
  // The part of the image that is seen.
  const int64_t y0 = std::max<int64_t>(top, 0), y1 = std::min(top + height, h);
  const int64_t x0 = std::max<int64_t>(left, 0), x1 = std::min(left + width, w);
  Dims sizes = image.impl()->sizes, seen = sizes;
  const size_t n = sizes.size();
  sizes[n - 2] = height, sizes[n - 1] = width;
  const Tensor out = raw::zeros(sizes, image.dtype());
  seen[n - 2] = std::max<int64_t>(y1 - y0, 0), seen[n - 1] = std::max<int64_t>(x1 - x0, 0);
  if (seen[n - 2] * seen[n - 1] == 0) return out;
  const auto part = [&](const Tensor& t, int64_t y, int64_t x) {
    const Dims& strides = t.impl()->strides;
    return raw::window(t, seen, strides,
                       t.storage_offset() + y * strides[n - 2] + x * strides[n - 1]);
  };
  raw::copy(part(out, y0 - top, x0 - left), part(image, y0, x0));
  return out;
}

Tensor random_flip(const Tensor& image, double p) {
  if (image.dim() < 1) fail("random_flip: expected an image, got {}", image.sizes());
  if (random_unit() >= p) return image;
  const Tensor from = raw::contiguous(image), to = raw::empty(from.sizes(), from.dtype());
  const int64_t width = from.size(-1), rows = width == 0 ? 0 : from.numel() / width;
  visit_size(from.dtype(), [&](auto zero) {
    using T = decltype(zero);
    const T* x = static_cast<const T*>(from.data_ptr());
    T* y = static_cast<T*>(to.data_ptr());
    for (int64_t i = 0; i < rows; ++i)
      std::reverse_copy(x + i * width, x + (i + 1) * width, y + i * width);
  });
  return to;
}

}  // namespace gradus::data::transforms::detail

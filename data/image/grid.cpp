#include "data/image/grid.h"

#include <algorithm>
#include <cmath>

#include "data/image/image.h"
#include "data/image/name.h"
#include "data/tiles.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"

namespace gradus::vision {

namespace {

using Range = std::optional<std::pair<double, double>>;

struct Layout {
  int64_t nrow, padding;
  bool normalize;
  Range value_range;
  bool scale_each;
  double pad_value;
};

// [N, C, H, W] of one, two or three dims fewer.
Tensor as_batch(const char* op, const Tensor& t) {
  if (!t.defined()) fail("{}: the tensor is undefined", op);
  if (t.dim() < 2 || t.dim() > 4)
    fail("{}: expected pictures [N, C, H, W], one [C, H, W] or [H, W], got {}", op, t.sizes());
  std::vector<int64_t> sizes = t.sizes().vec();
  sizes.insert(sizes.begin(), size_t(4 - t.dim()), 1);
  if (sizes[0] < 1 || sizes[1] < 1) fail("{}: there are no pictures, {}", op, t.sizes());
  return raw::expand(t, sizes, op);
}

Tensor stacked(const char* op, TensorList tensors) {
  if (tensors.empty()) fail("{}: there are no pictures", op);
  for (const Tensor& t : tensors) {
    if (!t.defined()) fail("{}: the tensor is undefined", op);
    if (t.sizes() != tensors[0].sizes() || t.dtype() != tensors[0].dtype())
      fail("{}: pictures differ, {} {} and {} {}", op, tensors[0].dtype(), tensors[0].sizes(),
           t.dtype(), t.sizes());
  }
  std::vector<int64_t> sizes = tensors[0].sizes().vec();
  sizes.insert(sizes.begin(), int64_t(tensors.size()));
  const Tensor all = raw::empty(sizes, tensors[0].dtype());
  for (size_t i = 0; i < tensors.size(); ++i)
    raw::copy(raw::part(all, 0, int64_t(i), -1), tensors[i]);
  return all;
}

// In the tensor's own type, as PyTorch computes it.
template <class T>
void normalize(T* x, int64_t n, const Range& range) {
  if (n == 0) return;
  // As min() and max() do, nan goes before all else.
  T least = x[0], greatest = x[0];
  if (!range)
    for (int64_t i = 0; i < n && !std::isnan(least); ++i) {
      if (std::isnan(x[i])) least = greatest = x[i];
      least = std::min(least, x[i]);
      greatest = std::max(greatest, x[i]);
    }
  const double low = range ? range->first : double(least);
  const double high = range ? range->second : double(greatest);
  const T from = T(low), to = T(high), width = T(std::max(high - low, 1e-5));
  for (int64_t i = 0; i < n; ++i) {
    const T v = std::isnan(x[i]) ? x[i] : std::min(std::max(x[i], from), to);
    x[i] = (v - from) / width;
  }
}

Tensor normalized(const char* op, const Tensor& batch, const Layout& layout) {
  const ScalarType type = batch.dtype();
  if (type != kFloat && type != kDouble)
    fail("{}: only floating types can be normalised, got {}", op, type);
  const Tensor all = raw::clone(raw::contiguous(batch));
  const int64_t parts = layout.scale_each ? all.size(0) : 1, each = all.numel() / parts;
  for (int64_t i = 0; i < parts; ++i)
    if (type == kFloat)
      normalize(all.data_ptr<float>() + i * each, each, layout.value_range);
    else
      normalize(all.data_ptr<double>() + i * each, each, layout.value_range);
  return all;
}

Tensor grid_of(const char* op, const Tensor& tensor, const Layout& layout) {
  if (layout.nrow < 1 || layout.padding < 0)
    fail("{}: nrow must be at least 1 and padding at least 0, got {} and {}", op, layout.nrow,
         layout.padding);
  Tensor batch = as_batch(op, tensor.defined() ? raw::window(tensor) : tensor);
  if (layout.normalize) batch = normalized(op, batch, layout);
  if (batch.size(1) == 1)
    batch = raw::expand(batch, {batch.size(0), 3, batch.size(2), batch.size(3)}, op);
  if (batch.size(0) == 1) return raw::clone(raw::part(batch, 0, 0, -1));
  return data::tiles(op, batch, layout.nrow, layout.padding, layout.pad_value);
}

// uint8 of values from 0 to 1, rounded to the nearest.
Tensor as_bytes(const Tensor& picture) {
  if (picture.dtype() == kByte) return picture;
  const Tensor from = raw::contiguous(raw::to_dtype(picture, kFloat));
  const Tensor to = raw::empty(from.sizes(), kByte);
  const float* x = from.data_ptr<float>();
  uint8_t* y = to.data_ptr<uint8_t>();
  for (int64_t i = 0; i < from.numel(); ++i) {
    const float v = x[i] * 255 + 0.5f;
    y[i] = v > 0 ? uint8_t(std::min(v, 255.0f)) : uint8_t(0);
  }
  return to;
}

void save(const Tensor& tensor, const std::string& filename, const Layout& layout) {
  const bool png = detail::has_end(filename, ".png");
  if (!png && !detail::has_end(filename, ".jpg") && !detail::has_end(filename, ".jpeg"))
    fail("save_image: {}: the name must end with .png, .jpg or .jpeg", filename);
  const Tensor picture = as_bytes(grid_of("save_image", tensor, layout));
  png ? write_png(picture, filename) : write_jpeg(picture, filename);
}

}  // namespace

Tensor make_grid(const Tensor& tensor, int64_t nrow, int64_t padding, bool normalize,
                 Range value_range, bool scale_each, double pad_value) {
  return grid_of("make_grid", tensor,
                 {nrow, padding, normalize, value_range, scale_each, pad_value});
}
Tensor make_grid(TensorList tensors, int64_t nrow, int64_t padding, bool normalize,
                 Range value_range, bool scale_each, double pad_value) {
  return grid_of("make_grid", stacked("make_grid", tensors),
                 {nrow, padding, normalize, value_range, scale_each, pad_value});
}
void save_image(const Tensor& tensor, const std::string& filename, int64_t nrow, int64_t padding,
                bool normalize, Range value_range, bool scale_each, double pad_value) {
  save(tensor, filename, {nrow, padding, normalize, value_range, scale_each, pad_value});
}
void save_image(TensorList tensors, const std::string& filename, int64_t nrow, int64_t padding,
                bool normalize, Range value_range, bool scale_each, double pad_value) {
  save(stacked("save_image", tensors), filename,
       {nrow, padding, normalize, value_range, scale_each, pad_value});
}

}  // namespace gradus::vision

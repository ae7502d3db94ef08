#include "data/tiles.h"

#include <algorithm>

#include "tensor/base/checked.h"
#include "tensor/raw.h"

namespace gradus::data {

Tensor tiles(const char* op, const Tensor& pictures, int64_t columns, int64_t padding,
             double pad_value) {
  const int64_t count = pictures.size(0);
  columns = std::max<int64_t>(1, std::min(columns, count));
  const Checked pad = {op, padding}, rows = {op, ceil_div(count, columns)};
  const Checked down = Checked(op, pictures.size(2)) + pad,
                right = Checked(op, pictures.size(3)) + pad;
  const Tensor out = raw::full({pictures.size(1), rows * down + pad, right * columns + pad},
                               pad_value, pictures.dtype());
  for (int64_t i = 0; i < count; ++i) {
    const Tensor row = raw::part(out, 1, i / columns * down + padding, pictures.size(2));
    raw::copy(raw::part(row, 2, i % columns * right + padding, pictures.size(3)),
              raw::part(pictures, 0, i, -1));
  }
  return out;
}

}  // namespace gradus::data

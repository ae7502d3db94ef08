// Histograms of points between edges along each coordinate.
#include <cmath>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "autograd/ops/index/index.h"
#include "autograd/ops/reduce/statistics.h"
#include "tensor/base/checked.h"
#include "tensor/base/fail.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus {

namespace {

void check_points(const char* op, const Tensor& x, const std::optional<Tensor>& weight,
                  IntArrayRef shape) {
  if (!x.is_floating_point()) fail("{}: expected floating point, got {}", op, x.dtype());
  if (!weight || !weight->defined()) return;
  if (weight->dtype() != x.dtype())
    fail("{}: elements and weights differ in type, {} and {}", op, x.dtype(), weight->dtype());
  if (!(weight->sizes() == shape))
    fail("{}: the weights of shape {} do not fit, expected {}", op, weight->sizes(), shape);
}

// The edges of `bins` equal parts of [ends[0], ends[1]], or of what the points of one coordinate
// span; a range of one number is half a unit wide to both sides.
Tensor edges_of(const char* op, const Tensor& x, int64_t bins, const double* ends) {
  if (bins < 1) fail("{}: there must be 1 bin or more, got {}", op, bins);
  double lo = ends ? ends[0] : 0, hi = ends ? ends[1] : 1;
  if (!ends && x.numel() > 0) {
    const auto [least, most] = x.aminmax();
    lo = least.item<double>(), hi = most.item<double>();
  }
  if (!(std::isfinite(lo) && std::isfinite(hi)))
    fail("{}: the range must be finite, got {} and {}", op, lo, hi);
  if (lo > hi) fail("{}: the range must not descend, got {} and {}", op, lo, hi);
  if (lo == hi) lo -= 0.5, hi += 0.5;
  return linspace(lo, hi, checked_add(op, bins, 1), x.dtype());
}

// Points [m, d] counted between the edges along each coordinate. A point outside of one range, or
// nan, does not count.
Tensor counted(const char* op, const Tensor& points, TensorList edges,
               const std::optional<Tensor>& weight, bool density) {
  Dims sizes;
  for (const Tensor& e : edges) {
    if (e.dim() != 1 || e.size(0) < 2)
      fail("{}: edges must be 1-dim and at least 2, got shape {}", op, e.sizes());
    if (e.dtype() != points.dtype())
      fail("{}: elements and edges differ in type, {} and {}", op, points.dtype(), e.dtype());
    sizes.push_back(e.size(0) - 1);
  }
  Tensor place = raw::zeros(points.size(0), kLong);
  Tensor inside = raw::full(points.size(0), true, kBool);
  for (size_t d = 0; d < sizes.size(); ++d) {
    const Tensor p = points.select(1, int64_t(d)).contiguous();
    const Tensor first = edges[d].select(0, 0), last = edges[d].select(0, -1);
    inside = inside.logical_and(p.ge(first)).logical_and(p.le(last));
    const Tensor bin = bucketize(p, edges[d].contiguous(), false, true) - 1;
    place = place * sizes[d] + bin.clamp(Scalar(0), Scalar(sizes[d] - 1));
  }
  const Tensor weights = weight && weight->defined() ? weight->reshape(-1)
                                                     : raw::full(points.size(0), 1, points.dtype());
  Tensor y = raw::zeros(checked_numel(sizes, op), points.dtype());
  y.scatter_add_(0, place.masked_select(inside), weights.masked_select(inside));
  y = y.reshape(sizes);
  if (!density) return y;
  y = y / y.sum();
  for (size_t d = 0; d < sizes.size(); ++d) {
    Dims along(sizes.size(), 1);
    along[d] = sizes[d];
    y = y / edges[d].diff().reshape(along);
  }
  return y;
}

using Histogram = std::tuple<Tensor, std::vector<Tensor>>;

// How many coordinates the points have, the points in rows, and the shape of their weights.
struct Points {
  int64_t coordinates;
  Tensor rows;
  explicit Points(const char* op, const Tensor& x, const std::optional<Tensor>& weight) {
    if (x.dim() < 2) fail("{}: expected points along the last of 2 dims, got {}", op, x.sizes());
    check_points(op, x, weight, x.sizes().slice(0, x.sizes().size() - 1));
    coordinates = x.size(-1);
    rows = x.detach().reshape({coordinates == 0 ? 0 : x.numel() / coordinates, coordinates});
  }
  void check_count(const char* op, const char* what, size_t n, int64_t each = 1) const {
    if (int64_t(n) != coordinates * each)
      fail("{}: {} {} for points of {} coordinates", op, n, what, coordinates);
  }
};

}  // namespace

TensorPair histogram(const Tensor& x, const Tensor& bins, const std::optional<Tensor>& weight,
                     bool density) {
  const NoGradGuard untaped;
  check_points("histogram", x, weight, x.sizes());
  const Tensor edges[] = {bins.detach()};
  return {counted("histogram", x.detach().reshape({x.numel(), 1}), TensorList(edges, 1), weight,
                  density),
          bins.detach()};
}
TensorPair histogram(const Tensor& x, int64_t bins, OptionalRange range,
                     const std::optional<Tensor>& weight, bool density) {
  const NoGradGuard untaped;
  check_points("histogram", x, weight, x.sizes());
  if (range && range->size() != 2) fail("histogram: a range has 2 numbers, got {}", range->size());
  return histogram(x, edges_of("histogram", x.detach(), bins, range ? range->data() : nullptr),
                   weight, density);
}

Tensor Tensor::histc(int64_t bins, const Scalar& min, const Scalar& max) const {
  return gradus::histc(*this, bins, min, max);
}
TensorPair Tensor::histogram(const Tensor& bins, const std::optional<Tensor>& weight,
                             bool density) const {
  return gradus::histogram(*this, bins, weight, density);
}
TensorPair Tensor::histogram(int64_t bins, OptionalRange range, const std::optional<Tensor>& weight,
                             bool density) const {
  return gradus::histogram(*this, bins, range, weight, density);
}

Histogram histogramdd(const Tensor& x, TensorList bins, OptionalRange,
                      const std::optional<Tensor>& weight, bool density) {
  const NoGradGuard untaped;
  const Points points("histogramdd", x, weight);
  points.check_count("histogramdd", "lists of edges", bins.size());
  std::vector<Tensor> edges;
  for (const Tensor& b : bins) edges.push_back(b.detach());
  Tensor y = counted("histogramdd", points.rows, edges, weight, density);
  return {std::move(y), std::move(edges)};
}
Histogram histogramdd(const Tensor& x, IntArrayRef bins, OptionalRange range,
                      const std::optional<Tensor>& weight, bool density) {
  const NoGradGuard untaped;
  const Points points("histogramdd", x, weight);
  points.check_count("histogramdd", "numbers of bins", bins.size());
  if (range) points.check_count("histogramdd", "ends of ranges", range->size(), 2);
  // Before the edges, which may be many too.
  Dims counts;
  for (const int64_t n : bins) counts.push_back(std::max(n, int64_t(1)));
  checked_numel(counts, "histogramdd");
  std::vector<Tensor> edges;
  for (size_t d = 0; d < bins.size(); ++d)
    edges.push_back(edges_of("histogramdd", points.rows.select(1, int64_t(d)), bins[d],
                             range ? range->data() + 2 * d : nullptr));
  return histogramdd(x, TensorList(edges), {}, weight, density);
}
Histogram histogramdd(const Tensor& x, int64_t bins, OptionalRange range,
                      const std::optional<Tensor>& weight, bool density) {
  const Points points("histogramdd", x, weight);
  return histogramdd(x, Dims(size_t(points.coordinates), bins), range, weight, density);
}

}  // namespace gradus

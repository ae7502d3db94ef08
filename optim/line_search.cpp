#include "optim/line_search.h"

#include <algorithm>
#include <cmath>

namespace gradus::optim {
namespace {

// Where the cubic through both points, with their slopes, is least within [least, most].
double cubic_minimum(const LinePoint& a, const LinePoint& b, double least, double most) {
  const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t);
  const double square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (least + most) / 2;
  const double d2 = std::sqrt(square);
  const LinePoint &left = a.t <= b.t ? a : b, &right = a.t <= b.t ? b : a;
  const double t = right.t - (right.t - left.t) *
                                 ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
  return std::min(std::max(t, least), most);
}

}  // namespace

LinePoint strong_wolfe(const std::function<LinePoint(double t)>& at, const LinePoint& first,
                       double t, double length, int64_t most, int64_t& calls) {
  constexpr double armijo = 1e-4, curvature = 0.9, shortest = 1e-9;
  const auto call = [&](double where) {
    ++calls;
    return at(where);
  };
  LinePoint low = first, high = call(t);
  const auto too_high = [&](const LinePoint& p) {
    return p.loss > first.loss + armijo * p.t * first.slope;
  };
  const auto flat = [&](const LinePoint& p) {
    return std::abs(p.slope) <= -curvature * first.slope;
  };

  // Out along the line until two points lie on either side of a minimum.
  int64_t tries = 0;
  bool bracketed = false;
  for (; tries < most; ++tries) {
    if (too_high(high) || (tries > 1 && high.loss >= low.loss)) {
      bracketed = true;
      break;
    }
    if (flat(high)) return high;
    if (high.slope >= 0) {
      bracketed = true;
      break;
    }
    const double further = cubic_minimum(low, high, high.t + 0.01 * (high.t - low.t), high.t * 10);
    low = std::move(high);
    high = call(further);
  }
  if (!bracketed) low = first;

  // And in, until one of them fits.
  LinePoint ends[] = {std::move(low), std::move(high)};
  size_t best = ends[0].loss <= ends[1].loss ? 0 : 1;
  bool slow = false;
  for (; tries < most; ++tries) {
    const double left = std::min(ends[0].t, ends[1].t), right = std::max(ends[0].t, ends[1].t);
    if ((right - left) * length < shortest) break;
    double next = cubic_minimum(ends[0], ends[1], left, right);
    // At the rim of the bracket it makes little progress: the second time it moves inwards.
    const double rim = 0.1 * (right - left);
    if (std::min(right - next, next - left) < rim) {
      if (slow || next >= right || next <= left) {
        next = std::abs(next - right) < std::abs(next - left) ? right - rim : left + rim;
        slow = false;
      } else {
        slow = true;
      }
    } else {
      slow = false;
    }
    LinePoint point = call(next);
    if (too_high(point) || point.loss >= ends[best].loss) {
      ends[1 - best] = std::move(point);
      best = ends[0].loss <= ends[1].loss ? 0 : 1;
      continue;
    }
    if (flat(point)) return point;
    if (point.slope * (ends[1 - best].t - ends[best].t) >= 0) ends[1 - best] = ends[best];
    ends[best] = std::move(point);
  }
  return ends[best];
}

}  // namespace gradus::optim

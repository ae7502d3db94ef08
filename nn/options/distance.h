// Options of distances.
#pragma once

#include <cstdint>

#include "tensor/base/arg.h"

namespace gradus::nn {

struct CosineSimilarityOptions {
  GRADUS_ARG(int64_t, dim) = 1;
  GRADUS_ARG(double, eps) = 1e-8;
};
struct PairwiseDistanceOptions {
  GRADUS_ARG(double, p) = 2.0;
  GRADUS_ARG(double, eps) = 1e-6;
  GRADUS_ARG(bool, keepdim) = false;
};

namespace functional {
using CosineSimilarityFuncOptions = CosineSimilarityOptions;
using PairwiseDistanceFuncOptions = PairwiseDistanceOptions;
}  // namespace functional

}  // namespace gradus::nn

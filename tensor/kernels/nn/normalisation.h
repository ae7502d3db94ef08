// Normalisation by mean and variance: over rows (each its own), or over everything but the channels
// of [outer, channels, inner]. T is float or double; weight and bias may be null.
#pragma once

#include <cstdint>

#include "tensor/kernels/by_floating.h"
#include "tensor/kernels/isa.h"

namespace gradus::kernels {

struct ChannelShape {
  int64_t outer, channels, inner;
};
// Rows that are groups of channels, `groups` of them for each image.
struct GroupShape {
  int64_t groups, channels, inner;
};

template <class T>
struct NormalisationKernels {
  // y = (x - mean) rstd weight + bias, rstd = 1 / sqrt(variance + eps); a weight per column. If
  // mean is null, 0 is taken for it, and for the variance the mean of the squares.
  void (*rows)(const T* x, const T* weight, const T* bias, T* y, T* mean, T* rstd, int64_t rows,
               int64_t n, double eps);
  // dx may be null. dweight and dbias, of n elements each or null, get the sums over these rows.
  void (*rows_backward)(const T* dy, const T* x, const T* weight, const T* mean, const T* rstd,
                        T* dx, T* dweight, T* dbias, int64_t rows, int64_t n);
  // The same with statistics, weight and bias per channel, for channels [first, last). Where they
  // are fixed they do not depend on x.
  void (*channels)(const T* x, const T* weight, const T* bias, T* y, T* mean, T* variance, T* rstd,
                   const ChannelShape&, int64_t first, int64_t last, double eps);
  void (*channels_backward)(const T* dy, const T* x, const T* weight, const T* mean, const T* rstd,
                            T* dx, T* dweight, T* dbias, const ChannelShape&, int64_t first,
                            int64_t last, bool fixed);
  // The same where inner is 1, for some columns of n rows that
  // are `pitch` apart. All pointers are to what belongs to the first of the columns.
  void (*columns)(const T* x, const T* weight, const T* bias, T* y, T* mean, T* variance, T* rstd,
                  int64_t n, int64_t pitch, int64_t columns, double eps);
  void (*columns_backward)(const T* dy, const T* x, const T* weight, const T* mean, const T* rstd,
                           T* dx, T* dweight, T* dbias, int64_t n, int64_t pitch, int64_t columns,
                           bool fixed);
  // The same of groups, from number `first`, with weight and bias per channel. dweight and dbias,
  // one for each channel of each row, get the sums over it; neither is null.
  void (*groups)(const T* x, const T* weight, const T* bias, T* y, T* mean, T* rstd,
                 const GroupShape&, int64_t first, int64_t last, double eps);
  void (*groups_backward)(const T* dy, const T* x, const T* weight, const T* mean, const T* rstd,
                          T* dx, T* dweight, T* dbias, const GroupShape&, int64_t first,
                          int64_t last);
};

using NormalisationTable = ByFloating<NormalisationKernels>;

namespace GRADUS_ISA {
extern const NormalisationTable normalisation_table;

template <class T>
void normalisation_columns(const T* x, const T* weight, const T* bias, T* y, T* mean, T* variance,
                           T* rstd, int64_t n, int64_t pitch, int64_t columns, double eps);
template <class T>
void normalisation_columns_backward(const T* dy, const T* x, const T* weight, const T* mean,
                                    const T* rstd, T* dx, T* dweight, T* dbias, int64_t n,
                                    int64_t pitch, int64_t columns, bool fixed);
}  // namespace GRADUS_ISA

}  // namespace gradus::kernels

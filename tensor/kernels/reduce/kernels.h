// The kernels behind ReduceTable, ScanTable and SoftmaxTable; T is the type of x. Bool goes through
// uint8_t, whose 0 and 1 it shares.
#pragma once

#include "tensor/kernels/isa.h"
#include "tensor/kernels/reduce/reduce.h"

namespace gradus::kernels::GRADUS_ISA::reduce {

template <class T>
void sum(const void*, void*, const ReduceShape&);
template <class T>
void prod(const void*, void*, const ReduceShape&);
template <class T>
void nansum(const void*, void*, const ReduceShape&);
template <class T>
void any(const void*, void*, const ReduceShape&);
template <class T>
void all(const void*, void*, const ReduceShape&);
template <class T>
void amax(const void*, void*, const ReduceShape&);
template <class T>
void amin(const void*, void*, const ReduceShape&);
template <class T>
void max(const void*, void*, int64_t*, const ReduceShape&);
template <class T>
void min(const void*, void*, int64_t*, const ReduceShape&);
template <class T>
void power(const void*, double*, double, const ReduceShape&);
template <class T>
void moments(const void*, double*, double*, const ReduceShape&);
template <class T>
void logsumexp(const void*, void*, void*, const ReduceShape&);
void distance(const double*, const double*, double*, double, const DistanceShape&);
void distance_slope(const double*, const double*, const double*, const double*, double*, double,
                    const DistanceShape&);

template <class T>
void cumsum(const void*, void*, const ScanShape&);
template <class T>
void cumprod(const void*, void*, const ScanShape&);
template <class T>
void logcumsumexp(const void*, void*, const ScanShape&);
template <class T>
void recurrence(const void*, const void*, void*, const ScanShape&, bool);
template <class T>
void cummax(const void*, void*, int64_t*, const ScanShape&);
template <class T>
void cummin(const void*, void*, int64_t*, const ScanShape&);

template <class T>
void softmax(const void*, void*, const ScanShape&);
template <class T>
void log_softmax(const void*, void*, const ScanShape&);
template <class T>
void softmax_backward(const void*, const void*, void*, const ScanShape&);
template <class T>
void log_softmax_backward(const void*, const void*, void*, const ScanShape&);
template <class T>
void log_terms(const void*, void*, void*, const ScanShape&);
template <class T>
void exp_terms(const void*, const void*, const void*, const void*, void*, const ScanShape&);

#define GRADUS_ALL_TYPES(f)                                                       \
  {                                                                               \
    { &f<uint8_t>, &f<uint8_t>, &f<int32_t>, &f<int64_t>, &f<float>, &f<double> } \
  }
#define GRADUS_FLOAT_TYPES(f)                                     \
  {                                                               \
    { nullptr, nullptr, nullptr, nullptr, &f<float>, &f<double> } \
  }

inline constexpr ReduceTable reduce_table = {
    .sum = GRADUS_ALL_TYPES(sum),
    .prod = GRADUS_ALL_TYPES(prod),
    .nansum = GRADUS_FLOAT_TYPES(nansum),
    .any = GRADUS_ALL_TYPES(any),
    .all = GRADUS_ALL_TYPES(all),
    .amax = GRADUS_ALL_TYPES(amax),
    .amin = GRADUS_ALL_TYPES(amin),
    .max = GRADUS_ALL_TYPES(max),
    .min = GRADUS_ALL_TYPES(min),
    .power = GRADUS_FLOAT_TYPES(power),
    .moments = GRADUS_FLOAT_TYPES(moments),
    .logsumexp = GRADUS_FLOAT_TYPES(logsumexp),
    .distance = &distance,
    .distance_slope = &distance_slope,
};

inline constexpr ScanTable scan_table = {
    .cumsum = GRADUS_ALL_TYPES(cumsum),
    .cumprod = GRADUS_ALL_TYPES(cumprod),
    .logcumsumexp = GRADUS_FLOAT_TYPES(logcumsumexp),
    .recurrence = GRADUS_FLOAT_TYPES(recurrence),
    .cummax = GRADUS_ALL_TYPES(cummax),
    .cummin = GRADUS_ALL_TYPES(cummin),
};

inline constexpr SoftmaxTable softmax_table = {
    .softmax = GRADUS_FLOAT_TYPES(softmax),
    .log_softmax = GRADUS_FLOAT_TYPES(log_softmax),
    .softmax_backward = GRADUS_FLOAT_TYPES(softmax_backward),
    .log_softmax_backward = GRADUS_FLOAT_TYPES(log_softmax_backward),
    .log_terms = GRADUS_FLOAT_TYPES(log_terms),
    .exp_terms = GRADUS_FLOAT_TYPES(exp_terms),
};

#undef GRADUS_ALL_TYPES
#undef GRADUS_FLOAT_TYPES

}  // namespace gradus::kernels::GRADUS_ISA::reduce

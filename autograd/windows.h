// Windows for spectra and filters: 1-dim tensors that rise from the ends to the middle.
#pragma once

#include "autograd/factories.h"

namespace gradus {

// Each has `window_length` elements of the default floating type, unless the options name another.
// A periodic window (the default) is one of a longer symmetric window without its last element, so
// that copies can follow each other. A window of one element is 1. Throws Error for a negative
// length, and for types that are not floating.

/// sin^2(pi n / N): raised to 0 at the ends.
Tensor hann_window(int64_t window_length, const TensorOptions& options = {});
Tensor hann_window(int64_t window_length, bool periodic, const TensorOptions& options = {});
/// alpha - beta cos(2 pi n / N).
Tensor hamming_window(int64_t window_length, const TensorOptions& options = {});
Tensor hamming_window(int64_t window_length, bool periodic, const TensorOptions& options = {});
Tensor hamming_window(int64_t window_length, bool periodic, double alpha,
                      const TensorOptions& options = {});
Tensor hamming_window(int64_t window_length, bool periodic, double alpha, double beta,
                      const TensorOptions& options = {});
/// A triangle from 0 to 1 and back.
Tensor bartlett_window(int64_t window_length, const TensorOptions& options = {});
Tensor bartlett_window(int64_t window_length, bool periodic, const TensorOptions& options = {});
/// 0.42 - 0.5 cos(2 pi n / N) + 0.08 cos(4 pi n / N).
Tensor blackman_window(int64_t window_length, const TensorOptions& options = {});
Tensor blackman_window(int64_t window_length, bool periodic, const TensorOptions& options = {});
/// i0(beta sqrt(1 - ((n - N/2) / (N/2))^2)) / i0(beta), beta 12 by default.
Tensor kaiser_window(int64_t window_length, const TensorOptions& options = {});
Tensor kaiser_window(int64_t window_length, bool periodic, const TensorOptions& options = {});
Tensor kaiser_window(int64_t window_length, bool periodic, double beta,
                     const TensorOptions& options = {});

}  // namespace gradus

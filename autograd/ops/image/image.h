// Operations on pictures and other signals over 1 to 3 spatial dims.
#pragma once

#include "autograd/ops/image/conv.h"
#include "autograd/ops/image/pool.h"
#include "autograd/ops/image/resample.h"
#include "autograd/ops/image/vision.h"

// The functions behind the layers.
#pragma once

#include "nn/functional/activation.h"
#include "nn/functional/attention.h"
#include "nn/functional/conv.h"
#include "nn/functional/distance.h"
#include "nn/functional/dropout.h"
#include "nn/functional/embedding.h"
#include "nn/functional/linear.h"
#include "nn/functional/loss.h"
#include "nn/functional/normalisation.h"
#include "nn/functional/pool.h"
#include "nn/functional/positions.h"
#include "nn/functional/vision.h"

// All layers and containers.
#pragma once

#include "nn/containers/functional.h"
#include "nn/containers/module_dict.h"
#include "nn/containers/module_list.h"
#include "nn/containers/parameters.h"
#include "nn/containers/sequential.h"
#include "nn/layers/activation.h"
#include "nn/layers/conv.h"
#include "nn/layers/distance.h"
#include "nn/layers/dropout.h"
#include "nn/layers/embedding.h"
#include "nn/layers/linear.h"
#include "nn/layers/loss.h"
#include "nn/layers/normalisation.h"
#include "nn/layers/padding.h"
#include "nn/layers/pool.h"
#include "nn/layers/vision.h"

// What training loops do with parameters and gradients.
#pragma once

#include "nn/utils/averaged_model.h"
#include "nn/utils/checkpoint.h"
#include "nn/utils/clip_grad.h"
#include "nn/utils/convert_parameters.h"
#include "nn/utils/fusion.h"
#include "nn/utils/parametrizations.h"
#include "nn/utils/parametrize.h"
#include "nn/utils/prune.h"
#include "nn/utils/rnn.h"

// The functions behind layers and losses.
#pragma once

#include "autograd/ops/nn/activation.h"
#include "autograd/ops/nn/attention.h"
#include "autograd/ops/nn/dropout.h"
#include "autograd/ops/nn/embedding.h"
#include "autograd/ops/nn/loss.h"
#include "autograd/ops/nn/normalisation.h"
#include "autograd/ops/nn/positions.h"
#include "autograd/ops/nn/recurrent.h"
#include "autograd/ops/nn/softmax.h"

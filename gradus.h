// All of Gradus.
#pragma once

#if __cplusplus < 202002L
#error "gradus.h: compile with -std=c++20 or newer"
#endif

#include "autograd/autograd.h"
#include "autograd/checkpoint.h"
#include "autograd/factories.h"
#include "autograd/function.h"
#include "autograd/gradcheck.h"
#include "autograd/ops/image/image.h"
#include "autograd/ops/index/index.h"
#include "autograd/ops/linalg/linalg.h"
#include "autograd/ops/nn/nn.h"
#include "autograd/ops/out.h"
#include "autograd/ops/pointwise/pointwise.h"
#include "autograd/ops/random/random.h"
#include "autograd/ops/reduce/reduce.h"
#include "autograd/ops/view/view.h"
#include "autograd/repr.h"
#include "data/data.h"
#include "nn/nn.h"
#include "optim/optim.h"
#include "tensor/base/memory.h"
#include "tensor/base/parallel.h"
#include "tensor/base/warning.h"
#include "tensor/io/serialize.h"
#include "tensor/questions.h"
#include "tensor/tensor.h"

// All of Gradus.
#pragma once

#include "autograd/autograd.h"
#include "autograd/factories.h"
#include "autograd/ops/copy.h"
#include "autograd/ops/join.h"
#include "autograd/ops/random.h"
#include "autograd/ops/rearrange.h"
#include "autograd/ops/reduce.h"
#include "autograd/ops/triangular.h"
#include "autograd/ops/view.h"
#include "autograd/repr.h"
#include "tensor/memory.h"
#include "tensor/parallel.h"
#include "tensor/tensor.h"

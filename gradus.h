// All of Gradus.
#pragma once

#include "tensor/memory.h"
#include "tensor/parallel.h"
#include "tensor/tensor.h"

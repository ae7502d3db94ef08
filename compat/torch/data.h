// As libtorch names it.
#pragma once

#include <torch/torch.h>

// Networks: modules, layers, losses, initialisation.
#pragma once

#include "nn/deepcopy.h"
#include "nn/functional.h"
#include "nn/functional_call.h"
#include "nn/generation/beam_search.h"
#include "nn/generation/cache.h"
#include "nn/generation/generate.h"
#include "nn/generation/sample.h"
#include "nn/gradcheck.h"
#include "nn/init.h"
#include "nn/modules.h"
#include "nn/utils.h"

// Networks: modules, layers, losses, initialisation.
#pragma once

#include "nn/functional.h"
#include "nn/generation/cache.h"
#include "nn/gradcheck.h"
#include "nn/init.h"
#include "nn/modules.h"
#include "nn/utils.h"

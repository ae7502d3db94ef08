// The optimisers and their schedulers.
#pragma once

#include "optim/adagrad.h"
#include "optim/adam.h"
#include "optim/lr_scheduler.h"
#include "optim/rmsprop.h"
#include "optim/sgd.h"

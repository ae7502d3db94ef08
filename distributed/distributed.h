// Several processes that train one model: everything of the library gradus_mpi.
#pragma once

#include "distributed/batch_slice.h"
#include "distributed/data_parallel/data_parallel.h"
#include "distributed/data_parallel/sync_batch_norm.h"
#include "distributed/group/process_group_mpi.h"
#include "distributed/init.h"
#include "distributed/zero/zero_redundancy_optimizer.h"

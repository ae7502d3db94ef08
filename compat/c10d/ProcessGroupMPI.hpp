// c10d::ProcessGroupMPI, with the options and works of its operations. Programs also link libgradus_mpi.
#pragma once

#include <torch/torch.h>

#if !__has_include("distributed/distributed.h")
#error "this Gradus was built without MPI: install an MPI library, such as libopenmpi-dev, and build with -Dmpi=enabled"
#endif
#include "distributed/distributed.h"

namespace c10d = gradus::distributed;
using gradus::distributed::kBackendDefaultTimeout;
using gradus::distributed::kNoTimeout;

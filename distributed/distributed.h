// Several processes that train one model: everything of the library gradus_mpi.
#pragma once

#include "distributed/group/process_group_mpi.h"

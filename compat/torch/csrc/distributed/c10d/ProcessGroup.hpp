// As libtorch names it.
#pragma once

#include <c10d/ProcessGroupMPI.hpp>

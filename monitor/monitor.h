// Watching a run: everything of the library gradus_monitor.
#pragma once

#include "monitor/checkpoint.h"
#include "monitor/early_stopping.h"

// Watching a run: everything of the library gradus_monitor.
#pragma once

#include "monitor/early_stopping.h"

// Watching a run: everything of the library gradus_monitor.
#pragma once

#include "monitor/early_stopping.h"
#include "monitor/event_reader.h"
#include "monitor/histogram_bins.h"
#include "monitor/stopwatch.h"
#include "monitor/summary.h"
#include "monitor/summary_writer.h"

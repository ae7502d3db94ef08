// Watching a run: everything of the library gradus_monitor.
#pragma once

#include "monitor/checkpoint.h"
#include "monitor/early_stopping.h"
#include "monitor/event_reader.h"
#include "monitor/fit.h"
#include "monitor/histogram_bins.h"
#include "monitor/line_chart.h"
#include "monitor/logger.h"
#include "monitor/metrics.h"
#include "monitor/mix.h"
#include "monitor/named_values.h"
#include "monitor/picture_sheet.h"
#include "monitor/progress.h"
#include "monitor/stop_on_signal.h"
#include "monitor/stopwatch.h"
#include "monitor/summary.h"
#include "monitor/summary_writer.h"

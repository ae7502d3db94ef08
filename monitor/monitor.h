// Watching a run: everything of the library gradus_monitor.
#pragma once

#include "monitor/chart/line_chart.h"
#include "monitor/chart/picture_sheet.h"
#include "monitor/checkpoint/checkpoint.h"
#include "monitor/checkpoint/early_stopping.h"
#include "monitor/checkpoint/stop_on_signal.h"
#include "monitor/events/event_reader.h"
#include "monitor/events/histogram_bins.h"
#include "monitor/events/summary_writer.h"
#include "monitor/fit/fit.h"
#include "monitor/fit/mix.h"
#include "monitor/log/logger.h"
#include "monitor/metrics/metrics.h"
#include "monitor/model/summary.h"
#include "monitor/named_values.h"
#include "monitor/progress/progress.h"
#include "monitor/progress/stopwatch.h"

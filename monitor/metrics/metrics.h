// Metrics: numbers about all batches of an epoch.
#pragma once

#include "monitor/metrics/aggregation.h"
#include "monitor/metrics/classification.h"
#include "monitor/metrics/metric.h"
#include "monitor/metrics/ranking.h"
#include "monitor/metrics/regression.h"

// Metrics: numbers about all batches of an epoch.
#pragma once

#include "monitor/aggregation.h"
#include "monitor/classification.h"
#include "monitor/metric.h"
#include "monitor/ranking.h"
#include "monitor/regression.h"

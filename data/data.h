// Datasets, transforms, samplers and loaders.
#pragma once

#include "data/data_loader.h"
#include "data/dataset.h"
#include "data/digits.h"
#include "data/example.h"
#include "data/samplers.h"
#include "data/tensor_dataset.h"
#include "data/transforms.h"

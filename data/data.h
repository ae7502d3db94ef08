// Datasets, transforms, samplers and loaders.
#pragma once

#include "data/cifar.h"
#include "data/data_loader.h"
#include "data/dataset.h"
#include "data/digits.h"
#include "data/distributed_sampler.h"
#include "data/example.h"
#include "data/idx.h"
#include "data/mnist.h"
#include "data/samplers.h"
#include "data/tensor_dataset.h"
#include "data/text/byte_pairs.h"
#include "data/text/encode_file.h"
#include "data/text/read_text.h"
#include "data/text/token_windows.h"
#include "data/text/tokenizer.h"
#include "data/text/tokens.h"
#include "data/transforms.h"

namespace gradus::data {

using datasets::BatchDataset;
using datasets::Dataset;
using datasets::StatefulDataset;

}  // namespace gradus::data

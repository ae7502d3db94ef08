#pragma once
#include <torch/nn/module.h>
#include <torch/nn/modules/linear.h>

struct Net : torch::nn::Module {
  Net();
  torch::Tensor forward(torch::Tensor x);
  torch::nn::Linear fc{nullptr};
};

#include <net.h>

Net::Net() : fc(register_module("fc", torch::nn::Linear(2, 1))) {}
torch::Tensor Net::forward(torch::Tensor x) { return fc(x); }

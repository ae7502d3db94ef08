// A module on several devices. All devices are the CPU here, and so share its parameters.
#pragma once

#include <torch/torch.h>

namespace gradus::nn::parallel {

/// A clone of the module for each device. Throws Error for a device other than the CPU.
template <class M>
std::vector<std::shared_ptr<M>> replicate(const std::shared_ptr<M>& module,
                                          const std::vector<Device>& devices) {
  std::vector<std::shared_ptr<M>> replicas;
  for (const Device& device : devices)
    replicas.push_back(std::dynamic_pointer_cast<M>(module->clone(device)));
  return replicas;
}
template <class M>
std::vector<ModuleHolder<M>> replicate(const ModuleHolder<M>& module,
                                       const std::vector<Device>& devices) {
  const auto replicas = replicate(module.ptr(), devices);
  return {replicas.begin(), replicas.end()};
}

/// What each module makes of the input at its place, computed side by side where threads are free.
/// Throws Error when the numbers of modules, inputs and devices differ, and what a module throws.
template <class M>
std::vector<Tensor> parallel_apply(
    std::vector<M>& modules, const std::vector<Tensor>& inputs,
    const std::optional<std::vector<Device>>& devices = std::nullopt) {
  const size_t count = modules.size();
  if (inputs.size() != count || (devices && devices->size() != count))
    gradus::detail::throw_error("parallel_apply: modules, inputs and devices differ in number, " +
                                std::to_string(count) + ", " + std::to_string(inputs.size()) +
                                " and " + std::to_string(devices ? devices->size() : count));
  std::vector<Tensor> outputs(count);
  const bool recording = GradMode::is_enabled();
  parallel_for(0, int64_t(count), 1, [&](int64_t begin, int64_t end) {
    const AutoGradMode as_outside(recording);
    for (size_t i = size_t(begin); i < size_t(end); ++i) {
      outputs[i] = modules[i]->forward(inputs[i]);
      if (devices) outputs[i] = outputs[i].to((*devices)[i]);
    }
  });
  return outputs;
}

/// What the module makes of the input's pieces along `dim`, one for each device, joined again.
/// Throws Error without devices, which would be those of CUDA, and for one other than the CPU.
template <class M>
Tensor data_parallel(M module, const Tensor& input,
                     std::optional<std::vector<Device>> devices = std::nullopt,
                     std::optional<Device> output_device = std::nullopt, int64_t dim = 0) {
  if (!devices || devices->empty())
    gradus::detail::no_device("data_parallel without devices", "CUDA");
  for (const Device& device : *devices) module->to(device);
  std::vector<Tensor> outputs;
  for (const Tensor& piece : input.chunk(int64_t(devices->size()), dim))
    outputs.push_back(module->forward(piece));
  return cat(outputs, dim).to(output_device.value_or(devices->front()));
}

}  // namespace gradus::nn::parallel

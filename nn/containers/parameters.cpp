#include "nn/containers/parameters.h"

#include <ostream>

#include "tensor/base/fail.h"

namespace gradus::nn {

namespace {

Tensor copied(const Tensor& t, const std::optional<Device>& device) {
  return (device ? t.detach().to(*device, t.dtype(), false, true) : t.detach().clone())
      .requires_grad_(t.requires_grad());
}

void print_parameters(std::ostream& out, const char* name,
                      const OrderedDict<std::string, Tensor>& params) {
  out << "torch::nn::" << name << "(\n";
  for (const auto& item : params)
    out << '(' << item.key() << "): Parameter containing: [" << item->scalar_type() << " of size "
        << item->sizes() << "]\n";
  out << ')';
}

}  // namespace

std::shared_ptr<Module> ParameterListImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ParameterListImpl>();
  for (const auto& item : parameters_) copy->append(copied(*item, device));
  if (!is_training()) copy->eval();
  return copy;
}
void ParameterListImpl::pretty_print(std::ostream& out) const {
  print_parameters(out, "ParameterList", parameters_);
}
ParameterListImpl::ParameterListImpl() = default;
void ParameterListImpl::append(const Tensor& param) {
  register_parameter(std::to_string(size()), param, param.requires_grad());
}

std::shared_ptr<Module> ParameterDictImpl::clone(const std::optional<Device>& device) const {
  auto copy = std::make_shared<ParameterDictImpl>();
  for (const auto& item : parameters_) copy->insert(item.key(), copied(*item, device));
  if (!is_training()) copy->eval();
  return copy;
}
void ParameterDictImpl::pretty_print(std::ostream& out) const {
  print_parameters(out, "ParameterDict", parameters_);
}
ParameterDictImpl::ParameterDictImpl() = default;
ParameterDictImpl::ParameterDictImpl(const OrderedDict<std::string, Tensor>& params) {
  for (const auto& item : params) insert(item.key(), item.value());
}
Tensor& ParameterDictImpl::insert(const std::string& key, const Tensor& param) {
  return register_parameter(key, param, param.requires_grad());
}
Tensor& ParameterDictImpl::setdefault(const std::string& key, const Tensor& param) {
  return contains(key) ? parameters_[key] : insert(key, param);
}
std::pair<std::string, Tensor> ParameterDictImpl::popitem() {
  if (empty()) fail("ParameterDict: it is empty");
  std::pair<std::string, Tensor> out = parameters_.back().pair();
  parameters_.erase(out.first);
  return out;
}
Tensor ParameterDictImpl::pop(const std::string& key) {
  const Tensor out = parameters_[key];
  parameters_.erase(key);
  return out;
}

}  // namespace gradus::nn

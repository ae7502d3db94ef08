#include "nn/containers/functional.h"

#include <ostream>

namespace gradus::nn {

FunctionalImpl::FunctionalImpl(Function function) : function_(std::move(function)) {}
Tensor FunctionalImpl::forward(Tensor x) { return function_(std::move(x)); }
Tensor FunctionalImpl::operator()(Tensor x) { return function_(std::move(x)); }
void FunctionalImpl::pretty_print(std::ostream& out) const { out << "torch::nn::Functional()"; }

}  // namespace gradus::nn

#include "nn/print.h"

namespace gradus::nn {

LayerLine::LayerLine(std::ostream& out, const char* name) : out_(out) {
  out << "torch::nn::" << name << '(';
}
LayerLine::LayerLine(std::ostream& out, const char* name, size_t dims) : out_(out) {
  out << "torch::nn::" << name << dims << "d(";
}
LayerLine::~LayerLine() { out_ << ')'; }
void LayerLine::next(const char* key) {
  if (!first_) out_ << ", ";
  first_ = false;
  if (key) out_ << key << '=';
}
void LayerLine::put(bool v) { out_ << (v ? "true" : "false"); }

}  // namespace gradus::nn

#include "nn/print.h"

namespace gradus::nn {

Line::Line(std::ostream& out, const char* name) : out_(out) { out << "torch::nn::" << name << '('; }
Line::Line(std::ostream& out, const char* name, size_t dims) : out_(out) {
  out << "torch::nn::" << name << dims << "d(";
}
Line::~Line() { out_ << ')'; }
void Line::next(const char* key) {
  if (!first_) out_ << ", ";
  first_ = false;
  if (key) out_ << key << '=';
}
void Line::put(bool v) { out_ << (v ? "true" : "false"); }

}  // namespace gradus::nn

// The line that stands for a layer, as libtorch prints it: `torch::nn::Linear(in_features=3, ...)`.
// For .cpp files only.
#pragma once

#include <ostream>

namespace gradus::nn {

class LayerLine {
 public:
  LayerLine(std::ostream& out, const char* name);
  // A layer of `dims` dims: "Conv" and 2 for Conv2d.
  LayerLine(std::ostream& out, const char* name, size_t dims);
  LayerLine(const LayerLine&) = delete;
  LayerLine& operator=(const LayerLine&) = delete;
  ~LayerLine();
  template <class T>
  LayerLine& operator()(const char* key, const T& value) {
    next(key);
    put(value);
    return *this;
  }
  template <class T>
  LayerLine& operator()(const T& value) {
    next(nullptr);
    put(value);
    return *this;
  }
  // Only said when it is so.
  LayerLine& if_true(const char* key, bool value) { return value ? (*this)(key, true) : *this; }

 private:
  void next(const char* key);
  void put(bool v);
  template <class T>
  void put(const T& v) {
    out_ << v;
  }
  std::ostream& out_;
  bool first_ = true;
};

}  // namespace gradus::nn

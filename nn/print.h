// The line that stands for a layer, as libtorch prints it: `torch::nn::Linear(in_features=3, ...)`.
// For .cpp files only.
#pragma once

#include <ostream>

namespace gradus::nn {

class Line {
 public:
  Line(std::ostream& out, const char* name);
  // A layer of `dims` dims: "Conv" and 2 for Conv2d.
  Line(std::ostream& out, const char* name, size_t dims);
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  ~Line();
  template <class T>
  Line& operator()(const char* key, const T& value) {
    next(key);
    put(value);
    return *this;
  }
  template <class T>
  Line& operator()(const T& value) {
    next(nullptr);
    put(value);
    return *this;
  }
  // Only said when it is so.
  Line& if_true(const char* key, bool value) { return value ? (*this)(key, true) : *this; }

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

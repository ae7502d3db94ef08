// What the shared cases write: one line per result. Written in libtorch's words, so that the same
// text runs on libtorch (which gives the reference) and on Gradus.
#pragma once

#include <cstdio>
#include <ostream>
#include <string>
#include <vector>

class CaseWriter {
 public:
  explicit CaseWriter(std::ostream& out) : out_(out) {}

  void text(const std::string& name, const std::string& what) {
    out_ << name << ": " << what << '\n';
  }
  void flag(const std::string& name, bool on) { text(name, on ? "true" : "false"); }
  // Type, shape and elements.
  void values(const std::string& name, const torch::Tensor& t) { text(name, describe(t, false)); }
  // Strides and offset too.
  void window(const std::string& name, const torch::Tensor& t) { text(name, describe(t, true)); }
  void list(const std::string& name, const std::vector<torch::Tensor>& ts) {
    int i = 0;
    for (const torch::Tensor& t : ts) window(name + "." + std::to_string(i++), t);
  }
  // Whether f() throws; if not, what it gives.
  template <class F>
  void attempt(const std::string& name, F f) {
    std::string what = "throws";
    try {
      what = describe(f(), false);
    } catch (const std::exception&) {
    }
    text(name, what);
  }

 private:
  static std::string numbers(torch::IntArrayRef a) {
    std::string s = " [";
    for (int64_t v : a) s += std::to_string(v) + " ";
    return s + "]";
  }
  static std::string describe(const torch::Tensor& t, bool layout) {
    if (!t.defined()) return "undefined";
    std::string s = std::string(1, "ubcilfd?"[kind(t)]) + numbers(t.sizes());
    if (layout) s += numbers(t.strides()) + " + " + std::to_string(t.storage_offset());
    const torch::Tensor flat = t.detach().to(torch::kDouble).contiguous();
    for (int64_t i = 0; i < flat.numel(); ++i) {
      char number[32];
      std::snprintf(number, sizeof number, " %.9g", flat.data_ptr<double>()[i]);
      s += number;
    }
    return s;
  }
  static int kind(const torch::Tensor& t) {
    const torch::ScalarType types[] = {torch::kByte, torch::kBool,  torch::kInt,   torch::kInt,
                                       torch::kLong, torch::kFloat, torch::kDouble};
    for (int i = 0; i < 7; ++i)
      if (t.scalar_type() == types[i]) return i;
    return 7;
  }
  std::ostream& out_;
};

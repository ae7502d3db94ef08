// JSON of which only what is expected is taken.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "tensor/base/fail.h"

namespace gradus {

// Throws Error for every kind of value that a reader does not take itself.
class StrictJson : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { wrong("null"); }
  bool boolean(bool) override { wrong("a bool"); }
  bool number_integer(number_integer_t) override { wrong("a negative number"); }
  bool number_float(number_float_t, const string_t&) override { wrong("a fraction"); }
  bool binary(binary_t&) override { wrong("binary"); }

 protected:
  // Throws, because this is where it does not belong.
  [[noreturn]] void wrong(const char* what) const { fail("{}", refusal(what)); }
  // What the error says.
  virtual std::string refusal(const char* what) const = 0;
};

}  // namespace gradus

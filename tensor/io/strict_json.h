// JSON of which only what is expected is taken.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "tensor/base/fail.h"

namespace gradus {

// Throws Error for every kind of value that a reader does not take itself.
class StrictJson : public nlohmann::json_sax<nlohmann::json> {
 public:
  // Reads the whole of a text.
  void parse(std::string_view text) {
    // To nlohmann's lexer it is the end of the text, whatever follows.
    if (const size_t zero = text.find('\0'); zero != text.npos) fail("{}", no_json(zero + 1));
    nlohmann::json::sax_parse(text, this);
  }
  bool parse_error(size_t at, const std::string&, const nlohmann::json::exception&) override {
    fail("{}", no_json(at));
  }
  bool null() override { wrong("null"); }
  bool boolean(bool) override { wrong("a bool"); }
  bool number_integer(number_integer_t) override { wrong("a negative number"); }
  bool number_float(number_float_t, const string_t&) override { wrong("a fraction"); }
  bool binary(binary_t&) override { wrong("binary"); }

 protected:
  // Throws, because this is where it does not belong.
  [[noreturn]] void wrong(const char* what) const { fail("{}", refusal(what)); }
  // What the errors say: of the byte `at`, from 1 on, and of what does not belong.
  virtual std::string no_json(size_t at) const = 0;
  virtual std::string refusal(const char* what) const = 0;
};

}  // namespace gradus

#include "tensor/io/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>

#include "tensor/base/fail.h"
#include "tensor/io/strict_json.h"
#include "tensor/io/utf8.h"

namespace gradus::safetensors {
namespace {

using nlohmann::json;

struct Code {
  ScalarType dtype;
  std::string_view text;
};
constexpr Code codes[] = {
    {kBool, "BOOL"},
    {kByte, "U8"},
    {kInt, "I32"},
    {kLong, "I64"},
    {kFloat, "F32"},
    {kDouble, "F64"},
    {kChar, "I8"},
    {kShort, "I16"},
    {kUInt16, "U16"},
    {kUInt32, "U32"},
    {kUInt64, "U64"},
    {kHalf, "F16"},
    {kBFloat16, "BF16"},
    {kComplexFloat, "C64"},
    {kFloat8_e5m2, "F8_E5M2"},
    {kFloat8_e4m3fn, "F8_E4M3"},
    {kFloat8_e5m2fnuz, "F8_E5M2FNUZ"},
    {kFloat8_e4m3fnuz, "F8_E4M3FNUZ"},
    {kFloat8_e8m0fnu, "F8_E8M0"},
};

std::string_view code_of_dtype(ScalarType t) {
  for (const Code& c : codes)
    if (c.dtype == t) return c.text;
  fail("save: the format has no {}", t);
}

// Bytes of a shape; throws when a count or a stride would overflow.
uint64_t bytes_of(const std::string& where, const Entry& e) {
  int64_t bytes = int64_t(item_size(e.dtype)), span = bytes;
  for (int64_t s : e.shape)
    if (__builtin_mul_overflow(bytes, s, &bytes) ||
        __builtin_mul_overflow(span, std::max<int64_t>(s, 1), &span))
      fail("{}: {}: shape {} is too large", where, clipped(e.name), IntArrayRef(e.shape));
  return uint64_t(bytes);
}

// Whether a name is there twice is found out at the end, by sorting: a set of them would take more
// memory than all the rest.
template <class List, class Name>
void check_unique(const std::string& where, const List& list, Name name) {
  std::vector<const std::string*> names;
  names.reserve(list.size());
  for (const auto& each : list) names.push_back(&name(each));
  std::sort(names.begin(), names.end(), [](const auto* a, const auto* b) { return *a < *b; });
  for (size_t i = 1; i < names.size(); ++i)
    if (*names[i - 1] == *names[i]) fail("{}: the header has {} twice", where, clipped(*names[i]));
}

// {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
//  "__metadata__": {"key": "value"}} and nothing else.
class HeaderParser : public StrictJson {
 public:
  HeaderParser(const std::string& where, bool any_dtype) : where_(where), any_dtype_(any_dtype) {}
  Header header;

  bool number_unsigned(number_unsigned_t v) override {
    if (!list_) wrong("a number");
    if (v > uint64_t(std::numeric_limits<int64_t>::max()) || list_->size() >= most_dims)
      fail("{}: {}: {} is too large", where_, clipped(name_), field_);
    list_->push_back(int64_t(v));
    return true;
  }
  bool string(string_t& v) override {
    if (depth_ != 2 || list_) wrong("a string");
    if (in_metadata_)
      header.metadata.emplace_back(field_, std::move(v));
    else if (field_ == "dtype")
      set_dtype(v);
    else
      wrong("a string");
    return true;
  }
  bool start_object(std::size_t) override {
    if (list_ || depth_ == 2) wrong("an object");
    ++depth_;
    if (depth_ == 2) {
      in_metadata_ = name_ == "__metadata__";
      if (in_metadata_ && std::exchange(had_metadata_, true))
        fail("{}: the header has {} twice", where_, name_);
      seen_ = 0;
      entry_ = Entry{name_, ScalarType::Undefined, {}, {}, 0, 0};
    }
    return true;
  }
  bool key(string_t& k) override {
    if (depth_ == 2 && !in_metadata_)
      if (const auto f = std::find(std::begin(fields), std::end(fields), k);
          f != std::end(fields)) {
        const unsigned bit = 1u << (f - fields);
        if (seen_ & bit) fail("{}: the header has {} twice", where_, k);
        seen_ |= bit;
      }
    (depth_ == 1 ? name_ : field_) = std::move(k);
    return true;
  }
  bool end_object() override {
    if (depth_-- == 2 && !in_metadata_) {
      for (size_t i = 0; i < std::size(fields); ++i)
        if (!(seen_ >> i & 1))
          fail("{}: {}: the header has no {}", where_, clipped(name_), fields[i]);
      if (offsets_.size() != 2 || offsets_[0] > offsets_[1])
        fail("{}: {}: data_offsets {} are no range", where_, clipped(name_), IntArrayRef(offsets_));
      entry_.begin = uint64_t(offsets_[0]);
      entry_.end = uint64_t(offsets_[1]);
      const bool known = entry_.unknown_code.empty();
      if (const uint64_t bytes = known ? bytes_of(where_, entry_) : 0;
          known && bytes != entry_.end - entry_.begin)
        fail("{}: {}: bytes differ, {} of shape and {} in the file", where_, clipped(name_), bytes,
             entry_.end - entry_.begin);
      header.tensors.push_back(std::move(entry_));
    }
    return true;
  }
  bool start_array(std::size_t) override {
    if (depth_ != 2 || list_ || in_metadata_) wrong("an array");
    if (field_ == "shape")
      list_ = &entry_.shape;
    else if (field_ == "data_offsets")
      list_ = &offsets_;
    else
      wrong("an array");
    list_->clear();
    return true;
  }
  bool end_array() override {
    list_ = nullptr;
    return true;
  }

 private:
  void set_dtype(std::string& code) {
    for (const Code& c : codes)
      if (c.text == code && (any_dtype_ || is_held(c.dtype))) {
        entry_.dtype = c.dtype;
        return;
      }
    if (!any_dtype_ || code.empty())
      fail("{}: {}: there is no element type {} here", where_, clipped(name_), clipped(code));
    entry_.unknown_code = std::move(code);
  }
  std::string no_json(size_t at) const override {
    return fmt::format("{}: the header is no JSON at byte {}", where_, at);
  }
  std::string refusal(const char* what) const override {
    return fmt::format("{}: the header has {} where none belongs{}{}", where_, what,
                       name_.empty() ? "" : ", at ", clipped(name_));
  }
  static constexpr std::string_view fields[] = {"dtype", "shape", "data_offsets"};
  const std::string& where_;
  bool any_dtype_;
  int depth_ = 0;
  bool in_metadata_ = false, had_metadata_ = false;
  unsigned seen_ = 0;  // which of a tensor's fields, a bit each
  std::vector<int64_t>* list_ = nullptr;
  std::vector<int64_t> offsets_;
  std::string name_, field_;
  Entry entry_;
};

std::string number(double v) {
  if (v != v) return "NaN";
  if (std::abs(v) > std::numeric_limits<double>::max()) return v > 0 ? "Infinity" : "-Infinity";
  std::string s = fmt::format("{}", v);
  if (s.find_first_of(".e") == std::string::npos) s += ".0";
  return s;
}
std::string number(int64_t v) { return std::to_string(v); }

template <class T>
std::string listed(const std::vector<T>& v) {
  std::string s = "[";
  for (const T& x : v) s += (s.size() > 1 ? ", " : "") + number(x);
  return s + "]";
}

// An Int, a Double, or None when the text is no number.
IValue parse_number(std::string_view s) {
  if (s == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (s == "Infinity") return std::numeric_limits<double>::infinity();
  if (s == "-Infinity") return -std::numeric_limits<double>::infinity();
  if (s.empty() || s.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return {};
  const char* end = s.data() + s.size();
  int64_t i;
  if (auto r = std::from_chars(s.data(), end, i); r.ec == std::errc() && r.ptr == end) return i;
  double d;
  if (auto r = std::from_chars(s.data(), end, d); r.ec == std::errc() && r.ptr == end) return d;
  return {};
}

// None when the text is no list of numbers; a comma promises another one.
IValue parse_list(std::string_view s) {
  std::vector<double> doubles;
  std::vector<int64_t> ints;
  s = s.substr(1, s.size() - 2);
  for (bool more = !s.empty(); more;) {
    const size_t comma = s.find(',');
    const IValue v = parse_number(s.substr(0, comma));
    if (v.isNone()) return {};
    if (v.isInt()) ints.push_back(v.toInt());
    doubles.push_back(v.toDouble());
    more = comma != s.npos;
    if (more) s.remove_prefix(std::min(s.find_first_not_of(' ', comma + 1), s.size()));
  }
  if (ints.size() == doubles.size()) return ints;
  return doubles;
}

}  // namespace

uint64_t Header::data_bytes() const { return tensors.empty() ? 0 : tensors.back().end; }

Header parse_header(std::string_view text, const std::string& where, bool any_dtype) {
  if (text.empty() || text[0] != '{') fail("{}: the header is no JSON at byte 1", where);
  HeaderParser parser(where, any_dtype);
  parser.parse(text);
  Header header = std::move(parser.header);
  check_unique(
      where, header.tensors, [](const auto& e) -> auto& { return e.name; });
  check_unique(
      where, header.metadata, [](const auto& m) -> auto& { return m.first; });
  std::stable_sort(header.tensors.begin(), header.tensors.end(),
                   [](const Entry& a, const Entry& b) {
                     return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
                   });
  uint64_t at = 0;
  for (const Entry& e : header.tensors) {
    if (e.begin != at)
      fail("{}: {}: starts at byte {}, where {} is due", where, clipped(e.name), e.begin, at);
    at = e.end;
  }
  return header;
}

std::string_view code_of(const Entry& e) {
  return e.unknown_code.empty() ? code_of_dtype(e.dtype) : e.unknown_code;
}

std::string format_header(const Header& header) {
  std::string s = "{";
  const auto separate = [&] {
    if (s.back() != '{') s += ',';
  };
  if (!header.metadata.empty()) {
    s += "\"__metadata__\":{";
    for (const auto& [key, value] : header.metadata) {
      separate();
      s += quoted(key) + ':' + quoted(value);
    }
    s += '}';
  }
  for (const Entry& e : header.tensors) {
    separate();
    s += fmt::format(R"({}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})", quoted(e.name),
                     code_of(e), joined(e.shape, ","), e.begin, e.end);
  }
  s += '}';
  s.resize((s.size() + 7) / 8 * 8, ' ');
  return s;
}

std::string quoted(const std::string& s) {
  try {
    return json(s).dump();
  } catch (const json::exception&) {
    fail("save: a name or string is not UTF-8");
  }
}

std::string to_text(const IValue& v) {
  if (v.isNone()) return "null";
  if (v.isBool()) return v.toBool() ? "true" : "false";
  if (v.isInt()) return number(v.toInt());
  if (v.isDouble()) return number(v.toDouble());
  if (v.isString()) return quoted(v.toStringRef());
  if (v.isIntList()) return listed(v.toIntVector());
  if (v.isDoubleList()) return listed(v.toDoubleVector());
  fail("save: a {} has no text", v.tagKind());
}

IValue from_text(const std::string& text) {
  if (text == "null") return {};
  if (text == "true" || text == "false") return text == "true";
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    if (IValue v = parse_list(text); !v.isNone()) return v;
  } else if (text.size() >= 2 && text.front() == '"') {
    const json parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (parsed.is_string()) return parsed.get<std::string>();
  } else if (IValue v = parse_number(text); !v.isNone()) {
    return v;
  }
  return text;
}

}  // namespace gradus::safetensors

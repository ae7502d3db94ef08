#include "data/csv_number.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <type_traits>

namespace gradus::data {

namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
unsigned digit(char c) { return unsigned(uint8_t(c)) - '0'; }

// Without blanks around it.
std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Without what stands between thousands: behind a digit, before the fraction.
std::string without_thousands(std::string_view text, const CSVNumbers& how) {
  std::string out;
  out.reserve(text.size());
  bool whole = true;
  for (const char c : text) {
    if (c == how.decimal) whole = false;
    if (!(c == *how.thousands && whole && !out.empty() && digit(out.back()) < 10)) out += c;
  }
  return out;
}

[[gnu::always_inline]] inline bool parse_plain_int(std::string_view text, int64_t& value) {
  const char *p = text.data(), *const end = p + text.size();
  const bool negative = p != end && *p == '-';
  if (p != end && (*p == '-' || *p == '+')) ++p;
  if (p == end) return false;
  if (end - p <= 18) {
    uint64_t v = 0;
    for (unsigned d; (d = digit(*p)) <= 9; ++p) v = 10 * v + d;
    if (p != end) return false;
    value = negative ? -int64_t(v) : int64_t(v);
    return true;
  }
  if (digit(*p) > 9) return false;
  const char* const first = negative ? p - 1 : p;
  const auto [stop, error] = std::from_chars(first, end, value);
  return error == std::errc() && stop == end;
}

constexpr double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                             1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

bool equals_ignoring_case(std::string_view text, std::string_view small) {
  return std::equal(text.begin(), text.end(), small.begin(), small.end(),
                    [](char a, char b) { return (a | 0x20) == b; });
}

// A decimal number: (-1)^negative digits 10^exponent.
struct Decimal {
  bool negative = false;
  bool exact = false;  // whether `digits` has all of them
  uint64_t digits = 0;
  int64_t exponent = 0;
  int64_t magnitude = 0;  // the number is below 10^magnitude, and no less than a tenth of it
};

// By the C++ standard's function, of text that scan() has found right.
template <class T>
T nearest(std::string_view text, char point, const Decimal& d) {
  std::string copy;
  if (point != '.') {
    copy = text;
    std::replace(copy.begin(), copy.end(), point, '.');
    text = copy;
  }
  if (text.front() == '+') text.remove_prefix(1);
  T value = 0;
  const auto [stop, error] = std::from_chars(text.begin(), text.end(), value);
  if (error != std::errc::result_out_of_range) return value;
  // Some implementations leave the value as it was.
  value = d.magnitude > 0 ? std::numeric_limits<T>::infinity() : T(0);
  return d.negative ? -value : value;
}

// The nearest float of a number whose nearest double is `v`, unless that lies in the middle of two
// floats, or outside of where they have all their digits.
bool narrow(double v, float& value) {
  constexpr uint64_t below = (uint64_t(1) << 29) - 1, middle = uint64_t(1) << 28;
  const double size = std::fabs(v);
  if ((std::bit_cast<uint64_t>(v) & below) == middle) return false;
  if (size != 0 && !(size >= 0x1p-126 && size < 0x1p127)) return false;
  value = float(v);
  return true;
}

bool scan_exponent(const char*& p, const char* end, int64_t& exponent) {
  ++p;
  const bool negative = p != end && *p == '-';
  if (p != end && (*p == '-' || *p == '+')) ++p;
  if (p == end || digit(*p) > 9) return false;
  int64_t e = 0;
  for (; p != end && digit(*p) <= 9; ++p)
    e = std::min<int64_t>(10 * e + digit(*p), int64_t(1) << 40);
  exponent += negative ? -e : e;
  return true;
}

constexpr uint64_t bytes_of(uint8_t b) { return b * 0x0101010101010101u; }
constexpr uint64_t int_powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

// The number of eight digits, of which the first stands in the lowest byte: neighbours are joined
// to numbers of two, four and eight digits.
inline uint64_t join_digits(uint64_t t) {
  t = (t * 10 + (t >> 8)) & 0x00FF00FF00FF00FF;
  t = (t * 100 + (t >> 16)) & 0x0000FFFF0000FFFF;
  return (t * 10000 + (t >> 32)) & 0xFFFFFFFF;
}

// Puts the digits from p on behind those of v, eight at a time where `text` has as many bytes, and
// gives where they end.
[[gnu::always_inline]] inline const char* take_digits(std::string_view text, const char* p,
                                                      uint64_t& v) {
  const char* const end = text.data() + text.size();
  if (std::endian::native == std::endian::little && text.size() >= 8)
    while (end - p >= 4) {
      const auto left = unsigned(std::min<int64_t>(end - p, 8));
      uint64_t t;
      std::memcpy(&t, left < 8 ? end - 8 : p, 8);
      t = (t >> (64 - 8 * left)) ^ bytes_of('0');
      // The first byte above 9, which is right whatever it carries to those behind it.
      const uint64_t other = ((t + bytes_of(0x80 - 10)) | t) & bytes_of(0x80);
      const unsigned n = other ? unsigned(std::countr_zero(other)) / 8 : 8;
      if (n == 0) return p;
      v = v * int_powers[n] + join_digits(t << (64 - 8 * n));
      p += n;
      if (n < 8) return p;
    }
  for (unsigned c; (c = digit(*p)) <= 9; ++p) v = 10 * v + c;
  return p;
}

// A number of digits, or nothing; every byte behind it is readable and no digit.
[[gnu::always_inline]] inline bool scan(std::string_view text, char point, Decimal& d) {
  const char *p = text.data(), *const end = p + text.size();
  if (p == end) return false;
  d.negative = *p == '-';
  if (*p == '-' || *p == '+') ++p;
  const char* const whole = p;
  while (*p == '0' && p != end) ++p;
  const char* first = p;  // the first digit that counts
  uint64_t v = 0;
  for (unsigned c; (c = digit(*p)) <= 9; ++p) v = 10 * v + c;
  int64_t count = p - first, digits = p - whole;
  d.magnitude = count;
  if (p != end && *p == point) {
    const char* const fraction = ++p;
    if (count == 0) {
      while (*p == '0' && p != end) ++p;
      d.magnitude = fraction - p;
    }
    first = p;
    p = take_digits(text, p, v);
    count += p - first;
    digits += p - fraction;
    d.exponent = fraction - p;
  }
  d.digits = v;
  d.exact = count <= 19;
  if (p == end) return digits > 0;
  if (digits == 0 || (*p | 0x20) != 'e') return false;
  int64_t e = 0;
  if (!scan_exponent(p, end, e)) return false;
  d.exponent += e;
  d.magnitude += e;
  return p == end;
}

// What is not found by one operation.
template <class T>
[[gnu::noinline]] T parse_hard(std::string_view text, char point, const Decimal& d) {
  if (d.exact && d.digits == 0) return d.negative ? T(-0.0) : T(0);
  return nearest<T>(text, point, d);
}

template <class T>
[[gnu::always_inline]] inline bool parse_plain_float(std::string_view text, char point, T& value) {
  Decimal d;
  if (!scan(text, point, d)) return false;
  // Both factors are exact, so that there is one rounding (Clinger 1990).
  if (d.exact && d.digits <= uint64_t(1) << 53 && d.exponent >= -22 && d.exponent <= 22) {
    auto v = double(int64_t(d.digits));
    v = d.exponent < 0 ? v / powers[-d.exponent] : v * powers[d.exponent];
    if (d.negative) v = -v;
    if constexpr (std::is_same_v<T, double>) {
      value = v;
      return true;
    } else if (narrow(v, value)) {
      return true;
    }
  }
  value = parse_hard<T>(text, point, d);
  return true;
}

template <class T>
bool parse_infinity(std::string_view text, T& value) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (!equals_ignoring_case(text, "inf") && !equals_ignoring_case(text, "infinity")) return false;
  value = negative ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
  return true;
}

}  // namespace

namespace {

[[gnu::noinline]] bool parse_other_int(std::string_view text, const CSVNumbers& how,
                                       int64_t& value) {
  if (text.empty()) return false;
  if (is_blank(text.front()) || is_blank(text.back())) return parse_int(trimmed(text), how, value);
  if (how.thousands && text.find(*how.thousands) != text.npos)
    return parse_plain_int(without_thousands(text, how), value);
  return false;
}

}  // namespace

bool parse_int(std::string_view text, const CSVNumbers& how, int64_t& value) {
  return parse_plain_int(text, value) || parse_other_int(text, how, value);
}

namespace {

// With blanks, thousands, or inf.
template <class T>
[[gnu::noinline]] bool parse_other_float(std::string_view text, const CSVNumbers& how, T& value) {
  if (text.empty()) return false;
  if (is_blank(text.front()) || is_blank(text.back()))
    return parse_float(trimmed(text), how, value);
  if (how.thousands && text.find(*how.thousands) != text.npos)
    return parse_plain_float(without_thousands(text, how), how.decimal, value);
  return parse_infinity(text, value);
}

}  // namespace

template <class T>
bool parse_float(std::string_view text, const CSVNumbers& how, T& value) {
  return parse_plain_float(text, how.decimal, value) || parse_other_float(text, how, value);
}
template bool parse_float(std::string_view, const CSVNumbers&, float&);
template bool parse_float(std::string_view, const CSVNumbers&, double&);

}  // namespace gradus::data

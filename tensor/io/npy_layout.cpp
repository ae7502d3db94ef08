#include "tensor/io/npy_layout.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

#include "tensor/base/fail.h"
#include "tensor/io/elements.h"
#include "tensor/io/file_kind.h"
#include "tensor/io/utf8.h"
#include "tensor/raw.h"
#include "tensor/shape.h"

namespace gradus::npy {
namespace {

using namespace std::string_view_literals;

constexpr auto magic = "\x93NUMPY"sv;
constexpr size_t most_dims = 64, longest_header = 1 << 16;

struct Kind {
  char kind;
  size_t bytes;
  ScalarType type;
};
constexpr Kind kinds[] = {{'b', 1, kBool},   {'i', 1, kChar}, {'i', 2, kShort},  {'i', 4, kInt},
                          {'i', 8, kLong},   {'u', 1, kByte}, {'u', 2, kUInt16}, {'u', 4, kUInt32},
                          {'u', 8, kUInt64}, {'f', 2, kHalf}, {'f', 4, kFloat},  {'f', 8, kDouble}};

const char* name_of(char kind) {
  switch (kind) {
    case 'O':
      return "Python objects, which are pickled";
    case 'V':
      return "bytes without a type";
    case 'S':
    case 'a':
    case 'U':
    case 'T':
      return "text";
    case 'M':
    case 'm':
      return "dates and times";
    case 'c':
      return "complex numbers";
    default:
      return "an unknown type";
  }
}

struct Header {
  StoredType type;
  bool fortran_order = false;
  Dims shape;
};

// A dict as Python writes it: {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
class HeaderParser {
 public:
  HeaderParser(const std::string& where, std::string_view text)
      : where_(where), text_(text), whole_(text) {}

  Header parse() {
    Header header;
    unsigned seen = 0;
    take('{');
    while (!try_take('}')) {
      const std::string_view key = string();
      take(':');
      const unsigned bit = key == "descr"sv ? 1 : key == "fortran_order"sv ? 2 : 4;
      if (bit == 4 && key != "shape"sv) fail("{}: the header has an unknown key", where_);
      if (seen & bit) fail("{}: the header has {} twice", where_, key);
      seen |= bit;
      if (bit == 1)
        header.type = type();
      else if (bit == 2)
        header.fortran_order = flag();
      else
        header.shape = shape();
      if (!try_take(',')) {
        take('}');
        break;
      }
    }
    skip_spaces();
    if (!text_.empty()) wrong();
    if (seen != 7) fail("{}: the header has no descr, fortran_order or shape", where_);
    return header;
  }

 private:
  [[noreturn]] void wrong() {
    fail("{}: the header is not NumPy's at byte {}", where_, whole_.size() - text_.size());
  }
  void skip_spaces() {
    text_.remove_prefix(std::min(text_.find_first_not_of(" \t\n\r"), text_.size()));
  }
  bool try_take(char c) {
    skip_spaces();
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  void take(char c) {
    if (!try_take(c)) wrong();
  }
  bool try_take_word(std::string_view word) {
    skip_spaces();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  std::string_view string() {
    skip_spaces();
    if (text_.empty() || (text_[0] != '\'' && text_[0] != '"')) wrong();
    const size_t end = text_.find(text_[0], 1);
    if (end == text_.npos) wrong();
    const std::string_view s = text_.substr(1, end - 1);
    for (const char c : s)
      if (c < ' ' || c == '\\' || c == '\x7f') wrong();
    text_.remove_prefix(end + 1);
    return s;
  }
  bool flag() {
    if (try_take_word("True")) return true;
    if (!try_take_word("False")) wrong();
    return false;
  }
  StoredType type() {
    skip_spaces();
    if (text_.starts_with('[') || text_.starts_with('(') || text_.starts_with('{'))
      fail("{}: an array of structures, which no tensor holds", where_);
    const std::string_view descr = string();
    std::string_view s = descr;
    const bool big_endian = s.starts_with('>');
    if (s.starts_with('<') || s.starts_with('>') || s.starts_with('|') || s.starts_with('='))
      s.remove_prefix(1);
    size_t bytes = 0;
    const auto end = s.data() + s.size();
    if (s.size() > 1)
      if (const auto r = std::from_chars(s.data() + 1, end, bytes);
          r.ec == std::errc() && r.ptr == end)
        for (const Kind& k : kinds)
          if (k.kind == s[0] && k.bytes == bytes) return {k.type, big_endian};
    const bool numbers = !s.empty() && (s[0] == 'f' || s[0] == 'i' || s[0] == 'u' || s[0] == 'b');
    fail("{}: elements of type '{}' ({}), which no tensor holds", where_, clipped(descr),
         numbers ? "numbers of another size" : name_of(s.empty() ? ' ' : s[0]));
  }
  Dims shape() {
    Dims sizes;
    take('(');
    bool comma = true;
    while (!try_take(')')) {
      if (!comma) wrong();
      skip_spaces();
      int64_t n = 0;
      const auto r = std::from_chars(text_.data(), text_.data() + text_.size(), n);
      if (r.ec == std::errc::result_out_of_range || sizes.size() == most_dims)
        fail("{}: its shape is too large", where_);
      if (r.ec != std::errc() || n < 0) wrong();
      text_.remove_prefix(size_t(r.ptr - text_.data()));
      if (text_.starts_with('L')) text_.remove_prefix(1);  // a long of Python 2
      sizes.push_back(n);
      comma = try_take(',');
    }
    if (sizes.size() == 1 && !comma) wrong();  // a number in parentheses
    return sizes;
  }

  const std::string& where_;
  std::string_view text_, whole_;
};

class Reader {
 public:
  Reader(const std::string& where, Input input) : where_(where), input_(std::move(input)) {}
  size_t take_some(void* to, size_t bytes) {
    const size_t n = input_.read(to, bytes);
    if (input_.left) *input_.left -= std::min<uint64_t>(n, *input_.left);
    return n;
  }
  void take(void* to, size_t bytes, const char* within) {
    if (const size_t n = take_some(to, bytes); n < bytes)
      fail("{}: the file ends {} bytes too early, within its {}", where_, bytes - n, within);
  }
  const std::optional<uint64_t>& left() const { return input_.left; }

 private:
  const std::string& where_;
  Input input_;
};

Header read_header(const std::string& where, Reader& reader) {
  char head[file_kind_bytes];
  const size_t got = reader.take_some(head, 8);
  if (!std::string_view(head, got).starts_with(magic)) {
    const std::string_view first(head, got + reader.take_some(head + got, sizeof head - got));
    const std::string kind = file_kind(first, false);
    fail("{}: no NumPy array{}{}", where, kind.empty() ? "" : " but ", kind);
  }
  if (got < 8) fail("{}: the file ends within its first bytes", where);
  const int version = head[6];
  if (version < 1 || version > 3 || head[7] != 0)
    fail("{}: version {}.{} of the layout, not one of 1.0, 2.0 and 3.0", where, version,
         int(head[7]));
  unsigned char length_bytes[4] = {};
  reader.take(length_bytes, version == 1 ? 2 : 4, "header");
  uint32_t length;
  std::memcpy(&length, length_bytes, sizeof length);
  if (reader.left() && length > *reader.left())
    fail("{}: a header of {} bytes, of which there are {}", where, length, *reader.left());
  if (length > longest_header)
    fail("{}: a header of {} bytes, more than an array of numbers needs", where, length);
  std::string text(length, '\0');
  reader.take(text.data(), length, "header");
  return HeaderParser(where, text).parse();
}

// The same elements with the dims in the reverse order.
Tensor reversed(const Tensor& t) {
  Dims sizes(t.sizes()), strides(t.strides());
  std::reverse(sizes.data(), sizes.data() + sizes.size());
  std::reverse(strides.data(), strides.data() + strides.size());
  return raw::window(t, sizes, strides, t.storage_offset());
}

Dims reversed(const Dims& d) {
  Dims r = d;
  std::reverse(r.data(), r.data() + r.size());
  return r;
}

// Bytes of a shape; throws where they, or strides, would overflow.
uint64_t bytes_of(const std::string& where, const Header& h) {
  int64_t span = 1, count = 1;  // a size of 0 counts as 1 in the span
  for (const int64_t n : h.shape.ref())
    if (__builtin_mul_overflow(span, std::max<int64_t>(n, 1), &span) || span > (int64_t(1) << 58))
      fail("{}: shape {} is too large", where, h.shape.ref());
  for (const int64_t n : h.shape.ref()) count *= n;
  return uint64_t(count) * item_size(h.type.type);
}

}  // namespace

Tensor read_array(const std::string& where, Input input, bool may_follow) {
  Reader reader(where, std::move(input));
  const Header h = read_header(where, reader);
  const uint64_t bytes = bytes_of(where, h);
  if (reader.left() && (bytes > *reader.left() || (bytes < *reader.left() && !may_follow)))
    fail("{}: shape {} needs {} bytes, and there are {}", where, h.shape.ref(), bytes,
         *reader.left());
  const Dims sizes = h.fortran_order ? reversed(h.shape) : h.shape;
  Tensor t;
  if (reader.left()) {
    t = read_elements(where, h.type, sizes.ref(),
                      [&](void* to, size_t n) { reader.take(to, n, "data"); });
  } else {  // no more memory than there are bytes
    std::string data;
    while (data.size() < bytes) {
      const size_t had = data.size();
      data.resize(had + std::min<uint64_t>(bytes - had, std::max<uint64_t>(had, 1 << 20)));
      reader.take(data.data() + had, data.size() - had, "data");
    }
    const char* from = data.data();
    t = read_elements(where, h.type, sizes.ref(), [&](void* to, size_t n) {
      if (n > 0) std::memcpy(to, from, n);
      from += n;
    });
  }
  // At the end of an archive's entry this looks at its checksum.
  char more;
  if (!may_follow && reader.take_some(&more, 1) > 0)
    fail("{}: there are more than the {} bytes of shape {}", where, bytes, h.shape.ref());
  return h.fortran_order ? reversed(t) : t;
}

std::string_view Written::data() const {
  return {static_cast<const char*>(elements.data_ptr()), elements.nbytes()};
}

void check(const std::string& op, const std::string& name, const Tensor& t) {
  const std::string where = name.empty() ? op : op + ": " + name;
  if (!t.defined()) fail("{}: an undefined tensor", where);
  if (t.sizes().size() > most_dims)
    fail("{}: {} dims, more than the {} that NumPy has", where, t.dim(), most_dims);
  if (t.dtype() == kBool) {
    const Tensor bools = raw::contiguous(t);
    check_bools(where, bools.data_ptr(), bools.nbytes());
  }
}

Written lay_out(const std::string& op, const std::string& name, const Tensor& t) {
  check(op, name, t);
  const Kind* kind = std::find_if(std::begin(kinds), std::end(kinds),
                                  [&](const Kind& k) { return k.type == t.dtype(); });
  const bool fortran_order = !t.is_contiguous() && reversed(t).is_contiguous();
  std::string shape = joined(t.sizes());
  if (t.sizes().size() == 1) shape += ',';
  std::string text = fmt::format("{{'descr': '{}{}{}', 'fortran_order': {}, 'shape': ({}), }}",
                                 kind->bytes == 1 ? '|' : '<', kind->kind, kind->bytes,
                                 fortran_order ? "True" : "False", shape);
  // Room for the size along which the array might grow, as numpy.save leaves it.
  if (!t.sizes().empty())
    text.append(21 - std::to_string(t.sizes()[fortran_order ? t.sizes().size() - 1 : 0]).size(),
                ' ');
  const size_t before = magic.size() + 4;
  text.append(63 - (before + text.size()) % 64, ' ');
  text += '\n';
  Written w;
  w.header = std::string(magic) + '\1' + '\0';
  const auto length = uint16_t(text.size());
  w.header.append(reinterpret_cast<const char*>(&length), sizeof length);
  w.header += text;
  w.elements = fortran_order ? reversed(t) : raw::contiguous(t);
  return w;
}

}  // namespace gradus::npy

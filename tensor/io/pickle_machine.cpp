// The opcodes of pickles, as Python's pickletools lists them.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

#include "tensor/base/fail.h"
#include "tensor/io/pickle_calls.h"
#include "tensor/io/pickle_names.h"

namespace gradus::pickle {
namespace {

constexpr Id nothing = std::numeric_limits<Id>::max();

class Machine {
 public:
  Machine(std::string_view pickle, const std::string& where)
      : bytes_(pickle), size_(pickle.size()), calls_(where) {}

  Graph run(size_t most_bytes) {
    if (size_ > most_bytes) calls_.fail("a pickle of {} bytes, more than {}", size_, most_bytes);
    while (step(take<uint8_t>())) {
    }
    calls_.graph.root = pop();
    if (!stack_.empty() || !marks_.empty())
      calls_.fail("the pickle ends with {} values, not with one", stack_.size() + 1);
    return std::move(calls_.graph);
  }

 private:
  // --- Bytes ------------------------------------------------------------------------------------
  std::string_view take_text(uint64_t n) {
    if (n > bytes_.size())
      calls_.fail("the pickle ends early, {} bytes before its end where {} are due", bytes_.size(),
                  n);
    const std::string_view text = bytes_.substr(0, n);
    bytes_.remove_prefix(n);
    return text;
  }
  template <class T>
  T take() {
    T value;
    std::memcpy(&value, take_text(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view take_line() {
    const size_t end = bytes_.find('\n');
    if (end == bytes_.npos) calls_.fail("the pickle ends early, within a line");
    const std::string_view line = bytes_.substr(0, end);
    bytes_.remove_prefix(end + 1);
    return line;
  }
  uint64_t take_place() {
    const std::string_view line = take_line();
    uint64_t place = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), place);
    if (error != std::errc() || end != line.data() + line.size())
      calls_.fail("a place of {} characters that is no number", line.size());
    return place;
  }
  double take_double() {
    uint64_t bits = take<uint64_t>();
    if constexpr (std::endian::native == std::endian::little) bits = __builtin_bswap64(bits);
    return std::bit_cast<double>(bits);
  }

  // --- The stack --------------------------------------------------------------------------------
  void push(Id id) { stack_.push_back(id); }
  // What lies above the last mark only.
  Id top() const {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back()))
      calls_.fail("an opcode before byte {} finds no value", size_ - bytes_.size());
    return stack_.back();
  }
  Id pop() {
    const Id id = top();
    stack_.pop_back();
    return id;
  }
  std::vector<Id> pop_many(size_t n) {
    std::vector<Id> values(n);
    while (n > 0) values[--n] = pop();
    return values;
  }
  std::vector<Id> pop_to_mark() {
    if (marks_.empty())
      calls_.fail("an opcode before byte {} finds no mark", size_ - bytes_.size());
    std::vector<Id> values(stack_.begin() + ptrdiff_t(marks_.back()), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return values;
  }
  void put(uint64_t place) {
    if (place >= size_) calls_.fail("place {} to keep a value in a pickle of {}", place, size_);
    if (place >= memo_.size()) memo_.resize(std::max(place + 1, memo_.size() * 2), nothing);
    if (memo_[place] == nothing) ++kept_;
    memo_[place] = top();
  }
  void get(uint64_t place) {
    if (place >= memo_.size() || memo_[place] == nothing)
      calls_.fail("place {} has no value to take", place);
    push(memo_[place]);
  }

  // --- Values -----------------------------------------------------------------------------------
  void push_integer(int64_t v) { push(calls_.add({Kind::integer, 0, v, {}})); }
  void push_real(double v) { push(calls_.add({Kind::real, 0, std::bit_cast<int64_t>(v), {}})); }
  void push_bool(bool v) { push(calls_.add({Kind::boolean, 0, v, {}})); }
  void push_text(std::string_view v) { push(calls_.add({Kind::text, 0, 0, v})); }
  void push_unheld(std::string_view what) { push(calls_.add({Kind::unheld, 0, 0, what})); }
  void push_parts(Kind kind, std::vector<Id> parts) {
    push(calls_.add_parts(kind, std::move(parts)));
  }
  // Two's complement, the least byte first.
  void push_long(std::string_view bytes) {
    constexpr size_t held = sizeof(int64_t);
    const bool negative = !bytes.empty() && (bytes.back() & '\x80');
    int64_t v = negative ? -1 : 0;
    std::memcpy(&v, bytes.data(), std::min(bytes.size(), held));
    for (const char c : bytes.substr(std::min(bytes.size(), held)))
      if (c != (negative ? '\xff' : '\0') || (v < 0) != negative)
        return push_unheld("an integer beyond int64");
    push_integer(v);
  }
  // A decimal number; `01` and `00` are the bools of protocol 1.
  void push_decimal(std::string_view text, bool is_long) {
    if (!is_long && (text == "01" || text == "00")) return push_bool(text == "01");
    if (is_long && text.ends_with('L')) text.remove_suffix(1);
    int64_t v = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
    if (end != text.data() + text.size() || text.empty() || error == std::errc::invalid_argument)
      calls_.fail("a number of {} characters that is none", text.size());
    if (error != std::errc()) return push_unheld("an integer beyond int64");
    push_integer(v);
  }
  void push_decimal_real(std::string_view text) {
    double v = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
    if (end != text.data() + text.size() || text.empty() || error != std::errc())
      calls_.fail("a number of {} characters that is none", text.size());
    push_real(v);
  }
  void push_name_of_stack() {
    const std::vector<Id> both = pop_many(2);
    const std::string_view module = calls_.text(both[0], "a module");
    push(calls_.name(module, calls_.text(both[1], "a name")));
  }
  void call() {
    const Id arguments = pop(), function = pop();
    push(calls_.call(function, arguments));
  }
  void append(const std::vector<Id>& values) { calls_.append(top(), values); }
  void set_items(const std::vector<Id>& pairs) { calls_.set_items(top(), pairs); }

  bool step(uint8_t opcode);

  std::string_view bytes_;
  size_t size_;
  Calls calls_;
  std::vector<Id> stack_, memo_;
  size_t kept_ = 0;
  std::vector<size_t> marks_;
};

// False at the end.
bool Machine::step(uint8_t opcode) {
  switch (opcode) {
    case '.':
      return false;
    case 0x80:  // the protocol
      if (const auto v = take<uint8_t>(); v > 5)
        calls_.fail("pickle protocol {}, of which 1 to 5 are known", v);
      break;
    case 0x95:  // a frame's length
      if (const auto n = take<uint64_t>(); n > bytes_.size())
        calls_.fail("a frame of {} bytes where {} are left", n, bytes_.size());
      break;
    case '(':
      marks_.push_back(stack_.size());
      break;
    case '0':
      if (!marks_.empty() && stack_.size() == marks_.back())
        marks_.pop_back();
      else
        pop();
      break;
    case '1':
      pop_to_mark();
      break;
    case '2':
      push(top());
      break;

    case 'N':
      push(calls_.add({}));
      break;
    case 0x88:
    case 0x89:
      push_bool(opcode == 0x88);
      break;
    case 'I':
    case 'L':
      push_decimal(take_line(), opcode == 'L');
      break;
    case 'F':
      push_decimal_real(take_line());
      break;
    case 'J':
      push_integer(take<int32_t>());
      break;
    case 'K':
      push_integer(take<uint8_t>());
      break;
    case 'M':
      push_integer(take<uint16_t>());
      break;
    case 0x8a:
      push_long(take_text(take<uint8_t>()));
      break;
    case 0x8b:
      push_long(take_text(take<uint32_t>()));
      break;
    case 'G':
      push_real(take_double());
      break;
    case 'X':
    case 'T':  // a string of Python 2
      push_text(take_text(take<uint32_t>()));
      break;
    case 0x8c:
    case 'U':
      push_text(take_text(take<uint8_t>()));
      break;
    case 0x8d:
      push_text(take_text(take<uint64_t>()));
      break;
    case 'B':
      take_text(take<uint32_t>());
      push_unheld("bytes");
      break;
    case 'C':
      take_text(take<uint8_t>());
      push_unheld("bytes");
      break;
    case 0x8e:
      take_text(take<uint64_t>());
      push_unheld("bytes");
      break;
    case 0x96:
      take_text(take<uint64_t>());
      push_unheld("a bytearray");
      break;

    case ']':
      push_parts(Kind::list, {});
      break;
    case 'l':
      push_parts(Kind::list, pop_to_mark());
      break;
    case 'a': {
      const Id value = pop();
      append({value});
      break;
    }
    case 'e': {
      const std::vector<Id> values = pop_to_mark();
      append(values);
      break;
    }
    case ')':
      push_parts(Kind::tuple, {});
      break;
    case 't':
      push_parts(Kind::tuple, pop_to_mark());
      break;
    case 0x85:
    case 0x86:
    case 0x87:
      push_parts(Kind::tuple, pop_many(opcode - 0x84));
      break;
    case '}':
      push_parts(Kind::dict, {});
      break;
    case 'd': {
      const std::vector<Id> pairs = pop_to_mark();
      push_parts(Kind::dict, {});
      set_items(pairs);
      break;
    }
    case 's': {
      const std::vector<Id> pair = pop_many(2);
      set_items(pair);
      break;
    }
    case 'u': {
      const std::vector<Id> pairs = pop_to_mark();
      set_items(pairs);
      break;
    }
    case 0x8f:
      push_unheld("a set");
      break;
    case 0x90: {
      const std::vector<Id> values = pop_to_mark();
      append(values);
      break;
    }
    case 0x91:
      pop_to_mark();
      push_unheld("a frozenset");
      break;

    case 'c': {
      const std::string_view module = take_line(), name = take_line();
      push(calls_.name(module, name));
      break;
    }
    case 0x93:
      push_name_of_stack();
      break;
    case 'R':
    case 0x81:  // a new object of a class
      call();
      break;
    case 'b': {
      const Id state = pop();
      calls_.set_state(top(), state);
      break;
    }
    case 'Q':
      push(calls_.storage(pop()));
      break;

    case 'p':
      put(take_place());
      break;
    case 'q':
      put(take<uint8_t>());
      break;
    case 'r':
      put(take<uint32_t>());
      break;
    case 0x94:
      put(kept_);
      break;
    case 'g':
      get(take_place());
      break;
    case 'h':
      get(take<uint8_t>());
      break;
    case 'j':
      get(take<uint32_t>());
      break;
    default:
      calls_.fail("opcode {:#04x} at byte {} is none of plain containers'", opcode,
                  size_ - bytes_.size() - 1);
  }
  return true;
}

}  // namespace

Graph read_graph(std::string_view pickle, const std::string& where, size_t most_bytes) {
  return Machine(pickle, where).run(most_bytes);
}

}  // namespace gradus::pickle

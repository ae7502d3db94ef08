#include "data/csv_records.h"

#include <algorithm>
#include <utility>

#include "tensor/base/fail.h"

namespace gradus::data {

namespace {

constexpr size_t least_piece = 1 << 18, most_fields = 1 << 13;

}  // namespace

CSVRecords::CSVRecords(std::string place, std::unique_ptr<CSVSource> source, const CSVOptions& o)
    : place_(std::move(place)),
      source_(std::move(source)),
      delim_whitespace_(o.delim_whitespace()),
      skip_spaces_(o.skipinitialspace()),
      skip_blank_lines_(o.skip_blank_lines()),
      doublequote_(o.doublequote()),
      has_quote_(o.quotechar()),
      has_escape_(o.escapechar()),
      quote_(o.quotechar().value_or('\0')),
      escape_(o.escapechar().value_or('\0')),
      max_field_(o.max_field_bytes()),
      max_bytes_(o.max_bytes()),
      max_columns_(size_t(o.max_columns())),
      skip_first_(uint64_t(o.skiprows().first)),
      skip_numbers_(o.skiprows().numbers.begin(), o.skiprows().numbers.end()) {
  std::sort(skip_numbers_.begin(), skip_numbers_.end());
  const auto kind_of = [this](char c) -> Kind& { return kinds_[uint8_t(c)]; };
  // The terminator of the string that holds the bytes, which ends every scan.
  kind_of('\0') = nul;
  if (delim_whitespace_)
    kind_of(' ') = kind_of('\t') = separator;
  else
    kind_of(o.sep()) = separator;
  kind_of('\n') = line_feed;
  kind_of('\r') = carriage_return;
  if (has_escape_) kind_of(escape_) = escape;
  if (o.comment()) kind_of(*o.comment()) = comment;
  plain_ = source_->plain_bytes().has_value();
}

void CSVRecords::reserve() {
  if (const auto more = source_->plain_bytes()) {
    bytes_.reserve(bytes_.size() + *more + 1);
    reserved_ = true;
  }
}

void CSVRecords::keep(bool all) {
  keep_ = all;
  kept_ = next_;
}

void CSVRecords::back() { next_ = kept_; }

void CSVRecords::rewind() {
  source_->rewind();
  bytes_.clear();
  ended_ = keep_ = false;
  next_ = kept_ = {};
}

// Takes more bytes in. A record that is not whole is cut again from its beginning, so pieces grow
// with it.
void CSVRecords::refill() {
  const size_t from = keep_ ? kept_.at : next_.at;
  bytes_.erase(0, from);
  next_.at -= from;
  if (keep_) kept_.at = 0;
  const size_t had = bytes_.size();
  size_t piece = std::max(least_piece, had - next_.at);
  if (reserved_ && bytes_.capacity() > had) piece = std::min(piece, bytes_.capacity() - had);
  if (!plain_) piece = size_t(std::min<uint64_t>(piece, max_bytes_ + 1 - had));
  bytes_.resize(had + piece);
  const size_t got = source_->read(bytes_.data() + had, piece);
  bytes_.resize(had + got);
  ended_ = got < piece;
  if (!plain_ && bytes_.size() > max_bytes_)
    fail("{} has more bytes than the limit of {}", place_, max_bytes_);
}

bool CSVRecords::is_skipped(uint64_t number) const {
  return number < skip_first_ ||
         (!skip_numbers_.empty() &&
          std::binary_search(skip_numbers_.begin(), skip_numbers_.end(), number));
}

void CSVRecords::fail_too_long(uint64_t line) const {
  fail("{}: line {}: a field has more than {} bytes", place_, line, max_field_);
}

inline void CSVRecords::add(const char* begin, const char* end, uint64_t line) {
  if (uint64_t(end - begin) > max_field_) fail_too_long(line);
  add_field({begin, size_t(end - begin)});
}

inline void CSVRecords::add_field(std::string_view field) {
  if (count_ == fields_.size()) fields_.resize(2 * count_ + 64);
  fields_[count_++] = field;
}

void CSVRecords::drop_fields(size_t fields, size_t decoded) {
  count_ = fields;
  decoded_.resize(decoded);
}

const char* CSVRecords::line_end(const char* p) const {
  if (*p == '\n') return p + 1;
  if (at_end(p + 1) && !ended_) return nullptr;
  return p[1] == '\n' ? p + 2 : p + 1;
}

const char* CSVRecords::skip_blanks(const char* p) const {
  while (delim_whitespace_ ? *p == ' ' || *p == '\t' : *p == ' ') ++p;
  return p;
}

const char* CSVRecords::skip_line(const char* p) const {
  while (kinds_[uint8_t(*p)] != line_feed && kinds_[uint8_t(*p)] != carriage_return && !at_end(p))
    ++p;
  return p;
}

// A field in quotes, or with an escape in it, from its first byte on. Gives what ends it; null
// where more bytes may belong to it.
const char* CSVRecords::cut_special(const char* p) {
  const uint64_t opened = line_;
  std::string* text = nullptr;  // of a field that is not as it stands in the file
  bool quoted = has_quote_ && *p == quote_;
  const char* start = quoted ? ++p : p;  // of what is yet to be added to the text
  const auto flush = [&] {
    if (!text) text = &decoded_.emplace_back();
    text->append(start, p);
    if (text->size() > max_field_) fail_too_long(opened);
  };
  for (;;) {
    if (at_end(p)) {
      if (uint64_t(p - start) > max_field_) fail_too_long(opened);
      if (!ended_) return nullptr;
      if (quoted) fail("{}: a quote that line {} opens has no end", place_, opened);
      break;
    }
    if (has_escape_ && *p == escape_) {
      if (at_end(p + 1)) {
        if (!ended_) return nullptr;
        fail("{}: line {} ends with an escape", place_, line_);
      }
      flush();
      start = p + 1;
      if (p[1] == '\n' || (p[1] == '\r' && p[2] != '\n')) ++line_;
      p += 2;
    } else if (quoted) {
      if (*p == quote_) {
        if (at_end(p + 1) && !ended_) return nullptr;
        if (doublequote_ && p[1] == quote_) {
          ++p;
          flush();
          start = ++p;
        } else {
          quoted = false;
          const Kind next = kinds_[uint8_t(p[1])];
          if (!text && next != ordinary && next != escape && (next != nul || at_end(p + 1))) {
            add(start, p, opened);
            return p + 1;
          }
          flush();
          start = ++p;
        }
      } else {
        if (*p == '\n' || (*p == '\r' && p[1] != '\n' && !at_end(p + 1))) ++line_;
        ++p;
      }
    } else {
      const Kind kind = kinds_[uint8_t(*p)];
      if (kind != ordinary && kind != nul) break;
      ++p;
    }
  }
  flush();
  add_field(*text);
  return p;
}

// The first byte that is not ordinary, four in a round: nothing else is done for most bytes.
template <class Kind>
[[gnu::always_inline]] static inline const char* skip_ordinary(const Kind* kinds, const char* p) {
  for (;; p += 4) {
    if (kinds[uint8_t(p[0])]) return p;
    if (kinds[uint8_t(p[1])]) return p + 1;
    if (kinds[uint8_t(p[2])]) return p + 2;
    if (kinds[uint8_t(p[3])]) return p + 3;
  }
}

CSVRecords::Got CSVRecords::cut_fields(const char*& begin_and_end, bool skipped) {
  const char* p = begin_and_end;  // which the compiler keeps in a register
  const size_t first = count_, first_decoded = decoded_.size();
  const size_t most = skipped ? 64 : max_columns_;
  const bool spaces = skip_spaces_ || delim_whitespace_;
  const Kind* const kinds = kinds_;
  for (;;) {
    if (spaces) p = skip_blanks(p);
    const char* const begin = p;
    Kind kind;
    if (*p == quote_ && has_quote_ && !at_end(p)) {
      p = cut_special(p);
      if (!p) return Got::incomplete;
      kind = kinds[uint8_t(*p)];
    } else {
      for (;;) {
        p = skip_ordinary(kinds, p);
        kind = kinds[uint8_t(*p)];
        if (kind != nul || at_end(p)) break;
        ++p;
      }
      if (kind == separator) {
        add(begin, p, line_);
      } else if (kind == escape) {
        p = cut_special(begin);
        if (!p) return Got::incomplete;
        kind = kinds[uint8_t(*p)];
      } else if (kind == nul && !ended_) {
        if (uint64_t(p - begin) > max_field_) fail_too_long(line_);
        return Got::incomplete;
      } else if (!(delim_whitespace_ && p == begin && count_ > first)) {
        add(begin, p, line_);  // else blanks at the line's end
      }
    }
    if (kind == separator) {
      if (count_ - first >= most) {
        if (!skipped) fail("{}: line {} has more than {} fields", place_, line_, most);
        drop_fields(first, first_decoded);
      }
      ++p;
      continue;
    }
    if (kind == comment) {
      p = skip_line(p);
      kind = at_end(p) ? nul : line_feed;
    }
    if (kind == nul) {
      begin_and_end = p;
      return ended_ ? Got::record : Got::incomplete;
    }
    const char* const next = line_end(p);
    if (!next) return Got::incomplete;
    begin_and_end = next;
    ++line_;
    return Got::record;
  }
}

// The record at next_, or a line that is none.
CSVRecords::Got CSVRecords::cut() {
  const char* const begin = bytes_.data() + next_.at;
  if (at_end(begin)) return ended_ ? Got::nothing : Got::incomplete;
  if (!std::exchange(next_.begun, true)) {
    const std::string_view bytes(bytes_);
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"))
      fail("{} is UTF-16, not UTF-8", place_);
    if (bytes.starts_with("\xEF\xBB\xBF")) next_.at += 3;
    return Got::nothing;
  }
  const char* p = begin;
  line_ = next_.line;
  const size_t first = count_, first_decoded = decoded_.size();
  const bool skipped = is_skipped(next_.number);
  const Kind kind = kinds_[uint8_t(*p)];
  if (!skipped && (kind == comment || skip_blank_lines_)) {
    const char* end = p;
    const bool is_comment = kind == comment;
    if (is_comment)
      end = skip_line(end);
    else
      while (*end == ' ' || *end == '\t') ++end;
    if (at_end(end) && !ended_) return Got::incomplete;
    if (is_comment || at_end(end) || *end == '\n' || *end == '\r') {
      // A line of separators has fields, though they are blank.
      const bool blank = is_comment || delim_whitespace_ || std::none_of(p, end, [&](char c) {
                           return kinds_[uint8_t(c)] != ordinary;
                         });
      if (blank) {
        if (!at_end(end)) {
          end = line_end(end);
          if (!end) return Got::incomplete;
        }
        next_.at = size_t(end - bytes_.data());
        ++next_.line;
        ++next_.number;
        return Got::nothing;
      }
    }
  }
  const Got got = cut_fields(p, skipped);
  if (got == Got::incomplete) {
    drop_fields(first, first_decoded);
    return got;
  }
  const size_t count = count_ - first;
  if (skipped)
    drop_fields(first, first_decoded);
  else if (expected_ && count != expected_)
    fail("{}: line {} has {} field{}, not {}", place_, next_.line, count, count == 1 ? "" : "s",
         expected_);
  else
    lines_.push_back(next_.line);
  next_.at = size_t(p - bytes_.data());
  next_.line = line_;
  ++next_.number;
  return skipped ? Got::nothing : Got::record;
}

size_t CSVRecords::read(size_t most) {
  count_ = 0;
  lines_.clear();
  decoded_.clear();
  while (lines_.size() < most && count_ < most_fields) {
    const Got got = cut();
    if (got == Got::incomplete) {
      if (!lines_.empty()) break;
      refill();
    } else if (got == Got::nothing && ended_ && next_.at == bytes_.size()) {
      break;
    }
  }
  return lines_.size();
}

}  // namespace gradus::data

// The bytes of a CSV file cut into records of fields; for .cpp files.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/csv.h"

namespace gradus::data {

// A file or stream that gives its bytes in order.
class CSVSource {
 public:
  virtual ~CSVSource() = default;
  // As many of n bytes as there are.
  virtual size_t read(char* to, size_t n) = 0;
  // No more bytes than this can be left, where it is a plain file.
  virtual std::optional<uint64_t> plain_bytes() = 0;
  // Starts again. Throws where that cannot be.
  virtual void rewind() = 0;
};

// Records of the file, some at a time.
class CSVRecords {
 public:
  // `op` and the file's name stand first in errors: `read_csv: x.csv: line 3 ...`.
  CSVRecords(std::string place, std::unique_ptr<CSVSource> source, const CSVOptions& options);

  // How many fields each record must have; 0 for any number.
  void expect(size_t fields) { expected_ = fields; }
  // Cuts up to `most` records, or fewer: as many as are in memory. 0: the file has ended. What was
  // given before is gone.
  size_t read(size_t most);
  // Field f of record r is fields()[r * count + f], where each has `count` fields.
  const std::string_view* fields() const { return fields_.data(); }
  size_t field_count() const { return count_; }
  // The line in which record r begins, from 1.
  uint64_t line(size_t r) const { return lines_[r]; }

  // Whether the bytes from the next record on stay in memory, for going back to it.
  void keep(bool all);
  // To where keep(true) was called.
  void back();
  // To the beginning of the file.
  void rewind();
  const std::string& place() const { return place_; }
  // Makes room for a whole file.
  void reserve();

 private:
  enum Kind : uint8_t { ordinary, separator, line_feed, carriage_return, nul, escape, comment };
  // Where the next record begins.
  struct Place {
    size_t at = 0;
    uint64_t line = 1;    // from 1
    uint64_t number = 0;  // of records, blank lines and comments, from 0
    bool begun = false;
  };
  enum class Got { record, nothing, incomplete };

  void refill();
  Got cut();
  // The fields of a record; p is moved to its end. Of a skipped record few are held at a time.
  Got cut_fields(const char*& p, bool skipped);
  // Lets go of the fields behind the first ones.
  void drop_fields(size_t fields, size_t decoded);
  const char* cut_special(const char* p);
  const char* skip_line(const char* p) const;
  const char* skip_blanks(const char* p) const;
  // p behind the line's end at p; null where more bytes may belong to it.
  const char* line_end(const char* p) const;
  bool at_end(const char* p) const { return p == bytes_.data() + bytes_.size(); }
  bool is_skipped(uint64_t number) const;
  void add_field(std::string_view field);
  void add(const char* begin, const char* end, uint64_t line);
  [[noreturn]] void fail_too_long(uint64_t line) const;

  std::string place_;
  std::unique_ptr<CSVSource> source_;
  Kind kinds_[256] = {};
  bool delim_whitespace_, skip_spaces_, skip_blank_lines_, doublequote_, has_quote_, has_escape_;
  char quote_, escape_;
  uint64_t max_field_, max_bytes_;
  size_t max_columns_, expected_ = 0;
  uint64_t skip_first_;
  std::vector<uint64_t> skip_numbers_;  // sorted

  std::string bytes_;  // of the file, from the record that is kept or the next one on
  bool ended_ = false, keep_ = false, plain_ = false, reserved_ = false;
  Place next_, kept_;
  std::vector<std::string_view> fields_;  // the first count_ of them
  size_t count_ = 0;
  std::vector<uint64_t> lines_;
  std::deque<std::string> decoded_;  // fields that do not stand in the file as they are
  uint64_t line_ = 1;                // while a record is cut
};

}  // namespace gradus::data

// Zip archives, for .cpp files: entries stored or deflated, of any size and number (zip64), as
// PKWARE's APPNOTE.TXT describes them. Nothing is unpacked to a disk, so an entry's name is a word
// and no path. Errors begin with `where`: the operation and the file's name.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace gradus {

struct ZipEntry {
  std::string name;          // UTF-8
  uint64_t size = 0;         // bytes of the content
  uint64_t packed_size = 0;  // the bytes that they take in the archive
  uint32_t crc = 0;
  uint16_t method = 0;  // 0 stored, 8 deflated; others can be named, not read
  uint16_t flags = 0;
  uint64_t header_at = 0, end_limit = 0;  // where its local header begins, and the next thing

  bool is_stored() const { return method == 0; }
};

// The bytes of an entry, in sequence. It outlives its reader, whose bytes must still be there.
class ZipContent {
 public:
  ZipContent(ZipContent&&) noexcept;
  ZipContent& operator=(ZipContent&&) noexcept;
  ~ZipContent();

  uint64_t left() const;
  // Gives fewer than `bytes` at the content's end only. What gives the last byte, or finds that
  // there is none, throws Error unless all of them have the entry's CRC-32.
  size_t read(void* to, size_t bytes);
  // Throws Error unless there are so many, and at the end as read() does.
  void read_exactly(void* to, size_t bytes);

 private:
  friend class ZipReader;
  struct State;
  explicit ZipContent(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Opening reads the directory at the archive's end. It throws Error where that is damaged, where
// two entries have one name or share bytes, a name is no UTF-8 or has a NUL, or an entry claims
// more than its bytes can hold; memory stays within some times the directory's size. Archives of
// several disks, and those with other bytes in front, are refused.
class ZipReader {
 public:
  // Copies the bytes from `at` on to `to`, and returns how many there were.
  using ReadAt = std::function<size_t(uint64_t at, void* to, size_t bytes)>;

  // A file, which stays open and is read where an entry is asked for; a pipe is read whole. `op`
  // must outlive the reader.
  ZipReader(const char* op, const std::string& filename);
  // A stream from its place to its end; it must outlive the reader.
  ZipReader(std::string where, std::istream& stream);
  // Memory, which must outlive the reader.
  ZipReader(std::string where, const char* data, size_t size);
  ZipReader(std::string where, ReadAt read, uint64_t size);

  // In the directory's order.
  const std::vector<ZipEntry>& entries() const { return entries_; }
  // Null where there is none.
  const ZipEntry* find(std::string_view name) const;
  // Bytes of the whole archive.
  uint64_t size() const;

  // Where an entry's packed bytes begin; those of a stored one can be mapped from there. Throws
  // Error when its local header is damaged or speaks of another entry.
  uint64_t data_at(const ZipEntry& entry) const;
  // Throws Error as data_at() does, and for an entry that is encrypted or packed otherwise.
  // PyTorch writes archives without checksums too, which are read without the check.
  ZipContent open(const ZipEntry& entry, bool check_crc = true) const;
  // All of the content; memory grows with what is there. More than `most` bytes throw Error.
  std::string read(const ZipEntry& entry, uint64_t most = UINT64_MAX, bool check_crc = true) const;

  struct Source;

 private:
  void read_directory();
  std::shared_ptr<const Source> source_;
  std::vector<ZipEntry> entries_;
  std::vector<uint32_t> by_name_;
};

// Writes an archive from front to end, through a function that throws where it cannot write.
class ZipWriter {
 public:
  using Write = std::function<void(const void* data, size_t bytes)>;
  // Content that lies in several places, in their order.
  using Pieces = std::vector<std::string_view>;

  // Sizes and places above `most_in_32_bits` are written as zip64 does.
  ZipWriter(std::string where, Write write, uint64_t most_in_32_bits = 0xfffffffe);

  // Adds an entry. Throws Error for a name that was added before, that is no UTF-8, has a NUL or
  // more than 65535 bytes. After a failure to write, the archive is lost.
  //
  // Throws as both do for the name of an entry.
  static void check_name(const std::string& where, const std::string& name);
  // Stored, the content begins at a multiple of `alignment` bytes, at most 32768; 1 for anywhere.
  void store(const std::string& name, const Pieces& content, size_t alignment = 64);
  // Level 1 is the fastest, 9 the smallest.
  void deflate(const std::string& name, const Pieces& content, int level = 6);
  // Writes the directory, after which nothing can be added.
  void finish();

 private:
  ZipEntry new_entry(const std::string& name, const Pieces& content);
  bool is_wide(const ZipEntry& entry) const;
  void put_header(const ZipEntry& entry, size_t alignment);
  void put(std::string_view bytes);
  std::string where_;
  Write write_;
  uint64_t most_in_32_bits_, at_ = 0;
  std::vector<ZipEntry> entries_;
  std::unordered_set<std::string> names_;
};

}  // namespace gradus

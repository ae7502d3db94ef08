// Objects that are saved to an archive and loaded from it.
#pragma once

#include <string>

#include "tensor/io/serialize.h"

inline std::string bytes_of(gradus::serialize::OutputArchive& out) {
  std::string bytes;
  out.save_to([&](const void* data, size_t n) {
    bytes.append(static_cast<const char*>(data), n);
    return n;
  });
  return bytes;
}
template <class From>
std::string saved_bytes(const From& from) {
  gradus::serialize::OutputArchive out;
  out << from;
  return bytes_of(out);
}
template <class To>
void load_bytes(const std::string& bytes, To& to) {
  gradus::serialize::InputArchive in;
  in.load_from(bytes.data(), bytes.size());
  in >> to;
}
// What `from` saves, loaded by `to`.
template <class From, class To>
void through(const From& from, To& to) {
  load_bytes(saved_bytes(from), to);
}

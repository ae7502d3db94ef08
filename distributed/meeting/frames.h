// What the processes of a meeting send each other. Each side checks all of it: any program may
// connect to a port.
#pragma once

#include <cstdint>
#include <type_traits>

namespace gradus::distributed::meeting {

constexpr uint64_t magic = 0x314d454d55444152;  // also tells the order of bytes
constexpr uint32_t version = 1;                 // of what follows

// What rank 0 says to whoever connects, so that nobody gives his name to a stranger.
struct Banner {
  uint64_t magic, job;
  uint32_t version, size;
};

// What who wants to take part answers.
struct Hello {
  uint64_t magic, job;
  uint32_t version, rank, size, pid;
  char memory[128];  // equal for processes that can share memory; empty: with none
  char host[64];     // for people
  char mpi[64];      // the library
};

// What follows either way, each before so many bytes.
struct Header {
  uint64_t magic;
  enum Kind : uint32_t {
    welcome,  // to all, when all have come: the job's number, and the machine of each rank
    piece,    // from a rank: its part of an exchange
    pieces,   // to all, when all have given theirs: each as its length and its bytes
    broken,   // to all: why the meeting has failed
    bye,      // from a rank, which leaves
  } kind;
  uint32_t length;
};

static_assert(std::has_unique_object_representations_v<Banner> &&
              std::has_unique_object_representations_v<Hello> &&
              std::has_unique_object_representations_v<Header>);

// The bits of a job's number: Open MPI's processes name each other by two halves of 15 bits.
constexpr uint32_t largest_number = 0x7fff7fff;
constexpr uint32_t largest_piece = 1 << 20;
constexpr uint32_t largest_pieces = 1 << 30;
constexpr uint32_t largest_text = 1 << 12;

}  // namespace gradus::distributed::meeting

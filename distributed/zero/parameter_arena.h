// Parameters in one piece of memory, of which each rank owns a part.
#pragma once

#include <vector>

#include "distributed/data_parallel/options.h"
#include "distributed/group/process_group.h"

namespace gradus::distributed {

// The parameters of one dtype that came together. They are moved into the arena, and keep their
// identity. Either each rank owns an equal part, whose ends may lie within parameters, or each
// parameter has one owner, the largest given first to whoever has least.
class ParameterArena {
 public:
  // A part of a parameter, in one rank's part of the arena.
  struct Piece {
    size_t parameter = 0;
    int64_t begin = 0, end = 0;  // elements of the parameter
    int64_t at = 0;              // where it begins in the arena
    Tensor values;               // that part of the arena; the owner's only
  };

  ParameterArena(std::vector<Tensor> parameters, intrusive_ptr<ProcessGroup> group, bool in_slices,
                 SumMode mode);

  const std::vector<Tensor>& parameters() const { return parameters_; }
  bool in_slices() const { return in_slices_; }
  // What a rank owns, in the order in which it lies there.
  const std::vector<Piece>& pieces(int rank) const { return pieces_[size_t(rank)]; }
  // Takes back parameters whose memory was replaced. Throws Error where one has another dtype or
  // other sizes than it came with.
  void adopt();
  // The mean of all ranks' gradients, undefined ones being 0, for this rank's part of the arena,
  // when the work is done.
  struct Mean {
    Tensor gradients;
    intrusive_ptr<Work> work;
  };
  Mean reduce_gradients() const;
  // A piece's part of such gradients.
  Tensor part_of(const Tensor& gradients, const Piece& piece) const;
  // What each rank has written to its pieces comes to all.
  std::vector<intrusive_ptr<Work>> gather() const;
  // Rank 0's parameters become those of all.
  void broadcast() const;

 private:
  void place_slices();
  void place_whole();
  Tensor flat_gradients() const;
  int64_t begin_of(int rank) const { return bounds_[size_t(rank)].first; }
  int64_t end_of(int rank) const { return bounds_[size_t(rank)].second; }
  Tensor range(const Tensor& of, int64_t begin, int64_t end) const;
  Tensor place(size_t parameter) const;

  const std::vector<Tensor> parameters_;
  std::vector<std::vector<int64_t>> sizes_;
  const intrusive_ptr<ProcessGroup> group_;
  const bool in_slices_, by_tree_;
  std::vector<int64_t> offsets_;
  std::vector<std::pair<int64_t, int64_t>> bounds_;  // of each rank's part
  std::vector<std::vector<Piece>> pieces_;
  int64_t total_ = 0;
  Tensor whole_;
};

}  // namespace gradus::distributed

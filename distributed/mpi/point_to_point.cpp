#include <algorithm>
#include <cstring>

#include "distributed/mpi/element.h"
#include "distributed/mpi/pieces.h"
#include "distributed/mpi/task.h"
#include "tensor/base/fail.h"

namespace gradus::distributed::mpi {

namespace {

char* bytes(const Packing& p) {
  return p.defined() ? static_cast<char*>(p.flat().data_ptr()) : nullptr;
}

// All pairs at once, after each has said how much it sends.
class Alltoall final : public Task {
 public:
  Alltoall(const Link& l, const Operation& o) : link_(l), op_(o), counts_(o.input_parts.size()) {
    const int64_t own = o.input_parts[size_t(l.rank)];
    sent.point_to_point = (o.input_count() - own) * int64_t(item_size(o.dtype));
  }

  bool next(Requests& requests) override {
    switch (step_++) {
      case 0:
        check(MPI_Ialltoall(op_.input_parts.data(), 1, MPI_INT64_T, counts_.data(), 1, MPI_INT64_T,
                            link_.collective, requests.add()),
              "MPI_Ialltoall");
        return true;
      case 1:
        exchange(requests);
        return true;
      default:
        return false;
    }
  }

 private:
  void exchange(Requests& requests) {
    for (int r = 0; r < link_.size; ++r)
      if (counts_[r] != op_.output_parts[r])
        fail("{}: rank {} sends rank {} {} elements, and {} are expected of it",
             opTypeToString(op_.kind), r, link_.rank, counts_[r], op_.output_parts[r]);
    const int64_t item = int64_t(item_size(op_.dtype));
    char *from = bytes(op_.input), *to = bytes(op_.output);
    const char* own_from = nullptr;
    char* own_to = nullptr;
    for (int r = 0; r < link_.size; ++r) {
      const int64_t out = op_.input_parts[r], in = op_.output_parts[r];
      if (r == link_.rank) {
        own_from = from;
        own_to = to;
      } else {
        receive_pieces(to, in, op_.dtype, r, exchange_tag, link_.collective, requests);
        send_pieces(from, out, op_.dtype, r, exchange_tag, link_.collective, requests);
      }
      from += out * item;
      to += in * item;
    }
    if (const int64_t own = op_.input_parts[link_.rank])
      std::memcpy(own_to, own_from, size_t(own * item));
  }

  const Link& link_;
  const Operation& op_;
  std::vector<int64_t> counts_;  // what each rank sends here
  int step_ = 0;
};

// What goes ahead of a tensor. Its tag is the user's, doubled; that of the tensor is its number,
// doubled, plus one.
struct Header {
  int32_t dtype, number;
  int64_t count;
};

class Send final : public Task {
 public:
  Send(const Link& l, const Operation& o, int number)
      : link_(l), op_(o), header_{int32_t(o.dtype), number, o.input_count()} {
    sent.point_to_point = header_.count * int64_t(item_size(o.dtype));
  }

  bool next(Requests& requests) override {
    if (started_) return false;
    started_ = true;
    check(MPI_Isend(&header_, sizeof header_, MPI_BYTE, op_.peer, 2 * op_.tag, link_.point,
                    requests.add()),
          "MPI_Isend");
    send_pieces(bytes(op_.input), header_.count, op_.dtype, op_.peer, 2 * header_.number + 1,
                link_.point, requests);
    return true;
  }

 private:
  const Link& link_;
  const Operation& op_;
  const Header header_;
  bool started_ = false;
};

class Receive final : public Task {
 public:
  Receive(const Link& l, const Operation& o) : link_(l), op_(o) {}

  bool next(Requests& requests) override {
    switch (step_++) {
      case 0:
        check(
            MPI_Irecv(&header_, sizeof header_, MPI_BYTE, op_.peer < 0 ? MPI_ANY_SOURCE : op_.peer,
                      2 * op_.tag, link_.point, requests.add()),
            "MPI_Irecv");
        return true;
      case 1: {
        source = requests.status(0).MPI_SOURCE;
        char* to = bytes(op_.output);
        const ScalarType dtype = ScalarType(header_.dtype);
        if (dtype != op_.dtype || header_.count != op_.output_count()) {
          // It is taken all the same: the sender waits for that.
          refused = fmt::format("rank {} sent {} elements of {}, and {} of {} are expected", source,
                                header_.count, dtype, op_.output_count(), op_.dtype);
          unwanted_.resize(size_t(header_.count) * item_size(dtype));
          to = unwanted_.data();
        }
        receive_pieces(to, header_.count, dtype, source, 2 * header_.number + 1, link_.point,
                       requests);
        return true;
      }
      default:
        return false;
    }
  }

 private:
  const Link& link_;
  const Operation& op_;
  Header header_{};
  std::vector<char> unwanted_;
  int step_ = 0;
};

}  // namespace

std::unique_ptr<Task> alltoall_task(const Link& link, const Operation& op) {
  return std::make_unique<Alltoall>(link, op);
}

std::unique_ptr<Task> point_task(const Link& link, const Operation& op, int number) {
  if (op.kind == OpType::SEND) return std::make_unique<Send>(link, op, number);
  return std::make_unique<Receive>(link, op);
}

int number_limit() {
  static const int limit = [] {
    void* value = nullptr;
    int found = 0;
    check(MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_TAG_UB, &value, &found), "MPI_Comm_get_attr");
    return (found ? *static_cast<int*>(value) : 32767) / 2;
  }();
  return limit;
}

}  // namespace gradus::distributed::mpi

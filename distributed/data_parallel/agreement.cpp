#include "distributed/data_parallel/agreement.h"

#include <algorithm>
#include <cstring>

#include "autograd/factories.h"
#include "autograd/modes.h"
#include "distributed/group/hash.h"
#include "tensor/base/fail.h"

namespace gradus::distributed {
namespace {

std::vector<std::string> lines_of(const char* p, const char* end) {
  std::vector<std::string> lines;
  while (p < end) {
    const char* const line = std::find(p, end, '\n');
    lines.emplace_back(p, line);
    p = line + (line < end);
  }
  return lines;
}

}  // namespace

std::vector<Tensor> gathered(Tensor mine, ProcessGroup& group) {
  std::vector<std::vector<Tensor>> all(1);
  for (int r = 0; r < group.getSize(); ++r) all[0].push_back(empty_like(mine));
  std::vector<Tensor> input{std::move(mine)};
  group.allgather(all, input)->wait();
  return std::move(all[0]);
}

bool alike(uint64_t number, ProcessGroup& group, const std::string& purpose) {
  if (group.getSize() == 1) return true;
  Tensor least = empty({2}, kLong);
  int64_t* const n = least.data_ptr<int64_t>();
  n[0] = int64_t(number);
  n[1] = ~n[0];
  AllreduceOptions options;
  options.reduceOp = ReduceOp::MIN;
  options.purpose = purpose;
  std::vector<Tensor> one{least};
  group.allreduce(one, options)->wait();
  return n[0] == ~n[1];
}

void agree(const char* who, const std::vector<std::string>& lines, ProcessGroup& group) {
  const int size = group.getSize();
  if (size == 1) return;
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  if (alike(hash(text), group, "what ranks have alike")) return;

  int64_t longest = 0;
  for (const Tensor& n : gathered(full({1}, int64_t(text.size()), kLong), group))
    longest = std::max(longest, n.data_ptr<int64_t>()[0]);
  Tensor padded = zeros({longest}, kByte);
  std::memcpy(padded.data_ptr<uint8_t>(), text.data(), text.size());
  const std::vector<Tensor> texts = gathered(padded, group);
  std::vector<std::vector<std::string>> of_ranks;
  for (const Tensor& t : texts) {
    const char* const p = reinterpret_cast<const char*>(t.data_ptr<uint8_t>());
    of_ranks.push_back(lines_of(p, std::find(p, p + longest, '\0')));
  }
  const std::vector<std::string>& first = of_ranks[0];
  for (int r = 1; r < size; ++r) {
    const std::vector<std::string>& other = of_ranks[size_t(r)];
    const auto line = [](const std::vector<std::string>& of, size_t i) {
      return i < of.size() ? of[i] : std::string("nothing");
    };
    for (size_t i = 0; i < std::max(first.size(), other.size()); ++i)
      if (line(first, i) != line(other, i))
        fail("{}: ranks differ, rank 0 has {}, rank {} has {}", who, line(first, i), r,
             line(other, i));
  }
  fail("{}: ranks differ", who);
}

void broadcast_all(const std::vector<Tensor>& tensors, int root, ProcessGroup& group) {
  if (group.getSize() == 1) return;
  BroadcastOptions options;
  options.rootRank = root;
  std::vector<intrusive_ptr<Work>> works;
  for (const Tensor& t : tensors) {
    std::vector<Tensor> one{t.detach()};
    works.push_back(group.broadcast(one, options));
  }
  for (const auto& work : works) work->wait();
}

void broadcast_state(const std::vector<Tensor>& tensors, uint64_t& key, int root,
                     ProcessGroup& group, const std::string& purpose) {
  if (group.getSize() == 1) return;
  const NoGradGuard no_grad;
  int64_t bytes = sizeof(key);
  std::vector<Tensor> dense;
  for (const Tensor& t : tensors) {
    dense.push_back(t.detach().contiguous());
    bytes += t.numel() * int64_t(t.element_size());
  }
  Tensor packed = empty({bytes}, kByte);
  char* const data = reinterpret_cast<char*>(packed.data_ptr<uint8_t>());
  const auto size_of = [](const Tensor& t) { return size_t(t.numel()) * t.element_size(); };
  if (group.getRank() == root) {
    char* to = data;
    std::memcpy(to, &key, sizeof(key));
    to += sizeof(key);
    for (const Tensor& t : dense) {
      if (t.numel() > 0) std::memcpy(to, t.data_ptr(), size_of(t));
      to += size_of(t);
    }
  }
  BroadcastOptions options;
  options.rootRank = root;
  options.purpose = purpose;
  std::vector<Tensor> one{packed};
  group.broadcast(one, options)->wait();
  if (group.getRank() == root) return;
  const char* from = data;
  std::memcpy(&key, from, sizeof(key));
  from += sizeof(key);
  for (size_t i = 0; i < dense.size(); ++i) {
    const size_t n = size_of(dense[i]);
    if (n > 0 && std::memcmp(from, dense[i].data_ptr(), n) != 0) {
      Tensor fresh = empty_like(dense[i]);
      std::memcpy(fresh.data_ptr(), from, n);
      tensors[i].detach().copy_(fresh);
    }
    from += n;
  }
}

}  // namespace gradus::distributed

// What a pickle says, before anything of it is made: values that name each other by number.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/io/ivalue.h"

namespace gradus::pickle {

using Id = uint32_t;

// What is read, and therefore written, at most. Numbers of nodes are Ids.
inline constexpr size_t longest_pickle = size_t(1) << 31;
// As in other archives.
inline constexpr size_t most_dims = 64;
// A key is read whenever it is looked up, and many dicts may have the same.
inline constexpr size_t longest_key = 1 << 14;

enum class Kind : uint8_t {
  none,
  boolean,
  integer,
  real,
  text,
  dtype,
  list,
  integers,  // lists of one kind, by libtorch
  reals,
  tensors,
  tuple,
  dict,  // keys and values by turns
  storage,
  tensor,
  name,    // a class or a function of the fixed list
  unheld,  // what no IValue holds: an error where it belongs to the value that is made
};

// As an error says it, with its article.
const char* described(Kind kind);

struct Node {
  Kind kind = Kind::none;
  Id place = 0;           // in `parts`, `storages`, `tensors` or the list of names
  int64_t number = 0;     // a bool, an integer, a real's bits, an element type
  std::string_view text;  // of a text; else what it is
};

struct StorageNode {
  ScalarType dtype;
  std::string_view key;
  int64_t elements;
};

struct TensorNode {
  Id storage;  // in `storages`
  ScalarType dtype;
  int64_t offset;
  Id sizes, strides;  // nodes, tuples or lists of integers
  bool requires_grad;
};

// The texts lie in the pickle, which must outlive it, or in `texts`.
struct Graph {
  std::vector<Node> nodes;
  std::list<std::string> texts;
  std::vector<std::vector<Id>> parts;
  std::vector<StorageNode> storages;
  std::vector<TensorNode> tensors;
  Id root = 0;
};

// Runs the pickle's opcodes, of protocols 1 to 5, on values that do nothing. Errors begin with
// `where`. There are no more nodes, parts and marks than the pickle has bytes.
Graph read_graph(std::string_view pickle, const std::string& where,
                 size_t most_bytes = longest_pickle);

// What the values are made with.
struct Surroundings {
  std::string where;  // what errors begin with
  // All bytes of the storage of that key; throws Error when there is none.
  std::function<Ref<StorageImpl>(std::string_view key)> storage;
};

// The value, and beside it the tensors that are to require grad.
struct Made {
  IValue value;
  std::vector<Tensor> requiring_grad;
};
Made make_value(const Graph& graph, const Surroundings& surroundings);

// A pickle of protocol 2, and the storages that it names "0", "1", ... in this order.
struct Pickled {
  std::string bytes;
  std::vector<Ref<StorageImpl>> storages;
};
// Throws Error, beginning with `where`, for what read_graph() and make_value() would refuse.
Pickled write_pickle(const IValue& value, const std::string& where,
                     size_t most_bytes = longest_pickle);

}  // namespace gradus::pickle

// What the values of a pickle do to each other: none of it leaves the graph.
#pragma once

#include "tensor/base/fail.h"
#include "tensor/io/pickle_graph.h"
#include "tensor/io/pickle_names.h"

namespace gradus::pickle {

class Calls {
 public:
  explicit Calls(const std::string& where) : where_(where) {}

  Graph graph;

  template <class... Args>
  [[noreturn, gnu::cold]] void fail(fmt::format_string<Args...> text, Args&&... args) const {
    fail_with(fmt::vformat(text, fmt::make_format_args(args...)));
  }

  Id add(Node node);
  Id add_parts(Kind kind, std::vector<Id> parts);
  // The class or function. Throws Error for one that is not in the list.
  Id name(std::string_view module, std::string_view name);
  // What the function makes of a tuple of arguments.
  Id call(Id function, Id arguments);
  void append(Id list, const std::vector<Id>& values);
  void set_items(Id dict, const std::vector<Id>& pairs);
  // Attributes, which nothing here has: an OrderedDict's are dropped.
  void set_state(Id object, Id state);
  // The storage that a tuple ("storage", its class, key, device, elements) names.
  Id storage(Id tuple);
  // Of a text; an error says `what` was due.
  std::string_view text(Id id, const char* what) const;

 private:
  [[noreturn, gnu::cold]] void fail_with(const std::string& text) const;
  const Node& node(Id id) const { return graph.nodes[id]; }
  const std::vector<Id>& parts(Id id) const { return graph.parts[node(id).place]; }
  const std::vector<Id>& sequence(Id id, const char* what) const;
  int64_t integer(Id id, const char* what) const;
  bool boolean(Id id, const char* what) const;
  [[noreturn, gnu::cold]] void differs(Id id, const char* what) const;
  Id tensor(Name function, const std::vector<Id>& arguments);
  Id parameter(const std::vector<Id>& arguments);
  Id tensor_of_type(const std::vector<Id>& arguments);
  Id device(const std::vector<Id>& arguments);
  Id typed_list(Kind kind, Id list);

  const std::string& where_;
};

}  // namespace gradus::pickle

#include "tensor/io/pickle_calls.h"

namespace gradus::pickle {

// What is used many times must be short, or a small file would take long.
constexpr size_t longest_name = 100;          // bytes of a name in an error, and of a device's
constexpr size_t longest_storage_key = 1024;  // bytes
constexpr size_t most_arguments = 16, most_flags = 16;

const char* described(Kind kind) {
  switch (kind) {
    case Kind::none:
      return "None";
    case Kind::boolean:
      return "a bool";
    case Kind::integer:
      return "an integer";
    case Kind::real:
      return "a float";
    case Kind::text:
      return "a string";
    case Kind::dtype:
      return "an element type";
    case Kind::list:
    case Kind::integers:
    case Kind::reals:
    case Kind::tensors:
      return "a list";
    case Kind::tuple:
      return "a tuple";
    case Kind::dict:
      return "a dict";
    case Kind::storage:
      return "a storage";
    case Kind::tensor:
      return "a tensor";
    case Kind::name:
      return "a class or function";
    default:
      return "another value";
  }
}

void Calls::fail_with(const std::string& text) const { gradus::fail("{}: {}", where_, text); }

void Calls::differs(Id id, const char* what) const {
  fail("the pickle has {} where {} is due", described(node(id).kind), what);
}

Id Calls::add(Node node) {
  graph.nodes.push_back(node);
  return Id(graph.nodes.size() - 1);
}
Id Calls::add_parts(Kind kind, std::vector<Id> parts) {
  graph.parts.push_back(std::move(parts));
  return add({kind, Id(graph.parts.size() - 1), 0, {}});
}

const std::vector<Id>& Calls::sequence(Id id, const char* what) const {
  if (node(id).kind != Kind::tuple && node(id).kind != Kind::list) differs(id, what);
  return parts(id);
}
int64_t Calls::integer(Id id, const char* what) const {
  if (node(id).kind != Kind::integer) differs(id, what);
  return node(id).number;
}
bool Calls::boolean(Id id, const char* what) const {
  if (node(id).kind != Kind::boolean) differs(id, what);
  return node(id).number != 0;
}
std::string_view Calls::text(Id id, const char* what) const {
  if (node(id).kind != Kind::text) differs(id, what);
  return node(id).text;
}

// --- Names and calls ----------------------------------------------------------------------------

Id Calls::name(std::string_view module, std::string_view name) {
  const std::optional<Named> found = find_name(module, name);
  if (!found)
    fail("the file names {}.{}, which is no plain container", module.substr(0, longest_name),
         name.substr(0, longest_name));
  if (found->name == Name::dtype) return add({Kind::dtype, 0, int64_t(found->dtype), found->text});
  return add({Kind::name, Id(found->name), int64_t(found->dtype), found->text});
}

Id Calls::call(Id function, Id arguments) {
  const Node called = node(function);
  if (called.kind != Kind::name) differs(function, "a function");
  if (node(arguments).kind != Kind::tuple) differs(arguments, "a tuple of arguments");
  if (parts(arguments).size() > most_arguments)
    fail("a call with {} arguments, more than {}", parts(arguments).size(), most_arguments);
  const std::vector<Id> given = parts(arguments);
  const auto need = [&](size_t least, size_t most) {
    if (given.size() < least || given.size() > most)
      fail("a call with {} arguments, which takes {}", given.size(), least);
  };
  switch (const auto what = Name(called.place)) {
    case Name::ordered_dict:
      need(0, 0);
      return add_parts(Kind::dict, {});
    case Name::counter:
      need(0, 1);
      if (given.empty()) return add_parts(Kind::dict, {});
      if (node(given[0]).kind != Kind::dict) differs(given[0], "a dict of counts");
      return given[0];
    case Name::tensor:
    case Name::tensor_v2:
    case Name::tensor_v3:
      return tensor(what, given);
    case Name::tensor_of_type:
      need(4, 4);
      return tensor_of_type(given);
    case Name::parameter:
      need(2, 3);
      return parameter(given);
    case Name::parameter_with_state:
      need(3, 4);
      return parameter(given);
    case Name::size:
      need(1, 1);
      if (const size_t dims = sequence(given[0], "a size's tuple").size(); dims > most_dims)
        fail("a size of {} dims, more than {}", dims, most_dims);
      for (const Id each : parts(given[0])) integer(each, "a size");
      return given[0];
    case Name::device:
      need(1, 2);
      return device(given);
    case Name::integers:
      need(1, 1);
      return typed_list(Kind::integers, given[0]);
    case Name::reals:
      need(1, 1);
      return typed_list(Kind::reals, given[0]);
    case Name::tensors:
      need(1, 1);
      return typed_list(Kind::tensors, given[0]);
    case Name::as_it_is:
      need(1, 2);
      return given[0];
    case Name::unheld:
      return add({Kind::unheld, 0, 0, called.text});
    default:
      fail("the pickle calls a class that is only named in such files");
  }
}

// The list itself becomes one, for all who have it.
Id Calls::typed_list(Kind kind, Id list) {
  Node& n = graph.nodes[list];
  if (n.kind != Kind::list && n.kind != kind) differs(list, "a list");
  n.kind = kind;
  return list;
}

Id Calls::device(const std::vector<Id>& arguments) {
  const std::string_view kind = text(arguments[0], "a device's name");
  if (kind.size() > longest_name)
    fail("a device's name of {} bytes, more than {}", kind.size(), longest_name);
  if (arguments.size() == 1) return add({Kind::text, 0, 0, kind});
  graph.texts.push_back(fmt::format("{}:{}", kind, integer(arguments[1], "a device's number")));
  return add({Kind::text, 0, 0, graph.texts.back()});
}

Id Calls::storage(Id tuple) {
  const char* what = "what names a storage";
  const std::vector<Id>& five = sequence(tuple, what);
  // A sixth says, where it is not None, that it is a part of another: files before 1.6.
  if (five.size() < 5 || text(five[0], what) != "storage") differs(tuple, what);
  const Node& type = node(five[1]);
  if (type.kind != Kind::name || Name(type.place) != Name::storage)
    differs(five[1], "a storage's class");
  const int64_t elements = integer(five[4], "a storage's length");
  if (elements < 0) fail("a storage of {} elements", elements);
  const std::string_view key = text(five[2], "a storage's key");
  if (key.size() > longest_storage_key)
    fail("a storage's key of {} bytes, more than {}", key.size(), longest_storage_key);
  graph.storages.push_back({ScalarType(type.number), key, elements});
  return add({Kind::storage, Id(graph.storages.size() - 1), 0, {}});
}

// (storage, offset, sizes, strides), then from v2 on whether it requires grad, and hooks, for v3
// the element type, and what the elements are to be seen as.
Id Calls::tensor(Name function, const std::vector<Id>& arguments) {
  const size_t least = function == Name::tensor ? 4 : function == Name::tensor_v2 ? 6 : 7;
  if (arguments.size() < least || arguments.size() > least + 1)
    fail("a tensor of {} arguments, not of {}", arguments.size(), least);
  if (arguments.size() > least && node(arguments[least]).kind != Kind::none) {
    const Id view = arguments[least];
    if (node(view).kind != Kind::dict) differs(view, "a dict of a tensor's flags");
    const std::vector<Id>& flags = parts(view);
    if (flags.size() > 2 * most_flags)
      fail("a tensor with {} flags, more than {}", flags.size() / 2, most_flags);
    for (size_t i = 1; i < flags.size(); i += 2)
      if (boolean(flags[i], "a tensor's flag"))
        fail("a tensor with the flag {}",
             text(flags[i - 1], "a flag's name").substr(0, longest_name));
  }
  const Node& on = node(arguments[0]);
  if (on.kind != Kind::storage) differs(arguments[0], "a storage");
  TensorNode t{on.place, graph.storages[on.place].dtype, 0, arguments[2], arguments[3], false};
  t.offset = integer(arguments[1], "a tensor's place");
  sequence(t.sizes, "a tensor's sizes");
  sequence(t.strides, "a tensor's strides");
  if (function != Name::tensor) {
    t.requires_grad = boolean(arguments[4], "whether a tensor requires grad");
    const Id hooks = arguments[5];
    const Node& none = node(hooks);
    if (none.kind != Kind::none && !(none.kind == Kind::dict && parts(hooks).empty()))
      differs(hooks, "an empty dict of hooks");
  }
  if (function == Name::tensor_v3) {
    const Node& type = node(arguments[6]);
    if (type.kind != Kind::dtype) differs(arguments[6], "an element type");
    t.dtype = ScalarType(type.number);
  }
  graph.tensors.push_back(t);
  return add({Kind::tensor, Id(graph.tensors.size() - 1), 0, {}});
}

// (tensor, whether it requires grad, hooks), and attributes, which are dropped.
Id Calls::parameter(const std::vector<Id>& arguments) {
  const Node& of = node(arguments[0]);
  if (of.kind != Kind::tensor) differs(arguments[0], "a parameter's tensor");
  TensorNode t = graph.tensors[of.place];
  t.requires_grad = boolean(arguments[1], "whether a parameter requires grad");
  graph.tensors.push_back(t);
  return add({Kind::tensor, Id(graph.tensors.size() - 1), 0, {}});
}

// (function, class, its arguments, attributes), of which the attributes are dropped.
Id Calls::tensor_of_type(const std::vector<Id>& arguments) {
  const auto is = [&](Id id, auto... names) {
    return node(id).kind == Kind::name && ((Name(node(id).place) == names) || ...);
  };
  if (!is(arguments[0], Name::tensor, Name::tensor_v2, Name::tensor_v3, Name::parameter,
          Name::parameter_with_state))
    differs(arguments[0], "what makes a tensor");
  if (!is(arguments[1], Name::tensor_class)) differs(arguments[1], "a tensor's class");
  return call(arguments[0], arguments[2]);
}

// --- Containers ---------------------------------------------------------------------------------

void Calls::append(Id list, const std::vector<Id>& values) {
  const Node& to = node(list);
  if (to.kind == Kind::unheld) return;
  if (to.kind != Kind::list) differs(list, "a list");
  std::vector<Id>& all = graph.parts[to.place];
  all.insert(all.end(), values.begin(), values.end());
}

void Calls::set_items(Id dict, const std::vector<Id>& pairs) {
  if (pairs.size() % 2 != 0) fail("a dict's items are {} keys and values", pairs.size());
  const Node& to = node(dict);
  if (to.kind == Kind::unheld) return;
  if (to.kind != Kind::dict) differs(dict, "a dict");
  std::vector<Id>& all = graph.parts[to.place];
  all.insert(all.end(), pairs.begin(), pairs.end());
}

void Calls::set_state(Id object, Id state) {
  const Kind of = node(object).kind;
  if (of != Kind::dict && of != Kind::unheld) differs(object, "a dict with attributes");
  if (node(state).kind != Kind::dict) differs(state, "a dict of attributes");
}

}  // namespace gradus::pickle

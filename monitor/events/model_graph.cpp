#include "monitor/events/summaries.h"
#include "nn/containers/sequential.h"
#include "nn/module.h"

// The module tree as a graph of TensorFlow's: a GraphDef, in which slashes in the names of nodes
// make boxes within boxes.
namespace gradus::monitor::detail {
namespace {

// The attribute `_output_shapes`: a list of one shape.
Message shape_entry(IntArrayRef sizes) {
  const Message list = Message().message(7, shape_message(sizes));
  return Message().text(1, "_output_shapes").message(2, Message().message(1, list));
}

class Graph {
 public:
  // Adds a module and all below it. `input` is the node before it in a Sequential, if any; the
  // result is the last node of this one, empty where the order of its children is not known.
  std::string add(const nn::Module& m, const std::string& scope, const std::string& input) {
    std::vector<std::string> inputs;
    if (!input.empty()) inputs.push_back(input);
    const auto add_tensors = [&](const char* op, const OrderedDict<std::string, Tensor>& tensors) {
      for (const auto& t : tensors)
        if (t->defined()) {
          inputs.push_back(scope + '/' + t.key());
          add_node(inputs.back(), op, {}, {shape_entry(t->sizes())});
        }
    };
    add_tensors("Parameter", m.named_parameters(false));
    add_tensors("Buffer", m.named_buffers(false));

    const auto children = m.named_children();
    const std::string kind = gradus::detail::short_module_name(m);
    if (children.is_empty()) {
      const std::string name = scope + '/' + kind;
      std::vector<Message> attributes;
      if (const std::string options = m.extra_repr(); !options.empty())
        attributes.push_back(
            Message().text(1, "attr").message(2, Message().always_text(2, options)));
      add_node(name, kind, inputs, attributes);
      return name;
    }
    const bool in_order = m.as<nn::SequentialImpl>() != nullptr;
    std::string last = in_order ? input : std::string();
    for (const auto& child : children) {
      const std::string of = gradus::detail::short_module_name(**child);
      const std::string end = add(**child, scope + '/' + of + '[' + child.key() + ']', last);
      if (in_order) last = end;
    }
    return last;
  }

  Message message() const {
    constexpr int64_t producer = 22;  // as PyTorch's
    return Message(nodes_).message(4, Message().number(1, producer));
  }

 private:
  void add_node(const std::string& name, const std::string& op,
                const std::vector<std::string>& inputs, const std::vector<Message>& attributes) {
    Message node;
    node.text(1, name).text(2, op);
    for (const std::string& input : inputs) node.always_text(3, input);
    for (const Message& attribute : attributes) node.message(5, attribute);
    nodes_.message(1, node);
  }

  Message nodes_;
};

}  // namespace

std::pair<Message, Message> graph_messages(const nn::Module& model) {
  Graph graph;
  graph.add(model, gradus::detail::short_module_name(model), {});
  const Message device = Message().text(1, "/device:CPU:0");
  return {graph.message(), Message().message(1, Message().message(1, device))};
}

}  // namespace gradus::monitor::detail

// An event file, as it is or of records that are made here, so that the checksums are right.
#include "monitor/events/crc32c.h"
#include "monitor/events/event_reader.h"
#include "monitor/events/wire.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace gradus;
using monitor::detail::Message;

enum Kind : uint8_t { plain, records, kinds };

std::string record(std::string_view data) {
  std::string out;
  monitor::detail::append_little_endian(out, data.size(), 8);
  monitor::detail::append_little_endian(out, monitor::detail::masked_crc32c(out), 4);
  out += data;
  monitor::detail::append_little_endian(out, monitor::detail::masked_crc32c(data), 4);
  return out;
}

Message event(const Message& value) {
  return Message().real(1, 1.5).number(2, 7).message(5, Message().message(1, value));
}

}  // namespace

void fuzz::run(std::string_view input) {
  static const File file;
  Bytes bytes(input);
  if (bytes.below(kinds) == plain) {
    file.replace(bytes.rest());
  } else {
    std::string all;
    while (!bytes.empty()) all += record(bytes.take(bytes.take<uint8_t>()));
    file.replace(all);
  }
  for (const auto& [tag, series] : monitor::read_scalars(file.path())) {
    require(series.steps.size() == series.values.size(), "as many steps as values");
    require(series.steps.size() == series.wall_times.size(), "as many times as values");
  }
}

std::vector<std::string> fuzz::seeds() {
  const Message plugin = Message().message(1, Message().text(1, "scalars"));
  const Message tensor = Message().number(1, 1).reals32(5, {0.5f});
  const std::vector<std::string> events = {
      event(Message().text(1, "loss").always_real32(2, 0.5f)).bytes(),
      event(Message().text(1, "new").message(8, tensor).message(9, plugin)).bytes(),
      event(Message().text(1, "loss").message(8, Message().number(1, 2).reals(6, {0.25}))).bytes(),
      Message().number(2, 3).message(7, Message().number(1, 1)).bytes(),
  };
  std::string file(1, char(plain)), list(1, char(records));
  for (const std::string& e : events) {
    file += record(e);
    (list += char(e.size())) += e;
  }
  return {file, list, file.substr(0, file.size() - 3)};
}

#include "distributed/meeting/invitation.h"

#include <cstdlib>
#include <cstring>

#include "distributed/group/hash.h"
#include "tensor/base/fail.h"

namespace gradus::distributed::meeting {

namespace {
// torchrun's agent listens on MASTER_PORT itself: of so many ports beside it one is free.
constexpr int ports_beside = 32;
constexpr int last_port = 65535;

std::string text_in(const char* variable) {
  const char* const text = std::getenv(variable);
  return text ? text : "";
}

int needed(const char* variable) {
  const auto n = number_in(variable);
  if (!n)
    fail(
        "init_process_group: no launcher of MPI has started this process, and {} is not set; start "
        "it by mpirun or torchrun, or with RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT set",
        variable);
  return *n;
}
}  // namespace

std::optional<int> number_in(const char* variable) {
  const char* const text = std::getenv(variable);
  if (!text || !*text) return std::nullopt;
  char* end = nullptr;
  const long n = std::strtol(text, &end, 10);
  if (*end || n < 0 || n > 1'000'000) fail("{}: expected a number, got {}", variable, text);
  return int(n);
}

uint64_t Invitation::job_number() const { return hash(job); }

std::string Invitation::place() const {
  std::string text = address + ':' + std::to_string(ports.front());
  if (ports.size() > 1) text += " and the ports after it";
  return text;
}

Invitation invited() {
  Invitation i;
  i.size = needed("WORLD_SIZE");
  i.rank = needed("RANK");
  if (i.rank >= i.size)
    fail("init_process_group: RANK is {}, and WORLD_SIZE is {}", i.rank, i.size);
  i.address = text_in("MASTER_ADDR");
  if (i.address.empty()) needed("MASTER_ADDR");
  const int port = needed("MASTER_PORT");
  if (port < 1 || port > last_port)
    fail("init_process_group: MASTER_PORT is {}, and ports go from 1 to {}", port, last_port);
  if (text_in("TORCHELASTIC_USE_AGENT_STORE") == "True") {
    for (int n = 1; n <= ports_beside; ++n)
      i.ports.push_back(port + n <= last_port ? port + n : port - n);
  } else {
    i.ports = {port};
  }
  // TORCHELASTIC_RESTART_COUNT is each agent's own count. Agents end all processes of a start
  // before the next one.
  i.job = fmt::format("{} {}", port, text_in("TORCHELASTIC_RUN_ID"));
  return i;
}

}  // namespace gradus::distributed::meeting

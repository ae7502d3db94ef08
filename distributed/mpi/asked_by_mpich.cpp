// MPICH without a launcher of its own. It asks in lines, through a socket whose number stands in an
// environment variable, as its own launcher has it: here a thread of this process answers.
#include <mpi.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <thread>

#include "distributed/meeting/own_thread.h"
#include "distributed/mpi/pmi.h"
#include "distributed/mpi/unlaunched.h"
#include "tensor/base/fail.h"

namespace gradus::distributed::mpi {

namespace {
constexpr const char* variables[] = {"PMI_FD", "PMI_RANK", "PMI_SIZE"};
constexpr size_t longest_line = 8192;
// MPICH has room for a line of this many characters of value.
constexpr int longest_value = 1024, longest_key = 64;

Pmi* asked = nullptr;
bool ending = false;
int answers = -1;               // this end of the socket
std::thread* thread = nullptr;  // never destroyed

// `value` of `cmd=put kvsname=k key=a value=b`; that of the last word goes on to the line's end.
std::string word(const std::string& line, const std::string& name) {
  const size_t at = (' ' + line).find(' ' + name + '=');
  if (at == std::string::npos) return "";
  const size_t begin = at + name.size() + 1;
  return line.substr(begin, name == "value" ? std::string::npos : line.find(' ', begin) - begin);
}

// How ranks lie on machines: blocks of the first machine's number, how many machines, and how many
// ranks on each.
std::string mapping(const Pmi& pmi) {
  std::string text = "(vector";
  const auto& machines = pmi.machines();
  for (size_t r = 0; r < machines.size();) {
    size_t end = r;
    while (end < machines.size() && machines[end] == machines[r]) ++end;
    text += fmt::format(",({},1,{})", machines[r], end - r);
    r = end;
  }
  return text + ')';
}

std::string answer(const std::string& line) {
  const std::string command = word(line, "cmd");
  if (command == "init") return "cmd=response_to_init pmi_version=1 pmi_subversion=1 rc=0";
  if (command == "get_maxes")
    return fmt::format("cmd=maxes kvsname_max={} keylen_max={} vallen_max={}", Pmi::longest_name,
                       longest_key, longest_value);
  if (command == "get_appnum") return "cmd=appnum appnum=0";
  if (command == "get_my_kvsname") return fmt::format("cmd=my_kvsname kvsname={}", Pmi::name);
  if (command == "get_universe_size")
    return fmt::format("cmd=universe_size size={}", asked->size());
  if (command == "put")
    return asked->put(word(line, "key"), word(line, "value")) ? "cmd=put_result rc=0 msg=success"
                                                              : "cmd=put_result rc=-1 msg=too_long";
  if (command == "get") {
    const std::string key = word(line, "key");
    const auto value = key == "PMI_process_mapping" ? mapping(*asked) : asked->get(key);
    if (!value || int(value->size()) > longest_value)
      return "cmd=get_result rc=-1 msg=key_not_found value=unknown";
    return "cmd=get_result rc=0 msg=success value=" + *value;
  }
  if (command == "barrier_in") {
    try {
      asked->barrier();
    } catch (const std::exception& e) {
      // At the end there is nothing to lose; before it MPICH would say less, and end as well.
      if (!ending) give_up(e.what());
    }
    return "cmd=barrier_out rc=0";
  }
  if (command == "finalize") return "cmd=finalize_ack rc=0";
  return fmt::format("cmd={}_result rc=-1 msg=unknown_command", command);
}

void answer_all() {
  std::string in;
  char buffer[4096];
  for (;;) {
    const ssize_t n = recv(answers, buffer, sizeof buffer, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    in.append(buffer, size_t(n));
    for (size_t end; (end = in.find('\n')) != std::string::npos; in.erase(0, end + 1)) {
      const std::string text = answer(in.substr(0, end)) + '\n';
      for (size_t done = 0; done < text.size();) {
        const ssize_t m = send(answers, text.data() + done, text.size() - done, MSG_NOSIGNAL);
        if (m < 0 && errno == EINTR) continue;
        if (m <= 0) return;
        done += size_t(m);
      }
    }
    if (in.size() > longest_line) return;
  }
}
}  // namespace

void check_that_mpi_asks() {}

void let_mpi_ask(Pmi& pmi) {
  asked = &pmi;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
    fail("init_process_group: cannot make sockets: {}", std::strerror(errno));
  answers = ends[0];
  try {
    thread = new std::thread(meeting::own_thread(answer_all));
  } catch (const Error&) {
    close(ends[1]);
    close(std::exchange(answers, -1));
    throw;
  }
  const int values[] = {ends[1], pmi.rank(), pmi.size()};
  for (size_t i = 0; i < std::size(values); ++i)
    setenv(variables[i], std::to_string(values[i]).c_str(), 1);
}

void mpi_has_asked() {
  for (const char* name : variables) unsetenv(name);
}

bool mpi_ends() {
  ending = true;
  return true;
}

void leave_nothing() {}

void end_asking() {
  if (answers < 0) return;
  shutdown(answers, SHUT_RDWR);
  thread->join();
  close(std::exchange(answers, -1));
}

}  // namespace gradus::distributed::mpi

// Processes that meet, each as a thread of this one.
#include "distributed/meeting/meeting.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cstring>
#include <future>

#include "distributed/meeting/frames.h"
#include "tensor/base/fail.h"
#include "tests/support.h"

using namespace gradus;
using namespace gradus::distributed::meeting;
using std::chrono::milliseconds, std::chrono::seconds;

namespace {
constexpr milliseconds patient = seconds(60), impatient = seconds(1);

// Bound to a free port of the loopback, which is free again when it is closed.
struct Port {
  Socket socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  int number = 0;
  Port() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(bind(socket.fd(), any, length) == 0);
    REQUIRE(getsockname(socket.fd(), any, &length) == 0);
    number = ntohs(address.sin_port);
  }
};
int free_port() { return Port().number; }

Invitation invitation(int rank, int size, std::vector<int> ports) {
  Invitation i;
  i.rank = rank;
  i.size = size;
  i.address = "127.0.0.1";
  i.ports = std::move(ports);
  i.job = "a test";
  i.mpi = "an MPI";
  return i;
}

// What each is told.
using Act = std::function<void(Meeting&)>;
std::vector<std::string> meet(
    const std::vector<Invitation>& all, milliseconds timeout, const Act& then = [](Meeting&) {}) {
  std::vector<std::string> told(all.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < all.size(); ++i)
    threads.emplace_back([&, i] {
      told[i] = message([&] {
        Meeting meeting(all[i], timeout);
        then(meeting);
      });
    });
  for (auto& t : threads) t.join();
  return told;
}
std::vector<Invitation> invitations(const std::vector<int>& ranks, int size) {
  const int port = free_port();
  std::vector<Invitation> all;
  for (const int r : ranks) all.push_back(invitation(r, size, {port}));
  return all;
}

// A program that connects to the port when somebody listens there.
Socket stranger(int port) {
  std::string why;
  const auto address = resolve("127.0.0.1", port, why);
  for (;;)
    if (Socket s = connect_to(address.at(0), Clock::now() + patient, why)) return s;
}
Banner banner_of(const Socket& socket) {
  Banner banner{};
  std::string why;
  REQUIRE(receive_all(socket, &banner, sizeof banner, Clock::now() + patient, why));
  return banner;
}
bool is_closed(const Socket& socket) {
  char byte;
  std::string why;
  return !receive_all(socket, &byte, 1, Clock::now() + patient, why) && why != "no answer";
}
void say(const Socket& socket, const void* data, size_t size) {
  std::string why;
  send_all(socket, data, size, Clock::now() + patient, why);
}

// One of so many ranks, of which no memory is known.
Socket raw_rank(int port, uint32_t rank, uint32_t size) {
  Socket s = stranger(port);
  Hello hello{};
  hello.magic = magic;
  hello.job = banner_of(s).job;
  hello.version = version;
  hello.rank = rank;
  hello.size = size;
  std::memcpy(hello.mpi, "an MPI", 6);
  std::memcpy(hello.host, "its\nhost", 8);
  say(s, &hello, sizeof hello);
  return s;
}

// To so many.
std::vector<std::string> nothing(size_t count) {
  return std::vector<std::string>(count, "nothing was thrown");
}

const std::string process = " (process " + std::to_string(getpid()) + " on ";
bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}
}  // namespace

TEST_CASE("meeting: what each rank gives reaches all, in the order of ranks") {
  std::atomic<uint32_t> number{0};
  const auto told = meet(invitations({2, 0, 3, 1}, 4), patient, [&](Meeting& m) {
    const std::string own(size_t(m.rank()) * 100'000, char('a' + m.rank()));
    for (int round = 0; round < 3; ++round) {
      const auto all = m.exchange(own);
      if (all.size() != 4 || all[size_t(m.rank())] != own || all[3].size() != 300'000 ||
          all[1][99'999] != 'b' || !all[0].empty())
        fail("rank {} has got something else", m.rank());
    }
    if (m.machines() != std::vector<uint32_t>(4, 0)) fail("these are several machines");
    uint32_t none = 0;
    if (!number.compare_exchange_strong(none, m.number()) && none != m.number())
      fail("the jobs differ");
  });
  CHECK(told == nothing(4));
  CHECK(number.load() % 2 == 1);
  CHECK((number.load() & ~largest_number) == 0);
}

TEST_CASE("meeting: too much at once is refused, and more may follow") {
  const auto told = meet(invitations({0, 1}, 2), patient, [](Meeting& m) {
    const std::string most(largest_piece, 'x');
    if (message([&] { m.exchange(most + 'x'); }) !=
        "init_process_group: 1048577 bytes at once, and 1048576 are the most")
      fail("it was not refused");
    if (m.exchange(most)[1] != most) fail("it is another text");
  });
  CHECK(told == nothing(2));
}

TEST_CASE("meeting: who does not come is named") {
  const auto all = invitations({0, 2}, 4);
  const std::string why = "init_process_group: ranks 1 and 3 of 4 did not come to 127.0.0.1:" +
                          std::to_string(all[0].ports[0]) + " in 1 s; ranks 0 and 2 did";
  CHECK(meet(all, impatient) == std::vector<std::string>{why, why});
}

TEST_CASE("meeting: while others do not come, notices say who") {
  const auto all = invitations({0, 1, 2}, 3);
  const std::string place = "127.0.0.1:" + std::to_string(all[0].ports[0]);
  const auto when_said = [](const Invitation& i, std::promise<std::string>& said) {
    return std::thread([&said, i] {
      bool first = true;
      Meeting(i, patient, Notices(milliseconds(50), [&](const std::string& text) {
                if (std::exchange(first, false)) said.set_value(text);
              }));
    });
  };
  std::promise<std::string> one_said, zero_said;
  std::thread one = when_said(all[1], one_said);
  CHECK(one_said.get_future().get() == "init_process_group: rank 1 of 3 found no rank 0 at " +
                                           place + " in 0.05 s: Connection refused");
  std::thread zero = when_said(all[0], zero_said);
  CHECK(has(zero_said.get_future().get(), " of 3 did not come to " + place + " in 0.05 s; rank"));
  CHECK(meet({all[2]}, patient) == nothing(1));
  zero.join(), one.join();
}

TEST_CASE("meeting: notices become rarer") {
  std::vector<std::string> said;
  Notices notices(milliseconds(0), [&](const std::string& text) { said.push_back(text); });
  CHECK(notices.due());
  notices = Notices(std::chrono::hours(1), [&](const std::string& text) { said.push_back(text); });
  CHECK_FALSE(notices.due());
  const auto next = notices.next();
  notices.say("one is missing");
  CHECK(said == std::vector<std::string>{"one is missing"});
  CHECK(notices.next() - next == std::chrono::hours(5));
  CHECK(notices.waited() == std::chrono::hours(6));
}

TEST_CASE("meeting: a timeout without end is one") {
  CHECK(meet(invitations({0, 1}, 2), milliseconds::max()) == nothing(2));
}

TEST_CASE("meeting: without rank 0 nobody is there") {
  const auto all = invitations({1}, 2);
  CHECK(meet(all, impatient)[0] == "init_process_group: rank 1 of 2 found no rank 0 at 127.0.0.1:" +
                                       std::to_string(all[0].ports[0]) +
                                       " in 1 s: Connection refused");
  auto nowhere = all;
  nowhere[0].address = "no-such-host.invalid";
  CHECK(has(meet(nowhere, impatient)[0], "found no rank 0 at no-such-host.invalid:"));
}

TEST_CASE("meeting: contradictions are told to all") {
  SUBCASE("two with one rank") {
    const auto told = meet(invitations({0, 1, 1}, 3), patient);
    CHECK(has(told[0], "init_process_group: RANK is 1 for two processes: "));
    CHECK(told == std::vector<std::string>(3, told[0]));
  }
  SUBCASE("two of rank 0") {
    const auto told = meet(invitations({0, 0}, 3), patient);
    CHECK(has(told[0], "init_process_group: RANK is 0 for two processes: "));
    CHECK(told[1] == told[0]);
  }
  SUBCASE("two sizes") {
    auto all = invitations({0, 1}, 2);
    all[1].size = 3;
    const auto told = meet(all, patient);
    CHECK(
        has(told[0], "init_process_group: WORLD_SIZE is 2 for rank 0 and 3 for rank 1" + process));
    CHECK(told[1] == told[0]);
  }
  SUBCASE("two libraries") {
    auto all = invitations({0, 1}, 2);
    all[1].mpi = "another MPI";
    const auto told = meet(all, patient);
    CHECK(has(told[0], "init_process_group: rank 0 has an MPI, and rank 1" + process));
    CHECK(has(told[0], " has another MPI"));
    CHECK(told[1] == told[0]);
  }
}

TEST_CASE("meeting: two jobs do not mix") {
  auto all = invitations({0, 1}, 2);
  all[1].job = "another test";
  const auto told = meet(all, impatient);
  CHECK(has(told[0], "rank 1 of 2 did not come to "));
  CHECK(has(told[1], "another job meets there"));
}

TEST_CASE("meeting: a port that is taken") {
  Port taken;
  auto alone = invitation(0, 2, {taken.number});
  CHECK(meet({alone}, impatient)[0] ==
        "init_process_group: rank 0 cannot listen at 127.0.0.1:" + std::to_string(taken.number) +
            ": Address already in use; MASTER_PORT has to be a free port of this machine");
  // Beside an agent that has it, they meet at another one.
  const std::vector<int> ports{taken.number, free_port()};
  CHECK(meet({invitation(0, 2, ports), invitation(1, 2, ports)}, patient) == nothing(2));
}

TEST_CASE("meeting: strangers are no ranks") {
  const auto all = invitations({0, 1}, 2);
  const int port = all[0].ports[0];
  std::vector<std::string> told(2);
  std::thread zero([&] { told[0] = meet({all[0]}, patient)[0]; });
  {
    std::vector<Socket> silent;
    // More than rank 0 listens to at once.
    for (int i = 0; i < 80; ++i) silent.push_back(stranger(port));
    const Socket loud = stranger(port), other = stranger(port), half = stranger(port);
    banner_of(loud);
    const std::string noise(1 << 16, 'G');
    say(loud, noise.data(), noise.size());
    CHECK(is_closed(loud));
    Hello hello{};
    hello.magic = magic;
    hello.job = banner_of(other).job + 1;
    say(other, &hello, sizeof hello);
    CHECK(is_closed(other));
    say(half, &hello, sizeof hello / 2);
    told[1] = meet({all[1]}, patient)[0];
  }
  zero.join();
  CHECK(told == nothing(2));
}

TEST_CASE("meeting: a rank that says what none says is lost, and named") {
  const auto all = invitations({0, 1}, 2);
  const Header wrong[] = {{magic + 1, Header::piece, 0},
                          {magic, Header::welcome, 0},
                          {magic, Header::piece, largest_piece + 1}};
  for (const Header& header : wrong) {
    std::string told;
    std::thread zero(
        [&] { told = meet({all[0]}, patient, [](Meeting& m) { m.exchange(""); })[0]; });
    const Socket one = raw_rank(all[0].ports[0], 1, 2);
    say(one, &header, sizeof header);
    zero.join();
    CHECK(told == "init_process_group: rank 1 (process 0 on its?host) has ended");
  }
}

TEST_CASE("meeting: a rank 0 that says what none says is lost") {
  const auto framed = [](Header::Kind kind, const std::vector<uint32_t>& body,
                         uint64_t first = magic) {
    const Header header{first, kind, uint32_t(body.size() * sizeof(uint32_t))};
    std::string s(reinterpret_cast<const char*>(&header), sizeof header);
    return s.append(reinterpret_cast<const char*>(body.data()), header.length);
  };
  const std::string welcome = framed(Header::welcome, {5, 0, 0});
  const std::string wrong[] = {
      framed(Header::welcome, {5, 0}),
      framed(Header::welcome, {5, 0, 0}, magic + 1),
      framed(Header::broken, std::vector<uint32_t>(largest_text)),
      framed(Header::piece, {}),
      welcome + welcome,
      welcome + framed(Header::pieces, {0}),        // of one rank
      welcome + framed(Header::pieces, {0, 0, 0}),  // of three
      welcome + framed(Header::pieces, {0, 4}),     // half of one's
      welcome + framed(Header::pieces, {0, 0}).substr(0, sizeof(Header) + 3),
  };
  for (const std::string& text : wrong) {
    const auto one = invitations({1}, 2)[0];
    int error = 0;
    const Socket listening = listen_at("127.0.0.1", one.ports[0], error);
    REQUIRE(listening);
    std::string told;
    std::thread thread([&] { told = meet({one}, patient, [](Meeting& m) { m.exchange(""); })[0]; });
    {
      Socket s;
      while (!s) s = accept_from(listening);
      const Banner banner{magic, one.job_number(), version, 2};
      say(s, &banner, sizeof banner);
      Hello hello;
      std::string why;
      CHECK(receive_all(s, &hello, sizeof hello, Clock::now() + patient, why));
      say(s, text.data(), text.size());
    }
    thread.join();
    CHECK(told.rfind("init_process_group: rank 0 ", 0) == 0);
  }
}

TEST_CASE("meeting: ranks of which it is not known share no memory") {
  const auto zero = invitations({0}, 3);
  std::vector<uint32_t> machines;
  std::thread thread([&] { meet(zero, patient, [&](Meeting& m) { machines = m.machines(); }); });
  const Socket one = raw_rank(zero[0].ports[0], 1, 3), two = raw_rank(zero[0].ports[0], 2, 3);
  thread.join();
  CHECK(machines == std::vector<uint32_t>{0, 1, 2});
}

TEST_CASE("meeting: who leaves or ends is missed by the others' next exchange") {
  auto told = meet(invitations({0, 1, 2}, 3), patient, [](Meeting& m) {
    if (m.rank() != 1) m.exchange("");
  });
  CHECK(has(told[0], "init_process_group: rank 1" + process));
  CHECK(has(told[0], ") has left"));
  CHECK(told[1] == nothing(1)[0]);
  CHECK(told[2] == told[0]);
  // Rank 0 has all that the others wait for.
  told = meet(invitations({0, 1}, 2), patient, [](Meeting& m) {
    if (m.rank() == 1) m.exchange("");
  });
  CHECK(told[0] == nothing(1)[0]);
  CHECK(has(told[1], "init_process_group: rank 0 "));
}

TEST_CASE("meeting: who does not give its piece in time is named") {
  const auto told = meet(invitations({0, 1}, 2), seconds(1), [](Meeting& m) {
    if (m.rank() == 0)
      m.exchange("");
    else
      std::this_thread::sleep_for(milliseconds(1500));
  });
  CHECK(told[0] == "init_process_group: MPI starts and rank 1 gave no answer in 1 s; rank 0 did");
}

TEST_CASE("meeting: a watched rank that ends is told at once") {
  std::atomic<int> heard{0};
  const auto told = meet(invitations({0, 1}, 2), patient, [&](Meeting& m) {
    if (m.rank() == 1) return;
    std::promise<std::string> lost;
    m.watch([&](const std::string& why) { lost.set_value(why); });
    heard = has(lost.get_future().get(), "rank 1" + process);
  });
  CHECK(told == nothing(2));
  CHECK(heard == 1);
}

#include "../src/region.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "test_case.h"

using tierbench::Region;
using tierbench_test::scratchPath;

static bool exists(const std::string &path) { return access(path.c_str(), F_OK) == 0; }

TEST(what_the_maker_writes_is_read_by_who_attached) {
  const std::string path = scratchPath("/dev/shm", "shared");
  Region made, attached;
  CHECK(made.create(path.c_str(), 8192, 5) == 0);
  CHECK(attached.attach(path.c_str(), nullptr) == 0);
  CHECK(attached.bytes() == 8192 && attached.generation() == 5);
  memcpy(made.data() + 8000, "tier", 4);
  CHECK(memcmp(attached.data() + 8000, "tier", 4) == 0);
  CHECK(attached.holds(4096, 4096) && !attached.holds(4097, 4096) && !attached.holds(~0ull, 1));
}

TEST(a_second_region_at_the_same_path_is_refused_and_the_first_one_stays) {
  const std::string path = scratchPath("/dev/shm", "twice");
  Region first;
  CHECK(first.create(path.c_str(), 4096, 1) == 0);
  {
    Region second;
    CHECK(second.create(path.c_str(), 4096, 2) == -EEXIST);
  }
  CHECK(exists(path));
}

TEST(attaching_checks_presence_kind_and_generation) {
  const std::string path = scratchPath("/dev/shm", "kinds");
  const uint64_t wanted = 8;
  Region made, attached, wrong, text;
  CHECK(attached.attach(path.c_str(), nullptr) == -ENOENT);
  CHECK(made.create(path.c_str(), 4096, 7) == 0);
  CHECK(wrong.attach(path.c_str(), &wanted) == -ESTALE);
  const std::string other = scratchPath("/dev/shm", "text");
  const int fd = open(other.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
  std::string page(8192, 'x');
  CHECK(write(fd, page.data(), page.size()) == 8192);
  close(fd);
  CHECK(text.attach(other.c_str(), nullptr) == -EPROTO);
  unlink(other.c_str());
}

TEST(more_memory_than_there_is_is_an_error_and_leaves_no_file) {
  const std::string path = scratchPath("/dev/shm", "huge");
  Region region;
  const int error = region.create(path.c_str(), 1ull << 50, 1);
  CHECK(error == -ENOMEM || error == -ENOSPC);
  CHECK(!exists(path));
}

TEST(a_closed_region_is_no_longer_live_and_its_file_is_gone) {
  const std::string path = scratchPath("/dev/shm", "closed");
  Region attached;
  {
    Region made;
    CHECK(made.create(path.c_str(), 4096, 1) == 0);
    CHECK(attached.attach(path.c_str(), nullptr) == 0);
    CHECK(attached.live());
  }
  CHECK(!attached.live());
  CHECK(!exists(path));
}

TEST(a_renewed_region_is_dead_to_who_attached_it_before_and_live_to_who_does_now) {
  const std::string path = scratchPath("/dev/shm", "renewed");
  const uint64_t second = 2;
  Region made, before, after;
  CHECK(made.create(path.c_str(), 4096, 1) == 0);
  CHECK(before.attach(path.c_str(), nullptr) == 0);
  CHECK(before.renew(second) == -EPERM);
  CHECK(made.renew(second) == 0);
  CHECK(made.live() && made.generation() == 2);
  CHECK(!before.live());
  CHECK(after.attach(path.c_str(), &second) == 0);
  CHECK(after.live());
}

/// A process that makes a region and then sleeps until it is killed.
static pid_t makeInChild(const std::string &path) {
  int ready[2];
  CHECK(pipe(ready) == 0);
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a failed test leaves no process
    Region made;
    const char made_it = made.create(path.c_str(), 4096, 1) == 0 ? 'y' : 'n';
    if (write(ready[1], &made_it, 1) == 1) {
      for (;;) pause();
    }
    _exit(1);
  }
  char made_it = 'n';
  CHECK(read(ready[0], &made_it, 1) == 1 && made_it == 'y');
  close(ready[0]);
  close(ready[1]);
  return child;
}

TEST(a_killed_maker_is_noticed_before_anybody_reaps_it) {
  const std::string path = scratchPath("/dev/shm", "killed");
  const pid_t child = makeInChild(path);
  Region attached, late;
  CHECK(attached.attach(path.c_str(), nullptr) == 0);
  CHECK(attached.live());
  kill(child, SIGKILL);
  siginfo_t info;
  CHECK(waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT) == 0);  // dead, not yet reaped
  CHECK(!attached.live());
  CHECK(late.attach(path.c_str(), nullptr) == -EOWNERDEAD);
  CHECK(waitpid(child, nullptr, 0) == child);
  CHECK(!attached.live());
  unlink(path.c_str());
}

TEST(a_process_that_never_was_has_no_start_time) {
  CHECK(tierbench::processStartTicks(getpid()) > 0);
  CHECK(tierbench::processStartTicks(1 << 29) == 0);
}

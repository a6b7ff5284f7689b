#include "../src/shared_numbers.h"

#include <errno.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "test_case.h"

using tierbench::SharedNumbers;
using tierbench_test::scratchPath;

TEST(numbers_start_at_zero_and_are_shared) {
  const std::string path = scratchPath("/dev/shm", "numbers");
  SharedNumbers made, attached, again, missing;
  CHECK(missing.attach(path.c_str()) == -ENOENT);
  CHECK(made.create(path.c_str(), 3) == 0);
  CHECK(again.create(path.c_str(), 3) == -EEXIST);
  CHECK(attached.attach(path.c_str()) == 0);
  CHECK(attached.length() == 3 && attached.values()[2] == 0);
  CHECK(made.lock() == 0);
  made.values()[2] = 1.5;
  CHECK(made.unlock() == 0);
  CHECK(attached.lock() == 0);
  CHECK(attached.values()[2] == 1.5);
  CHECK(attached.unlock() == 0);
}

TEST(no_update_is_lost_between_processes) {
  const std::string path = scratchPath("/dev/shm", "sum");
  constexpr int kProcesses = 3, kAdds = 500;
  SharedNumbers numbers;
  CHECK(numbers.create(path.c_str(), 1) == 0);
  for (int i = 0; i < kProcesses; i++) {
    if (fork() != 0) continue;
    SharedNumbers own;
    if (own.attach(path.c_str()) != 0) _exit(1);
    for (int add = 0; add < kAdds; add++) {
      own.lock();
      own.values()[0] += 1;
      own.unlock();
    }
    _exit(0);
  }
  for (int i = 0; i < kProcesses; i++) {
    int status = -1;
    CHECK(wait(&status) > 0 && status == 0);
  }
  CHECK(numbers.values()[0] == kProcesses * kAdds);
}

/// User-mode emulators have no robust lists.
static bool kernelFreesLocksOfTheDead() {
  void *head;
  size_t bytes;
  return syscall(SYS_get_robust_list, 0, &head, &bytes) == 0;
}

TEST(a_holder_that_dies_leaves_the_lock_and_its_numbers_to_the_next) {
  if (!kernelFreesLocksOfTheDead()) SKIP("the kernel has no robust lists (qemu-user?)");
  const std::string path = scratchPath("/dev/shm", "robust");
  SharedNumbers numbers;
  CHECK(numbers.create(path.c_str(), 1) == 0);
  const pid_t child = fork();
  if (child == 0) {
    SharedNumbers own;
    if (own.attach(path.c_str()) != 0 || own.lock() != 0) _exit(1);
    own.values()[0] = 42;
    _exit(0);
  }
  int status = -1;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  CHECK(numbers.lock() == 1);
  CHECK(numbers.values()[0] == 42);
  CHECK(numbers.unlock() == 0);
  CHECK(numbers.lock() == 0);
  CHECK(numbers.unlock() == 0);
}

// Runs every registered test, or those whose names contain the argument. Exit 1 at the first that fails.
#include <unistd.h>

#include <cstring>

#include "test_case.h"

std::string tierbench_test::scratchPath(const char *folder, const char *name) {
  const std::string path = std::string(folder) + "/tierbench_test_" + std::to_string(getpid()) + "_" + name;
  unlink(path.c_str());
  return path;
}

int main(int argc, char **argv) {
  int ran = 0;
  for (const auto &test : tierbench_test::testCases()) {
    if (argc > 1 && strstr(test.name, argv[1]) == nullptr) continue;
    fprintf(stderr, "%s\n", test.name);
    test.run();
    ran++;
  }
  printf("%d tests passed, %d skipped\n", ran - tierbench_test::skipped, tierbench_test::skipped);
  return ran > 0 ? 0 : 1;
}

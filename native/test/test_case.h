// The smallest test runner: TEST(name) { CHECK(...); } in any file of the same program, run by test_main.cc.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace tierbench_test {

struct TestCase {
  const char *name;
  void (*run)();
};

inline std::vector<TestCase> &testCases() {
  static std::vector<TestCase> cases;
  return cases;
}

struct Registration {
  Registration(const char *name, void (*run)()) { testCases().push_back({name, run}); }
};

inline int skipped = 0;

/// A path that no other process of the test uses; `folder` is /dev/shm or /tmp.
std::string scratchPath(const char *folder, const char *name);

}  // namespace tierbench_test

#define TEST(name)                                                            \
  static void test_##name();                                                  \
  static tierbench_test::Registration registration_##name(#name, test_##name); \
  static void test_##name()

/// Ends the test without a verdict, and says so.
#define SKIP(reason)                            \
  do {                                          \
    fprintf(stderr, "  skipped: %s\n", reason); \
    tierbench_test::skipped++;                  \
    return;                                     \
  } while (0)

#define CHECK(condition)                                                     \
  do {                                                                       \
    if (!(condition)) {                                                      \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                               \
    }                                                                        \
  } while (0)

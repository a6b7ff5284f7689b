// The containers between threads: work queue, deadline heap, completion queue, handle table.
#include <thread>
#include <vector>

#include "../src/completion_queue.h"
#include "../src/deadline_heap.h"
#include "../src/handle_table.h"
#include "../src/work_queue.h"
#include "test_case.h"

using namespace tierbench;

TEST(deadlines_come_out_earliest_first) {
  Operation operations[5] = {};
  const uint64_t deadlines_ns[5] = {30, 10, 50, 20, 40};
  DeadlineHeap heap(5);
  for (int i = 0; i < 5; i++) {
    operations[i].deadline_ns = deadlines_ns[i];
    heap.push(&operations[i]);
  }
  for (uint64_t expected_ns : {10u, 20u, 30u, 40u, 50u}) {
    CHECK(heap.earliestNs() == expected_ns);
    CHECK(heap.pop()->deadline_ns == expected_ns);
  }
  CHECK(heap.empty());
}

TEST(every_queued_op_is_taken_once_by_one_of_the_threads) {
  constexpr uint32_t kOps = 2000;
  std::vector<Operation> operations(kOps);
  std::vector<std::atomic<int>> taken(kOps);
  std::atomic<uint32_t> total{0};
  WorkQueue queue(kOps);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; i++) {
    threads.emplace_back([&] {
      while (Operation *operation = queue.pop()) {
        taken[operation->slot]++;
        total++;
      }
    });
  }
  for (uint32_t slot = 0; slot < kOps; slot++) {
    operations[slot].slot = slot;
    Operation *operation = &operations[slot];
    queue.push(&operation, 1);
  }
  while (total < kOps) std::this_thread::yield();
  queue.stop();
  for (auto &thread : threads) thread.join();
  for (auto &times : taken) CHECK(times == 1);
}

TEST(a_stopped_queue_lets_its_sleepers_go) {
  WorkQueue queue(4);
  std::thread sleeper([&] { CHECK(queue.pop() == nullptr); });
  queue.stop();
  sleeper.join();
  CHECK(queue.pop() == nullptr);
}

static std::atomic<int> wakes{0};

TEST(groups_wake_once_until_the_queue_was_seen_empty) {
  wakes = 0;
  CompletionQueue queue(8, [] { wakes++; });
  tb_completion out[8];
  for (uint32_t slot = 0; slot < 3; slot++) {
    tb_completion completion = {};
    completion.slot = slot;
    queue.push(completion, queue.beginGroup(1, false), false);
  }
  CHECK(wakes == 1);
  CHECK(queue.drain(out) == 3 && out[2].slot == 2);
  queue.push({}, queue.beginGroup(1, false), false);  // not armed: the caller is still looking
  CHECK(wakes == 1);
  CHECK(queue.drain(out) == 1);
  CHECK(queue.drain(out) == 0);
  queue.push({}, queue.beginGroup(1, false), true);  // from the caller itself
  CHECK(wakes == 1);
  queue.push({}, queue.beginGroup(1, false), false);
  CHECK(wakes == 2 && queue.wakeCount() == 2);
}

TEST(a_group_wakes_by_its_last_op_and_by_any_op_while_no_slot_is_free) {
  wakes = 0;
  CompletionQueue queue(8, [] { wakes++; });
  tb_completion out[8];
  const uint32_t group = queue.beginGroup(3, false);
  queue.push({}, group, false);
  CHECK(wakes == 0 && queue.drain(out) == 1 && queue.drain(out) == 0);
  queue.push({}, group, false);
  queue.push({}, group, false);
  CHECK(wakes == 1 && queue.drain(out) == 2 && queue.drain(out) == 0);
  queue.push({}, queue.beginGroup(8, true), false);
  CHECK(wakes == 2);
}

TEST(groups_are_used_again) {
  CompletionQueue queue(2, [] {});
  tb_completion out[2];
  for (int i = 0; i < 5; i++) {
    const uint32_t a = queue.beginGroup(1, false), b = queue.beginGroup(1, false);
    CHECK(a != b);
    queue.push({}, a, false);
    queue.push({}, b, false);
    CHECK(queue.drain(out) == 2);
  }
}

TEST(a_closed_handle_is_used_again_and_finds_nothing_before) {
  HandleTable<int> table;
  CHECK(table.add(std::make_unique<int>(10)) == 0);
  CHECK(table.add(std::make_unique<int>(11)) == 1);
  table.remove(0);
  CHECK(table.find(0) == nullptr && *table.find(1) == 11 && table.find(2) == nullptr);
  CHECK(table.add(std::make_unique<int>(12)) == 0);
  CHECK(*table.find(0) == 12);
}

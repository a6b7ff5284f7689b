// Ops that are done at a known time, earliest first.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "operation.h"

namespace tierbench {

class DeadlineHeap {
 public:
  explicit DeadlineHeap(uint32_t capacity) { heap_.reserve(capacity); }

  bool empty() const { return heap_.empty(); }
  uint64_t earliestNs() const { return heap_.front()->deadline_ns; }

  void push(Operation *operation) {
    heap_.push_back(operation);
    std::push_heap(heap_.begin(), heap_.end(), later);
  }

  Operation *pop() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    Operation *operation = heap_.back();
    heap_.pop_back();
    return operation;
  }

 private:
  static bool later(const Operation *a, const Operation *b) { return a->deadline_ns > b->deadline_ns; }

  std::vector<Operation *> heap_;
};

}  // namespace tierbench

// Objects named by small integers across the ABI. An id is used again after its object is closed.
#pragma once
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace tierbench {

template <typename T>
class HandleTable {
 public:
  uint32_t add(std::unique_ptr<T> object) {
    for (uint32_t id = 0; id < objects_.size(); id++) {
      if (objects_[id] == nullptr) {
        objects_[id] = std::move(object);
        return id;
      }
    }
    objects_.push_back(std::move(object));
    return static_cast<uint32_t>(objects_.size() - 1);
  }

  /// Null when nothing has this id.
  T *find(uint32_t id) const { return id < objects_.size() ? objects_[id].get() : nullptr; }
  void remove(uint32_t id) { objects_[id].reset(); }

  template <typename Visit>
  void forEach(Visit visit) const {
    for (const auto &object : objects_) {
      if (object != nullptr) visit(*object);
    }
  }

 private:
  std::vector<std::unique_ptr<T>> objects_;
};

}  // namespace tierbench

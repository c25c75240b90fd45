// Chooses the way in which a convolution is computed.
#include "convolutions.h"

static const zk_convolver *convolver_of(const zk_convolution_task *task) {
  if (zk_winograd_tile(task)) return &zk_by_winograd;
  if (task->groups == 1) return &zk_by_products;
  bool is_depthwise = task->groups == task->inputs && task->groups == task->outputs;
  return is_depthwise ? &zk_by_channels : &zk_by_groups;
}

size_t zk_convolution_packed_size(const zk_path *path, const zk_convolution_task *task) {
  return convolver_of(task)->packed_size(path, task);
}

void zk_convolution_pack(
    const zk_path *path, zk_pool *pool, const zk_convolution_task *task, const float *w,
    void *packed) {
  convolver_of(task)->pack(path, pool, task, w, packed);
}

size_t zk_convolution_scratch(
    const zk_path *path, const zk_pool *pool, const zk_convolution_task *task) {
  return task->images == 0 ? 0 : convolver_of(task)->scratch(path, pool, task);
}

void zk_convolve(const zk_path *path, zk_pool *pool, const zk_convolution_task *task) {
  if (task->images > 0) convolver_of(task)->convolve(path, pool, task);
}

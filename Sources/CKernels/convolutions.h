// The ways in which convolutions are computed, and what they have in common.
#pragma once

#include "path.h"

// The functions of zk_convolution_… and zk_convolve, for the tasks that are computed this way.
typedef struct {
  size_t (*packed_size)(const zk_path *path, const zk_convolution_task *task);
  void (*pack)(
      const zk_path *path, zk_pool *pool, const zk_convolution_task *task, const float *w,
      void *packed);
  size_t (*scratch)(const zk_path *path, const zk_pool *pool, const zk_convolution_task *task);
  void (*convolve)(const zk_path *path, zk_pool *pool, const zk_convolution_task *task);
} zk_convolver;

extern const zk_convolver zk_by_products, zk_by_groups, zk_by_channels, zk_by_winograd;

// How many rows and columns of results a tile of Winograd's algorithm has, 2 or 4; 0 where a direct
// convolution is better, or the task forbids another.
size_t zk_winograd_tile(const zk_convolution_task *task);

static inline size_t zk_round_up(size_t count, size_t step) {
  return zk_ceil_div(count, step) * step;
}
static inline size_t zk_taps_of(const zk_window *window) {
  return window->kernel_height * window->kernel_width;
}
static inline size_t zk_results_of(const zk_convolution_task *task) {
  return task->images * task->window.out_height * task->window.out_width;
}
// The part of a product's task that says what becomes of the sums.
static inline zk_gemm_task zk_store_of(const zk_convolution_task *task) {
  return (zk_gemm_task){
      .precision = task->precision, .c_stride = task->y_stride, .m = zk_results_of(task),
      .n = task->outputs, .bias = task->bias, .scale = task->scale,
      .activation = task->activation, .combine = task->combine};
}

// ---- Where windows lie -------------------------------------------------------------------------

typedef struct {
  size_t image, y, x;
} zk_place;

static inline zk_place zk_place_of(const zk_window *window, size_t result) {
  size_t area = window->out_height * window->out_width;
  return (zk_place){
      result / area, result % area / window->out_width, result % window->out_width};
}

// The row of the map that the results of line `y` see through a row of the kernel, and the column of
// those of column `x`: beyond the edge where they are not below the height and the width.
static inline size_t zk_row_seen(const zk_window *window, size_t y, size_t tap) {
  return y * window->stride_y + tap * window->dilation_y - window->top;
}
static inline size_t zk_column_seen(const zk_window *window, size_t x, size_t tap) {
  return x * window->stride_x + tap * window->dilation_x - window->left;
}

// ---- What they see -----------------------------------------------------------------------------

// The map of a task, as it is or converted.
typedef struct {
  const zk_convolution_task *task;
  // Its places, `stride` bytes apart, and the zeros beyond the edges of each image.
  const char *places, *zeros;
  size_t stride, zeros_stride;
  // Neighbouring taps that are one run of numbers.
  size_t run;
  // Of each place, and then of each image's zeros; int8 only.
  const zk_input_row *int8;
} zk_seen;

// The map as it is, every tap by itself.
static inline zk_seen zk_seen_map(const zk_convolution_task *task) {
  return (zk_seen){
      .task = task, .places = (const char *)task->x, .stride = task->x_stride * sizeof(float),
      .zeros = (const char *)task->zeros, .run = 1};
}

// Fills pointers[run * rows + i] for `count` results from `first` on, repeating the last. Runs of
// several taps that reach beyond an edge are copied to `copies`. Fills int8[i], if it is not NULL.
void zk_point(
    const zk_seen *seen, size_t first, size_t count, size_t rows, float *copies,
    const char **pointers, zk_input_row *int8);

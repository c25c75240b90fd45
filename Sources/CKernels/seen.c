// Finds what the results of a convolution see.
#include <string.h>

#include "convolutions.h"

// Copies what a kernel row sees of row `row` of the map from column `left` on, [run, inputs].
static void copy_run(const zk_seen *seen, zk_place at, size_t row, size_t left, float *out) {
  const zk_convolution_task *task = seen->task;
  const zk_window *window = &task->window;
  size_t line = (at.image * window->height + row) * window->width;
  for (size_t j = 0; j < seen->run; j++, out += task->inputs) {
    size_t column = left + j;
    if (row < window->height && column < window->width)
      memcpy(out, seen->places + (line + column) * seen->stride, task->inputs * sizeof *out);
    else memset(out, 0, task->inputs * sizeof *out);
  }
}

void zk_point(
    const zk_seen *seen, size_t first, size_t count, size_t rows, float *copies,
    const char **pointers, zk_input_row *int8) {
  const zk_convolution_task *task = seen->task;
  const zk_window *window = &task->window;
  size_t places = task->images * window->height * window->width;
  zk_place at = zk_place_of(window, first);
  for (size_t i = 0; i < rows; i++) {
    const char **pointer = pointers + i;
    const char *zeros = seen->zeros + at.image * seen->zeros_stride;
    if (int8) int8[i] = (zk_input_row){0};
    for (size_t tap_y = 0; tap_y < window->kernel_height; tap_y++) {
      size_t row = zk_row_seen(window, at.y, tap_y);
      size_t line = (at.image * window->height + row) * window->width;
      for (size_t tap_x = 0; tap_x < window->kernel_width; tap_x += seen->run, pointer += rows) {
        size_t column = zk_column_seen(window, at.x, tap_x);
        bool is_inside = row < window->height && column < window->width &&
                         column + seen->run <= window->width;
        if (is_inside) {
          *pointer = seen->places + (line + column) * seen->stride;
        } else if (seen->run == 1) {
          *pointer = zeros;
        } else {
          copy_run(seen, at, row, column, copies);
          *pointer = (const char *)copies;
          copies += seen->run * task->inputs;
        }
        if (int8) {
          // The scale and the zero are those of all places of an image.
          const zk_input_row *place = seen->int8 + (is_inside ? line + column : places + at.image);
          int8[i].scale = place->scale;
          int8[i].zero = place->zero;
          int8[i].offset += place->offset;
        }
      }
    }
    if (i + 1 < count) at = zk_place_after(window, at);
  }
}

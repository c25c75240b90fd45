// Finds what the results of a convolution see.
#include <string.h>

#include "convolutions.h"

// Copies what a kernel row sees of row `row` of a map from column `left` on, [run, inputs].
static void copy_run(const zk_seen *seen, size_t image, size_t row, size_t left, float *out) {
  const zk_convolution_task *task = seen->task;
  const zk_window *window = &task->window;
  size_t line = (image * window->height + row) * window->width;
  for (size_t j = 0; j < seen->run; j++, out += task->inputs) {
    size_t column = left + j;
    if (row < window->height && column < window->width)
      memcpy(out, seen->places + (line + column) * seen->stride, task->inputs * sizeof *out);
    else memset(out, 0, task->inputs * sizeof *out);
  }
}

// Points `count` neighbours in a line from result `at` on through one run of each kernel row; gives the
// copies that are free then.
static float *point_line(
    const zk_seen *seen, zk_place at, size_t count, size_t rows, float *copies,
    const char **pointers, zk_input_row *int8) {
  const zk_convolution_task *task = seen->task;
  const zk_window *window = &task->window;
  size_t stride = window->stride_x, places = task->images * window->height * window->width;
  const char *zeros = seen->zeros + at.image * seen->zeros_stride;
  for (size_t tap_y = 0; tap_y < window->kernel_height; tap_y++) {
    size_t row = zk_row_seen(window, at.y, tap_y);
    size_t line = (at.image * window->height + row) * window->width;
    for (size_t tap_x = 0; tap_x < window->kernel_width; tap_x += seen->run, pointers += rows) {
      // Results from `first` to `end` see nothing beyond an edge.
      size_t offset = tap_x * window->dilation_x, room = window->width + window->left;
      bool is_before = (ptrdiff_t)(window->left - offset) > 0;
      size_t first = is_before ? zk_ceil_div(window->left - offset, stride) : 0;
      size_t end = offset + seen->run <= room ? (room - offset - seen->run) / stride + 1 : 0;
      if (row >= window->height) end = 0;
      for (size_t i = 0, x = at.x; i < count; i++, x++) {
        size_t column = zk_column_seen(window, x, tap_x);
        bool is_inside = first <= x && x < end;
        if (is_inside) {
          pointers[i] = seen->places + (line + column) * seen->stride;
        } else if (seen->run == 1) {
          pointers[i] = zeros;
        } else {
          copy_run(seen, at.image, row, column, copies);
          pointers[i] = (const char *)copies;
          copies += seen->run * task->inputs;
        }
        if (int8) {
          // The scale and the zero are those of all places of an image.
          const zk_input_row *place = seen->int8 + (is_inside ? line + column : places + at.image);
          int8[i] = (zk_input_row){place->scale, place->zero, int8[i].offset + place->offset};
        }
      }
    }
  }
  return copies;
}

void zk_point(
    const zk_seen *seen, size_t first, size_t count, size_t rows, float *copies,
    const char **pointers, zk_input_row *int8) {
  const zk_window *window = &seen->task->window;
  if (int8) memset(int8, 0, rows * sizeof *int8);
  for (size_t i = 0; i < count;) {
    zk_place at = zk_place_of(window, first + i);
    size_t neighbours = zk_min(count - i, window->out_width - at.x);
    copies = point_line(
        seen, at, neighbours, rows, copies, pointers + i, int8 ? int8 + i : NULL);
    i += neighbours;
  }
  size_t runs = zk_taps_of(window) / seen->run;
  for (size_t i = count; i < rows; i++) {
    if (int8) int8[i] = int8[count - 1];
    for (size_t run = 0; run < runs; run++)
      pointers[run * rows + i] = pointers[run * rows + count - 1];
  }
}

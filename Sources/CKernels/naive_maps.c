// The kernels of maps, written as plainly as possible and in double precision; see naive.c.
#include <math.h>

#include "path.h"

void zk_convolve_naive(const zk_convolution_task *task, const float *w) {
  const zk_window *window = &task->window;
  size_t inputs = task->inputs / task->groups, outputs = task->outputs / task->groups;
  float *y = task->y;
  for (size_t image = 0; image < task->images; image++)
    for (size_t out_y = 0; out_y < window->out_height; out_y++)
      for (size_t out_x = 0; out_x < window->out_width; out_x++, y += task->y_stride)
        for (size_t output = 0; output < task->outputs; output++) {
          double v = task->bias ? task->bias[output] : 0;
          const float *weight =
              w + output * window->kernel_height * window->kernel_width * inputs;
          for (size_t i = 0; i < window->kernel_height; i++)
            for (size_t j = 0; j < window->kernel_width; j++, weight += inputs) {
              ptrdiff_t row = (ptrdiff_t)(out_y * window->stride_y + i * window->dilation_y) -
                              (ptrdiff_t)window->top;
              ptrdiff_t column = (ptrdiff_t)(out_x * window->stride_x + j * window->dilation_x) -
                                 (ptrdiff_t)window->left;
              if (row < 0 || column < 0 || row >= (ptrdiff_t)window->height ||
                  column >= (ptrdiff_t)window->width)
                continue;
              const float *x =
                  task->x +
                  ((image * window->height + (size_t)row) * window->width + (size_t)column) *
                      task->x_stride +
                  output / outputs * inputs;
              for (size_t input = 0; input < inputs; input++)
                v += (double)x[input] * weight[input];
            }
          zk_store_naive(
              v, task->scale ? task->scale[output] : 1, task->activation, task->combine,
              y + output);
        }
}

void zk_pool_map_naive(const zk_pooling_task *task) {
  float *y = task->y;
  for (size_t image = 0; image < task->images; image++)
    for (size_t out_y = 0; out_y < task->out_height; out_y++)
      for (size_t out_x = 0; out_x < task->out_width; out_x++, y += task->y_stride)
        for (size_t channel = 0; channel < task->channels; channel++) {
          zk_bin rows = task->rows[out_y], columns = task->columns[out_x];
          double most = -INFINITY, total = 0, squares = 0;
          for (size_t i = 0; i < rows.count; i++)
            for (size_t j = 0; j < columns.count; j++) {
              size_t row = (image * task->height + rows.first + i) * task->width;
              double x = task->x[(row + columns.first + j) * task->x_stride + channel];
              most = fmax(most, x);
              total += x;
              squares += x * x;
            }
          double count = (double)rows.divisor * columns.divisor;
          switch (task->pooling) {
            case ZK_POOL_MAX: y[channel] = (float)most; break;
            case ZK_POOL_MEAN: y[channel] = (float)(total / count); break;
            case ZK_POOL_MEAN_SQUARE: y[channel] = (float)(squares / count); break;
          }
        }
}

void zk_affine_naive(const zk_affine_task *task) {
  for (size_t row = 0; row < task->rows; row++) {
    size_t image = row / task->rows_per_image;
    for (size_t column = 0; column < task->columns; column++) {
      double v = task->x[row * task->x_stride + column];
      if (task->scale) v *= task->scale[image * task->scale_image + column];
      if (task->shift) v += task->shift[image * task->shift_image + column];
      zk_store_naive(
          v, 1, task->activation, task->combine, task->y + row * task->y_stride + column);
    }
  }
}

void zk_weighted_sum_naive(const zk_weighted_sum_task *task) {
  for (size_t row = 0; row < task->rows; row++) {
    const float *x = task->x + row * task->x_stride;
    const float *weights = task->weights + row * task->weights_stride;
    const float *constants = task->constants + row / task->rows_per_image * task->constants_stride;
    for (size_t column = 0; column < task->columns; column++) {
      double total = (double)constants[column] * weights[task->maps];
      for (size_t map = 0; map < task->maps; map++)
        total += (double)x[map * task->columns + column] * weights[map];
      task->y[row * task->y_stride + column] = (float)total;
    }
  }
}

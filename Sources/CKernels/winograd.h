// Winograd's algorithm for 3 x 3 convolutions; see path_winograd.h.
#pragma once

#include "path.h"

// How many rows and columns of results a tile has, 2 or 4; 0 where a direct convolution is better, or
// the task forbids another.
size_t zk_winograd_tile(const zk_convolution_task *task);

// As the functions of zk_convolve, for tasks with such tiles.
size_t zk_winograd_packed_size(const zk_path *path, const zk_convolution_task *task);
void zk_winograd_pack(
    const zk_path *path, zk_pool *pool, const zk_convolution_task *task, const float *w,
    void *packed);
size_t zk_winograd_scratch(
    const zk_path *path, const zk_pool *pool, const zk_convolution_task *task);
void zk_winograd_convolve(const zk_path *path, zk_pool *pool, const zk_convolution_task *task);

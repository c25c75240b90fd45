// What the comparisons share.
#pragma once

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

float noise(void);
// Not a byte more than asked for, so that the address sanitizer sees what goes beyond.
void *bytes(size_t count);
float *floats(size_t count);
// What a matrix [rows, columns] with gaps differs by, as a share of the largest expected magnitude.
double difference(
    const float *found, const float *expected, size_t rows, size_t columns, size_t stride);
// Prints how much a kernel differs, and remembers whether it is too much.
void report(const zk_path *path, const char *kernel, double worst);
void report_within(const zk_path *path, const char *kernel, double worst, double tolerance);

// Compares the kernels of maps; see compare_maps.c.
void compare_maps(const zk_path *path, zk_pool *pool);

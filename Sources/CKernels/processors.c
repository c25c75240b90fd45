// How many processors this process may use.
#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif
#include <unistd.h>

#include "CKernels.h"

#if defined(__linux__)
// The share of a container, in whole processors rounded up; 0 where none is set.
static long quota(void) {
  FILE *file = fopen("/sys/fs/cgroup/cpu.max", "r");
  if (!file) return 0;
  long limit = 0, period = 0;
  int fields = fscanf(file, "%ld %ld", &limit, &period);
  fclose(file);
  return fields == 2 && limit > 0 && period > 0 ? (limit + period - 1) / period : 0;
}
#endif

int zk_processors(void) {
  long count = sysconf(_SC_NPROCESSORS_ONLN);
#if defined(__linux__)
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) count = CPU_COUNT(&allowed);
  long share = quota();
  if (share > 0 && share < count) count = share;
#elif defined(__APPLE__)
  int fast = 0;
  size_t size = sizeof fast;
  if (sysctlbyname("hw.perflevel0.physicalcpu", &fast, &size, NULL, 0) == 0 && fast > 0)
    count = fast;
#endif
  return count > 0 ? (int)count : 1;
}

// How many processors this process may use, and what Arm processors can do.
#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#if defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif
#include <unistd.h>

#include "path.h"

int zk_processors(void) {
  long count = sysconf(_SC_NPROCESSORS_ONLN);
#if defined(__linux__)
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) count = CPU_COUNT(&allowed);
#elif defined(__APPLE__)
  int fast = 0;
  size_t size = sizeof fast;
  if (sysctlbyname("hw.perflevel0.physicalcpu", &fast, &size, NULL, 0) == 0 && fast > 0)
    count = fast;
#endif
  return count > 0 ? (int)count : 1;
}

#if defined(__aarch64__)
#if defined(__APPLE__)
static bool has(const char *feature) {
  int value = 0;
  size_t size = sizeof value;
  return sysctlbyname(feature, &value, &size, NULL, 0) == 0 && value != 0;
}

bool zk_arm_has_dot(void) { return has("hw.optional.arm.FEAT_DotProd"); }
bool zk_arm_has_bf16(void) { return has("hw.optional.arm.FEAT_BF16"); }
#else
bool zk_arm_has_dot(void) { return getauxval(AT_HWCAP) & HWCAP_ASIMDDP; }
bool zk_arm_has_bf16(void) { return getauxval(AT_HWCAP2) & HWCAP2_BF16; }
#endif
#endif

#ifdef __linux__

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// Whether a path is /proc/NUMBER/stat, on a system without /proc.
static int is_missing_thread(const char *path) {
    if (strncmp(path, "/proc/", 6) != 0) { return 0; }
    const char *rest = path + 6;
    size_t digits = strspn(rest, "0123456789");
    return digits > 0 && strcmp(rest + digits, "/stat") == 0 && access("/proc/self", F_OK) != 0;
}

// The system's open, with one exception. libdispatch, which all of Swift's threads come from, looks up
// once a second how many of its threads run, and ends the process if it cannot open what /proc has of
// one. Without /proc it gets an empty file, from which it learns nothing.
int open(const char *path, int flags, ...) {
    mode_t mode = 0;
    if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    int file = openat(AT_FDCWD, path, flags, mode);
    if (file < 0 && errno == ENOENT && is_missing_thread(path)) {
        return memfd_create("thread", MFD_CLOEXEC);
    }
    return file;
}

#endif

/* A disk that counts its flushes and takes its time over each: preloaded before libc, it stands between SQLite and the
   kernel. BENCH_FLUSH_US says how many microseconds every flush takes longer. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_long count;

long flushes(void) { return atomic_load(&count); }

static int flush(const char *name, int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *longer = getenv("BENCH_FLUSH_US");
    atomic_fetch_add(&count, 1);
    if (longer) usleep((useconds_t)atol(longer));
    return real(fd);
}

int fsync(int fd) { return flush("fsync", fd); }
int fdatasync(int fd) { return flush("fdatasync", fd); }

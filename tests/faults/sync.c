/* Makes a sync of a database fail, or ends the process there or at a write.
 *
 * cc -shared -fPIC -o sync.so sync.c -ldl
 * LINKWORK_SYNC_FAULT=fail:3 LD_PRELOAD=./sync.so program    the third sync fails with EIO
 * LINKWORK_SYNC_FAULT=kill:3 LD_PRELOAD=./sync.so program    the process is killed instead of the third sync
 * LINKWORK_SYNC_FAULT=torn:3 LD_PRELOAD=./sync.so program    the process is killed instead of the third write
 *
 * Counts fsync and fdatasync, or every kind of write, of files whose path holds ".db".
 * A sync after one that failed is told on stderr.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int syncs, writes;

static int is_database(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, ".db") != NULL;
}

/* The number that stands behind this kind of fault, or 0 if another one is wanted. */
static int wanted(const char *kind) {
    const char *fault = getenv("LINKWORK_SYNC_FAULT");
    size_t length = strlen(kind);
    return fault && !strncmp(fault, kind, length) ? atoi(fault + length) : 0;
}

static int sync_unless_faulty(const char *name, int fd) {
    int fail = wanted("fail:"), end = wanted("kill:");
    if ((fail || end) && is_database(fd)) {
        int now = atomic_fetch_add(&syncs, 1) + 1;
        if (now == end) raise(SIGKILL);
        if (now == fail) {
            errno = EIO;
            return -1;
        }
        if (fail && now > fail) fputs("synced after the fault\n", stderr);
    }
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    return real(fd);
}

static void die_if_torn(int fd) {
    int end = wanted("torn:");
    if (end && is_database(fd) && atomic_fetch_add(&writes, 1) + 1 == end) raise(SIGKILL);
}

int fsync(int fd) { return sync_unless_faulty("fsync", fd); }
int fdatasync(int fd) { return sync_unless_faulty("fdatasync", fd); }

ssize_t write(int fd, const void *bytes, size_t count) {
    die_if_torn(fd);
    ssize_t (*real)(int, const void *, size_t) = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    return real(fd, bytes, count);
}

static ssize_t write_at(const char *name, int fd, const void *bytes, size_t count, off_t at) {
    die_if_torn(fd);
    ssize_t (*real)(int, const void *, size_t, off_t) =
        (ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, name);
    return real(fd, bytes, count, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { return write_at("pwrite", fd, bytes, count, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t at) { return write_at("pwrite64", fd, bytes, count, at); }

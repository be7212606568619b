/* Makes a sync of a database fail, or ends the process there.
 *
 * cc -shared -fPIC -o sync.so sync.c -ldl
 * LINKWORK_SYNC_FAULT=fail:3 LD_PRELOAD=./sync.so program    the third sync fails with EIO
 * LINKWORK_SYNC_FAULT=kill:3 LD_PRELOAD=./sync.so program    the process is killed instead of the third sync
 *
 * Counts fsync and fdatasync of files whose path holds ".db". A sync after one that failed is told on stderr.
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

static atomic_int syncs;

static int is_database(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, ".db") != NULL;
}

static int fails(int fd) {
    const char *fault = getenv("LINKWORK_SYNC_FAULT");
    if (!fault || strlen(fault) < 6 || !is_database(fd)) return 0;
    int wanted = atoi(fault + 5), now = atomic_fetch_add(&syncs, 1) + 1;
    if (now == wanted && !strncmp(fault, "kill:", 5)) raise(SIGKILL);
    if (now > wanted) fputs("synced after the fault\n", stderr);
    return now == wanted;
}

static int sync_unless_faulty(const char *name, int fd) {
    if (fails(fd)) {
        errno = EIO;
        return -1;
    }
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    return real(fd);
}

int fsync(int fd) { return sync_unless_faulty("fsync", fd); }
int fdatasync(int fd) { return sync_unless_faulty("fdatasync", fd); }

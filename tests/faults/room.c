/* A disk with so much room for a database and no more.
 *
 * cc -shared -fPIC -o room.so room.c -ldl
 * LINKWORK_ROOM=room.txt LD_PRELOAD=./room.so program    room.txt holds a number of bytes, and may change meanwhile
 *
 * Counts the files of a database together, whose paths hold ".db": the file, its write-ahead log and its index. A write
 * that would make them larger than that writes what fits, as a file system does, and then fails with ENOSPC.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static long long size_of(const char *path, const char *ending) {
    char whole[4200];
    struct stat found;
    snprintf(whole, sizeof whole, "%s%s", path, ending);
    return stat(whole, &found) ? 0 : found.st_size;
}

/* What is left, or -1 if the file is none of a database's. */
static long long left(int fd) {
    const char *said = getenv("LINKWORK_ROOM");
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!said || length < 0) return -1;
    path[length] = 0;
    char *ending = strstr(path, ".db");
    if (!ending) return -1;
    ending[3] = 0;
    long long room = 0;
    FILE *file = fopen(said, "r");
    if (!file || fscanf(file, "%lld", &room) != 1) abort();
    fclose(file);
    long long used = size_of(path, "") + size_of(path, "-wal") + size_of(path, "-shm");
    return used < room ? room - used : 0;
}

/* How much of a write fits; -1 if nothing does. */
static ssize_t fitting(int fd, size_t count, off_t at) {
    struct stat found;
    long long room = left(fd);
    if (room < 0 || fstat(fd, &found)) return count;
    long long end = at + (long long)count, most = found.st_size + room;
    if (end <= found.st_size || end <= most) return count;
    if (at < most) return most - at;
    errno = ENOSPC;
    return -1;
}

typedef ssize_t (*write_at)(int, const void *, size_t, off_t);

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
    ssize_t fits = fitting(fd, count, at);
    return fits < 0 ? -1 : ((write_at)dlsym(RTLD_NEXT, "pwrite"))(fd, bytes, fits, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t at) { return pwrite(fd, bytes, count, at); }

ssize_t write(int fd, const void *bytes, size_t count) {
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t fits = at < 0 ? (ssize_t)count : fitting(fd, count, at);
    return fits < 0 ? -1 : ((ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write"))(fd, bytes, fits);
}

/* Faults of a disk, put between a test's child process and its C library (LD_PRELOAD).
 *
 * Writes, truncations and syncs of files below KEYWARD_DISK_DIR fail as the control file
 * KEYWARD_DISK_CONTROL says, which the test changes while the child runs. Everything else passes.
 * The control file, in 32-bit words: 0 what fails (a mask), 1 which files (0 all, 1 those whose name
 * ends in "-wal", 2 those whose name holds ".db"), 2 how many matching calls still pass, 3 how many
 * failed, 4 how many calls so far would have changed the disk.
 *
 * Instead of failing, the process can be killed (SIGKILL) right before the call that changes the disk
 * for the n-th time (word 2), or after half of it. With KEYWARD_DISK_JOURNAL every write notes what was
 * there before and every sync that it happened, so that the test can take back what a power cut would
 * have taken: see `Journal` in mod.rs for the form. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE_FULL = 1, WRITE_BROKEN = 2, WRITE_TORN = 4, SYNC_BROKEN = 8, KILL = 16, KILL_TORN = 32 };

static volatile uint32_t *control;
static const char *folder;
static int journal = -1;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("KEYWARD_DISK_CONTROL");
    folder = getenv("KEYWARD_DISK_DIR");
    if (!path || !folder) return;
    int fd = open(path, O_RDWR);
    if (fd < 0) return;
    void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (at != MAP_FAILED) control = at;
    const char *notes = getenv("KEYWARD_DISK_JOURNAL");
    if (notes) journal = open(notes, O_WRONLY | O_APPEND);
}

/* The name of an open file; its length, or 0. */
static ssize_t name_of(int fd, char *name) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, name, PATH_MAX - 1);
    if (length <= 0) return 0;
    name[length] = 0;
    return length;
}

static int concerns_name(const char *name) {
    size_t length = strlen(name);
    if (strncmp(name, folder, strlen(folder)) != 0) return 0;
    switch (control[1]) {
    case 1: return length > 4 && strcmp(name + length - 4, "-wal") == 0;
    case 2: return strstr(name, ".db") != NULL;
    default: return 1;
    }
}

static int concerns(int fd) {
    char name[PATH_MAX];
    return name_of(fd, name) && concerns_name(name);
}

/* A call that changes the disk. Not 0: the process is to end here. */
static uint32_t point(int concerned) {
    if (!control || !concerned) return 0;
    uint32_t seen = __atomic_fetch_add(&control[4], 1, __ATOMIC_SEQ_CST);
    uint32_t kill = control[0] & (KILL | KILL_TORN);
    return kill && seen == control[2] ? kill : 0;
}

static void die(void) {
    kill(getpid(), SIGKILL);
}

/* Notes a change: kind, name, place, size before, and the bytes that were there. */
static void note(char kind, int fd, off64_t at, size_t length) {
    char name[PATH_MAX], link[64];
    struct stat before;
    if (journal < 0 || !name_of(fd, name) || !concerns_name(name) || fstat(fd, &before)) return;
    uint64_t words[4] = {strlen(name), (uint64_t)at, (uint64_t)before.st_size, 0};
    char *bytes = malloc(1 + sizeof words + words[0] + length);
    if (!bytes) abort();
    char *old = bytes + 1 + sizeof words + words[0];
    if (length) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        int reading = open(link, O_RDONLY);
        ssize_t got = pread(reading, old, length, at);
        words[3] = got > 0 ? (uint64_t)got : 0;
        close(reading);
    }
    bytes[0] = kind;
    memcpy(bytes + 1, words, sizeof words);
    memcpy(bytes + 1 + sizeof words, name, words[0]);
    size_t all = 1 + sizeof words + words[0] + words[3];
    if (syscall(SYS_write, journal, bytes, all) != (ssize_t)all) abort();
    free(bytes);
}

/* What of `kinds` this call suffers; 0 if it passes. */
static uint32_t fault(int fd, uint32_t kinds) {
    if (!control) return 0;
    uint32_t wanted = control[0] & kinds;
    if (!wanted || !concerns(fd)) return 0;
    uint32_t left = __atomic_load_n(&control[2], __ATOMIC_SEQ_CST);
    while (left > 0) {
        if (__atomic_compare_exchange_n(&control[2], &left, left - 1, 0, __ATOMIC_SEQ_CST,
                                        __ATOMIC_SEQ_CST))
            return 0;
    }
    __atomic_add_fetch(&control[3], 1, __ATOMIC_SEQ_CST);
    return wanted;
}

#define NEXT(type, name) static type real; if (!real) real = (type)dlsym(RTLD_NEXT, name)

static size_t failed_write(uint32_t what, size_t length) {
    errno = what & WRITE_FULL ? ENOSPC : EIO;
    return what & WRITE_TORN ? length / 2 : 0;
}

typedef ssize_t (*pwrite_call)(int, const void *, size_t, off64_t);
typedef ssize_t (*write_call)(int, const void *, size_t);
typedef ssize_t (*writev_call)(int, const struct iovec *, int);
typedef int (*sync_call)(int);
typedef int (*truncate_call)(int, off64_t);
typedef int (*allocate_call)(int, off64_t, off64_t);
typedef int (*rename_call)(const char *, const char *);
typedef int (*name_call)(const char *);
typedef int (*mkdir_call)(const char *, mode_t);
typedef int (*unlinkat_call)(int, const char *, int);

static const uint32_t WRITES = WRITE_FULL | WRITE_BROKEN | WRITE_TORN;

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
    NEXT(pwrite_call, "pwrite64");
    uint32_t end = point(concerns(fd));
    if (end != KILL && journal >= 0) note('W', fd, at, length);
    if (end & KILL_TORN) real(fd, bytes, length / 2, at);
    if (end) die();
    uint32_t what = fault(fd, WRITES);
    if (!what) return real(fd, bytes, length, at);
    size_t torn = failed_write(what, length);
    int error = errno;
    if (torn) real(fd, bytes, torn, at);
    errno = error;
    return -1;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
    return pwrite64(fd, bytes, length, at);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    NEXT(write_call, "write");
    uint32_t end = point(concerns(fd));
    if (end != KILL && journal >= 0) note('W', fd, lseek64(fd, 0, SEEK_CUR), length);
    if (end & KILL_TORN) real(fd, bytes, length / 2);
    if (end) die();
    uint32_t what = fault(fd, WRITES);
    if (!what) return real(fd, bytes, length);
    size_t torn = failed_write(what, length);
    int error = errno;
    if (torn) real(fd, bytes, torn);
    errno = error;
    return -1;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    NEXT(writev_call, "writev");
    uint32_t what = fault(fd, WRITES);
    if (!what) return real(fd, parts, count);
    failed_write(what, 0);
    return -1;
}

static int synced(int fd, const char *name) {
    sync_call real = (sync_call)dlsym(RTLD_NEXT, name);
    if (point(concerns(fd))) die();
    if (!fault(fd, SYNC_BROKEN)) {
        int done = real(fd);
        if (!done) note('S', fd, 0, 0);
        return done;
    }
    errno = EIO;
    return -1;
}

int fsync(int fd) { return synced(fd, "fsync"); }
int fdatasync(int fd) { return synced(fd, "fdatasync"); }

int ftruncate64(int fd, off64_t length) {
    NEXT(truncate_call, "ftruncate64");
    if (point(concerns(fd))) die();
    struct stat before;
    if (journal >= 0 && !fstat(fd, &before))
        note('W', fd, length, before.st_size > length ? before.st_size - length : 0);
    if (!fault(fd, WRITE_BROKEN | WRITE_TORN)) return real(fd, length);
    errno = EIO;
    return -1;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int posix_fallocate64(int fd, off64_t at, off64_t length) {
    NEXT(allocate_call, "posix_fallocate64");
    uint32_t what = fault(fd, WRITES);
    if (!what) return real(fd, at, length);
    return what & WRITE_FULL ? ENOSPC : EIO;
}

int posix_fallocate(int fd, off_t at, off_t length) { return posix_fallocate64(fd, at, length); }

/* Names: only points at which the process may end. */

int rename(const char *from, const char *to) {
    NEXT(rename_call, "rename");
    if (point(control && concerns_name(from))) die();
    return real(from, to);
}

int unlink(const char *name) {
    NEXT(name_call, "unlink");
    if (point(control && concerns_name(name))) die();
    return real(name);
}

int rmdir(const char *name) {
    NEXT(name_call, "rmdir");
    if (point(control && concerns_name(name))) die();
    return real(name);
}

int mkdir(const char *name, mode_t mode) {
    NEXT(mkdir_call, "mkdir");
    if (point(control && concerns_name(name))) die();
    return real(name, mode);
}

int unlinkat(int dir, const char *name, int flags) {
    NEXT(unlinkat_call, "unlinkat");
    if (point(control && (name[0] == '/' ? concerns_name(name) : concerns(dir)))) die();
    return real(dir, name, flags);
}

/* Stands between the program and its disk (LD_PRELOAD). It writes down every change of a database's files and when each was
   synced, so that a test can work out what a power cut would have left; and it can make the disk full.

   EVERBETTER_SHIM_DIR   only files below this folder
   EVERBETTER_SHIM_LOG   where the changes are written down; without it they are not
   EVERBETTER_SHIM_FULL  a file of one byte: '1' means that the disk is full
   EVERBETTER_SHIM_LIES  a disk that says "synced" and is not */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE = 1, TRUNCATE = 2, SYNC = 3, CREATE = 4, UNLINK = 5, SYNC_FOLDER = 6 };
enum { MOST = 4096, LONGEST = 256 };

static const char *folder;
static int log_fd = -1, lies;
static volatile char *full;
static char names[MOST][LONGEST];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static int (*real_close)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_unlink)(const char *);

static void begin(void) {
    real_open = dlsym(RTLD_NEXT, "open64");
    real_openat = dlsym(RTLD_NEXT, "openat64");
    real_close = dlsym(RTLD_NEXT, "close");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_writev = dlsym(RTLD_NEXT, "writev");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    folder = getenv("EVERBETTER_SHIM_DIR");
    lies = getenv("EVERBETTER_SHIM_LIES") != NULL;
    const char *log = getenv("EVERBETTER_SHIM_LOG"), *flag = getenv("EVERBETTER_SHIM_FULL");
    if (log) log_fd = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (flag) {
        int fd = real_open(flag, O_RDWR | O_CLOEXEC);
        if (fd >= 0) {
            void *seen = mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
            full = seen == MAP_FAILED ? NULL : seen;
            real_close(fd);
        }
    }
}

static void ready(void) { pthread_once(&once, begin); }

static int is_ours(const char *path) { return folder && path && strncmp(path, folder, strlen(folder)) == 0; }

static const char *named(int fd) { return fd >= 0 && fd < MOST && names[fd][0] ? names[fd] : NULL; }

static int ends(const char *name, const char *with) {
    size_t all = strlen(name), end = strlen(with);
    return all >= end && strcmp(name + all - end, with) == 0;
}

/* The index of the log (-shm) is made anew after a crash: what becomes of it does not matter. */
static int is_kept(const char *name) { return log_fd >= 0 && name && !ends(name, "-shm"); }

static int is_full(int fd) {
    if (full && *full == '1' && named(fd)) {
        errno = ENOSPC;
        return 1;
    }
    return 0;
}

static void note(uint32_t what, const char *name, uint64_t at, const void *bytes, uint64_t count) {
    struct { uint32_t what, name; uint64_t at, count; } head = {what, (uint32_t)strlen(name), at, count};
    struct iovec parts[3] = {{&head, sizeof head}, {(void *)name, head.name}, {(void *)bytes, count}};
    real_writev(log_fd, parts, count ? 3 : 2);
}

static void opened(int fd, const char *path, int is_new) {
    if (fd < 0 || fd >= MOST) return;
    names[fd][0] = 0;
    if (!is_ours(path)) return;
    strncpy(names[fd], path, LONGEST - 1);
    if (is_new && is_kept(path)) {
        pthread_mutex_lock(&lock);
        note(CREATE, path, 0, NULL, 0);
        pthread_mutex_unlock(&lock);
    }
}

static int open_it(const char *path, int flags, mode_t mode) {
    ready();
    int is_new = (flags & O_CREAT) && is_ours(path) && access(path, F_OK) != 0;
    int fd = real_open(path, flags, mode);
    opened(fd, path, is_new);
    return fd;
}

#define MODE(flags) \
    mode_t mode = 0; \
    if ((flags) & (O_CREAT | O_TMPFILE)) { va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); }

int open(const char *path, int flags, ...) { MODE(flags) return open_it(path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_it(path, flags, mode); }

int openat(int at, const char *path, int flags, ...) {
    MODE(flags)
    ready();
    int fd = real_openat(at, path, flags, mode);
    opened(fd, path, 0);
    return fd;
}

int close(int fd) {
    ready();
    if (fd >= 0 && fd < MOST) names[fd][0] = 0;
    return real_close(fd);
}

ssize_t write(int fd, const void *bytes, size_t count) {
    ready();
    if (is_full(fd)) return -1;
    const char *name = named(fd);
    if (!is_kept(name)) return real_write(fd, bytes, count);
    pthread_mutex_lock(&lock);
    note(WRITE, name, (uint64_t)lseek(fd, 0, SEEK_CUR), bytes, count);
    ssize_t done = real_write(fd, bytes, count);
    pthread_mutex_unlock(&lock);
    return done;
}

static ssize_t pwrite_it(int fd, const void *bytes, size_t count, off_t at) {
    ready();
    if (is_full(fd)) return -1;
    const char *name = named(fd);
    if (!is_kept(name)) return real_pwrite(fd, bytes, count, at);
    pthread_mutex_lock(&lock);
    note(WRITE, name, (uint64_t)at, bytes, count);
    ssize_t done = real_pwrite(fd, bytes, count, at);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) { return pwrite_it(fd, bytes, count, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t at) { return pwrite_it(fd, bytes, count, at); }

static int truncate_it(int fd, off_t size) {
    ready();
    const char *name = named(fd);
    if (!is_kept(name)) return real_ftruncate(fd, size);
    pthread_mutex_lock(&lock);
    note(TRUNCATE, name, (uint64_t)size, NULL, 0);
    int done = real_ftruncate(fd, size);
    pthread_mutex_unlock(&lock);
    return done;
}

int ftruncate(int fd, off_t size) { return truncate_it(fd, size); }
int ftruncate64(int fd, off_t size) { return truncate_it(fd, size); }

/* The machine itself stays up, so nothing has to reach the real disk: the note is the sync. */
static int sync_it(int fd, int (*really)(int)) {
    ready();
    const char *name = named(fd);
    if (!is_kept(name)) return really(fd);
    if (lies) return 0;
    struct stat about;
    pthread_mutex_lock(&lock);
    note(fstat(fd, &about) == 0 && S_ISDIR(about.st_mode) ? SYNC_FOLDER : SYNC, name, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return 0;
}

int fsync(int fd) { ready(); return sync_it(fd, real_fsync); }
int fdatasync(int fd) { ready(); return sync_it(fd, real_fdatasync); }

int unlink(const char *path) {
    ready();
    if (!is_ours(path) || !is_kept(path)) return real_unlink(path);
    pthread_mutex_lock(&lock);
    note(UNLINK, path, 0, NULL, 0);
    int done = real_unlink(path);
    pthread_mutex_unlock(&lock);
    return done;
}

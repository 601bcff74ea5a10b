// Disturbs the system calls that a program makes on the files of one folder (LD_PRELOAD).
//
// Every call on a path or descriptor in FAULT_FOLDER is counted and, with FAULT_LOG, noted there as
// "number call path". At call number FAULT_AT happens what FAULT_ACTION says:
//   E...     the call fails with this errno; close has closed all the same
//   short    a read or write handles one byte
//   torn     half of a write is done, then SIGKILL
//   SIG...   the signal arrives before the call, which then waits for the end of the process
// With FAULT_LASTS set the calls that need room (open to create, write, fsync, rename, ...) after it
// fail as well, as they do on a full disk.

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *folder, *action, *log_path;
static long at;
static int lasts;
static atomic_long count;

__attribute__((constructor)) static void prepare(void) {
  const char *number = getenv("FAULT_AT");
  action = getenv("FAULT_ACTION");
  log_path = getenv("FAULT_LOG");
  at = number && action ? atol(number) : 0;
  lasts = getenv("FAULT_LASTS") != NULL;
  folder = getenv("FAULT_FOLDER");
}

// Whether a path lies in the folder; `whole` receives it with the working directory before it.
static int is_inside(const char *path, char whole[PATH_MAX]) {
  if (!folder || !path) return 0;
  if (path[0] == '/') {
    snprintf(whole, PATH_MAX, "%s", path);
  } else {
    char here[PATH_MAX];
    if (syscall(SYS_getcwd, here, sizeof here) <= 0) return 0;
    if (snprintf(whole, PATH_MAX, "%s/%s", here, path) >= PATH_MAX) return 0;
  }
  return strncmp(whole, folder, strlen(folder)) == 0;
}

static int is_file_inside(int descriptor, char whole[PATH_MAX]) {
  char link[64];
  if (!folder) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  long length = syscall(SYS_readlinkat, AT_FDCWD, link, whole, PATH_MAX - 1);
  if (length <= 0) return 0;
  whole[length] = 0;
  return strncmp(whole, folder, strlen(folder)) == 0;
}

static void note(long number, const char *call, const char *path) {
  if (!log_path) return;
  char line[PATH_MAX + 64];
  int length = snprintf(line, sizeof line, "%ld %s %s\n", number, call, path);
  long log = syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  if (log < 0) return;
  (void)!syscall(SYS_write, (int)log, line, (size_t)length);
  syscall(SYS_close, (int)log);
}

static int code_of(const char *name) {
  static const struct { const char *name; int code; } codes[] = {
    {"ENOSPC", ENOSPC}, {"EIO", EIO}, {"EINTR", EINTR}, {"EACCES", EACCES}, {"ENOLCK", ENOLCK},
    {"EMFILE", EMFILE}, {"EDQUOT", EDQUOT}, {"EROFS", EROFS},
  };
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    if (!strcmp(codes[i].name, name)) return codes[i].code;
  return 0;
}

static int signal_of(const char *name) {
  static const struct { const char *name; int number; } signals[] = {
    {"SIGKILL", SIGKILL}, {"SIGINT", SIGINT}, {"SIGTERM", SIGTERM}, {"SIGHUP", SIGHUP},
  };
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
    if (!strcmp(signals[i].name, name)) return signals[i].number;
  return 0;
}

enum verdict { PASS, FAIL, SHORT, TORN };

static int needs_room(const char *call) {
  return strstr(" create write fsync rename link ftruncate mkdir ", call) != NULL;
}

// Counts a call and says what becomes of it; with FAIL, `errno` is set.
static enum verdict judge(const char *call, const char *path) {
  long number = atomic_fetch_add(&count, 1) + 1;
  note(number, call, path);
  if (at == 0 || number < at) return PASS;
  if (number > at && !(lasts && needs_room(call))) return PASS;
  int signal = signal_of(action);
  if (signal) {
    syscall(SYS_kill, (int)syscall(SYS_getpid), signal);
    sleep(20);
    return PASS;
  }
  if (!strcmp(action, "short")) return SHORT;
  if (!strcmp(action, "torn")) return TORN;
  errno = code_of(action);
  return FAIL;
}

static enum verdict judge_path(const char *call, const char *path) {
  char whole[PATH_MAX];
  return is_inside(path, whole) ? judge(call, whole) : PASS;
}

static enum verdict judge_file(const char *call, int descriptor) {
  char whole[PATH_MAX];
  int before = errno;
  enum verdict verdict = is_file_inside(descriptor, whole) ? judge(call, whole) : PASS;
  if (verdict != FAIL) errno = before;
  return verdict;
}

static int open_at(int directory, const char *path, int flags, mode_t mode) {
  if (directory == AT_FDCWD || path[0] == '/')
    if (judge_path(flags & O_CREAT ? "create" : "open", path) == FAIL) return -1;
  return (int)syscall(SYS_openat, directory, path, flags, mode);
}

#define OPEN(name)                                          \
  int name(const char *path, int flags, ...) {              \
    va_list rest;                                           \
    va_start(rest, flags);                                  \
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                           \
    return open_at(AT_FDCWD, path, flags, mode);            \
  }
#define OPENAT(name)                                          \
  int name(int directory, const char *path, int flags, ...) { \
    va_list rest;                                             \
    va_start(rest, flags);                                    \
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                             \
    return open_at(directory, path, flags, mode);             \
  }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

ssize_t read(int descriptor, void *room, size_t size) {
  enum verdict verdict = judge_file("read", descriptor);
  if (verdict == FAIL) return -1;
  return syscall(SYS_read, descriptor, room, verdict == SHORT && size > 1 ? 1 : size);
}

ssize_t pread(int descriptor, void *room, size_t size, off_t offset) {
  if (judge_file("read", descriptor) == FAIL) return -1;
  return syscall(SYS_pread64, descriptor, room, size, offset);
}

ssize_t write(int descriptor, const void *bytes, size_t size) {
  enum verdict verdict = judge_file("write", descriptor);
  if (verdict == FAIL) return -1;
  if (verdict == TORN) {
    (void)!syscall(SYS_write, descriptor, bytes, size / 2);
    syscall(SYS_kill, (int)syscall(SYS_getpid), SIGKILL);
  }
  return syscall(SYS_write, descriptor, bytes, verdict == SHORT && size > 1 ? 1 : size);
}

ssize_t writev(int descriptor, const struct iovec *pieces, int number) {
  if (judge_file("write", descriptor) == FAIL) return -1;
  return syscall(SYS_writev, descriptor, pieces, number);
}

int close(int descriptor) {
  enum verdict verdict = judge_file("close", descriptor);
  int code = errno;
  int result = (int)syscall(SYS_close, descriptor);
  if (verdict != FAIL) return result;
  errno = code;
  return -1;
}

int fsync(int descriptor) {
  return judge_file("fsync", descriptor) == FAIL ? -1 : (int)syscall(SYS_fsync, descriptor);
}

int fdatasync(int descriptor) {
  return judge_file("fsync", descriptor) == FAIL ? -1 : (int)syscall(SYS_fdatasync, descriptor);
}

int ftruncate(int descriptor, off_t length) {
  if (judge_file("ftruncate", descriptor) == FAIL) return -1;
  return (int)syscall(SYS_ftruncate, descriptor, length);
}

int ftruncate64(int descriptor, off64_t length) { return ftruncate(descriptor, length); }

int flock(int descriptor, int operation) {
  if (judge_file("flock", descriptor) == FAIL) return -1;
  return (int)syscall(SYS_flock, descriptor, operation);
}

int fchmod(int descriptor, mode_t mode) {
  if (judge_file("chmod", descriptor) == FAIL) return -1;
  return (int)syscall(SYS_fchmod, descriptor, mode);
}

int rename(const char *from, const char *to) {
  if (judge_path("rename", to) == FAIL) return -1;
  return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int link(const char *from, const char *to) {
  if (judge_path("link", to) == FAIL) return -1;
  return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlink(const char *path) {
  if (judge_path("unlink", path) == FAIL) return -1;
  return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int mkdir(const char *path, mode_t mode) {
  if (judge_path("mkdir", path) == FAIL) return -1;
  return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

int stat(const char *path, struct stat *status) {
  static int (*real)(const char *, struct stat *);
  if (!real) real = (int (*)(const char *, struct stat *))dlsym(RTLD_NEXT, "stat");
  return judge_path("stat", path) == FAIL ? -1 : real(path, status);
}

int fstat(int descriptor, struct stat *status) {
  static int (*real)(int, struct stat *);
  if (!real) real = (int (*)(int, struct stat *))dlsym(RTLD_NEXT, "fstat");
  return judge_file("stat", descriptor) == FAIL ? -1 : real(descriptor, status);
}

DIR *opendir(const char *path) {
  static DIR *(*real)(const char *);
  if (!real) real = (DIR * (*)(const char *)) dlsym(RTLD_NEXT, "opendir");
  return judge_path("open", path) == FAIL ? NULL : real(path);
}

struct dirent *readdir(DIR *directory) {
  static struct dirent *(*real)(DIR *);
  if (!real) real = (struct dirent * (*)(DIR *)) dlsym(RTLD_NEXT, "readdir");
  return judge_file("read", dirfd(directory)) == FAIL ? NULL : real(directory);
}

/*
 * LD_PRELOAD library of the attack tier: counts the calls of a process that change files whose path holds CRASH_MATCH,
 * and at call number CRASH_AT does what CRASH_MODE says:
 *   kill    SIGKILL before the call
 *   torn    half of a write, then SIGKILL (other calls: as kill)
 *   enospc  the call fails with ENOSPC; with CRASH_STICKY every later one too
 *   eio     the same with EIO
 * With CRASH_READS calls that read at a place of such a file are counted too.
 * With CRASH_LOG every counted call adds the line "<number> <name>" to that file. Children inherit the library and count
 * for themselves.
 *
 * With NETWORK_LOG every socket of the internet and every name that is looked up adds a line to that file.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum verdict { GO_ON, FAIL, TEAR };

static int counter = 0;

static int matches_path(const char *path) {
  const char *match = getenv("CRASH_MATCH");
  return match && path && strstr(path, match) != NULL;
}

static int matches_fd(int fd) {
  if (fd <= 2 || !getenv("CRASH_MATCH")) return 0;
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return matches_path(path);
}

/* Adds a line to the file that the variable names. */
static void note(const char *variable, int number, const char *what) {
  const char *log = getenv(variable);
  if (!log) return;
  int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
  if (fd < 0) return;
  char line[256];
  int length = snprintf(line, sizeof line, "%d %.200s\n", number, what);
  if (syscall(SYS_write, fd, line, (size_t)length) < 0) { /* the log is a convenience */ }
  close(fd);
}

static enum verdict hit(const char *call) {
  int number = __sync_add_and_fetch(&counter, 1);
  note("CRASH_LOG", number, call);
  const char *mode = getenv("CRASH_MODE"), *at = getenv("CRASH_AT");
  if (!mode || !at) return GO_ON;
  int from = atoi(at), sticky = getenv("CRASH_STICKY") != NULL;
  if (number != from && !(sticky && number > from)) return GO_ON;
  if (!strcmp(mode, "kill")) kill(getpid(), SIGKILL);
  if (!strcmp(mode, "torn")) return TEAR;
  errno = !strcmp(mode, "enospc") ? ENOSPC : EIO;
  return FAIL;
}

static void die(void) { kill(getpid(), SIGKILL); }

#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* `half` is the torn form of the call. */
#define INTERPOSE(matches, name, half, whole) \
  REAL(name); \
  if (matches) { \
    enum verdict verdict = hit(#name); \
    if (verdict == FAIL) return -1; \
    if (verdict == TEAR) { half; die(); } \
  } \
  return whole

#define NOTHING (void)0

ssize_t write(int fd, const void *b, size_t n) {
  INTERPOSE(matches_fd(fd), write, (void)!real(fd, b, n / 2), real(fd, b, n));
}
ssize_t pwrite(int fd, const void *b, size_t n, off_t at) {
  INTERPOSE(matches_fd(fd), pwrite, (void)!real(fd, b, n / 2, at), real(fd, b, n, at));
}
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t at) {
  INTERPOSE(matches_fd(fd), pwrite64, (void)!real(fd, b, n / 2, at), real(fd, b, n, at));
}
ssize_t writev(int fd, const struct iovec *v, int n) {
  INTERPOSE(matches_fd(fd), writev, (void)!real(fd, v, (n + 1) / 2), real(fd, v, n));
}
ssize_t pwritev(int fd, const struct iovec *v, int n, off_t at) {
  INTERPOSE(matches_fd(fd), pwritev, (void)!real(fd, v, (n + 1) / 2, at), real(fd, v, n, at));
}
ssize_t pwritev64(int fd, const struct iovec *v, int n, off64_t at) {
  INTERPOSE(matches_fd(fd), pwritev64, (void)!real(fd, v, (n + 1) / 2, at), real(fd, v, n, at));
}
static int matches_read(int fd) { return getenv("CRASH_READS") && matches_fd(fd); }
ssize_t pread(int fd, void *b, size_t n, off_t at) {
  INTERPOSE(matches_read(fd), pread, NOTHING, real(fd, b, n, at));
}
ssize_t pread64(int fd, void *b, size_t n, off64_t at) {
  INTERPOSE(matches_read(fd), pread64, NOTHING, real(fd, b, n, at));
}
int fsync(int fd) { INTERPOSE(matches_fd(fd), fsync, NOTHING, real(fd)); }
int fdatasync(int fd) { INTERPOSE(matches_fd(fd), fdatasync, NOTHING, real(fd)); }
int ftruncate(int fd, off_t n) { INTERPOSE(matches_fd(fd), ftruncate, NOTHING, real(fd, n)); }
int ftruncate64(int fd, off64_t n) { INTERPOSE(matches_fd(fd), ftruncate64, NOTHING, real(fd, n)); }
int rename(const char *a, const char *b) {
  INTERPOSE(matches_path(a) || matches_path(b), rename, NOTHING, real(a, b));
}
int link(const char *a, const char *b) {
  INTERPOSE(matches_path(b), link, NOTHING, real(a, b));
}
int unlink(const char *a) { INTERPOSE(matches_path(a), unlink, NOTHING, real(a)); }

int socket(int domain, int type, int protocol) {
  REAL(socket);
  if (domain == AF_INET || domain == AF_INET6 || domain == AF_PACKET) note("NETWORK_LOG", domain, "socket");
  return real(domain, type, protocol);
}
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  REAL(getaddrinfo);
  note("NETWORK_LOG", 0, node ? node : "getaddrinfo");
  return real(node, service, hints, found);
}

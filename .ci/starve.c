/*
** starve.c - one call of this program in turn fails, as if there were no memory or the
** system refused: loaded before the libraries, for specs only. What the libraries call
** by themselves is theirs and goes through.
**
**   STARVE_WHAT  malloc, lua (memory for a Lua state: this call and the next one, since
**                Lua asks again when it has collected its garbage; counted while
**                STARVE_NOW is set), clock (none fails: the time of day jumps), or the
**                name of one of the calls below
**   STARVE_AT    which call fails, counted from 1; 0: none
**   STARVE_TELL  a file that is told at the end how many there were
*/
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <link.h>
#include <lua.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { HOUR = 3600 }; /* seconds */

static uintptr_t first, last; /* of the program's own code */
static const char *what;
static long at;
static atomic_long count;

static int find_program(struct dl_phdr_info *info, size_t size, void *data)
{
  (void)size;
  (void)data;
  for (int i = 0; i < info->dlpi_phnum; i++)
    if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
      first = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
      last = first + info->dlpi_phdr[i].p_memsz;
    }
  return 1; /* the first of all is the program */
}

__attribute__((constructor)) static void begin(void)
{
  dl_iterate_phdr(find_program, NULL);
  const char *number = getenv("STARVE_AT");
  at = number != NULL ? atol(number) : 0;
  what = getenv("STARVE_WHAT");
}

__attribute__((destructor)) static void tell(void)
{
  const char *path = getenv("STARVE_TELL");
  char text[32];
  int n = snprintf(text, sizeof text, "%ld\n", atomic_load(&count));
  int fd =
      path != NULL ? (int)syscall(257, AT_FDCWD, path, O_WRONLY | O_CREAT, 0600) : -1;
  if (fd >= 0) {
    (void)!syscall(1, fd, text, (size_t)n);
    close(fd);
  }
}

static bool fails(const char *name, const void *caller)
{
  uintptr_t place = (uintptr_t)caller;
  if (what == NULL || place < first || place >= last || strcmp(what, name) != 0)
    return false;
  return atomic_fetch_add(&count, 1) + 1 == at;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define CALLER     __builtin_return_address(0)

static void *none(void)
{
  errno = ENOMEM;
  return NULL;
}

void *malloc(size_t size)
{
  return fails("malloc", CALLER) ? none() : REAL(malloc)(size);
}

void *calloc(size_t n, size_t size)
{
  return fails("malloc", CALLER) ? none() : REAL(calloc)(n, size);
}

void *realloc(void *old, size_t size)
{
  return fails("malloc", CALLER) ? none() : REAL(realloc)(old, size);
}

char *strdup(const char *text)
{
  size_t size = strlen(text) + 1;
  char *copy = fails("malloc", CALLER) ? none() : REAL(malloc)(size);
  return copy != NULL ? memcpy(copy, text, size) : NULL;
}

int pthread_create(pthread_t *id, const pthread_attr_t *how, void *(*run)(void *),
                   void *given)
{
  return fails("pthread_create", CALLER) ? EAGAIN
                                         : REAL(pthread_create)(id, how, run, given);
}

/* The time of day as somebody sets it: an hour forth, an hour back, from call to call,
** whoever asks. What only runs forward is left alone. */
static long jump(void)
{
  if (what == NULL || strcmp(what, "clock") != 0)
    return 0;
  return atomic_fetch_add(&count, 1) % 2 == 0 ? HOUR : -HOUR;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
  int result = (int)syscall(SYS_clock_gettime, clock, now);
  if (result == 0 && clock == CLOCK_REALTIME)
    now->tv_sec += jump();
  return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
  struct timespec exact;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &exact) != 0)
    return -1;
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *into)
{
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0)
    return -1;
  if (into != NULL)
    *into = now.tv_sec;
  return now.tv_sec;
}

/* Only what makes a block larger may fail: Lua counts on the rest. */
static void *lua_memory(void *unused, void *old, size_t old_size, size_t size)
{
  (void)unused;
  if (size == 0) {
    free(old);
    return NULL;
  }
  if (size > (old != NULL ? old_size : 0) && getenv("STARVE_NOW") != NULL) {
    long number = atomic_fetch_add(&count, 1) + 1;
    if (at != 0 && (number == at || number == at + 1))
      return none();
  }
  return REAL(realloc)(old, size);
}

lua_State *lua_newstate(lua_Alloc memory, void *given)
{
  bool is_ours = what != NULL && strcmp(what, "lua") == 0;
  return REAL(lua_newstate)(is_ours ? lua_memory : memory, is_ours ? NULL : given);
}

/* A system call that fails with an errno of its kind. */
#define CALL(type, name, code, parameters, arguments)                                  \
  type name parameters                                                                 \
  {                                                                                    \
    if (fails(#name, CALLER)) {                                                        \
      errno = (code);                                                                  \
      return (type)-1;                                                                 \
    }                                                                                  \
    return REAL(name) arguments;                                                       \
  }

CALL(int, socket, EMFILE, (int a, int b, int c), (a, b, c))
CALL(int, socketpair, EMFILE, (int a, int b, int c, int d[2]), (a, b, c, d))
CALL(int, connect, ENETUNREACH, (int a, const struct sockaddr *b, socklen_t c),
     (a, b, c))
CALL(int, setsockopt, ENOBUFS, (int a, int b, int c, const void *d, socklen_t e),
     (a, b, c, d, e))
CALL(int, getsockopt, ENOBUFS, (int a, int b, int c, void *d, socklen_t *e),
     (a, b, c, d, e))
CALL(ssize_t, recv, ECONNRESET, (int a, void *b, size_t c, int d), (a, b, c, d))
CALL(ssize_t, send, EPIPE, (int a, const void *b, size_t c, int d), (a, b, c, d))
CALL(ssize_t, read, EIO, (int a, void *b, size_t c), (a, b, c))
CALL(ssize_t, write, ENOSPC, (int a, const void *b, size_t c), (a, b, c))
CALL(int, fsync, EIO, (int a), (a))
CALL(int, fdatasync, EIO, (int a), (a))
CALL(int, epoll_create1, EMFILE, (int a), (a))
CALL(int, epoll_ctl, ENOSPC, (int a, int b, int c, struct epoll_event *d), (a, b, c, d))
CALL(int, dup, EMFILE, (int a), (a))
CALL(int, mprotect, ENOMEM, (void *a, size_t b, int c), (a, b, c))
CALL(void *, mmap, ENOMEM, (void *a, size_t b, int c, int d, int e, off_t f),
     (a, b, c, d, e, f))

int open(const char *path, int flags, ...)
{
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  if (fails("open", CALLER)) {
    errno = EMFILE;
    return -1;
  }
  return REAL(open)(path, flags, mode);
}

int fcntl(int fd, int command, ...)
{
  va_list arguments;
  va_start(arguments, command);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  if (fails("fcntl", CALLER)) {
    errno = EINVAL;
    return -1;
  }
  return REAL(fcntl)(fd, command, argument);
}

/*
** main.c - open one host and run the command line in it as the first task. What the
** words of the command line mean is up to lua/moonwire/cli.
*/
#include <fcntl.h>
#include <lauxlib.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/host.h"
#include "core/library.h"

#ifndef MOONWIRE_VERSION
#define MOONWIRE_VERSION "unknown"
#endif

enum { STATUS_STUCK = 3 };

enum {
  MAPPED = 1 << 20,    /* bytes: a larger block is the system's when it is freed */
  KEPT_FREE = 8 << 20, /* what the heap may keep for the blocks to come */
};

/* One descriptor per device: take all that the system gives. */
static void raise_limits(void)
{
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

/* Nobody reads passwords out of our memory: no core file, no debugger of that user. */
static void keep_memory_private(void)
{
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

/* By itself malloc takes each large block that is freed, as a device's output, for a
   sign that it should keep twice as much for ever. There are no threads yet. */
static void give_memory_back(void)
{
  mallopt(M_MMAP_THRESHOLD, MAPPED);    /* NOLINT(concurrency-mt-unsafe) */
  mallopt(M_TRIM_THRESHOLD, KEPT_FREE); /* NOLINT(concurrency-mt-unsafe) */
}

/* Whether whoever read our output has gone, as `head` does. */
static bool is_output_unread(void)
{
  struct pollfd output = {.fd = STDOUT_FILENO};
  return poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

/* Output that was lost is a failure, but no word about what nobody wants to read. */
static int finish_output(int status)
{
  if (fflush(stdout) == 0 && ferror(stdout) == 0)
    return status;
  if (is_output_unread())
    return 128 + SIGPIPE;
  fprintf(stderr, "moonwire: standard output cannot be written\n");
  return status != 0 ? status : EXIT_FAILURE;
}

/* 0, 1 and 2 are open, whatever is: a socket must not be taken for one of them. */
static void open_standard_streams(void)
{
  int fd;
  do
    fd = open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0)
    close(fd);
}

/* Our Lua files: beside the build tree, or under the prefix where we are installed. */
static int push_library_folder(lua_State *L)
{
  static const char *const places[] = {"/../lua", "/../../lua",
                                       "/../share/moonwire/lua"};
  char exe[PATH_MAX];
  ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
  if (n < 0)
    return luaL_error(L, "cannot find out where this program lies");
  exe[n] = '\0';
  char *slash = strrchr(exe, '/');
  if (slash != NULL)
    *slash = '\0';
  const char *folder = exe;
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    const char *library = lua_pushfstring(L, "%s%s", folder, places[i]);
    const char *probe = lua_pushfstring(L, "%s/moonwire/init.lua", library);
    if (access(probe, R_OK) == 0) {
      lua_pop(L, 1);
      return 1;
    }
    lua_pop(L, 2);
  }
  return luaL_error(L, "the folder moonwire/ of Lua files is not near %s", folder);
}

static void set_path(lua_State *L)
{
  push_library_folder(L);
  const char *folder = lua_tostring(L, -1);
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "path");
  lua_pushfstring(L, "%s/?.lua;%s/?/init.lua;%s", folder, folder, lua_tostring(L, -1));
  lua_setfield(L, -3, "path");
  lua_pop(L, 3);
}

static void set_arguments(lua_State *L, int argc, char **argv)
{
  lua_createtable(L, argc, 1);
  for (int i = 0; i < argc; i++) {
    lua_pushstring(L, argv[i]);
    lua_rawseti(L, -2, i);
  }
  lua_setglobal(L, "arg");
}

/* All that needs memory of Lua's: where there is none it raises, and ends nothing. */
static int start(lua_State *L)
{
  int argc = (int)lua_tointeger(L, 1);
  char **argv = lua_touserdata(L, 2);
  library_open(L);
  set_arguments(L, argc, argv);
  set_path(L);
  lua_getglobal(L, "require");
  lua_pushliteral(L, "moonwire.cli");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "main");
  lua_pushliteral(L, MOONWIRE_VERSION);
  host_spawn(host_of(L), L, 1);
  return 0;
}

int main(int argc, char **argv)
{
  struct host host;
  open_standard_streams();
  raise_limits();
  keep_memory_private();
  give_memory_back();
  signal(SIGPIPE, SIG_IGN);
  if (host_open(&host) < 0) {
    fprintf(stderr, "moonwire: cannot start: not enough memory or descriptors\n");
    return EXIT_FAILURE;
  }
  lua_warning(host.L, "@on", 0);
  lua_pushcfunction(host.L, start);
  lua_pushinteger(host.L, argc);
  lua_pushlightuserdata(host.L, argv);
  if (lua_pcall(host.L, 2, 0, 0) != LUA_OK) {
    fprintf(stderr, "moonwire: %s\n", lua_tostring(host.L, -1));
    host_exit(&host, EXIT_FAILURE);
  }
  host_run(&host);
  int status = host.has_exited ? host.exit_status : STATUS_STUCK;
  if (!host.has_exited)
    fprintf(stderr,
            "moonwire: stuck: every task waits for something that cannot come\n");
  bool is_closed = host_close(&host);
  status = finish_output(status);
  if (!is_closed)
    _exit(status); /* a worker still writes to the host, which lies on our stack */
  return status;
}

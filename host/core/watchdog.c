/*
** watchdog.c - scripts that compute and never wait. It interrupts Lua by a hook, which
** may be set from a signal handler; what C does, as in a match of a pattern, and what
** finalizers do it cannot end. Where the program's own thread is at it for half a
** second, the second SIGINT, SIGTERM or SIGHUP ends the program.
*/
#include "core/watchdog.h"

#include <errno.h>
#include <lauxlib.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/host.h"

enum { LOOK_MS = 100, TELL_LOOKS = 3, DEAF_LOOKS = 5 };

enum { PATIENCE = 16 }; /* instructions until the next error, at most */

enum { SLICE = 20000 }; /* instructions: about half a millisecond */

static unsigned looks_of(double seconds)
{
  double looks = seconds * 1000 / LOOK_MS;
  return looks < 1 ? 1U : looks > 1e6 ? 1000000U : (unsigned)looks;
}

static double seconds_of(unsigned looks)
{
  return looks * (LOOK_MS / 1000.0);
}

/* Hooks raise nothing of their own: what the listener raises is as good as nothing. */
static void tell(lua_State *L, lua_Debug *ar, unsigned looks)
{
  if (lua_getfield(L, LUA_REGISTRYINDEX, WATCHDOG_LISTENER) != LUA_TFUNCTION) {
    lua_pop(L, 1);
    return;
  }
  lua_getinfo(L, "Sl", ar);
  lua_pushfstring(L, "%s:%d", ar->short_src, ar->currentline);
  lua_pushnumber(L, seconds_of(looks));
  if (lua_pcall(L, 2, 0, 0) != LUA_OK)
    lua_pop(L, 1);
}

/*
** Whoever calls pcall in a loop catches every error that is raised within. The next one
** comes soon, and by chance as soon as in the loop itself, or in the loop around that.
*/
static int next_patience(struct watchdog *watchdog)
{
  watchdog->chance = watchdog->chance * 1664525U + 1013904223U;
  return (int)(1 + (watchdog->chance >> 24) % PATIENCE);
}

/* The first look that finds a task at it does not know for how long it has been. */
static unsigned looks_at(const struct task *task)
{
  return task->looks > 0 ? task->looks - 1 : 0;
}

static void on_late(lua_State *L, lua_Debug *ar);

/*
** What has not ended in a third of a second may take its time, while others have their
** turns: it goes to the end of the queue after each slice. Not from within a coroutine
** of its own, nor a C function, which could not go on.
*/
static void give_way(lua_State *L, struct host *host)
{
  struct task *task = host->current;
  lua_sethook(L, on_late, LUA_MASKCOUNT, SLICE);
  if (L != task->co || host->barriers > 0 || !lua_isyieldable(L))
    return;
  host->is_waiting = true;
  host_ready(host, task);
  lua_yield(L, 0);
}

static void on_late(lua_State *L, lua_Debug *ar)
{
  struct host *host = host_of(L);
  struct task *task = host->current;
  lua_sethook(L, NULL, 0, 0);
  if (task == NULL || task->bound_looks == 0 || looks_at(task) < TELL_LOOKS)
    return; /* it has waited meanwhile */
  if (!lua_checkstack(L, LUA_MINSTACK))
    return;
  unsigned looks = looks_at(task);
  if (!task->is_told)
    tell(L, ar, looks);
  task->is_told = true;
  if (looks < task->bound_looks) {
    give_way(L, host);
    return;
  }
  lua_sethook(L, on_late, LUA_MASKCOUNT, next_patience(&host->watchdog));
  lua_getinfo(L, "Sl", ar);
  luaL_error(L, "%s:%d: has computed for %f s without a wait", ar->short_src,
             ar->currentline, seconds_of(looks));
}

/*
** Who is asked to end is told by the loop, and nobody is while it does not come round:
** the first signal still goes there, and the next is the kernel's.
*/
static void leave_signals(bool are_left)
{
  static const int asking[] = {SIGINT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < sizeof asking / sizeof *asking; i++) {
    struct sigaction action;
    if (sigaction(asking[i], NULL, &action) != 0 || action.sa_handler == SIG_DFL ||
        action.sa_handler == SIG_IGN)
      continue;
    action.sa_flags &= ~(int)SA_RESETHAND;
    action.sa_flags |= are_left ? (int)SA_RESETHAND : 0;
    sigaction(asking[i], &action, NULL);
  }
}

static void mind_signals(struct watchdog *watchdog, const struct task *task)
{
  bool is_deaf = looks_at(task) >= DEAF_LOOKS;
  if (watchdog->is_main && is_deaf != watchdog->leaves_signals) {
    leave_signals(is_deaf);
    watchdog->leaves_signals = is_deaf;
  }
}

/* The thread's own timer: it interrupts nobody else. */
static void on_look(int number, siginfo_t *info, void *context)
{
  struct host *host = info->si_value.sival_ptr;
  struct task *task = host->current;
  (void)number;
  (void)context;
  if (info->si_code != SI_TIMER || task == NULL)
    return;
  task->looks++;
  mind_signals(&host->watchdog, task);
  if (task->bound_looks > 0 && looks_at(task) >= TELL_LOOKS)
    lua_sethook(host->running, on_late, LUA_MASKCOUNT, 1);
}

static bool take_signal(void)
{
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_look;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, SIGVTALRM);
  return sigaction(SIGVTALRM, &action, NULL) == 0 &&
         pthread_sigmask(SIG_UNBLOCK, &ours, NULL) == 0;
}

void watchdog_open(struct host *host)
{
  struct sigevent event;
  memset(&event, 0, sizeof event);
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = SIGVTALRM;
  event.sigev_value.sival_ptr = host;
  const pid_t thread = (pid_t)syscall(SYS_gettid);
  event._sigev_un._tid = thread;
  const struct itimerspec every = {{0, LOOK_MS * 1000000L}, {0, LOOK_MS * 1000000L}};
  struct watchdog *watchdog = &host->watchdog;
  watchdog->is_main = thread == getpid();
  if (!take_signal() ||
      timer_create(CLOCK_THREAD_CPUTIME_ID, &event, &watchdog->timer) != 0)
    return;
  watchdog->is_on = true;
  timer_settime(watchdog->timer, 0, &every, NULL);
}

void watchdog_close(struct host *host)
{
  if (host->watchdog.is_on)
    timer_delete(host->watchdog.timer);
  host->watchdog.is_on = false;
}

void watchdog_rest(struct task *task)
{
  task->looks = 0;
  task->is_told = false;
}

void watchdog_bound(struct host *host, double seconds)
{
  watchdog_rest(host->current);
  host->current->bound_looks = looks_of(seconds);
}

void watchdog_free(struct host *host, lua_State *L)
{
  host->current->bound_looks = 0;
  lua_sethook(L, NULL, 0, 0);
}

/*
** host.c - the loop, the Lua state and the life of a task. No engine and no device.
*/
#include "core/host.h"

#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

#include "core/memory.h"

static const uint64_t DRAIN_NS = 1000000; /* then to the descriptors again */

static const uint64_t CLOSE_NS = 5000000000; /* what the end of a program may take */

static void end_task(struct host *host, struct task *task)
{
  task->is_done = true;
  if (task->prev != NULL)
    task->prev->next = task->next;
  else
    host->tasks = task->next;
  if (task->next != NULL)
    task->next->prev = task->prev;
  task->next = task->prev = NULL;
  lua_resetthread(task->co);
  lua_pushnil(host->L);
  lua_rawsetp(host->L, LUA_REGISTRYINDEX, task); /* the collector may have it */
}

/* Tasks end by themselves or by being cancelled: task.lua wraps what may raise. */
static void report_escaped(struct host *host, struct task *task)
{
  if (task->cancels > 0)
    return;
  luaL_traceback(host->L, task->co, luaL_tolstring(task->co, -1, NULL), 0);
  lua_warning(host->L, lua_tostring(host->L, -1), 0);
  lua_pop(host->L, 1);
}

static void resume(struct host *host, struct task *task)
{
  int nresults;
  int nargs = task->nargs;
  task->nargs = 0;
  task->op = NULL;
  host->running = task->co;
  host->current = task;
  host->is_waiting = false;
  host->resumes++;
  int status = lua_resume(task->co, host->L, nargs, &nresults);
  host->current = NULL;
  if (status == LUA_YIELD && host->is_waiting)
    return;
  if (status == LUA_YIELD) {
    lua_settop(task->co, 0);
    lua_pushliteral(task->co, "a task yielded without waiting for anything");
  }
  if (status != LUA_OK)
    report_escaped(host, task);
  end_task(host, task);
}

static bool has_ready(const struct host *host)
{
  return host->ready.first != NULL || host->urgent.first != NULL;
}

/* An urgent task waits for one other at most, and so does every other for an urgent. */
static struct task *take_ready(struct host *host)
{
  bool is_urgent =
      host->urgent.first != NULL && (host->ready.first == NULL || !host->was_urgent);
  struct task_queue *queue = is_urgent ? &host->urgent : &host->ready;
  struct task *task = queue->first;
  queue->first = task->next_ready;
  if (queue->first == NULL)
    queue->last = NULL;
  host->was_urgent = is_urgent;
  task->next_ready = NULL;
  task->is_ready = false;
  return task;
}

static void on_alarm(uv_timer_t *alarm)
{
  (void)alarm;
}

static void on_alarm_closed(uv_handle_t *alarm)
{
  bool *is_closed = alarm->data;
  *is_closed = true;
}

static void on_more(uv_idle_t *idle)
{
  (void)idle;
}

/* Run what may go on, but not for so long that the devices wait. */
static void drain(struct host *host)
{
  uint64_t start_ns = uv_hrtime();
  while (has_ready(host)) {
    resume(host, take_ready(host));
    if (uv_hrtime() - start_ns > DRAIN_NS) /* one task may take as long as that */
      break;
  }
  if (has_ready(host))
    uv_idle_start(&host->more, on_more);
  else
    uv_idle_stop(&host->more);
}

/* A turn that works long keeps every other device waiting: remember the longest. */
static void measure_turn(struct host *host)
{
  uint64_t now_ns = uv_hrtime();
  uint64_t idle_ns = uv_metrics_idle_time(&host->loop);
  uint64_t worked_ns = now_ns - host->turn_ns - (idle_ns - host->idle_ns);
  if (host->turn_ns != 0 && worked_ns > host->longest_turn_ns)
    host->longest_turn_ns = worked_ns;
  host->turn_ns = now_ns;
  host->idle_ns = idle_ns;
}

static void on_before_poll(uv_prepare_t *prepare)
{
  struct host *host = prepare->data;
  collector_turn(&host->collector, host->L);
  drain(host);
  measure_turn(host);
}

static void on_after_poll(uv_check_t *check)
{
  struct host *host = check->data;
  drain(host);
}

void host_ready(struct host *host, struct task *task)
{
  if (task->is_ready || task->is_done)
    return;
  struct task_queue *queue = task->is_urgent ? &host->urgent : &host->ready;
  task->is_ready = true;
  if (queue->last != NULL)
    queue->last->next_ready = task;
  else
    queue->first = task;
  queue->last = task;
}

struct task *host_spawn(struct host *host, lua_State *L, int nargs)
{
  struct task *task = lua_newuserdatauv(L, sizeof *task, 1);
  memset(task, 0, sizeof *task);
  task->co = lua_newthread(L);
  lua_setiuservalue(L, -2, 1); /* the task keeps its Lua thread */
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, task); /* and the registry keeps the task */
  lua_rotate(L, -(nargs + 2), 1);
  lua_xmove(L, task->co, nargs + 1);
  task->nargs = nargs;
  task->is_urgent = host->current != NULL && host->current->is_urgent;
  task->bound_looks = host->current != NULL ? host->current->bound_looks : 0;
  task->next = host->tasks;
  if (host->tasks != NULL)
    host->tasks->prev = task;
  host->tasks = task;
  host_ready(host, task);
  return task;
}

void host_cancel(struct host *host, struct task *task)
{
  if (task->is_done)
    return;
  task->cancels++;
  if (task->op != NULL && task->shields == 0 && task != host->current)
    task->interrupt(task); /* otherwise its next wait will raise */
}

void host_pardon(struct task *task)
{
  if (task->cancels > 0)
    task->cancels--;
}

static int end_handles(lua_State *L);

/*
** Requests that luv has made call into Lua when they end, also those that are cancelled
** by the end of their handles. What has a finalizer first is finalized last: behind all
** of luv's handles, and with a state that can still be called.
*/
static void await_handles(lua_State *L)
{
  lua_newuserdatauv(L, 0, 0);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, end_handles);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  luaL_ref(L, LUA_REGISTRYINDEX);
}

/* Where the libraries find no memory, this thread fails and not the whole program. */
static int open_libraries(lua_State *L)
{
  await_handles(L);
  luaL_openlibs(L);
  collector_open(&host_of(L)->collector, L);
  return 0;
}

static bool open_state(struct host *host)
{
  host->L = memory_new_state();
  if (host->L == NULL)
    return false;
  *(struct host **)lua_getextraspace(host->L) = host;
  lua_pushcfunction(host->L, open_libraries);
  return lua_pcall(host->L, 0, 0, 0) == LUA_OK;
}

static void abandon(struct host *host)
{
  if (host->L != NULL)
    lua_close(host->L);
  if (host->watches != NULL)
    watches_close(host->watches);
  uv_run(&host->loop, UV_RUN_DEFAULT); /* lets its handles end */
  uv_loop_close(&host->loop);
}

int host_open(struct host *host)
{
  memset(host, 0, sizeof *host);
  int code = uv_loop_init(&host->loop);
  if (code < 0)
    return code;
  uv_loop_configure(&host->loop, UV_METRICS_IDLE_TIME);
  host->watches = watches_open(&host->loop);
  if (host->watches == NULL || !open_state(host)) {
    abandon(host);
    return UV_ENOMEM;
  }
  deadlines_open(&host->deadlines, &host->loop);
  uv_prepare_init(&host->loop, &host->before_poll);
  uv_check_init(&host->loop, &host->after_poll);
  uv_idle_init(&host->loop, &host->more);
  host->before_poll.data = host->after_poll.data = host->more.data = host;
  uv_prepare_start(&host->before_poll, on_before_poll);
  uv_check_start(&host->after_poll, on_after_poll);
  uv_unref((uv_handle_t *)&host->before_poll);
  uv_unref((uv_handle_t *)&host->after_poll);
  watchdog_open(host);
  return 0;
}

void host_exit(struct host *host, int status)
{
  if (!host->has_exited)
    host->exit_status = status;
  host->has_exited = true;
  uv_stop(&host->loop);
}

void host_run(struct host *host)
{
  /* libuv ends at once when no handle is active, ready tasks or not */
  do {
    drain(host);
    if (!host->has_exited)
      uv_run(&host->loop, UV_RUN_DEFAULT);
  } while (has_ready(host) && !host->has_exited);
}

/* Turn the loop until 'is_over' or until that takes too long to be polite. */
static void turn_until(struct host *host, bool (*is_over)(struct host *))
{
  uint64_t give_up_ns = uv_hrtime() + CLOSE_NS;
  uv_timer_t alarm; /* so that no turn sleeps for ever */
  uv_timer_init(&host->loop, &alarm);
  uv_timer_start(&alarm, on_alarm, CLOSE_NS / 1000000, 0);
  uv_unref((uv_handle_t *)&alarm);
  while (!is_over(host) && uv_hrtime() < give_up_ns) {
    bool has_cancelled = has_ready(host);
    drain(host);
    if (has_cancelled)
      continue; /* perhaps it is over now, and nothing will wake the loop */
    uv_ref((uv_handle_t *)&alarm);
    uv_run(&host->loop, UV_RUN_ONCE);
    uv_unref((uv_handle_t *)&alarm);
  }
  bool is_closed = false; /* it lies on our stack: not before it is gone */
  alarm.data = &is_closed;
  uv_close((uv_handle_t *)&alarm, on_alarm_closed);
  while (!is_closed)
    uv_run(&host->loop, UV_RUN_NOWAIT);
}

static bool has_no_tasks(struct host *host)
{
  for (struct task *task = host->tasks; task != NULL; task = task->next)
    if (task->cancels == 0 || task->op != NULL)
      host_cancel(host, task);
  return host->tasks == NULL;
}

static bool has_no_handles(struct host *host)
{
  return uv_loop_alive(&host->loop) == 0;
}

static int end_handles(lua_State *L)
{
  turn_until(host_of(L), has_no_handles);
  return 0;
}

bool host_close(struct host *host)
{
  host->is_closing = true;
  turn_until(host, has_no_tasks);
  watchdog_close(host);
  lua_close(host->L); /* luv's handles and our userdata close in here */
  uv_close((uv_handle_t *)&host->before_poll, NULL);
  uv_close((uv_handle_t *)&host->after_poll, NULL);
  uv_close((uv_handle_t *)&host->more, NULL);
  deadlines_close(&host->deadlines);
  watches_close(host->watches);
  turn_until(host, has_no_handles);
  return uv_loop_close(&host->loop) == 0;
}

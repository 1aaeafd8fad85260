/*
** main.c - the floor: what a login and a command cost in C with nothing around them, no
** Lua and none of our engines, host keys unchecked. The bench measures moonwire against
** it; it is no tool to work with.
*/
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "floor/device.h"

enum { TICK_MS = 1000, LIMIT_MS = 60000 };

static const char usage[] =
    "usage: floor --port P [--devices N] [--concurrency C] [--commands K] [--hold]\n"
    "             [--pin CPU] [--user U] [--password P] [--command C] [--json]\n"
    "\n"
    "Log in to N devices at 127.1.0.1 and up, C at a time; send \"terminal length 0\" "
    "and\n"
    "K times the command, wait for the prompt behind each, leave. With --hold, "
    "sessions\n"
    "stay open until the last device has answered, and that is the end of the time. A\n"
    "device has 60 seconds. Prints one line of JSON; exits with 0 when none failed.\n";

struct measured {
  struct fleet fleet; /* first, so that a struct fleet * is a struct measured * */
  uv_timer_t tick;
  uint64_t start_ns;
  double seconds, cpu_seconds;
  long long max_rss_bytes;
  unsigned ok, failed;
};

static double seconds_of(struct timeval time)
{
  return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* Since this program began: what getrusage tells is not less than its parent's. */
static long long peak_of_memory(void)
{
  char line[128];
  long long kilobytes = 0;
  FILE *status = fopen("/proc/self/status", "r");
  while (status != NULL && fgets(line, sizeof line, status) != NULL)
    if (strncmp(line, "VmHWM:", 6) == 0)
      kilobytes = strtoll(line + 6, NULL, 10);
  if (status != NULL)
    fclose(status);
  return kilobytes * 1024;
}

static void on_done(struct fleet *fleet)
{
  struct measured *measured = (struct measured *)fleet;
  struct rusage used;
  if (uv_is_closing((uv_handle_t *)&measured->tick))
    return; /* those that were held are leaving */
  getrusage(RUSAGE_SELF, &used);
  measured->seconds = (double)(uv_hrtime() - measured->start_ns) / 1e9;
  measured->cpu_seconds = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  measured->max_rss_bytes = peak_of_memory();
  measured->ok = fleet->ok;
  measured->failed = fleet->failed;
  uv_close((uv_handle_t *)&measured->tick, NULL);
  device_end_held(fleet);
}

static void on_tick(uv_timer_t *tick)
{
  device_end_late(tick->data, LIMIT_MS);
}

static bool read_number(const char *text, unsigned *number)
{
  char *end;
  unsigned long value = strtoul(text, &end, 10);
  *number = (unsigned)value;
  return *text >= '0' && *text <= '9' && *end == '\0' && value <= 1000000;
}

static bool read_options(struct fleet *fleet, unsigned *cpu, char **words)
{
  const struct {
    const char *name;
    unsigned *number;
    const char **text;
  } options[] = {
      {"--port", &fleet->port, NULL},
      {"--devices", &fleet->devices, NULL},
      {"--pin", cpu, NULL},
      {"--concurrency", &fleet->concurrency, NULL},
      {"--user", NULL, &fleet->user},
      {"--commands", &fleet->commands, NULL},
      {"--command", NULL, &fleet->command},
      {"--password", NULL, &fleet->password},
  };
  const size_t count = sizeof options / sizeof *options;
  for (; *words != NULL; words++) {
    size_t i = 0;
    bool is_hold = strcmp(*words, "--hold") == 0;
    fleet->is_held = fleet->is_held || is_hold;
    if (is_hold || strcmp(*words, "--json") == 0)
      continue;
    while (i < count && strcmp(*words, options[i].name) != 0)
      i++;
    if (i == count || *++words == NULL)
      return false;
    if (options[i].text != NULL)
      *options[i].text = *words;
    else if (!read_number(*words, options[i].number))
      return false;
  }
  return fleet->port > 0 && fleet->port <= UINT16_MAX && fleet->devices > 0 &&
         fleet->concurrency > 0;
}

/* As many files as may be, and this processor only. */
static bool prepare(unsigned cpu)
{
  struct rlimit limit;
  cpu_set_t set;
  signal(SIGPIPE, SIG_IGN);
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return false;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
    return false;
  if (cpu == UINT_MAX)
    return true;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}

static bool run(struct measured *measured)
{
  struct fleet *fleet = &measured->fleet;
  fleet->on_done = on_done;
  fleet->running = calloc(fleet->devices, sizeof *fleet->running);
  if (fleet->running == NULL || uv_loop_init(&fleet->loop) != 0)
    return false;
  uv_timer_init(&fleet->loop, &measured->tick);
  measured->tick.data = fleet;
  uv_timer_start(&measured->tick, on_tick, TICK_MS, TICK_MS);
  measured->start_ns = uv_hrtime();
  device_start_more(fleet);
  uv_run(&fleet->loop, UV_RUN_DEFAULT);
  uv_loop_close(&fleet->loop);
  free(fleet->running);
  return true;
}

int main(int argc, char **argv)
{
  unsigned cpu = UINT_MAX;
  struct measured measured = {
      .fleet = {.user = "admin", .password = "admin", .command = "show version"}};
  struct fleet *fleet = &measured.fleet;
  fleet->devices = fleet->commands = 1;
  fleet->concurrency = 100;
  if (argc < 2 || !read_options(fleet, &cpu, argv + 1)) {
    fputs(usage, stderr);
    return 2;
  }
  if (!prepare(cpu) || !run(&measured)) {
    fprintf(stderr, "floor: %s\n", strerrordesc_np(errno));
    return EXIT_FAILURE;
  }
  printf("{\"seconds\":%.6f,\"cpu_seconds\":%.6f,\"max_rss_bytes\":%lld,\"ok\":%u,"
         "\"failed\":%u,\"logins_per_second\":%.1f,\"peak_sessions\":%u}\n",
         measured.seconds, measured.cpu_seconds, measured.max_rss_bytes, measured.ok,
         measured.failed, measured.ok / measured.seconds, fleet->peak);
  return measured.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

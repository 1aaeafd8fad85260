/*
** child.c - a process at the end of a line: started without a shell and without what
** this process has open, watched by a descriptor (so that threads do not take each
** other's ends), reaped here only.
*/
#include "net/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { PATIENCE_MS = 1000, NAME = 128 };

/* What the child and we have of each other while it is being started. */
struct ends {
  int ours, theirs;
  int error_ours, error_theirs;
  char terminal[NAME]; /* empty: a socket */
};

static void close_end(int *fd)
{
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
}

/* ---- the end ---- */

static void on_closed(uv_handle_t *handle)
{
  struct child *child = handle->data;
  if (--child->handles > 0)
    return;
  close_end(&child->pidfd);
  free(child);
}

static void close_when_over(struct child *child)
{
  if (!child->has_exited || !child->is_released)
    return;
  uv_close((uv_handle_t *)&child->poll, on_closed);
  uv_close((uv_handle_t *)&child->patience, on_closed);
}

/* Until it is reaped nobody else has its number, nor its group's. */
static void on_ended(uv_poll_t *poll, int status, int events)
{
  struct child *child = poll->data;
  (void)status, (void)events;
  kill(-child->pid, SIGTERM);
  if (waitpid(child->pid, &child->status, WNOHANG) != child->pid)
    return;
  child->has_exited = true;
  uv_poll_stop(poll);
  uv_timer_stop(&child->patience);
  if (!child->is_released)
    child->on_exit(child);
  close_when_over(child);
}

static void on_impatient(uv_timer_t *timer)
{
  struct child *child = timer->data;
  if (!child->has_exited)
    kill(-child->pid, SIGKILL);
}

void child_end(struct child *child)
{
  if (child->has_exited || uv_is_active((uv_handle_t *)&child->patience))
    return;
  kill(-child->pid, SIGTERM);
  kill(-child->pid, SIGCONT); /* one that is stopped hears nothing else */
  uv_timer_start(&child->patience, on_impatient, PATIENCE_MS, 0);
}

void child_release(struct child *child)
{
  if (child->is_released)
    return;
  child->is_released = true;
  child_end(child);
  close_when_over(child);
}

/* ---- the start ---- */

static bool set_up(int fd, const struct child_options *options)
{
  struct termios terminal;
  struct winsize size = {.ws_row = (unsigned short)options->height,
                         .ws_col = (unsigned short)options->width};
  if (tcgetattr(fd, &terminal) != 0)
    return false;
  if (options->is_raw)
    cfmakeraw(&terminal);
  return tcsetattr(fd, TCSANOW, &terminal) == 0 && ioctl(fd, TIOCSWINSZ, &size) == 0;
}

/* Their end stays open here until they have it: else ours would see the end at once. */
static bool open_pty(struct ends *ends, const struct child_options *options)
{
  ends->ours = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (ends->ours < 0 || grantpt(ends->ours) != 0 || unlockpt(ends->ours) != 0)
    return false;
  errno = ptsname_r(ends->ours, ends->terminal, sizeof ends->terminal);
  if (errno != 0)
    return false;
  ends->theirs = open(ends->terminal, O_RDWR | O_NOCTTY | O_CLOEXEC);
  return ends->theirs >= 0 && set_up(ends->theirs, options);
}

/* Only our end does not block: the command is to find an ordinary one. */
static bool open_socket(struct ends *ends)
{
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    return false;
  ends->ours = fds[0];
  ends->theirs = fds[1];
  return fcntl(ends->ours, F_SETFL, O_NONBLOCK) == 0;
}

static bool open_errors(struct ends *ends)
{
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0)
    return false;
  ends->error_ours = fds[0];
  ends->error_theirs = fds[1];
  return fcntl(ends->error_ours, F_SETFL, O_NONBLOCK) == 0;
}

static bool open_ends(struct ends *ends, const struct child_options *options)
{
  *ends = (struct ends){-1, -1, -1, -1, ""};
  return (options->has_pty ? open_pty(ends, options) : open_socket(ends)) &&
         open_errors(ends);
}

static void close_ends(struct ends *ends)
{
  int error = errno;
  close_end(&ends->ours);
  close_end(&ends->theirs);
  close_end(&ends->error_ours);
  close_end(&ends->error_theirs);
  errno = error;
}

/* The leader of a session that opens a terminal by its name has it as its own. */
static int add_actions(posix_spawn_file_actions_t *actions, const struct ends *ends)
{
  int code =
      ends->terminal[0] != '\0'
          ? posix_spawn_file_actions_addopen(actions, 0, ends->terminal, O_RDWR, 0)
          : posix_spawn_file_actions_adddup2(actions, ends->theirs, 0);
  if (code == 0)
    code = posix_spawn_file_actions_adddup2(actions, 0, 1);
  if (code == 0)
    code = posix_spawn_file_actions_adddup2(actions, ends->error_theirs, 2);
  if (code == 0)
    code = posix_spawn_file_actions_addclosefrom_np(actions, 3);
  return code;
}

/* Signals as a program expects to find them, whatever we do about ours. */
static int set_attributes(posix_spawnattr_t *attributes)
{
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(attributes, &none);
  posix_spawnattr_setsigdefault(attributes, &all);
  return posix_spawnattr_setflags(
      attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static bool spawn(pid_t *pid, const struct child_options *options,
                  const struct ends *ends)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int code = posix_spawn_file_actions_init(&actions);
  if (code == 0 && (code = posix_spawnattr_init(&attributes)) == 0) {
    code = add_actions(&actions, ends);
    if (code == 0)
      code = set_attributes(&attributes);
    if (code == 0)
      code = posix_spawnp(pid, options->argv[0], &actions, &attributes, options->argv,
                          options->environment);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  errno = code;
  return code == 0;
}

/* A process that cannot be watched is not kept. */
static bool watch(struct child *child, uv_loop_t *loop)
{
  child->pidfd = pidfd_open(child->pid, 0);
  int code =
      child->pidfd >= 0 ? uv_poll_init(loop, &child->poll, child->pidfd) : -errno;
  if (code == 0) {
    uv_timer_init(loop, &child->patience);
    child->poll.data = child->patience.data = child;
    child->handles = 2;
    uv_poll_start(&child->poll, UV_READABLE, on_ended);
    return true;
  }
  kill(-child->pid, SIGKILL);
  waitpid(child->pid, &child->status, 0);
  close_end(&child->pidfd);
  errno = -code;
  return false;
}

struct child *child_start(uv_loop_t *loop, const struct child_options *options, int *fd,
                          int *error_fd)
{
  struct ends ends;
  struct child *child = calloc(1, sizeof *child);
  if (child == NULL)
    return NULL;
  bool ok = open_ends(&ends, options) && spawn(&child->pid, options, &ends) &&
            watch(child, loop);
  if (!ok) {
    close_ends(&ends);
    free(child);
    return NULL;
  }
  *fd = ends.ours;
  *error_fd = ends.error_ours;
  close(ends.theirs);
  close(ends.error_theirs);
  return child;
}

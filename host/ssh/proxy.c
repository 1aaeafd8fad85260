/*
** proxy.c - a command that the operator wrote, run to be the connection to a device.
** Nothing that a device or a name server says ever becomes a part of it.
*/
#include "ssh/proxy.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 1000, ERRORS = 2, STDIO = 3 };

static void on_closed(uv_handle_t *handle)
{
  struct proxy *p = handle->data;
  if (--p->handles == 0)
    free(p);
}

static void close_handle(uv_handle_t *handle)
{
  if (!uv_is_closing(handle))
    uv_close(handle, on_closed);
}

static void close_when_over(struct proxy *p)
{
  if (!p->has_exited || !p->is_released)
    return;
  close_handle((uv_handle_t *)&p->process);
  close_handle((uv_handle_t *)&p->errors);
  close_handle((uv_handle_t *)&p->patience);
}

static void tell_end(struct proxy *p)
{
  if (p->has_exited && p->has_said_all && !p->is_released)
    p->on_ended(p);
  close_when_over(p);
}

/* Also what it left behind: its group has its number as long as one is in there. */
static void on_process_exit(uv_process_t *process, int64_t status, int signal)
{
  struct proxy *p = process->data;
  uv_kill(-process->pid, SIGTERM);
  p->has_exited = true;
  p->status = status;
  p->signal = signal;
  tell_end(p);
}

/* The room that is left; when none is, the older half goes. */
static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
  struct proxy *p = handle->data;
  (void)suggested;
  if (p->said_length == PROXY_SAID) {
    p->said_length = PROXY_SAID / 2;
    memmove(p->said, p->said + PROXY_SAID / 2, p->said_length);
  }
  *buffer =
      uv_buf_init(p->said + p->said_length, (unsigned)(PROXY_SAID - p->said_length));
}

static void on_said(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
  struct proxy *p = stream->data;
  (void)buffer;
  if (n >= 0) {
    p->said_length += (size_t)n;
    return;
  }
  uv_read_stop(stream);
  p->has_said_all = true;
  tell_end(p);
}

static int spawn(struct proxy *p, char *line, int end)
{
  char shell[] = "/bin/sh", option[] = "-c";
  char *arguments[] = {shell, option, line, NULL};
  uv_stdio_container_t stdio[STDIO];
  stdio[0].flags = stdio[1].flags = UV_INHERIT_FD;
  stdio[0].data.fd = stdio[1].data.fd = end;
  stdio[ERRORS].flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE;
  stdio[ERRORS].data.stream = (uv_stream_t *)&p->errors;
  uv_process_options_t options = {.exit_cb = on_process_exit,
                                  .file = shell,
                                  .args = arguments,
                                  .stdio_count = STDIO,
                                  .stdio = stdio,
                                  .flags = UV_PROCESS_DETACHED};
  return uv_spawn(p->process.loop, &p->process, &options);
}

/* For the shell, which does not stay in between. */
static char *make_line(const char *command)
{
  static const char before[] = "exec ";
  size_t length = strlen(command);
  char *line = malloc(sizeof before + length);
  if (line == NULL)
    return NULL;
  memcpy(line, before, sizeof before - 1);
  memcpy(line + sizeof before - 1, command, length + 1);
  return line;
}

static struct proxy *new_proxy(uv_loop_t *loop)
{
  struct proxy *p = calloc(1, sizeof *p);
  if (p == NULL)
    return NULL;
  uv_pipe_init(loop, &p->errors, 0);
  uv_timer_init(loop, &p->patience);
  p->process.loop = loop;
  p->process.data = p->errors.data = p->patience.data = p;
  p->handles = 3;
  return p;
}

/* Only our end does not block: the command is to find an ordinary one. */
static bool make_pair(int ends[2])
{
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return false;
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return true;
}

/* The command's end is closed here in every case. */
static struct proxy *start_on(uv_loop_t *loop, char *line, int end)
{
  struct proxy *p = new_proxy(loop);
  int code = p != NULL ? spawn(p, line, end) : UV_ENOMEM;
  close(end);
  free(line);
  if (p != NULL && code != 0) {
    p->has_exited = p->is_released = true;
    close_when_over(p);
    p = NULL;
  }
  errno = -code;
  return p;
}

struct proxy *proxy_start(uv_loop_t *loop, const char *command, void *owner,
                          void (*on_ended)(struct proxy *proxy), int *fd)
{
  int ends[2];
  char *line = make_line(command);
  if (line == NULL || !make_pair(ends)) {
    free(line);
    return NULL;
  }
  struct proxy *p = start_on(loop, line, ends[1]);
  if (p == NULL) {
    close(ends[0]);
    return NULL;
  }
  p->owner = owner;
  p->on_ended = on_ended;
  uv_read_start((uv_stream_t *)&p->errors, on_room, on_said);
  *fd = ends[0];
  return p;
}

/* The last line: the words before it are often greetings. */
static int last_line(const struct proxy *p, const char **line)
{
  size_t end = p->said_length;
  while (end > 0 && (p->said[end - 1] == '\n' || p->said[end - 1] == '\r'))
    end--;
  size_t start = end;
  while (start > 0 && p->said[start - 1] != '\n')
    start--;
  *line = p->said + start;
  return (int)(end - start);
}

void proxy_describe(const struct proxy *p, char *text, size_t size)
{
  const char *line;
  int length = last_line(p, &line);
  const char *how = p->signal != 0 ? "by signal" : "with status";
  int number = p->signal != 0 ? p->signal : (int)p->status;
  snprintf(text, size, "the proxy command ended %s %d%s%.*s", how, number,
           length > 0 ? ": " : "", length, line);
}

static void on_impatient(uv_timer_t *timer)
{
  struct proxy *p = timer->data;
  if (!p->has_exited)
    uv_kill(-p->process.pid, SIGKILL);
}

void proxy_release(struct proxy *p)
{
  if (p->is_released)
    return;
  p->is_released = true;
  if (!p->has_exited) {
    uv_kill(-p->process.pid, SIGTERM);
    uv_timer_start(&p->patience, on_impatient, PATIENCE_MS, 0);
  }
  close_when_over(p);
}

#ifndef MOONWIRE_NET_CHILD_H
#define MOONWIRE_NET_CHILD_H

#include <stdbool.h>
#include <sys/types.h>
#include <uv.h>

struct child_options {
  char *const *argv; /* the first is looked for in PATH; no shell reads it */
  char *const *environment;
  bool has_pty; /* a terminal of its own, or a socket */
  bool is_raw;  /* the terminal passes bytes on as they are */
  int width, height;
};

/*
** A command whose standard input and output are a line to a device. It is a session
** and process group of its own, ended with all that it started, and always reaped. It
** frees itself when it was released and has ended.
*/
struct child {
  uv_poll_t poll; /* readable when it has ended */
  uv_timer_t patience;
  pid_t pid;
  int pidfd;
  int status; /* as waitpid tells it */
  int handles;
  bool has_exited, is_released;
  void *owner;
  void (*on_exit)(struct child *child);
};

/*
** Start it. '*fd' is its standard input and output, '*error_fd' its standard error; the
** caller's both, non-blocking. NULL: errno tells why.
*/
struct child *child_start(uv_loop_t *loop, const struct child_options *options, int *fd,
                          int *error_fd);

/* Tell it to end, soon with force. */
void child_end(struct child *child);

/* End it and let go of it. No callback follows. */
void child_release(struct child *child);

#endif

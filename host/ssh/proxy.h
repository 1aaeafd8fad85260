#ifndef MOONWIRE_SSH_PROXY_H
#define MOONWIRE_SSH_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

enum { PROXY_SAID = 512, PROXY_MESSAGE = PROXY_SAID + 64 };

/*
** A command whose input and output are a connection to a device, as ProxyCommand of
** ssh_config(5). It is a process group of its own, gone when the session is.
*/
struct proxy {
  uv_process_t process;
  uv_pipe_t errors;
  uv_timer_t patience;   /* with a command that was told to end */
  char said[PROXY_SAID]; /* the end of what it wrote to its standard error */
  size_t said_length;
  int64_t status;
  int signal;
  int handles; /* that are not closed yet */
  bool has_exited, has_said_all, is_released;
  void *owner;
  void (*on_ended)(struct proxy *proxy);
};

/*
** Start it by a shell. 'fd' is the connection, the caller's from here on; on_ended
** follows when the command has ended. NULL: errno tells why.
*/
struct proxy *proxy_start(uv_loop_t *loop, const char *command, void *owner,
                          void (*on_ended)(struct proxy *proxy), int *fd);

/* How it ended, and its last words. */
void proxy_describe(const struct proxy *proxy, char *text, size_t size);

/* The session is over: end the command and all it started. No callback follows. */
void proxy_release(struct proxy *proxy);

#endif

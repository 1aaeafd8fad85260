/*
** dial.c - from a name to a connected TCP socket, without ever blocking. No SSH here.
*/
#include "ssh/dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static void try_next(struct dial *dial);

static void give_up(struct dial *dial)
{
  dial->is_ending = true;
  dial->on_failed(dial);
  dial->on_gone(dial);
}

/* 'where' is empty for what was asked for: whoever shows the message names that. */
static void note(struct dial *dial, const char *where, int code)
{
  size_t used = strlen(dial->message);
  snprintf(dial->message + used, sizeof dial->message - used, "%s%s%s%s",
           used > 0 ? "; " : "", where, *where != '\0' ? ": " : "", uv_strerror(code));
  dial->error = error_of_system(code);
}

static void name_address(const struct addrinfo *address, char *text, size_t size)
{
  char host[64], port[8];
  int code = getnameinfo(address->ai_addr, address->ai_addrlen, host, sizeof host, port,
                         sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
  if (code != 0)
    snprintf(text, size, "?");
  else
    snprintf(text, size, address->ai_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host,
             port);
}

static void fail_address(struct dial *dial, int code)
{
  char where[80] = "";
  if (dial->is_name)
    name_address(dial->next, where, sizeof where);
  note(dial, where, code);
  dial->next = dial->next->ai_next;
  if (dial->fd >= 0)
    close(dial->fd);
  dial->fd = -1;
}

static void on_writable(struct watch *watch, unsigned events)
{
  struct dial *dial =
      (struct dial *)(void *)((char *)watch - offsetof(struct dial, watch));
  int fd = dial->fd, error = 0;
  socklen_t length = sizeof error;
  (void)events;
  watch_stop(watch);
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
    error = errno;
  if (error != 0) {
    fail_address(dial, -error);
    try_next(dial);
    return;
  }
  dial->error = ERROR_NONE;
  dial->fd = -1;
  dial->is_ending = true;
  dial->on_connected(dial, fd);
  dial->on_gone(dial);
}

static int open_socket(const struct addrinfo *address)
{
  int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -errno;
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd, address->ai_addr, address->ai_addrlen) == 0 || errno == EINPROGRESS)
    return fd;
  int code = -errno;
  close(fd);
  return code;
}

static void try_next(struct dial *dial)
{
  while (dial->next != NULL) {
    dial->fd = open_socket(dial->next);
    if (dial->fd < 0) {
      int code = dial->fd;
      dial->fd = -1;
      fail_address(dial, code);
      continue;
    }
    dial->watch.on_events = on_writable;
    if (watch_start(dial->watches, &dial->watch, dial->fd, EPOLLOUT))
      return;
    fail_address(dial, -errno);
  }
  give_up(dial);
}

static void on_resolved(uv_getaddrinfo_t *resolve, int status,
                        struct addrinfo *addresses)
{
  struct dial *dial = resolve->data;
  dial->is_resolving = false;
  dial->addresses = dial->next = addresses;
  if (dial->is_ending) {
    dial->on_gone(dial);
    return;
  }
  if (status < 0) {
    note(dial, "", status);
    dial->error = ERROR_RESOLVE;
    give_up(dial);
    return;
  }
  dial->on_resolved(dial);
  try_next(dial);
}

/* An address in digits needs no name server and no worker thread. */
static bool is_address(struct dial *dial)
{
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                           .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
  return getaddrinfo(dial->host, dial->port, &hints, &dial->addresses) == 0;
}

bool dial_start(struct dial *dial, uv_loop_t *loop, struct watches *watches,
                const char *host, uint16_t port)
{
  size_t length = strlen(host);
  if (length == 0 || length >= sizeof dial->host)
    return false; /* longer ones have upset name servers and libuv before */
  memcpy(dial->host, host, length + 1);
  snprintf(dial->port, sizeof dial->port, "%u", (unsigned)port);
  dial->fd = -1;
  dial->resolve.data = dial;
  dial->watches = watches;
  if (is_address(dial)) {
    dial->next = dial->addresses;
    dial->on_resolved(dial);
    try_next(dial);
    return true;
  }
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
  dial->is_name = dial->is_resolving = true;
  int code =
      uv_getaddrinfo(loop, &dial->resolve, on_resolved, dial->host, dial->port, &hints);
  if (code < 0)
    on_resolved(&dial->resolve, code, NULL);
  return true;
}

void dial_cancel(struct dial *dial)
{
  if (dial->is_ending)
    return;
  dial->is_ending = true;
  if (dial->is_resolving) {
    uv_cancel((uv_req_t *)&dial->resolve); /* or its answer is dropped */
    return;
  }
  watch_forget(&dial->watch);
  if (dial->fd >= 0)
    close(dial->fd);
  dial->fd = -1;
  dial->on_gone(dial);
}

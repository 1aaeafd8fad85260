/*
** dial.c - from a name to a connected TCP socket, without ever blocking. No SSH here.
*/
#include "ssh/dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* RFC 8305's Connection Attempt Delay */
static const uint64_t PATIENCE_NS = 250000000;

/* A connection to one of the addresses, until it is there or refused. */
struct attempt {
  struct watch watch;
  struct attempt *next;
  struct dial *dial;
  const struct addrinfo *address;
  int fd;
};

static void go_on(struct dial *dial);

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

static void fail_address(struct dial *dial, const struct addrinfo *address, int code)
{
  char where[80] = "";
  if (dial->is_name)
    name_address(address, where, sizeof where);
  note(dial, where, code);
}

static void unlink_from(struct dial *dial, const struct attempt *attempt)
{
  struct attempt **place = &dial->attempts;
  while (*place != attempt)
    place = &(*place)->next;
  *place = attempt->next;
}

/* Whoever wants to keep its socket has taken it out. */
static void free_attempt(struct attempt *attempt)
{
  watch_forget(&attempt->watch);
  if (attempt->fd >= 0)
    close(attempt->fd);
  free(attempt);
}

static void end_attempt(struct dial *dial, struct attempt *attempt)
{
  unlink_from(dial, attempt);
  free_attempt(attempt);
}

static void end_all(struct dial *dial)
{
  struct attempt *attempt = dial->attempts;
  dial->attempts = NULL;
  deadline_disarm(dial->deadlines, &dial->patience);
  while (attempt != NULL) {
    struct attempt *next = attempt->next;
    free_attempt(attempt);
    attempt = next;
  }
}

static void connected(struct dial *dial, int fd)
{
  end_all(dial);
  dial->error = ERROR_NONE;
  dial->is_ending = true;
  dial->on_connected(dial, fd);
  dial->on_gone(dial);
}

static void on_writable(struct watch *watch, unsigned events)
{
  struct attempt *attempt =
      (struct attempt *)(void *)((char *)watch - offsetof(struct attempt, watch));
  struct dial *dial = attempt->dial;
  int fd = attempt->fd, error = 0;
  socklen_t length = sizeof error;
  (void)events;
  if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
    error = errno;
  if (error == 0) {
    watch_stop(watch);
    attempt->fd = -1;
    connected(dial, fd);
    return;
  }
  fail_address(dial, attempt->address, -error);
  end_attempt(dial, attempt);
  go_on(dial);
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

/* 0, or what is wrong. */
static int attempt_start(struct dial *dial, const struct addrinfo *address)
{
  int fd = open_socket(address);
  if (fd < 0)
    return fd;
  struct attempt *attempt = calloc(1, sizeof *attempt);
  if (attempt == NULL) {
    close(fd);
    return UV_ENOMEM;
  }
  *attempt = (struct attempt){
      .dial = dial, .address = address, .fd = fd, .next = dial->attempts};
  attempt->watch.on_events = on_writable;
  dial->attempts = attempt;
  if (watch_start(dial->watches, &attempt->watch, fd, EPOLLOUT))
    return 0;
  int code = -errno;
  end_attempt(dial, attempt);
  return code;
}

static const struct addrinfo *find_family(const struct addrinfo *address, int family,
                                          bool is_other)
{
  while (address != NULL && (address->ai_family != family) != is_other)
    address = address->ai_next;
  return address;
}

static void set_addresses(struct dial *dial, struct addrinfo *addresses)
{
  dial->addresses = addresses;
  dial->next[0] = addresses;
  dial->next[1] =
      addresses != NULL ? find_family(addresses, addresses->ai_family, true) : NULL;
}

/* The families take turns, as long as both have any: one may lead nowhere. */
static const struct addrinfo *take_address(struct dial *dial)
{
  bool is_other = dial->is_others_turn;
  if (dial->next[is_other] == NULL)
    is_other = !is_other;
  const struct addrinfo *address = dial->next[is_other];
  if (address == NULL)
    return NULL;
  dial->next[is_other] =
      find_family(address->ai_next, dial->addresses->ai_family, is_other);
  dial->is_others_turn = !is_other;
  return address;
}

static void on_impatient(struct deadline *patience)
{
  go_on((struct dial *)(void *)((char *)patience - offsetof(struct dial, patience)));
}

/* One more, and a time for the one after it. Without memory for that, that one, too. */
static void go_on(struct dial *dial)
{
  const struct addrinfo *address;
  while ((address = take_address(dial)) != NULL) {
    int code = attempt_start(dial, address);
    bool has_next = dial->next[0] != NULL || dial->next[1] != NULL;
    if (code != 0)
      fail_address(dial, address, code);
    else if (has_next &&
             deadline_arm(dial->deadlines, &dial->patience, PATIENCE_NS, on_impatient))
      return;
  }
  deadline_disarm(dial->deadlines, &dial->patience);
  if (dial->attempts == NULL)
    give_up(dial);
}

static void on_resolved(uv_getaddrinfo_t *resolve, int status,
                        struct addrinfo *addresses)
{
  struct dial *dial = resolve->data;
  dial->is_resolving = false;
  set_addresses(dial, addresses);
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
  go_on(dial);
}

/* An address in digits needs no name server and no worker thread. */
static bool is_address(struct dial *dial)
{
  struct addrinfo *addresses = NULL;
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                           .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
  if (getaddrinfo(dial->host, dial->port, &hints, &addresses) != 0)
    return false;
  set_addresses(dial, addresses);
  return true;
}

bool dial_start(struct dial *dial, uv_loop_t *loop, struct watches *watches,
                struct deadlines *deadlines, const char *host, uint16_t port)
{
  size_t length = strlen(host);
  if (length == 0 || length >= sizeof dial->host)
    return false; /* longer ones have upset name servers and libuv before */
  memcpy(dial->host, host, length + 1);
  snprintf(dial->port, sizeof dial->port, "%u", (unsigned)port);
  dial->resolve.data = dial;
  dial->watches = watches;
  dial->deadlines = deadlines;
  if (is_address(dial)) {
    dial->on_resolved(dial);
    go_on(dial);
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
  end_all(dial);
  dial->on_gone(dial);
}

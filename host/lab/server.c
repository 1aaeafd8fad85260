/*
** server.c - the lab's listening socket: it accepts in bursts, keeps count, and hands
** out shells. Which device is meant, and who may log in, is asked of the owner; nothing
** here knows what a device does.
*/
#include "lab/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ACCEPTS = 64, BREATH_NS = 20 * 1000 * 1000 };

static void on_connections(uv_poll_t *poll, int status, int events);

/* ---- the end ---- */

static void let_go(struct server *server)
{
  if (!server->is_closed || server->handles > 0 || server->peers != NULL)
    return;
  identities_free(&server->identities);
  free(server);
}

static void free_ended(struct server *server)
{
  while (server->ended != NULL) {
    struct peer *peer = server->ended;
    server->ended = peer->next_ended;
    peer->is_ending = false;
    peer_let_go(peer);
  }
}

static void on_handle_closed(uv_handle_t *handle)
{
  struct server *server = handle->data;
  free_ended(server);
  server->handles--;
  let_go(server);
}

static void close_ready(struct server *server)
{
  struct tty *tty;
  while ((tty = server_accept(server)) != NULL)
    tty_release(tty);
}

static void forget_unsent(struct server *server)
{
  while (server->unsent != NULL) {
    struct tty *tty = server->unsent;
    server->unsent = tty->next_unsent;
    tty->is_unsent = false;
    tty_let_go(tty);
  }
}

void server_close(struct server *server)
{
  if (server->is_closed)
    return;
  server->is_closed = true;
  deadline_disarm(server->deadlines, &server->breath);
  if (server->fd >= 0) {
    uv_close((uv_handle_t *)&server->poll, on_handle_closed);
    close(server->fd);
    server->fd = -1;
  }
  uv_close((uv_handle_t *)&server->sender, on_handle_closed);
  for (struct peer *peer = server->peers, *next; peer != NULL; peer = next) {
    next = peer->next;
    peer_abandon(peer);
  }
  close_ready(server);
  forget_unsent(server);
  struct tty_waiter *acceptor = server->acceptor;
  server->acceptor = NULL;
  if (acceptor != NULL)
    acceptor->wake(acceptor, ERROR_CLOSED);
}

/* ---- peers and terminals ---- */

void server_remember(struct server *server, struct peer *peer)
{
  peer->next = server->peers;
  if (server->peers != NULL)
    server->peers->prev = peer;
  server->peers = peer;
  if (++server->stats.open > server->stats.peak)
    server->stats.peak = server->stats.open;
}

void server_forget(struct server *server, struct peer *peer)
{
  if (peer->prev != NULL)
    peer->prev->next = peer->next;
  else
    server->peers = peer->next;
  if (peer->next != NULL)
    peer->next->prev = peer->prev;
  server->stats.open--;
  let_go(server);
}

void server_ready(struct server *server, struct tty *tty)
{
  tty->is_ready = true;
  if (server->ready_last != NULL)
    server->ready_last->next_ready = tty;
  else
    server->ready_first = tty;
  server->ready_last = tty;
  struct tty_waiter *acceptor = server->acceptor;
  server->acceptor = NULL;
  if (acceptor != NULL)
    acceptor->wake(acceptor, ERROR_NONE);
}

struct tty *server_accept(struct server *server)
{
  struct tty *tty = server->ready_first;
  if (tty == NULL)
    return NULL;
  server->ready_first = tty->next_ready;
  if (server->ready_first == NULL)
    server->ready_last = NULL;
  tty->is_owned = true;
  tty->is_ready = false;
  return tty;
}

static void on_send(uv_idle_t *sender)
{
  struct server *server = sender->data;
  uv_idle_stop(sender);
  free_ended(server);
  while (server->unsent != NULL) {
    struct tty *tty = server->unsent;
    struct peer *peer = tty->peer;
    server->unsent = tty->next_unsent;
    tty->is_unsent = false;
    if (peer == NULL) {
      tty_let_go(tty);
      continue;
    }
    peer_enter(peer);
    tty_send(tty);
    peer_leave(peer);
  }
}

/* An idle handle runs before the loop sleeps again, when all have written. */
void server_unsent(struct server *server, struct tty *tty)
{
  if (tty->is_unsent || server->is_closed)
    return;
  tty->is_unsent = true;
  tty->next_unsent = server->unsent;
  server->unsent = tty;
  uv_idle_start(&server->sender, on_send);
}

void server_end(struct server *server, struct peer *peer)
{
  peer->is_ending = true;
  peer->next_ended = server->ended;
  server->ended = peer;
  if (!server->is_closed) /* otherwise its handles are about to end */
    uv_idle_start(&server->sender, on_send);
}

/* ---- accepting ---- */

static bool is_loopback(struct in_addr address)
{
  return ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET;
}

static bool is_from_here(const struct server *server, const struct sockaddr_in *local,
                         const struct sockaddr_in *from)
{
  return !server->checks_address ||
         (is_loopback(local->sin_addr) && is_loopback(from->sin_addr));
}

static bool admit(struct server *server, int fd, struct profile *profile)
{
  struct sockaddr_in local = {0}, from = {0};
  socklen_t length = sizeof local, from_length = sizeof from;
  if (server->stats.open >= server->max_peers ||
      getsockname(fd, (struct sockaddr *)&local, &length) != 0 ||
      getpeername(fd, (struct sockaddr *)&from, &from_length) != 0 ||
      !is_from_here(server, &local, &from))
    return false;
  return server->admit(server, local.sin_addr, ntohs(from.sin_port), profile);
}

static void welcome(struct server *server, int fd)
{
  struct profile profile;
  memset(&profile, 0, sizeof profile);
  server->stats.accepted++;
  if (!admit(server, fd, &profile) || server->is_closed) {
    server->stats.refused++;
    close(fd);
  } else {
    peer_open(server, fd, &profile);
  }
  free(profile.greeting);
  free(profile.questions);
}

static void on_breath(struct deadline *deadline)
{
  struct server *server =
      (struct server *)(void *)((char *)deadline - offsetof(struct server, breath));
  uv_poll_start(&server->poll, UV_READABLE, on_connections);
}

static bool is_short_of_descriptors(int error)
{
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static void on_connections(uv_poll_t *poll, int status, int events)
{
  struct server *server = poll->data;
  (void)events;
  if (status < 0)
    return;
  for (int i = 0; i < ACCEPTS && !server->is_closed; i++) {
    int fd = accept4(server->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      welcome(server, fd);
      continue;
    }
    if (is_short_of_descriptors(errno)) { /* the socket stays readable: do not spin */
      uv_poll_stop(poll);
      deadline_arm(server->deadlines, &server->breath, BREATH_NS, on_breath);
    }
    return;
  }
}

/* ---- listening ---- */

struct server *server_new(uv_loop_t *loop, struct deadlines *deadlines,
                          struct watches *watches)
{
  struct server *server = calloc(1, sizeof *server);
  if (server == NULL)
    return NULL;
  server->loop = loop;
  server->deadlines = deadlines;
  server->watches = watches;
  server->fd = -1;
  uv_idle_init(loop, &server->sender);
  server->sender.data = server;
  server->handles = 1;
  return server;
}

static int fail(struct server *server, int fd, const char *what)
{
  int code = -errno;
  snprintf(server->message, sizeof server->message, "%s: %s", what, uv_strerror(code));
  if (fd >= 0)
    close(fd);
  return code;
}

/* Anyone who reaches the lab can log in, so only this machine may reach all of it. */
static void keep_to_loopback(struct server *server, int fd, struct in_addr address)
{
  static const char device[] = "lo";
  if (address.s_addr == htonl(INADDR_ANY) &&
      setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, sizeof device) != 0)
    server->checks_address = true;
}

static int watch(struct server *server, int fd)
{
  int code = uv_poll_init(server->loop, &server->poll, fd);
  if (code < 0) {
    errno = -code;
    return fail(server, fd, "poll");
  }
  server->fd = fd;
  server->poll.data = server;
  server->handles++;
  return uv_poll_start(&server->poll, UV_READABLE, on_connections);
}

int server_listen(struct server *server, const struct server_options *options)
{
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(options->port)};
  socklen_t length = sizeof address;
  int on = 1;
  if (inet_pton(AF_INET, options->address, &address.sin_addr) != 1) {
    errno = EINVAL;
    return fail(server, -1, options->address);
  }
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return fail(server, fd, "socket");
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  keep_to_loopback(server, fd, address.sin_addr);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
    return fail(server, fd, "bind");
  if (listen(fd, options->backlog) != 0 ||
      getsockname(fd, (struct sockaddr *)&address, &length) != 0)
    return fail(server, fd, "listen");
  server->port = ntohs(address.sin_port);
  server->max_peers = options->max_peers;
  return watch(server, fd);
}

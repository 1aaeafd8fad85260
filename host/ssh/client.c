/*
** client.c - the life of one SSH connection: its socket on the loop, the rule around
** every call into libssh, its end. How it logs in is in login.c.
*/
#include "ssh/client.h"

#include <libssh/server.h> /* its ssh_execute_message_callbacks pumps clients, too */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ssh/auth.h"
#include "ssh/forward.h"
#include "ssh/keepalive.h"
#include "ssh/login.h"
#include "ssh/proxy.h"
#include "ssh/stream.h"

enum { FLUSH_ROUNDS = 4, REST_ROUNDS = 1024 };

static void on_later(struct watch_later *later);

struct client *client_new(uv_loop_t *loop, struct deadlines *deadlines,
                          struct watches *watches, struct client_shared *shared)
{
  struct client *c = calloc(1, sizeof *c);
  if (c == NULL)
    return NULL;
  c->loop = loop;
  c->deadlines = deadlines;
  c->watches = watches;
  c->shared = shared;
  c->fd = -1;
  c->later.run = on_later;
  return c;
}

static void free_when_at_rest(struct client *c)
{
  if (!c->is_closing || c->dial != NULL || c->depth > 0 || c->holds > 0)
    return;
  free(c->message);
  free(c->name);
  free(c->offered);
  free(c->opening);
  free(c);
}

/*
** The order matters: libssh does not close a descriptor that it was given once it has
** disconnected, and closes it in ssh_free when it has not.
*/
static void close_session(struct client *c)
{
  if (c->session == NULL)
    return;
  int fd = ssh_get_fd(c->session);
  ssh_disconnect(c->session);
  for (struct stream *stream = c->streams; stream != NULL; stream = stream->next)
    stream->channel = NULL; /* freed with the session */
  ssh_free(c->session);
  c->session = NULL;
  c->fd = -1;
  if (fd >= 0)
    close(fd);
}

/* After the goodbye, which goes the same way. */
static void leave_carriers(struct client *c)
{
  struct forward *forward = c->forward;
  struct proxy *proxy = c->proxy;
  c->forward = NULL;
  c->proxy = NULL;
  if (forward != NULL)
    forward_release(forward);
  if (proxy != NULL)
    proxy_release(proxy);
}

static void tear_down(struct client *c)
{
  deadline_disarm(c->deadlines, &c->deadline);
  keepalive_end(c);
  auth_end(c);
  if (c->carrier != NULL)
    forward_lose_all(c);
  if (c->dial != NULL)
    dial_cancel(c->dial);
  watch_forget(&c->watch);
  close_session(c);
  leave_carriers(c);
}

/* Some of it may be the device's words: nothing in it that a terminal obeys. */
static void make_plain(char *text)
{
  for (unsigned char *at = (unsigned char *)text; *at != '\0'; at++) {
    bool is_c1 = at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0;
    if (is_c1)
      *at++ = '.';
    if (is_c1 || *at < ' ' || *at == 0x7f)
      *at = '.';
  }
}

void client_fail(struct client *c, enum error error, const char *format, ...)
{
  if (c->error != ERROR_NONE)
    return; /* the first cause counts */
  c->error = error;
  c->phase_ns[c->phase] = uv_hrtime() - c->phase_start_ns;
  c->message = malloc(CLIENT_MESSAGE);
  if (c->message == NULL)
    return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(c->message, CLIENT_MESSAGE, format, arguments);
  va_end(arguments);
  make_plain(c->message);
}

static void cork(const struct client *c, int on)
{
  if (c->fd >= 0)
    setsockopt(c->fd, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
}

static void on_later(struct watch_later *later)
{
  struct client *c =
      (struct client *)(void *)((char *)later - offsetof(struct client, later));
  if (c->forward != NULL)
    forward_carry(c->forward);
  else
    cork(c, 0);
  c->holds--;
  free_when_at_rest(c);
}

/*
** libssh sends each packet by itself. What a jump host is to carry in one turn leaves
** together: a segment, and a wake-up there, for many; behind another jump host, a
** packet of that one's.
*/
static void gather(struct client *c)
{
  if (c->later.is_set || c->proxy != NULL || !watch_later(c->watches, &c->later))
    return;
  c->holds++;
  if (c->forward == NULL)
    cork(c, 1);
}

void client_enter(struct client *c)
{
  if (c->depth++ > 0 || c->carrier == NULL)
    return;
  forward_listen(c->carrier);
  gather(c);
}

/* Whether it may have read as well. */
static bool flush(struct client *c)
{
  int round = 0;
  while (round < FLUSH_ROUNDS &&
         (ssh_get_status(c->session) & SSH_WRITE_PENDING) != 0) {
    if (c->phase == PHASE_KEX)
      login_see_offer(c);
    ssh_execute_message_callbacks(c->session); /* its poll(2) sees room and writes */
    round++;
  }
  return round > 0;
}

bool client_is_lost(const struct client *c)
{
  return ssh_get_fd(c->session) < 0 ||
         (ssh_get_status(c->session) & (SSH_CLOSED | SSH_CLOSED_ERROR)) != 0;
}

static void see_whether_lost(struct client *c)
{
  if (ssh_get_fd(c->session) < 0)
    watch_forget(&c->watch); /* at once: the number may be another socket's soon */
  if (!client_is_lost(c))
    return;
  const char *text = ssh_get_error(c->session);
  bool has_text = strstr(text, "SSH_MSG_DISCONNECT") != NULL;
  if (strstr(text, "read_packet") != NULL || strstr(text, "Packet") != NULL)
    client_fail(c, ERROR_PROTOCOL, "the device broke the protocol: %s", text);
  else
    client_fail(c, ERROR_DROPPED, "the device ended the connection%s%s",
                has_text ? ": " : "", has_text ? text : "");
}

static void arm(struct client *c)
{
  bool has_more = (ssh_get_status(c->session) & SSH_WRITE_PENDING) != 0;
  watch_change(&c->watch, has_more ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static bool is_watched(const struct client *c)
{
  return c->watch.watches != NULL;
}

static void step_streams(struct client *c)
{
  for (struct stream *stream = c->streams; stream != NULL; stream = stream->next)
    if (c->error == ERROR_NONE)
      stream_step(stream);
}

static void notify(struct client *c)
{
  for (struct stream *stream = c->streams; stream != NULL; stream = stream->next) {
    if (c->error != ERROR_NONE)
      stream_lost(stream, c->error);
    stream_notify(stream);
  }
  if (c->login != NULL && (c->is_up || c->error != ERROR_NONE)) {
    c->login = NULL;
    c->on_login(c);
  }
}

static void sweep_streams(struct client *c)
{
  struct stream **place = &c->streams;
  while (*place != NULL) {
    struct stream *stream = *place;
    if (stream->is_detached && stream->channel == NULL) {
      *place = stream->next;
      stream_free(stream);
    } else {
      place = &stream->next;
    }
  }
}

/* Streams whose owner still holds them outlive the client, ended. */
static void orphan_streams(struct client *c)
{
  while (c->streams != NULL) {
    struct stream *stream = c->streams;
    c->streams = stream->next;
    stream_orphan(stream);
  }
}

static void step_all(struct client *c)
{
  step_streams(c);
  if (c->carrier != NULL)
    forward_step_all(c);
}

static void go_on(struct client *c)
{
  if (c->session == NULL || c->error != ERROR_NONE || !is_watched(c))
    return;
  step_all(c);
  if (flush(c))
    step_all(c); /* what waited for room can go on, and nobody else will say so */
  if (c->error == ERROR_NONE)
    see_whether_lost(c);
}

void client_leave(struct client *c)
{
  if (c->depth > 1) {
    c->depth--;
    return;
  }
  c->holds++;
  go_on(c);
  if (c->forward != NULL && !c->later.is_set)
    forward_carry(c->forward); /* at once, and not when the loop sees it */
  if (c->carrier != NULL)
    forward_unlisten(c->carrier);
  c->depth = 0;
  if (c->is_closing || c->error != ERROR_NONE)
    tear_down(c);
  else if (is_watched(c))
    arm(c);
  if (c->is_closing) {
    orphan_streams(c);
  } else {
    notify(c);
    sweep_streams(c);
  }
  c->holds--;
  free_when_at_rest(c);
}

/* What the device said before it broke off is still there to be read. */
static void read_rest(struct client *c)
{
  for (int round = 0; round < REST_ROUNDS && ssh_get_fd(c->session) >= 0; round++) {
    if ((ssh_get_status(c->session) & (SSH_CLOSED | SSH_CLOSED_ERROR)) != 0)
      return;
    ssh_execute_message_callbacks(c->session);
  }
}

static void fail_broken_socket(struct client *c)
{
  int error = 0;
  socklen_t length = sizeof error;
  if (c->is_up) {
    read_rest(c);
    client_fail(c, ERROR_DROPPED, "the device reset the connection");
    return;
  }
  if (c->proxy != NULL && c->phase < PHASE_KEX) {
    watch_stop(&c->watch); /* the command's end, which is near, tells more */
    return;
  }
  getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length);
  client_fail(c, ERROR_DROPPED, "the device ended the connection: %s",
              uv_strerror(error != 0 ? -error : UV_ECONNRESET));
}

static bool has_pending_stream(const struct client *c)
{
  for (struct stream *stream = c->streams; stream != NULL; stream = stream->next)
    if (stream->state < STREAM_OPEN)
      return true;
  return false;
}

static void on_events(struct watch *watch, unsigned events)
{
  struct client *c =
      (struct client *)(void *)((char *)watch - offsetof(struct client, watch));
  bool is_broken = (events & EPOLLERR) != 0;
  client_enter(c);
  keepalive_hear(c);
  if (is_broken)
    fail_broken_socket(c);
  else if (!c->is_up)
    login_step(c);
  else if (!has_pending_stream(c)) /* otherwise leaving pumps */
    ssh_execute_message_callbacks(c->session);
  int on = 1; /* Linux falls back to delayed acknowledgements by itself */
  if (c->fd >= 0 && c->forward == NULL && c->proxy == NULL)
    setsockopt(c->fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
  client_leave(c);
}

bool client_watch(struct client *c)
{
  c->watch.on_events = on_events;
  return watch_start(c->watches, &c->watch, c->fd, EPOLLIN);
}

void client_close(struct client *c)
{
  if (c->is_closing)
    return;
  c->is_closing = true;
  c->login = NULL;
  client_enter(c);
  client_leave(c);
}

/*
** peer.c - one SSH session of the lab, driven without ever blocking. What a script sees
** of it is a tty. A session ends here only, in one place, and never inside a call into
** libssh.
*/
#include "ssh/peer.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ssh/server.h"

enum { FLUSHES = 4 };

static void begin(struct peer *peer);

/* ---- the end ---- */

static void let_go(struct peer *peer)
{
  if (peer->has_poll || peer->relay != NULL)
    return;
  server_forget(peer->server, peer);
  free(peer->user);
  free(peer);
}

static void on_poll_closed(uv_handle_t *handle)
{
  struct peer *peer = handle->data;
  peer->has_poll = false;
  let_go(peer);
}

static void on_relay_end(struct relay *relay)
{
  struct peer *peer = relay->owner;
  peer->relay = NULL;
  if (peer->stage == PEER_DEAF)
    peer->stage = PEER_GONE;
  if (peer->stage == PEER_GONE)
    let_go(peer);
}

static void send_rest(struct peer *peer)
{
  for (struct tty *tty = peer->ttys; tty != NULL; tty = tty->next)
    if (!tty->is_close_received)
      tty_send(tty);
}

static void prepare_reset(struct peer *peer)
{
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  if (peer->relay != NULL)
    peer->relay->ends_in_reset = true; /* when what is on its way has arrived */
  else
    setsockopt(ssh_get_fd(peer->session), SOL_SOCKET, SO_LINGER, &linger,
               sizeof linger);
}

static void detach_ttys(struct peer *peer)
{
  enum error error = peer->end == PEER_STAY ? ERROR_DROPPED : ERROR_CLOSED;
  struct tty *tty = peer->ttys;
  peer->ttys = NULL;
  while (tty != NULL) {
    struct tty *next = tty->next;
    tty_detach(tty, error);
    tty = next;
  }
}

/* libssh closes the descriptor; it must not be watched any more by then. */
static void close_session(struct peer *peer)
{
  peer->stage = PEER_GONE;
  deadline_disarm(peer->server->deadlines, &peer->pause);
  uv_poll_stop(&peer->poll);
  if (peer->held != NULL)
    ssh_message_free(peer->held);
  peer->held = NULL;
  if (ssh_get_fd(peer->session) >= 0) {
    if (peer->end == PEER_RESET)
      prepare_reset(peer);
    else if (peer->end == PEER_GOODBYE)
      ssh_disconnect(peer->session);
  }
  ssh_free(peer->session);
  peer->session = NULL;
  detach_ttys(peer);
  uv_close((uv_handle_t *)&peer->poll, on_poll_closed);
}

void peer_finish(struct peer *peer, enum peer_end end, const char *text)
{
  if (peer->stage == PEER_GONE || peer->end != PEER_STAY)
    return;
  if (peer->stage == PEER_DEAF) {
    relay_close(peer->relay, end == PEER_RESET);
    peer->relay = NULL;
    peer->stage = PEER_GONE;
    let_go(peer);
    return;
  }
  peer_enter(peer);
  if (text != NULL)
    ssh_session_set_disconnect_message(peer->session, text);
  send_rest(peer);
  peer->end = end;
  peer_leave(peer);
}

void peer_abandon(struct peer *peer)
{
  if (peer->stage == PEER_DEAF) {
    peer_finish(peer, PEER_DROP, NULL);
    return;
  }
  peer_finish(peer, PEER_DROP, NULL);
  if (peer->relay == NULL)
    return;
  relay_close(peer->relay, false);
  peer->relay = NULL;
  let_go(peer);
}

/* ---- channels ---- */

static ssh_channel on_channel(ssh_session session, void *user)
{
  struct peer *peer = user;
  unsigned count = 0;
  for (struct tty *tty = peer->ttys; tty != NULL; tty = tty->next)
    count++;
  ssh_channel channel = count < peer->channels ? ssh_channel_new(session) : NULL;
  if (channel == NULL)
    return NULL;
  struct tty *tty = tty_new(peer, channel);
  if (tty == NULL) {
    ssh_channel_free(channel); /* not bound to anything yet, so it is gone at once */
    return NULL;
  }
  tty->next = peer->ttys;
  peer->ttys = tty;
  peer->has_had_tty = true;
  return channel;
}

void peer_log_in(struct peer *peer)
{
  peer->stage = PEER_OPEN;
  peer->server->stats.logins++;
  peer->callbacks.userdata = peer;
  peer->callbacks.channel_open_request_session_function = on_channel;
  ssh_callbacks_init(&peer->callbacks);
  ssh_set_server_callbacks(peer->session, &peer->callbacks);
}

/* ---- driving ---- */

static void pump(struct peer *peer)
{
  int code;
  switch (peer->stage) {
  case PEER_KEX:
    code = ssh_handle_key_exchange(peer->session);
    if (code == SSH_OK) {
      peer->stage = PEER_AUTH;
      peer_authenticate(peer); /* a request may have come in the same segment */
    }
    break;
  case PEER_AUTH:
    peer_authenticate(peer);
    break;
  case PEER_OPEN:
    ssh_execute_message_callbacks(peer->session);
    break;
  default:
    break;
  }
}

static bool is_write_pending(struct peer *peer)
{
  return (ssh_get_status(peer->session) & SSH_WRITE_PENDING) != 0;
}

static bool is_broken(struct peer *peer)
{
  return peer->is_lost || ssh_get_fd(peer->session) < 0 ||
         (ssh_get_status(peer->session) & (SSH_CLOSED | SSH_CLOSED_ERROR)) != 0;
}

/* Saves a turn of the loop: libssh writes only when its own poll has said it may. */
static void flush(struct peer *peer)
{
  for (int i = 0; i < FLUSHES && is_write_pending(peer); i++) {
    if (peer->is_paused || is_broken(peer))
      break;
    pump(peer);
  }
}

static void remove_finished(struct peer *peer)
{
  struct tty **link = &peer->ttys;
  while (*link != NULL) {
    struct tty *tty = *link;
    if (!tty_is_over(tty)) {
      link = &tty->next;
      continue;
    }
    *link = tty->next;
    ssh_channel_free(tty->channel);
    tty_detach(tty, ERROR_DROPPED);
  }
}

static bool is_eager(const struct peer *peer)
{
  for (const struct tty *tty = peer->ttys; tty != NULL; tty = tty->next)
    if (tty->is_blocked && tty->is_eager)
      return true;
  return false;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
  struct peer *peer = poll->data;
  if (peer->stage == PEER_GONE)
    return;
  peer->is_lost = status < 0; /* it was reset, and libuv has stopped watching */
  peer_enter(peer);
  pump(peer);
  if ((events & UV_READABLE) && peer->relay == NULL) {
    int on = 1;
    setsockopt(ssh_get_fd(peer->session), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
  }
  peer_leave(peer);
}

static void watch(struct peer *peer)
{
  int events = 0;
  if (!peer->is_paused) {
    events = UV_READABLE;
    if (is_write_pending(peer) || is_eager(peer))
      events |= UV_WRITABLE;
  }
  if (events == peer->events)
    return; /* libuv takes the descriptor out and in again even when nothing changes */
  peer->events = events;
  if (events == 0)
    uv_poll_stop(&peer->poll);
  else
    uv_poll_start(&peer->poll, events, on_poll);
}

static void settle(struct peer *peer)
{
  flush(peer);
  if (is_broken(peer))
    return;
  for (struct tty *tty = peer->ttys; tty != NULL; tty = tty->next)
    tty_progress(tty);
  flush(peer);
  remove_finished(peer);
  if (peer->has_had_tty && peer->ttys == NULL && !is_write_pending(peer) &&
      peer->end == PEER_STAY)
    peer->end = PEER_GOODBYE;
}

void peer_enter(struct peer *peer)
{
  peer->depth++;
}

void peer_leave(struct peer *peer)
{
  if (peer->depth == 1)
    settle(peer);
  if (--peer->depth > 0)
    return;
  if (peer->end != PEER_STAY || is_broken(peer))
    close_session(peer);
  else
    watch(peer);
}

/* ---- pauses ---- */

static void on_pause_end(struct deadline *deadline)
{
  struct peer *peer =
      (struct peer *)(void *)((char *)deadline - offsetof(struct peer, pause));
  peer->is_paused = false;
  peer_enter(peer);
  if (peer->stage == PEER_WAITING)
    begin(peer);
  else if (peer->held != NULL)
    peer_answer_held(peer);
  if (!peer->is_paused)
    pump(peer);
  peer_leave(peer);
}

void peer_pause(struct peer *peer, uint64_t for_ns)
{
  peer->is_paused =
      deadline_arm(peer->server->deadlines, &peer->pause, for_ns, on_pause_end);
  if (!peer->is_paused)
    peer->end = PEER_DROP; /* no memory: better gone than early */
}

/* ---- open ---- */

static void begin(struct peer *peer)
{
  peer->stage = PEER_KEX;
  pump(peer); /* says the banner */
  if (peer->kex_delay_ns > 0)
    peer_pause(peer, peer->kex_delay_ns);
}

static bool needs_relay(const struct profile *profile)
{
  const struct relay_plan *line = &profile->line;
  return line->rtt_ns > 0 || line->jitter_ns > 0 || line->dribble_ns > 0 ||
         line->drop_after != RELAY_NEVER || line->fin_after != RELAY_NEVER ||
         line->stall_after != RELAY_NEVER || line->garble_at > 0;
}

static bool is_mute(const struct profile *profile)
{
  return profile->is_blackhole || profile->greeting != NULL;
}

/* '*fd' becomes the device's end of the line. */
static bool open_relay(struct peer *peer, const struct profile *profile, int *fd)
{
  struct server *server = peer->server;
  int device_fd = -1;
  bool has_device = !is_mute(profile);
  peer->relay = relay_open(server->loop, server->deadlines, &profile->line, *fd,
                           has_device ? &device_fd : NULL);
  if (peer->relay == NULL)
    return false;
  peer->relay->owner = peer;
  peer->relay->on_end = on_relay_end;
  *fd = device_fd;
  return true;
}

static bool open_session(struct peer *peer, const struct profile *profile, int fd)
{
  peer->session = ssh_new();
  if (peer->session == NULL)
    return false;
  ssh_set_blocking(peer->session, 0);
  if (ssh_bind_accept_fd(profile->bind, peer->session, fd) != SSH_OK)
    return false;
  ssh_set_auth_methods(peer->session, (int)profile->methods);
  ssh_set_counters(peer->session, &peer->server->counter, NULL);
  if (profile->rekey_bytes > 0)
    ssh_options_set(peer->session, SSH_OPTIONS_REKEY_DATA, &profile->rekey_bytes);
  if (uv_poll_init(peer->server->loop, &peer->poll, fd) < 0)
    return false;
  peer->poll.data = peer;
  peer->has_poll = true;
  return true;
}

/* The descriptor is libssh's from the moment that it has accepted it. */
static void undo(struct peer *peer, int fd)
{
  bool is_taken = peer->session != NULL && ssh_get_fd(peer->session) >= 0;
  ssh_free(peer->session);
  if (!is_taken && fd >= 0)
    close(fd);
  if (peer->relay != NULL)
    relay_close(peer->relay, true);
  free(peer);
}

static struct peer *new_peer(struct server *server, int fd,
                             const struct profile *profile)
{
  struct peer *peer = calloc(1, sizeof *peer);
  if (peer == NULL)
    return NULL;
  struct sockaddr_in local;
  socklen_t length = sizeof local, from_length = sizeof peer->from;
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (getsockname(fd, (struct sockaddr *)&local, &length) == 0)
    peer->address = local.sin_addr;
  getpeername(fd, (struct sockaddr *)&peer->from, &from_length);
  peer->server = server;
  peer->kex_delay_ns = profile->kex_delay_ns;
  peer->auth_delay_ns = profile->auth_delay_ns;
  peer->methods = profile->methods;
  peer->allowed = profile->allowed;
  peer->tries = profile->tries;
  peer->channels = profile->channels;
  return peer;
}

static void start(struct peer *peer, const struct profile *profile)
{
  uint64_t wait_ns = profile->banner_delay_ns;
  if (peer->relay != NULL)
    wait_ns += relay_start_delay(&profile->line);
  peer_enter(peer);
  if (wait_ns > 0)
    peer_pause(peer, wait_ns);
  else
    begin(peer);
  peer_leave(peer);
}

bool peer_open(struct server *server, int fd, const struct profile *profile)
{
  struct peer *peer = new_peer(server, fd, profile);
  if (peer == NULL) {
    close(fd);
    return false;
  }
  bool is_open = true;
  if (is_mute(profile) || needs_relay(profile))
    is_open = open_relay(peer, profile, &fd);
  if (is_open && is_mute(profile)) {
    peer->stage = PEER_DEAF;
    is_open = profile->greeting == NULL ||
              relay_greet(peer->relay, profile->greeting, profile->greeting_length);
  } else if (is_open) {
    is_open = open_session(peer, profile, fd);
  }
  if (!is_open) {
    undo(peer, fd);
    return false;
  }
  server_remember(server, peer);
  if (peer->stage == PEER_WAITING)
    start(peer, profile);
  return true;
}

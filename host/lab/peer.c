/*
** peer.c - one SSH session of the lab, driven without ever blocking. What a script sees
** of it is a tty. A session ends here only, in one place, and never inside a call into
** libssh.
*/
#include "lab/peer.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "lab/server.h"

enum { FLUSHES = 4 };

/* ---- the end ---- */

void peer_let_go(struct peer *peer)
{
  if (peer->is_ending || peer->relay != NULL)
    return;
  server_forget(peer->server, peer);
  free(peer->user);
  free(peer->questions);
  bytes_clear(&peer->answers);
  free(peer);
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

static void say_goodbye(struct peer *peer)
{
  /* libssh writes only what its last poll has allowed, and then throws the rest away */
  ssh_execute_message_callbacks(peer->session);
  ssh_disconnect(peer->session);
}

/* libssh closes the descriptor. Whoever called may still look at the peer. */
static void close_session(struct peer *peer)
{
  peer->stage = PEER_GONE;
  deadline_disarm(peer->server->deadlines, &peer->pause);
  watch_forget(&peer->watch);
  if (peer->held != NULL)
    ssh_message_free(peer->held);
  peer->held = NULL;
  if (ssh_get_fd(peer->session) >= 0) {
    if (peer->end == PEER_RESET)
      prepare_reset(peer);
    else if (peer->end == PEER_GOODBYE)
      say_goodbye(peer);
  }
  ssh_free(peer->session);
  peer->session = NULL;
  detach_ttys(peer);
  server_end(peer->server, peer);
}

void peer_finish(struct peer *peer, enum peer_end end, const char *text)
{
  if (peer->stage == PEER_GONE || peer->end != PEER_STAY)
    return;
  if (peer->stage == PEER_DEAF) {
    relay_close(peer->relay, end == PEER_RESET);
    peer->relay = NULL;
    peer->stage = PEER_GONE;
    peer_let_go(peer);
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
  peer_let_go(peer);
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
    if (peer->is_choosy)
      peer_hear_first(peer);
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

static void on_events(struct watch *watch, unsigned events)
{
  struct peer *peer =
      (struct peer *)(void *)((char *)watch - offsetof(struct peer, watch));
  peer->is_lost = peer->is_paused || (events & EPOLLERR) != 0;
  peer_enter(peer);
  if (!peer->is_lost)
    pump(peer);
  if ((events & EPOLLIN) && peer->relay == NULL) {
    int on = 1;
    setsockopt(ssh_get_fd(peer->session), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
  }
  peer_leave(peer);
}

bool peer_watch(struct peer *peer, int fd)
{
  peer->watch.on_events = on_events;
  return watch_start(peer->server->watches, &peer->watch, fd, EPOLLIN);
}

/* In a pause only that the client is gone matters. */
static void watch_on(struct peer *peer)
{
  unsigned events = EPOLLIN;
  if (peer->is_paused)
    events = EPOLLRDHUP;
  else if (is_write_pending(peer) || is_eager(peer))
    events |= EPOLLOUT;
  watch_change(&peer->watch, events);
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
    watch_on(peer);
}

/* ---- pauses ---- */

void peer_begin(struct peer *peer)
{
  peer->stage = PEER_KEX;
  pump(peer); /* says the banner */
  if (peer->kex_delay_ns > 0)
    peer_pause(peer, peer->kex_delay_ns);
}

static void on_pause_end(struct deadline *deadline)
{
  struct peer *peer =
      (struct peer *)(void *)((char *)deadline - offsetof(struct peer, pause));
  peer->is_paused = false;
  peer_enter(peer);
  if (peer->stage == PEER_WAITING)
    peer_begin(peer);
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

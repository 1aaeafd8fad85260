/*
** peer_open.c - from an accepted socket to a session that is ready to begin: the line
** in front of it, libssh's part, and the wait until its time has come.
*/
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/peer.h"
#include "lab/server.h"

static void on_relay_end(struct relay *relay)
{
  struct peer *peer = relay->owner;
  peer->relay = NULL;
  if (peer->stage == PEER_DEAF)
    peer->stage = PEER_GONE;
  if (peer->stage == PEER_GONE)
    peer_let_go(peer);
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
  return peer_watch(peer, fd);
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
  free(peer->questions);
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
  peer->is_choosy = profile->is_choosy;
  if (profile->questions != NULL)
    peer->questions = strdup(profile->questions);
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
    peer_begin(peer);
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

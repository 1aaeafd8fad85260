/*
** relay.c - distance and damage: every byte between a client and a device is kept for
** its time on the way, in order, and what a plan wants to go wrong goes wrong at an
** exact byte. No SSH here: it sees the stream as a cable does.
*/
#include "lab/relay.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_SIZE = 16 << 10, QUEUE_SIZE = 1 << 20 };

struct relay_chunk {
  struct relay_chunk *next;
  uint64_t due_ns;
  size_t length, sent; /* length 0: the end of the stream */
  char bytes[];
};

static void watch(struct relay *relay);
static void deliver(struct relay_way *way);

/* ---- the queue ---- */

/* splitmix64: small, good enough for jitter, and the same for the same seed */
static uint64_t next_random(struct relay *relay)
{
  uint64_t z = relay->random += 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

static uint64_t travel_ns(struct relay *relay)
{
  const struct relay_plan *plan = &relay->plan;
  uint64_t travel = plan->rtt_ns / 2;
  if (plan->jitter_ns == 0)
    return travel;
  travel += next_random(relay) % (plan->jitter_ns + 1);
  return travel > plan->jitter_ns / 2 ? travel - plan->jitter_ns / 2 : 0;
}

static uint64_t later(uint64_t a, uint64_t b)
{
  return a > b ? a : b;
}

static bool queue(struct relay_way *way, const char *bytes, size_t length)
{
  struct relay *relay = way->relay;
  struct relay_chunk *chunk = malloc(sizeof *chunk + length);
  if (chunk == NULL)
    return false;
  if (length > 0)
    memcpy(chunk->bytes, bytes, length);
  chunk->next = NULL;
  chunk->length = length;
  chunk->sent = 0;
  way->due_ns = later(way->due_ns, uv_hrtime() + travel_ns(relay));
  if (way == &relay->up)
    way->due_ns = later(way->due_ns, relay->start_ns);
  chunk->due_ns = way->due_ns;
  if (way->last != NULL)
    way->last->next = chunk;
  else
    way->first = chunk;
  way->last = chunk;
  way->queued += length;
  return true;
}

static void pop(struct relay_way *way)
{
  struct relay_chunk *chunk = way->first;
  way->first = chunk->next;
  if (way->first == NULL)
    way->last = NULL;
  way->queued -= chunk->length;
  free(chunk);
}

static void empty(struct relay_way *way)
{
  while (way->first != NULL)
    pop(way);
  deadline_disarm(way->relay->deadlines, &way->deadline);
}

/* ---- the end ---- */

static void on_handle_closed(uv_handle_t *handle)
{
  struct relay *relay = handle->data;
  if (--relay->handles > 0)
    return;
  if (relay->on_end != NULL)
    relay->on_end(relay);
  free(relay);
}

static void close_device(struct relay *relay)
{
  if (relay->device_fd < 0)
    return;
  uv_close((uv_handle_t *)&relay->device, on_handle_closed);
  close(relay->device_fd);
  relay->device_fd = -1;
}

static void finish(struct relay *relay, bool with_reset)
{
  if (relay->is_closed)
    return;
  relay->is_closed = true;
  empty(&relay->down);
  empty(&relay->up);
  close_device(relay);
  if (with_reset) {
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(relay->client_fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  }
  uv_close((uv_handle_t *)&relay->client, on_handle_closed);
  close(relay->client_fd);
}

/* The client hears the end; what it still says goes nowhere. */
static void hang_up(struct relay *relay)
{
  empty(&relay->down);
  empty(&relay->up);
  close_device(relay);
  relay->is_deaf = true;
  relay->down.is_ended = relay->down.is_delivered = true;
  shutdown(relay->client_fd, SHUT_WR);
  if (relay->up.is_ended)
    finish(relay, false);
}

static void end_stream(struct relay_way *way)
{
  struct relay *relay = way->relay;
  if (way == &relay->down) {
    if (relay->ends_in_reset)
      finish(relay, true);
    else
      hang_up(relay);
    return;
  }
  way->is_delivered = true;
  if (relay->is_stalled || relay->down.is_delivered || relay->device_fd < 0)
    finish(relay, false);
  else
    shutdown(relay->device_fd, SHUT_WR);
}

/* ---- damage ---- */

static uint64_t least(uint64_t a, uint64_t b)
{
  return a < b ? a : b;
}

/* How many bytes may go down before the next thing goes wrong. */
static uint64_t bytes_to_fault(const struct relay *relay)
{
  const struct relay_plan *plan = &relay->plan;
  uint64_t fault = least(plan->drop_after, least(plan->fin_after, plan->stall_after));
  return fault == RELAY_NEVER ? RELAY_NEVER : fault - relay->down.carried;
}

static void strike(struct relay *relay)
{
  if (relay->down.carried == relay->plan.drop_after) {
    finish(relay, true);
  } else if (relay->down.carried == relay->plan.fin_after) {
    hang_up(relay);
  } else {
    relay->is_stalled = true;
    if (relay->up.is_delivered)
      finish(relay, false);
  }
}

static void garble(struct relay *relay, struct relay_chunk *chunk, size_t length)
{
  uint64_t offset = relay->plan.garble_at - 1 - relay->down.carried;
  if (relay->plan.garble_at == 0 || offset >= length)
    return;
  chunk->bytes[chunk->sent + offset] = (char)~chunk->bytes[chunk->sent + offset];
  relay->plan.garble_at = 0; /* once, even if it has to be sent twice */
}

/* ---- delivery ---- */

static size_t portion(const struct relay_way *way, const struct relay_chunk *chunk)
{
  const struct relay *relay = way->relay;
  size_t length = chunk->length - chunk->sent;
  if (way == &relay->up)
    return length;
  if (relay->plan.dribble_ns > 0)
    length = 1;
  return (size_t)least(length, bytes_to_fault(relay));
}

static void account(struct relay_way *way, size_t sent)
{
  way->carried += sent;
  way->first->sent += sent;
  if (way == &way->relay->down && way->relay->plan.dribble_ns > 0)
    way->free_ns =
        later(way->first->due_ns, way->free_ns) + way->relay->plan.dribble_ns;
  if (way->first->sent == way->first->length)
    pop(way);
}

/* Send some of the first chunk. False: no more for now, or the relay has ended. */
static bool deliver_some(struct relay_way *way)
{
  struct relay *relay = way->relay;
  struct relay_chunk *chunk = way->first;
  if (chunk->length == 0) {
    pop(way);
    end_stream(way);
    return false;
  }
  size_t length = portion(way, chunk);
  if (length == 0) {
    strike(relay);
    return false;
  }
  if (way == &relay->down)
    garble(relay, chunk, length);
  int fd = way == &relay->down ? relay->client_fd : relay->device_fd;
  ssize_t sent = send(fd, chunk->bytes + chunk->sent, length, MSG_NOSIGNAL);
  if (sent > 0)
    account(way, (size_t)sent);
  else if (errno == EAGAIN || errno == EINTR)
    way->is_blocked = true;
  else if (way == &relay->down)
    finish(relay, false); /* the client has gone */
  else
    empty(way); /* the device has, and its last words are on their way */
  return sent > 0;
}

static void on_due(struct deadline *deadline)
{
  struct relay_way *way =
      (struct relay_way *)(void *)((char *)deadline -
                                   offsetof(struct relay_way, deadline));
  deliver(way);
  watch(way->relay);
}

static void deliver(struct relay_way *way)
{
  struct relay *relay = way->relay;
  while (way->first != NULL && !way->is_blocked && !relay->is_closed &&
         !(way == &relay->down && relay->is_stalled)) {
    uint64_t now_ns = uv_hrtime();
    uint64_t due_ns = later(way->first->due_ns, way->free_ns);
    if (due_ns > now_ns) {
      if (way->deadline.place == 0 &&
          !deadline_arm(relay->deadlines, &way->deadline, due_ns - now_ns, on_due))
        finish(relay, true);
      return;
    }
    if (!deliver_some(way))
      return;
  }
}

/* ---- the sockets ---- */

static void take(struct relay_way *way, int fd)
{
  struct relay *relay = way->relay;
  char bytes[READ_SIZE];
  ssize_t got = recv(fd, bytes, sizeof bytes, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (got < 0 && way == &relay->up) {
    finish(relay, false);
    return;
  }
  way->is_ended = got <= 0; /* a device that closes on unread bytes gives an error */
  if (way == &relay->up && relay->is_deaf) {
    if (way->is_ended)
      finish(relay, false);
    return;
  }
  if (!queue(way, bytes, way->is_ended ? 0 : (size_t)got))
    finish(relay, true);
  else
    deliver(way);
}

static void on_client(uv_poll_t *poll, int status, int events)
{
  struct relay *relay = poll->data;
  if (relay->is_closed)
    return;
  if (status < 0) { /* the client has reset the connection */
    finish(relay, false);
    return;
  }
  if (events & UV_WRITABLE) {
    relay->down.is_blocked = false;
    deliver(&relay->down);
  }
  if ((events & UV_READABLE) && !relay->is_closed) {
    take(&relay->up, relay->client_fd);
    int on = 1;
    if (!relay->is_closed)
      setsockopt(relay->client_fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
  }
  watch(relay);
}

static void on_device(uv_poll_t *poll, int status, int events)
{
  struct relay *relay = poll->data;
  if (relay->is_closed || relay->device_fd < 0)
    return;
  if (status < 0)
    relay->device_events = 0; /* libuv has stopped watching it */
  if (events & UV_WRITABLE) {
    relay->up.is_blocked = false;
    deliver(&relay->up);
  }
  if ((status < 0 || (events & UV_READABLE)) && relay->device_fd >= 0)
    take(&relay->down, relay->device_fd);
  watch(relay);
}

/* libuv takes a descriptor out and in again even when nothing changes */
static void watch_one(uv_poll_t *poll, int *watched, int events, uv_poll_cb callback)
{
  if (*watched == events)
    return;
  *watched = events;
  if (events == 0)
    uv_poll_stop(poll);
  else
    uv_poll_start(poll, events, callback);
}

static void watch(struct relay *relay)
{
  if (relay->is_closed)
    return;
  bool takes_up = !relay->up.is_ended && relay->up.queued < QUEUE_SIZE;
  bool takes_down = !relay->down.is_ended && relay->down.queued < QUEUE_SIZE;
  watch_one(&relay->client, &relay->client_events,
            (takes_up ? UV_READABLE : 0) | (relay->down.is_blocked ? UV_WRITABLE : 0),
            on_client);
  if (relay->device_fd >= 0)
    watch_one(&relay->device, &relay->device_events,
              (takes_down ? UV_READABLE : 0) | (relay->up.is_blocked ? UV_WRITABLE : 0),
              on_device);
}

/* ---- open and close ---- */

uint64_t relay_start_delay(const struct relay_plan *plan)
{
  /* the kernel has shaken hands in no time; over a real line it takes one and a half */
  return plan->rtt_ns + plan->rtt_ns / 2;
}

static bool add_handle(struct relay *relay, uv_loop_t *loop, uv_poll_t *poll, int fd)
{
  if (uv_poll_init(loop, poll, fd) < 0)
    return false;
  poll->data = relay;
  relay->handles++;
  return true;
}

static bool add_device(struct relay *relay, uv_loop_t *loop, int *device_fd)
{
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
    return false;
  if (!add_handle(relay, loop, &relay->device, pair[0])) {
    close(pair[0]);
    close(pair[1]);
    return false;
  }
  relay->device_fd = pair[0];
  *device_fd = pair[1];
  return true;
}

struct relay *relay_open(uv_loop_t *loop, struct deadlines *deadlines,
                         const struct relay_plan *plan, int client_fd, int *device_fd)
{
  struct relay *relay = calloc(1, sizeof *relay);
  if (relay == NULL)
    return NULL;
  relay->deadlines = deadlines;
  relay->plan = *plan;
  relay->random = plan->seed;
  relay->client_fd = client_fd;
  relay->device_fd = -1;
  relay->start_ns = uv_hrtime() + relay_start_delay(plan);
  relay->up.relay = relay->down.relay = relay;
  relay->is_deaf = device_fd == NULL;
  if (device_fd != NULL && !add_device(relay, loop, device_fd)) {
    free(relay);
    return NULL;
  }
  if (!add_handle(relay, loop, &relay->client, client_fd)) {
    relay->is_closed = true;
    if (device_fd == NULL) {
      free(relay);
      return NULL;
    }
    close(*device_fd);
    close_device(relay); /* frees the relay when its handle has gone */
    return NULL;
  }
  watch(relay);
  return relay;
}

bool relay_greet(struct relay *relay, const char *bytes, size_t length)
{
  relay->down.due_ns = relay->start_ns + relay->plan.rtt_ns / 2;
  if (!queue(&relay->down, bytes, length) || !queue(&relay->down, NULL, 0))
    return false;
  relay->down.is_ended = true;
  deliver(&relay->down);
  watch(relay);
  return true;
}

void relay_close(struct relay *relay, bool with_reset)
{
  relay->on_end = NULL;
  finish(relay, with_reset);
}

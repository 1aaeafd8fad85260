#ifndef MOONWIRE_LAB_RELAY_H
#define MOONWIRE_LAB_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "core/deadline.h"

#define RELAY_NEVER UINT64_MAX

/*
** What a line does to the bytes on it. Counts are of bytes that the client is sent; the
** device's own are not touched.
*/
struct relay_plan {
  uint64_t rtt_ns;
  uint64_t jitter_ns; /* each way takes rtt/2, give or take up to half of this */
  uint64_t
      dribble_ns; /* to the client goes one byte in so long a time; 0: all at once */
  uint64_t drop_after;  /* then the client is sent a reset */
  uint64_t fin_after;   /* then the end of the stream */
  uint64_t stall_after; /* then nothing more, and no end either */
  uint64_t
      garble_at; /* this byte, counted from 1, arrives with its bits turned round */
  uint64_t seed; /* of the jitter */
};

struct relay_chunk;

struct relay_way {
  struct relay *relay;
  struct relay_chunk *first, *last;
  size_t queued;
  uint64_t carried; /* bytes delivered */
  uint64_t due_ns;  /* of the last chunk: order is kept */
  uint64_t free_ns; /* when the next dribbled byte may go */
  struct deadline deadline;
  bool is_ended;     /* the sender has nothing more */
  bool is_delivered; /* and the receiver knows */
  bool is_blocked;   /* the receiver's socket is full */
};

/*
** A line of a given length between a client's TCP socket and a device. It outlives the
** device's end, since what the device said last is still on its way.
*/
struct relay {
  struct deadlines *deadlines;
  struct relay_plan plan;
  struct relay_way down, up; /* to the client, to the device */
  uv_poll_t client, device;
  int client_fd, device_fd; /* device_fd: -1 when there is none */
  int client_events, device_events;
  uint64_t start_ns; /* no byte goes up before it */
  uint64_t random;
  unsigned handles;
  bool is_deaf; /* what the client sends is thrown away */
  bool is_stalled;
  bool ends_in_reset; /* the device's end of the stream becomes a reset */
  bool is_closed;
  void *owner;
  void (*on_end)(
      struct relay *relay); /* before it frees itself; not after relay_close */
};

/* How long after the connection was accepted the device may begin. */
uint64_t relay_start_delay(const struct relay_plan *plan);

/*
** Take the client's socket. '*device_fd' becomes the device's end, or there is no
** device if it is NULL. NULL: no memory or no descriptors, and the socket is still the
** caller's.
*/
struct relay *relay_open(uv_loop_t *loop, struct deadlines *deadlines,
                         const struct relay_plan *plan, int client_fd, int *device_fd);

/* Say this to the client and then end the stream: for a line without a device. */
bool relay_greet(struct relay *relay, const char *bytes, size_t length);

/* Close both ends at once, with a reset or without; on_end will not be called. */
void relay_close(struct relay *relay, bool with_reset);

#endif

#ifndef MOONWIRE_HTTP_HTTPD_H
#define MOONWIRE_HTTP_HTTPD_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "core/deadline.h"
#include "http/request.h"

enum { HTTPD_MESSAGE = 256 };

struct httpd_options {
  const char *address;                    /* numeric, of either family */
  uint16_t port;                          /* 0: a free one */
  const char *certificate, *key;          /* PEM; NULL: no TLS */
  unsigned max_connections, max_per_peer; /* 0: no limit for one peer */
  size_t max_head, max_body;              /* bytes */
  uint64_t head_ns, body_ns; /* what a client may take to send them, all in all */
};

struct httpd_stats {
  uint64_t connections, requests, refused, late;
  size_t open;
};

/*
** A socket that speaks HTTP, served by libmicrohttpd inside the loop: its epoll
** descriptor is watched, and it has no thread. It is freed after httpd_close, on a
** later turn.
*/
struct httpd {
  uv_loop_t *loop;
  struct deadlines *deadlines;
  struct MHD_Daemon *daemon;
  uv_poll_t poll;
  uv_timer_t timer;
  struct httpd_stats stats;
  struct request *requests;
  struct request *ready_first, *ready_last;
  size_t max_body;
  uint64_t head_ns, body_ns;
  unsigned handles;
  uint16_t port;
  bool is_running, is_kicked, is_closed;
  char message[HTTPD_MESSAGE]; /* why it could not listen */
  void *owner;
  /* The head of a request has come; false: it has its answer, and no body is read. */
  bool (*admit)(struct httpd *httpd, struct request *request);
  /* One more can be accepted. */
  void (*on_ready)(struct httpd *httpd);
};

/* NULL: no memory. */
struct httpd *httpd_new(uv_loop_t *loop, struct deadlines *deadlines);

/* False, with a message: close it. */
bool httpd_listen(struct httpd *httpd, const struct httpd_options *options);

/* The oldest request that is complete and that nobody has accepted, or NULL. */
struct request *httpd_accept(struct httpd *httpd);

/* Let libmicrohttpd run on a later turn: it does not notice by itself what we did. */
void httpd_kick(struct httpd *httpd);

/* Drop every connection. */
void httpd_close(struct httpd *httpd);

#endif

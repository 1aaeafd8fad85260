#ifndef MOONWIRE_HTTP_REQUEST_H
#define MOONWIRE_HTTP_REQUEST_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/bytes.h"
#include "core/error.h"

struct httpd;

enum { REQUEST_BLOCK = 16 * 1024 }; /* of a stream, at a time */

/* A name and a value of a request, as they came: with NULs, if there were any. */
struct request_field {
  const char *name, *value;
  size_t name_length, value_length;
};

/*
** One request, from its last header line until its answer has gone or its client has.
** It belongs to libmicrohttpd's connection: whoever else knows it is told by 'on_end',
** and forgets it there.
*/
struct request {
  struct httpd *httpd;
  struct MHD_Connection *connection;
  char *method, *path, *version;
  struct bytes body;           /* what has come of it */
  struct MHD_Response *answer; /* to be queued at the next call */
  struct bytes stream;         /* written, and not yet taken */
  struct request *next, *prev; /* among all that live */
  struct request *next_ready;  /* among those that nobody has accepted */
  size_t dropped;              /* bytes of a body beyond its limit */
  unsigned status;
  bool is_ready, is_taken; /* complete; accepted */
  bool is_suspended, is_abandoned;
  bool is_streaming, is_finished;
  void *owner;
  void (*on_end)(struct request *request);
  void (*on_drained)(struct request *request); /* a stream wants more */
};

/* NULL: no memory. */
struct request *request_new(struct httpd *httpd, struct MHD_Connection *connection,
                            const char *path, const char *method, const char *version);
void request_free(struct request *request);

/* Keep a piece of the body; false: it is so much too long that nobody reads on. */
bool request_take(struct request *request, const char *data, size_t length);

/*
** Copy out up to 'capacity' fields of a kind, and tell how many there are. They live as
** long as the request.
*/
size_t request_fields(struct request *request, enum MHD_ValueKind kind,
                      struct request_field *fields, size_t capacity);

/* The address of the client, as text; false: it is unknown. */
bool request_peer(struct request *request, char *text, size_t size);

/* Give the whole answer, or the head of a stream. Takes the answer over. */
void request_answer(struct request *request, unsigned status,
                    struct MHD_Response *answer);

/* The answer that is a stream; NULL: no memory. */
struct MHD_Response *request_new_stream(struct request *request);

/* More of a stream; false: no memory. */
bool request_write(struct request *request, const char *data, size_t length);

/* The stream is complete. */
void request_finish(struct request *request);

/* No more comes of a stream that is not complete: its connection ends. */
void request_break_off(struct request *request);

/* Sleep until the answer comes, or more of it. Inside of libmicrohttpd only. */
void request_suspend(struct request *request);

/* The opposite. Harmless when it is awake. */
void request_resume(struct request *request);

#endif

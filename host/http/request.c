/*
** request.c - what came with one request, and what goes back. While a task thinks about
** it, the connection is suspended; no answer is made up in here.
*/
#include "http/request.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "http/httpd.h"

struct request *request_new(struct httpd *httpd, struct MHD_Connection *connection,
                            const char *path, const char *method, const char *version)
{
  struct request *request = calloc(1, sizeof *request);
  if (request == NULL)
    return NULL;
  request->httpd = httpd;
  request->connection = connection;
  request->path = strdup(path);
  request->method = strdup(method);
  request->version = strdup(version != NULL ? version : "");
  if (request->path != NULL && request->method != NULL && request->version != NULL)
    return request;
  request_free(request);
  return NULL;
}

void request_free(struct request *request)
{
  if (request->on_end != NULL)
    request->on_end(request);
  if (request->answer != NULL)
    MHD_destroy_response(request->answer);
  bytes_clear(&request->body);
  bytes_clear(&request->stream);
  free(request->path);
  free(request->method);
  free(request->version);
  free(request);
}

/*
** What is a little too long is read to its end, since a client that is still writing
** would not see the answer.
*/
bool request_take(struct request *request, const char *data, size_t length)
{
  size_t limit = request->httpd->max_body;
  if (request->dropped == 0 && length <= limit - request->body.length)
    return bytes_add(&request->body, data, length);
  bytes_clear(&request->body);
  request->dropped += length;
  return request->dropped <= limit;
}

/* ---- what came ---- */

struct collector {
  struct request_field *fields;
  size_t capacity, count;
};

static enum MHD_Result collect(void *cls, enum MHD_ValueKind kind, const char *name,
                               size_t name_length, const char *value,
                               size_t value_length)
{
  struct collector *collector = cls;
  (void)kind;
  if (collector->count < collector->capacity)
    collector->fields[collector->count] =
        (struct request_field){.name = name,
                               .name_length = name_length,
                               .value = value != NULL ? value : "",
                               .value_length = value != NULL ? value_length : 0};
  collector->count++;
  return MHD_YES;
}

size_t request_fields(struct request *request, enum MHD_ValueKind kind,
                      struct request_field *fields, size_t capacity)
{
  struct collector collector = {fields, capacity, 0};
  MHD_get_connection_values_n(request->connection, kind, collect, &collector);
  return collector.count;
}

bool request_peer(struct request *request, char *text, size_t size)
{
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  if (info == NULL || info->client_addr == NULL)
    return false;
  const struct sockaddr *address = info->client_addr;
  const void *bytes = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
  if (address->sa_family == AF_INET6)
    bytes = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
  return inet_ntop(address->sa_family, bytes, text, (socklen_t)size) != NULL;
}

/* ---- what goes back ---- */

void request_suspend(struct request *request)
{
  request->is_suspended = true;
  MHD_suspend_connection(request->connection);
}

void request_resume(struct request *request)
{
  if (!request->is_suspended)
    return;
  request->is_suspended = false;
  MHD_resume_connection(request->connection);
  httpd_kick(request->httpd);
}

void request_answer(struct request *request, unsigned status,
                    struct MHD_Response *answer)
{
  request->status = status;
  request->answer = answer;
  request_resume(request);
}

static ssize_t read_stream(void *cls, uint64_t position, char *out, size_t room)
{
  struct request *request = cls;
  (void)position;
  size_t length = request->stream.length;
  if (request->is_abandoned)
    return MHD_CONTENT_READER_END_WITH_ERROR;
  if (length == 0 && request->is_finished)
    return MHD_CONTENT_READER_END_OF_STREAM;
  if (length == 0) {
    request_suspend(request);
    return 0;
  }
  length = length < room ? length : room;
  memcpy(out, bytes_head(&request->stream), length);
  bytes_drop(&request->stream, length);
  if (request->stream.length == 0 && request->on_drained != NULL)
    request->on_drained(request);
  return (ssize_t)length;
}

struct MHD_Response *request_new_stream(struct request *request)
{
  request->is_streaming = true;
  return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, REQUEST_BLOCK, read_stream,
                                           request, NULL);
}

bool request_write(struct request *request, const char *data, size_t length)
{
  if (!bytes_add(&request->stream, data, length))
    return false;
  request_resume(request);
  return true;
}

void request_finish(struct request *request)
{
  request->is_finished = true;
  request_resume(request);
}

void request_break_off(struct request *request)
{
  request->is_abandoned = !request->is_finished;
  request_resume(request);
}

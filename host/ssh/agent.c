/*
** agent.c - talk to an ssh-agent over its socket, on the loop. Keys never come here:
** questions go out, lists and signatures come back. Nothing in here waits.
*/
#include "ssh/agent.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"

enum { LENGTH_SIZE = 4, READ_SIZE = 8192 };

struct agent_request {
  struct agent_request *next;
  void *owner;
  void (*on_answer)(void *owner, const unsigned char *answer, size_t length);
  uv_write_t write;
  size_t length;
  unsigned char message[]; /* with its length in front */
};

struct agent {
  uv_pipe_t pipe;
  uv_connect_t connecting;
  struct deadlines *deadlines;
  struct deadline deadline;
  uint64_t timeout_ns;
  struct agent_request *first, *last; /* asked and not answered, in order */
  struct bytes input;
  unsigned char *list; /* what the identities point into */
  struct agent_identity identities[AGENT_IDENTITIES];
  size_t count;
  void *owner;
  void (*on_open)(struct agent *agent, void *owner);
  enum error error;
  bool is_closing, is_gone; /* given back by the owner; the handle has let go */
  char read_room[READ_SIZE];
  char message[AGENT_MESSAGE];
  char path[];
};

enum error agent_error(const struct agent *agent)
{
  return agent->error;
}

const char *agent_message(const struct agent *agent)
{
  return agent->message;
}

size_t agent_count(const struct agent *agent)
{
  return agent->count;
}

const struct agent_identity *agent_identity(const struct agent *agent, size_t index)
{
  return &agent->identities[index];
}

static void free_agent(struct agent *agent)
{
  for (size_t i = 0; i < agent->count; i++) {
    free(agent->identities[i].type);
    free(agent->identities[i].comment);
  }
  free(agent->list);
  free(agent);
}

static void on_closed(uv_handle_t *handle)
{
  struct agent *agent = handle->data;
  agent->is_gone = true;
  if (agent->is_closing)
    free_agent(agent);
}

static void hang_up(struct agent *agent)
{
  deadline_disarm(agent->deadlines, &agent->deadline);
  bytes_clear(&agent->input);
  if (!uv_is_closing((uv_handle_t *)&agent->pipe))
    uv_close((uv_handle_t *)&agent->pipe, on_closed);
}

/* Requests whose bytes libuv still holds are freed by on_written. */
static void answer(struct agent_request *request, const unsigned char *bytes,
                   size_t length)
{
  void (*on_answer)(void *, const unsigned char *, size_t) = request->on_answer;
  request->on_answer = NULL;
  if (on_answer != NULL)
    on_answer(request->owner, bytes, length);
}

static struct agent_request *take_request(struct agent *agent)
{
  struct agent_request *request = agent->first;
  agent->first = request->next;
  if (agent->first == NULL)
    agent->last = NULL;
  request->next = NULL;
  return request;
}

static void release(struct agent_request *request)
{
  if (request->write.data == NULL)
    free(request);
  else
    request->write.data = NULL; /* on_written frees it */
}

static void report_open(struct agent *agent)
{
  void (*on_open)(struct agent *, void *) = agent->on_open;
  agent->on_open = NULL;
  if (on_open != NULL)
    on_open(agent, agent->owner);
}

__attribute__((format(printf, 3, 4))) static void
fail(struct agent *agent, enum error error, const char *format, ...)
{
  if (agent->error != ERROR_NONE)
    return;
  agent->error = error;
  int n =
      snprintf(agent->message, sizeof agent->message, "ssh-agent %.100s ", agent->path);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(agent->message + n, sizeof agent->message - (size_t)n, format, arguments);
  va_end(arguments);
  hang_up(agent);
  while (agent->first != NULL) {
    struct agent_request *request = take_request(agent);
    answer(request, NULL, 0);
    release(request);
  }
  report_open(agent);
}

static void on_late(struct deadline *deadline)
{
  struct agent *agent =
      (struct agent *)(void *)((char *)deadline - offsetof(struct agent, deadline));
  fail(agent, ERROR_TIMEOUT, "gave no answer within %g s",
       (double)agent->timeout_ns / 1e9);
}

/* The deadline is for the oldest question; a loop with none may end. */
static void watch(struct agent *agent)
{
  if (agent->first == NULL) {
    deadline_disarm(agent->deadlines, &agent->deadline);
    uv_unref((uv_handle_t *)&agent->pipe);
    return;
  }
  uv_ref((uv_handle_t *)&agent->pipe);
  if (!deadline_arm(agent->deadlines, &agent->deadline, agent->timeout_ns, on_late))
    fail(agent, ERROR_LOCAL, "cannot be used: there is not enough memory");
}

static void on_written(uv_write_t *write, int status)
{
  struct agent_request *request =
      (struct agent_request *)(void *)((char *)write -
                                       offsetof(struct agent_request, write));
  struct agent *agent = write->handle->data;
  bool is_answered = write->data == NULL;
  write->data = NULL;
  if (is_answered)
    free(request);
  if (status < 0 && status != UV_ECANCELED)
    fail(agent, error_of_system(status), "hung up: %s", uv_strerror(status));
}

struct agent_request *
agent_ask(struct agent *agent, const unsigned char *question, size_t length,
          void *owner,
          void (*on_answer)(void *owner, const unsigned char *answer, size_t length))
{
  if (agent->error != ERROR_NONE)
    return NULL;
  struct agent_request *request = malloc(sizeof *request + LENGTH_SIZE + length);
  if (request == NULL)
    return NULL;
  *request = (struct agent_request){.owner = owner, .on_answer = on_answer};
  agent_put_number(request->message, length);
  memcpy(request->message + LENGTH_SIZE, question, length);
  request->length = LENGTH_SIZE + length;
  uv_buf_t buffer =
      uv_buf_init((char *)request->message, (unsigned)(LENGTH_SIZE + length));
  if (uv_write(&request->write, (uv_stream_t *)&agent->pipe, &buffer, 1, on_written) <
      0) {
    free(request);
    return NULL;
  }
  request->write.data = request;
  bool was_idle = agent->first == NULL;
  if (was_idle)
    agent->first = request;
  else
    agent->last->next = request;
  agent->last = request;
  if (was_idle)
    watch(agent);
  return request;
}

void agent_forget(struct agent_request *request)
{
  request->on_answer = NULL; /* its place in the order stays */
}

static void take_answer(struct agent *agent, const unsigned char *bytes, size_t length)
{
  if (agent->first == NULL) {
    fail(agent, ERROR_PROTOCOL, "answers what nobody asked");
    return;
  }
  struct agent_request *request = take_request(agent);
  answer(request, bytes, length);
  release(request);
  if (agent->error == ERROR_NONE)
    watch(agent);
}

static void take_input(struct agent *agent)
{
  while (agent->error == ERROR_NONE && agent->input.length >= LENGTH_SIZE) {
    const unsigned char *head = (const unsigned char *)bytes_head(&agent->input);
    size_t length = agent_number(head);
    if (length == 0 || length > AGENT_ANSWER) {
      fail(agent, ERROR_PROTOCOL, "gave an answer of %zu bytes", length);
      return;
    }
    if (agent->input.length < LENGTH_SIZE + length)
      return;
    take_answer(agent, head + LENGTH_SIZE, length);
    if (agent->error == ERROR_NONE)
      bytes_drop(&agent->input, LENGTH_SIZE + length);
  }
}

static void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
  struct agent *agent = handle->data;
  (void)wanted;
  *buffer = uv_buf_init(agent->read_room, sizeof agent->read_room);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buffer)
{
  struct agent *agent = stream->data;
  if (n < 0)
    fail(agent, ERROR_DROPPED, "hung up");
  else if (n > 0 && !bytes_add(&agent->input, buffer->base, (size_t)n))
    fail(agent, ERROR_LOCAL, "cannot be used: there is not enough memory");
  else
    take_input(agent);
}

/* A string of the protocol, taken off the front. False: it is cut. */
static bool next_string(const unsigned char **at, const unsigned char *end,
                        const unsigned char **string, size_t *length)
{
  if (end - *at < LENGTH_SIZE)
    return false;
  *length = agent_number(*at);
  *at += LENGTH_SIZE;
  if ((size_t)(end - *at) < *length)
    return false;
  *string = *at;
  *at += *length;
  return true;
}

static bool add_identity(struct agent *agent, const unsigned char **at,
                         const unsigned char *end)
{
  const unsigned char *blob, *comment, *type;
  size_t length, comment_length, type_length;
  if (!next_string(at, end, &blob, &length) ||
      !next_string(at, end, &comment, &comment_length))
    return false;
  const unsigned char *inside = blob;
  if (!next_string(&inside, blob + length, &type, &type_length))
    return false;
  if (agent->count == AGENT_IDENTITIES)
    return true;
  struct agent_identity *identity = &agent->identities[agent->count];
  identity->blob = blob;
  identity->length = length;
  identity->type = bytes_text(type, type_length);
  identity->comment = bytes_text(comment, comment_length);
  agent->count++;
  return identity->type != NULL && identity->comment != NULL;
}

static bool read_list(struct agent *agent, const unsigned char *bytes, size_t length)
{
  const unsigned char *end = bytes + length, *at = bytes + 1 + LENGTH_SIZE;
  if (length < 1 + LENGTH_SIZE || bytes[0] != AGENT_LIST)
    return false;
  for (uint32_t left = agent_number(bytes + 1); left > 0; left--)
    if (!add_identity(agent, &at, end))
      return false;
  return true;
}

static void on_list(void *owner, const unsigned char *bytes, size_t length)
{
  struct agent *agent = owner;
  if (bytes == NULL)
    return; /* it has failed, and says so itself */
  agent->list = malloc(length);
  if (agent->list != NULL)
    memcpy(agent->list, bytes, length);
  if (agent->list == NULL || !read_list(agent, agent->list, length))
    fail(agent, ERROR_PROTOCOL, "gave no list of its keys");
  report_open(agent);
}

static void on_connected(uv_connect_t *connecting, int status)
{
  static const unsigned char question[] = {AGENT_ASK_LIST};
  struct agent *agent = connecting->handle->data;
  if (agent->error != ERROR_NONE || agent->is_closing)
    return;
  if (status < 0)
    fail(agent, ERROR_LOCAL, "cannot be reached: %s", uv_strerror(status));
  else if (uv_read_start((uv_stream_t *)&agent->pipe, give_room, on_read) < 0 ||
           agent_ask(agent, question, sizeof question, agent, on_list) == NULL)
    fail(agent, ERROR_LOCAL, "cannot be asked");
}

struct agent *agent_open(uv_loop_t *loop, struct deadlines *deadlines, const char *path,
                         uint64_t timeout_ns, void *owner,
                         void (*on_open)(struct agent *agent, void *owner))
{
  size_t size = strlen(path) + 1;
  struct agent *agent = calloc(1, sizeof *agent + size);
  if (agent == NULL || uv_pipe_init(loop, &agent->pipe, 0) < 0) {
    free(agent);
    return NULL;
  }
  memcpy(agent->path, path, size);
  agent->pipe.data = agent;
  agent->deadlines = deadlines;
  agent->timeout_ns = timeout_ns;
  agent->owner = owner;
  agent->on_open = on_open;
  uv_pipe_connect(&agent->connecting, &agent->pipe, path, on_connected);
  return agent;
}

void agent_close(struct agent *agent)
{
  agent->is_closing = true;
  agent->on_open = NULL;
  if (agent->error == ERROR_NONE)
    fail(agent, ERROR_CLOSED, "is not used any more");
  else if (agent->is_gone)
    free_agent(agent);
}

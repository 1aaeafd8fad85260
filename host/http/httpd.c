/*
** httpd.c - libmicrohttpd as a guest of the loop. It may only run from a turn of the
** loop, never from inside one of its own callbacks; what a request means is up to the
** owner.
*/
#include "http/httpd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024, FIRST_REFUSAL = 400 };

#define PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

static const uint64_t ANSWER_NS = 60000000000; /* until all of it has been taken */
static const unsigned IDLE_SECONDS = 30;       /* with nothing sent or taken */

/* One connection: how long it may take for what it is at. */
struct caller {
  struct httpd *httpd;
  struct deadline deadline;
  int fd;
};

/* ---- running ---- */

static void close_now(struct httpd *httpd);

static void on_timer(uv_timer_t *timer);

static void run(struct httpd *httpd)
{
  MHD_UNSIGNED_LONG_LONG wait_ms;
  httpd->is_running = true;
  httpd->is_kicked = false;
  MHD_run(httpd->daemon);
  httpd->is_running = false;
  if (httpd->is_closed)
    close_now(httpd);
  else if (httpd->is_kicked)
    uv_timer_start(&httpd->timer, on_timer, 0, 0);
  else if (MHD_get_timeout(httpd->daemon, &wait_ms) == MHD_YES)
    uv_timer_start(&httpd->timer, on_timer, wait_ms, 0);
  else
    uv_timer_stop(&httpd->timer);
}

static void on_timer(uv_timer_t *timer)
{
  run(timer->data);
}

static void on_events(uv_poll_t *poll, int status, int events)
{
  (void)status;
  (void)events;
  run(poll->data);
}

void httpd_kick(struct httpd *httpd)
{
  httpd->is_kicked = true;
  if (!httpd->is_running && !httpd->is_closed)
    uv_timer_start(&httpd->timer, on_timer, 0, 0);
}

/* ---- connections ---- */

static void on_late(struct deadline *deadline)
{
  struct caller *caller =
      (struct caller *)(void *)((char *)deadline - offsetof(struct caller, deadline));
  caller->httpd->stats.late++;
  shutdown(caller->fd, SHUT_RDWR); /* libmicrohttpd sees the end, and tidies up */
}

static void allow(struct caller *caller, uint64_t ns)
{
  if (caller != NULL &&
      !deadline_arm(caller->httpd->deadlines, &caller->deadline, ns, on_late))
    shutdown(caller->fd, SHUT_RDWR);
}

static void disallow(struct caller *caller)
{
  if (caller != NULL)
    deadline_disarm(caller->httpd->deadlines, &caller->deadline);
}

static void welcome(struct httpd *httpd, struct MHD_Connection *connection, void **slot)
{
  int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
               ->connect_fd;
  struct caller *caller = calloc(1, sizeof *caller);
  httpd->stats.connections++;
  httpd->stats.open++;
  *slot = caller;
  if (caller == NULL) {
    shutdown(fd, SHUT_RDWR);
    return;
  }
  caller->httpd = httpd;
  caller->fd = fd;
  allow(caller, httpd->head_ns);
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **slot,
                          enum MHD_ConnectionNotificationCode what)
{
  struct httpd *httpd = cls;
  if (what == MHD_CONNECTION_NOTIFY_STARTED) {
    welcome(httpd, connection, slot);
    return;
  }
  httpd->stats.open--;
  disallow(*slot);
  free(*slot);
  *slot = NULL;
}

static struct caller *caller_of(struct MHD_Connection *connection)
{
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info != NULL ? info->socket_context : NULL;
}

/* ---- requests ---- */

static void remember(struct httpd *httpd, struct request *request)
{
  request->next = httpd->requests;
  if (httpd->requests != NULL)
    httpd->requests->prev = request;
  httpd->requests = request;
  httpd->stats.requests++;
}

static void forget_ready(struct httpd *httpd, struct request *request)
{
  struct request *before = NULL, *at = httpd->ready_first;
  while (at != NULL && at != request) {
    before = at;
    at = at->next_ready;
  }
  if (at == NULL)
    return;
  if (before != NULL)
    before->next_ready = request->next_ready;
  else
    httpd->ready_first = request->next_ready;
  if (httpd->ready_last == request)
    httpd->ready_last = before;
}

static void forget(struct httpd *httpd, struct request *request)
{
  if (request->prev != NULL)
    request->prev->next = request->next;
  else
    httpd->requests = request->next;
  if (request->next != NULL)
    request->next->prev = request->prev;
  if (request->is_ready && !request->is_taken)
    forget_ready(httpd, request);
}

static enum MHD_Result queue_answer(struct request *request)
{
  struct MHD_Response *answer = request->answer;
  struct caller *caller = caller_of(request->connection);
  request->answer = NULL;
  enum MHD_Result result =
      MHD_queue_response(request->connection, request->status, answer);
  MHD_destroy_response(answer);
  if (request->is_streaming)
    disallow(caller); /* it may last; who takes nothing is dropped by the writer */
  else
    allow(caller, ANSWER_NS);
  return result;
}

static enum MHD_Result begin(struct httpd *httpd, struct request *request)
{
  remember(httpd, request);
  allow(caller_of(request->connection), httpd->body_ns);
  if (httpd->admit(httpd, request))
    return MHD_YES;
  if (request->answer != NULL && request->status < FIRST_REFUSAL)
    return MHD_YES; /* an answer before the end of the request ends the connection */
  httpd->stats.refused++;
  return request->answer != NULL ? queue_answer(request) : MHD_NO;
}

/* Called when the request is complete, and again when its answer is there. */
static enum MHD_Result go_on(struct httpd *httpd, struct request *request)
{
  if (request->answer != NULL)
    return queue_answer(request);
  if (request->is_ready)
    return MHD_NO;
  request->is_ready = true;
  disallow(caller_of(request->connection));
  if (httpd->ready_last != NULL)
    httpd->ready_last->next_ready = request;
  else
    httpd->ready_first = request;
  httpd->ready_last = request;
  request_suspend(request);
  httpd->on_ready(httpd);
  return MHD_YES;
}

/* NOLINTBEGIN(readability-function-size): the library decides how many arguments */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection,
                                  const char *path, const char *method,
                                  const char *version, const char *data, size_t *length,
                                  void **slot)
{
  struct httpd *httpd = cls;
  struct request *request = *slot;
  if (httpd->is_closed && (request == NULL || request->answer == NULL))
    return MHD_NO;
  if (request == NULL) {
    *slot = request = request_new(httpd, connection, path, method, version);
    return request != NULL ? begin(httpd, request) : MHD_NO;
  }
  if (*length > 0) {
    bool is_taken = request_take(request, data, *length);
    *length = 0;
    return is_taken ? MHD_YES : MHD_NO;
  }
  return go_on(httpd, request);
}

/* NOLINTEND(readability-function-size) */

static void on_completed(void *cls, struct MHD_Connection *connection, void **slot,
                         enum MHD_RequestTerminationCode why)
{
  struct httpd *httpd = cls;
  struct request *request = *slot;
  (void)why;
  *slot = NULL;
  allow(caller_of(connection), httpd->head_ns); /* for the next one */
  if (request == NULL)
    return;
  forget(httpd, request);
  request_free(request);
}

/* What a path is made of is not touched: "%2e%2e" is no way up, and NUL no end. */
static size_t keep_escapes(void *cls, struct MHD_Connection *connection, char *text)
{
  (void)cls;
  (void)connection;
  return strlen(text);
}

struct request *httpd_accept(struct httpd *httpd)
{
  struct request *request = httpd->ready_first;
  if (request == NULL)
    return NULL;
  httpd->ready_first = request->next_ready;
  if (httpd->ready_first == NULL)
    httpd->ready_last = NULL;
  request->next_ready = NULL;
  request->is_taken = true;
  return request;
}

/* ---- listening ---- */

struct httpd *httpd_new(uv_loop_t *loop, struct deadlines *deadlines)
{
  struct httpd *httpd = calloc(1, sizeof *httpd);
  if (httpd == NULL)
    return NULL;
  httpd->loop = loop;
  httpd->deadlines = deadlines;
  uv_timer_init(loop, &httpd->timer);
  httpd->timer.data = httpd;
  httpd->handles = 1;
  return httpd;
}

static int say(struct httpd *httpd, const char *message)
{
  snprintf(httpd->message, sizeof httpd->message, "%s", message);
  return -1;
}

static bool parse_address(const struct httpd_options *options,
                          struct sockaddr_storage *address)
{
  return uv_ip4_addr(options->address, options->port,
                     (struct sockaddr_in *)(void *)address) == 0 ||
         uv_ip6_addr(options->address, options->port,
                     (struct sockaddr_in6 *)(void *)address) == 0;
}

static bool bind_socket(int fd, struct sockaddr_storage *address)
{
  int yes = 1;
  socklen_t length = address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                    : sizeof(struct sockaddr_in);
  return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
         bind(fd, (struct sockaddr *)address, length) == 0 &&
         listen(fd, BACKLOG) == 0 &&
         getsockname(fd, (struct sockaddr *)address, &length) == 0;
}

static int open_socket(struct httpd *httpd, const struct httpd_options *options)
{
  struct sockaddr_storage address;
  memset(&address, 0, sizeof address);
  if (!parse_address(options, &address))
    return say(httpd, "the address is not a numeric one");
  int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0 || !bind_socket(fd, &address)) {
    say(httpd, uv_strerror(uv_translate_sys_error(errno)));
    if (fd >= 0)
      close(fd);
    return -1;
  }
  httpd->port = ntohs(((struct sockaddr_in *)(void *)&address)->sin_port);
  return fd; /* the port lies at the same place in both families */
}

static bool start(struct httpd *httpd, const struct httpd_options *options, int fd)
{
  unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
  enum MHD_OPTION tls = MHD_OPTION_END; /* nothing behind it is read */
  if (options->certificate != NULL) {
    flags |= MHD_USE_TLS;
    tls = MHD_OPTION_HTTPS_MEM_KEY;
  }
  httpd->daemon = MHD_start_daemon(
      flags, 0, NULL, NULL, on_request, httpd, MHD_OPTION_LISTEN_SOCKET, fd,
      MHD_OPTION_CONNECTION_LIMIT, options->max_connections,
      MHD_OPTION_PER_IP_CONNECTION_LIMIT, options->max_per_peer,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->max_head,
      MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS, MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_NOTIFY_CONNECTION,
      on_connection, httpd, MHD_OPTION_NOTIFY_COMPLETED, on_completed, httpd, tls,
      options->key, MHD_OPTION_HTTPS_MEM_CERT, options->certificate,
      MHD_OPTION_HTTPS_PRIORITIES, PRIORITIES, MHD_OPTION_END);
  return httpd->daemon != NULL;
}

static bool watch(struct httpd *httpd)
{
  int fd = MHD_get_daemon_info(httpd->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
  if (uv_poll_init(httpd->loop, &httpd->poll, fd) < 0)
    return false;
  httpd->poll.data = httpd;
  httpd->handles++;
  uv_poll_start(&httpd->poll, UV_READABLE, on_events);
  return true;
}

bool httpd_listen(struct httpd *httpd, const struct httpd_options *options)
{
  httpd->max_body = options->max_body;
  httpd->head_ns = options->head_ns;
  httpd->body_ns = options->body_ns;
  int fd = open_socket(httpd, options);
  if (fd < 0)
    return false;
  if (!start(httpd, options, fd)) {
    close(fd);
    say(httpd, options->certificate != NULL ? "the certificate does not go with the key"
                                            : "the server did not start");
    return false;
  }
  if (!watch(httpd)) {
    say(httpd, "the loop takes no more descriptors");
    return false;
  }
  httpd_kick(httpd);
  return true;
}

/* ---- the end ---- */

static void on_handle_closed(uv_handle_t *handle)
{
  struct httpd *httpd = handle->data;
  if (--httpd->handles == 0)
    free(httpd);
}

/* libmicrohttpd stops only when nothing is suspended. */
static void wake_all(struct httpd *httpd)
{
  for (struct request *request = httpd->requests; request != NULL;
       request = request->next) {
    request->is_abandoned = true;
    request_resume(request);
  }
}

static void close_now(struct httpd *httpd)
{
  if (httpd->handles > 1) {
    uv_poll_stop(&httpd->poll);
    uv_close((uv_handle_t *)&httpd->poll, on_handle_closed);
  }
  if (httpd->daemon != NULL) {
    MHD_run(httpd->daemon); /* what has been answered goes out */
    wake_all(httpd);
    MHD_stop_daemon(httpd->daemon);
    httpd->daemon = NULL;
  }
  uv_close((uv_handle_t *)&httpd->timer, on_handle_closed);
}

void httpd_close(struct httpd *httpd)
{
  if (httpd->is_closed)
    return;
  httpd->is_closed = true;
  if (!httpd->is_running)
    close_now(httpd);
}

/*
** route.c - how a client gets the socket that leads to its device: by a connection of
** its own, through a client that is logged in to a jump host, or from a command that
** the operator wrote. What is said on it begins in login.c.
*/
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ssh/forward.h"
#include "ssh/login.h"
#include "ssh/proxy.h"

static void on_resolved(struct dial *dial)
{
  login_begin(dial->owner, PHASE_CONNECT);
}

static void start_on(struct client *c, int fd)
{
  client_enter(c);
  login_begin(c, PHASE_BANNER);
  login_start_ssh(c, fd);
  client_leave(c);
}

static void on_connected(struct dial *dial, int fd)
{
  start_on(dial->owner, fd);
}

static void on_failed(struct dial *dial)
{
  struct client *c = dial->owner;
  client_enter(c);
  client_fail(c, dial->error, "%s", dial->message);
  client_leave(c);
}

static void on_gone(struct dial *dial)
{
  struct client *c = dial->owner;
  if (dial->addresses != NULL)
    uv_freeaddrinfo(dial->addresses);
  free(dial);
  c->dial = NULL;
  client_enter(c);
  client_leave(c);
}

static void go_directly(struct client *c)
{
  c->dial = calloc(1, sizeof *c->dial);
  if (c->dial == NULL) {
    client_fail(c, ERROR_LOCAL, "not enough memory");
    return;
  }
  *c->dial = (struct dial){.owner = c,
                           .on_resolved = on_resolved,
                           .on_connected = on_connected,
                           .on_failed = on_failed,
                           .on_gone = on_gone};
  login_begin(c, PHASE_RESOLVE);
  if (!dial_start(c->dial, c->loop, c->watches, c->deadlines, c->login->host,
                  c->login->port)) {
    free(c->dial);
    c->dial = NULL;
    client_fail(c, ERROR_RESOLVE, "\"%.64s\" is no host name", c->login->host);
  }
}

static void on_forward_open(void *owner, int fd)
{
  start_on(owner, fd);
}

static void on_forward_failed(void *owner, enum error error, const char *message)
{
  struct client *c = owner;
  c->forward = NULL;
  client_enter(c);
  client_fail(c, error, "%s", message);
  client_leave(c);
}

static void go_through(struct client *c)
{
  struct client *via = c->login->via;
  struct forward_options options = {.host = c->login->host,
                                    .port = c->login->port,
                                    .owner = c,
                                    .on_open = on_forward_open,
                                    .on_failed = on_forward_failed,
                                    .tells = true};
  login_begin(c, PHASE_JUMP);
  c->forward = forward_open(via, &options);
  if (c->forward != NULL)
    forward_start(c->forward);
  else if (errno == ENOTCONN)
    client_fail(c, ERROR_JUMP, "the jump host %s is lost: %s",
                via->name != NULL ? via->name : "",
                via->message != NULL ? via->message : "it is closed");
  else
    client_fail(c, ERROR_LOCAL, "no way through the jump host: %s",
                uv_strerror(-errno));
}

static void on_command_ended(struct proxy *proxy)
{
  struct client *c = proxy->owner;
  char text[PROXY_MESSAGE];
  if (c->phase > PHASE_BANNER)
    return; /* its socket says what is to be said */
  proxy_describe(proxy, text, sizeof text);
  client_enter(c);
  client_fail(c, ERROR_JUMP, "%s", text);
  client_leave(c);
}

static void go_by_command(struct client *c)
{
  int fd = -1;
  login_begin(c, PHASE_JUMP);
  c->proxy = proxy_start(c->loop, c->login->command, c, on_command_ended, &fd);
  if (c->proxy == NULL)
    client_fail(c, ERROR_LOCAL, "the proxy command cannot be started: %s",
                uv_strerror(-errno));
  else
    login_start_ssh(c, fd); /* the first bytes that come end the phase */
}

void client_login(struct client *c, const struct login *login)
{
  c->login = login;
  client_enter(c);
  if (login->name != NULL)
    c->name = strdup(login->name);
  if (login->command != NULL)
    go_by_command(c);
  else if (login->via != NULL)
    go_through(c);
  else
    go_directly(c);
  client_leave(c);
}

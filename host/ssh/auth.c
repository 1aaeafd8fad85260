/*
** auth.c - prove who we are, by the methods that the caller gave and the device takes,
** in the caller's order, each credential once. How a method goes is in auth_key.c,
** auth_agent.c and auth_prompt.c; nothing in here sees a host key.
**
** A password is one credential, whichever method carries it: a device that has refused
** it as "password" does not get it again as an answer to a question, since that would
** be a second step to a lock-out. It is another matter when the device does not take
** "password" at all: then nobody has judged it. A password that was accepted in part is
** spent, too: what is asked behind it is something else.
*/
#include "ssh/auth.h"

#include <libssh/libssh.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned bit_of(enum method method)
{
  return 1U << (unsigned)method;
}

static unsigned offered(const struct client *c)
{
  return (unsigned)ssh_userauth_list(c->session, NULL);
}

static bool is_connected(const struct client *c)
{
  return (ssh_get_status(c->session) & (SSH_CLOSED | SSH_CLOSED_ERROR)) == 0 &&
         ssh_get_fd(c->session) >= 0;
}

/* SSH_MSG_USERAUTH_PASSWD_CHANGEREQ is to libssh a message at the wrong moment. */
static void fail_expired(struct client *c)
{
  client_fail(
      c, ERROR_AUTH,
      "the device asks user \"%.64s\" for a new password: the one that was given "
      "has expired, or must be changed first",
      c->login->user);
}

static int ask_password(struct client *c)
{
  const struct secret *password = c->login->password;
  int code = ssh_userauth_password(c->session, c->login->user, secret_bytes(password));
  if (code == SSH_AUTH_ERROR && is_connected(c) &&
      strstr(ssh_get_error(c->session), "Invalid") == NULL)
    fail_expired(c);
  return code;
}

static int ask(struct client *c)
{
  switch (c->auth->method) {
  case METHOD_PASSWORD:
    return ask_password(c);
  case METHOD_INTERACTIVE:
    return auth_prompt_step(c);
  case METHOD_PUBLICKEY:
    return auth_key_step(c);
  default:
    return SSH_AUTH_DENIED;
  }
}

static bool has_credential(const struct client *c, enum method method)
{
  switch (method) {
  case METHOD_PASSWORD:
    return c->login->password != NULL && !c->auth->is_spent;
  case METHOD_INTERACTIVE:
    return auth_prompt_is_left(c);
  case METHOD_PUBLICKEY:
    return auth_key_is_left(c);
  default:
    return false;
  }
}

/* What the device still takes; before its first refusal we do not know, and try. */
static bool is_offered(const struct client *c, enum method method)
{
  static const unsigned bits[] = {[METHOD_NONE] = 0,
                                  [METHOD_PASSWORD] = SSH_AUTH_METHOD_PASSWORD,
                                  [METHOD_INTERACTIVE] = SSH_AUTH_METHOD_INTERACTIVE,
                                  [METHOD_PUBLICKEY] = SSH_AUTH_METHOD_PUBLICKEY};
  return offered(c) == 0 || (offered(c) & bits[method]) != 0;
}

static bool choose_method(struct client *c)
{
  for (unsigned i = 0; i < CLIENT_METHODS; i++) {
    enum method method = c->login->methods[i];
    if (method == METHOD_NONE)
      break;
    if ((c->auth->tried & bit_of(method)) == 0 && has_credential(c, method) &&
        is_offered(c, method)) {
      c->auth->method = method;
      return true;
    }
  }
  return false;
}

static const char *agent_trouble(const struct client *c)
{
  const struct agent *agent = c->login->agent;
  return agent != NULL && agent_error(agent) != ERROR_NONE ? agent_message(agent) : "";
}

static void fail_refused(struct client *c)
{
  unsigned takes = offered(c);
  const char *trouble = agent_trouble(c);
  if (takes == 0 && c->auth->tried == 0 && c->auth->key == 0) {
    client_fail(c, ERROR_AUTH, "there is nothing to log in with as user \"%.64s\"%s%s",
                c->login->user, *trouble != '\0' ? ": " : "", trouble);
    return;
  }
  client_fail(
      c, ERROR_AUTH,
      "the device refused the login of user \"%.64s\"; it takes:%s%s%s%s%s%s",
      c->login->user, (takes & SSH_AUTH_METHOD_PUBLICKEY) != 0 ? " publickey" : "",
      (takes & SSH_AUTH_METHOD_PASSWORD) != 0 ? " password" : "",
      (takes & SSH_AUTH_METHOD_INTERACTIVE) != 0 ? " keyboard-interactive" : "",
      takes == 0 ? " (it did not say)" : "", *trouble != '\0' ? "; " : "", trouble);
}

static void fail_broken(struct client *c)
{
  if (!is_connected(c))
    client_fail(c, ERROR_DROPPED, "the device ended the connection during the login");
  else
    client_fail(c, ERROR_AUTH, "the login failed: %s", ssh_get_error(c->session));
}

/*
** Refused, or accepted in part: what has had its try? Keys are counted in auth_key.c.
*/
static void note_verdict(struct client *c, int code)
{
  struct auth *auth = c->auth;
  if (auth->method == METHOD_PASSWORD &&
      (code == SSH_AUTH_PARTIAL || (offered(c) & SSH_AUTH_METHOD_PASSWORD) != 0))
    auth->is_spent = true;
  if (auth->method != METHOD_PUBLICKEY)
    auth->tried |= bit_of(auth->method);
  auth->method = METHOD_NONE;
  auth->rounds = 0;
}

void auth_step(struct client *c)
{
  if (!c->is_key_verified) /* the gate: no credential before the host key is checked */
    return;
  if (c->auth == NULL)
    c->auth = calloc(1, sizeof *c->auth);
  if (c->auth == NULL) {
    client_fail(c, ERROR_LOCAL, "not enough memory");
    return;
  }
  while (c->auth->method != METHOD_NONE || choose_method(c)) {
    int code = ask(c);
    if (code == SSH_AUTH_AGAIN)
      return;
    if (code == SSH_AUTH_SUCCESS) {
      c->is_up = true;
      auth_end(c);
      return;
    }
    if (code == SSH_AUTH_ERROR) {
      fail_broken(c);
      return;
    }
    note_verdict(c, code);
  }
  fail_refused(c);
}

void auth_end(struct client *c)
{
  if (c->auth == NULL)
    return;
  auth_agent_end(c);
  free(c->auth);
  c->auth = NULL;
}

/*
** auth.c - prove who we are, by the methods that the caller gave and the device takes,
** each credential once.
*/
#include <libssh/libssh.h>
#include <stdio.h>
#include <string.h>

#include "ssh/login.h"

enum { MOST_ROUNDS = 10 }; /* of questions in keyboard-interactive */

static int ask_password(struct client *c)
{
  const struct secret *password = c->login->password;
  return ssh_userauth_password(c->session, c->login->user, secret_bytes(password));
}

/* Every hidden question is taken for the password's; a visible one we cannot answer. */
static int answer_questions(struct client *c)
{
  int count = ssh_userauth_kbdint_getnprompts(c->session);
  for (int i = 0; i < count; i++) {
    char is_visible = 0;
    const char *question =
        ssh_userauth_kbdint_getprompt(c->session, (unsigned)i, &is_visible);
    if (is_visible != 0) {
      client_fail(c, ERROR_AUTH, "the device asks a question at login: %.100s",
                  question != NULL ? question : "");
      return SSH_AUTH_ERROR;
    }
    const char *answer = secret_bytes(c->login->password);
    if (ssh_userauth_kbdint_setanswer(c->session, (unsigned)i, answer) < 0)
      return SSH_AUTH_ERROR;
  }
  return SSH_AUTH_SUCCESS;
}

static int ask_interactive(struct client *c)
{
  for (;;) {
    int code = ssh_userauth_kbdint(c->session, c->login->user, NULL);
    if (code != SSH_AUTH_INFO)
      return code;
    if (++c->rounds > MOST_ROUNDS) {
      client_fail(c, ERROR_AUTH, "the device asked more than %d rounds of questions",
                  MOST_ROUNDS);
      return SSH_AUTH_ERROR;
    }
    if (answer_questions(c) != SSH_AUTH_SUCCESS)
      return SSH_AUTH_ERROR;
  }
}

static int ask_publickey(struct client *c)
{
  /* An RSA key is refused here until the server has told its signature algorithms,
  ** which may come after the key exchange; asking for "none" first waits for it. */
  if (c->rounds == 0 && ssh_key_type(c->login->key) == SSH_KEYTYPE_RSA) {
    int code = ssh_userauth_none(c->session, c->login->user);
    if (code == SSH_AUTH_AGAIN || code == SSH_AUTH_SUCCESS)
      return code;
  }
  c->rounds = 1;
  return ssh_userauth_publickey(c->session, c->login->user, c->login->key);
}

static bool has_credential(const struct client *c, enum method method)
{
  if (method == METHOD_PUBLICKEY)
    return c->login->key != NULL;
  return c->login->password != NULL;
}

static int ask(struct client *c, enum method method)
{
  switch (method) {
  case METHOD_PASSWORD:
    return ask_password(c);
  case METHOD_INTERACTIVE:
    return ask_interactive(c);
  case METHOD_PUBLICKEY:
    return ask_publickey(c);
  default:
    return SSH_AUTH_DENIED;
  }
}

/* What the device still takes; before its first refusal we do not know, and try. */
static bool is_offered(const struct client *c, enum method method)
{
  static const unsigned bits[] = {[METHOD_NONE] = 0,
                                  [METHOD_PASSWORD] = SSH_AUTH_METHOD_PASSWORD,
                                  [METHOD_INTERACTIVE] = SSH_AUTH_METHOD_INTERACTIVE,
                                  [METHOD_PUBLICKEY] = SSH_AUTH_METHOD_PUBLICKEY};
  unsigned offered = (unsigned)ssh_userauth_list(c->session, NULL);
  return offered == 0 || (offered & bits[method]) != 0;
}

/* The same password is not tried twice: a real refusal closes the second way, too. */
static bool is_spent(const struct client *c, enum method method)
{
  if (method != METHOD_INTERACTIVE || c->method == 0)
    return false;
  bool was_tried = c->login->methods[c->method - 1] == METHOD_PASSWORD;
  unsigned offered = (unsigned)ssh_userauth_list(c->session, NULL);
  return was_tried && (offered & SSH_AUTH_METHOD_PASSWORD) != 0;
}

static enum method next_method(struct client *c)
{
  for (; c->method < CLIENT_METHODS; c->method++) {
    enum method method = c->login->methods[c->method];
    if (method == METHOD_NONE)
      return METHOD_NONE;
    if (has_credential(c, method) && is_offered(c, method) && !is_spent(c, method))
      return method;
  }
  return METHOD_NONE;
}

static void fail_refused(struct client *c)
{
  unsigned offered = (unsigned)ssh_userauth_list(c->session, NULL);
  client_fail(
      c, ERROR_AUTH,
      "the device refused the login of user \"%.64s\"; it takes:%s%s%s%s",
      c->login->user, (offered & SSH_AUTH_METHOD_PUBLICKEY) != 0 ? " publickey" : "",
      (offered & SSH_AUTH_METHOD_PASSWORD) != 0 ? " password" : "",
      (offered & SSH_AUTH_METHOD_INTERACTIVE) != 0 ? " keyboard-interactive" : "",
      offered == 0 ? " (it did not say)" : "");
}

static void fail_broken(struct client *c)
{
  if ((ssh_get_status(c->session) & (SSH_CLOSED | SSH_CLOSED_ERROR)) != 0 ||
      ssh_get_fd(c->session) < 0)
    client_fail(c, ERROR_DROPPED, "the device ended the connection during the login");
  else
    client_fail(c, ERROR_AUTH, "the login failed: %s", ssh_get_error(c->session));
}

void auth_step(struct client *c)
{
  if (!c->is_key_verified) /* the gate: no credential before the host key is checked */
    return;
  enum method method;
  while ((method = next_method(c)) != METHOD_NONE) {
    int code = ask(c, method);
    if (code == SSH_AUTH_AGAIN)
      return;
    if (code == SSH_AUTH_SUCCESS) {
      c->is_up = true;
      return;
    }
    if (code == SSH_AUTH_ERROR) {
      fail_broken(c);
      return;
    }
    c->method++; /* refused, or accepted in part: on with the next one */
    c->rounds = 0;
  }
  fail_refused(c);
}

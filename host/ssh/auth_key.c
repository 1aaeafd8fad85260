/*
** auth_key.c - log in with keys: those from files first, one after another, then those
** of the agent. A signature goes out at once, without asking first whether the key is
** known: that saves a round trip, and the device counts one refusal either way.
*/
#include <libssh/libssh.h>
#include <string.h>

#include "ssh/auth.h"

static ssh_key current(const struct client *c)
{
  return c->login->keys != NULL ? c->login->keys[c->auth->key] : NULL;
}

bool auth_key_is_left(const struct client *c)
{
  return current(c) != NULL || auth_agent_is_left(c);
}

static bool agent_has_rsa(const struct agent *agent)
{
  for (size_t i = 0; agent != NULL && i < agent_count(agent); i++)
    if (strstr(agent_identity(agent, i)->type, "rsa") != NULL)
      return true;
  return false;
}

static bool has_rsa(const struct client *c)
{
  const ssh_key *keys = c->login->keys;
  for (; keys != NULL && *keys != NULL; keys++)
    if (ssh_key_type(*keys) == SSH_KEYTYPE_RSA)
      return true;
  return agent_has_rsa(c->login->agent);
}

/*
** An RSA key is refused here until the server has told its signature algorithms, which
** may come after the key exchange; asking for "none" first waits for it.
*/
static int learn_types(struct client *c)
{
  if (c->auth->knows_types)
    return SSH_AUTH_DENIED;
  int code =
      has_rsa(c) ? ssh_userauth_none(c->session, c->login->user) : (int)SSH_AUTH_DENIED;
  c->auth->knows_types = code != SSH_AUTH_AGAIN;
  return code;
}

/* "none" may have told that keys are of no use here. */
static bool is_useless(const struct client *c)
{
  unsigned offered = (unsigned)ssh_userauth_list(c->session, NULL);
  return offered != 0 && (offered & SSH_AUTH_METHOD_PUBLICKEY) == 0;
}

int auth_key_step(struct client *c)
{
  int code = learn_types(c);
  if (code != SSH_AUTH_DENIED)
    return code;
  if (is_useless(c))
    return SSH_AUTH_DENIED;
  ssh_key key = current(c);
  if (key == NULL)
    return auth_agent_step(c);
  code = ssh_userauth_publickey(c->session, c->login->user, key);
  if (code == SSH_AUTH_DENIED || code == SSH_AUTH_PARTIAL)
    c->auth->key++;
  return code;
}

/*
** peer_auth.c - who may log in to a device, and what for. Logins are taken from
** libssh's queue, not answered in its callback, so that an answer may be late: a client
** that opens a channel in the same breath as it logs in is refused by libssh, and none
** does that.
*/
#define SSH_SUPPRESS_DEPRECATED /* libssh has no other way to answer later */

#include <stdlib.h>
#include <string.h>

#include "lab/peer.h"
#include "lab/server.h"

static bool set_user(struct peer *peer, const char *user)
{
  if (user == NULL || (peer->user != NULL && strcmp(peer->user, user) == 0))
    return peer->user != NULL; /* an answer to a prompt comes without the name */
  free(peer->user);
  peer->user = strdup(user);
  return peer->user != NULL;
}

/* The last refusal is a goodbye, as it is with OpenSSH. */
static void refuse(struct peer *peer, ssh_message message)
{
  if (peer->tries > 0 && --peer->tries == 0)
    peer_finish(peer, PEER_GOODBYE, "Too many authentication failures");
  else
    ssh_message_reply_default(message);
}

static void answer(struct peer *peer, ssh_message message, bool is_welcome)
{
  if (!is_welcome) {
    refuse(peer, message);
    return;
  }
  ssh_message_auth_reply_success(message, 0);
  peer_log_in(peer);
}

/* Ask the script; true: the answer is held back, and so is the message. */
static bool judge(struct peer *peer, ssh_message message, const char *method,
                  const char *secret)
{
  struct server *server = peer->server;
  uint64_t delay_ns = 0;
  bool is_welcome = server->authorize(server, peer, method, secret, &delay_ns);
  delay_ns += peer->auth_delay_ns;
  if (delay_ns == 0 || peer->end != PEER_STAY) {
    answer(peer, message, is_welcome);
    return false;
  }
  peer->is_welcome = is_welcome;
  peer->held = message;
  peer_pause(peer, delay_ns);
  return true;
}

void peer_answer_held(struct peer *peer)
{
  ssh_message message = peer->held;
  peer->held = NULL;
  answer(peer, message, peer->is_welcome);
  ssh_message_free(message);
}

static bool ask_password(struct peer *peer, ssh_message message)
{
  static const char *const text = "Password: ";
  const char *prompts[] = {text};
  char echo[] = {0};
  peer->is_asked =
      ssh_message_auth_interactive_request(message, "", "", 1, prompts, echo) == SSH_OK;
  return false;
}

static bool take_interactive(struct peer *peer, ssh_message message)
{
  if (!ssh_message_auth_kbdint_is_response(message))
    return ask_password(peer, message);
  if (!peer->is_asked || ssh_userauth_kbdint_getnanswers(peer->session) != 1) {
    refuse(peer, message);
    return false;
  }
  peer->is_asked = false;
  return judge(peer, message, "keyboard-interactive",
               ssh_userauth_kbdint_getanswer(peer->session, 0));
}

static char *fingerprint(ssh_key key)
{
  unsigned char *hash = NULL;
  size_t length = 0;
  if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &length) != 0)
    return NULL;
  char *text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, length);
  ssh_clean_pubkey_hash(&hash);
  return text;
}

/* A client asks first whether the key is worth signing with; that costs no time. */
static void probe(struct peer *peer, ssh_message message, const char *print)
{
  struct server *server = peer->server;
  uint64_t ignored_ns = 0;
  if (server->authorize(server, peer, "publickey", print, &ignored_ns))
    ssh_message_auth_reply_pk_ok_simple(message);
  else
    ssh_message_reply_default(message);
}

static bool take_publickey(struct peer *peer, ssh_message message)
{
  bool is_held = false;
  enum ssh_publickey_state_e state = ssh_message_auth_publickey_state(message);
  char *print = fingerprint(ssh_message_auth_pubkey(message));
  if (print != NULL && state == SSH_PUBLICKEY_STATE_VALID)
    is_held = judge(peer, message, "publickey", print);
  else if (print != NULL && state == SSH_PUBLICKEY_STATE_NONE)
    probe(peer, message, print);
  else
    refuse(peer, message);
  ssh_string_free_char(print);
  return is_held;
}

/* libssh passes on methods that were never offered */
static bool take_login(struct peer *peer, ssh_message message)
{
  unsigned method = (unsigned)ssh_message_subtype(message);
  if ((method & peer->methods) == 0 ||
      !set_user(peer, ssh_message_auth_user(message))) {
    ssh_message_reply_default(message);
    return false;
  }
  switch (method) {
  case SSH_AUTH_METHOD_NONE:
    return judge(peer, message, "none", NULL);
  case SSH_AUTH_METHOD_PASSWORD:
    return judge(peer, message, "password", ssh_message_auth_password(message));
  case SSH_AUTH_METHOD_INTERACTIVE:
    return take_interactive(peer, message);
  case SSH_AUTH_METHOD_PUBLICKEY:
    return take_publickey(peer, message);
  default:
    ssh_message_reply_default(message);
    return false;
  }
}

void peer_authenticate(struct peer *peer)
{
  ssh_message message;
  while (peer->stage == PEER_AUTH && !peer->is_paused && peer->end == PEER_STAY &&
         (message = ssh_message_get(peer->session)) != NULL) {
    bool is_held = false;
    if (ssh_message_type(message) == SSH_REQUEST_AUTH)
      is_held = take_login(peer, message);
    else
      ssh_message_reply_default(message); /* accepts the service, refuses all else */
    if (!is_held)
      ssh_message_free(message);
  }
}

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

/* Half way in: the methods that are left are told, without the one that did it. */
static void accept_in_part(struct peer *peer, ssh_message message)
{
  peer->methods &= ~(unsigned)ssh_message_subtype(message);
  ssh_set_auth_methods(peer->session, (int)peer->methods);
  ssh_message_auth_reply_success(message, 1);
}

static void answer(struct peer *peer, ssh_message message, enum peer_verdict verdict)
{
  if (verdict != PEER_WELCOME) {
    if (verdict == PEER_IN_PART)
      accept_in_part(peer, message);
    else
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
  enum peer_verdict verdict =
      server->authorize(server, peer, method, secret, &delay_ns);
  delay_ns += peer->auth_delay_ns;
  if (delay_ns == 0 || peer->end != PEER_STAY) {
    answer(peer, message, verdict);
    return false;
  }
  peer->verdict = verdict;
  peer->held = message;
  peer_pause(peer, delay_ns);
  return true;
}

void peer_answer_held(struct peer *peer)
{
  ssh_message message = peer->held;
  peer->held = NULL;
  answer(peer, message, peer->verdict);
  ssh_message_free(message);
}

static bool take_interactive(struct peer *peer, ssh_message message)
{
  if (!ssh_message_auth_kbdint_is_response(message)) {
    peer_rewind(peer);
    peer_ask(peer, message);
    return false;
  }
  if (!peer_take_answers(peer)) {
    refuse(peer, message);
    return false;
  }
  if (peer_ask(peer, message))
    return false;
  return judge(peer, message, "keyboard-interactive", peer_answers(peer));
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
  if (server->authorize(server, peer, "publickey", print, &ignored_ns) != PEER_REFUSED)
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

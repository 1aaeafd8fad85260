/*
** verify.c - the gate between key exchange and login. libssh checks no host key by
** itself: whatever is not proved to be the device's key ends the connection here.
*/
#include <libssh/libssh.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ssh/known_hosts.h"
#include "ssh/login.h"

struct shown_key {
  unsigned char bytes[KNOWN_HOSTS_KEY_SIZE];
  struct hostkeys_key key;
  char fingerprint[HOSTKEYS_FINGERPRINT_SIZE];
};

/* The key as the device showed it, also kept as text for messages and accept-new. */
static bool read_key(struct client *c, struct shown_key *shown)
{
  ssh_key key = NULL;
  char *text = NULL;
  if (ssh_get_server_publickey(c->session, &key) != SSH_OK)
    return false;
  const char *type = ssh_key_type_to_char(ssh_key_type(key));
  if (ssh_pki_export_pubkey_base64(key, &text) == SSH_OK && type != NULL) {
    size_t size = strlen(type) + strlen(text) + 2;
    c->offered = malloc(size);
    if (c->offered != NULL)
      snprintf(c->offered, size, "%s %s", type, text);
    shown->key.bytes = shown->bytes;
    shown->key.length =
        known_hosts_decode((struct known_hosts_text){type, strlen(type)},
                           (struct known_hosts_text){text, strlen(text)}, shown->bytes);
  }
  ssh_string_free_char(text);
  ssh_key_free(key);
  if (shown->key.length == 0)
    return false;
  hostkeys_fingerprint(shown->key, shown->fingerprint);
  return true;
}

static bool is_pinned(const struct login *login, struct hostkeys_key key)
{
  for (const char *const *pin = login->pins; *pin != NULL; pin++)
    if (hostkeys_pin(*pin, key))
      return true;
  return false;
}

static void fail_changed(struct client *c, const struct hostkeys_match *match,
                         const char *fingerprint)
{
  char name[KNOWN_HOSTS_NAME_SIZE] = "";
  known_hosts_name(name, c->login->known_as, c->login->port);
  char expected[HOSTKEYS_FINGERPRINT_SIZE] = "?";
  const struct hostkeys_record *record = &match->expected[0];
  if (match->expected_count > 0)
    hostkeys_fingerprint(record->key, expected);
  c->host_key_verdict = "changed";
  client_fail(c, ERROR_HOSTKEY,
              "the host key has changed: the device shows %s, known is %s (%.200s:%u). "
              "Someone may be in between, so nothing was sent. If the device was "
              "replaced: moonwire keys revoke '%.64s'",
              fingerprint, expected, match->expected_count > 0 ? record->file : "?",
              match->expected_count > 0 ? record->line : 0, name);
}

static bool accept_new(struct client *c, const struct hostkeys_peer *peer,
                       const struct shown_key *shown)
{
  c->is_new_key = hostkeys_add(c->login->hostkeys, peer, shown->key) == HOSTKEYS_KNOWN;
  if (!c->is_new_key)
    client_fail(c, ERROR_HOSTKEY, "the new host key %s could not be kept",
                shown->fingerprint);
  return c->is_new_key;
}

static void fail_unknown(struct client *c, const struct hostkeys_match *match,
                         const struct shown_key *shown)
{
  c->host_key_verdict = "unknown";
  client_fail(c, ERROR_HOSTKEY,
              "the host key %s is not known%s: compare it at the device, then pin it "
              "(host_key = \"%s\") or take it up: moonwire keys scan, moonwire keys "
              "accept",
              shown->fingerprint,
              match->has_authority
                  ? " (a @cert-authority line names this host, but host "
                    "certificates cannot be checked)"
                  : "",
              shown->fingerprint);
}

/* An alias stands for one machine whatever its port, as for OpenSSH. */
static struct hostkeys_peer peer_of(const struct login *login)
{
  bool has_alias = strcmp(login->known_as, login->host) != 0;
  return (struct hostkeys_peer){login->known_as, NULL, has_alias ? 0 : login->port};
}

static enum hostkeys_verdict ask_store(const struct client *c,
                                       const struct shown_key *shown,
                                       struct hostkeys_match *match)
{
  const struct login *login = c->login;
  const struct hostkeys_peer peer = peer_of(login);
  memset(match, 0, sizeof *match);
  match->verdict = HOSTKEYS_UNKNOWN;
  if (login->hostkeys != NULL)
    hostkeys_lookup(login->hostkeys, &peer, shown->key, match);
  return match->verdict;
}

static void fail_revoked(struct client *c, const struct shown_key *shown)
{
  c->host_key_verdict = "revoked";
  client_fail(c, ERROR_HOSTKEY, "the host key %s is marked as revoked",
              shown->fingerprint);
}

static bool look_up(struct client *c, const struct shown_key *shown)
{
  const struct login *login = c->login;
  const struct hostkeys_peer peer = peer_of(login);
  struct hostkeys_match match;
  switch (ask_store(c, shown, &match)) {
  case HOSTKEYS_KNOWN:
    return true;
  case HOSTKEYS_CHANGED:
    fail_changed(c, &match, shown->fingerprint);
    return false;
  case HOSTKEYS_REVOKED:
    fail_revoked(c, shown);
    return false;
  case HOSTKEYS_UNKNOWN:
    if (login->hostkeys != NULL && login->policy == HOSTKEY_ACCEPT_NEW)
      return accept_new(c, &peer, shown);
    fail_unknown(c, &match, shown);
    return false;
  default:
    client_fail(c, ERROR_LOCAL, "the host key could not be looked up");
    return false;
  }
}

/* A pin says which key it must be; that it was revoked is said by known_hosts alone. */
static bool compare_pins(struct client *c, const struct shown_key *shown)
{
  struct hostkeys_match match;
  if (!is_pinned(c->login, shown->key)) {
    c->host_key_verdict = "changed";
    client_fail(c, ERROR_HOSTKEY,
                "the host key is not the pinned one: the device shows %s, pinned is %s",
                shown->fingerprint, c->login->pins[0]);
    return false;
  }
  if (ask_store(c, shown, &match) != HOSTKEYS_REVOKED)
    return true;
  fail_revoked(c, shown);
  return false;
}

bool verify_host_key(struct client *c)
{
  struct shown_key shown;
  shown.key = (struct hostkeys_key){NULL, 0};
  if (!read_key(c, &shown)) {
    client_fail(c, ERROR_HOSTKEY, "the device shows no host key that can be read");
    return false;
  }
  return c->login->pins != NULL ? compare_pins(c, &shown) : look_up(c, &shown);
}

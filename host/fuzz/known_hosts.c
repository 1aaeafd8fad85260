/*
** known_hosts.c - any bytes as a known_hosts file, and as the names of hosts that are
** looked up in it. What must hold: nothing is read out of bounds; a key that a lookup
** knows is on a line; a host that was added is known, and its line is read back as one.
*/
#include <string.h>

#include "fuzz/target.h"
#include "ssh/hostkeys.h"
#include "ssh/known_hosts.h"

static const unsigned char key_bytes[] = "\0\0\0\x0bssh-ed25519\0\0\0\x20"
                                         "0123456789abcdef0123456789abcdef";
static const struct hostkeys_key key = {key_bytes, sizeof key_bytes - 1};

static void look_up(struct hostkeys *store, const char *host, uint16_t port)
{
  const struct hostkeys_peer peer = {.host = host, .address = "10.0.0.1", .port = port};
  struct hostkeys_match match;
  char types[HOSTKEYS_TYPES_SIZE];
  enum hostkeys_verdict verdict = hostkeys_lookup(store, &peer, key, &match);
  if (verdict == HOSTKEYS_FAILED)
    return;
  target_require(hostkeys_types(store, &peer, types) && strlen(types) < sizeof types,
                 "types");
  target_require((verdict == HOSTKEYS_CHANGED) == (match.expected_count > 0),
                 "a changed key has others");
  target_require((verdict == HOSTKEYS_KNOWN || verdict == HOSTKEYS_REVOKED) ==
                     (match.record.file != NULL),
                 "a known key has a line");
  if (match.record.file != NULL)
    target_require(match.record.key.length == key.length &&
                       memcmp(match.record.key.bytes, key.bytes, key.length) == 0,
                   "the line has the key");
  for (unsigned i = 0; i < match.expected_count; i++) {
    const struct hostkeys_peer again = {
        .host = host, .address = "10.0.0.1", .port = port};
    struct hostkeys_match known;
    verdict = hostkeys_lookup(store, &again, match.expected[i].key, &known);
    target_require(verdict == HOSTKEYS_KNOWN || verdict == HOSTKEYS_REVOKED,
                   "what is expected is known");
  }
}

static void add(struct hostkeys *store, const char *host)
{
  const struct hostkeys_peer peer = {.host = host, .port = 22};
  struct hostkeys_match match;
  size_t junk = hostkeys_count(store).junk;
  enum hostkeys_verdict before = hostkeys_lookup(store, &peer, key, &match);
  enum hostkeys_verdict after = hostkeys_add(store, &peer, key);
  if (before != HOSTKEYS_UNKNOWN)
    target_require(after == before, "nothing is added to what is there");
  if (before == HOSTKEYS_UNKNOWN && known_hosts_is_writable(host))
    target_require(after == HOSTKEYS_KNOWN && hostkeys_count(store).junk == junk &&
                       hostkeys_lookup(store, &peer, key, &match) == HOSTKEYS_KNOWN,
                   "what was added is known");
}

/* The first line is a host; all of it is the file. */
void known_hosts_target(const uint8_t *data, size_t size)
{
  struct hostkeys_failure failure;
  char host[512];
  const unsigned char *end = size > 0 ? memchr(data, '\n', size) : NULL;
  size_t length = end != NULL ? (size_t)(end - data) : size;
  if (length >= sizeof host)
    length = sizeof host - 1;
  if (length > 0)
    memcpy(host, data, length);
  host[length] = '\0';
  struct hostkeys *store = hostkeys_new();
  if (store == NULL)
    return;
  if (size > 0)
    (void)hostkeys_load_text(store, (const char *)data, size, "fuzz", &failure);
  look_up(store, host, 22);
  look_up(store, host, 2222);
  look_up(store, "r1", 22);
  add(store, host);
  (void)hostkeys_pin(host, key);
  hostkeys_release(store);
}

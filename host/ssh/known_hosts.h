#ifndef MOONWIRE_SSH_KNOWN_HOSTS_H
#define MOONWIRE_SSH_KNOWN_HOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A piece of a longer text, without a NUL behind it. */
struct known_hosts_text {
  const char *at;
  size_t length;
};

enum known_hosts_marker {
  KNOWN_HOSTS_PLAIN,
  KNOWN_HOSTS_REVOKED,  /* @revoked: this key, never again */
  KNOWN_HOSTS_AUTHORITY /* @cert-authority: signs keys, is none of a host */
};

enum known_hosts_kind {
  KNOWN_HOSTS_BLANK, /* nothing, or a comment */
  KNOWN_HOSTS_ENTRY,
  KNOWN_HOSTS_JUNK
};

struct known_hosts_line {
  enum known_hosts_marker marker;
  struct known_hosts_text hosts, type, key; /* the key is still base64 */
};

enum {
  KNOWN_HOSTS_NAME_SIZE = 320,  /* "[" + the longest host name + "]:65535" */
  KNOWN_HOSTS_KEY_SIZE = 12288, /* far more than a key of 16384 bits needs */
  KNOWN_HOSTS_LINE_SIZE = 20000,
  KNOWN_HOSTS_HASH_SIZE = 20
};

/* Take one line apart, without its line feed; a carriage return at its end is blank. */
enum known_hosts_kind known_hosts_parse(struct known_hosts_text text,
                                        struct known_hosts_line *line);

/*
** Decode a key into 'blob', which has room for 3/4 of its text. Returns its length, or
** 0 when it is not base64 or does not say inside that it is of this type.
*/
size_t known_hosts_decode(struct known_hosts_text type, struct known_hosts_text key,
                          unsigned char *blob);

/* The type that a key names inside. False when it is no key. */
bool known_hosts_type(const unsigned char *key, size_t length,
                      struct known_hosts_text *type);

/* Write a key's line, with its line feed. Returns its length; 0: it is no key. */
size_t known_hosts_format(char line[KNOWN_HOSTS_LINE_SIZE], const char *name,
                          const unsigned char *key, size_t length);

/* Whether the host field has globs or negations: then each name must be asked. */
bool known_hosts_is_pattern(struct known_hosts_text hosts);

/* Whether 'name' is one of the hosts. A negated pattern that fits overrules others. */
bool known_hosts_match(struct known_hosts_text hosts, const char *name);

/* Take "|1|salt|hash" apart. False when it is something else. */
bool known_hosts_unhash(struct known_hosts_text hosts,
                        unsigned char salt[KNOWN_HOSTS_HASH_SIZE],
                        unsigned char hash[KNOWN_HOSTS_HASH_SIZE]);

/* The next of a comma list, taken off its front. False at its end. */
bool known_hosts_next(struct known_hosts_text *list, struct known_hosts_text *item);

/*
** The name under which a host is filed: "host" on port 22 (or 0: whatever the port),
** else "[host]:port"; lower case. False when it is empty or too long for one.
*/
bool known_hosts_name(char name[KNOWN_HOSTS_NAME_SIZE], const char *host,
                      uint16_t port);

/* Whether a line can be written for this host without saying more than its name. */
bool known_hosts_is_writable(const char *host);

#endif

#ifndef MOONWIRE_SSH_HOSTKEYS_H
#define MOONWIRE_SSH_HOSTKEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/*
** The host keys we know, read once. May be shared between threads: every call locks the
** store for as long as it takes. A lookup takes less than a microsecond; where lines
** are hashed, the first one for a host takes 90 ns more for each of them.
*/
struct hostkeys;

enum hostkeys_verdict {
  HOSTKEYS_KNOWN,   /* this very key is on record: the only one to go on with */
  HOSTKEYS_UNKNOWN, /* no key of this host is on record */
  HOSTKEYS_CHANGED, /* other keys are, of this type or of another; never accept it */
  HOSTKEYS_REVOKED, /* this key is marked @revoked; never accept it */
  HOSTKEYS_FAILED   /* could not be looked up, for want of memory; never accept it */
};

#define HOSTKEYS_ACCEPTED "accepted in this run"

enum {
  HOSTKEYS_FINGERPRINT_SIZE = 51, /* "SHA256:" and 43 characters */
  HOSTKEYS_TYPES_SIZE = 256,
  HOSTKEYS_EXPECTED = 4
};

/* The host as the user wrote it, the address behind it (or NULL), the port. */
struct hostkeys_peer {
  const char *host, *address;
  uint16_t port;
};

/* A public key as it travels: what is inside the base64 of a known_hosts line. */
struct hostkeys_key {
  const unsigned char *bytes;
  size_t length;
};

/* A key that is on record. All of it lives as long as the store. */
struct hostkeys_record {
  const char *file; /* HOSTKEYS_ACCEPTED when this program added it */
  unsigned line;
  const char *type;
  struct hostkeys_key key;
};

struct hostkeys_match {
  enum hostkeys_verdict verdict;
  struct hostkeys_record record; /* when known or revoked: what says so */
  struct hostkeys_record expected[HOSTKEYS_EXPECTED]; /* when changed: what we know */
  unsigned expected_count;
  bool is_other_type; /* changed, and none of the keys we know is of this type */
  bool has_authority; /* a @cert-authority signs for this host, which we cannot check */
};

struct hostkeys_count {
  size_t keys, junk;
  const char *junk_file; /* where the first line is that says nothing we understand */
  unsigned junk_line;
};

struct hostkeys_failure {
  enum error error;
  char message[512];
};

/* An empty store with one holder. NULL: no memory. */
struct hostkeys *hostkeys_new(void);
struct hostkeys *hostkeys_retain(struct hostkeys *store);
void hostkeys_release(struct hostkeys *store);

/*
** Read a known_hosts file, or text that came from somewhere. Whatever keeps a part of
** it from being read fails the whole, and the store is of no use then: a host whose
** line was missed would look new. A missing file is nothing to read when 'is_optional'.
*/
bool hostkeys_load_file(struct hostkeys *store, const char *path, bool is_optional,
                        struct hostkeys_failure *failure);
bool hostkeys_load_text(struct hostkeys *store, const char *text, size_t length,
                        const char *name, struct hostkeys_failure *failure);

/* The files that OpenSSH reads: two of the user, two of the system; all optional. */
bool hostkeys_load_default(struct hostkeys *store, struct hostkeys_failure *failure);

/*
** Is this the key of this host? As OpenSSH has it: "[host]:port" for a port other than
** 22, and then also the same key under the bare name. The address is asked when nobody
** knows the name.
*/
enum hostkeys_verdict hostkeys_lookup(struct hostkeys *store,
                                      const struct hostkeys_peer *peer,
                                      struct hostkeys_key key,
                                      struct hostkeys_match *match);

/*
** At its first lookup a host is held against every hashed line, each with a salt of its
** own: 10 ms for 100,000. A sweep does it before, for several hosts at once and on a
** thread that has the time: 'run' is what takes long, and locks nothing.
*/
struct hostkeys_sweep;

/* Whether a lookup of this host has nothing more to hold against hashed lines. */
bool hostkeys_is_swept(struct hostkeys *store, const struct hostkeys_peer *peer);

/* NULL: no memory. It holds the store. */
struct hostkeys_sweep *hostkeys_sweep_new(struct hostkeys *store);

/* False: it has no room for this host any more. */
bool hostkeys_sweep_add(struct hostkeys_sweep *sweep, const struct hostkeys_peer *peer);
void hostkeys_sweep_run(struct hostkeys_sweep *sweep);

/* File what it found, if it ran, and free it. What failed is left to the lookup. */
void hostkeys_sweep_end(struct hostkeys_sweep *sweep);

/*
** The types of keys we know of a host, "ssh-rsa,ssh-ed25519": a client that offers
** their algorithms first is shown no key that it cannot judge. Empty: none.
** False: it failed.
*/
bool hostkeys_types(struct hostkeys *store, const struct hostkeys_peer *peer,
                    char types[HOSTKEYS_TYPES_SIZE]);

/* Trust an unknown key from now on. Any other verdict than KNOWN: it was not added. */
enum hostkeys_verdict hostkeys_add(struct hostkeys *store,
                                   const struct hostkeys_peer *peer,
                                   struct hostkeys_key key);

/*
** Append all that hostkeys_add added and the file does not know yet, in one go: locked
** against other writers, all or nothing, on disk when it returns. A host that the file
** knows by another key by now is left out and reported as ERROR_HOSTKEY. Waits for the
** disk and, ten seconds at most, for other writers: call it from a worker thread, or
** once at the end of a run.
*/
bool hostkeys_append_file(struct hostkeys *store, const char *path,
                          struct hostkeys_failure *failure);

/*
** Write a known_hosts file anew, likewise locked, whole and on disk. 'edit' is given
** the text, and makes another of it: true to have that put in its place. What it puts
** into 'code' is an errno. The file is made when it is missing.
*/
struct textfile;
typedef bool hostkeys_edit(void *context, const struct textfile *text,
                           struct textfile *edited, int *code);
bool hostkeys_edit_file(const char *path, hostkeys_edit *edit, void *context,
                        struct hostkeys_failure *failure);

struct hostkeys_count hostkeys_count(struct hostkeys *store);

/* "SHA256:..." as ssh-keygen -l prints it. */
void hostkeys_fingerprint(struct hostkeys_key key,
                          char fingerprint[HOSTKEYS_FINGERPRINT_SIZE]);

/* A pin is "SHA256:...", with or without padding. Is this one; is it of this key? */
bool hostkeys_is_pin(const char *pin);
bool hostkeys_pin(const char *pin, struct hostkeys_key key);

/* What hostkeys_add added, counted from 0. False: there are no more. */
struct hostkeys_addition {
  const char *host;
  uint16_t port;
  struct hostkeys_key key;
};

bool hostkeys_addition(struct hostkeys *store, size_t index,
                       struct hostkeys_addition *addition);

#endif

#ifndef MOONWIRE_SSH_ALGORITHMS_H
#define MOONWIRE_SSH_ALGORITHMS_H

#include <stdbool.h>
#include <stddef.h>

/* What two sides of an SSH connection have to agree on, plus the keys of users. */
enum algorithms_kind {
  ALGORITHMS_KEX,
  ALGORITHMS_HOSTKEY_TYPES,
  ALGORITHMS_CIPHERS,
  ALGORITHMS_MACS,
  ALGORITHMS_PUBLICKEY_TYPES,
  ALGORITHMS_COUNT
};

enum {
  ALGORITHMS_SIZE = 1024, /* of a list: more than all that libssh can do */
  ALGORITHMS_METHOD_SIZE = 48
};

/* A comma list of names, most wanted first. */
struct algorithms_list {
  char names[ALGORITHMS_SIZE];
};

/* Its name in the options of a connection: "kex", "ciphers", ... */
const char *algorithms_word(enum algorithms_kind kind);

/* ALGORITHMS_COUNT when there is no such word. */
enum algorithms_kind algorithms_kind_of(const char *word);

/*
** The list of a profile: "default"; "modern", which gives up what only old devices
** need; "legacy-cisco", the default with SHA-1, CBC and group 1 behind it;
** "legacy-all", all that libssh has, which is the same today. NULL: there is no such
** profile.
*/
const char *algorithms_profile(const char *profile, enum algorithms_kind kind);

/* All that libssh 0.10.6 as Debian builds it can do, in our order. */
const char *algorithms_supported(enum algorithms_kind kind);

/*
** Expand what a user wrote into a full list, as OpenSSH does: "+a,b" puts names behind
** 'base', "^a" in front, "-a" takes them away, anything else is the list itself; names
** may have the globs * and ?. libssh itself takes these signs for part of a name. Names
** that it cannot do go to 'unknown'. False when nothing is left.
*/
bool algorithms_expand(enum algorithms_kind kind, const char *base, const char *text,
                       struct algorithms_list *list, struct algorithms_list *unknown);

/*
** Put the host key algorithms of the given key types ("ssh-rsa,ssh-ed25519") first, in
** the order of the list otherwise; none is added or lost.
*/
void algorithms_prefer(const char *names, const char *types,
                       struct algorithms_list *list);

/* Why two sides could not agree, taken from the words of libssh. */
struct algorithms_mismatch {
  char method[ALGORITHMS_METHOD_SIZE]; /* as libssh calls it: "kex algos" */
  enum algorithms_kind kind;           /* ALGORITHMS_COUNT: compression or such */
  struct algorithms_list server, client;
  struct algorithms_list possible; /* what the server offers and libssh could do */
  bool is_cut;                     /* libssh had no room for the lists */
};

/* False when the message is about something else. */
bool algorithms_parse_mismatch(const char *message,
                               struct algorithms_mismatch *mismatch);

#endif

#ifndef MOONWIRE_LAB_IDENTITY_H
#define MOONWIRE_LAB_IDENTITY_H

#include <libssh/libssh.h>
#include <libssh/server.h>
#include <stdbool.h>
#include <stddef.h>

enum { IDENTITY_MESSAGE = 256, IDENTITY_KEYS = 64 };

/* What a device shows of itself before a login. NULL: libssh's own choice. */
struct identity {
  const char *identification;                  /* behind "SSH-2.0-" */
  const char *kex, *hostkeys, *ciphers, *macs; /* algorithms, as lists with commas */
  unsigned long long keys; /* a bit for each host key; one of a kind is used */
};

struct identity_bind {
  struct identity_bind *next;
  ssh_bind bind;
  char *name; /* what distinguishes it */
};

/*
** The host keys of a lab and one ssh_bind for each distinct identity: devices that look
** the same share it.
*/
struct identities {
  ssh_key keys[IDENTITY_KEYS];
  size_t count;
  struct identity_bind *binds;
  char message[IDENTITY_MESSAGE]; /* what went wrong */
};

/* Add a private key in PEM or OpenSSH form, or a fresh ed25519 one for NULL. */
bool identities_add_key(struct identities *identities, const char *text);

/* "ssh-ed25519 AAAA..." of a key, counted from 0; to be freed. NULL: no memory. */
char *identities_public_key(const struct identities *identities, size_t index);

/* The bind of an identity; NULL: see the message. */
ssh_bind identities_bind(struct identities *identities,
                         const struct identity *identity);

void identities_free(struct identities *identities);

#endif

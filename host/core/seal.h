#ifndef MOONWIRE_CORE_SEAL_H
#define MOONWIRE_CORE_SEAL_H

#include <stddef.h>

struct secret;

/*
** A secret in a file, under a passphrase: scrypt makes the key, AES-256-GCM hides the
** bytes and notices every change. All bytes of the file, in this order:
**
**   "moonwire secret 1\n"            18  what it is
**   log2 N, r, p                      3  of scrypt
**   salt                             16
**   nonce                            12
**   the secret, encrypted         1-4096
**   tag                              16  over all before it
*/
enum {
  SEAL_LONGEST = 4096, /* bytes of a secret */
  SEAL_HEAD = 18 + 3 + 16 + 12,
  SEAL_TAG = 16,
  SEAL_FILE = SEAL_HEAD + SEAL_LONGEST + SEAL_TAG, /* bytes of the longest file */
};

/*
** Write the file's bytes to 'sealed', which has SEAL_FILE of them, and give their
** count; zero: the system has no random bytes or no memory. Takes a tenth of a second.
*/
size_t seal(const struct secret *plain, const struct secret *passphrase,
            unsigned char *sealed);

/*
** The secret of a file's bytes. NULL: another passphrase, a changed or a foreign file;
** nobody can tell these apart.
*/
struct secret *seal_open(const unsigned char *sealed, size_t length,
                         const struct secret *passphrase);

#endif

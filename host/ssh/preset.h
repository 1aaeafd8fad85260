#ifndef MOONWIRE_SSH_PRESET_H
#define MOONWIRE_SSH_PRESET_H

#include <libssh/libssh.h>
#include <stdbool.h>
#include <stddef.h>

/* The lists of algorithms of a session, by preference; NULL: libssh's own. */
enum preset_list {
  PRESET_KEX,
  PRESET_HOSTKEYS,
  PRESET_CIPHERS,
  PRESET_MACS,
  PRESET_PUBLICKEYS,
  PRESET_LISTS
};

enum { PRESETS = 4 };

/* Sessions that were never used, with the lists that were asked for last. */
struct presets {
  struct preset {
    ssh_session session; /* NULL: free */
    char *lists[PRESET_LISTS];
  } entries[PRESETS];
  unsigned next; /* the one to give up for another */
};

/* A session ready to begin. NULL, with the reason in 'why': libssh wants none of it. */
ssh_session preset_session(struct presets *presets,
                           const char *const lists[PRESET_LISTS], char *why,
                           size_t size);

void presets_free(struct presets *presets);

#endif

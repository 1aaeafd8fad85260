#ifndef MOONWIRE_SSH_HOSTKEYS_TABLE_H
#define MOONWIRE_SSH_HOSTKEYS_TABLE_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ssh/known_hosts.h"

/* One line of a known_hosts file that names a key. It lives as long as the table. */
struct hostkeys_entry {
  const char *file;
  unsigned line;
  enum known_hosts_marker marker;
  const char *type;
  const unsigned char *key; /* as it travels: length, type, numbers */
  size_t key_length;
  struct known_hosts_text hosts;
  bool is_resolved; /* hashed, and the name has been found */
};

struct hostkeys_chunk;
struct hostkeys_name;

struct hostkeys_entries {
  struct hostkeys_entry **items;
  size_t count, capacity;
};

/* Entries by the name of a host. Not for two threads at once: it learns when asked. */
struct hostkeys_table {
  struct hostkeys_chunk *chunks;
  struct hostkeys_name **buckets;
  size_t names, bucket_count;
  struct hostkeys_entries patterns, hashed;
  size_t count;
  EVP_MAC_CTX *hmac;
};

enum hostkeys_added { HOSTKEYS_ADDED, HOSTKEYS_JUNK, HOSTKEYS_NO_MEMORY };

/* A table that is all zeros is open and empty. */
void hostkeys_table_close(struct hostkeys_table *table);

/* File an entry for one line. The line's text is copied, 'file' is not. */
enum hostkeys_added hostkeys_table_add(struct hostkeys_table *table,
                                       const struct known_hosts_line *line,
                                       const char *file, unsigned number);

/*
** Call 'visit' with every entry that names this host. False: no memory, or no SHA-1;
** then not all were seen and nothing may be concluded.
*/
bool hostkeys_table_visit(struct hostkeys_table *table, const char *name,
                          void (*visit)(const struct hostkeys_entry *entry,
                                        void *context),
                          void *context);

/*
** Do a part of what a visit has to do: hold as many hashed lines against this name.
** True: the visit will find all of it done, or say that it cannot be.
*/
bool hostkeys_table_prepare(struct hostkeys_table *table, const char *name,
                            size_t *budget);

/* Memory that lives as long as the table, and a string in it. NULL: there is none. */
void *hostkeys_table_allocate(struct hostkeys_table *table, size_t size);
const char *hostkeys_table_copy(struct hostkeys_table *table, const char *text,
                                size_t length);

#endif

#ifndef MOONWIRE_SSH_HOSTKEYS_TABLE_H
#define MOONWIRE_SSH_HOSTKEYS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ssh/hostkeys_hashed.h"
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
  struct hostkeys_entries patterns;
  struct hostkeys_hashed hashed;
  size_t count;
};

enum hostkeys_added { HOSTKEYS_ADDED, HOSTKEYS_JUNK, HOSTKEYS_NO_MEMORY };

/* A table that is all zeros is open and empty. */
void hostkeys_table_close(struct hostkeys_table *table);

/* File an entry for one line. The line's text is copied, 'file' is not. */
enum hostkeys_added hostkeys_table_add(struct hostkeys_table *table,
                                       const struct known_hosts_line *line,
                                       const char *file, unsigned number);

/*
** Call 'visit' with every entry that names this host. False: no memory; then not
** all were seen and nothing may be concluded.
*/
bool hostkeys_table_visit(struct hostkeys_table *table, const char *name,
                          void (*visit)(const struct hostkeys_entry *entry,
                                        void *context),
                          void *context);

/*
** Add to a search what a visit would have to hold against the hashed lines, which takes
** long; 'search' is all zeros at first. False: it is full. One that needs none is not
** added. The search runs elsewhere meanwhile; then what it found is filed.
*/
bool hostkeys_table_seek(const struct hostkeys_table *table,
                         struct hostkeys_search *search, const char *name);
bool hostkeys_table_is_ready(const struct hostkeys_table *table, const char *name);
bool hostkeys_table_found(struct hostkeys_table *table,
                          const struct hostkeys_search *search);

/* Memory that lives as long as the table, and a string in it. NULL: there is none. */
void *hostkeys_table_allocate(struct hostkeys_table *table, size_t size);
const char *hostkeys_table_copy(struct hostkeys_table *table, const char *text,
                                size_t length);

#endif

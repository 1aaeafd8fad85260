#ifndef MOONWIRE_SSH_HOSTKEYS_HASHED_H
#define MOONWIRE_SSH_HOSTKEYS_HASHED_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ssh/known_hosts.h"

enum { HOSTKEYS_DIGEST_WORDS = 5, HOSTKEYS_BLOCK_LINES = 64, HOSTKEYS_SOUGHT = 16 };

struct hostkeys_entry;

/* A line "|1|salt|hash": HMAC-SHA1 as far as the salt goes, and what must come out. */
struct hostkeys_hashed_line {
  uint32_t inner[HOSTKEYS_DIGEST_WORDS], outer[HOSTKEYS_DIGEST_WORDS];
  uint32_t hash[HOSTKEYS_DIGEST_WORDS];
  atomic_bool is_named; /* filed under the one name that it has */
  struct hostkeys_entry *entry;
};

/* Lines never move, so that they can be read while others are added behind them. */
struct hostkeys_block {
  struct hostkeys_block *next;
  struct hostkeys_hashed_line lines[HOSTKEYS_BLOCK_LINES];
};

struct hostkeys_hashed {
  struct hostkeys_block *first, *last;
  size_t count;
};

/* A name with SHA-1's padding behind it: whole blocks, the same for every line. */
struct hostkeys_sought {
  char name[KNOWN_HOSTS_NAME_SIZE];
  unsigned char bytes[KNOWN_HOSTS_NAME_SIZE + 64];
  size_t length;
};

struct hostkeys_hit {
  struct hostkeys_hashed_line *line;
  size_t index, sought;
};

/* Several names that are held against the lines there were when it was begun. */
struct hostkeys_search {
  struct hostkeys_hashed hashed;
  struct hostkeys_sought sought[HOSTKEYS_SOUGHT];
  size_t count;
  size_t from; /* the lines before it were tried */
  struct hostkeys_hit *hits;
  size_t hit_count, hit_capacity;
  bool is_complete;
};

/* 'spare' is taken when the last block is full: see hostkeys_hashed_is_full. */
void hostkeys_hashed_add(struct hostkeys_hashed *hashed, struct hostkeys_block *spare,
                         struct hostkeys_entry *entry,
                         const unsigned char salt[KNOWN_HOSTS_HASH_SIZE],
                         const unsigned char hash[KNOWN_HOSTS_HASH_SIZE]);
bool hostkeys_hashed_is_full(const struct hostkeys_hashed *hashed);

/* One name more, once; it must be one that known_hosts_name made. False: it is full. */
bool hostkeys_search_add(struct hostkeys_search *search, const char *name);

/* Takes 90 ns for each name and line. No memory: it is not complete, and of no use. */
void hostkeys_search_run(struct hostkeys_search *search);
void hostkeys_search_close(struct hostkeys_search *search);

#endif

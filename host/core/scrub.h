#ifndef MOONWIRE_CORE_SCRUB_H
#define MOONWIRE_CORE_SCRUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/vault.h"

/*
** Hides secrets in a stream of bytes, however it is cut into pieces: stars stand where
** one was. What may be the beginning of one is held back until it is known not to be,
** so that no part of a secret ever comes out; what is still held back at the end is
** hidden, too.
**
** Two things are hidden: secrets, also as base64, hexadecimal and the escapes of URLs
** and JSON would write them; and the rest of each line that holds the words of a rule
** in their order, such as "username ", " password ".
*/
struct scrub_list;

enum {
  SCRUB_SHORTEST = 4, /* bytes: stars in every word would tell a shorter one */
  SCRUB_LONGEST = 4096,
  SCRUB_RULES = 64, /* in a list */
  SCRUB_WORDS = 8,  /* in a rule */
};

struct scrub_word {
  const char *bytes;
  size_t length;
};

/* NULL: no memory. What it knows lies in the vault (or pages of its own), wiped at the
   end. It must not outlive a vault's thread. */
struct scrub_list *scrub_list_new(struct vault *vault);
void scrub_list_free(struct scrub_list *list); /* NULL is fine */

/* False: no memory. One that is too short or too long is not hidden: no failure. */
bool scrub_list_add(struct scrub_list *list, const char *secret, size_t length);

/*
** The rest of a line is hidden behind these words, in this order. 'is_first': the first
** one begins a line, or what is typed at a prompt. False: no memory, or too many.
*/
bool scrub_list_add_line(struct scrub_list *list, const struct scrub_word *words,
                         size_t count, bool is_first);

enum scrub_line {
  SCRUB_PLAIN,
  SCRUB_WORD,   /* a rule has hit: the rest of its last word, */
  SCRUB_GAP,    /* the blanks behind it, */
  SCRUB_HIDDEN, /* and what is hidden until the line ends */
};

/* Where a stream is. All zero but the list: at its beginning. */
struct scrub {
  struct scrub_list *list;
  unsigned char *held;   /* bytes that may be the beginning of a secret; */
  unsigned char *hidden; /* for each of them: it is part of one */
  struct vault_block *block;
  size_t length, capacity; /* of these two */
  uint32_t node;           /* how the longest such beginning goes on */
  uint32_t column;         /* bytes since a line, or what is typed at a prompt, began */
  enum scrub_line line;
  unsigned char next[SCRUB_RULES]; /* the word of each rule that is awaited */
  bool has_next;                   /* any but the first */
  bool has_stars;                  /* the last that came out are stars */
  bool has_return;                 /* the last byte of a hidden line is one */
};

/* Append to 'out' what may come out. False: no memory; the stream is of no use then. */
bool scrub_feed(struct scrub *scrub, const char *bytes, size_t length,
                struct bytes *out);

/* No more follows. What is held is wiped, and the memory given back. */
bool scrub_finish(struct scrub *scrub, struct bytes *out);

#endif

#ifndef MOONWIRE_CORE_SCRUB_TRIE_H
#define MOONWIRE_CORE_SCRUB_TRIE_H

#include "core/scrub.h"

/* What begins or ends at a node: the state of an Aho-Corasick matcher. */
struct scrub_node {
  uint32_t child, sibling; /* zero: none */
  uint32_t fail;           /* the longest end of this that is a beginning, too */
  uint32_t hit;     /* the longest end of this that is a whole pattern, or zero */
  uint32_t pattern; /* the first that ends here, plus one */
  uint32_t depth;
  uint32_t held; /* how much of its end may be the beginning of a secret */
  unsigned char byte;
  bool is_secret; /* the beginning of one, not only of a word of a rule */
};

struct scrub_pattern {
  uint32_t length;
  uint32_t following;   /* the next one that ends at the same node, plus one */
  unsigned char rule;   /* SCRUB_RULES: it is a secret, not a word of a rule */
  unsigned char word;   /* which of its words */
  unsigned char blanks; /* at its beginning */
  bool ends_in_word;    /* not in a blank or a sign */
};

struct scrub_rule {
  unsigned char words;
  bool is_first;
};

struct scrub_list {
  struct vault *vault;
  struct scrub_node *nodes; /* the first is the root */
  struct vault_block *block;
  uint32_t node_count, node_capacity;
  struct scrub_pattern *patterns;
  uint32_t pattern_count, pattern_capacity;
  struct scrub_rule rules[SCRUB_RULES];
  unsigned char rule_count;
  uint32_t longest;
  bool is_linked;
  bool starts[256]; /* whether any pattern begins with this byte */
};

/* Find the fail links after something was added. False: no memory. */
bool scrub_list_link(struct scrub_list *list);

/* The node behind this one, or zero. */
uint32_t scrub_list_child(const struct scrub_list *list, uint32_t node,
                          unsigned char byte);

/*
** The ways to write a secret: the first is itself. Zero: there is none with this
** number, or it is as another one. 'out' has room for SCRUB_FORM bytes for each byte.
*/
enum { SCRUB_FORM = 6, SCRUB_FORMS = 8 };
size_t scrub_form(int number, const char *secret, size_t length, char *out);

#endif

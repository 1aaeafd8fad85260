/*
** scrub_list.c - what is to be hidden, as a trie whose nodes know where to go on when a
** byte does not fit.
*/
#include <stdlib.h>
#include <string.h>

#include "core/scrub_trie.h"

enum { FIRST_NODES = 64, FIRST_PATTERNS = 16 };

struct scrub_list *scrub_list_new(struct vault *vault)
{
  struct scrub_list *list = calloc(1, sizeof *list);
  if (list != NULL)
    list->vault = vault;
  return list;
}

static void give_nodes(struct scrub_list *list)
{
  if (list->nodes != NULL)
    vault_give(list->block, list->nodes, list->node_capacity * sizeof *list->nodes);
}

void scrub_list_free(struct scrub_list *list)
{
  if (list == NULL)
    return;
  give_nodes(list);
  free(list->patterns);
  free(list);
}

static bool reserve_nodes(struct scrub_list *list, size_t more)
{
  size_t wanted = list->node_count + more + 1, capacity = list->node_capacity;
  if (wanted <= capacity)
    return true;
  capacity = capacity < FIRST_NODES ? FIRST_NODES : capacity;
  while (capacity < wanted)
    capacity *= 2;
  struct vault_block *block;
  struct scrub_node *nodes = vault_take(list->vault, capacity * sizeof *nodes, &block);
  if (nodes == NULL)
    return false;
  if (list->nodes != NULL)
    memcpy(nodes, list->nodes, list->node_count * sizeof *nodes);
  give_nodes(list);
  list->nodes = nodes;
  list->block = block;
  list->node_capacity = (uint32_t)capacity;
  if (list->node_count == 0)
    list->node_count = 1; /* the root */
  return true;
}

static bool reserve_pattern(struct scrub_list *list)
{
  if (list->pattern_count < list->pattern_capacity)
    return true;
  uint32_t capacity =
      list->pattern_capacity == 0 ? FIRST_PATTERNS : 2 * list->pattern_capacity;
  struct scrub_pattern *patterns = realloc(list->patterns, capacity * sizeof *patterns);
  if (patterns == NULL)
    return false;
  list->patterns = patterns;
  list->pattern_capacity = capacity;
  return true;
}

uint32_t scrub_list_child(const struct scrub_list *list, uint32_t node,
                          unsigned char byte)
{
  uint32_t child = list->nodes[node].child;
  while (child != 0 && list->nodes[child].byte != byte)
    child = list->nodes[child].sibling;
  return child;
}

static uint32_t make_child(struct scrub_list *list, uint32_t node, unsigned char byte)
{
  uint32_t child = scrub_list_child(list, node, byte);
  if (child != 0)
    return child;
  child = list->node_count++;
  list->nodes[child] = (struct scrub_node){.byte = byte,
                                           .depth = list->nodes[node].depth + 1,
                                           .sibling = list->nodes[node].child};
  list->nodes[node].child = child;
  return child;
}

static bool add(struct scrub_list *list, const char *bytes, size_t length,
                struct scrub_pattern pattern)
{
  if (!reserve_nodes(list, length) || !reserve_pattern(list))
    return false;
  uint32_t node = 0;
  for (size_t i = 0; i < length; i++) {
    node = make_child(list, node, (unsigned char)bytes[i]);
    list->nodes[node].is_secret |= pattern.rule == SCRUB_RULES;
  }
  pattern.length = (uint32_t)length;
  pattern.following = list->nodes[node].pattern;
  list->patterns[list->pattern_count++] = pattern;
  list->nodes[node].pattern = list->pattern_count;
  list->starts[(unsigned char)bytes[0]] = true;
  list->longest = pattern.length > list->longest ? pattern.length : list->longest;
  list->is_linked = false;
  return true;
}

/* Whether this is hidden already, as it is and in all its forms. */
static bool has_secret(const struct scrub_list *list, const char *bytes, size_t length)
{
  uint32_t node = 0;
  for (size_t i = 0; i < length && list->node_count > 0; i++) {
    node = scrub_list_child(list, node, (unsigned char)bytes[i]);
    if (node == 0)
      return false;
  }
  uint32_t pattern = node != 0 ? list->nodes[node].pattern : 0;
  while (pattern != 0 && list->patterns[pattern - 1].rule != SCRUB_RULES)
    pattern = list->patterns[pattern - 1].following;
  return pattern != 0;
}

bool scrub_list_add(struct scrub_list *list, const char *secret, size_t length)
{
  const struct scrub_pattern pattern = {.rule = SCRUB_RULES};
  if (length < SCRUB_SHORTEST || length > SCRUB_LONGEST ||
      has_secret(list, secret, length))
    return true;
  struct vault_block *block;
  size_t size = SCRUB_FORM * length + 1;
  char *form = vault_take(list->vault, size, &block);
  if (form == NULL)
    return false;
  bool is_added = true;
  for (int i = 0; i < SCRUB_FORMS && is_added; i++) {
    size_t written = scrub_form(i, secret, length, form);
    if (written >= SCRUB_SHORTEST)
      is_added = add(list, form, written, pattern);
  }
  vault_give(block, form, size);
  return is_added;
}

static unsigned char count_blanks(const struct scrub_word *word)
{
  unsigned char blanks = 0;
  while (blanks < word->length && word->bytes[blanks] == ' ')
    blanks++;
  return blanks;
}

static bool is_letter_or_digit(char c)
{
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool scrub_list_add_line(struct scrub_list *list, const struct scrub_word *words,
                         size_t count, bool is_first)
{
  if (list->rule_count >= SCRUB_RULES || count == 0 || count > SCRUB_WORDS)
    return false;
  for (size_t i = 0; i < count; i++) {
    if (words[i].length == 0 || words[i].length > UINT8_MAX)
      return false;
    struct scrub_pattern pattern = {
        .rule = list->rule_count,
        .word = (unsigned char)i,
        .blanks = count_blanks(&words[i]),
        .ends_in_word = is_letter_or_digit(words[i].bytes[words[i].length - 1])};
    if (!add(list, words[i].bytes, words[i].length, pattern))
      return false;
  }
  list->rules[list->rule_count++] =
      (struct scrub_rule){.words = (unsigned char)count, .is_first = is_first};
  return true;
}

static void link_child(struct scrub_list *list, uint32_t parent, uint32_t child)
{
  struct scrub_node *nodes = list->nodes;
  uint32_t at = nodes[parent].fail, fail = 0;
  if (parent != 0) {
    fail = scrub_list_child(list, at, nodes[child].byte);
    while (fail == 0 && at != 0) {
      at = nodes[at].fail;
      fail = scrub_list_child(list, at, nodes[child].byte);
    }
  }
  nodes[child].fail = fail;
  nodes[child].held = nodes[child].is_secret ? nodes[child].depth : nodes[fail].held;
  nodes[child].hit = nodes[child].pattern != 0 ? child : nodes[fail].hit;
}

/* Nodes in the order of their depth: what a link leads to is linked already. */
bool scrub_list_link(struct scrub_list *list)
{
  if (list->is_linked || list->node_count == 0)
    return true;
  uint32_t *queue = malloc(list->node_count * sizeof *queue);
  if (queue == NULL)
    return false;
  uint32_t first = 0, last = 1;
  queue[0] = 0;
  while (first < last) {
    uint32_t parent = queue[first++];
    for (uint32_t child = list->nodes[parent].child; child != 0;
         child = list->nodes[child].sibling) {
      link_child(list, parent, child);
      queue[last++] = child;
    }
  }
  free(queue);
  list->is_linked = true;
  return true;
}

/*
** scrub.c - a stream without its secrets. Each byte is looked at once; only the bytes
** that may yet become a secret wait, and they are as many as the matcher is deep.
*/
#include <string.h>

#include "core/scrub_trie.h"

#define STARS "********"

static bool is_prompt_end(unsigned char byte)
{
  return byte == '#' || byte == '>' || byte == '$' || byte == '%' || byte == ']';
}

/* A line has ended: the rules begin anew. */
static void begin_line(struct scrub *scrub)
{
  scrub->column = 0;
  scrub->line = SCRUB_PLAIN;
  if (scrub->has_next)
    memset(scrub->next, 0, sizeof scrub->next);
  scrub->has_next = false;
}

static void count_column(struct scrub *scrub, unsigned char byte)
{
  if (is_prompt_end(byte))
    scrub->column = 0;
  else if (byte != ' ' || scrub->column > 0)
    scrub->column++;
}

/* ---- what comes out ---- */

static bool put(struct scrub *scrub, unsigned char byte, bool is_hidden,
                struct bytes *out)
{
  bool had_stars = scrub->has_stars;
  scrub->has_stars = is_hidden;
  if (is_hidden)
    return had_stars || bytes_add(out, STARS, sizeof STARS - 1);
  return bytes_add(out, (const char *)&byte, 1);
}

/* All but the last bytes, which may yet become something. */
static bool release(struct scrub *scrub, size_t kept, struct bytes *out)
{
  size_t count = scrub->length - kept;
  bool is_ok = true;
  for (size_t i = 0; i < count && is_ok; i++)
    is_ok = put(scrub, scrub->held[i], scrub->hidden[i], out);
  if (count > 0 && kept > 0) {
    memmove(scrub->held, scrub->held + count, kept);
    memmove(scrub->hidden, scrub->hidden + count, kept);
  }
  scrub->length = kept;
  return is_ok;
}

static void give_held(struct scrub *scrub)
{
  if (scrub->held != NULL)
    vault_give(scrub->block, scrub->held, 2 * scrub->capacity);
  scrub->held = scrub->hidden = NULL;
}

static bool make_room(struct scrub *scrub)
{
  size_t capacity = scrub->list->longest + 2;
  if (scrub->capacity >= capacity)
    return true;
  struct vault_block *block;
  unsigned char *held = vault_take(scrub->list->vault, 2 * capacity, &block);
  if (held == NULL)
    return false;
  if (scrub->length > 0) {
    memcpy(held, scrub->held, scrub->length);
    memcpy(held + capacity, scrub->hidden, scrub->length);
  }
  give_held(scrub);
  scrub->held = held;
  scrub->hidden = held + capacity;
  scrub->block = block;
  scrub->capacity = capacity;
  return true;
}

/* ---- what is found ---- */

static void find_word(struct scrub *scrub, const struct scrub_pattern *pattern)
{
  const struct scrub_rule *rule = &scrub->list->rules[pattern->rule];
  unsigned char *next = &scrub->next[pattern->rule];
  uint32_t visible = pattern->length - pattern->blanks;
  bool is_out_of_place = *next == 0 && rule->is_first && scrub->column != visible;
  if (pattern->word != *next || is_out_of_place)
    return;
  *next = (unsigned char)(*next + 1);
  scrub->has_next = true;
  if (*next < rule->words || scrub->line >= SCRUB_GAP)
    return;
  scrub->line = pattern->ends_in_word ? SCRUB_WORD : SCRUB_GAP;
}

static void find(struct scrub *scrub, const struct scrub_pattern *pattern)
{
  if (pattern->rule == SCRUB_RULES)
    memset(scrub->hidden + scrub->length - pattern->length, true, pattern->length);
  else
    find_word(scrub, pattern);
}

static void find_all(struct scrub *scrub)
{
  const struct scrub_list *list = scrub->list;
  uint32_t node = list->nodes[scrub->node].hit;
  while (node != 0) {
    uint32_t at = list->nodes[node].pattern;
    for (; at != 0; at = list->patterns[at - 1].following)
      find(scrub, &list->patterns[at - 1]);
    node = list->nodes[list->nodes[node].fail].hit;
  }
}

static void advance(struct scrub *scrub, unsigned char byte)
{
  const struct scrub_list *list = scrub->list;
  uint32_t node = scrub->node, child = scrub_list_child(list, node, byte);
  while (child == 0 && node != 0) {
    node = list->nodes[node].fail;
    child = scrub_list_child(list, node, byte);
  }
  scrub->node = child;
}

/* Whether this byte belongs to a line's rest that is hidden. */
static bool is_in_hidden_line(struct scrub *scrub, unsigned char byte)
{
  bool is_blank = byte == ' ' || byte == '\t';
  if (scrub->line == SCRUB_WORD && is_blank)
    scrub->line = SCRUB_GAP;
  else if (scrub->line == SCRUB_GAP && !is_blank)
    scrub->line = SCRUB_HIDDEN;
  return scrub->line == SCRUB_HIDDEN;
}

static void hold(struct scrub *scrub, unsigned char byte, bool is_hidden)
{
  scrub->held[scrub->length] = byte;
  scrub->hidden[scrub->length++] = is_hidden;
}

/* The carriage return was hidden, since more of the hidden line may have followed. */
static bool show_return(struct scrub *scrub, struct bytes *out)
{
  if (scrub->length == 0)
    return put(scrub, '\r', false, out);
  scrub->hidden[scrub->length - 1] = false;
  return true;
}

static bool end_line(struct scrub *scrub, unsigned char byte, struct bytes *out)
{
  bool is_hidden = scrub->line == SCRUB_HIDDEN;
  if (byte == '\r' && is_hidden) {
    scrub->has_return = true;
    return true;
  }
  bool is_ok = !(scrub->has_return && is_hidden) || show_return(scrub, out);
  begin_line(scrub);
  return is_ok;
}

static bool feed_byte(struct scrub *scrub, unsigned char byte, struct bytes *out)
{
  bool is_end = byte == '\n' || byte == '\r';
  if (is_end && !end_line(scrub, byte, out))
    return false;
  if (!is_end)
    count_column(scrub, byte);
  bool is_hidden = is_in_hidden_line(scrub, byte);
  scrub->has_return = byte == '\r' && is_hidden;
  advance(scrub, byte);
  hold(scrub, byte, is_hidden);
  find_all(scrub);
  size_t kept = scrub->list->nodes[scrub->node].held;
  return release(scrub, kept < scrub->length ? kept : scrub->length, out);
}

/* How many bytes from the first on are nothing to look at twice. */
static size_t count_plain(struct scrub *scrub, const char *bytes, size_t length)
{
  size_t n = 0;
  if (scrub->node != 0 || scrub->line != SCRUB_PLAIN || scrub->length > 0)
    return 0;
  while (n < length && !scrub->list->starts[(unsigned char)bytes[n]]) {
    if (bytes[n] == '\n' || bytes[n] == '\r')
      begin_line(scrub);
    else
      count_column(scrub, (unsigned char)bytes[n]);
    n++;
  }
  return n;
}

bool scrub_feed(struct scrub *scrub, const char *bytes, size_t length,
                struct bytes *out)
{
  if (scrub->list->node_count == 0)
    return bytes_add(out, bytes, length);
  if (!scrub_list_link(scrub->list) || !make_room(scrub))
    return false;
  for (size_t i = 0; i < length;) {
    size_t plain = count_plain(scrub, bytes + i, length - i);
    if (plain > 0)
      scrub->has_stars = false;
    if (!bytes_add(out, bytes + i, plain))
      return false;
    i += plain;
    if (i < length && !feed_byte(scrub, (unsigned char)bytes[i++], out))
      return false;
  }
  return true;
}

bool scrub_finish(struct scrub *scrub, struct bytes *out)
{
  if (scrub->length > 0)
    memset(scrub->hidden, true, scrub->length);
  bool is_ok = release(scrub, 0, out);
  give_held(scrub);
  *scrub = (struct scrub){.list = scrub->list};
  return is_ok;
}

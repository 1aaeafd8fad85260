/*
** edit.c - any bytes as keys of a device's line editor, in pieces of any size, under
** any rules. What must hold: nothing is read or written out of bounds; the line stays
** within its limit, and the cursor within the line; a read that ended takes no more
** bytes.
*/
#include "lab/edit.h"
#include "fuzz/target.h"

static struct edit_rules rules_of(unsigned char bits)
{
  return (struct edit_rules){.prompt = "r1#",
                             .prompt_length = 3,
                             .limit = bits & 1 ? 8 : 4096,
                             .has_echo = (bits & 2) == 0,
                             .has_help = (bits & 4) != 0,
                             .has_f1 = (bits & 64) != 0,
                             .has_tab = (bits & 8) != 0,
                             .has_suspend = (bits & 16) != 0,
                             .keeps_history = (bits & 32) == 0};
}

static size_t feed(struct edit *edit, const struct edit_rules *rules, const char *keys,
                   size_t length)
{
  struct bytes echo = {0};
  size_t used = 0;
  enum edit_end end = edit_feed(edit, rules, keys, length, &used, &echo);
  target_require(used <= length && (end != EDIT_OPEN || used == length), "bytes taken");
  target_require(edit->cursor <= edit->length && edit->length <= edit->capacity,
                 "cursor in line");
  target_require(edit->length <= rules->limit, "line within its limit");
  target_require(end != EDIT_OPEN || edit->shown <= edit->history.length, "history");
  if (end == EDIT_ENTER || end == EDIT_INTERRUPT)
    edit_clear(edit);
  if (end != EDIT_OPEN)
    edit_start(edit, rules, &echo);
  bytes_clear(&echo);
  return used;
}

void edit_target(const uint8_t *data, size_t size)
{
  if (size < 2)
    return;
  const struct edit_rules rules = rules_of(data[0]);
  const size_t piece = data[1] % 64 + 1U;
  const char *keys = (const char *)data + 2;
  struct edit edit = {0};
  for (size_t left = size - 2; left > 0;) {
    size_t used = feed(&edit, &rules, keys, left < piece ? left : piece);
    keys += used;
    left -= used;
  }
  edit_free(&edit);
}

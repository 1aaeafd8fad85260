/*
** edit.c - the line editor of a simulated device: keys in, echo out. It draws as
** routers do, with backspaces and blanks only, and leaves wrapping to the terminal.
** Nothing here knows of SSH, and nothing waits.
*/
#include "lab/edit.h"

#include <stdlib.h>
#include <string.h>

enum {
  HISTORY = 2048, /* bytes */
  CTRL_A = 1,
  CTRL_B = 2,
  CTRL_C = 3,
  CTRL_D = 4,
  CTRL_E = 5,
  CTRL_F = 6,
  BELL = 7,
  BACKSPACE = 8,
  CTRL_K = 11,
  CTRL_L = 12,
  CTRL_N = 14,
  CTRL_P = 16,
  CTRL_R = 18,
  CTRL_U = 21,
  CTRL_V = 22,
  CTRL_W = 23,
  CTRL_X = 24,
  CTRL_Z = 26,
  ESCAPE = 27,
  DELETE = 127,
};

enum { STATE_PLAIN, STATE_ESCAPE, STATE_CSI, STATE_SS3, STATE_LITERAL };

/* One call's worth of context, so that the many small moves stay short. */
struct pen {
  struct edit *edit;
  const struct edit_rules *rules;
  struct bytes *echo;
};

static void put(const struct pen *pen, const char *data, size_t length)
{
  if (pen->rules->has_echo)
    bytes_add(pen->echo, data, length); /* without memory, an echo is missing */
}

static void repeat(const struct pen *pen, char byte, size_t count)
{
  for (; count > 0; count--)
    put(pen, &byte, 1);
}

static void ring(const struct pen *pen)
{
  bytes_add(pen->echo, "\a", 1);
}

static void new_line(const struct pen *pen)
{
  bytes_add(pen->echo, "\r\n", 2); /* after a password too */
}

static void move_to(const struct pen *pen, size_t place)
{
  struct edit *edit = pen->edit;
  if (place < edit->cursor)
    repeat(pen, '\b', edit->cursor - place);
  else if (place > edit->cursor)
    put(pen, edit->text + edit->cursor, place - edit->cursor);
  edit->cursor = place;
}

static void erase(const struct pen *pen, size_t from, size_t to)
{
  struct edit *edit = pen->edit;
  if (from == to)
    return;
  move_to(pen, from);
  memmove(edit->text + from, edit->text + to, edit->length - to);
  edit->length -= to - from;
  put(pen, edit->text + from, edit->length - from);
  repeat(pen, ' ', to - from);
  repeat(pen, '\b', edit->length - from + (to - from));
}

static bool make_room(struct edit *edit, size_t length)
{
  if (length <= edit->capacity)
    return true;
  size_t capacity = edit->capacity > 0 ? edit->capacity : 32;
  while (capacity < length)
    capacity *= 2;
  char *text = realloc(edit->text, capacity);
  if (text == NULL)
    return false;
  edit->text = text;
  edit->capacity = capacity;
  return true;
}

static void insert(const struct pen *pen, const char *data, size_t length)
{
  struct edit *edit = pen->edit;
  if (edit->length + length > pen->rules->limit ||
      !make_room(edit, edit->length + length)) {
    ring(pen);
    return;
  }
  size_t behind = edit->length - edit->cursor;
  memmove(edit->text + edit->cursor + length, edit->text + edit->cursor, behind);
  memcpy(edit->text + edit->cursor, data, length);
  edit->length += length;
  put(pen, edit->text + edit->cursor, length + behind);
  repeat(pen, '\b', behind);
  edit->cursor += length;
}

static void draw(const struct pen *pen)
{
  struct edit *edit = pen->edit;
  bytes_add(pen->echo, pen->rules->prompt, pen->rules->prompt_length);
  put(pen, edit->text, edit->length);
  repeat(pen, '\b', edit->length - edit->cursor);
}

static size_t word_start(const struct edit *edit)
{
  size_t place = edit->cursor;
  while (place > 0 && edit->text[place - 1] == ' ')
    place--;
  while (place > 0 && edit->text[place - 1] != ' ')
    place--;
  return place;
}

static bool is_quoted(const struct edit *edit)
{
  bool quoted = false;
  for (size_t i = 0; i < edit->cursor; i++)
    quoted ^= edit->text[i] == '"';
  return quoted;
}

/* Where the line of the history begins that ends before 'end'. */
static size_t line_before(const struct edit *edit, size_t end)
{
  const char *lines = bytes_head(&edit->history);
  size_t place = end - 1; /* its newline */
  while (place > 0 && lines[place - 1] != '\n')
    place--;
  return place;
}

static size_t line_length(const struct edit *edit, size_t place)
{
  const char *line = bytes_head(&edit->history) + place;
  const char *end = memchr(line, '\n', edit->history.length - place);
  return end != NULL ? (size_t)(end - line) : 0;
}

static void remember(struct edit *edit)
{
  struct bytes *history = &edit->history;
  if (edit->length == 0 || edit->length >= HISTORY ||
      memchr(edit->text, '\n', edit->length) != NULL)
    return;
  if (history->length > 0) {
    size_t last = line_before(edit, history->length);
    if (line_length(edit, last) == edit->length &&
        memcmp(bytes_head(history) + last, edit->text, edit->length) == 0)
      return;
  }
  while (history->length + edit->length + 1 > HISTORY)
    bytes_drop(history, line_length(edit, 0) + 1);
  if (bytes_add(history, edit->text, edit->length) && !bytes_add(history, "\n", 1))
    bytes_clear(history);
}

static void show(const struct pen *pen, size_t place)
{
  struct edit *edit = pen->edit;
  edit->shown = place;
  erase(pen, 0, edit->length);
  if (place < edit->history.length)
    insert(pen, bytes_head(&edit->history) + place, line_length(edit, place));
}

static void go_back(const struct pen *pen)
{
  struct edit *edit = pen->edit;
  if (!pen->rules->keeps_history || edit->shown == 0)
    ring(pen);
  else
    show(pen, line_before(edit, edit->shown));
}

static void go_forth(const struct pen *pen)
{
  struct edit *edit = pen->edit;
  if (!pen->rules->keeps_history || edit->shown >= edit->history.length)
    ring(pen);
  else
    show(pen, edit->shown + line_length(edit, edit->shown) + 1);
}

static void move_by_arrow(const struct pen *pen, char key)
{
  struct edit *edit = pen->edit;
  if (key == 'A')
    go_back(pen);
  else if (key == 'B')
    go_forth(pen);
  else if (key == 'C' && edit->cursor < edit->length)
    move_to(pen, edit->cursor + 1);
  else if (key == 'D' && edit->cursor > 0)
    move_to(pen, edit->cursor - 1);
  else if (key == 'H' || (key == '~' && edit->digit == '1'))
    move_to(pen, 0);
  else if (key == 'F' || (key == '~' && edit->digit == '4'))
    move_to(pen, edit->length);
  else if (key == '~' && edit->digit == '3' && edit->cursor < edit->length)
    erase(pen, edit->cursor, edit->cursor + 1);
}

/* Inside an escape sequence; any that is not known is passed over whole. */
static void take_sequence(const struct pen *pen, char byte)
{
  struct edit *edit = pen->edit;
  if (edit->state == STATE_LITERAL) {
    edit->state = STATE_PLAIN;
    insert(pen, &byte, 1);
  } else if (edit->state == STATE_ESCAPE) {
    edit->digit = 0;
    edit->state = STATE_PLAIN;
    if (byte == '[')
      edit->state = STATE_CSI;
    else if (byte == 'O')
      edit->state = STATE_SS3;
  } else if (byte >= '0' && byte <= '9') {
    edit->digit = edit->digit == 0 ? byte : ' '; /* keys have one digit or none */
  } else if (byte >= '@' || byte < ' ') {
    edit->state = STATE_PLAIN;
    move_by_arrow(pen, byte);
  }
}

static void move_by_key(const struct pen *pen, char byte)
{
  struct edit *edit = pen->edit;
  switch (byte) {
  case CTRL_A:
    move_to(pen, 0);
    break;
  case CTRL_B:
    move_by_arrow(pen, 'D');
    break;
  case CTRL_E:
    move_to(pen, edit->length);
    break;
  case CTRL_F:
    move_by_arrow(pen, 'C');
    break;
  case CTRL_N:
    go_forth(pen);
    break;
  case CTRL_P:
    go_back(pen);
    break;
  case CTRL_L:
  case CTRL_R:
    new_line(pen);
    draw(pen);
    break;
  default:
    break; /* a control character without a meaning */
  }
}

static void erase_by_key(const struct pen *pen, char byte)
{
  struct edit *edit = pen->edit;
  switch (byte) {
  case BACKSPACE:
  case DELETE:
    if (edit->cursor > 0)
      erase(pen, edit->cursor - 1, edit->cursor);
    break;
  case CTRL_D:
    if (edit->cursor < edit->length)
      erase(pen, edit->cursor, edit->cursor + 1);
    break;
  case CTRL_K:
    erase(pen, edit->cursor, edit->length);
    break;
  case CTRL_U:
  case CTRL_X:
    erase(pen, 0, edit->cursor);
    break;
  case CTRL_W:
    erase(pen, word_start(edit), edit->cursor);
    break;
  case ESCAPE:
    edit->state = STATE_ESCAPE;
    break;
  case CTRL_V:
    edit->state = STATE_LITERAL;
    break;
  default:
    move_by_key(pen, byte);
  }
}

static enum edit_end end_line(const struct pen *pen, enum edit_end end)
{
  if (end == EDIT_ENTER && pen->rules->keeps_history)
    remember(pen->edit);
  move_to(pen, pen->edit->length);
  if (end == EDIT_SUSPEND)
    put(pen, "^Z", 2);
  new_line(pen);
  return end;
}

static bool is_ending(const struct pen *pen, char byte, enum edit_end *end)
{
  const struct edit_rules *rules = pen->rules;
  *end = EDIT_OPEN;
  if (byte == '\r' || byte == '\n')
    *end = EDIT_ENTER;
  else if (byte == CTRL_C)
    *end = EDIT_INTERRUPT;
  else if (byte == CTRL_Z && rules->has_suspend)
    *end = EDIT_SUSPEND;
  else if (byte == '?' && rules->has_help && !is_quoted(pen->edit))
    *end = EDIT_HELP;
  else if (byte == '\t' && rules->has_tab)
    *end = EDIT_TAB;
  return *end != EDIT_OPEN;
}

/* As terminals of the VT100's kind send it. */
static bool is_f1(const struct pen *pen, char byte)
{
  return pen->rules->has_f1 && pen->edit->state == STATE_SS3 && byte == 'P';
}

static enum edit_end take(const struct pen *pen, char byte)
{
  struct edit *edit = pen->edit;
  enum edit_end end;
  if (is_f1(pen, byte)) {
    edit->state = STATE_PLAIN;
    new_line(pen);
    return EDIT_HELP;
  }
  if (edit->state != STATE_PLAIN) {
    take_sequence(pen, byte);
  } else if (is_ending(pen, byte, &end)) {
    if (end == EDIT_HELP)
      put(pen, "?\r\n", 3); /* the text and its cursor stay for the next read */
    return end == EDIT_HELP || end == EDIT_TAB ? end : end_line(pen, end);
  } else if ((unsigned char)byte < ' ' || byte == DELETE) {
    erase_by_key(pen, byte);
  } else {
    insert(pen, &byte, 1);
  }
  return EDIT_OPEN;
}

void edit_start(struct edit *edit, const struct edit_rules *rules, struct bytes *echo)
{
  const struct pen pen = {edit, rules, echo};
  edit->shown = edit->history.length;
  draw(&pen);
}

enum edit_end edit_feed(struct edit *edit, const struct edit_rules *rules,
                        const char *bytes, size_t length, size_t *used,
                        struct bytes *echo)
{
  const struct pen pen = {edit, rules, echo};
  enum edit_end end = EDIT_OPEN;
  size_t i = 0;
  for (; i < length && end == EDIT_OPEN; i++)
    if (edit_key(edit, bytes[i]) >= 0)
      end = take(&pen, bytes[i]);
  *used = i;
  return end;
}

int edit_key(struct edit *edit, char byte)
{
  bool is_rest = edit->is_after_return && (byte == '\n' || byte == '\0');
  edit->is_after_return = !is_rest && byte == '\r';
  return is_rest ? -1 : (unsigned char)byte;
}

bool edit_set(struct edit *edit, const char *text, size_t length)
{
  if (!make_room(edit, length))
    return false;
  if (length > 0)
    memcpy(edit->text, text, length);
  edit->length = edit->cursor = length;
  return true;
}

void edit_clear(struct edit *edit)
{
  free(edit->text);
  edit->text = NULL;
  edit->length = edit->cursor = edit->capacity = 0;
  edit->state = STATE_PLAIN;
}

void edit_free(struct edit *edit)
{
  edit_clear(edit);
  bytes_clear(&edit->history);
}

/*
** row.c - printing, moving and erasing in the row under the cursor. What a control
** sequence looks like is not known here, and no edit costs more than one row of the
** terminal, however long the line is.
*/
#include "term/row.h"

#include <string.h>

enum {
  TAB_STOP = 8,
  /* Where devices wrap that do not ask for the width: they print the blank behind the
     last column to get to the next row, and a carriage return to take it back. */
  WRAP_COLUMN = 80,
};

void row_open(struct row *r, unsigned width)
{
  memset(r, 0, sizeof *r);
  lines_open(&r->lines);
  r->width = width == 0 ? ROW_WIDTH : width;
  if (r->width > ROW_WIDEST)
    r->width = ROW_WIDEST;
}

void row_close(struct row *r)
{
  lines_close(&r->lines);
  memset(r, 0, sizeof *r);
}

static bool is_continuation(char byte)
{
  return ((unsigned char)byte & 0xC0) == 0x80;
}

/* How many bytes may follow this one in its character. */
static unsigned expected_after(char byte)
{
  unsigned char first = (unsigned char)byte;
  if (first < 0xC2 || first > 0xF4)
    return 0;
  if (first < 0xE0)
    return 1;
  return first < 0xF0 ? 2 : 3;
}

static size_t length_of(const struct row *r)
{
  return lines_length(&r->lines);
}

static bool is_at_end(const struct row *r)
{
  return r->cursor == length_of(r);
}

/* The bytes of at most so many characters from the cursor on. */
static size_t span(struct row *r, unsigned columns)
{
  const char *line = lines_line(&r->lines);
  size_t end = length_of(r);
  size_t at = r->cursor;
  for (; columns > 0 && at < end; columns--) {
    unsigned after = expected_after(line[at++]);
    for (; after > 0 && at < end && is_continuation(line[at]); after--)
      at++;
  }
  r->lines.work += at - r->cursor;
  return at - r->cursor;
}

static size_t span_before(struct row *r)
{
  const char *line = lines_line(&r->lines);
  size_t at = r->cursor - 1;
  while (at > r->margin && r->cursor - at < 4 && is_continuation(line[at]))
    at--;
  size_t length = r->cursor - at;
  r->lines.work += length;
  return length <= 1 + expected_after(line[at]) ? length : 1;
}

static unsigned columns_from_cursor(struct row *r)
{
  size_t cursor = r->cursor;
  unsigned columns = 0;
  for (; !is_at_end(r); columns++)
    r->cursor += span(r, 1);
  r->cursor = cursor;
  return columns;
}

static void cut(struct row *r, size_t length)
{
  r->lines.end = r->lines.open + length;
}

static void start(struct row *r)
{
  r->margin = r->cursor = length_of(r);
  r->column = r->hidden = r->gap = r->blanks = r->pending = 0;
}

bool row_finish(struct row *r)
{
  if (!lines_finish(&r->lines))
    return false;
  start(r);
  return true;
}

bool row_leave(struct row *r)
{
  unsigned column = r->column;
  if (length_of(r) > 0 && !lines_finish(&r->lines))
    return false;
  start(r);
  r->column = r->gap = column;
  return true;
}

void row_keep(struct row *r, size_t length)
{
  lines_keep(&r->lines, length);
  start(r);
}

void row_clear(struct row *r)
{
  unsigned column = r->column;
  unsigned left = (column > r->hidden ? column : r->hidden) - r->gap;
  unsigned hidden = left + columns_from_cursor(r);
  lines_clear(&r->lines);
  start(r);
  r->column = column;
  r->hidden = hidden < r->width ? hidden : r->width;
  r->gap = column > r->hidden ? column - r->hidden : 0;
}

/* At the end of the row: ASCII, with no gap before it. */
static bool append(struct row *r, const char *bytes, size_t length)
{
  if (!lines_splice(&r->lines, r->cursor, 0, length))
    return false;
  memcpy(lines_line(&r->lines) + r->cursor, bytes, length);
  size_t column = r->column + length;
  if (column > r->width) { /* the cursor's row begins within these bytes */
    size_t over = (column - 1) / r->width * r->width;
    r->margin = r->cursor + (over - r->column);
    r->hidden = 0;
    column -= over;
  }
  r->cursor += length;
  r->column = (unsigned)column;
  r->blanks = r->pending = 0;
  return true;
}

/* Beyond the end: blanks fill the gap, unless the gap itself goes on being erased. */
static bool extend(struct row *r, char byte)
{
  size_t gap = r->gap;
  if (byte == ' ' && r->blanks > 0) {
    r->gap++;
    r->column++;
    return true;
  }
  if (!lines_splice(&r->lines, r->cursor, 0, gap + 1))
    return false;
  char *line = lines_line(&r->lines);
  memset(line + r->cursor, ' ', gap);
  line[r->cursor + gap] = byte;
  r->cursor += gap + 1;
  r->column++;
  r->gap = r->blanks = 0;
  return true;
}

static bool overwrite(struct row *r, char byte)
{
  if (!lines_splice(&r->lines, r->cursor, span(r, 1), 1))
    return false;
  lines_line(&r->lines)[r->cursor++] = byte;
  r->column++;
  r->blanks = byte == ' ' ? r->blanks + 1 : 0;
  if (r->blanks > 0 && is_at_end(r)) {
    r->gap = r->blanks;
    r->cursor -= r->blanks;
    cut(r, r->cursor);
  }
  return true;
}

/* Blanks in the place of the 'old' bytes at the cursor. */
static bool put_blanks(struct row *r, size_t old, unsigned columns)
{
  if (!lines_splice(&r->lines, r->cursor, old, columns))
    return false;
  memset(lines_line(&r->lines) + r->cursor, ' ', columns);
  return true;
}

/* Left of what was cleared away something is printed: the row begins there now. */
static bool reach_back(struct row *r)
{
  unsigned columns = r->hidden - r->column;
  r->hidden = r->column;
  return is_at_end(r) || put_blanks(r, 0, columns);
}

static void trim_end(struct row *r)
{
  const char *line = lines_line(&r->lines);
  size_t end = length_of(r);
  while (end > r->cursor && line[end - 1] == ' ')
    end--;
  r->lines.work += length_of(r) - end;
  cut(r, end);
}

static bool put_continuation(struct row *r, char byte)
{
  r->pending--;
  if (!lines_splice(&r->lines, r->cursor, 0, 1))
    return false;
  lines_line(&r->lines)[r->cursor++] = byte;
  return true;
}

bool row_put(struct row *r, char byte)
{
  if (r->pending > 0 && is_continuation(byte))
    return put_continuation(r, byte);
  if (r->column >= r->width)
    start(r);
  r->pending = expected_after(byte);
  if (r->column < r->hidden && byte == ' ') { /* nobody sees any more what it erases */
    r->column++;
    r->blanks = is_at_end(r);
    return true;
  }
  if (r->column < r->hidden && !reach_back(r))
    return false;
  trim_end(r);
  return is_at_end(r) ? extend(r, byte) : overwrite(r, byte);
}

static bool is_appending(const struct row *r)
{
  return is_at_end(r) && r->gap == 0 && r->blanks == 0 && r->column >= r->hidden;
}

bool row_print(struct row *r, const char *bytes, size_t length)
{
  for (; length > 0; bytes++, length--) {
    if (is_appending(r))
      return append(r, bytes, length);
    if (!row_put(r, *bytes))
      return false;
  }
  return true;
}

bool row_tab(struct row *r)
{
  if (is_appending(r))
    return row_put(r, '\t');
  row_right(r, TAB_STOP - r->column % TAB_STOP);
  return true;
}

static bool has_wrapped(struct row *r)
{
  const char *line = lines_line(&r->lines);
  return r->column == WRAP_COLUMN + 1 && is_appending(r) && r->cursor > r->margin &&
         line[r->cursor - 1] == ' ' && line[r->margin] != ' ';
}

void row_return(struct row *r)
{
  if (has_wrapped(r)) {
    r->margin = r->cursor - 1;
    r->hidden = 0;
  }
  r->cursor = r->margin;
  r->column = r->gap = r->blanks = r->pending = 0;
}

void row_left(struct row *r, unsigned columns)
{
  r->blanks = r->pending = 0;
  for (; columns > 0 && r->column > 0; columns--) {
    r->column--;
    if (r->gap > 0)
      r->gap--;
    else if (r->cursor > r->margin)
      r->cursor -= span_before(r);
  }
  if (r->column <= r->hidden) {
    r->cursor = r->margin;
    r->gap = 0;
  }
}

void row_right(struct row *r, unsigned columns)
{
  r->blanks = r->pending = 0;
  for (; columns > 0 && r->column + 1 < r->width; columns--) {
    r->column++;
    if (r->column <= r->hidden)
      continue;
    if (is_at_end(r))
      r->gap++;
    else
      r->cursor += span(r, 1);
  }
}

void row_to(struct row *r, unsigned column)
{
  if (column < r->column)
    row_left(r, r->column - column);
  else
    row_right(r, column - r->column);
}

void row_erase_right(struct row *r)
{
  r->blanks = r->pending = 0;
  cut(r, r->cursor);
}

void row_erase(struct row *r)
{
  r->blanks = r->pending = 0;
  r->cursor = r->margin;
  cut(r, r->margin);
  r->gap = r->column > r->hidden ? r->column - r->hidden : 0;
}

bool row_erase_left(struct row *r)
{
  r->blanks = r->pending = 0;
  if (r->column < r->hidden)
    return true;
  size_t through = r->cursor + span(r, 1);
  if (through == length_of(r)) {
    row_erase(r);
    return true;
  }
  unsigned columns = r->column - r->hidden + 1;
  r->cursor = r->margin;
  if (!put_blanks(r, through - r->margin, columns))
    return false;
  r->cursor += columns - 1;
  return true;
}

bool row_insert(struct row *r, unsigned columns)
{
  r->blanks = r->pending = 0;
  if (is_at_end(r) || r->column < r->hidden)
    return true;
  unsigned room = r->width - r->column;
  if (!put_blanks(r, 0, columns < room ? columns : room))
    return false;
  cut(r, r->cursor + span(r, room)); /* the rest was pushed over the right margin */
  return true;
}

bool row_delete(struct row *r, unsigned columns)
{
  r->blanks = r->pending = 0;
  return r->column < r->hidden ||
         lines_splice(&r->lines, r->cursor, span(r, columns), 0);
}

bool row_blank(struct row *r, unsigned columns)
{
  r->blanks = r->pending = 0;
  if (r->column < r->hidden)
    return true;
  size_t old = span(r, columns);
  if (r->cursor + old < length_of(r))
    return put_blanks(r, old, columns);
  cut(r, r->cursor);
  return true;
}

/*
** screen.c - the state machine: which bytes are text and which are control. It keeps no
** text itself, answers no query and draws nothing.
*/
#include "term/screen.h"

#include <string.h>

enum {
  STATE_TEXT,
  STATE_ESCAPE,   /* after ESC */
  STATE_SWALLOW,  /* ESC and intermediate bytes: one final byte to come */
  STATE_SEQUENCE, /* a control sequence, after ESC [ */
  STATE_STRING,   /* OSC, DCS, APC, PM or SOS, until ST, BEL or the end of the line */
};

enum {
  LONGEST_SEQUENCE = 64, /* bytes; what is longer is broken off and shown as text */
  LONGEST_STRING = 4096,
  LARGEST_PARAMETER = 9999,
  BOTTOM = 24,     /* of a terminal nobody asked for its size */
  FAR_BELOW = 1000 /* rows from here on mean "as far as it goes" */
};

enum {
  NUL = 0x00,
  BEL = 0x07,
  BS = 0x08,
  HT = 0x09,
  LF = 0x0A,
  VT = 0x0B,
  FF = 0x0C,
  CR = 0x0D,
  CAN = 0x18,
  SUB = 0x1A,
  ESC = 0x1B,
  DEL = 0x7F,
};

void screen_open(struct screen *s, unsigned width)
{
  memset(s, 0, sizeof *s);
  row_open(&s->row, width);
  s->at = s->home = s->bottom = BOTTOM;
}

void screen_close(struct screen *s)
{
  row_close(&s->row);
}

/* Before anything is printed: if the cursor has left the line, a new one begins. */
static bool arrive(struct screen *s)
{
  if (s->at == s->home)
    return true;
  s->home = s->at;
  return row_leave(&s->row);
}

static bool new_line(struct screen *s)
{
  if (s->at < s->bottom)
    s->at++;
  s->home = s->at;
  return row_finish(&s->row);
}

static void go_to(struct screen *s, unsigned at)
{
  if (at >= FAR_BELOW)
    at = s->bottom;
  if (at > s->bottom) {
    if (!s->is_addressed) /* then it was at the bottom all the time */
      s->home = at;
    s->bottom = at;
  }
  s->is_addressed = 1;
  s->at = at;
}

static void go_down(struct screen *s, unsigned rows)
{
  unsigned room = s->at < s->bottom ? s->bottom - s->at : 0;
  s->at += rows < room ? rows : room;
}

static void go_up(struct screen *s, unsigned rows)
{
  s->at = rows < s->at ? s->at - rows : 1;
}

/* Movements of the cursor; true: it was one of them. */
static bool move(struct screen *s, char final, unsigned count)
{
  switch (final) {
  case 'A': /* CUU */
    go_up(s, count);
    return true;
  case 'B': /* CUD */
  case 'e': /* VPR */
    go_down(s, count);
    return true;
  case 'C': /* CUF */
  case 'a': /* HPR */
    row_right(&s->row, count);
    return true;
  case 'D': /* CUB */
    row_left(&s->row, count);
    return true;
  case 'E': /* CNL */
    go_down(s, count);
    row_return(&s->row);
    return true;
  case 'F': /* CPL */
    go_up(s, count);
    row_return(&s->row);
    return true;
  case 'G': /* CHA */
  case '`': /* HPA */
    row_to(&s->row, count - 1);
    return true;
  case 'H': /* CUP */
  case 'f': /* HVP */
    go_to(s, count);
    row_to(&s->row, s->parameters[1] > 0 ? s->parameters[1] - 1U : 0);
    return true;
  case 'd': /* VPA */
    go_to(s, count);
    return true;
  default:
    return false;
  }
}

static bool erase(struct screen *s, unsigned which)
{
  switch (which) {
  case 0:
    row_erase_right(&s->row);
    return true;
  case 1:
    return row_erase_left(&s->row);
  default:
    row_erase(&s->row);
    return true;
  }
}

/* Changes to the line the cursor is on. */
static bool edit(struct screen *s, char final, unsigned count)
{
  switch (final) {
  case '@': /* ICH */
    return row_insert(&s->row, count);
  case 'J': /* ED; the whole screen is done with by the time this is reached */
  case 'K': /* EL */
    return erase(s, s->parameters[0]);
  case 'M': /* DL */
    row_erase(&s->row);
    return true;
  case 'P': /* DCH */
    return row_delete(&s->row, count);
  case 'X': /* ECH */
    return row_blank(&s->row, count);
  default: /* colours, modes, queries and whatever else changes no text */
    return true;
  }
}

static bool dispatch(struct screen *s, char final)
{
  unsigned count = s->parameters[0] > 0 ? s->parameters[0] : 1;
  if (s->has_mark || move(s, final, count))
    return true;
  if (final == 'r') { /* DECSTBM */
    if (s->parameters[1] > 0 && s->parameters[1] < FAR_BELOW)
      s->bottom = s->parameters[1];
    return true;
  }
  bool is_away = s->at != s->home;
  bool has_cleared = final == 'J' && s->parameters[0] >= 2;
  bool has_scrolled = final == 'L' || (final == 'M' && is_away);
  if (has_cleared || has_scrolled) /* what was said is kept, and what comes is new */
    return row_leave(&s->row);
  return is_away || edit(s, final, count);
}

static void begin(struct screen *s, unsigned char state)
{
  s->state = state;
  s->length = 0;
  s->place = 0;
  s->has_mark = 0;
  s->parameters[0] = s->parameters[1] = 0;
}

static bool escape(struct screen *s, char byte)
{
  s->state = STATE_TEXT;
  switch (byte) {
  case '[':
    begin(s, STATE_SEQUENCE);
    return true;
  case ']': /* OSC */
  case 'P': /* DCS */
  case 'X': /* SOS */
  case '^': /* PM */
  case '_': /* APC */
    begin(s, STATE_STRING);
    return true;
  case 'D': /* IND */
  case 'E': /* NEL */
    return new_line(s);
  case 'c': /* RIS */
    row_return(&s->row);
    return row_leave(&s->row);
  default:
    if (byte >= ' ' && byte <= '/') /* a character set, mostly */
      begin(s, STATE_SWALLOW);
    return true;
  }
}

static void add_digit(struct screen *s, char byte)
{
  unsigned value = 10U * s->parameters[s->place] + (unsigned)(byte - '0');
  if (value > LARGEST_PARAMETER)
    value = LARGEST_PARAMETER;
  s->parameters[s->place] = (unsigned short)value;
}

static bool sequence(struct screen *s, char byte)
{
  if (byte >= '@') {
    s->state = STATE_TEXT;
    return dispatch(s, byte);
  }
  if (++s->length == LONGEST_SEQUENCE)
    s->state = STATE_TEXT;
  bool is_digit = byte >= '0' && byte <= '9';
  if (byte == ';' && s->place < 2)
    s->place++;
  else if (is_digit && s->place < 2)
    add_digit(s, byte);
  else if (!is_digit && byte != ';')
    s->has_mark = 1;
  return true;
}

/* A control breaks a sequence off, so that a broken one cannot take text with it. */
static bool control(struct screen *s, char byte)
{
  bool is_string = s->state == STATE_STRING;
  if (byte == NUL || byte == DEL || (is_string && (byte == BS || byte == HT)))
    return true;
  s->state = STATE_TEXT;
  switch (byte) {
  case ESC:
    begin(s, STATE_ESCAPE);
    return true;
  case CR:
    row_return(&s->row);
    return true;
  case LF:
  case VT:
  case FF:
    return new_line(s);
  case BS:
    row_left(&s->row, 1);
    return true;
  case HT:
    return arrive(s) && row_tab(&s->row);
  default: /* BEL and CAN end a string, the others mean nothing */
    return true;
  }
}

static bool is_control(char byte)
{
  return (unsigned char)byte < ' ' || byte == DEL;
}

static bool step(struct screen *s, char byte)
{
  s->row.lines.work++;
  if (is_control(byte))
    return control(s, byte);
  if ((unsigned char)byte >= 0x80 && s->state != STATE_STRING)
    s->state = STATE_TEXT;
  switch (s->state) {
  case STATE_ESCAPE:
    return escape(s, byte);
  case STATE_SWALLOW:
    if (byte >= '0' || ++s->length == LONGEST_SEQUENCE)
      s->state = STATE_TEXT;
    return true;
  case STATE_SEQUENCE:
    return sequence(s, byte);
  case STATE_STRING:
    if (++s->length == LONGEST_STRING)
      s->state = STATE_TEXT;
    return true;
  default:
    return arrive(s) && row_put(&s->row, byte);
  }
}

/* How many bytes from here on are printable ASCII; eight are looked at at once. */
static size_t plain_run(const char *bytes, size_t length)
{
  const uint64_t ones = UINT64_MAX / 0xFF;
  size_t i = 0;
  for (uint64_t word; length - i >= sizeof word; i += sizeof word) {
    memcpy(&word, bytes + i, sizeof word);
    if (((word | (word + ones) | (word - ones * ' ')) & (ones * 0x80)) != 0)
      break; /* one of them is below ' ', DEL, or beyond ASCII */
  }
  while (i < length && (unsigned char)bytes[i] < 0x80 && !is_control(bytes[i]))
    i++;
  return i;
}

bool screen_feed(struct screen *s, const char *bytes, size_t length)
{
  for (size_t run; length > 0; bytes += run, length -= run) {
    run = s->state == STATE_TEXT ? plain_run(bytes, length) : 0;
    bool has_memory;
    if (run > 0) {
      s->row.lines.work += run;
      has_memory = arrive(s) && row_print(&s->row, bytes, run);
    } else {
      run = 1;
      has_memory = step(s, *bytes);
    }
    if (!has_memory)
      return false;
  }
  return true;
}

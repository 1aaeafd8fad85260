#ifndef MOONWIRE_TERM_SCREEN_H
#define MOONWIRE_TERM_SCREEN_H

#include "term/row.h"

/*
** Device bytes in, clean text out: one ECMA-48 state machine in front of a row of a
** terminal. However the bytes are cut into pieces, the text is the same.
**
** The text has no control bytes but newline and tab. Bytes from 0x80 on are kept as
** they are, whether they are UTF-8, Latin-1 or nothing: they are never controls here.
**
** A device that addresses the cursor starts a new line by printing on another row than
** the open line's; moving there and back again means nothing.
*/
struct screen {
  struct row row;
  unsigned at;     /* the row of the terminal the cursor is on, counted from 1, */
  unsigned home;   /* the one where the open line is, */
  unsigned bottom; /* and the one that scrolls, as far as the device told */
  unsigned char state;
  unsigned char place;    /* among the parameters of a control sequence */
  unsigned char has_mark; /* it has a private marker or an intermediate byte */
  unsigned char is_addressed;
  unsigned short length; /* bytes of the sequence so far */
  unsigned short parameters[2];
};

/* 'width' in columns, as told to the device; zero: as wide as any device goes. */
void screen_open(struct screen *screen, unsigned width);

/* Give the memory back. Harmless when closed or zero. */
void screen_close(struct screen *screen);

static inline bool screen_is_open(const struct screen *screen)
{
  return screen->row.lines.capacity > 0;
}

/* False when there is no memory; some of the bytes are lost then. */
bool screen_feed(struct screen *screen, const char *bytes, size_t length);

/* Finished lines not dropped yet, each with its newline. Valid until the next feed. */
static inline const char *screen_text(struct screen *screen, size_t *length)
{
  return lines_finished(&screen->row.lines, length);
}

/* The open line, as far as it has got: a prompt, a question, half a line. */
static inline const char *screen_tail(struct screen *screen, size_t *length)
{
  *length = lines_length(&screen->row.lines);
  return lines_line(&screen->row.lines);
}

/* Consume finished text from the front. Amortised constant time. */
static inline void screen_drop(struct screen *screen, size_t length)
{
  lines_drop(&screen->row.lines, length);
}

/* Forget all but the first bytes, for an answer that is given up. */
static inline void screen_keep(struct screen *screen, size_t length)
{
  row_keep(&screen->row, length);
}

/*
** Consume everything, the open line included. What the device prints over that line
** afterwards comes out as if it had not been there. To erase a pager from the text it
** must still be there: answer a pager without consuming it.
*/
static inline void screen_clear(struct screen *screen)
{
  row_clear(&screen->row);
}

/* How many lines were ever finished. */
static inline uint64_t screen_lines(const struct screen *screen)
{
  return screen->row.lines.finished;
}

/* What it has cost, in bytes looked at, copied and moved: for specs. */
static inline uint64_t screen_work(const struct screen *screen)
{
  return screen->row.lines.work;
}

/* Heap memory held, in bytes: none when idle. */
static inline size_t screen_heap(const struct screen *screen)
{
  return screen->row.lines.heap != NULL ? screen->row.lines.capacity : 0;
}

#endif

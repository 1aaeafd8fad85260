#ifndef MOONWIRE_TERM_LINES_H
#define MOONWIRE_TERM_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINES_SMALL = 64 }; /* bytes: a prompt at rest needs no heap */

/*
** A buffer of text that grows at its end and is consumed from its front: finished
** lines, which are final, and behind them the open line, which can be edited.
*/
struct lines {
  char *heap;      /* NULL while everything fits into 'small' */
  size_t capacity; /* zero when closed */
  size_t first;    /* the oldest byte that was not dropped */
  size_t open;     /* where the open line begins */
  size_t end;
  uint64_t finished; /* lines, ever */
  uint64_t work;     /* bytes copied and moved, ever; for specs */
  char small[LINES_SMALL];
};

void lines_open(struct lines *lines);

/* Give the memory back. Harmless when closed. */
void lines_close(struct lines *lines);

static inline char *lines_text(struct lines *lines)
{
  return lines->heap != NULL ? lines->heap : lines->small;
}

/* The finished lines; each ends in a newline. */
static inline const char *lines_finished(struct lines *lines, size_t *length)
{
  *length = lines->open - lines->first;
  return lines_text(lines) + lines->first;
}

/* The open line. Pointers into the text hold until something is added or dropped. */
static inline char *lines_line(struct lines *lines)
{
  return lines_text(lines) + lines->open;
}

static inline size_t lines_length(const struct lines *lines)
{
  return lines->end - lines->open;
}

/*
** In the open line, replace 'old' bytes at offset 'at' by 'fresh' bytes, which are the
** caller's to write. False: no memory, and nothing has changed.
*/
bool lines_splice(struct lines *lines, size_t at, size_t old, size_t fresh);

/* The open line is finished, and an empty one is open. False: no memory. */
bool lines_finish(struct lines *lines);

/* Forget bytes of finished text, the oldest first. Amortised constant time. */
void lines_drop(struct lines *lines, size_t length);

/* Keep so many of the first bytes, and no memory for more. */
void lines_keep(struct lines *lines, size_t length);

/* Forget everything, the open line included. */
void lines_clear(struct lines *lines);

#endif

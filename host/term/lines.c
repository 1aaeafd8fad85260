/*
** lines.c - the buffer under a screen. It knows newlines and no other character. There
** is no heap while the text is short, and none is kept when a long text was consumed.
*/
#include "term/lines.h"

#include <stdlib.h>
#include <string.h>

enum { HEAP_LEAST = 512 };

void lines_open(struct lines *l)
{
  memset(l, 0, sizeof *l);
  l->capacity = LINES_SMALL;
}

void lines_close(struct lines *l)
{
  free(l->heap);
  memset(l, 0, sizeof *l);
}

static void move_to(struct lines *l, char *to)
{
  size_t length = l->end - l->first;
  memmove(to, lines_text(l) + l->first, length);
  l->work += length;
  l->open -= l->first;
  l->end = length;
  l->first = 0;
}

static bool grow(struct lines *l, size_t length)
{
  size_t capacity = l->capacity < HEAP_LEAST ? HEAP_LEAST : l->capacity;
  if (length > SIZE_MAX / 4 - l->end)
    return false;
  while (capacity < l->end + length)
    capacity *= 2;
  char *heap = realloc(l->heap, capacity);
  if (heap == NULL)
    return false;
  if (l->heap == NULL)
    memcpy(heap, l->small, l->end);
  l->heap = heap;
  l->capacity = capacity;
  return true;
}

static bool make_room(struct lines *l, size_t length)
{
  if (length <= l->capacity - l->end)
    return true;
  if (l->first >= l->end - l->first) /* each byte moved was paid for by one dropped */
    move_to(l, lines_text(l));
  return length <= l->capacity - l->end || grow(l, length);
}

bool lines_splice(struct lines *l, size_t at, size_t old, size_t fresh)
{
  if (fresh > old && !make_room(l, fresh - old))
    return false;
  size_t rest = lines_length(l) - at - old;
  if (fresh != old && rest > 0) {
    char *place = lines_line(l) + at;
    memmove(place + fresh, place + old, rest);
    l->work += rest;
  }
  l->end = l->end - old + fresh;
  l->work += fresh;
  return true;
}

bool lines_finish(struct lines *l)
{
  if (!make_room(l, 1))
    return false;
  lines_text(l)[l->end++] = '\n';
  l->open = l->end;
  l->finished++;
  return true;
}

static void shrink(struct lines *l, size_t capacity)
{
  char *heap = realloc(l->heap, capacity);
  if (heap == NULL)
    return;
  l->heap = heap;
  l->capacity = capacity;
}

void lines_drop(struct lines *l, size_t length)
{
  size_t finished = l->open - l->first;
  l->first += length < finished ? length : finished;
  size_t rest = l->end - l->first;
  if (rest <= LINES_SMALL) {
    move_to(l, l->small);
    free(l->heap);
    l->heap = NULL;
    l->capacity = LINES_SMALL;
  } else if (l->capacity > HEAP_LEAST && rest < l->capacity / 4) {
    move_to(l, l->heap);
    shrink(l, 2 * rest > HEAP_LEAST ? 2 * rest : HEAP_LEAST);
  }
}

void lines_keep(struct lines *l, size_t length)
{
  if (length >= l->end - l->first)
    return;
  const char *text = lines_text(l);
  l->end = l->first + length;
  if (l->open > l->end) {
    const char *newline = memrchr(text + l->first, '\n', length);
    l->open = newline != NULL ? (size_t)(newline + 1 - text) : l->first;
  }
  if (l->heap != NULL && l->end > HEAP_LEAST)
    shrink(l, l->end);
}

void lines_clear(struct lines *l)
{
  l->open = l->end;
  lines_drop(l, l->end - l->first);
}

/*
** bytes.c - a queue of bytes. Ten thousand idle terminals have two each, so an empty
** one costs nothing but its struct.
*/
#include "core/bytes.h"

#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 64 };

/* In place where the system can: a copy of what is large would be as large again. */
static bool make_room(struct bytes *bytes, size_t length)
{
  if (bytes->start + bytes->length + length <= bytes->capacity)
    return true;
  if (bytes->start > 0) {
    memmove(bytes->data, bytes_head(bytes), bytes->length);
    bytes->start = 0;
  }
  size_t capacity = bytes->capacity > 0 ? bytes->capacity : SMALLEST;
  while (capacity < bytes->length + length)
    capacity *= 2;
  if (capacity == bytes->capacity)
    return true;
  char *data = realloc(bytes->data, capacity);
  if (data == NULL)
    return false;
  bytes->data = data;
  bytes->capacity = capacity;
  return true;
}

bool bytes_add(struct bytes *bytes, const char *data, size_t length)
{
  if (length == 0)
    return true;
  if (!make_room(bytes, length))
    return false;
  memcpy(bytes->data + bytes->start + bytes->length, data, length);
  bytes->length += length;
  return true;
}

void bytes_drop(struct bytes *bytes, size_t length)
{
  if (length >= bytes->length) {
    bytes_clear(bytes);
    return;
  }
  bytes->start += length;
  bytes->length -= length;
}

void bytes_clear(struct bytes *bytes)
{
  free(bytes->data);
  *bytes = (struct bytes){0};
}

char *bytes_text(const void *bytes, size_t length)
{
  char *text = malloc(length + 1);
  if (text == NULL)
    return NULL;
  memcpy(text, bytes, length);
  text[length] = '\0';
  return text;
}

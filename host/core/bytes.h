#ifndef MOONWIRE_CORE_BYTES_H
#define MOONWIRE_CORE_BYTES_H

#include <stdbool.h>
#include <stddef.h>

/* A queue of bytes that owns no memory while it is empty. All zero: empty. */
struct bytes {
  char *data;
  size_t start, length, capacity;
};

/* Append; false: no memory, and nothing is changed. */
bool bytes_add(struct bytes *bytes, const char *data, size_t length);

/* Take the first 'length' bytes away. */
void bytes_drop(struct bytes *bytes, size_t length);

void bytes_clear(struct bytes *bytes);

static inline const char *bytes_head(const struct bytes *bytes)
{
  return bytes->data + bytes->start;
}

/* A string of these bytes; strndup looks for a zero byte, and here is none. */
char *bytes_text(const void *bytes, size_t length);

#endif

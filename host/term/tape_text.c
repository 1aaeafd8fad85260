/*
** tape_text.c - an event in JSON.
*/
#include "term/tape_text.h"

#include <stdio.h>
#include <string.h>

/* How many bytes the first one announces; zero: it begins no sequence of UTF-8. */
static size_t announced(unsigned char first)
{
  if (first < 0xc2 || first > 0xf4)
    return 0;
  if (first < 0xe0)
    return 2;
  return first < 0xf0 ? 3 : 4;
}

/* One that is longer than it need be, half a surrogate pair, or beyond the last. */
static bool is_no_character(const unsigned char *text)
{
  return (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] >= 0xa0) ||
         (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] >= 0x90);
}

/* How many bytes the sequence at 'text' has; zero: it is none. */
static size_t sequence_length(const unsigned char *text, size_t length)
{
  size_t wanted = announced(text[0]);
  if (wanted == 0 || wanted > length || is_no_character(text))
    return 0;
  for (size_t i = 1; i < wanted; i++)
    if ((text[i] & 0xc0) != 0x80)
      return 0;
  return wanted;
}

static bool add_escaped(struct bytes *line, unsigned char byte)
{
  char text[8];
  unsigned code = byte < 0x80 ? byte : 0xdc00U + byte;
  int length = snprintf(text, sizeof text, "\\u%04x", code);
  return bytes_add(line, text, (size_t)length);
}

static bool add_short(struct bytes *line, char letter)
{
  char text[2] = {'\\', letter};
  return bytes_add(line, text, sizeof text);
}

/* One that JSON does not take as it is. */
static bool add_special(struct bytes *line, unsigned char byte)
{
  switch (byte) {
  case '\n':
    return add_short(line, 'n');
  case '\r':
    return add_short(line, 'r');
  case '\t':
    return add_short(line, 't');
  case '"':
  case '\\':
    return add_short(line, (char)byte);
  default:
    return add_escaped(line, byte);
  }
}

static bool is_plain(unsigned char byte)
{
  return byte >= ' ' && byte != '"' && byte != '\\' && byte < 0x7f;
}

static bool add_text(struct bytes *line, const char *text, size_t length)
{
  const unsigned char *at = (const unsigned char *)text;
  bool is_ok = true;
  for (size_t i = 0, n; i < length && is_ok; i += n) {
    n = 0;
    while (i + n < length && is_plain(at[i + n]))
      n++;
    if (n == 0 && at[i] >= 0x80)
      n = sequence_length(at + i, length - i);
    if (n > 0) {
      is_ok = bytes_add(line, text + i, n);
    } else {
      is_ok = add_special(line, at[i]);
      n = 1;
    }
  }
  return is_ok;
}

bool tape_text_event(struct bytes *line, uint64_t microseconds, char event,
                     const char *text, size_t length)
{
  char head[48];
  int n = snprintf(head, sizeof head, "[%llu.%06llu, \"%c\", \"",
                   (unsigned long long)(microseconds / 1000000),
                   (unsigned long long)(microseconds % 1000000), event);
  return bytes_add(line, head, (size_t)n) && add_text(line, text, length) &&
         bytes_add(line, "\"]\n", 3);
}

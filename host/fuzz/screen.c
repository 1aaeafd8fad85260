/*
** screen.c - device bytes against what the screen and the end of an answer promise:
**  - the text does not depend on how the bytes are cut, nor on what was dropped when;
**  - it has no control byte but newline and tab;
**  - an edit costs no more than a row of the terminal;
**  - the mark is found exactly where it stands behind a prompt, and nowhere else.
*/
#include <stdlib.h>
#include <string.h>

#include "fuzz/target.h"
#include "term/expect.h"

static const char mark[] = "!mw-7f3a9c-12";
static const char host[] = "r1";

enum {
  HEADER = 5,        /* bytes of the input that choose how, not what */
  SMALLEST_COST = 8, /* for a byte, beside the editing of a row */
};

/* What devices say. An input byte below TOKENS stands for one of these. */
static const char *const tokens[] = {
    "\r",
    "\n",
    "\r\n",
    "\r\r\n",
    "\b",
    "\b \b",
    "\t",
    " ",
    "          ",
    "\f",
    "\033",
    "\033[K",
    "\033[1K",
    "\033[2K",
    "\033[J",
    "\033[2J",
    "\033[H",
    "\033[24;1H",
    "\033[24;9H",
    "\033[1;0H\033[1M",
    "\033[1L",
    "\033[1;24r",
    "\033E",
    "\033D",
    "\033M",
    "\033[3C",
    "\033[2D",
    "\033[9999C",
    "\033[9999B",
    "\033[A",
    "\033[5G",
    "\033[4@",
    "\033[3P",
    "\033[2X",
    "\033[1;31m",
    "\033[?25h",
    "\033[6n",
    "\033(B",
    "\033]0;t\007",
    "\033Pq\033\\",
    "\033[",
    ";",
    "1",
    "--More--",
    "\r        \r",
    "\b\b\b\b\b\b\b\b",
    "r1#",
    "r1(config)#",
    "# ",
    "[confirm]",
    mark,
    "r1#!mw-7f3a9c-12\r\n",
    "Gi0/1  up",
    "\303\251",
    "\342\202\254",
    "\303",
    "\251",
    "\377",
    "\357\273\277",
    "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghhhhhhhhhh"};

enum { TOKENS = sizeof tokens / sizeof tokens[0] };

struct bytes {
  char *data;
  size_t length, capacity;
};

static void add(struct bytes *bytes, const char *data, size_t length)
{
  if (length > bytes->capacity - bytes->length) {
    bytes->capacity = 2 * (bytes->capacity + length);
    bytes->data = realloc(bytes->data, bytes->capacity);
    target_require(bytes->data != NULL, "there is memory");
  }
  if (length > 0)
    memcpy(bytes->data + bytes->length, data, length);
  bytes->length += length;
}

static bool is_same(const struct bytes *a, const struct bytes *b)
{
  return a->length == b->length &&
         (a->length == 0 || memcmp(a->data, b->data, a->length) == 0);
}

static uint32_t next(uint32_t *random)
{
  *random = *random * UINT32_C(1664525) + UINT32_C(1013904223);
  return *random >> 16;
}

/* Raw bytes or tokens, as the input chooses. */
static struct bytes device_bytes(const uint8_t *data, size_t size)
{
  struct bytes bytes = {0};
  bool has_tokens = (data[0] & 1) != 0;
  for (size_t i = HEADER; i < size; i++) {
    char raw = (char)data[i];
    if (has_tokens && data[i] < TOKENS)
      add(&bytes, tokens[data[i]], strlen(tokens[data[i]]));
    else
      add(&bytes, &raw, 1);
  }
  return bytes;
}

static unsigned choose_width(const uint8_t *data)
{
  static const unsigned widths[] = {0, 1, 8, 20, 80, 132, 511, 4096};
  return widths[data[0] >> 1 & 7];
}

static void check_state(const struct screen *screen, size_t fed)
{
  const struct row *row = &screen->row;
  size_t length = lines_length(&row->lines);
  target_require(row->margin <= row->cursor && row->cursor <= length,
                 "cursor within the row");
  target_require(row->column <= row->width && row->hidden <= row->width,
                 "columns on screen");
  target_require(row->gap == 0 || row->cursor == length, "a gap only beyond the end");
  target_require(screen_work(screen) <=
                     (SMALLEST_COST + 9 * (uint64_t)row->width) * fed,
                 "no edit costs more than a row");
}

static void add_text(struct bytes *text, struct screen *screen)
{
  size_t length;
  const char *bytes = screen_text(screen, &length);
  add(text, bytes, length);
}

static void add_tail(struct bytes *text, struct screen *screen)
{
  size_t length;
  const char *bytes = screen_tail(screen, &length);
  target_require(length == 0 || memchr(bytes, '\n', length) == NULL,
                 "one line is open");
  add(text, bytes, length);
}

static struct bytes clean(const struct bytes *bytes, unsigned width)
{
  struct bytes text = {0};
  struct screen screen;
  screen_open(&screen, width);
  target_require(screen_feed(&screen, bytes->data, bytes->length), "there is memory");
  check_state(&screen, bytes->length);
  add_text(&text, &screen);
  add_tail(&text, &screen);
  screen_close(&screen);
  for (size_t i = 0; i < text.length; i++) {
    unsigned char byte = (unsigned char)text.data[i];
    target_require(byte == '\n' || byte == '\t' || (byte >= ' ' && byte != 0x7F),
                   "clean text");
  }
  return text;
}

/* The same in pieces, some of the text taken out between them. */
static struct bytes clean_pieces(const struct bytes *bytes, unsigned width,
                                 uint32_t random)
{
  struct bytes text = {0};
  struct screen screen;
  screen_open(&screen, width);
  for (size_t at = 0, piece; at < bytes->length; at += piece) {
    piece = 1 + next(&random) % (next(&random) % 64 + 1);
    if (piece > bytes->length - at)
      piece = bytes->length - at;
    target_require(screen_feed(&screen, bytes->data + at, piece), "there is memory");
    if (next(&random) % 4 == 0) {
      size_t length;
      const char *finished = screen_text(&screen, &length);
      length -= length / (1 + next(&random) % 3);
      add(&text, finished, length);
      screen_drop(&screen, length);
    }
  }
  add_text(&text, &screen);
  add_tail(&text, &screen);
  screen_close(&screen);
  return text;
}

/* The rule of the mark once more, as slow and plain as it can be said. */
static bool is_marked(const char *line, size_t length, size_t *prompt)
{
  const size_t size = strlen(mark);
  while (length > 0 && strchr(" \t", line[length - 1]) != NULL)
    length--;
  if (length < size || memcmp(line + length - size, mark, size) != 0)
    return false;
  while (length >= size && memcmp(line + length - size, mark, size) == 0)
    length -= size;
  *prompt = length;
  while (length > 0 && strchr(" \t", line[length - 1]) != NULL)
    length--;
  return length > 0 && strchr(">#$%]):", line[length - 1]) != NULL &&
         memmem(line, length, host, strlen(host)) != NULL;
}

static bool find_mark(const struct bytes *text, size_t *answer, size_t *prompt)
{
  size_t at = 0;
  while (at < text->length) {
    const char *line = text->data + at;
    const char *newline = memchr(line, '\n', text->length - at);
    if (newline == NULL)
      return false;
    *answer = at;
    if (is_marked(line, (size_t)(newline - line), prompt))
      return true;
    at += (size_t)(newline - line) + 1;
  }
  return false;
}

static void check_found(struct expect *expect, const struct bytes *text)
{
  size_t answer = 0;
  size_t prompt = 0;
  size_t length;
  target_require(find_mark(text, &answer, &prompt), "a mark that is there");
  const char *bytes = expect_answer(expect, &length);
  target_require(length == answer && memcmp(bytes, text->data, length) == 0,
                 "the answer");
  bytes = expect_prompt(expect, &length);
  target_require(length == prompt && memcmp(bytes, text->data + answer, length) == 0,
                 "the prompt");
  expect_take(expect);
  target_require(expect_check(expect) != EXPECT_MARK, "a mark once");
}

static void check_expect(const struct bytes *bytes, const struct bytes *text,
                         unsigned width, uint32_t random)
{
  size_t answer;
  size_t prompt;
  bool is_found = false;
  struct expect expect;
  expect_open(&expect, width);
  expect_host(&expect, host, strlen(host));
  expect_await(&expect, mark, strlen(mark));
  for (size_t at = 0, piece; at < bytes->length && !is_found; at += piece) {
    piece = 1 + next(&random) % 97;
    if (piece > bytes->length - at)
      piece = bytes->length - at;
    target_require(expect_feed(&expect, bytes->data + at, piece), "there is memory");
    is_found = expect_check(&expect) == EXPECT_MARK;
  }
  if (is_found)
    check_found(&expect, text);
  else
    target_require(!find_mark(text, &answer, &prompt), "no mark is missed");
  expect_take_all(&expect);
  target_require(screen_heap(&expect.screen) == 0, "no heap when idle");
  expect_close(&expect);
}

/* Consumed at any point, it must stay in order; what it says then is not compared. */
static void check_clear(const struct bytes *bytes, unsigned width, uint32_t random)
{
  struct screen screen;
  screen_open(&screen, width);
  for (size_t at = 0, piece; at < bytes->length; at += piece) {
    piece = 1 + next(&random) % 31;
    if (piece > bytes->length - at)
      piece = bytes->length - at;
    target_require(screen_feed(&screen, bytes->data + at, piece), "there is memory");
    check_state(&screen, at + piece);
    screen_clear(&screen);
  }
  screen_close(&screen);
}

void screen_target(const uint8_t *data, size_t size)
{
  if (size < HEADER)
    return;
  uint32_t random;
  memcpy(&random, data + 1, sizeof random);
  unsigned width = choose_width(data);
  struct bytes bytes = device_bytes(data, size);
  struct bytes text = clean(&bytes, width);
  struct bytes pieces = clean_pieces(&bytes, width, random);
  target_require(is_same(&text, &pieces), "the same text for any cut");
  check_expect(&bytes, &text, width, random);
  check_clear(&bytes, width, random);
  free(bytes.data);
  free(text.data);
  free(pieces.data);
}

/*
** fuzz/scrub.c - secrets and a rule, and a stream cut anywhere: what comes out holds
** none of the secrets, and is the same for every cut. The first bytes of the input say
** how long the secrets are and where to cut.
*/
#include <string.h>

#include "core/scrub.h"
#include "fuzz/target.h"

enum { HEAD = 4, STREAM_LONGEST = 4096 };

static struct scrub_list *new_list(const char *first, size_t first_length,
                                   const char *second, size_t second_length)
{
  const struct scrub_word words[] = {{"user ", 5}, {" key", 4}};
  struct scrub_list *list = scrub_list_new(NULL);
  target_require(list != NULL, "there is memory");
  target_require(scrub_list_add(list, first, first_length), "there is memory");
  target_require(scrub_list_add(list, second, second_length), "there is memory");
  target_require(scrub_list_add_line(list, words, 2, true), "there is memory");
  return list;
}

static void run(struct scrub_list *list, const char *text, size_t length, size_t piece,
                struct bytes *out)
{
  struct scrub scrub = {.list = list};
  for (size_t at = 0; at < length; at += piece) {
    size_t n = length - at < piece ? length - at : piece;
    target_require(scrub_feed(&scrub, text + at, n, out), "there is memory");
  }
  target_require(scrub_finish(&scrub, out), "there is memory");
}

/* Stars may stand beside what came before: such a secret was not in the stream. */
static bool has_secret(const struct bytes *out, const char *secret, size_t length)
{
  return length >= SCRUB_SHORTEST && memchr(secret, '*', length) == NULL &&
         out->length >= length &&
         memmem(bytes_head(out), out->length, secret, length) != NULL;
}

void scrub_target(const uint8_t *data, size_t size)
{
  if (size < HEAD || size > STREAM_LONGEST)
    return;
  const char *text = (const char *)data + HEAD;
  size_t rest = size - HEAD;
  size_t first = data[0] % 24, second = data[1] % 24;
  size_t piece = 1 + data[2] % 16;
  first = first < rest ? first : rest;
  second = second < rest - first ? second : rest - first;
  struct scrub_list *list = new_list(text, first, text + first, second);
  struct bytes whole = {0}, cut = {0};
  run(list, text, rest, rest + 1, &whole);
  run(list, text, rest, piece, &cut);
  target_require(whole.length == cut.length, "as long for any cut");
  target_require(whole.length == 0 ||
                     memcmp(bytes_head(&whole), bytes_head(&cut), whole.length) == 0,
                 "the same for any cut");
  target_require(!has_secret(&whole, text, first), "no secret comes out");
  target_require(!has_secret(&whole, text + first, second), "nor the other one");
  bytes_clear(&whole);
  bytes_clear(&cut);
  scrub_list_free(list);
}

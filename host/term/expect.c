/*
** expect.c - the end of an answer, looked for in new text only. Finished lines are
** looked at once for each mark, and of the open line never more than its end, so that
** neither a long answer nor a long line costs more than its length. Which question a
** tail asks is for the caller to know.
*/
#include "term/expect.h"

#include <ctype.h>
#include <string.h>

enum { WINDOW = 256 }; /* of the open line, from its end */

static const char prompt_ends[] = {'>', '#', '$', '%', ']', ')', ':'};
static const char known_ends[] = {'>', '#', '$', '%'};
static const char usual_ends[] = {'#', '>', '$', '%', ':',  ']',
                                  ')', '?', '-', '}', '\'', '"'};

void expect_open(struct expect *e, unsigned width)
{
  memset(e, 0, sizeof *e);
  screen_open(&e->screen, width);
  expect_terminators(e, usual_ends, sizeof usual_ends);
}

void expect_close(struct expect *e)
{
  screen_close(&e->screen);
}

bool expect_feed(struct expect *e, const char *bytes, size_t length)
{
  return screen_feed(&e->screen, bytes, length);
}

static void start_over(struct expect *e)
{
  e->checked = e->end = e->prompt = 0;
  e->is_echoed = false;
}

bool expect_await(struct expect *e, const char *mark, size_t length)
{
  if (length > sizeof e->mark)
    return false;
  if (length > 0)
    memcpy(e->mark, mark, length);
  e->mark_length = (unsigned char)length;
  start_over(e);
  return true;
}

bool expect_host(struct expect *e, const char *host, size_t length)
{
  if (length > sizeof e->host)
    return false;
  if (length > 0)
    memcpy(e->host, host, length);
  e->host_length = (unsigned char)length;
  return true;
}

void expect_limit(struct expect *e, size_t bytes)
{
  e->limit = bytes;
}

void expect_terminators(struct expect *e, const char *bytes, size_t length)
{
  memset(e->terminators, 0, sizeof e->terminators);
  for (size_t i = 0; i < length; i++) {
    unsigned char byte = (unsigned char)bytes[i];
    e->terminators[byte / 64] |= UINT64_C(1) << byte % 64;
  }
}

static bool is_terminator(const struct expect *e, char end)
{
  unsigned char byte = (unsigned char)end;
  return (e->terminators[byte / 64] >> byte % 64 & 1) != 0;
}

static size_t trimmed(const char *text, size_t length)
{
  while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
    length--;
  return length;
}

/* Where the host name is in the text; NULL: nowhere, or it is not known. */
static const char *find_host(const struct expect *e, const char *text, size_t length)
{
  return e->host_length > 0 ? memmem(text, length, e->host, e->host_length) : NULL;
}

static bool ends_in_mark(const struct expect *e, const char *line, size_t length)
{
  return length >= e->mark_length &&
         memcmp(line + length - e->mark_length, e->mark, e->mark_length) == 0;
}

/* How much of the line stands before the mark that it ends in. */
static size_t before_mark(const struct expect *e, const char *line, size_t length)
{
  while (ends_in_mark(e, line, length)) /* some devices echo twice */
    length -= e->mark_length;
  return length;
}

static bool may_be_prompt(const struct expect *e, const char *text, size_t length)
{
  length = trimmed(text, length);
  if (length == 0 || memchr(prompt_ends, text[length - 1], sizeof prompt_ends) == NULL)
    return false;
  return e->host_length == 0 || find_host(e, text, length) != NULL;
}

static bool check_line(struct expect *e, const char *line, size_t length)
{
  size_t visible = trimmed(line, length);
  if (!ends_in_mark(e, line, visible))
    return false;
  size_t prompt = before_mark(e, line, visible);
  if (!may_be_prompt(e, line, prompt)) {
    e->is_echoed = true;
    return false;
  }
  e->prompt = prompt;
  e->end = e->checked + length + 1;
  return true;
}

static bool find_mark(struct expect *e)
{
  size_t length;
  const char *text = screen_text(&e->screen, &length);
  while (e->mark_length > 0 && e->checked < length) {
    const char *line = text + e->checked;
    const char *newline = memchr(line, '\n', length - e->checked);
    size_t line_length = (size_t)(newline - line); /* finished text ends in a newline */
    e->work += line_length + 1;
    if (check_line(e, line, line_length))
      return true;
    e->checked += line_length + 1;
  }
  return false;
}

static bool is_end(char byte)
{
  return memchr(known_ends, byte, sizeof known_ends) != NULL;
}

static bool is_in_word(char byte)
{
  return isalnum((unsigned char)byte) || byte == '-' || byte == '_' || byte == '.';
}

/* The host name, if it begins in the first word and not within another name. */
static const char *find_first(const struct expect *e, const char *text, size_t length)
{
  const char *end = text + length;
  const char *space = memchr(text, ' ', length);
  const char *host = find_host(e, text, length);
  while (host != NULL && host > text && is_in_word(host[-1]))
    host = find_host(e, host + 1, (size_t)(end - host - 1));
  return host != NULL && (space == NULL || host < space) ? host : NULL;
}

/* "R1#", "<R1>", "admin@R1>" or "R1 (global) #", but not "Reload R1 now? #". */
static bool is_known_prompt(const struct expect *e, const char *text, size_t length)
{
  length = trimmed(text, length);
  return length > 0 && is_end(text[length - 1]) && find_first(e, text, length) != NULL;
}

/* "R1(config-" or "R1#show ip ro": a prompt of one word, on its way or with what was
   typed behind it. */
static bool is_command(const struct expect *e, const char *text, size_t length)
{
  const char *host = find_first(e, text, length);
  if (host == NULL)
    return false;
  const char *at = host + e->host_length;
  const char *end = text + length;
  while (at < end && *at != ' ' && !is_end(*at))
    at++;
  return at == end || is_end(*at);
}

/* "R1 (global) # !mw-": any known prompt with a part of the mark. */
static bool is_part_of_mark(const struct expect *e, const char *text, size_t length)
{
  for (size_t part = 1; part <= e->mark_length && part < length; part++) {
    if (memcmp(text + length - part, e->mark, part) == 0 &&
        is_known_prompt(e, text, length - part))
      return true;
  }
  return false;
}

/* Whether the tail is what comes before the mark anyway, and no more than that. */
static bool is_expected(const struct expect *e, const char *text, size_t length)
{
  if (e->mark_length == 0)
    return false;
  if (is_known_prompt(e, text, length))
    return !e->is_echoed;
  return is_command(e, text, length) || is_part_of_mark(e, text, length);
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
  return (hash ^ value) * UINT64_C(0x100000001B3);
}

static uint64_t fingerprint(const struct expect *e, const char *text, size_t length,
                            size_t before)
{
  uint64_t hash = mix(UINT64_C(0xCBF29CE484222325), screen_lines(&e->screen));
  hash = mix(hash, before + length);
  for (size_t i = 0; i < length; i++)
    hash = mix(hash, (unsigned char)text[i]);
  return hash | 1; /* never zero */
}

static bool has_new_tail(struct expect *e)
{
  size_t length;
  const char *tail = screen_tail(&e->screen, &length);
  size_t before = length > WINDOW ? length - WINDOW : 0;
  const char *window = tail + before;
  size_t visible = trimmed(window, length - before);
  e->work += length - before;
  if (visible == 0 || !is_terminator(e, window[visible - 1]))
    return false;
  if (is_expected(e, window, visible))
    return false;
  uint64_t found = fingerprint(e, window, visible, before);
  if (found == e->told)
    return false;
  e->told = found;
  return true;
}

void expect_retell(struct expect *e)
{
  e->told = 0;
}

size_t expect_room(struct expect *e)
{
  size_t finished, open;
  if (e->limit == 0)
    return SIZE_MAX;
  screen_text(&e->screen, &finished);
  screen_tail(&e->screen, &open);
  size_t held = finished + open;
  return held <= e->limit ? e->limit + 1 - held : 0;
}

enum expect_event expect_check(struct expect *e)
{
  if (e->end > 0 || find_mark(e))
    return EXPECT_MARK;
  if (expect_room(e) == 0)
    return EXPECT_LIMIT;
  return has_new_tail(e) ? EXPECT_TAIL : EXPECT_NOTHING;
}

const char *expect_answer(struct expect *e, size_t *length)
{
  const char *text = screen_text(&e->screen, length);
  if (e->end > 0)
    *length = e->checked;
  return text;
}

const char *expect_prompt(struct expect *e, size_t *length)
{
  size_t finished;
  const char *text = screen_text(&e->screen, &finished);
  *length = e->end > 0 ? e->prompt : 0;
  return e->end > 0 ? text + e->checked : text;
}

const char *expect_tail(struct expect *e, size_t *length)
{
  return screen_tail(&e->screen, length);
}

void expect_take(struct expect *e)
{
  if (e->end == 0)
    return;
  screen_drop(&e->screen, e->end);
  e->mark_length = 0;
  start_over(e);
}

void expect_take_all(struct expect *e)
{
  screen_clear(&e->screen);
  e->mark_length = 0;
  e->told = 0;
  start_over(e);
}

void expect_keep(struct expect *e, size_t length)
{
  screen_keep(&e->screen, length);
  start_over(e);
}

void expect_drop(struct expect *e, size_t length)
{
  size_t answer;
  expect_answer(e, &answer);
  if (e->mark_length > 0)
    answer = e->checked; /* the mark may be in the rest */
  if (length > answer)
    length = answer;
  screen_drop(&e->screen, length);
  e->checked -= length < e->checked ? length : e->checked;
  e->end -= e->end > 0 ? length : 0;
}

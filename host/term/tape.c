/*
** tape.c - the events of a session, in memory or on their way to a file.
*/
#include "term/tape.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "term/tape_text.h"

#define STARS  "********"
#define SUFFIX ".part"

enum { TICK_NS = 1000, SAME_EVENT = 1000 }; /* microseconds; and what is one event */

/* How an event lies in memory: this, and its bytes behind it. */
struct note {
  uint64_t at; /* microseconds since the tape began */
  uint32_t event, length;
};

void tape_open(struct tape *tape, struct vault *vault, size_t limit)
{
  *tape = (struct tape){.vault = vault, .limit = limit, .fd = -1};
  tape->began_ns = uv_hrtime();
}

struct scrub_list *tape_list(struct tape *tape)
{
  if (tape->list == NULL)
    tape->list = scrub_list_new(tape->vault);
  tape->output.list = tape->input.list = tape->list;
  return tape->list;
}

static uint64_t now(const struct tape *tape)
{
  return (uv_hrtime() - tape->began_ns) / TICK_NS;
}

/* ---- in memory ---- */

static void wipe(struct bytes *bytes)
{
  if (bytes->data != NULL)
    explicit_bzero(bytes->data, bytes->capacity);
  bytes_clear(bytes);
}

static struct note note_at(const struct bytes *bytes, size_t at)
{
  struct note note;
  memcpy(&note, bytes_head(bytes) + at, sizeof note);
  return note;
}

/* Make room for 'size' bytes: the oldest event goes, or as much of it as it takes. */
static void drop_oldest(struct tape *tape, size_t size)
{
  struct note note = note_at(&tape->last, 0);
  size_t cut = tape->last.length + size - tape->limit;
  bool is_cut = cut < note.length;
  if (!is_cut)
    cut = sizeof note + note.length;
  tape->lost += is_cut ? cut : note.length;
  tape->newest = tape->newest >= cut ? tape->newest - cut : 0;
  bytes_drop(&tape->last, cut);
  if (is_cut) { /* what is left of it begins with its note again */
    note.length -= (uint32_t)cut;
    memcpy(tape->last.data + tape->last.start, &note, sizeof note);
  }
}

/* One write of many small pieces is one event. */
static bool join(struct bytes *bytes, size_t newest, const struct note *note,
                 const char *text)
{
  if (bytes->length == 0)
    return false;
  struct note before = note_at(bytes, newest);
  if (before.event != note->event || note->at - before.at > SAME_EVENT ||
      before.event == TAPE_MARK || !bytes_add(bytes, text, note->length))
    return false;
  before.length += note->length;
  memcpy(bytes->data + bytes->start + newest, &before, sizeof before);
  return true;
}

static void keep_in(struct tape *tape, struct bytes *bytes, const struct note *note,
                    const char *text)
{
  if (join(bytes, tape->newest, note, text))
    return;
  size_t begin = bytes->length;
  if (!bytes_add(bytes, (const char *)note, sizeof *note))
    return;
  if (!bytes_add(bytes, text, note->length)) {
    bytes->length = begin;
    return;
  }
  tape->newest = begin;
}

static void keep(struct tape *tape, struct note note, const char *text)
{
  size_t size = sizeof note + note.length;
  if (tape->last.length == 0 && tape->lost == 0 &&
      tape->first.length + size <= TAPE_FIRST) {
    keep_in(tape, &tape->first, &note, text);
    return;
  }
  if (size > tape->limit) { /* its end is what was seen last */
    size_t cut = size - tape->limit;
    text += cut;
    note.length -= (uint32_t)cut;
    size = tape->limit;
    tape->lost += cut;
  }
  while (tape->last.length + size > tape->limit)
    drop_oldest(tape, size);
  keep_in(tape, &tape->last, &note, text);
}

/* ---- in a file ---- */

static bool write_all(struct tape *tape, const char *bytes, size_t length)
{
  while (length > 0 && tape->error == 0) {
    ssize_t n = write(tape->fd, bytes, length);
    if (n < 0 && errno != EINTR)
      tape->error = errno;
    if (n > 0) {
      bytes += n;
      length -= (size_t)n;
    }
  }
  return tape->error == 0;
}

static bool put_event(struct tape *tape, const struct note *note,
                      const struct bytes *text)
{
  struct bytes line = {0};
  if (text->length == 0)
    return true;
  bool is_ok = tape_text_event(&line, note->at, (char)note->event, bytes_head(text),
                               text->length);
  if (!is_ok)
    tape->error = ENOMEM;
  is_ok = is_ok && write_all(tape, bytes_head(&line), line.length);
  bytes_clear(&line);
  return is_ok;
}

/* A mark is a line of its own in the stream of what is typed, and ends there. */
static bool scrub_note(struct tape *tape, const struct note *note, const char *text,
                       struct bytes *clean)
{
  if (note->event == TAPE_OUTPUT)
    return scrub_feed(&tape->output, text, note->length, clean);
  if (note->event == TAPE_INPUT)
    return scrub_feed(&tape->input, text, note->length, clean);
  struct scrub own = {.list = tape->list};
  bool is_ok =
      scrub_feed(&own, text, note->length, clean) && scrub_feed(&own, "\n", 1, clean);
  is_ok = scrub_finish(&own, clean) && is_ok;
  if (is_ok && bytes_head(clean)[clean->length - 1] == '\n')
    clean->length--;
  return is_ok;
}

static void put_note(struct tape *tape, const struct note *note, const char *text)
{
  struct bytes clean = {0};
  if (tape->error != 0)
    return;
  if (!scrub_note(tape, note, text, &clean))
    tape->error = ENOMEM;
  else
    put_event(tape, note, &clean);
  bytes_clear(&clean);
}

/* What is left of a line may be a secret whose other half is lost. */
static const char *behind_line(const char *text, size_t *length)
{
  const char *end = memchr(text, '\n', *length);
  size_t skipped = end != NULL ? (size_t)(end - text) + 1 : *length;
  *length -= skipped;
  return text + skipped;
}

static size_t stream_of(uint32_t event)
{
  return event == TAPE_OUTPUT ? 0 : event == TAPE_INPUT ? 1 : 2;
}

static void put_torn(struct tape *tape, struct note note, const char *text,
                     bool *is_torn)
{
  size_t length = note.length;
  if (*is_torn) {
    text = behind_line(text, &length);
    *is_torn = length == 0;
    note.length = (uint32_t)length;
  }
  put_note(tape, &note, text);
}

/* Of marks, which are no stream, only the first event can be torn. */
static void put_kept(struct tape *tape, const struct bytes *kept, bool is_torn)
{
  bool torn[3] = {is_torn, is_torn, is_torn};
  for (size_t at = 0; at < kept->length;) {
    struct note note = note_at(kept, at);
    at += sizeof note;
    put_torn(tape, note, bytes_head(kept) + at, &torn[stream_of(note.event)]);
    at += note.length;
    torn[2] = false;
  }
}

/* What was held back is hidden, since its other half does not come. */
static void put_rest(struct tape *tape, struct scrub *scrub, enum tape_event event,
                     uint64_t at)
{
  struct bytes rest = {0};
  struct note note = {.event = event, .at = at};
  if (scrub_finish(scrub, &rest) && tape->error == 0)
    put_event(tape, &note, &rest);
  bytes_clear(&rest);
}

static void put_gap(struct tape *tape)
{
  char text[64];
  if (tape->lost == 0)
    return;
  uint64_t at = tape->last.length > 0 ? note_at(&tape->last, 0).at : now(tape);
  put_rest(tape, &tape->output, TAPE_OUTPUT, at);
  put_rest(tape, &tape->input, TAPE_INPUT, at);
  int length =
      snprintf(text, sizeof text, "lost: %llu bytes", (unsigned long long)tape->lost);
  struct note note = {.event = TAPE_MARK, .at = at, .length = (uint32_t)length};
  put_note(tape, &note, text);
}

static bool fail_open(struct tape *tape)
{
  int error = errno;
  free(tape->path);
  tape->path = NULL;
  errno = error;
  return false;
}

static bool open_file(struct tape *tape, const char *path)
{
  size_t size = strlen(path) + sizeof SUFFIX;
  tape->path = malloc(size);
  if (tape->path == NULL)
    return false;
  snprintf(tape->path, size, "%s" SUFFIX, path);
  if (access(path, F_OK) == 0) {
    errno = EEXIST;
    return fail_open(tape);
  }
  tape->fd =
      open(tape->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  return tape->fd >= 0 || fail_open(tape);
}

static void hide(struct tape *tape, const struct secret *secret)
{
  struct scrub_list *list = tape_list(tape);
  if (list == NULL ||
      !scrub_list_add(list, secret_bytes(secret), secret_length(secret)))
    tape->error = ENOMEM;
}

/* Now they are needed. */
static void hide_typed(struct tape *tape)
{
  for (size_t i = 0; i < TAPE_TYPED && tape->typed[i] != NULL; i++)
    hide(tape, tape->typed[i]);
}

bool tape_write(struct tape *tape, const char *path, const char *head, size_t length)
{
  struct bytes line = {0};
  struct scrub own = {.list = tape_list(tape)};
  if (own.list == NULL || !open_file(tape, path))
    return false;
  hide_typed(tape);
  bool is_ok = scrub_feed(&own, head, length, &line);
  if (!scrub_finish(&own, &line) || !is_ok || !bytes_add(&line, "\n", 1))
    tape->error = ENOMEM;
  write_all(tape, bytes_head(&line), line.length);
  bytes_clear(&line);
  put_kept(tape, &tape->first, false);
  put_gap(tape);
  put_kept(tape, &tape->last, tape->lost > 0);
  wipe(&tape->first);
  wipe(&tape->last);
  return true;
}

bool tape_finish(struct tape *tape)
{
  if (tape->fd < 0)
    return true;
  put_rest(tape, &tape->output, TAPE_OUTPUT, now(tape));
  put_rest(tape, &tape->input, TAPE_INPUT, now(tape));
  if (close(tape->fd) != 0 && tape->error == 0)
    tape->error = errno;
  tape->fd = -1;
  tape->limit = 0; /* what comes from here on is not kept */
  char *path = strdup(tape->path);
  if (path != NULL)
    path[strlen(path) + 1 - sizeof SUFFIX] = '\0';
  if (tape->error == 0 && (path == NULL || renameat2(AT_FDCWD, tape->path, AT_FDCWD,
                                                     path, RENAME_NOREPLACE) != 0))
    tape->error = errno;
  free(path);
  free(tape->path);
  tape->path = NULL;
  errno = tape->error;
  return tape->error == 0;
}

/* ---- what comes ---- */

void tape_add(struct tape *tape, enum tape_event event, const char *bytes,
              size_t length)
{
  if (length == 0 || (tape->fd < 0 && tape->limit == 0))
    return;
  struct note note = {.at = now(tape), .event = event, .length = (uint32_t)length};
  if (tape->fd >= 0)
    put_note(tape, &note, bytes);
  else
    keep(tape, note, bytes);
}

void tape_add_secret(struct tape *tape, struct secret *secret)
{
  size_t i = 0;
  if (tape->fd < 0 && tape->limit == 0)
    return;
  while (i < TAPE_TYPED && tape->typed[i] != NULL && tape->typed[i] != secret)
    i++;
  if (tape->fd >= 0 || i == TAPE_TYPED)
    hide(tape, secret);
  else if (tape->typed[i] == NULL)
    tape->typed[i] = secret_retain(secret);
  tape_add(tape, TAPE_INPUT, STARS, sizeof STARS - 1);
}

static void forget_typed(struct tape *tape)
{
  for (size_t i = 0; i < TAPE_TYPED && tape->typed[i] != NULL; i++) {
    secret_release(tape->typed[i]);
    tape->typed[i] = NULL;
  }
}

void tape_close(struct tape *tape)
{
  tape_finish(tape);
  forget_typed(tape);
  wipe(&tape->first);
  wipe(&tape->last);
  scrub_list_free(tape->list);
  tape->list = NULL;
  tape->limit = 0;
}

#ifndef MOONWIRE_TERM_EXPECT_H
#define MOONWIRE_TERM_EXPECT_H

#include "term/screen.h"

enum {
  EXPECT_MARK_LONGEST = 63,
  EXPECT_HOST_LONGEST = 127,
};

/*
** Where an answer ends. Behind a command goes a comment that no device can have in its
** output by chance: the mark. When a prompt comes back with the mark typed behind it,
** the device has worked off everything before; a look-alike of the prompt in the output
** proves nothing and is not even looked at.
**
**   R1#show clock        echo    \
**   12:00:01 UTC         output   } the answer
**   R1#!mw-7f3a9c-12     the prompt and the mark
**   R1#                  the tail
**
** A terminal may also echo what is typed ahead as it comes, anywhere in the output:
** there the mark stands on a line with no prompt before it. Such a line is no end and
** stays in the text; since a mark is unique, the caller may strip the mark and its
** newline wherever it finds them in the answer. If that echo was all there will be,
** because a log message tore the prompt from it, the prompt comes as a tail.
*/
struct expect {
  struct screen screen;
  size_t checked; /* finished text in which the mark is not */
  size_t limit;   /* bytes; zero: none */
  size_t end;     /* of the marked line, with its newline; zero: not found yet */
  size_t prompt;  /* how much of it is prompt */
  uint64_t told;  /* fingerprint of the tail reported last */
  uint64_t work;  /* bytes looked at, beside the screen's */
  uint64_t terminators[4]; /* a bit for each byte value */
  bool is_echoed;
  unsigned char mark_length, host_length;
  char mark[EXPECT_MARK_LONGEST], host[EXPECT_HOST_LONGEST];
};

enum expect_event {
  EXPECT_NOTHING,
  EXPECT_MARK,  /* the answer is complete */
  EXPECT_TAIL,  /* the device seems to wait: a question, a pager, an unknown prompt */
  EXPECT_LIMIT, /* there is more text than allowed */
};

/* 'width' as for screen_open. No mark, no host, no limit, the usual terminators. */
void expect_open(struct expect *expect, unsigned width);
void expect_close(struct expect *expect);

/* False when there is no memory. */
bool expect_feed(struct expect *expect, const char *bytes, size_t length);

/*
** Await this mark from here on, in what is held already too; an empty one: none. Taking
** an answer ends it. False: too long, and nothing has changed.
*/
bool expect_await(struct expect *expect, const char *mark, size_t length);

/* The host name as it stands in every prompt; empty: unknown. False: too long. */
bool expect_host(struct expect *expect, const char *host, size_t length);

/* Text held at once, open line included. Zero: no limit. */
void expect_limit(struct expect *expect, size_t bytes);

/* How much text more there may be: none once it is beyond its limit. */
size_t expect_room(struct expect *expect);

/* The bytes that a tail worth reporting may end in. */
void expect_terminators(struct expect *expect, const char *bytes, size_t length);

/* The tail is told once more: who reads from here on was not there. */
void expect_retell(struct expect *expect);

/*
** What there is to report, having looked at what is new. A mark and a limit are told
** until something is taken, a tail once: again only when it has changed or when lines
** were finished before it. While a mark is awaited, the known prompt is no tail, nor is
** a part of it, or a command or a part of the mark behind it: the rest will follow. But
** when the mark was echoed without the prompt, the prompt alone is one.
*/
enum expect_event expect_check(struct expect *expect);

/*
** The finished text, or what of it stands before the marked line. These three are valid
** until the next feed, take or drop.
*/
const char *expect_answer(struct expect *expect, size_t *length);

/* What stands before the mark; empty unless the mark was found. */
const char *expect_prompt(struct expect *expect, size_t *length);

/* The open line with its trailing blanks. */
const char *expect_tail(struct expect *expect, size_t *length);

/* Consume the answer through the marked line, and the mark with it; the tail stays.
   Does nothing unless the mark was found. */
void expect_take(struct expect *expect);

/* Keep so many of the first bytes only: the answer is given up. */
void expect_keep(struct expect *expect, size_t length);

/* Consume everything, the tail included. */
void expect_take_all(struct expect *expect);

/* Consume the first bytes of the answer, as far as it was checked: for those who store
   it as it comes. */
void expect_drop(struct expect *expect, size_t length);

#endif

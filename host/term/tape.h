#ifndef MOONWIRE_TERM_TAPE_H
#define MOONWIRE_TERM_TAPE_H

#include "core/scrub.h"
#include "core/secret.h"

/*
** What was said on a line, both ways and when. A tape keeps the beginning and the last
** bytes in memory, or writes all of it to a file as it comes; either way nothing leaves
** this program but without its secrets. The file is an asciicast of version 2: a line
** of JSON that a caller makes, and one for each event.
**
** The memory is taken as it is needed, and all given back at the end: a session that
** says little costs little.
*/
enum {
  TAPE_FIRST = 2048, /* bytes that are kept from the beginning: the login */
  TAPE_LAST = 8192,  /* and from the end, when nobody says otherwise */
};

enum { TAPE_TYPED = 8 }; /* secrets that wait for a list */

enum tape_event { TAPE_OUTPUT = 'o', TAPE_INPUT = 'i', TAPE_MARK = 'm' };

struct tape {
  struct vault *vault;
  struct scrub_list *list; /* made when something is written: most tapes never are */
  struct scrub output, input;
  struct bytes first, last; /* events: what came between them is lost */
  struct secret *typed[TAPE_TYPED];
  size_t limit;  /* of 'last'; zero: nothing is kept in memory */
  size_t newest; /* where in 'last' or 'first' the newest event begins */
  uint64_t began_ns;
  uint64_t lost; /* bytes */
  int fd;        /* of the file that is written, or -1 */
  int error;     /* errno of what went wrong with it */
  char *path;    /* while it is written it has another name */
  bool has_user; /* a shell writes to it */
};

void tape_open(struct tape *tape, struct vault *vault, size_t limit);
/* Everything is wiped and given back; an open file is finished. */
void tape_close(struct tape *tape);

/* What is to be hidden, to be added to. NULL: no memory. */
struct scrub_list *tape_list(struct tape *tape);

void tape_add(struct tape *tape, enum tape_event event, const char *bytes,
              size_t length);
/* A secret is typed: stars are noted, and it is hidden wherever it comes back. */
void tape_add_secret(struct tape *tape, struct secret *secret);

/*
** Write to a new file from now on: a head without its newline, what is kept in memory,
** and what comes. False: errno tells why, EEXIST among it.
*/
bool tape_write(struct tape *tape, const char *path, const char *head, size_t length);

/* The file has all and gets its name. False: errno tells why. Nothing is open after. */
bool tape_finish(struct tape *tape);

#endif

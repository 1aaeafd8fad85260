#ifndef MOONWIRE_LAB_EDIT_H
#define MOONWIRE_LAB_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/bytes.h"

/* How one line is read. The prompt stays the caller's until the line has ended. */
struct edit_rules {
  const char *prompt; /* written first, and again on a repaint; NULL: none */
  size_t prompt_length;
  size_t limit;       /* of the line, in bytes; more rings the bell */
  bool has_echo;      /* off for passwords */
  bool has_help;      /* '?' outside of quotes ends the read */
  bool has_f1;        /* so does F1 */
  bool has_tab;       /* so does a tab */
  bool has_suspend;   /* and ^Z */
  bool keeps_history; /* the line can be called back with the arrow keys */
};

enum edit_end {
  EDIT_OPEN, /* more bytes are needed */
  EDIT_ENTER,
  EDIT_INTERRUPT,
  EDIT_HELP,
  EDIT_TAB,
  EDIT_SUSPEND,
};

/*
** A line that is being typed, as a device's terminal driver sees it: bytes go in, the
** echo comes out. All zero: an empty line.
*/
struct edit {
  char *text;
  size_t length, cursor, capacity;
  struct bytes history; /* lines, each ended by a newline, oldest first */
  size_t shown;         /* where in it the line on the screen begins; its length: new */
  unsigned char state;  /* inside an escape sequence */
  char digit;           /* the only one in it */
  bool is_after_return; /* a newline or NUL now belongs to the carriage return before */
};

/* Write the prompt and the text so far; 'edit_set' or 'edit_clear' may come before. */
void edit_start(struct edit *edit, const struct edit_rules *rules, struct bytes *echo);

/*
** Take bytes until the line ends; '*used' says how many were taken. After any end but
** EDIT_ENTER and EDIT_INTERRUPT the same line may be gone on with.
*/
enum edit_end edit_feed(struct edit *edit, const struct edit_rules *rules,
                        const char *bytes, size_t length, size_t *used,
                        struct bytes *echo);

/* Take one byte that is no part of a line; -1: it belonged to the one before. */
int edit_key(struct edit *edit, char byte);

/* Replace the text, with the cursor behind it. False: no memory. */
bool edit_set(struct edit *edit, const char *text, size_t length);

/* Forget the text, but not the history. */
void edit_clear(struct edit *edit);

void edit_free(struct edit *edit);

#endif

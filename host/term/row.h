#ifndef MOONWIRE_TERM_ROW_H
#define MOONWIRE_TERM_ROW_H

#include "term/lines.h"

enum {
  ROW_WIDTH = 511,   /* columns: the widest terminal that every device accepts */
  ROW_WIDEST = 4096, /* bounds what a single edit can cost */
};

/*
** The row of the terminal that the cursor is on: the open line, or its last part when
** the line is wider than the terminal. A character is a piece of UTF-8 or else a single
** byte, and takes one column.
**
** Blanks, decided here once and for all:
**  - those printed at the end of a line stay;
**  - those printed over text up to its end take it away as if it had never been there;
**  - those at the end of a line to whose left something is printed later are gone.
*/
struct row {
  struct lines lines;
  size_t margin; /* offsets in the open line: where column 'hidden' is, */
  size_t cursor; /* and the cursor; margin <= cursor <= length */
  unsigned width;
  unsigned column;  /* of the cursor, at most 'width' */
  unsigned hidden;  /* columns at the left of the row whose text was cleared away */
  unsigned gap;     /* columns between the end of the text and a cursor beyond it */
  unsigned blanks;  /* just printed over text, one after the other */
  unsigned pending; /* bytes that the character before the cursor may still get */
};

/* Zero columns: the usual width. */
void row_open(struct row *row, unsigned width);
void row_close(struct row *row);

/* Those that return a bool answer false when there is no memory. */

/* Print printable ASCII. */
bool row_print(struct row *row, const char *bytes, size_t length);

/* Print one byte of any character. */
bool row_put(struct row *row, char byte);

/* A tab is text at the end of the row, and a movement of the cursor elsewhere. */
bool row_tab(struct row *row);

/* The line is finished; the cursor goes to the beginning of the next one. */
bool row_finish(struct row *row);

/* The same when the line has text, but the cursor keeps its column. */
bool row_leave(struct row *row);

/*
** Keep so many of the first bytes of all text. What the device prints next comes behind
** them, wherever its cursor is.
*/
void row_keep(struct row *row, size_t length);

/* Forget the text and all lines before it. The cursor stays where the device has it. */
void row_clear(struct row *row);

void row_return(struct row *row);

/* The cursor stops at both margins. */
void row_left(struct row *row, unsigned columns);
void row_right(struct row *row, unsigned columns);
void row_to(struct row *row, unsigned column);

/* Erase from the cursor to the end, from the beginning through the cursor, or all. */
void row_erase_right(struct row *row);
bool row_erase_left(struct row *row);
void row_erase(struct row *row);

/* Shift what is right of the cursor; blank characters where they are. */
bool row_insert(struct row *row, unsigned columns);
bool row_delete(struct row *row, unsigned columns);
bool row_blank(struct row *row, unsigned columns);

#endif

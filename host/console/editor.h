#ifndef MOONWIRE_CONSOLE_EDITOR_H
#define MOONWIRE_CONSOLE_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

/*
** A line that a person types on our own terminal: libedit, fed with bytes instead of
** reading them, so that nothing in here ever waits. Standard input and output must be
** the terminal. One at a time in a program.
*/
struct editor;

enum editor_event {
  EDITOR_OPEN, /* more bytes are needed */
  EDITOR_LINE,
  EDITOR_END,       /* ^D on an empty line */
  EDITOR_INTERRUPT, /* ^C */
  EDITOR_TAB,
  EDITOR_SUSPEND, /* ^Z */
};

/* NULL: no memory, or libedit does not get on with the terminal. */
struct editor *editor_open(bool is_utf8);

/* Gives the terminal back as it was. */
void editor_close(struct editor *editor);

/* Take the terminal, and show the prompt with an empty line behind it. */
bool editor_begin(struct editor *editor, const char *prompt);

/* Give the terminal back until the next editor_begin. */
void editor_leave(struct editor *editor);

/*
** Take bytes until something has happened; '*used' says how many were taken. Keys that
** have not come whole are kept. After any event but EDITOR_LINE the line may be gone
** on with.
*/
enum editor_event editor_feed(struct editor *editor, const char *bytes, size_t length,
                              size_t *used);

/* The line so far, valid until the next call; '*cursor' counts bytes before it. */
const char *editor_text(struct editor *editor, size_t *length, size_t *cursor);

/* Insert before the cursor. The screen follows. */
bool editor_insert(struct editor *editor, const char *text);

/* Take the line from the screen, and put it back where the cursor is then. */
void editor_hide(struct editor *editor);
void editor_show(struct editor *editor);

/* The line stays on the screen as it is, and what comes stands below it. */
void editor_finish(struct editor *editor);

/* The window has got another size. */
void editor_resize(struct editor *editor);

/* Add a line to those that the arrow keys bring back. */
bool editor_remember(struct editor *editor, const char *line);

#endif

/*
** editor.c - the line being typed. libedit is told how to read: from the one key that
** it is being fed, so it finds every key whole and never comes to wait for the rest of
** one. What is no editing (tab, ^C, ^D, ^Z) never reaches it. It writes to standard
** output like the rest of the program, so that the two stay in order.
*/
#include "console/editor.h"

#include <histedit.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

enum {
  KEY_LONGEST = 32, /* bytes of a key: longer is not a key */
  HISTORY_MOST = 1000,
  COLUMNS = 80, /* where the terminal does not say */
};

enum { CTRL_C = 3, CTRL_D = 4, TAB = 9, CTRL_Q = 17, CTRL_V = 22, CTRL_X = 24 };
enum { CTRL_Z = 26, ESCAPE = 27 };

struct editor {
  EditLine *el;
  History *history;
  locale_t locale; /* of this thread while libedit is at work: it asks for widths */
  char *prompt;
  char key[KEY_LONGEST]; /* the one that is coming in */
  size_t key_length, key_at;
  bool is_ours; /* the terminal is in the state that libedit wants */
};

/* ---- keys ----------------------------------------------------------------------- */

static size_t character_length(unsigned char lead)
{
  if (lead >= 0xf0)
    return 4;
  if (lead >= 0xe0)
    return 3;
  return lead >= 0xc0 ? 2 : 1;
}

static bool is_final(unsigned char byte)
{
  return byte >= 0x40 && byte <= 0x7e;
}

/* ESC [ parameters letter; ESC O letter; or any other key behind ESC. */
static bool is_whole_escape(const char *key, size_t length)
{
  if (length < 2)
    return false;
  if (key[1] == '[')
    return length > 2 && is_final((unsigned char)key[length - 1]);
  if (key[1] == 'O')
    return length == 3;
  return length >= 1 + character_length((unsigned char)key[1]);
}

static bool is_whole(const char *key, size_t length)
{
  if (length == KEY_LONGEST)
    return true;
  switch (key[0]) {
  case ESCAPE:
    return is_whole_escape(key, length);
  case CTRL_Q:
  case CTRL_V: /* the next one as it is */
  case CTRL_X: /* the first of two */
    return length > 1 && length >= 1 + character_length((unsigned char)key[1]);
  default:
    return length >= character_length((unsigned char)key[0]);
  }
}

/* What libedit reads from: the rest of the key, then the end. */
static int next_character(EditLine *el, wchar_t *character)
{
  struct editor *editor = NULL;
  el_get(el, EL_CLIENTDATA, &editor);
  while (editor->key_at < editor->key_length) {
    mbstate_t state = {0};
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the state is ours */
    size_t n = mbrtowc(character, editor->key + editor->key_at,
                       editor->key_length - editor->key_at, &state);
    if (n != 0 && n <= editor->key_length) {
      editor->key_at += n;
      return 1;
    }
    editor->key_at++; /* no character of this locale */
  }
  return 0;
}

/* ---- libedit -------------------------------------------------------------------- */

static char *prompt_of(EditLine *el)
{
  struct editor *editor = NULL;
  el_get(el, EL_CLIENTDATA, &editor);
  return editor->prompt;
}

/* libedit would take the rest of a sequence that it does not know for letters. */
static const char *const sequences[][2] = {
    {"\x1b[A", "ed-prev-history"},      {"\x1bOA", "ed-prev-history"},
    {"\x1b[B", "ed-next-history"},      {"\x1bOB", "ed-next-history"},
    {"\x1b[C", "ed-next-char"},         {"\x1bOC", "ed-next-char"},
    {"\x1b[D", "ed-prev-char"},         {"\x1bOD", "ed-prev-char"},
    {"\x1b[H", "ed-move-to-beg"},       {"\x1bOH", "ed-move-to-beg"},
    {"\x1b[1~", "ed-move-to-beg"},      {"\x1b[F", "ed-move-to-end"},
    {"\x1bOF", "ed-move-to-end"},       {"\x1b[4~", "ed-move-to-end"},
    {"\x1b[3~", "ed-delete-next-char"}, {"\x1b[1;5C", "em-next-word"},
    {"\x1b[1;5D", "ed-prev-word"},
};

static void bind_keys(EditLine *el)
{
  for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
    el_set(el, EL_BIND, sequences[i][0], sequences[i][1], NULL);
  el_set(el, EL_BIND, "^D", "ed-delete-next-char", NULL);
  el_set(el, EL_BIND, "^W", "ed-delete-prev-word", NULL);
  el_set(el, EL_BIND, "^R", "ed-search-prev-history", NULL); /* its own would read */
  el_set(el, EL_BIND, "^S", "ed-search-next-history", NULL);
}

/* Whether libedit knows the key as one. */
static bool is_known(const char *key, size_t length)
{
  if (key[0] != ESCAPE || (key[1] != '[' && key[1] != 'O'))
    return true;
  for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
    if (strlen(sequences[i][0]) == length && memcmp(sequences[i][0], key, length) == 0)
      return true;
  return false;
}

static bool set_up(struct editor *editor)
{
  HistEvent event;
  editor->history = history_init();
  editor->el = el_init_fd("moonwire", stdin, stdout, stderr, STDIN_FILENO,
                          STDOUT_FILENO, STDERR_FILENO);
  if (editor->history == NULL || editor->el == NULL)
    return false;
  history(editor->history, &event, H_SETSIZE, HISTORY_MOST);
  history(editor->history, &event, H_SETUNIQUE, 1);
  el_set(editor->el, EL_CLIENTDATA, editor);
  el_set(editor->el, EL_SIGNAL, 0);
  el_set(editor->el, EL_EDITOR, "emacs");
  el_set(editor->el, EL_HIST, history, editor->history);
  el_set(editor->el, EL_PROMPT, prompt_of);
  el_set(editor->el, EL_GETCFN, next_character);
  /* ^C is a key: a signal would go to our child processes, too */
  el_set(editor->el, EL_SETTY, "-d", "-isig", NULL);
  bind_keys(editor->el);
  return true;
}

struct editor *editor_open(bool is_utf8)
{
  struct editor *editor = calloc(1, sizeof *editor);
  if (editor == NULL)
    return NULL;
  editor->prompt = strdup("");
  editor->locale = newlocale(LC_CTYPE_MASK, is_utf8 ? "C.UTF-8" : "C", (locale_t)0);
  if (editor->prompt == NULL || editor->locale == (locale_t)0) {
    editor_close(editor);
    return NULL;
  }
  locale_t before = uselocale(editor->locale);
  bool is_ready = set_up(editor);
  uselocale(before);
  if (is_ready)
    return editor;
  editor_close(editor);
  return NULL;
}

void editor_close(struct editor *editor)
{
  editor_leave(editor);
  if (editor->el != NULL)
    el_end(editor->el);
  if (editor->history != NULL)
    history_end(editor->history);
  if (editor->locale != (locale_t)0)
    freelocale(editor->locale);
  free(editor->prompt);
  free(editor);
}

void editor_leave(struct editor *editor)
{
  if (!editor->is_ours)
    return;
  editor->is_ours = false;
  locale_t before = uselocale(editor->locale);
  el_set(editor->el, EL_UNBUFFERED, 0);
  uselocale(before);
}

bool editor_begin(struct editor *editor, const char *prompt)
{
  char *copy = strdup(prompt);
  if (copy == NULL)
    return false;
  free(editor->prompt);
  editor->prompt = copy;
  editor_leave(editor); /* only taking it anew begins an empty line */
  locale_t before = uselocale(editor->locale);
  el_set(editor->el, EL_UNBUFFERED, 1);
  uselocale(before);
  editor->is_ours = true;
  return true;
}

/* ---- the line ------------------------------------------------------------------- */

static bool is_empty(struct editor *editor)
{
  const LineInfo *line = el_line(editor->el);
  return line->lastchar == line->buffer;
}

/* What is no editing; EDITOR_OPEN: it is. */
static enum editor_event event_of(struct editor *editor)
{
  if (editor->key_length > 1)
    return EDITOR_OPEN;
  switch (editor->key[0]) {
  case TAB:
    return EDITOR_TAB;
  case CTRL_C:
    return EDITOR_INTERRUPT;
  case CTRL_D:
    return is_empty(editor) ? EDITOR_END : EDITOR_OPEN;
  case CTRL_Z:
    return EDITOR_SUSPEND;
  default:
    return EDITOR_OPEN;
  }
}

static enum editor_event press(struct editor *editor)
{
  enum editor_event event = event_of(editor);
  if (event == EDITOR_OPEN && is_known(editor->key, editor->key_length)) {
    int length = 0;
    editor->key_at = 0;
    const char *text = el_gets(editor->el, &length);
    if (text != NULL && length > 0 && text[length - 1] == '\n')
      event = EDITOR_LINE;
  }
  editor->key_length =
      0; /* what libedit has not taken is a key that it does not know */
  return event;
}

enum editor_event editor_feed(struct editor *editor, const char *bytes, size_t length,
                              size_t *used)
{
  enum editor_event event = EDITOR_OPEN;
  locale_t before = uselocale(editor->locale);
  for (*used = 0; *used < length && event == EDITOR_OPEN;) {
    editor->key[editor->key_length++] = bytes[(*used)++];
    if (is_whole(editor->key, editor->key_length))
      event = press(editor);
  }
  uselocale(before);
  return event;
}

const char *editor_text(struct editor *editor, size_t *length, size_t *cursor)
{
  locale_t before = uselocale(editor->locale);
  const LineInfo *line = el_line(editor->el);
  uselocale(before);
  *length = (size_t)(line->lastchar - line->buffer);
  *cursor = (size_t)(line->cursor - line->buffer);
  if (*length > 0 && line->buffer[*length - 1] == '\n')
    --*length;
  return line->buffer;
}

bool editor_insert(struct editor *editor, const char *text)
{
  editor_hide(editor);
  locale_t before = uselocale(editor->locale);
  bool is_in = *text == '\0' || el_insertstr(editor->el, text) == 0;
  el_set(editor->el, EL_REFRESH);
  uselocale(before);
  return is_in;
}

/* ---- the screen ----------------------------------------------------------------- */

static size_t columns(void)
{
  struct winsize size;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return COLUMNS;
}

static size_t width_of(const char *text, size_t length)
{
  size_t width = 0;
  mbstate_t state = {0};
  for (size_t at = 0; at < length;) {
    wchar_t character;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): the state is ours */
    size_t n = mbrtowc(&character, text + at, length - at, &state);
    if (n == 0 || n > length) {
      at++;
      continue;
    }
    int cells = wcwidth(character);
    width += cells < 0 ? 2 : (size_t)cells; /* a control character is shown as ^X */
    at += n;
  }
  return width;
}

/* How far down the prompt's line the last or the present character stands. */
static size_t row_of(struct editor *editor, bool is_last)
{
  size_t length;
  size_t cursor;
  const char *text = editor_text(editor, &length, &cursor);
  size_t width = width_of(editor->prompt, strlen(editor->prompt));
  return (width + width_of(text, is_last ? length : cursor)) / columns();
}

static void write_text(const char *text)
{
  fwrite(text, 1, strlen(text), stdout);
}

static void move(size_t rows, char direction)
{
  char sequence[KEY_LONGEST];
  if (rows == 0)
    return;
  snprintf(sequence, sizeof sequence, "\x1b[%zu%c", rows, direction);
  write_text(sequence);
}

void editor_hide(struct editor *editor)
{
  locale_t before = uselocale(editor->locale);
  move(row_of(editor, false), 'A');
  write_text("\r\x1b[J");
  uselocale(before);
  fflush(stdout);
}

void editor_show(struct editor *editor)
{
  locale_t before = uselocale(editor->locale);
  el_set(editor->el, EL_REFRESH);
  uselocale(before);
}

void editor_finish(struct editor *editor)
{
  locale_t before = uselocale(editor->locale);
  move(row_of(editor, true) - row_of(editor, false), 'B');
  uselocale(before);
  write_text("\r\n");
  fflush(stdout);
}

void editor_resize(struct editor *editor)
{
  locale_t before = uselocale(editor->locale);
  el_resize(editor->el);
  if (editor->is_ours) {
    write_text("\r\x1b[J");
    el_set(editor->el, EL_REFRESH);
  }
  uselocale(before);
}

bool editor_remember(struct editor *editor, const char *line)
{
  HistEvent event;
  return history(editor->history, &event, H_ENTER, line) >= 0;
}

/*
** telnet.c - the telnet protocol on bytes: no sockets, no text of prompts. Whatever the
** other side sends, in pieces of any size, nothing is read or written out of bounds and
** each of its requests has one answer at most.
*/
#include "proto/telnet.h"

#include <string.h>

enum { IAC = 255, DONT = 254, DO = 253, WONT = 252, WILL = 251, SB = 250, SE = 240 };
enum { IS = 0, SEND = 1 };

enum { TEXT, COMMAND, OPTION, SUB, SUB_COMMAND };

static const unsigned char code_of[TELNET_OPTIONS] = {
    [TELNET_ECHO] = 1, [TELNET_SGA] = 3, [TELNET_TTYPE] = 24, [TELNET_NAWS] = 31};

void telnet_open(struct telnet *telnet, bool is_server, const char *term, int width,
                 int height)
{
  memset(telnet, 0, sizeof *telnet);
  telnet->is_server = is_server;
  telnet->width = width;
  telnet->height = height;
  size_t length = term != NULL ? strnlen(term, TELNET_TERM) : 0;
  if (length > 0)
    memcpy(telnet->term, term, length);
}

/* Who echoes and who has a terminal is a matter of the side. */
static bool may_do(const struct telnet *telnet, int option)
{
  if (option == TELNET_SGA)
    return true;
  return (option == TELNET_ECHO) == telnet->is_server;
}

static bool may_they(const struct telnet *telnet, int option)
{
  if (option == TELNET_SGA)
    return true;
  return (option == TELNET_ECHO) != telnet->is_server;
}

static bool say(struct bytes *reply, unsigned char command, unsigned char code)
{
  const char bytes[] = {(char)IAC, (char)command, (char)code};
  return bytes_add(reply, bytes, sizeof bytes);
}

bool telnet_offer(struct telnet *telnet, struct bytes *reply)
{
  bool ok = true;
  for (int option = 0; option < TELNET_OPTIONS && ok; option++) {
    if (may_they(telnet, option)) {
      telnet->theirs[option] = TELNET_ASKED;
      ok = say(reply, DO, code_of[option]);
    }
    if (ok && may_do(telnet, option)) {
      telnet->ours[option] = TELNET_ASKED;
      ok = say(reply, WILL, code_of[option]);
    }
  }
  return ok;
}

static bool add_escaped(struct bytes *out, unsigned char byte)
{
  const char bytes[] = {(char)byte, (char)IAC};
  return bytes_add(out, bytes, byte == IAC ? 2 : 1);
}

static bool begin_sub(struct bytes *reply, int option)
{
  return say(reply, SB, code_of[option]);
}

static bool end_sub(struct bytes *reply)
{
  const char bytes[] = {(char)IAC, (char)SE};
  return bytes_add(reply, bytes, sizeof bytes);
}

static bool say_size(const struct telnet *telnet, struct bytes *reply)
{
  bool ok = begin_sub(reply, TELNET_NAWS);
  const int sizes[] = {telnet->width, telnet->height};
  for (int i = 0; i < 2 && ok; i++) {
    unsigned size = sizes[i] > UINT16_MAX ? UINT16_MAX : (unsigned)sizes[i];
    ok = add_escaped(reply, (unsigned char)(size >> 8)) &&
         add_escaped(reply, (unsigned char)(size & 255U));
  }
  return ok && end_sub(reply);
}

static bool say_term(const struct telnet *telnet, struct bytes *reply)
{
  const char is = IS;
  return begin_sub(reply, TELNET_TTYPE) && bytes_add(reply, &is, 1) &&
         bytes_add(reply, telnet->term, strlen(telnet->term)) && end_sub(reply);
}

/* What follows when an option of ours is on. */
static bool start(const struct telnet *telnet, int option, struct bytes *reply)
{
  if (option == TELNET_NAWS && !telnet->is_server)
    return say_size(telnet, reply);
  return true;
}

/* And of theirs: a server asks which terminal it is. */
static bool see_start(const struct telnet *telnet, int option, struct bytes *reply)
{
  const char send = SEND;
  if (option != TELNET_TTYPE || !telnet->is_server)
    return true;
  return begin_sub(reply, TELNET_TTYPE) && bytes_add(reply, &send, 1) && end_sub(reply);
}

static int option_of(unsigned char code)
{
  for (int option = 0; option < TELNET_OPTIONS; option++)
    if (code_of[option] == code)
      return option;
  return -1;
}

static bool on_do(struct telnet *telnet, int option, struct bytes *reply)
{
  unsigned char code = telnet->option;
  if (option < 0 || !may_do(telnet, option))
    return say(reply, WONT, code);
  unsigned char before = telnet->ours[option];
  telnet->ours[option] = TELNET_YES;
  if (before == TELNET_YES)
    return true;
  return (before == TELNET_ASKED || say(reply, WILL, code)) &&
         start(telnet, option, reply);
}

static bool on_will(struct telnet *telnet, int option, struct bytes *reply)
{
  unsigned char code = telnet->option;
  if (option < 0 || !may_they(telnet, option))
    return say(reply, DONT, code);
  unsigned char before = telnet->theirs[option];
  telnet->theirs[option] = TELNET_YES;
  if (before == TELNET_YES)
    return true;
  return (before == TELNET_ASKED || say(reply, DO, code)) &&
         see_start(telnet, option, reply);
}

/* An end is always agreed to, and answered when it is one. */
static bool on_end(unsigned char *state, unsigned char answer, unsigned char code,
                   struct bytes *reply)
{
  unsigned char before = *state;
  *state = TELNET_NO;
  return before != TELNET_YES || say(reply, answer, code);
}

static bool negotiate(struct telnet *telnet, struct bytes *reply)
{
  int option = option_of(telnet->option);
  switch (telnet->command) {
  case DO:
    return on_do(telnet, option, reply);
  case WILL:
    return on_will(telnet, option, reply);
  case DONT:
    return option < 0 || on_end(&telnet->ours[option], WONT, telnet->option, reply);
  default:
    return option < 0 || on_end(&telnet->theirs[option], DONT, telnet->option, reply);
  }
}

static void take_term(struct telnet *telnet)
{
  size_t length = telnet->sub_length - 2;
  if (length > TELNET_TERM)
    length = TELNET_TERM;
  memcpy(telnet->term, telnet->sub + 2, length);
  telnet->term[length] = '\0';
}

static void take_size(struct telnet *telnet)
{
  telnet->width = telnet->sub[1] << 8 | telnet->sub[2];
  telnet->height = telnet->sub[3] << 8 | telnet->sub[4];
}

static bool on_sub(struct telnet *telnet, struct bytes *reply)
{
  size_t length = telnet->sub_length;
  if (length < 2 || length > sizeof telnet->sub)
    return true;
  int option = option_of(telnet->sub[0]);
  if (option == TELNET_TTYPE && telnet->is_server && telnet->sub[1] == IS)
    take_term(telnet);
  else if (option == TELNET_NAWS && telnet->is_server && length == 5)
    take_size(telnet);
  else if (option == TELNET_TTYPE && !telnet->is_server && telnet->sub[1] == SEND &&
           telnet->ours[TELNET_TTYPE] == TELNET_YES)
    return say_term(telnet, reply);
  return true;
}

static void add_sub(struct telnet *telnet, unsigned char byte)
{
  if (telnet->sub_length < sizeof telnet->sub)
    telnet->sub[telnet->sub_length] = byte;
  if (telnet->sub_length <= sizeof telnet->sub)
    telnet->sub_length++;
}

/* Behind a return comes what makes it one end of a line: NUL or a newline. */
static bool add_text(struct telnet *telnet, unsigned char byte, struct bytes *text)
{
  bool is_second =
      telnet->had_return && (byte == '\0' || (byte == '\n' && telnet->is_server));
  telnet->had_return = byte == '\r';
  const char one = (char)byte;
  return is_second || bytes_add(text, &one, 1);
}

static bool on_command(struct telnet *telnet, unsigned char byte, struct bytes *text)
{
  telnet->command = byte;
  telnet->state = TEXT;
  if (byte == IAC)
    return add_text(telnet, IAC, text);
  if (byte >= WILL && byte <= DONT) {
    telnet->state = OPTION;
  } else if (byte == SB) {
    telnet->sub_length = 0;
    telnet->state = SUB;
  }
  return true;
}

/* A command in the middle of it, other than its end, is passed over. */
static bool on_sub_command(struct telnet *telnet, unsigned char byte,
                           struct bytes *reply)
{
  telnet->state = byte == SE ? TEXT : SUB;
  if (byte == IAC)
    add_sub(telnet, IAC);
  return byte != SE || on_sub(telnet, reply);
}

static bool feed_byte(struct telnet *telnet, unsigned char byte, struct bytes *text,
                      struct bytes *reply)
{
  switch (telnet->state) {
  case TEXT:
    if (byte != IAC)
      return add_text(telnet, byte, text);
    telnet->state = COMMAND;
    return true;
  case COMMAND:
    return on_command(telnet, byte, text);
  case OPTION:
    telnet->option = byte;
    telnet->state = TEXT;
    return negotiate(telnet, reply);
  case SUB:
    if (byte == IAC)
      telnet->state = SUB_COMMAND;
    else
      add_sub(telnet, byte);
    return true;
  default:
    return on_sub_command(telnet, byte, reply);
  }
}

/* How much of it is plain text, which goes in one piece. */
static size_t plain_length(const char *bytes, size_t length)
{
  size_t n = 0;
  while (n < length && (unsigned char)bytes[n] != IAC && bytes[n] != '\r')
    n++;
  return n;
}

bool telnet_feed(struct telnet *telnet, const char *bytes, size_t length,
                 struct bytes *text, struct bytes *reply)
{
  bool ok = true;
  while (length > 0 && ok) {
    size_t n = 0;
    if (telnet->state == TEXT && !telnet->had_return)
      n = plain_length(bytes, length);
    if (n > 0) {
      ok = bytes_add(text, bytes, n);
    } else {
      ok = feed_byte(telnet, (unsigned char)*bytes, text, reply);
      n = 1;
    }
    bytes += n;
    length -= n;
  }
  return ok;
}

/* A client's newline is a press of Enter. */
static bool encode_end(const struct telnet *telnet, char byte, bool is_pair,
                       struct bytes *out)
{
  if (byte == '\n')
    return bytes_add(out, telnet->is_server ? "\n" : "\r\n", telnet->is_server ? 1 : 2);
  return bytes_add(out, is_pair ? "\r\n" : "\r\0", 2);
}

bool telnet_encode(const struct telnet *telnet, const char *bytes, size_t length,
                   struct bytes *out)
{
  bool ok = true;
  for (size_t i = 0; i < length && ok; i++) {
    bool is_pair = bytes[i] == '\r' && i + 1 < length && bytes[i + 1] == '\n';
    if (bytes[i] == '\r' || bytes[i] == '\n')
      ok = encode_end(telnet, bytes[i], is_pair, out);
    else
      ok = add_escaped(out, (unsigned char)bytes[i]);
    i += is_pair;
  }
  return ok;
}

#ifndef MOONWIRE_PROTO_TELNET_H
#define MOONWIRE_PROTO_TELNET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"

enum { TELNET_TERM = 40, TELNET_OPTIONS = 4 };

/* The options that either side may have on; all others are refused. */
enum telnet_option { TELNET_ECHO, TELNET_SGA, TELNET_TTYPE, TELNET_NAWS };

enum telnet_will { TELNET_NO, TELNET_ASKED, TELNET_YES };

/*
** One side of a telnet connection (RFC 854, 855, 857, 858, 1073, 1091): what comes in
** is split into the terminal's text and what is to be answered. An answer follows only
** a change (RFC 1143), so two of these never talk for ever.
*/
struct telnet {
  bool is_server;
  unsigned char state, command, option;
  unsigned char sub[TELNET_TERM + 8];
  size_t sub_length; /* beyond the room it is counted no further */
  bool had_return;
  unsigned char ours[TELNET_OPTIONS], theirs[TELNET_OPTIONS]; /* telnet_will */
  int width, height;                                          /* of the terminal */
  char term[TELNET_TERM + 1];
};

/* 'term' and the size are a client's own; a server learns its client's. */
void telnet_open(struct telnet *telnet, bool is_server, const char *term, int width,
                 int height);

/* What this side would like. False: no memory. */
bool telnet_offer(struct telnet *telnet, struct bytes *reply);

/* False: no memory. */
bool telnet_feed(struct telnet *telnet, const char *bytes, size_t length,
                 struct bytes *text, struct bytes *reply);

/* Text as it is to be sent: 255 doubled, ends of lines as the network's. */
bool telnet_encode(const struct telnet *telnet, const char *bytes, size_t length,
                   struct bytes *out);

#endif

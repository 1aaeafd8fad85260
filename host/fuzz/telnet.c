/*
** telnet.c - any bytes as the other side of a telnet connection, in pieces of any size.
** What must hold: nothing is read or written out of bounds; the pieces make no
** difference; each request has one answer at most, so that nothing loops; what one side
** encodes the other decodes.
*/
#include <string.h>

#include "fuzz/target.h"
#include "proto/telnet.h"

enum { LONGEST_ANSWER = TELNET_TERM + 8 };

static void feed(struct telnet *telnet, const char *bytes, size_t length, size_t piece,
                 struct bytes *text, struct bytes *reply)
{
  while (length > 0) {
    size_t n = length < piece ? length : piece;
    target_require(telnet_feed(telnet, bytes, n, text, reply), "there is memory");
    bytes += n;
    length -= n;
  }
}

static void require_same(const struct bytes *one, const struct bytes *other)
{
  target_require(one->length == other->length, "the same length for any cut");
  target_require(one->length == 0 ||
                     memcmp(bytes_head(one), bytes_head(other), one->length) == 0,
                 "the same bytes for any cut");
}

static void require_way_back(const char *bytes, size_t length)
{
  struct telnet client, server;
  struct bytes sent = {0}, text = {0}, reply = {0};
  telnet_open(&client, false, "vt100", 80, 24);
  telnet_open(&server, true, NULL, 80, 24);
  target_require(telnet_encode(&server, bytes, length, &sent), "there is memory");
  feed(&client, bytes_head(&sent), sent.length, 3, &text, &reply);
  target_require(reply.length == 0, "data is no request");
  target_require(text.length == length && memcmp(bytes_head(&text), bytes, length) == 0,
                 "a way back");
  bytes_clear(&sent);
  bytes_clear(&text);
  bytes_clear(&reply);
}

void telnet_target(const uint8_t *data, size_t size)
{
  if (size < 3)
    return;
  const char *bytes = (const char *)data + 2;
  const size_t length = size - 2;
  struct telnet whole, split;
  struct bytes text = {0}, reply = {0}, split_text = {0}, split_reply = {0};
  telnet_open(&whole, (data[0] & 1) != 0, "xterm", data[1], 65535);
  if (data[0] & 2)
    target_require(telnet_offer(&whole, &reply), "there is memory");
  split = whole;
  bytes_clear(&reply);
  feed(&whole, bytes, length, length, &text, &reply);
  feed(&split, bytes, length, data[1] % 16 + 1U, &split_text, &split_reply);
  require_same(&text, &split_text);
  require_same(&reply, &split_reply);
  target_require(text.length <= length, "no more text than bytes");
  target_require(reply.length <= length / 3 * LONGEST_ANSWER,
                 "one answer to a request");
  require_way_back(bytes, length);
  bytes_clear(&text);
  bytes_clear(&reply);
  bytes_clear(&split_text);
  bytes_clear(&split_reply);
}

/*
** telnet.c - any bytes as the other side of a telnet connection, in pieces of any size.
** What must hold: nothing is read or written out of bounds; the pieces make no
** difference; each request has one answer at most, so that nothing loops; what one side
** encodes the other decodes.
*/
#include "proto/telnet.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { LONGEST_ANSWER = TELNET_TERM + 8 };

static void require(bool is_so)
{
  if (!is_so)
    abort();
}

static void feed(struct telnet *telnet, const char *bytes, size_t length, size_t piece,
                 struct bytes *text, struct bytes *reply)
{
  while (length > 0) {
    size_t n = length < piece ? length : piece;
    require(telnet_feed(telnet, bytes, n, text, reply));
    bytes += n;
    length -= n;
  }
}

static void require_same(const struct bytes *one, const struct bytes *other)
{
  require(one->length == other->length);
  require(one->length == 0 ||
          memcmp(bytes_head(one), bytes_head(other), one->length) == 0);
}

static void require_way_back(const char *bytes, size_t length)
{
  struct telnet client, server;
  struct bytes sent = {0}, text = {0}, reply = {0};
  telnet_open(&client, false, "vt100", 80, 24);
  telnet_open(&server, true, NULL, 80, 24);
  require(telnet_encode(&server, bytes, length, &sent));
  feed(&client, bytes_head(&sent), sent.length, 3, &text, &reply);
  require(reply.length == 0);
  require(text.length == length && memcmp(bytes_head(&text), bytes, length) == 0);
  bytes_clear(&sent);
  bytes_clear(&text);
  bytes_clear(&reply);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
  if (size < 3)
    return 0;
  const char *bytes = (const char *)data + 2;
  const size_t length = size - 2;
  struct telnet whole, split;
  struct bytes text = {0}, reply = {0}, split_text = {0}, split_reply = {0};
  telnet_open(&whole, (data[0] & 1) != 0, "xterm", data[1], 65535);
  if (data[0] & 2)
    require(telnet_offer(&whole, &reply));
  split = whole;
  bytes_clear(&reply);
  feed(&whole, bytes, length, length, &text, &reply);
  feed(&split, bytes, length, data[1] % 16 + 1U, &split_text, &split_reply);
  require_same(&text, &split_text);
  require_same(&reply, &split_reply);
  require(text.length <= length);
  require(reply.length <= length / 3 * LONGEST_ANSWER);
  require_way_back(bytes, length);
  bytes_clear(&text);
  bytes_clear(&reply);
  bytes_clear(&split_text);
  bytes_clear(&split_reply);
  return 0;
}

/*
** fuzz/kexinit.c - any bytes as the first that a server sends. What must hold: nothing
** is read out of bounds; lists lie within the bytes; what the server shares with us is
** no mismatch; the words of a mismatch can be read back.
*/
#include "ssh/kexinit.h"

#include <string.h>

#include "fuzz/target.h"

enum { TEXT = 2 * KEXINIT_SIZE };

static void check_lists(const char *bytes, size_t length,
                        const struct kexinit_list lists[ALGORITHMS_COUNT])
{
  for (size_t i = 0; i < ALGORITHMS_COUNT; i++) {
    if (lists[i].length == 0)
      continue;
    target_require(lists[i].at >= bytes && lists[i].length <= length &&
                       lists[i].at + lists[i].length <= bytes + length,
                   "a list lies within the bytes");
  }
}

static void check_mismatch(const char *bytes, size_t length)
{
  static const struct login login = {
      .kex = "curve25519-sha256,diffie-hellman-group14-sha1",
      .hostkey_types = "ssh-ed25519,ssh-rsa",
      .ciphers = "aes128-gcm@openssh.com,aes128-ctr",
      .macs = "hmac-sha2-256"};
  struct kexinit_list lists[ALGORITHMS_COUNT];
  struct algorithms_mismatch mismatch;
  char text[TEXT];
  if (!kexinit_mismatch(bytes, length, &login, text, sizeof text))
    return;
  target_require(memchr(text, '\0', sizeof text) != NULL, "a text has an end");
  target_require(length < KEXINIT_SIZE || strlen(text) < sizeof text, "and room");
  (void)kexinit_offers(bytes, length, lists);
  if (algorithms_parse_mismatch(text, &mismatch))
    target_require(strlen(mismatch.server.names) < sizeof mismatch.server.names &&
                       strlen(mismatch.possible.names) <= strlen(mismatch.server.names),
                   "what is possible was offered");
}

static void check_words(const char *bytes, size_t length)
{
  char text[TEXT];
  struct algorithms_mismatch mismatch;
  size_t n = length < sizeof text ? length : sizeof text - 1;
  memcpy(text, bytes, n);
  text[n] = '\0';
  (void)algorithms_parse_mismatch(text, &mismatch);
  for (int kind = 0; kind < ALGORITHMS_COUNT; kind++) {
    struct algorithms_list list, unknown;
    const char *base = algorithms_profile("default", (enum algorithms_kind)kind);
    bool is_some =
        algorithms_expand((enum algorithms_kind)kind, base, text, &list, &unknown);
    target_require(!is_some || list.names[0] != '\0', "a list that is not empty");
  }
}

void kexinit_target(const uint8_t *data, size_t size)
{
  struct kexinit_list lists[ALGORITHMS_COUNT];
  const char *bytes = (const char *)data;
  if (size > KEXINIT_SIZE || size == 0)
    return;
  if (kexinit_offers(bytes, size, lists))
    check_lists(bytes, size, lists);
  check_mismatch(bytes, size);
  check_words(bytes, size);
}

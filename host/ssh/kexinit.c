/*
** kexinit.c - read what a server offers from its first bytes. libssh forgets why a key
** exchange failed when the server hangs up in the same moment; nothing else needs this.
*/
#include "ssh/kexinit.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_KEXINIT = 20, HEAD = 5, COOKIE = 16 };

struct span {
  const char *at;
  size_t length;
};

static bool skip(struct span *s, size_t n)
{
  if (n > s->length)
    return false;
  s->at += n;
  s->length -= n;
  return true;
}

static bool read_number(struct span *s, uint32_t *number)
{
  const unsigned char *u = (const unsigned char *)s->at;
  if (s->length < 4)
    return false;
  *number = (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
  return skip(s, 4);
}

static bool read_list(struct span *s, struct span *list)
{
  uint32_t length;
  if (!read_number(s, &length) || length > s->length)
    return false;
  *list = (struct span){s->at, length};
  return skip(s, length);
}

/* Behind the line "SSH-2.0-..." and any lines before it. */
static bool skip_identification(struct span *s)
{
  bool was_identification = false;
  while (!was_identification) {
    const char *end = memchr(s->at, '\n', s->length);
    if (end == NULL)
      return false;
    was_identification = s->length > 4 && memcmp(s->at, "SSH-", 4) == 0;
    skip(s, (size_t)(end - s->at) + 1);
  }
  return true;
}

static bool take_name(struct span *list, struct span *name)
{
  if (list->length == 0)
    return false;
  const char *comma = memchr(list->at, ',', list->length);
  *name = (struct span){list->at,
                        comma != NULL ? (size_t)(comma - list->at) : list->length};
  skip(list, comma != NULL ? name->length + 1 : name->length);
  return true;
}

static bool has_name(struct span list, struct span wanted)
{
  struct span name;
  while (take_name(&list, &name))
    if (name.length == wanted.length && memcmp(name.at, wanted.at, name.length) == 0)
      return true;
  return false;
}

static bool share_one(struct span server, const char *client)
{
  struct span ours = {client, strlen(client)}, name;
  while (take_name(&ours, &name))
    if (has_name(server, name))
      return true;
  return false;
}

bool kexinit_mismatch(const char *bytes, size_t length, const struct login *login,
                      char *text, size_t size)
{
  const struct {
    const char *what, *ours;
  } kinds[] = {
      {"kex algos", login->kex},
      {"server host key algo", login->hostkey_types},
      {"encryption client->server", login->ciphers},
      {"encryption server->client", login->ciphers},
  };
  struct span s = {bytes, length}, list;
  if (!skip_identification(&s) || s.length <= HEAD || s.at[HEAD] != MESSAGE_KEXINIT ||
      !skip(&s, HEAD + 1 + COOKIE))
    return false;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (!read_list(&s, &list))
      return false;
    if (kinds[i].ours == NULL || share_one(list, kinds[i].ours))
      continue;
    snprintf(text, size,
             "kex error : no match for method %s: server [%.*s], client [%s]",
             kinds[i].what, (int)list.length, list.at, kinds[i].ours);
    return true;
  }
  return false;
}

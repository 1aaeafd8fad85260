/*
** kexinit.c - read what a server offers from its first bytes. libssh forgets why a key
** exchange failed when the server hangs up in the same moment; nothing else needs this.
*/
#include "ssh/kexinit.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_KEXINIT = 20, HEAD = 5, COOKIE = 16 };

static bool skip(struct kexinit_list *s, size_t n)
{
  if (n > s->length)
    return false;
  s->at += n;
  s->length -= n;
  return true;
}

static bool read_number(struct kexinit_list *s, uint32_t *number)
{
  const unsigned char *u = (const unsigned char *)s->at;
  if (s->length < 4)
    return false;
  *number = (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
  return skip(s, 4);
}

static bool read_list(struct kexinit_list *s, struct kexinit_list *list)
{
  uint32_t length;
  if (!read_number(s, &length) || length > s->length)
    return false;
  *list = (struct kexinit_list){s->at, length};
  return skip(s, length);
}

/* Behind the line "SSH-2.0-..." and any lines before it. */
static bool skip_identification(struct kexinit_list *s)
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

static bool take_name(struct kexinit_list *list, struct kexinit_list *name)
{
  if (list->length == 0)
    return false;
  const char *comma = memchr(list->at, ',', list->length);
  *name = (struct kexinit_list){list->at, comma != NULL ? (size_t)(comma - list->at)
                                                        : list->length};
  skip(list, comma != NULL ? name->length + 1 : name->length);
  return true;
}

static bool has_name(struct kexinit_list list, struct kexinit_list wanted)
{
  struct kexinit_list name;
  while (take_name(&list, &name))
    if (name.length == wanted.length && memcmp(name.at, wanted.at, name.length) == 0)
      return true;
  return false;
}

/* The first of ours that the server has, too; of no length when there is none. */
static struct kexinit_list first_shared(struct kexinit_list server, const char *client)
{
  struct kexinit_list ours = {client, strlen(client)}, name;
  while (take_name(&ours, &name))
    if (has_name(server, name))
      return name;
  return (struct kexinit_list){client, 0};
}

/* Such a cipher authenticates by itself: no MAC is agreed on. */
static bool is_aead(struct kexinit_list cipher)
{
  static const char *const aead[] = {"aes128-gcm@openssh.com", "aes256-gcm@openssh.com",
                                     "chacha20-poly1305@openssh.com"};
  for (size_t i = 0; i < sizeof aead / sizeof *aead; i++)
    if (cipher.length == strlen(aead[i]) &&
        memcmp(cipher.at, aead[i], cipher.length) == 0)
      return true;
  return false;
}

/* To the first of the lists. */
static bool skip_head(struct kexinit_list *s)
{
  return skip_identification(s) && s->length > HEAD && s->at[HEAD] == MESSAGE_KEXINIT &&
         skip(s, HEAD + 1 + COOKIE);
}

bool kexinit_offers(const char *bytes, size_t length,
                    struct kexinit_list lists[ALGORITHMS_COUNT])
{
  static const enum algorithms_kind order[] = {
      ALGORITHMS_KEX,     ALGORITHMS_HOSTKEY_TYPES, ALGORITHMS_CIPHERS,
      ALGORITHMS_CIPHERS, ALGORITHMS_MACS,
  };
  struct kexinit_list s = {bytes, length};
  memset(lists, 0, ALGORITHMS_COUNT * sizeof *lists);
  if (!skip_head(&s))
    return false;
  for (size_t i = 0; i < sizeof order / sizeof *order; i++)
    if (!read_list(&s, &lists[order[i]]))
      return false;
  return true;
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
      {"mac algo client->server", login->macs},
      {"mac algo server->client", login->macs},
  };
  bool needs_mac = true;
  struct kexinit_list s = {bytes, length}, list;
  if (!skip_head(&s))
    return false;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (!read_list(&s, &list))
      return false;
    bool is_mac = kinds[i].ours == login->macs;
    if (kinds[i].ours == NULL || (is_mac && !needs_mac))
      continue;
    struct kexinit_list shared = first_shared(list, kinds[i].ours);
    needs_mac = needs_mac && !is_aead(shared);
    if (shared.length > 0)
      continue;
    snprintf(text, size,
             "kex error : no match for method %s: server [%.*s], client [%s]",
             kinds[i].what, (int)list.length, list.at, kinds[i].ours);
    return true;
  }
  return false;
}

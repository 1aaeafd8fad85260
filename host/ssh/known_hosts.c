/*
** known_hosts.c - the text of OpenSSH's known_hosts: what one line says. No file is
** opened here, nothing is kept and nothing is trusted.
*/
#include "ssh/known_hosts.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

enum { DEFAULT_PORT = 22, LONGEST_TYPE = 64 };

static char lower(char c)
{
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\r';
}

static bool is_equal(struct known_hosts_text text, const char *word)
{
  return text.length == strlen(word) && memcmp(text.at, word, text.length) == 0;
}

static void skip(struct known_hosts_text *text, size_t count)
{
  text->at += count;
  text->length -= count;
}

static struct known_hosts_text next_word(struct known_hosts_text *rest)
{
  while (rest->length > 0 && is_blank(*rest->at))
    skip(rest, 1);
  struct known_hosts_text word = {rest->at, 0};
  while (word.length < rest->length && !is_blank(rest->at[word.length]))
    word.length++;
  skip(rest, word.length);
  return word;
}

enum known_hosts_kind known_hosts_parse(struct known_hosts_text text,
                                        struct known_hosts_line *line)
{
  line->marker = KNOWN_HOSTS_PLAIN;
  line->hosts = next_word(&text);
  if (line->hosts.length == 0 || *line->hosts.at == '#')
    return KNOWN_HOSTS_BLANK;
  if (*line->hosts.at == '@') {
    if (is_equal(line->hosts, "@revoked"))
      line->marker = KNOWN_HOSTS_REVOKED;
    else if (is_equal(line->hosts, "@cert-authority"))
      line->marker = KNOWN_HOSTS_AUTHORITY;
    else
      return KNOWN_HOSTS_JUNK;
    line->hosts = next_word(&text);
  }
  line->type = next_word(&text);
  line->key = next_word(&text);
  return line->key.length > 0 ? KNOWN_HOSTS_ENTRY : KNOWN_HOSTS_JUNK;
}

static bool is_base64(char c)
{
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         c == '+' || c == '/';
}

/* Strict, which OpenSSL's decoder alone is not. 0: no base64, or nothing in it. */
static size_t decode_base64(struct known_hosts_text text, unsigned char *bytes)
{
  size_t padding = 0;
  while (padding < 2 && padding < text.length &&
         text.at[text.length - 1 - padding] == '=')
    padding++;
  for (size_t i = 0; i < text.length - padding; i++)
    if (!is_base64(text.at[i]))
      return 0;
  if (text.length == 0 || text.length % 4 != 0 ||
      text.length / 4 * 3 > KNOWN_HOSTS_KEY_SIZE)
    return 0;
  int length = EVP_DecodeBlock(bytes, (const unsigned char *)text.at, (int)text.length);
  return length > (int)padding ? (size_t)length - padding : 0;
}

bool known_hosts_type(const unsigned char *key, size_t length,
                      struct known_hosts_text *type)
{
  if (length < 4 || length > KNOWN_HOSTS_KEY_SIZE || key[0] != 0 || key[1] != 0)
    return false;
  type->at = (const char *)key + 4;
  type->length = ((size_t)key[2] << 8) + key[3];
  if (type->length == 0 || type->length >= length - 4 || type->length > LONGEST_TYPE)
    return false;
  for (size_t i = 0; i < type->length; i++)
    if (type->at[i] <= ' ' || type->at[i] > '~')
      return false;
  return true;
}

size_t known_hosts_decode(struct known_hosts_text type, struct known_hosts_text key,
                          unsigned char *blob)
{
  struct known_hosts_text inside;
  size_t length = decode_base64(key, blob);
  if (!known_hosts_type(blob, length, &inside) || inside.length != type.length)
    return 0;
  return memcmp(inside.at, type.at, type.length) == 0 ? length : 0;
}

size_t known_hosts_format(char line[KNOWN_HOSTS_LINE_SIZE], const char *name,
                          const unsigned char *key, size_t length)
{
  struct known_hosts_text type;
  if (!known_hosts_type(key, length, &type))
    return 0;
  int head = snprintf(line, KNOWN_HOSTS_LINE_SIZE, "%s %.*s ", name, (int)type.length,
                      type.at);
  size_t text = (length + 2) / 3 * 4;
  if (head < 0 || (size_t)head + text + 2 > KNOWN_HOSTS_LINE_SIZE)
    return 0;
  EVP_EncodeBlock((unsigned char *)line + head, key, (int)length);
  line[(size_t)head + text] = '\n';
  line[(size_t)head + text + 1] = '\0';
  return (size_t)head + text + 1;
}

bool known_hosts_next(struct known_hosts_text *list, struct known_hosts_text *item)
{
  if (list->length == 0)
    return false;
  const char *comma = memchr(list->at, ',', list->length);
  item->at = list->at;
  item->length = comma != NULL ? (size_t)(comma - list->at) : list->length;
  skip(list, comma != NULL ? item->length + 1 : item->length);
  return true;
}

bool known_hosts_is_pattern(struct known_hosts_text hosts)
{
  for (size_t i = 0; i < hosts.length; i++)
    if (strchr("*?!", hosts.at[i]) != NULL)
      return true;
  return false;
}

/* Goes back to the last star only, so that no pattern can make it exponential. */
static bool match_glob(struct known_hosts_text pattern, const char *name)
{
  size_t p = 0, star = SIZE_MAX;
  const char *retry = name;
  while (*name != '\0') {
    char c = p < pattern.length ? lower(pattern.at[p]) : '\0';
    if (c == '*') {
      star = p++;
      retry = name;
    } else if (c == '?' || c == *name) {
      p++;
      name++;
    } else if (star != SIZE_MAX) {
      p = star + 1;
      name = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.length && pattern.at[p] == '*')
    p++;
  return p == pattern.length;
}

bool known_hosts_match(struct known_hosts_text hosts, const char *name)
{
  bool is_match = false;
  struct known_hosts_text pattern;
  while (known_hosts_next(&hosts, &pattern)) {
    bool is_negated = pattern.length > 0 && *pattern.at == '!';
    if (is_negated)
      skip(&pattern, 1);
    if (pattern.length == 0 || !match_glob(pattern, name))
      continue;
    if (is_negated)
      return false;
    is_match = true;
  }
  return is_match;
}

static bool decode_hash(struct known_hosts_text text, unsigned char *bytes)
{
  unsigned char decoded[KNOWN_HOSTS_HASH_SIZE + 4];
  if (text.length > sizeof decoded / 3 * 4)
    return false;
  if (decode_base64(text, decoded) != KNOWN_HOSTS_HASH_SIZE)
    return false;
  memcpy(bytes, decoded, KNOWN_HOSTS_HASH_SIZE);
  return true;
}

bool known_hosts_unhash(struct known_hosts_text hosts,
                        unsigned char salt[KNOWN_HOSTS_HASH_SIZE],
                        unsigned char hash[KNOWN_HOSTS_HASH_SIZE])
{
  if (hosts.length < 3 || memcmp(hosts.at, "|1|", 3) != 0)
    return false;
  skip(&hosts, 3);
  const char *bar = memchr(hosts.at, '|', hosts.length);
  if (bar == NULL)
    return false;
  struct known_hosts_text first = {hosts.at, (size_t)(bar - hosts.at)};
  skip(&hosts, first.length + 1);
  return decode_hash(first, salt) && decode_hash(hosts, hash);
}

bool known_hosts_name(char name[KNOWN_HOSTS_NAME_SIZE], const char *host, uint16_t port)
{
  bool is_bare = port == 0 || port == DEFAULT_PORT;
  int length = is_bare ? snprintf(name, KNOWN_HOSTS_NAME_SIZE, "%s", host)
                       : snprintf(name, KNOWN_HOSTS_NAME_SIZE, "[%s]:%u", host, port);
  for (char *c = name; *c != '\0'; c++)
    *c = lower(*c);
  return *host != '\0' && length > 0 && length < KNOWN_HOSTS_NAME_SIZE;
}

bool known_hosts_is_writable(const char *host)
{
  static const char harmless[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%";
  return *host != '\0' && host[strspn(host, harmless)] == '\0';
}

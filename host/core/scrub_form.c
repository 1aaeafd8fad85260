/*
** scrub_form.c - how else a secret may be written where somebody logs, encodes or
** quotes it.
*/
#include <openssl/evp.h>
#include <string.h>

#include "core/scrub_trie.h"

static const char lower_digits[] = "0123456789abcdef";
static const char upper_digits[] = "0123456789ABCDEF";

static size_t as_hexadecimal(const char *digits, const char *s, size_t length,
                             char *out)
{
  for (size_t i = 0; i < length; i++) {
    *out++ = digits[(unsigned char)s[i] >> 4];
    *out++ = digits[(unsigned char)s[i] & 15];
  }
  return 2 * length;
}

static bool is_unreserved(char c)
{
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         c == '-' || c == '_' || c == '.' || c == '~';
}

static size_t as_url(const char *s, size_t length, char *out)
{
  char *end = out;
  for (size_t i = 0; i < length; i++) {
    if (is_unreserved(s[i])) {
      *end++ = s[i];
      continue;
    }
    *end++ = '%';
    end += as_hexadecimal(upper_digits, s + i, 1, end);
  }
  return (size_t)(end - out);
}

static size_t as_json(const char *s, size_t length, char *out)
{
  char *end = out;
  for (size_t i = 0; i < length; i++) {
    if (s[i] == '"' || s[i] == '\\') {
      *end++ = '\\';
    } else if ((unsigned char)s[i] < ' ') {
      memcpy(end, "\\u00", 4);
      end += 4 + as_hexadecimal(lower_digits, s + i, 1, end + 4);
      continue;
    }
    *end++ = s[i];
  }
  return (size_t)(end - out);
}

/*
** Behind 'before' bytes that are not known, and before more of them: the digits that
** are the secret's alone.
*/
static size_t as_base64(size_t before, const char *s, size_t length, char *out)
{
  unsigned char three[3] = {0};
  size_t skipped = (before * 8 + 5) / 6, all = (before + length) * 8 / 6, digits = 0;
  for (size_t at = 0; at < before + length; at += 3) {
    unsigned char four[5];
    for (size_t i = 0; i < 3; i++) {
      bool is_inside = at + i >= before && at + i < before + length;
      three[i] = is_inside ? (unsigned char)s[at + i - before] : 0;
    }
    EVP_EncodeBlock(four, three, 3);
    for (size_t i = 0; i < 4; i++)
      if (at / 3 * 4 + i >= skipped && at / 3 * 4 + i < all)
        out[digits++] = (char)four[i];
    explicit_bzero(four, sizeof four);
  }
  explicit_bzero(three, sizeof three);
  return digits;
}

size_t scrub_form(int number, const char *secret, size_t length, char *out)
{
  size_t written = 0;
  switch (number) {
  case 0:
    memcpy(out, secret, length);
    return length;
  case 1:
    return as_hexadecimal(lower_digits, secret, length, out);
  case 2:
    return as_hexadecimal(upper_digits, secret, length, out);
  case 3:
    written = as_url(secret, length, out);
    return written != length ? written : 0;
  case 4:
    written = as_json(secret, length, out);
    return written != length ? written : 0;
  default:
    return as_base64((size_t)number - 5, secret, length, out);
  }
}

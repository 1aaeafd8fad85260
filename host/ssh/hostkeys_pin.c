/*
** hostkeys_pin.c - keys by their fingerprint, which is what people compare and
** inventories pin. No store here.
*/
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "ssh/hostkeys.h"

enum { PIN_LENGTH = 43 }; /* 32 bytes in base64, without padding */

static const char pin_prefix[] = "SHA256:";

void hostkeys_fingerprint(struct hostkeys_key key,
                          char fingerprint[HOSTKEYS_FINGERPRINT_SIZE])
{
  unsigned char digest[SHA256_DIGEST_LENGTH];
  unsigned char text[SHA256_DIGEST_LENGTH / 3 * 4 + 4 + 1];
  SHA256(key.bytes, key.length, digest);
  EVP_EncodeBlock(text, digest, sizeof digest);
  snprintf(fingerprint, HOSTKEYS_FINGERPRINT_SIZE, "%s%.*s", pin_prefix, PIN_LENGTH,
           (const char *)text);
}

static size_t unpadded_length(const char *pin)
{
  size_t length = strlen(pin);
  return length > 0 && pin[length - 1] == '=' ? length - 1 : length;
}

bool hostkeys_is_pin(const char *pin)
{
  static const char alphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t prefix = sizeof pin_prefix - 1;
  return strncmp(pin, pin_prefix, prefix) == 0 &&
         unpadded_length(pin) == prefix + PIN_LENGTH &&
         strspn(pin + prefix, alphabet) == PIN_LENGTH;
}

bool hostkeys_pin(const char *pin, struct hostkeys_key key)
{
  char fingerprint[HOSTKEYS_FINGERPRINT_SIZE];
  if (!hostkeys_is_pin(pin))
    return false;
  hostkeys_fingerprint(key, fingerprint);
  return CRYPTO_memcmp(pin, fingerprint, HOSTKEYS_FINGERPRINT_SIZE - 1) == 0;
}

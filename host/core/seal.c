/*
** seal.c - a secret in a file. The cryptography is libcrypto's; here is only the order
** of the bytes, and that every key is wiped.
*/
#include "core/seal.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdbool.h>
#include <string.h>

#include "core/secret.h"

static const char magic[] = "moonwire secret 1\n";

enum {
  MAGIC = sizeof magic - 1,
  COST = MAGIC, /* where the parts of the head begin */
  SALT = COST + 3,
  NONCE = SALT + 16,
  SALT_LENGTH = NONCE - SALT,
  NONCE_LENGTH = SEAL_HEAD - NONCE,
  KEY_LENGTH = 32,
  LOG_N = 15, /* 32 MB and a tenth of a second */
  R = 8,
  P = 1,
  GREATEST_LOG_N = 20,
  GREATEST_R = 16,
  GREATEST_P = 4,
  MOST_MEMORY = 1 << 28,
};

/* The costs stand in the file, so a file could ask for all the memory. */
static bool are_costs_sane(const unsigned char *head)
{
  const unsigned char *cost = head + COST;
  return cost[0] >= 1 && cost[0] <= GREATEST_LOG_N && cost[1] >= 1 &&
         cost[1] <= GREATEST_R && cost[2] >= 1 && cost[2] <= GREATEST_P;
}

static bool derive(const struct secret *passphrase, const unsigned char *head,
                   unsigned char *key)
{
  const unsigned char *cost = head + COST;
  return EVP_PBE_scrypt(secret_bytes(passphrase), secret_length(passphrase),
                        head + SALT, SALT_LENGTH, UINT64_C(1) << cost[0], cost[1],
                        cost[2], MOST_MEMORY, key, KEY_LENGTH) == 1;
}

/* The head is not hidden, but guarded like the rest. */
static bool begin(EVP_CIPHER_CTX *context, const unsigned char *head,
                  const unsigned char *key, bool is_sealing)
{
  int length = 0;
  return EVP_CipherInit_ex(context, EVP_aes_256_gcm(), NULL, key, head + NONCE,
                           is_sealing) == 1 &&
         EVP_CipherUpdate(context, NULL, &length, head, SEAL_HEAD) == 1;
}

static bool encrypt_bytes(EVP_CIPHER_CTX *context, const struct secret *plain,
                          const unsigned char *key, unsigned char *sealed)
{
  int length = 0, rest = 0;
  const unsigned char *bytes = (const unsigned char *)secret_bytes(plain);
  unsigned char *tag = sealed + SEAL_HEAD + secret_length(plain);
  return begin(context, sealed, key, true) &&
         EVP_EncryptUpdate(context, sealed + SEAL_HEAD, &length, bytes,
                           (int)secret_length(plain)) == 1 &&
         EVP_EncryptFinal_ex(context, tag, &rest) == 1 && rest == 0 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, SEAL_TAG, tag) == 1;
}

size_t seal(const struct secret *plain, const struct secret *passphrase,
            unsigned char *sealed)
{
  unsigned char key[KEY_LENGTH];
  if (secret_length(plain) == 0 || secret_length(plain) > SEAL_LONGEST)
    return 0;
  memcpy(sealed, magic, MAGIC);
  sealed[COST] = LOG_N;
  sealed[COST + 1] = R;
  sealed[COST + 2] = P;
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  bool is_done = context != NULL && RAND_bytes(sealed + SALT, SEAL_HEAD - SALT) == 1 &&
                 derive(passphrase, sealed, key) &&
                 encrypt_bytes(context, plain, key, sealed);
  EVP_CIPHER_CTX_free(context);
  explicit_bzero(key, sizeof key);
  return is_done ? SEAL_HEAD + secret_length(plain) + SEAL_TAG : 0;
}

static bool decrypt_bytes(EVP_CIPHER_CTX *context, const unsigned char *sealed,
                          size_t length, const unsigned char *key, unsigned char *plain)
{
  int written = 0, rest = 0;
  unsigned char tag[SEAL_TAG]; /* OpenSSL wants one that it may write to */
  memcpy(tag, sealed + SEAL_HEAD + length, SEAL_TAG);
  return begin(context, sealed, key, false) &&
         EVP_DecryptUpdate(context, plain, &written, sealed + SEAL_HEAD, (int)length) ==
             1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, SEAL_TAG, tag) == 1 &&
         EVP_DecryptFinal_ex(context, plain + written, &rest) == 1;
}

struct secret *seal_open(const unsigned char *sealed, size_t length,
                         const struct secret *passphrase)
{
  unsigned char key[KEY_LENGTH], plain[SEAL_LONGEST];
  if (length <= SEAL_HEAD + SEAL_TAG || length > SEAL_FILE ||
      memcmp(sealed, magic, MAGIC) != 0 || !are_costs_sane(sealed))
    return NULL;
  size_t inner = length - SEAL_HEAD - SEAL_TAG;
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  struct secret *opened = NULL;
  if (context != NULL && derive(passphrase, sealed, key) &&
      decrypt_bytes(context, sealed, inner, key, plain))
    opened = secret_new(NULL, (const char *)plain, inner);
  EVP_CIPHER_CTX_free(context);
  explicit_bzero(key, sizeof key);
  explicit_bzero(plain, sizeof plain);
  return opened;
}

/*
** rsa.c - RSA keys from OpenSSH's form to one that is signed with fast. Everything that
** is secret in here is wiped.
*/
#include "ssh/rsa.h"

#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/bytes.h"

enum { LARGEST = 65536, NUMBERS = 6 };

static const char HEAD[] = "-----BEGIN OPENSSH PRIVATE KEY-----";
static const char TAIL[] = "-----END OPENSSH PRIVATE KEY-----";
static const char MAGIC[] = "openssh-key-v1"; /* with the NUL behind it */

enum number { N, E, D, COEFFICIENT, P, Q }; /* in the file's order */

/* What is left to be read; 'is_cut' once something did not fit. */
struct reader {
  const unsigned char *at, *end;
  bool is_cut;
};

static uint32_t read_number(struct reader *r)
{
  if (r->end - r->at < 4) {
    r->is_cut = true;
    return 0;
  }
  const unsigned char *at = r->at;
  r->at += 4;
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static struct reader read_string(struct reader *r)
{
  size_t length = read_number(r);
  if (r->is_cut || length > (size_t)(r->end - r->at)) {
    r->is_cut = true;
    return (struct reader){r->at, r->at, true};
  }
  struct reader string = {r->at, r->at + length, false};
  r->at += length;
  return string;
}

static bool is_word(struct reader string, const char *word)
{
  size_t length = (size_t)(string.end - string.at);
  return length == strlen(word) && memcmp(string.at, word, length) == 0;
}

/* The private part of a file with one key that is not encrypted. */
static bool find_private(struct reader *file, struct reader *private)
{
  if ((size_t)(file->end - file->at) < sizeof MAGIC ||
      memcmp(file->at, MAGIC, sizeof MAGIC) != 0)
    return false;
  file->at += sizeof MAGIC;
  bool is_open = is_word(read_string(file), "none"); /* the cipher */
  read_string(file);                                 /* how its key is derived, */
  read_string(file);                                 /* and from what */
  is_open = is_open && read_number(file) == 1;
  read_string(file); /* the public part */
  *private = read_string(file);
  uint32_t check = read_number(private);
  return is_open && read_number(private) == check && !file->is_cut &&
         !private->is_cut && is_word(read_string(private), "ssh-rsa");
}

static bool read_numbers(struct reader *private, BIGNUM *numbers[NUMBERS])
{
  for (int i = 0; i < NUMBERS; i++) {
    struct reader string = read_string(private);
    numbers[i] = BN_secure_new();
    if (string.is_cut || numbers[i] == NULL ||
        BN_bin2bn(string.at, (int)(string.end - string.at), numbers[i]) == NULL)
      return false;
  }
  return true;
}

/* d modulo p - 1 and q - 1: what makes it fast. */
static bool reduce(BIGNUM *exponent, const BIGNUM *d, const BIGNUM *prime)
{
  BN_CTX *context = BN_CTX_secure_new();
  BIGNUM *less = BN_secure_new();
  bool is_done = context != NULL && less != NULL && BN_copy(less, prime) != NULL &&
                 BN_sub_word(less, 1) == 1;
  if (is_done)
    BN_set_flags(less, BN_FLG_CONSTTIME);
  is_done = is_done && BN_mod(exponent, d, less, context) == 1;
  BN_clear_free(less);
  BN_CTX_free(context);
  return is_done;
}

static EVP_PKEY *build(BIGNUM *numbers[NUMBERS], BIGNUM *exponent_p, BIGNUM *exponent_q)
{
  const struct {
    const char *name;
    const BIGNUM *value;
  } parts[] = {
      {OSSL_PKEY_PARAM_RSA_N, numbers[N]},
      {OSSL_PKEY_PARAM_RSA_E, numbers[E]},
      {OSSL_PKEY_PARAM_RSA_D, numbers[D]},
      {OSSL_PKEY_PARAM_RSA_FACTOR1, numbers[P]},
      {OSSL_PKEY_PARAM_RSA_FACTOR2, numbers[Q]},
      {OSSL_PKEY_PARAM_RSA_EXPONENT1, exponent_p},
      {OSSL_PKEY_PARAM_RSA_EXPONENT2, exponent_q},
      {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, numbers[COEFFICIENT]},
  };
  EVP_PKEY *key = NULL;
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
  bool is_good = builder != NULL && context != NULL;
  for (size_t i = 0; is_good && i < sizeof parts / sizeof *parts; i++)
    is_good = OSSL_PARAM_BLD_push_BN(builder, parts[i].name, parts[i].value) == 1;
  OSSL_PARAM *parameters = is_good ? OSSL_PARAM_BLD_to_param(builder) : NULL;
  if (parameters == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
      EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters) != 1)
    key = NULL;
  OSSL_PARAM_free(parameters);
  OSSL_PARAM_BLD_free(builder);
  EVP_PKEY_CTX_free(context);
  return key;
}

static char *to_pem(EVP_PKEY *key)
{
  BIO *memory = BIO_new(BIO_s_secmem());
  char *pem = NULL, *bytes;
  if (memory != NULL && PEM_write_bio_PrivateKey_traditional(memory, key, NULL, NULL, 0,
                                                             NULL, NULL) == 1) {
    long length = BIO_get_mem_data(memory, &bytes);
    pem = length > 0 ? bytes_text(bytes, (size_t)length) : NULL;
  }
  BIO_free(memory);
  return pem;
}

static char *convert(struct reader file)
{
  struct reader private;
  BIGNUM *numbers[NUMBERS] = {NULL};
  BIGNUM *exponent_p = BN_secure_new(), *exponent_q = BN_secure_new();
  EVP_PKEY *key = NULL;
  if (exponent_p != NULL && exponent_q != NULL && find_private(&file, &private) &&
      read_numbers(&private, numbers) && reduce(exponent_p, numbers[D], numbers[P]) &&
      reduce(exponent_q, numbers[D], numbers[Q]))
    key = build(numbers, exponent_p, exponent_q);
  char *pem = key != NULL ? to_pem(key) : NULL;
  EVP_PKEY_free(key);
  for (int i = 0; i < NUMBERS; i++)
    BN_clear_free(numbers[i]);
  BN_clear_free(exponent_p);
  BN_clear_free(exponent_q);
  return pem;
}

/* Between the lines that frame it; libcrypto skips line feeds. */
static char *decode(const char *text)
{
  const char *start = strstr(text, HEAD);
  const char *end = start != NULL ? strstr(start, TAIL) : NULL;
  if (end == NULL)
    return NULL;
  start += strlen(HEAD);
  int length = 0, rest = 0;
  size_t size = (size_t)(end - start);
  unsigned char *bytes = malloc(size + 1);
  EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
  char *pem = NULL;
  if (bytes != NULL && context != NULL) {
    EVP_DecodeInit(context);
    if (EVP_DecodeUpdate(context, bytes, &length, (const unsigned char *)start,
                         (int)size) >= 0 &&
        EVP_DecodeFinal(context, bytes + length, &rest) == 1)
      pem = convert((struct reader){bytes, bytes + length + rest, false});
    OPENSSL_cleanse(bytes, size + 1);
  }
  EVP_ENCODE_CTX_free(context);
  free(bytes);
  return pem;
}

char *rsa_pem_of_file(const char *path)
{
  char *text = calloc(1, LARGEST);
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  ssize_t n = text != NULL && fd >= 0 ? read(fd, text, LARGEST - 1) : -1;
  char *pem = n > 0 ? decode(text) : NULL;
  if (fd >= 0)
    close(fd);
  if (text != NULL)
    OPENSSL_cleanse(text, LARGEST);
  free(text);
  return pem;
}

void rsa_free(char *pem)
{
  if (pem != NULL)
    OPENSSL_cleanse(pem, strlen(pem));
  free(pem);
}

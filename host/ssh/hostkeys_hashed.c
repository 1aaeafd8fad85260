/*
** hostkeys_hashed.c - which of the hashed lines have which name. Each has a salt of its
** own, so that every name has to be hashed again for every line: two blocks of SHA-1
** for one of them, as what depends on the salt alone is done when the line is read.
** Nothing here is changed but the search itself: it may run on any thread.
*/
#include "ssh/hostkeys_hashed.h"

/*
** OpenSSL's EVP_MAC takes five times as long: it hashes the salt again for every name
** and has no way to keep the state in twenty bytes. This is the same assembly below it.
*/
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

enum {
  INNER = 0x36,
  OUTER = 0x5c,
  PAD = 0x80,
  BLOCK = SHA_CBLOCK,
  LENGTH_AT = BLOCK - 4, /* the message's length in bits, big-endian */
  BYTE = 8,
  FIRST_HITS = 16
};

static void write_word(unsigned char *at, uint32_t word)
{
  at[0] = (unsigned char)(word >> 24);
  at[1] = (unsigned char)(word >> 16);
  at[2] = (unsigned char)(word >> 8);
  at[3] = (unsigned char)word;
}

static uint32_t read_word(const unsigned char *at)
{
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void keep(const SHA_CTX *sha, uint32_t state[HOSTKEYS_DIGEST_WORDS])
{
  state[0] = sha->h0;
  state[1] = sha->h1;
  state[2] = sha->h2;
  state[3] = sha->h3;
  state[4] = sha->h4;
}

static void go_on(SHA_CTX *sha, const uint32_t state[HOSTKEYS_DIGEST_WORDS])
{
  sha->h0 = state[0];
  sha->h1 = state[1];
  sha->h2 = state[2];
  sha->h3 = state[3];
  sha->h4 = state[4];
}

static void hash_salt(const unsigned char salt[KNOWN_HOSTS_HASH_SIZE],
                      unsigned char pad, uint32_t state[HOSTKEYS_DIGEST_WORDS])
{
  unsigned char block[BLOCK];
  SHA_CTX sha;
  memset(block, pad, sizeof block);
  for (size_t i = 0; i < KNOWN_HOSTS_HASH_SIZE; i++)
    block[i] ^= salt[i];
  SHA1_Init(&sha);
  SHA1_Transform(&sha, block);
  keep(&sha, state);
}

bool hostkeys_hashed_is_full(const struct hostkeys_hashed *hashed)
{
  return hashed->count % HOSTKEYS_BLOCK_LINES == 0;
}

void hostkeys_hashed_add(struct hostkeys_hashed *hashed, struct hostkeys_block *spare,
                         struct hostkeys_entry *entry,
                         const unsigned char salt[KNOWN_HOSTS_HASH_SIZE],
                         const unsigned char hash[KNOWN_HOSTS_HASH_SIZE])
{
  if (hostkeys_hashed_is_full(hashed)) {
    spare->next = NULL;
    if (hashed->last != NULL)
      hashed->last->next = spare;
    else
      hashed->first = spare;
    hashed->last = spare;
  }
  struct hostkeys_hashed_line *line =
      &hashed->last->lines[hashed->count++ % HOSTKEYS_BLOCK_LINES];
  hash_salt(salt, INNER, line->inner);
  hash_salt(salt, OUTER, line->outer);
  for (size_t i = 0; i < HOSTKEYS_DIGEST_WORDS; i++)
    line->hash[i] = read_word(hash + 4 * i);
  atomic_init(&line->is_named, false);
  line->entry = entry;
}

bool hostkeys_search_add(struct hostkeys_search *search, const char *name)
{
  for (size_t i = 0; i < search->count; i++)
    if (strcmp(search->sought[i].name, name) == 0)
      return true;
  if (search->count == HOSTKEYS_SOUGHT)
    return false;
  struct hostkeys_sought *sought = &search->sought[search->count++];
  size_t length = strlen(name);
  memset(sought, 0, sizeof *sought);
  memcpy(sought->name, name, length);
  memcpy(sought->bytes, name, length);
  sought->bytes[length] = PAD;
  sought->length = (length + BYTE) / BLOCK * BLOCK + BLOCK;
  write_word(sought->bytes + sought->length - BLOCK + LENGTH_AT,
             (uint32_t)((BLOCK + length) * BYTE)); /* behind a block of salt */
  return true;
}

/* The inner hash as the only block behind the outer salt; what follows it is constant.
 */
static void hash_again(SHA_CTX *sha, const uint32_t outer[HOSTKEYS_DIGEST_WORDS])
{
  unsigned char block[BLOCK] = {0};
  uint32_t inner[HOSTKEYS_DIGEST_WORDS];
  keep(sha, inner);
  for (size_t i = 0; i < HOSTKEYS_DIGEST_WORDS; i++)
    write_word(block + 4 * i, inner[i]);
  block[SHA_DIGEST_LENGTH] = PAD;
  write_word(block + LENGTH_AT, (BLOCK + SHA_DIGEST_LENGTH) * BYTE);
  go_on(sha, outer);
  SHA1_Transform(sha, block);
}

static bool has_name(const struct hostkeys_hashed_line *line,
                     const struct hostkeys_sought *sought)
{
  SHA_CTX sha;
  uint32_t hash[HOSTKEYS_DIGEST_WORDS];
  go_on(&sha, line->inner);
  for (size_t at = 0; at < sought->length; at += BLOCK)
    SHA1_Transform(&sha, sought->bytes + at);
  hash_again(&sha, line->outer);
  keep(&sha, hash);
  return memcmp(hash, line->hash, sizeof hash) == 0;
}

static bool note_hit(struct hostkeys_search *search, const struct hostkeys_hit *hit)
{
  if (search->hit_count == search->hit_capacity) {
    size_t capacity = search->hit_capacity > 0 ? 2 * search->hit_capacity : FIRST_HITS;
    struct hostkeys_hit *hits = realloc(search->hits, capacity * sizeof *hits);
    if (hits == NULL)
      return false;
    search->hits = hits;
    search->hit_capacity = capacity;
  }
  search->hits[search->hit_count++] = *hit;
  return true;
}

static bool try_line(struct hostkeys_search *search, struct hostkeys_hashed_line *line,
                     size_t index)
{
  if (atomic_load_explicit(&line->is_named, memory_order_relaxed))
    return true;
  for (size_t i = 0; i < search->count; i++)
    if (has_name(line, &search->sought[i]))
      return note_hit(search, &(struct hostkeys_hit){line, index, i});
  return true;
}

void hostkeys_search_run(struct hostkeys_search *search)
{
  size_t index = 0, end = search->hashed.count;
  struct hostkeys_block *block = search->hashed.first;
  while (index < end) {
    size_t at = index % HOSTKEYS_BLOCK_LINES;
    if (index >= search->from && !try_line(search, &block->lines[at], index))
      return;
    if (++index < end && at + 1 == HOSTKEYS_BLOCK_LINES)
      block = block->next;
  }
  search->is_complete = true;
}

void hostkeys_search_close(struct hostkeys_search *search)
{
  free(search->hits);
  search->hits = NULL;
}

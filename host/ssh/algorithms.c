/*
** algorithms.c - which algorithms are offered, in which order. The order is ours, not
** libssh's: it would try the 8192-bit group, 120 ms of arithmetic, before the 2048-bit
** one. No session and no memory here: strings in, strings out.
*/
#include "ssh/algorithms.h"

#include <stdio.h>
#include <string.h>

#define KEX_ECDH                                                                       \
  "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,"                 \
  "ecdh-sha2-nistp384,ecdh-sha2-nistp521"
#define KEX_DH                                                                         \
  "diffie-hellman-group14-sha256,diffie-hellman-group-exchange-sha256,"                \
  "diffie-hellman-group16-sha512,diffie-hellman-group18-sha512"
#define KEX_SHA1                                                                       \
  "diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1,"                    \
  "diffie-hellman-group1-sha1"
#define KEYS_SHA2                                                                      \
  "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,"           \
  "rsa-sha2-512,rsa-sha2-256"
/*
** What users log in with: certificates, then keys; those on tokens by way of an agent.
*/
#define KEYS_OF_USERS                                                                  \
  "ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com,"         \
  "ecdsa-sha2-nistp384-cert-v01@openssh.com,ecdsa-sha2-nistp521-cert-v01@openssh.com," \
  "rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com," KEYS_SHA2     \
  ",sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com"
#define CIPHERS_AEAD                                                                   \
  "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com"
#define CIPHERS_CTR "aes128-ctr,aes192-ctr,aes256-ctr"
#define CIPHERS_CBC "aes128-cbc,aes192-cbc,aes256-cbc,3des-cbc"
#define MACS_ETM    "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com"
#define MACS_SHA2   MACS_ETM ",hmac-sha2-256,hmac-sha2-512"
#define MACS_SHA1   "hmac-sha1-etm@openssh.com,hmac-sha1"

static const char *const words[ALGORITHMS_COUNT] = {
    [ALGORITHMS_KEX] = "kex",
    [ALGORITHMS_HOSTKEY_TYPES] = "hostkey_types",
    [ALGORITHMS_CIPHERS] = "ciphers",
    [ALGORITHMS_MACS] = "macs",
    [ALGORITHMS_PUBLICKEY_TYPES] = "publickey_types",
};

static const char *const normal[ALGORITHMS_COUNT] = {
    [ALGORITHMS_KEX] = KEX_ECDH "," KEX_DH,
    [ALGORITHMS_HOSTKEY_TYPES] = KEYS_SHA2,
    [ALGORITHMS_CIPHERS] = CIPHERS_AEAD "," CIPHERS_CTR,
    [ALGORITHMS_MACS] = MACS_SHA2,
    [ALGORITHMS_PUBLICKEY_TYPES] = KEYS_OF_USERS,
};

static const char *const modern[ALGORITHMS_COUNT] = {
    [ALGORITHMS_KEX] = KEX_ECDH,
    [ALGORITHMS_HOSTKEY_TYPES] = KEYS_SHA2,
    [ALGORITHMS_CIPHERS] = CIPHERS_AEAD,
    [ALGORITHMS_MACS] = MACS_ETM,
    [ALGORITHMS_PUBLICKEY_TYPES] = KEYS_OF_USERS,
};

/* At the same time all that libssh can do, but for host keys on security tokens. */
static const char *const legacy[ALGORITHMS_COUNT] = {
    [ALGORITHMS_KEX] = KEX_ECDH "," KEX_DH "," KEX_SHA1,
    [ALGORITHMS_HOSTKEY_TYPES] = KEYS_SHA2 ",ssh-rsa",
    [ALGORITHMS_CIPHERS] = CIPHERS_AEAD "," CIPHERS_CTR "," CIPHERS_CBC,
    [ALGORITHMS_MACS] = MACS_SHA2 "," MACS_SHA1,
    [ALGORITHMS_PUBLICKEY_TYPES] = KEYS_OF_USERS ",ssh-rsa",
};

static const struct {
  const char *name;
  const char *const *lists;
} profiles[] = {{"default", normal},
                {"modern", modern},
                {"legacy-cisco", legacy},
                {"legacy-all", legacy}};

static const struct {
  const char *method;
  enum algorithms_kind kind;
} methods[] = {
    {"kex algos", ALGORITHMS_KEX},
    {"server host key algo", ALGORITHMS_HOSTKEY_TYPES},
    {"encryption client->server", ALGORITHMS_CIPHERS},
    {"encryption server->client", ALGORITHMS_CIPHERS},
    {"mac algo client->server", ALGORITHMS_MACS},
    {"mac algo server->client", ALGORITHMS_MACS},
};

struct name {
  const char *at;
  size_t length;
};

const char *algorithms_word(enum algorithms_kind kind)
{
  return words[kind];
}

enum algorithms_kind algorithms_kind_of(const char *word)
{
  int kind = 0;
  while (kind < ALGORITHMS_COUNT && strcmp(words[kind], word) != 0)
    kind++;
  return (enum algorithms_kind)kind;
}

const char *algorithms_profile(const char *profile, enum algorithms_kind kind)
{
  for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
    if (strcmp(profiles[i].name, profile) == 0)
      return profiles[i].lists[kind];
  return NULL;
}

const char *algorithms_supported(enum algorithms_kind kind)
{
  return legacy[kind];
}

/* The next name of a comma list that is not empty. */
static bool next_name(const char **list, struct name *name)
{
  *list += strspn(*list, ",");
  name->at = *list;
  name->length = strcspn(*list, ",");
  *list += name->length;
  return name->length > 0;
}

static bool has_name(const char *list, struct name name)
{
  struct name other;
  while (next_name(&list, &other))
    if (other.length == name.length && memcmp(other.at, name.at, name.length) == 0)
      return true;
  return false;
}

static void append(struct algorithms_list *list, struct name name)
{
  size_t length = strlen(list->names);
  if (length + 1 + name.length >= sizeof list->names || has_name(list->names, name))
    return;
  if (length > 0)
    list->names[length++] = ',';
  memcpy(list->names + length, name.at, name.length);
  list->names[length + name.length] = '\0';
}

static void append_all(struct algorithms_list *list, const char *names)
{
  struct name name;
  while (next_name(&names, &name))
    append(list, name);
}

/* Goes back to the last star only. */
static bool is_match(struct name pattern, struct name name)
{
  size_t p = 0, n = 0, star = pattern.length, retry = 0;
  while (n < name.length) {
    char c = p < pattern.length ? pattern.at[p] : '\0';
    if (c == '*') {
      star = p++;
      retry = n;
    } else if (c == '?' || c == name.at[n]) {
      p++;
      n++;
    } else if (star < pattern.length) {
      p = star + 1;
      n = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.length && pattern.at[p] == '*')
    p++;
  return p == pattern.length;
}

/* Sort what the user wrote into names that libssh has, and others. */
static void resolve(const char *supported, const char *text,
                    struct algorithms_list *list, struct algorithms_list *unknown)
{
  struct name pattern, name;
  while (next_name(&text, &pattern)) {
    bool is_known = false;
    for (const char *rest = supported; next_name(&rest, &name);) {
      if (!is_match(pattern, name))
        continue;
      append(list, name);
      is_known = true;
    }
    if (!is_known)
      append(unknown, pattern);
  }
}

static void remove_all(const char *base, const char *unwanted,
                       struct algorithms_list *list)
{
  struct name name;
  while (next_name(&base, &name))
    if (!has_name(unwanted, name))
      append(list, name);
}

bool algorithms_expand(enum algorithms_kind kind, const char *base, const char *text,
                       struct algorithms_list *list, struct algorithms_list *unknown)
{
  struct algorithms_list meant = {{0}};
  char sign = *text;
  if (sign != '\0' && strchr("+-^", sign) != NULL)
    text++;
  *list = *unknown = meant;
  resolve(legacy[kind], text, &meant, unknown);
  if (sign == '+')
    append_all(list, base);
  if (sign == '-')
    remove_all(base, meant.names, list);
  else
    append_all(list, meant.names);
  if (sign == '^')
    append_all(list, base);
  return list->names[0] != '\0';
}

/* An RSA key signs by three names, of which the key itself has only the oldest. */
static bool is_of_types(struct name name, const char *types)
{
  static const struct name rsa = {"ssh-rsa", 7};
  bool is_rsa = name.length == 12 && memcmp(name.at, "rsa-sha2-", 9) == 0;
  return has_name(types, is_rsa ? rsa : name);
}

void algorithms_prefer(const char *names, const char *types,
                       struct algorithms_list *list)
{
  struct name name;
  list->names[0] = '\0';
  for (const char *rest = names; next_name(&rest, &name);)
    if (is_of_types(name, types))
      append(list, name);
  append_all(list, names);
}

/* Not algorithms, but announcements that travel in the same list. */
static bool is_signal(struct name name)
{
  return (name.length >= 9 && memcmp(name.at, "ext-info-", 9) == 0) ||
         (name.length >= 11 && memcmp(name.at, "kex-strict-", 11) == 0);
}

/*
** Read "LABEL [a,b,c]" at '*text' and go behind it. What libssh had no room for is
** missing; then the last name is half a name and is left out.
*/
static bool read_list(const char **text, const char *label,
                      struct algorithms_list *list)
{
  struct name name;
  list->names[0] = '\0';
  if (strncmp(*text, label, strlen(label)) != 0)
    return false;
  const char *start = *text + strlen(label);
  size_t length = strcspn(start, "]");
  char inside[2 * ALGORITHMS_SIZE];
  bool is_whole = length < sizeof inside && start[length] == ']';
  snprintf(inside, sizeof inside, "%.*s", (int)length, start);
  char *last = strrchr(inside, ',');
  if (!is_whole)
    *(last != NULL ? last : inside) = '\0';
  for (const char *rest = inside; next_name(&rest, &name);)
    if (!is_signal(name))
      append(list, name);
  *text = start + length + is_whole;
  return is_whole;
}

static enum algorithms_kind kind_of_method(const char *method)
{
  for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
    if (strcmp(methods[i].method, method) == 0)
      return methods[i].kind;
  return ALGORITHMS_COUNT;
}

bool algorithms_parse_mismatch(const char *message,
                               struct algorithms_mismatch *mismatch)
{
  static const char before[] = "no match for method ", after[] = ": server [";
  const char *method = strstr(message, before);
  const char *rest = method != NULL ? strstr(method, after) : NULL;
  if (rest == NULL)
    return false;
  method += sizeof before - 1;
  size_t length = (size_t)(rest - method);
  if (length >= sizeof mismatch->method)
    return false;
  memset(mismatch, 0, sizeof *mismatch);
  memcpy(mismatch->method, method, length);
  mismatch->kind = kind_of_method(mismatch->method);
  mismatch->is_cut = !read_list(&rest, after, &mismatch->server) ||
                     !read_list(&rest, ", client [", &mismatch->client);
  if (mismatch->kind != ALGORITHMS_COUNT) {
    struct name name;
    for (const char *all = legacy[mismatch->kind]; next_name(&all, &name);)
      if (has_name(mismatch->server.names, name))
        append(&mismatch->possible, name);
  }
  return true;
}

/*
** identity.c - host keys, algorithms and identification of simulated devices, prepared
** once and shared. No connection here.
*/
#include "lab/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool fail(struct identities *identities, const char *what, const char *why)
{
  snprintf(identities->message, sizeof identities->message, "%s: %s", what, why);
  return false;
}

bool identities_add_key(struct identities *identities, const char *text)
{
  ssh_key key = NULL;
  if (identities->count == IDENTITY_KEYS)
    return fail(identities, "host key", "there are more than 64");
  int code = text == NULL ? ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key)
                          : ssh_pki_import_privkey_base64(text, NULL, NULL, NULL, &key);
  if (code != SSH_OK)
    return fail(identities, "host key", "no private key that can be read");
  identities->keys[identities->count++] = key;
  return true;
}

char *identities_public_key(const struct identities *identities, size_t index)
{
  ssh_key key = identities->keys[index];
  char *blob = NULL;
  if (ssh_pki_export_pubkey_base64(key, &blob) != SSH_OK)
    return NULL;
  const char *type = ssh_key_type_to_char(ssh_key_type(key));
  size_t size = strlen(type) + strlen(blob) + 2;
  char *text = malloc(size);
  if (text != NULL)
    snprintf(text, size, "%s %s", type, blob);
  ssh_string_free_char(blob);
  return text;
}

static const char *or_empty(const char *text)
{
  return text != NULL ? text : "";
}

static char *name_of(const struct identity *identity)
{
  char *name = NULL;
  int length =
      asprintf(&name, "%s\n%s\n%s\n%s\n%s\n%llx", or_empty(identity->identification),
               or_empty(identity->kex), or_empty(identity->hostkeys),
               or_empty(identity->ciphers), or_empty(identity->macs), identity->keys);
  return length < 0 ? NULL : name;
}

static bool set(struct identities *identities, ssh_bind bind,
                enum ssh_bind_options_e option, const char *what, const char *value)
{
  if (value == NULL || ssh_bind_options_set(bind, option, value) == SSH_OK)
    return true;
  return fail(identities, what, ssh_get_error(bind));
}

static bool set_all(struct identities *identities, ssh_bind bind,
                    const struct identity *identity)
{
  return set(identities, bind, SSH_BIND_OPTIONS_BANNER, "identification",
             identity->identification) &&
         set(identities, bind, SSH_BIND_OPTIONS_KEY_EXCHANGE, "kex", identity->kex) &&
         set(identities, bind, SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS, "hostkeys",
             identity->hostkeys) &&
         set(identities, bind, SSH_BIND_OPTIONS_CIPHERS_C_S, "ciphers",
             identity->ciphers) &&
         set(identities, bind, SSH_BIND_OPTIONS_CIPHERS_S_C, "ciphers",
             identity->ciphers) &&
         set(identities, bind, SSH_BIND_OPTIONS_HMAC_C_S, "macs", identity->macs) &&
         set(identities, bind, SSH_BIND_OPTIONS_HMAC_S_C, "macs", identity->macs);
}

/* The bind takes over the copy of each key. */
static bool set_keys(struct identities *identities, ssh_bind bind,
                     unsigned long long keys)
{
  for (size_t i = 0; i < identities->count; i++) {
    if ((keys >> i & 1) == 0)
      continue;
    ssh_key key = ssh_key_dup(identities->keys[i]);
    if (key == NULL ||
        ssh_bind_options_set(bind, SSH_BIND_OPTIONS_IMPORT_KEY, key) != SSH_OK) {
      ssh_key_free(key);
      return fail(identities, "host key", ssh_get_error(bind));
    }
  }
  return true;
}

static ssh_bind make_bind(struct identities *identities,
                          const struct identity *identity)
{
  int process_config = 0; /* the lab is not this machine's sshd */
  ssh_bind bind = ssh_bind_new();
  if (bind == NULL) {
    fail(identities, "identity", "not enough memory");
    return NULL;
  }
  ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &process_config);
  if (!set_all(identities, bind, identity) ||
      !set_keys(identities, bind, identity->keys)) {
    ssh_bind_free(bind);
    return NULL;
  }
  return bind;
}

static struct identity_bind *find(const struct identities *identities, const char *name)
{
  struct identity_bind *it = identities->binds;
  while (it != NULL && strcmp(it->name, name) != 0)
    it = it->next;
  return it;
}

ssh_bind identities_bind(struct identities *identities, const struct identity *identity)
{
  char *name = name_of(identity);
  struct identity_bind *known = name != NULL ? find(identities, name) : NULL;
  if (known != NULL) {
    free(name);
    return known->bind;
  }
  struct identity_bind *made = calloc(1, sizeof *made);
  ssh_bind bind = name != NULL && made != NULL ? make_bind(identities, identity) : NULL;
  if (bind == NULL) {
    free(name);
    free(made);
    return NULL;
  }
  *made = (struct identity_bind){identities->binds, bind, name};
  identities->binds = made;
  return bind;
}

void identities_free(struct identities *identities)
{
  while (identities->binds != NULL) {
    struct identity_bind *it = identities->binds;
    identities->binds = it->next;
    ssh_bind_free(it->bind);
    free(it->name);
    free(it);
  }
  for (size_t i = 0; i < identities->count; i++)
    ssh_key_free(identities->keys[i]);
  identities->count = 0;
}

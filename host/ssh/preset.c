/*
** preset.c - sessions with their options set. libssh holds every list of algorithms
** against all that it knows, at each login again: five lists cost as much as sixty
** packets. A copy of a session that has them costs next to nothing.
*/
#include "ssh/preset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool set_common(ssh_session session)
{
  static const int no = 0;
  const struct {
    enum ssh_options_e option;
    const void *value;
  } options[] = {
      {SSH_OPTIONS_PROCESS_CONFIG, &no},        /* never read ~/.ssh/config */
      {SSH_OPTIONS_SSH_DIR, "/nonexistent"},    /* never ask who the user is */
      {SSH_OPTIONS_KNOWNHOSTS, "/nonexistent"}, /* it would be read at every login */
      {SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/nonexistent"},
      {SSH_OPTIONS_HOST, "device"}, /* the real names have characters it refuses */
      {SSH_OPTIONS_USER, "moonwire"},
  };
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (ssh_options_set(session, options[i].option, options[i].value) != SSH_OK)
      return false;
  return true;
}

static bool set_lists(ssh_session session, const char *const lists[PRESET_LISTS])
{
  static const struct {
    enum ssh_options_e option;
    enum preset_list list;
  } options[] = {
      {SSH_OPTIONS_KEY_EXCHANGE, PRESET_KEX},
      {SSH_OPTIONS_HOSTKEYS, PRESET_HOSTKEYS},
      {SSH_OPTIONS_CIPHERS_C_S, PRESET_CIPHERS},
      {SSH_OPTIONS_CIPHERS_S_C, PRESET_CIPHERS},
      {SSH_OPTIONS_HMAC_C_S, PRESET_MACS},
      {SSH_OPTIONS_HMAC_S_C, PRESET_MACS},
      {SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES, PRESET_PUBLICKEYS},
  };
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    const char *list = lists[options[i].list];
    if (list != NULL && ssh_options_set(session, options[i].option, list) != SSH_OK)
      return false;
  }
  return true;
}

static void clear(struct preset *preset)
{
  if (preset->session != NULL)
    ssh_free(preset->session);
  for (int i = 0; i < PRESET_LISTS; i++)
    free(preset->lists[i]);
  *preset = (struct preset){0};
}

static bool is_same(const char *one, const char *other)
{
  return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

static struct preset *find(struct presets *presets,
                           const char *const lists[PRESET_LISTS])
{
  for (unsigned i = 0; i < PRESETS; i++) {
    struct preset *preset = &presets->entries[i];
    int same = 0;
    while (same < PRESET_LISTS && is_same(preset->lists[same], lists[same]))
      same++;
    if (preset->session != NULL && same == PRESET_LISTS)
      return preset;
  }
  return NULL;
}

static bool fill(struct preset *preset, const char *const lists[PRESET_LISTS])
{
  preset->session = ssh_new();
  if (preset->session == NULL || !set_common(preset->session) ||
      !set_lists(preset->session, lists))
    return false;
  for (int i = 0; i < PRESET_LISTS; i++) {
    preset->lists[i] = lists[i] != NULL ? strdup(lists[i]) : NULL;
    if (lists[i] != NULL && preset->lists[i] == NULL)
      return false;
  }
  return true;
}

static struct preset *make(struct presets *presets,
                           const char *const lists[PRESET_LISTS], char *why,
                           size_t size)
{
  struct preset *preset = &presets->entries[presets->next];
  presets->next = (presets->next + 1) % PRESETS;
  clear(preset);
  if (fill(preset, lists))
    return preset;
  const char *text = preset->session != NULL ? ssh_get_error(preset->session) : "";
  snprintf(why, size, "%s", *text != '\0' ? text : "not enough memory");
  clear(preset);
  return NULL;
}

ssh_session preset_session(struct presets *presets,
                           const char *const lists[PRESET_LISTS], char *why,
                           size_t size)
{
  struct preset *preset = find(presets, lists);
  if (preset == NULL)
    preset = make(presets, lists, why, size);
  if (preset == NULL)
    return NULL;
  ssh_session session = NULL;
  if (ssh_options_copy(preset->session, &session) != SSH_OK) {
    snprintf(why, size, "not enough memory");
    return NULL;
  }
  ssh_set_blocking(session, 0);
  return session;
}

void presets_free(struct presets *presets)
{
  for (unsigned i = 0; i < PRESETS; i++)
    clear(&presets->entries[i]);
}

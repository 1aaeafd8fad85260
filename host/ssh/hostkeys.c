/*
** hostkeys.c - the host keys we know, and the verdict on one that a device shows. When
** in doubt the verdict is one that nobody may accept. No file is opened here.
*/
#include "ssh/hostkeys.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ssh/hostkeys_table.h"

enum { DEFAULT_PORT = 22, CANDIDATES = 4 };

struct hostkeys {
  atomic_uint holders;
  pthread_mutex_t mutex;
  struct hostkeys_table table;
  struct hostkeys_addition *additions;
  size_t addition_count, addition_capacity;
  struct hostkeys_count count;
};

struct hostkeys_sweep {
  struct hostkeys *store;
  struct hostkeys_search search;
};

/* What the lines say about one of the names of a peer. */
struct search {
  struct hostkeys_key key;
  const struct hostkeys_entry *known, *revoked, *others[HOSTKEYS_EXPECTED];
  unsigned other_count;
  bool has_same_type, has_authority;
};

/* The names of a peer, best first. A bare one can confirm a key, not contradict it. */
struct candidates {
  char names[CANDIDATES][KNOWN_HOSTS_NAME_SIZE];
  bool is_bare[CANDIDATES];
  size_t count;
};

struct hostkeys *hostkeys_new(void)
{
  struct hostkeys *store = calloc(1, sizeof *store);
  if (store == NULL)
    return NULL;
  if (pthread_mutex_init(&store->mutex, NULL) != 0) {
    free(store);
    return NULL;
  }
  atomic_init(&store->holders, 1);
  return store;
}

struct hostkeys *hostkeys_retain(struct hostkeys *store)
{
  atomic_fetch_add_explicit(&store->holders, 1, memory_order_relaxed);
  return store;
}

void hostkeys_release(struct hostkeys *store)
{
  if (store == NULL)
    return;
  if (atomic_fetch_sub_explicit(&store->holders, 1, memory_order_acq_rel) != 1)
    return;
  hostkeys_table_close(&store->table);
  free(store->additions);
  pthread_mutex_destroy(&store->mutex);
  free(store);
}

static void note_junk(struct hostkeys *store, const char *file, unsigned line)
{
  if (store->count.junk++ > 0)
    return;
  store->count.junk_file = file;
  store->count.junk_line = line;
}

static bool load_line(struct hostkeys *store, struct known_hosts_text text,
                      const char *file, unsigned number)
{
  struct known_hosts_line line;
  enum known_hosts_kind kind = known_hosts_parse(text, &line);
  enum hostkeys_added added = HOSTKEYS_JUNK;
  if (kind == KNOWN_HOSTS_BLANK)
    return true;
  if (kind == KNOWN_HOSTS_ENTRY)
    added = hostkeys_table_add(&store->table, &line, file, number);
  if (added == HOSTKEYS_JUNK)
    note_junk(store, file, number);
  return added != HOSTKEYS_NO_MEMORY;
}

static bool load_lines(struct hostkeys *store, const char *text, size_t length,
                       const char *file)
{
  unsigned number = 0;
  while (length > 0) {
    const char *end = memchr(text, '\n', length);
    struct known_hosts_text line = {text, end != NULL ? (size_t)(end - text) : length};
    if (!load_line(store, line, file, ++number))
      return false;
    size_t taken = line.length + (end != NULL);
    text += taken;
    length -= taken;
  }
  return true;
}

static bool fail(struct hostkeys_failure *failure, const char *name, const char *why)
{
  failure->error = ERROR_LOCAL;
  snprintf(failure->message, sizeof failure->message, "known hosts %s: %s", name, why);
  return false;
}

static bool load_text(struct hostkeys *store, const char *text, size_t length,
                      const char *name, struct hostkeys_failure *failure)
{
  size_t keys = store->table.count, junk = store->count.junk;
  const char *file = hostkeys_table_copy(&store->table, name, strlen(name));
  if (memchr(text, '\0', length) != NULL)
    return fail(failure, name, "is not text: it has a NUL in it");
  if (file == NULL || !load_lines(store, text, length, file))
    return fail(failure, name, "there is not enough memory to read it");
  if (store->table.count == keys && store->count.junk > junk)
    return fail(failure, name, "no line of it is one of a known_hosts file");
  return true;
}

bool hostkeys_load_text(struct hostkeys *store, const char *text, size_t length,
                        const char *name, struct hostkeys_failure *failure)
{
  pthread_mutex_lock(&store->mutex);
  bool is_loaded = load_text(store, text, length, name, failure);
  pthread_mutex_unlock(&store->mutex);
  return is_loaded;
}

static bool has_type(struct hostkeys_key key, const char *type)
{
  struct known_hosts_text inside;
  return known_hosts_type(key.bytes, key.length, &inside) &&
         inside.length == strlen(type) && memcmp(inside.at, type, inside.length) == 0;
}

static void weigh_other(struct search *search, const struct hostkeys_entry *entry)
{
  if (search->other_count < HOSTKEYS_EXPECTED)
    search->others[search->other_count++] = entry;
  if (has_type(search->key, entry->type))
    search->has_same_type = true;
}

static void weigh(const struct hostkeys_entry *entry, void *context)
{
  struct search *search = context;
  bool is_equal = entry->key_length == search->key.length &&
                  memcmp(entry->key, search->key.bytes, entry->key_length) == 0;
  if (entry->marker == KNOWN_HOSTS_AUTHORITY)
    search->has_authority = true;
  else if (entry->marker == KNOWN_HOSTS_REVOKED)
    search->revoked = is_equal ? entry : search->revoked;
  else if (!is_equal)
    weigh_other(search, entry);
  else if (search->known == NULL)
    search->known = entry;
}

static bool add_candidate(struct candidates *candidates, const char *host,
                          uint16_t port, bool is_bare)
{
  if (host == NULL)
    return true;
  candidates->is_bare[candidates->count] = is_bare;
  return known_hosts_name(candidates->names[candidates->count++], host, port);
}

static bool list_candidates(const struct hostkeys_peer *peer,
                            struct candidates *candidates)
{
  const char *address = peer->address;
  if (address != NULL && strcmp(address, peer->host) == 0)
    address = NULL;
  candidates->count = 0;
  if (!add_candidate(candidates, peer->host, peer->port, false) ||
      !add_candidate(candidates, address, peer->port, false))
    return false;
  if (peer->port == DEFAULT_PORT || peer->port == 0)
    return true;
  return add_candidate(candidates, peer->host, 0, true) &&
         add_candidate(candidates, address, 0, true);
}

static struct hostkeys_record record_of(const struct hostkeys_entry *entry)
{
  return (struct hostkeys_record){
      .file = entry->file,
      .line = entry->line,
      .type = entry->type,
      .key = {entry->key, entry->key_length},
  };
}

static enum hostkeys_verdict conclude(const struct search *search, bool is_bare,
                                      struct hostkeys_match *match)
{
  if (search->known != NULL) {
    match->record = record_of(search->known);
    return HOSTKEYS_KNOWN;
  }
  if (search->other_count == 0 || is_bare)
    return HOSTKEYS_UNKNOWN;
  for (unsigned i = 0; i < search->other_count; i++)
    match->expected[i] = record_of(search->others[i]);
  match->expected_count = search->other_count;
  match->is_other_type = !search->has_same_type;
  return HOSTKEYS_CHANGED;
}

/* Goes through all names even when the first one knows the key: one may revoke it. */
static enum hostkeys_verdict judge(struct hostkeys *store,
                                   const struct hostkeys_peer *peer,
                                   struct hostkeys_key key,
                                   struct hostkeys_match *match)
{
  struct candidates candidates;
  enum hostkeys_verdict verdict = HOSTKEYS_UNKNOWN;
  memset(match, 0, sizeof *match);
  if (!list_candidates(peer, &candidates))
    return HOSTKEYS_FAILED;
  for (size_t i = 0; i < candidates.count; i++) {
    struct search search = {.key = key};
    if (!hostkeys_table_visit(&store->table, candidates.names[i], weigh, &search))
      return HOSTKEYS_FAILED;
    match->has_authority = match->has_authority || search.has_authority;
    if (search.revoked != NULL) {
      match->record = record_of(search.revoked);
      return HOSTKEYS_REVOKED;
    }
    if (verdict == HOSTKEYS_UNKNOWN)
      verdict = conclude(&search, candidates.is_bare[i], match);
  }
  return verdict;
}

enum hostkeys_verdict hostkeys_lookup(struct hostkeys *store,
                                      const struct hostkeys_peer *peer,
                                      struct hostkeys_key key,
                                      struct hostkeys_match *match)
{
  pthread_mutex_lock(&store->mutex);
  match->verdict = judge(store, peer, key, match);
  pthread_mutex_unlock(&store->mutex);
  return match->verdict;
}

bool hostkeys_is_swept(struct hostkeys *store, const struct hostkeys_peer *peer)
{
  struct candidates candidates;
  bool is_swept = true;
  if (!list_candidates(peer, &candidates))
    return true; /* the lookup will say so */
  pthread_mutex_lock(&store->mutex);
  for (size_t i = 0; is_swept && i < candidates.count; i++)
    is_swept = hostkeys_table_is_ready(&store->table, candidates.names[i]);
  pthread_mutex_unlock(&store->mutex);
  return is_swept;
}

struct hostkeys_sweep *hostkeys_sweep_new(struct hostkeys *store)
{
  struct hostkeys_sweep *sweep = calloc(1, sizeof *sweep);
  if (sweep != NULL)
    sweep->store = hostkeys_retain(store);
  return sweep;
}

bool hostkeys_sweep_add(struct hostkeys_sweep *sweep, const struct hostkeys_peer *peer)
{
  struct candidates candidates;
  bool has_room = true;
  if (!list_candidates(peer, &candidates))
    return true; /* the lookup will say so */
  pthread_mutex_lock(&sweep->store->mutex);
  for (size_t i = 0; has_room && i < candidates.count; i++)
    has_room =
        hostkeys_table_seek(&sweep->store->table, &sweep->search, candidates.names[i]);
  pthread_mutex_unlock(&sweep->store->mutex);
  return has_room;
}

void hostkeys_sweep_run(struct hostkeys_sweep *sweep)
{
  hostkeys_search_run(&sweep->search);
}

void hostkeys_sweep_end(struct hostkeys_sweep *sweep)
{
  struct hostkeys *store = sweep->store;
  pthread_mutex_lock(&store->mutex);
  hostkeys_table_found(&store->table, &sweep->search);
  pthread_mutex_unlock(&store->mutex);
  hostkeys_search_close(&sweep->search);
  hostkeys_release(store);
  free(sweep);
}

static bool has_word(const char *list, const char *word)
{
  size_t length = strlen(word);
  for (const char *at = list; (at = strstr(at, word)) != NULL; at += length)
    if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
      return true;
  return false;
}

static void collect_type(const struct hostkeys_entry *entry, void *context)
{
  char *types = context;
  size_t length = strlen(types);
  if (entry->marker != KNOWN_HOSTS_PLAIN || has_word(types, entry->type))
    return;
  if (length + 1 + strlen(entry->type) < HOSTKEYS_TYPES_SIZE)
    snprintf(types + length, HOSTKEYS_TYPES_SIZE - length, "%s%s",
             length > 0 ? "," : "", entry->type);
}

bool hostkeys_types(struct hostkeys *store, const struct hostkeys_peer *peer,
                    char types[HOSTKEYS_TYPES_SIZE])
{
  struct candidates candidates;
  *types = '\0';
  if (!list_candidates(peer, &candidates))
    return false;
  bool is_complete = true;
  pthread_mutex_lock(&store->mutex);
  for (size_t i = 0; is_complete && *types == '\0' && i < candidates.count; i++)
    is_complete =
        hostkeys_table_visit(&store->table, candidates.names[i], collect_type, types);
  pthread_mutex_unlock(&store->mutex);
  return is_complete;
}

static bool reserve_addition(struct hostkeys *store)
{
  if (store->addition_count < store->addition_capacity)
    return true;
  size_t capacity = store->addition_capacity > 0 ? 2 * store->addition_capacity : 16;
  struct hostkeys_addition *additions =
      realloc(store->additions, capacity * sizeof *additions);
  if (additions == NULL)
    return false;
  store->additions = additions;
  store->addition_capacity = capacity;
  return true;
}

static bool add(struct hostkeys *store, const struct hostkeys_peer *peer,
                struct hostkeys_key key)
{
  char name[KNOWN_HOSTS_NAME_SIZE], line[KNOWN_HOSTS_LINE_SIZE];
  if (!known_hosts_is_writable(peer->host) ||
      !known_hosts_name(name, peer->host, peer->port))
    return false;
  size_t length = known_hosts_format(line, name, key.bytes, key.length);
  if (length == 0 || !reserve_addition(store))
    return false;
  struct hostkeys_addition addition = {.port = peer->port, .key.length = key.length};
  unsigned char *bytes = hostkeys_table_allocate(&store->table, key.length);
  addition.host = hostkeys_table_copy(&store->table, peer->host, strlen(peer->host));
  addition.key.bytes = bytes;
  if (bytes == NULL || addition.host == NULL)
    return false;
  memcpy(bytes, key.bytes, key.length);
  if (!load_lines(store, line, length, HOSTKEYS_ACCEPTED))
    return false;
  store->additions[store->addition_count++] = addition;
  return true;
}

enum hostkeys_verdict hostkeys_add(struct hostkeys *store,
                                   const struct hostkeys_peer *peer,
                                   struct hostkeys_key key)
{
  struct hostkeys_match match;
  pthread_mutex_lock(&store->mutex);
  enum hostkeys_verdict verdict = judge(store, peer, key, &match);
  if (verdict == HOSTKEYS_UNKNOWN)
    verdict = add(store, peer, key) ? HOSTKEYS_KNOWN : HOSTKEYS_FAILED;
  pthread_mutex_unlock(&store->mutex);
  return verdict;
}

bool hostkeys_addition(struct hostkeys *store, size_t index,
                       struct hostkeys_addition *addition)
{
  pthread_mutex_lock(&store->mutex);
  bool is_there = index < store->addition_count;
  if (is_there)
    *addition = store->additions[index];
  pthread_mutex_unlock(&store->mutex);
  return is_there;
}

struct hostkeys_count hostkeys_count(struct hostkeys *store)
{
  pthread_mutex_lock(&store->mutex);
  struct hostkeys_count count = store->count;
  count.keys = store->table.count;
  pthread_mutex_unlock(&store->mutex);
  return count;
}

/*
** hostkeys_table.c - who is named by which line. Plain names are found by hash, globs
** are asked one by one. A hashed line is tried once against each new name; what fits is
** filed under that name, so that the second question is as cheap as for a plain line.
** Nothing here decides whether a key is good.
*/
#include "ssh/hostkeys_table.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_SIZE = 65536, ALIGNMENT = 16, FIRST_BUCKETS = 256 };

struct hostkeys_chunk {
  struct hostkeys_chunk *next;
  size_t used, size;
  _Alignas(ALIGNMENT) unsigned char bytes[];
};

struct link {
  struct hostkeys_entry *entry;
  struct link *next;
};

struct hostkeys_name {
  struct hostkeys_name *next; /* in its bucket */
  uint32_t hash;
  size_t tried; /* so many of the hashed lines were held against it */
  struct link *first, *last;
  const char *text;
};

void *hostkeys_table_allocate(struct hostkeys_table *table, size_t size)
{
  size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  struct hostkeys_chunk *chunk = table->chunks;
  if (chunk == NULL || chunk->size - chunk->used < size) {
    size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
    chunk = malloc(sizeof *chunk + room);
    if (chunk == NULL)
      return NULL;
    chunk->next = table->chunks;
    chunk->used = 0;
    chunk->size = room;
    table->chunks = chunk;
  }
  void *memory = chunk->bytes + chunk->used;
  chunk->used += size;
  return memory;
}

const char *hostkeys_table_copy(struct hostkeys_table *table, const char *text,
                                size_t length)
{
  char *copy = hostkeys_table_allocate(table, length + 1);
  if (copy == NULL)
    return NULL;
  memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}

static bool append(struct hostkeys_entries *list, struct hostkeys_entry *entry)
{
  if (list->count == list->capacity) {
    size_t capacity = list->capacity > 0 ? 2 * list->capacity : 32;
    struct hostkeys_entry **items = realloc(list->items, capacity * sizeof entry);
    if (items == NULL)
      return false;
    list->items = items;
    list->capacity = capacity;
  }
  list->items[list->count++] = entry;
  return true;
}

/* FNV-1a */
static uint32_t hash_of(const char *text)
{
  uint32_t hash = 2166136261U;
  for (; *text != '\0'; text++)
    hash = (hash ^ (unsigned char)*text) * 16777619U;
  return hash;
}

static bool grow(struct hostkeys_table *table)
{
  size_t count = table->bucket_count > 0 ? 2 * table->bucket_count : FIRST_BUCKETS;
  struct hostkeys_name **buckets = calloc(count, sizeof(struct hostkeys_name *));
  if (buckets == NULL)
    return false;
  for (size_t i = 0; i < table->bucket_count; i++) {
    struct hostkeys_name *next;
    for (struct hostkeys_name *name = table->buckets[i]; name != NULL; name = next) {
      next = name->next;
      name->next = buckets[name->hash % count];
      buckets[name->hash % count] = name;
    }
  }
  free(table->buckets);
  table->buckets = buckets;
  table->bucket_count = count;
  return true;
}

static struct hostkeys_name *find(const struct hostkeys_table *table, const char *text)
{
  if (table->bucket_count == 0)
    return NULL;
  uint32_t hash = hash_of(text);
  struct hostkeys_name *name = table->buckets[hash % table->bucket_count];
  while (name != NULL && (name->hash != hash || strcmp(name->text, text) != 0))
    name = name->next;
  return name;
}

static struct hostkeys_name *find_or_make(struct hostkeys_table *table,
                                          const char *text)
{
  struct hostkeys_name *name = find(table, text);
  if (name != NULL)
    return name;
  if (table->names >= table->bucket_count && !grow(table))
    return NULL;
  name = hostkeys_table_allocate(table, sizeof *name);
  if (name == NULL)
    return NULL;
  memset(name, 0, sizeof *name);
  name->text = hostkeys_table_copy(table, text, strlen(text));
  if (name->text == NULL)
    return NULL;
  name->hash = hash_of(text);
  struct hostkeys_name **bucket = &table->buckets[name->hash % table->bucket_count];
  name->next = *bucket;
  *bucket = name;
  table->names++;
  return name;
}

static bool file_under(struct hostkeys_table *table, struct hostkeys_name *name,
                       struct hostkeys_entry *entry)
{
  struct link *link = hostkeys_table_allocate(table, sizeof *link);
  if (link == NULL)
    return false;
  link->entry = entry;
  link->next = NULL;
  if (name->last != NULL)
    name->last->next = link;
  else
    name->first = link;
  name->last = link;
  return true;
}

static bool add_names(struct hostkeys_table *table, struct hostkeys_entry *entry)
{
  struct known_hosts_text rest = entry->hosts, item;
  while (known_hosts_next(&rest, &item)) {
    char text[KNOWN_HOSTS_NAME_SIZE], plain[KNOWN_HOSTS_NAME_SIZE];
    if (item.length == 0 || item.length >= sizeof plain)
      continue; /* no host has such a name */
    memcpy(plain, item.at, item.length);
    plain[item.length] = '\0';
    known_hosts_name(text, plain, 0);
    struct hostkeys_name *name = find_or_make(table, text);
    if (name == NULL || !file_under(table, name, entry))
      return false;
  }
  return true;
}

static bool add_hashed(struct hostkeys_table *table, struct hostkeys_entry *entry,
                       bool *is_junk)
{
  unsigned char salt[KNOWN_HOSTS_HASH_SIZE], hash[KNOWN_HOSTS_HASH_SIZE];
  struct hostkeys_block *spare = NULL;
  *is_junk = !known_hosts_unhash(entry->hosts, salt, hash);
  if (*is_junk)
    return true;
  if (hostkeys_hashed_is_full(&table->hashed))
    spare = hostkeys_table_allocate(table, sizeof *spare);
  if (hostkeys_hashed_is_full(&table->hashed) && spare == NULL)
    return false;
  hostkeys_hashed_add(&table->hashed, spare, entry, salt, hash);
  return true;
}

static bool add_pattern(struct hostkeys_table *table, struct hostkeys_entry *entry)
{
  entry->hosts.at = hostkeys_table_copy(table, entry->hosts.at, entry->hosts.length);
  return entry->hosts.at != NULL && append(&table->patterns, entry);
}

static struct hostkeys_entry *make_entry(struct hostkeys_table *table,
                                         const struct known_hosts_line *line)
{
  struct hostkeys_entry *entry = hostkeys_table_allocate(table, sizeof *entry);
  unsigned char *key = hostkeys_table_allocate(table, line->key.length);
  if (entry == NULL || key == NULL)
    return NULL;
  memset(entry, 0, sizeof *entry);
  entry->marker = line->marker;
  entry->hosts = line->hosts;
  entry->key = key;
  entry->key_length = known_hosts_decode(line->type, line->key, key);
  entry->type = hostkeys_table_copy(table, line->type.at, line->type.length);
  return entry->type != NULL ? entry : NULL;
}

enum hostkeys_added hostkeys_table_add(struct hostkeys_table *table,
                                       const struct known_hosts_line *line,
                                       const char *file, unsigned number)
{
  struct hostkeys_entry *entry = make_entry(table, line);
  if (entry == NULL)
    return HOSTKEYS_NO_MEMORY;
  entry->file = file;
  entry->line = number;
  bool is_junk = entry->key_length == 0;
  bool is_added = true;
  if (is_junk)
    return HOSTKEYS_JUNK;
  if (line->hosts.length > 0 && *line->hosts.at == '|')
    is_added = add_hashed(table, entry, &is_junk);
  else if (known_hosts_is_pattern(line->hosts))
    is_added = add_pattern(table, entry);
  else
    is_added = add_names(table, entry);
  if (is_junk)
    return HOSTKEYS_JUNK;
  table->count += is_added;
  return is_added ? HOSTKEYS_ADDED : HOSTKEYS_NO_MEMORY;
}

static size_t tried(const struct hostkeys_table *table, const char *name)
{
  const struct hostkeys_name *found = find(table, name);
  return found != NULL ? found->tried : 0;
}

bool hostkeys_table_is_ready(const struct hostkeys_table *table, const char *name)
{
  return table->hashed.count == 0 || tried(table, name) == table->hashed.count;
}

bool hostkeys_table_seek(const struct hostkeys_table *table,
                         struct hostkeys_search *search, const char *name)
{
  if (hostkeys_table_is_ready(table, name))
    return true;
  size_t from = tried(table, name);
  if (search->count == 0 || from < search->from)
    search->from = from;
  if (search->count == 0)
    search->hashed = table->hashed;
  return hostkeys_search_add(search, name);
}

/* Somebody else may have filed a part of it by now. */
static bool file_hits(struct hostkeys_table *table, struct hostkeys_name *name,
                      const struct hostkeys_search *search, size_t sought)
{
  for (size_t i = 0; i < search->hit_count; i++) {
    const struct hostkeys_hit *hit = &search->hits[i];
    if (hit->sought != sought || hit->index < name->tried)
      continue;
    if (!file_under(table, name, hit->line->entry))
      return false;
    atomic_store_explicit(&hit->line->is_named, true, memory_order_relaxed);
  }
  if (name->tried < search->hashed.count)
    name->tried = search->hashed.count;
  return true;
}

bool hostkeys_table_found(struct hostkeys_table *table,
                          const struct hostkeys_search *search)
{
  for (size_t i = 0; search->is_complete && i < search->count; i++) {
    struct hostkeys_name *name = find_or_make(table, search->sought[i].name);
    if (name == NULL || !file_hits(table, name, search, i))
      return false;
  }
  return search->is_complete;
}

/* What was not searched for in time is now, while everybody waits. */
static bool resolve(struct hostkeys_table *table, const char *name)
{
  struct hostkeys_search search = {0};
  hostkeys_table_seek(table, &search, name);
  hostkeys_search_run(&search);
  bool is_found = hostkeys_table_found(table, &search);
  hostkeys_search_close(&search);
  return is_found;
}

bool hostkeys_table_visit(struct hostkeys_table *table, const char *name,
                          void (*visit)(const struct hostkeys_entry *entry,
                                        void *context),
                          void *context)
{
  if (!hostkeys_table_is_ready(table, name) && !resolve(table, name))
    return false;
  const struct hostkeys_name *found = find(table, name);
  for (struct link *link = found != NULL ? found->first : NULL; link != NULL;
       link = link->next)
    visit(link->entry, context);
  for (size_t i = 0; i < table->patterns.count; i++) {
    const struct hostkeys_entry *entry = table->patterns.items[i];
    if (known_hosts_match(entry->hosts, name))
      visit(entry, context);
  }
  return true;
}

void hostkeys_table_close(struct hostkeys_table *table)
{
  struct hostkeys_chunk *next;
  for (struct hostkeys_chunk *chunk = table->chunks; chunk != NULL; chunk = next) {
    next = chunk->next;
    free(chunk);
  }
  free(table->buckets);
  free(table->patterns.items);
  memset(table, 0, sizeof *table);
}

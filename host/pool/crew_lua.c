/*
** crew_lua.c - the life of a pool: threads, mailboxes, and what the one task that
** receives is told. All of it runs on the parent's loop but on_run, which is the whole
** life of a thread.
*/
#include "pool/crew_lua.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "core/op.h"
#include "pool/letter_lua.h"
#include "pool/pool.h"
#include "pool/worker_lua.h"

struct member {
  struct worker worker;
  struct member *next_failed;
};

struct crew {
  struct pool *threads;
  struct mailbox *inbox; /* from all of them */
  struct receiver receiver;
  struct worker_settings settings;
  char *name;
  struct crew_closer *closers;
  struct member *failed, **failed_end; /* those that nobody was told of */
  unsigned size, ended;
  int shortage;
  bool is_stopping, is_over, is_abandoned;
  unsigned wanted;
  struct member members[]; /* so many as 'wanted' */
};

static void crew_free(struct crew *crew)
{
  for (unsigned i = 0; i < crew->wanted; i++)
    mailbox_release(crew->members[i].worker.inbox);
  mailbox_release(crew->inbox);
  free(crew->settings.main);
  free(crew->settings.path);
  free(crew->settings.cpath);
  chunks_free(crew->settings.chunks);
  free(crew->name);
  free(crew);
}

/* ---- what a receiver is told ---- */

static bool has_news(void *owner)
{
  struct crew *crew = owner;
  return crew->is_stopping || mailbox_has_message(crew->inbox) ||
         crew->failed != NULL || crew->ended == crew->size;
}

static int push_message(lua_State *L, struct message *message)
{
  lua_pushinteger(L, (lua_Integer)((struct letter *)message)->from);
  return letter_open(L, message) ? 2 : 3;
}

static int push_failure(struct crew *crew, lua_State *L)
{
  struct member *member = crew->failed;
  crew->failed = member->next_failed;
  if (crew->failed == NULL)
    crew->failed_end = &crew->failed;
  lua_pushinteger(L, (lua_Integer)member->worker.number);
  lua_pushnil(L);
  lua_pushstring(L, member->worker.failure);
  return 3;
}

static int push_news(void *owner, lua_State *L)
{
  struct crew *crew = owner;
  if (crew->is_stopping)
    return op_fail(L, ERROR_CLOSED, "the pool is closed");
  struct message *message = mailbox_take(crew->inbox);
  if (message != NULL)
    return push_message(L, message);
  if (crew->failed != NULL)
    return push_failure(crew, L);
  return op_fail(L, ERROR_CLOSED, "all workers have ended");
}

static void on_news(void *data)
{
  receiver_wake(&((struct crew *)data)->receiver);
}

/* ---- threads ---- */

static void on_run(void *data, unsigned index)
{
  worker_run(&((struct crew *)data)->members[index].worker);
}

static void on_ended(void *data, unsigned index)
{
  struct crew *crew = data;
  struct member *member = &crew->members[index];
  mailbox_collect(crew->inbox); /* what it sent comes before the news of its end */
  crew->ended++;
  if (member->worker.failure[0] != '\0') {
    *crew->failed_end = member;
    crew->failed_end = &member->next_failed;
  }
  receiver_wake(&crew->receiver);
}

static void on_closed(void *data)
{
  struct crew *crew = data;
  crew->is_over = true;
  crew->threads = NULL;
  mailbox_detach(crew->inbox);
  while (crew->closers != NULL) {
    struct crew_closer *closer = crew->closers;
    crew_forget(closer);
    closer->on_over(closer);
  }
  if (crew->is_abandoned)
    crew_free(crew);
}

/* ---- opening ---- */

static bool copy_settings(struct crew *crew, const struct crew_options *options)
{
  crew->settings.main = strdup(options->main);
  crew->settings.path = strdup(options->path);
  crew->settings.cpath = strdup(options->cpath);
  crew->settings.limit = options->limit;
  crew->name = strdup(options->name);
  return crew->settings.main != NULL && crew->settings.path != NULL &&
         crew->settings.cpath != NULL && crew->name != NULL;
}

static bool prepare(struct crew *crew, const struct crew_options *options)
{
  crew->inbox = mailbox_new(options->capacity);
  for (unsigned i = 0; i < crew->wanted; i++) {
    struct worker *worker = &crew->members[i].worker;
    worker->settings = &crew->settings;
    worker->number = i + 1;
    worker->outbox = crew->inbox;
    worker->inbox = mailbox_new(options->capacity);
    if (worker->inbox == NULL)
      return false;
  }
  crew->failed_end = &crew->failed;
  crew->receiver.mailbox = crew->inbox;
  crew->receiver.owner = crew;
  crew->receiver.has_news = has_news;
  crew->receiver.push = push_news;
  return crew->inbox != NULL && copy_settings(crew, options);
}

static int start(struct crew *crew, uv_loop_t *loop, bool is_pinned)
{
  const struct pool_options options = {
      .threads = crew->wanted,
      .name = crew->name,
      .is_pinned = is_pinned,
      .run = on_run,
      .ended = on_ended,
      .closed = on_closed,
      .data = crew,
  };
  int code = mailbox_attach(crew->inbox, loop, on_news, crew);
  if (code < 0)
    return code;
  code = pool_open(loop, &options, &crew->threads);
  if (code < 0) {
    mailbox_detach(crew->inbox);
    return code;
  }
  crew->size = pool_size(crew->threads);
  crew->shortage = pool_shortage(crew->threads);
  return 0;
}

int crew_open(uv_loop_t *loop, const struct crew_options *options,
              struct crew **crew_opened)
{
  struct crew *crew =
      calloc(1, sizeof *crew + options->workers * sizeof(struct member));
  if (crew == NULL) {
    chunks_free(options->chunks);
    return UV_ENOMEM;
  }
  crew->settings.chunks = options->chunks;
  crew->wanted = options->workers;
  int code = prepare(crew, options) ? start(crew, loop, options->is_pinned) : UV_ENOMEM;
  if (code < 0)
    crew_free(crew);
  else
    *crew_opened = crew;
  return code;
}

unsigned crew_size(const struct crew *crew)
{
  return crew->size;
}

int crew_shortage(const struct crew *crew)
{
  return crew->shortage;
}

size_t crew_limit(const struct crew *crew)
{
  return crew->settings.limit;
}

struct mailbox *crew_inbox(const struct crew *crew, unsigned number)
{
  return crew->members[number - 1].worker.inbox;
}

struct receiver *crew_receiver(struct crew *crew)
{
  return &crew->receiver;
}

/* ---- closing ---- */

void crew_stop(struct crew *crew)
{
  if (crew->is_stopping)
    return;
  crew->is_stopping = true;
  mailbox_close(crew->inbox);
  for (unsigned i = 0; i < crew->size; i++)
    mailbox_close(crew->members[i].worker.inbox);
  receiver_wake(&crew->receiver);
  pool_close(crew->threads);
}

bool crew_is_over(const struct crew *crew)
{
  return crew->is_over;
}

void crew_await(struct crew *crew, struct crew_closer *closer)
{
  closer->next = crew->closers;
  closer->link = &crew->closers;
  if (closer->next != NULL)
    closer->next->link = &closer->next;
  crew->closers = closer;
}

void crew_forget(struct crew_closer *closer)
{
  if (closer->link == NULL)
    return;
  *closer->link = closer->next;
  if (closer->next != NULL)
    closer->next->link = closer->link;
  closer->link = NULL;
}

void crew_abandon(struct crew *crew)
{
  crew->receiver.waiting = NULL; /* operations of a state that is being closed */
  while (crew->closers != NULL)
    crew_forget(crew->closers);
  crew->is_abandoned = true;
  if (crew->is_over)
    crew_free(crew);
  else
    crew_stop(crew);
}

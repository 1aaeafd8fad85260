/*
** mailbox.c - messages between threads. The lock is held for a few assignments only:
** nothing is allocated, freed or called back under it.
*/
#include "pool/mailbox.h"

#include <stdatomic.h>
#include <stdlib.h>

struct queue {
  struct message *first, *last;
};

struct mailbox {
  atomic_uint holders;
  size_t capacity;
  uv_mutex_t lock;   /* guards these: */
  struct queue sent; /* not yet seen by the loop */
  size_t count;      /* not yet taken, seen or not */
  bool is_closed;
  bool is_attached; /* 'async' may be sent to */
  /* and the rest belongs to the loop that receives */
  uv_async_t async;
  struct queue seen;
  void (*news)(void *data);
  void *data;
};

static void append(struct queue *queue, struct message *first, struct message *last)
{
  if (queue->last != NULL)
    queue->last->next = first;
  else
    queue->first = first;
  queue->last = last;
}

static void drop_all(struct queue *queue)
{
  struct message *message = queue->first;
  while (message != NULL) {
    struct message *next = message->next;
    message->drop(message);
    message = next;
  }
}

struct mailbox *mailbox_new(size_t capacity)
{
  struct mailbox *mailbox = calloc(1, sizeof *mailbox);
  if (mailbox == NULL)
    return NULL;
  if (uv_mutex_init(&mailbox->lock) != 0) {
    free(mailbox);
    return NULL;
  }
  atomic_init(&mailbox->holders, 1);
  mailbox->capacity = capacity;
  return mailbox;
}

struct mailbox *mailbox_retain(struct mailbox *mailbox)
{
  atomic_fetch_add_explicit(&mailbox->holders, 1, memory_order_relaxed);
  return mailbox;
}

void mailbox_release(struct mailbox *mailbox)
{
  if (mailbox == NULL)
    return;
  if (atomic_fetch_sub_explicit(&mailbox->holders, 1, memory_order_acq_rel) != 1)
    return;
  drop_all(&mailbox->seen);
  drop_all(&mailbox->sent);
  uv_mutex_destroy(&mailbox->lock);
  free(mailbox);
}

enum mailbox_sent mailbox_send(struct mailbox *mailbox, struct message *message)
{
  enum mailbox_sent sent = MAILBOX_SENT;
  message->next = NULL;
  uv_mutex_lock(&mailbox->lock);
  if (mailbox->is_closed)
    sent = MAILBOX_CLOSED;
  else if (mailbox->count >= mailbox->capacity)
    sent = MAILBOX_FULL;
  else {
    bool is_first = mailbox->sent.first == NULL; /* others have woken the loop */
    append(&mailbox->sent, message, message);
    mailbox->count++;
    if (is_first && mailbox->is_attached)
      uv_async_send(&mailbox->async);
  }
  uv_mutex_unlock(&mailbox->lock);
  return sent;
}

void mailbox_close(struct mailbox *mailbox)
{
  uv_mutex_lock(&mailbox->lock);
  mailbox->is_closed = true;
  if (mailbox->is_attached)
    uv_async_send(&mailbox->async);
  uv_mutex_unlock(&mailbox->lock);
}

bool mailbox_is_closed(struct mailbox *mailbox)
{
  uv_mutex_lock(&mailbox->lock);
  bool is_closed = mailbox->is_closed;
  uv_mutex_unlock(&mailbox->lock);
  return is_closed;
}

static void on_async(uv_async_t *async)
{
  struct mailbox *mailbox = async->data;
  mailbox_collect(mailbox);
  mailbox->news(mailbox->data);
}

int mailbox_attach(struct mailbox *mailbox, uv_loop_t *loop, void (*news)(void *data),
                   void *data)
{
  int code = uv_async_init(loop, &mailbox->async, on_async);
  if (code < 0)
    return code;
  mailbox_retain(mailbox); /* until the handle has closed */
  mailbox->async.data = mailbox;
  mailbox->news = news;
  mailbox->data = data;
  uv_unref((uv_handle_t *)&mailbox->async);
  uv_mutex_lock(&mailbox->lock);
  mailbox->is_attached = true;
  if (mailbox->sent.first != NULL || mailbox->is_closed)
    uv_async_send(&mailbox->async);
  uv_mutex_unlock(&mailbox->lock);
  return 0;
}

static void on_detached(uv_handle_t *handle)
{
  mailbox_release(handle->data);
}

void mailbox_detach(struct mailbox *mailbox)
{
  uv_mutex_lock(&mailbox->lock);
  bool was_attached = mailbox->is_attached;
  mailbox->is_attached = false;
  uv_mutex_unlock(&mailbox->lock);
  if (was_attached)
    uv_close((uv_handle_t *)&mailbox->async, on_detached);
}

void mailbox_hold_loop(struct mailbox *mailbox, bool is_held)
{
  if (is_held)
    uv_ref((uv_handle_t *)&mailbox->async);
  else
    uv_unref((uv_handle_t *)&mailbox->async);
}

void mailbox_collect(struct mailbox *mailbox)
{
  uv_mutex_lock(&mailbox->lock);
  struct queue sent = mailbox->sent;
  mailbox->sent = (struct queue){NULL, NULL};
  uv_mutex_unlock(&mailbox->lock);
  if (sent.first != NULL)
    append(&mailbox->seen, sent.first, sent.last);
}

struct message *mailbox_take(struct mailbox *mailbox)
{
  struct message *message = mailbox->seen.first;
  if (message == NULL)
    return NULL;
  mailbox->seen.first = message->next;
  if (message->next == NULL)
    mailbox->seen.last = NULL;
  uv_mutex_lock(&mailbox->lock);
  mailbox->count--;
  uv_mutex_unlock(&mailbox->lock);
  return message;
}

bool mailbox_has_message(const struct mailbox *mailbox)
{
  return mailbox->seen.first != NULL;
}

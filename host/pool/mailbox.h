#ifndef MOONWIRE_POOL_MAILBOX_H
#define MOONWIRE_POOL_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

/*
** What threads give each other. A sender embeds it as the first member of its own
** struct; whoever takes it out of the mailbox owns it.
*/
struct message {
  struct message *next;
  void (*drop)(struct message *message); /* nobody will read it: free all of it */
};

/*
** A queue of messages from any number of threads to one loop, which wakes once for all
** that came meanwhile. Counted, since none of its users knows who is the last.
*/
struct mailbox;

enum mailbox_sent {
  MAILBOX_SENT,  /* the mailbox owns the message now */
  MAILBOX_FULL,  /* the sender still does, */
  MAILBOX_CLOSED /* and here too */
};

/* A mailbox for so many messages that are not taken yet. NULL: no memory. */
struct mailbox *mailbox_new(size_t capacity);
struct mailbox *mailbox_retain(struct mailbox *mailbox);
void mailbox_release(struct mailbox *mailbox); /* the last one drops what is in it */

/* From any thread. */
enum mailbox_sent mailbox_send(struct mailbox *mailbox, struct message *message);

/* From any thread: nothing more can be sent. What was sent can still be taken. */
void mailbox_close(struct mailbox *mailbox);
bool mailbox_is_closed(struct mailbox *mailbox);

/*
** Receive on this loop: 'news' is called on it after something was sent or the mailbox
** was closed, also when that was before. Zero, or a libuv error code.
*/
int mailbox_attach(struct mailbox *mailbox, uv_loop_t *loop, void (*news)(void *data),
                   void *data);

/* No more news. The loop must run once more to let go of the handle. */
void mailbox_detach(struct mailbox *mailbox);

/* Whether waiting for news keeps the loop from ending. At first it does not. */
void mailbox_hold_loop(struct mailbox *mailbox, bool is_held);

/*
** The next message, NULL when there is none. Only news makes more of them visible, so
** that one who takes them all still lets the loop turn.
*/
struct message *mailbox_take(struct mailbox *mailbox);
bool mailbox_has_message(const struct mailbox *mailbox);

/* On the loop, before its news: make visible what was sent until now. */
void mailbox_collect(struct mailbox *mailbox);

#endif

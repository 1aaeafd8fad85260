/*
** keepalive.c - whether a device that says nothing is still there. It is asked by SSH,
** as OpenSSH asks (keepalive@openssh.com: every server must answer, mostly by no), and
** never by typing. Whatever it sends counts as a sign of life.
*/
#include "ssh/keepalive.h"

#include <libssh/server.h> /* its ssh_send_keepalive is for clients, too */
#include <poll.h>

enum { FEWEST_INTERVALS = 2 }; /* one to be asked in, one to answer in */

static void wait_on(struct client *c, uint64_t ms);

static bool has_input(const struct client *c)
{
  struct pollfd one = {.fd = c->fd, .events = POLLIN};
  return c->fd >= 0 && poll(&one, 1, 0) > 0;
}

/*
** libssh has one such question out at a time, and takes the answer of the last one when
** it is called again: so the second call asks, where the first did not. While an answer
** is out, bytes that want none make TCP notice a way that has gone.
*/
static void ask(struct client *c)
{
  ssh_send_keepalive(c->session);
  ssh_send_keepalive(c->session);
  if (c->keepalive.missed > 1)
    ssh_send_ignore(c->session, "");
}

static void ask_or_give_up(struct client *c)
{
  struct keepalive *k = &c->keepalive;
  unsigned most = k->count < FEWEST_INTERVALS ? FEWEST_INTERVALS : k->count;
  bool is_over = ++k->missed >= most;
  if (is_over && has_input(c)) { /* we were busy, and not the device */
    keepalive_hear(c);
    is_over = false;
  }
  if (is_over)
    client_fail(c, ERROR_DROPPED,
                "the device does not answer: no sign of life for %g s",
                (double)(uv_now(c->loop) - k->heard_ms) / 1e3);
  else if (c->session != NULL && c->error == ERROR_NONE)
    ask(c);
  if (!is_over)
    wait_on(c, k->interval_ms);
}

static void on_silence(struct deadline *deadline)
{
  struct client *c =
      (struct client *)(void *)((char *)deadline -
                                offsetof(struct client, keepalive.deadline));
  struct keepalive *k = &c->keepalive;
  uint64_t silent_ms = uv_now(c->loop) - k->heard_ms;
  client_enter(c);
  if (silent_ms < k->interval_ms)
    wait_on(c, k->interval_ms - silent_ms);
  else
    ask_or_give_up(c);
  client_leave(c);
}

static void wait_on(struct client *c, uint64_t ms)
{
  if (!deadline_arm(c->deadlines, &c->keepalive.deadline, ms * 1000000, on_silence))
    client_fail(c, ERROR_LOCAL, "not enough memory");
}

void keepalive_begin(struct client *c)
{
  if (c->keepalive.interval_ms == 0)
    return;
  keepalive_hear(c);
  wait_on(c, c->keepalive.interval_ms);
}

void keepalive_end(struct client *c)
{
  deadline_disarm(c->deadlines, &c->keepalive.deadline);
}

/*
** forward_open.c - ask a jump host for channels, and find out why it refuses one.
**
** libssh tells neither the answer nor its reason through a callback, and asking for the
** state of a channel in opening costs a system call each time. A confirmation shows for
** free; a refusal is written to libssh's log (at a level that is otherwise silent),
** where the reason is. The log names a number that no function tells, but numbers are
** given out in the order in which channels are asked for.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ssh/forward.h"

/* One line of the log. */
struct denial {
  unsigned long channel;
  unsigned long reason; /* of RFC 4254, 5.1 */
  char text[FORWARD_MESSAGE / 2];
};

enum { REASON_PROHIBITED = 1, REASON_CONNECT_FAILED = 2, REASON_SHORTAGE = 4 };

static int ask(struct forward *f)
{
  return ssh_channel_open_forward(f->channel, f->host, f->options.port, "127.0.0.1", 0);
}

static void append(struct carrier *carrier, struct forward *f)
{
  *carrier->last_opening = f;
  carrier->last_opening = &f->next_opening;
}

/* What a jump host means that gives no words of its own: those of the RFC. */
static const char *name_of(unsigned long reason)
{
  static const char *const names[] = {"no reason", "administratively prohibited",
                                      "connect failed", "unknown channel type",
                                      "resource shortage"};
  return names[reason < sizeof names / sizeof *names ? reason : 0];
}

/* "… channel 43 error (2) Connection refused". False: it is about something else. */
static bool read_denial(const char *line, struct denial *denial)
{
  const char *channel = strstr(line, "Channel opening failure: channel ");
  const char *error = channel != NULL ? strstr(channel, " error (") : NULL;
  if (error == NULL)
    return false;
  char *end;
  denial->channel =
      strtoul(channel + strlen("Channel opening failure: channel "), NULL, 10);
  denial->reason = strtoul(error + strlen(" error ("), &end, 10);
  end += strspn(end, ") ");
  snprintf(denial->text, sizeof denial->text, "%s",
           *end != '\0' ? end : name_of(denial->reason));
  return true;
}

static struct denial *new_denial(struct carrier *carrier)
{
  if (carrier->denial_count == carrier->denial_capacity) {
    size_t capacity = carrier->denial_capacity * 2 + 8;
    struct denial *grown = realloc(carrier->denials, capacity * sizeof *grown);
    if (grown == NULL)
      return NULL;
    carrier->denials = grown;
    carrier->denial_capacity = capacity;
  }
  return &carrier->denials[carrier->denial_count];
}

static void on_log(int level, const char *function, const char *line, void *user)
{
  struct carrier *carrier = user;
  struct denial *denial = carrier != NULL ? new_denial(carrier) : NULL;
  (void)level;
  (void)function;
  if (denial != NULL && read_denial(line, denial))
    carrier->denial_count++;
}

void forward_listen(struct carrier *carrier)
{
  if (carrier->opening == NULL)
    return;
  carrier->log_level = ssh_get_log_level();
  carrier->listened = ssh_get_log_userdata();
  carrier->is_listening = true;
  ssh_set_log_callback(on_log);
  ssh_set_log_userdata(carrier);
  ssh_set_log_level(SSH_LOG_WARN);
}

/* Inside client_enter. It may be answered in there: in the list before, and heard. */
void forward_ask(struct forward *f)
{
  struct carrier *carrier = f->via->carrier;
  append(carrier, f);
  if (!carrier->is_listening)
    forward_listen(carrier); /* the first one: there was nothing to hear on entering */
  ask(f);
}

void forward_unlisten(struct carrier *carrier)
{
  if (!carrier->is_listening)
    return;
  carrier->is_listening = false;
  ssh_set_log_userdata(carrier->listened);
  ssh_set_log_level(carrier->log_level);
}

static int by_channel(const void *a, const void *b)
{
  const struct denial *one = a, *other = b;
  return (one->channel > other->channel) - (one->channel < other->channel);
}

/* Another connection to the same jump host may have what this one lacks. */
static bool is_shortage(const struct denial *denial)
{
  return denial->reason == REASON_SHORTAGE ||
         (denial->reason == REASON_CONNECT_FAILED &&
          strstr(denial->text, "Too many open files") != NULL);
}

/* What a connection of one's own would have failed with. */
static enum error kind_of(const struct denial *denial)
{
  static const struct {
    const char *words;
    enum error error;
  } kinds[] = {
      {"refused", ERROR_REFUSED},
      {"timed out", ERROR_TIMEOUT},
      {"No route", ERROR_UNREACHABLE},
      {"unreachable", ERROR_UNREACHABLE},
      {"unknown host", ERROR_RESOLVE},
      {"Name or service", ERROR_RESOLVE},
      {"Temporary failure in name", ERROR_RESOLVE},
  };
  if (denial->reason != REASON_CONNECT_FAILED)
    return ERROR_JUMP;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strstr(denial->text, kinds[i].words) != NULL)
      return kinds[i].error;
  return ERROR_UNREACHABLE;
}

/* OpenSSH's words where it could not even begin to connect. */
#define UNCLEAR   "open failed"
#define CAUSES    " (no route, or no descriptor left: its log says which)"
#define FORBIDDEN "; its sshd says so in AllowTcpForwarding and PermitOpen"

static void fail_denied(struct forward *f, const struct denial *denial)
{
  const char *name = f->via->name != NULL ? f->via->name : "";
  char message[FORWARD_MESSAGE * 2];
  if (denial == NULL) {
    snprintf(message, sizeof message, "the jump host %s does not connect to it", name);
    forward_fail(f, ERROR_JUMP, message);
  } else if (is_shortage(denial)) {
    snprintf(message, sizeof message,
             "the jump host %s has no room for another channel (%s)", name,
             denial->text);
    forward_fail(f, ERROR_CHANNEL, message);
  } else if (denial->reason == REASON_CONNECT_FAILED) {
    snprintf(message, sizeof message, "the jump host %s cannot connect to it: %s%s",
             name, denial->text, strcmp(denial->text, UNCLEAR) == 0 ? CAUSES : "");
    forward_fail(f, kind_of(denial), message);
  } else {
    snprintf(message, sizeof message,
             "the jump host %s does not forward to it (reason %lu: %s)%s", name,
             denial->reason, denial->text,
             denial->reason == REASON_PROHIBITED ? FORBIDDEN : "");
    forward_fail(f, ERROR_JUMP, message);
  }
}

static void see_open(struct forward *f)
{
  int fd = f->inner_fd;
  f->is_open = true;
  forward_mark(f); /* the device may have spoken, or hung up, already */
  if (f->options.owner == NULL) {
    f->is_finished = true; /* with nobody at the other end it ends */
    return;
  }
  f->inner_fd = -1;
  f->options.on_open(f->options.owner, fd);
}

/* Take those out of the list whose answer is here. 'has_denials': look for refusals. */
static struct forward *take_answered(struct carrier *carrier, bool has_denials)
{
  struct forward *answered = NULL, **last = &answered;
  struct forward **place = &carrier->opening;
  while (*place != NULL) {
    struct forward *f = *place;
    bool is_open = ssh_channel_is_open(f->channel) != 0;
    if (is_open || (has_denials && ask(f) != SSH_AGAIN)) {
      *place = f->next_opening;
      f->next_opening = NULL;
      *last = f;
      last = &f->next_opening;
    } else {
      place = &f->next_opening;
    }
  }
  carrier->last_opening = place;
  return answered;
}

/* The refused ones are in the order of their channels, and so are the reasons. */
static void tell_answers(struct carrier *carrier, struct forward *f)
{
  size_t next = 0;
  if (carrier->denial_count > 0)
    qsort(carrier->denials, carrier->denial_count, sizeof *carrier->denials,
          by_channel);
  while (f != NULL) {
    struct forward *following = f->next_opening;
    f->next_opening = NULL;
    if (ssh_channel_is_open(f->channel) != 0) {
      see_open(f);
    } else {
      bool is_told = next < carrier->denial_count;
      fail_denied(f, is_told ? &carrier->denials[next++] : NULL);
      forward_finish(f);
    }
    f = following;
  }
}

bool forward_see_openings(struct client *via)
{
  struct carrier *carrier = via->carrier;
  bool has_denials = carrier->denial_count > 0;
  struct forward *answered = take_answered(carrier, has_denials);
  tell_answers(carrier, answered);
  carrier->denial_count = 0;
  return answered != NULL || has_denials;
}

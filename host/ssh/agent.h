#ifndef MOONWIRE_SSH_AGENT_H
#define MOONWIRE_SSH_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "core/deadline.h"
#include "core/error.h"

/*
** A connection to an ssh-agent, for all logins of a loop. The agent answers in the
** order of the questions; one that stops answering costs a deadline, never the loop.
*/
struct agent;
struct agent_request;

enum {
  AGENT_MESSAGE = 256,
  AGENT_IDENTITIES = 64, /* more are not looked at: no server takes so many tries */
  AGENT_ANSWER = 65536,  /* the longest that is read */
  AGENT_FAILURE = 5,     /* what an answer begins with */
  AGENT_LIST = 12,
  AGENT_SIGNATURE = 14,
  AGENT_ASK_LIST = 11, /* what a question begins with */
  AGENT_ASK_SIGNATURE = 13
};

/*
** A public key or certificate that the agent can sign for. Lives as long as the agent.
*/
struct agent_identity {
  const unsigned char *blob; /* as it travels */
  size_t length;
  char *type, *comment;
};

/*
** Connect and ask for the identities. 'on_open' is called once, on a later turn, unless
** the agent is closed before: look at the error. NULL: no memory.
*/
struct agent *agent_open(uv_loop_t *loop, struct deadlines *deadlines, const char *path,
                         uint64_t timeout_ns, void *owner,
                         void (*on_open)(struct agent *agent, void *owner));

/* Hang up and free it later. What is still asked is answered with NULL. */
void agent_close(struct agent *agent);

/* ERROR_NONE as long as it answers. */
enum error agent_error(const struct agent *agent);
const char *agent_message(const struct agent *agent);

size_t agent_count(const struct agent *agent);
const struct agent_identity *agent_identity(const struct agent *agent, size_t index);

/*
** Put a question, without its length. 'on_answer' is called once: with the answer, also
** without its length, or with NULL when the agent has failed. NULL: it has failed
** before.
*/
struct agent_request *
agent_ask(struct agent *agent, const unsigned char *question, size_t length,
          void *owner,
          void (*on_answer)(void *owner, const unsigned char *answer, size_t length));

/* The answer is not wanted any more. Only before it has come. */
void agent_forget(struct agent_request *request);

/* The 32-bit numbers of the protocol. */
static inline uint32_t agent_number(const unsigned char *at)
{
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline void agent_put_number(unsigned char *at, size_t number)
{
  at[0] = (unsigned char)(number >> 24);
  at[1] = (unsigned char)(number >> 16);
  at[2] = (unsigned char)(number >> 8);
  at[3] = (unsigned char)number;
}

#endif

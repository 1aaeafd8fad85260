#ifndef MOONWIRE_SSH_AUTH_H
#define MOONWIRE_SSH_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ssh/agent.h"
#include "ssh/login.h"

enum auth_agent_stage {
  AUTH_AGENT_IDLE,
  AUTH_AGENT_OFFER, /* the device is asked which identity it takes */
  AUTH_AGENT_SIGN,  /* the agent is asked to sign */
  AUTH_AGENT_PROVE, /* the device is shown the signature */
  AUTH_AGENT_DONE
};

/* What goes on between a login and the agent (auth_agent.c). */
struct auth_agent {
  enum auth_agent_stage stage;
  size_t next;   /* the identities before it have been tried */
  size_t chosen; /* the one that signs */
  int libssh_fd, our_fd;
  struct agent_request *request; /* while the agent thinks */
  unsigned char *signature;      /* the agent's answer */
  size_t signature_length;
};

/* How far an authentication has come. It lives as long as that takes. */
struct auth {
  enum method method; /* in progress; METHOD_NONE: the next one is to be chosen */
  unsigned tried;     /* a bit for each method that has had its one try */
  unsigned rounds;    /* of questions */
  size_t key;         /* the keys before it have been tried */
  uint32_t answered;  /* a bit for each answer that was given */
  bool knows_types;   /* the server has had its chance to tell its RSA algorithms */
  bool is_spent;      /* the password was given, and judged */
  struct auth_agent agent;
};

/* Let go of it, at any moment. */
void auth_end(struct client *client);

/* One step of a method: as libssh's functions. A client that has failed: ERROR. */
int auth_key_step(struct client *client);
int auth_agent_step(struct client *client);
int auth_prompt_step(struct client *client);

/* Whether there is a key left to try, an answer that could be given. */
bool auth_key_is_left(const struct client *client);
bool auth_agent_is_left(const struct client *client);
bool auth_prompt_is_left(const struct client *client);

void auth_agent_end(struct client *client);

#endif

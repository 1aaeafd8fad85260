/*
** auth_agent.c - log in with a key that an ssh-agent keeps. libssh can have the agent
** sign, but talks to it with calls that wait; a stopped agent would stop the loop. So
** libssh never meets the agent: it is given one end of a socket pair, on which all that
** it will read lies ready, with the end of the stream behind it. It plays its part
** twice. The first time it finds out which identity the device takes, asks for a
** signature, and finds none; its question stays in the pair. The agent is asked that on
** the loop. What was signed depends on the session alone, so the second time the
** signature lies ready. The price is one round trip, and half a kilobyte: libssh
** forgets the first list when it reads the second.
*/
#include <libssh/libssh.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ssh/auth.h"

enum { NUMBER = 4, LIST_HEAD = 2 * NUMBER + 1, QUESTION = 65536 };

/* Types that libssh can read; one that it cannot would end its way through the list. */
static bool is_readable(const char *type)
{
  static const char *const types[] = {"ssh-ed25519", "ecdsa-sha2-nistp", "ssh-rsa",
                                      "sk-ssh-ed25519", "sk-ecdsa-sha2-nistp256"};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (strncmp(type, types[i], strlen(types[i])) == 0)
      return true;
  return false;
}

static bool is_wanted(const struct login *login, size_t index)
{
  const struct agent *agent = login->agent;
  return index < agent_count(agent) && (login->agent_keys >> index & 1) != 0 &&
         is_readable(agent_identity(agent, index)->type);
}

static size_t next_wanted(const struct login *login, size_t index)
{
  while (index < agent_count(login->agent) && !is_wanted(login, index))
    index++;
  return index;
}

bool auth_agent_is_left(const struct client *c)
{
  const struct login *login = c->login;
  return login->agent != NULL && c->auth->agent.stage != AUTH_AGENT_DONE &&
         (c->auth->agent.stage != AUTH_AGENT_IDLE ||
          next_wanted(login, c->auth->agent.next) < agent_count(login->agent));
}

static bool put(int fd, const unsigned char *bytes, size_t length)
{
  return send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)length;
}

static bool put_number(int fd, size_t number)
{
  unsigned char bytes[NUMBER];
  agent_put_number(bytes, number);
  return put(fd, bytes, sizeof bytes);
}

/*
** An answer with the identities from 'from' to before 'to'; their comments stay here.
*/
static bool put_list(const struct login *login, int fd, size_t from, size_t to)
{
  const unsigned char kind = AGENT_LIST;
  size_t length = 1 + NUMBER, count = 0;
  for (size_t i = next_wanted(login, from); i < to; i = next_wanted(login, i + 1)) {
    length += 2UL * NUMBER + agent_identity(login->agent, i)->length;
    count++;
  }
  bool is_put = put_number(fd, length) && put(fd, &kind, 1) && put_number(fd, count);
  for (size_t i = next_wanted(login, from); is_put && i < to;
       i = next_wanted(login, i + 1)) {
    const struct agent_identity *identity = agent_identity(login->agent, i);
    is_put = put_number(fd, identity->length) &&
             put(fd, identity->blob, identity->length) && put_number(fd, 0);
  }
  return is_put;
}

/* Take the pair from libssh, which would close its end on its own. */
static void strike(struct client *c)
{
  struct auth_agent *state = &c->auth->agent;
  if (state->libssh_fd == state->our_fd)
    return; /* zeros: there is none */
  if (c->session != NULL)
    ssh_set_agent_socket(c->session, SSH_INVALID_SOCKET);
  close(state->libssh_fd);
  close(state->our_fd);
  state->libssh_fd = state->our_fd = 0;
}

static bool set_up(struct client *c, size_t from, size_t to)
{
  struct auth_agent *state = &c->auth->agent;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) {
    client_fail(c, ERROR_LOCAL, "no descriptor left for the ssh-agent");
    return false;
  }
  state->libssh_fd = ends[0];
  state->our_fd = ends[1];
  bool is_ready = put_list(c->login, state->our_fd, from, to);
  if (is_ready && state->signature != NULL)
    is_ready = put_number(state->our_fd, state->signature_length) &&
               put(state->our_fd, state->signature, state->signature_length);
  is_ready = is_ready && shutdown(state->our_fd, SHUT_WR) == 0 &&
             ssh_set_agent_socket(c->session, state->libssh_fd) == SSH_OK;
  if (!is_ready)
    client_fail(c, ERROR_LOCAL, "the keys of the ssh-agent are too many to be offered");
  return is_ready;
}

static void forget_signature(struct auth_agent *state)
{
  free(state->signature);
  state->signature = NULL;
}

void auth_agent_end(struct client *c)
{
  struct auth_agent *state = &c->auth->agent;
  if (state->request != NULL)
    agent_forget(state->request);
  state->request = NULL;
  forget_signature(state);
  strike(c);
}

static bool find_identity(struct client *c, const unsigned char *blob, size_t length)
{
  const struct agent *agent = c->login->agent;
  for (size_t i = 0; i < agent_count(agent); i++) {
    const struct agent_identity *identity = agent_identity(agent, i);
    if (identity->length == length && memcmp(identity->blob, blob, length) == 0) {
      c->auth->agent.chosen = i;
      return true;
    }
  }
  return false;
}

static void on_signature(void *owner, const unsigned char *answer, size_t length)
{
  struct client *c = owner;
  struct auth_agent *state = &c->auth->agent;
  state->request = NULL;
  if (answer != NULL && *answer == AGENT_SIGNATURE) {
    state->signature = malloc(length);
    state->signature_length = length;
    if (state->signature != NULL)
      memcpy(state->signature, answer, length);
  }
  client_enter(c);
  login_step(c);
  client_leave(c);
}

/*
** What libssh has asked for: "list" first, then, when the device took an identity, a
** signature. False: there was no such question.
*/
static bool pass_on(struct client *c)
{
  unsigned char *bytes = malloc(QUESTION);
  if (bytes == NULL)
    return false;
  struct auth_agent *state = &c->auth->agent;
  ssize_t n = recv(state->our_fd, bytes, QUESTION, MSG_DONTWAIT);
  size_t length = n > 0 ? (size_t)n : 0, start = NUMBER + 1; /* behind the list's */
  const unsigned char *question = bytes + start + NUMBER;
  const size_t head = start + NUMBER + 1 + NUMBER;
  bool is_asked = length > head && *question == AGENT_ASK_SIGNATURE &&
                  agent_number(bytes + start) == length - start - NUMBER &&
                  agent_number(question + 1) < length - head &&
                  find_identity(c, question + 1 + NUMBER, agent_number(question + 1));
  if (is_asked)
    state->request =
        agent_ask(c->login->agent, question, length - start - NUMBER, c, on_signature);
  free(bytes);
  return is_asked;
}

static int offer(struct client *c)
{
  struct auth_agent *state = &c->auth->agent;
  int code = ssh_userauth_agent(c->session, c->login->user);
  if (code == SSH_AUTH_AGAIN)
    return code;
  bool is_asked = pass_on(c);
  strike(c);
  state->stage = is_asked ? AUTH_AGENT_SIGN : AUTH_AGENT_DONE;
  return is_asked ? (int)SSH_AUTH_SUCCESS : code;
}

/*
** The agent may refuse, as when its owner does not confirm: on with the next identity.
*/
static int await_signature(struct client *c)
{
  struct auth_agent *state = &c->auth->agent;
  if (state->request != NULL)
    return SSH_AUTH_AGAIN;
  state->next = state->chosen + 1;
  if (state->signature == NULL) {
    bool is_broken = agent_error(c->login->agent) != ERROR_NONE;
    state->stage = is_broken ? AUTH_AGENT_DONE : AUTH_AGENT_IDLE;
    return SSH_AUTH_DENIED;
  }
  if (!set_up(c, state->chosen, state->chosen + 1))
    return SSH_AUTH_ERROR;
  forget_signature(state);
  state->stage = AUTH_AGENT_PROVE;
  return SSH_AUTH_SUCCESS;
}

static int prove(struct client *c)
{
  int code = ssh_userauth_agent(c->session, c->login->user);
  if (code == SSH_AUTH_AGAIN)
    return code;
  strike(c);
  c->auth->agent.stage = AUTH_AGENT_IDLE;
  return code;
}

static int begin(struct client *c)
{
  if (agent_error(c->login->agent) != ERROR_NONE) {
    c->auth->agent.stage = AUTH_AGENT_DONE;
    return SSH_AUTH_DENIED;
  }
  if (!set_up(c, c->auth->agent.next, agent_count(c->login->agent)))
    return SSH_AUTH_ERROR;
  c->auth->agent.stage = AUTH_AGENT_OFFER;
  return SSH_AUTH_SUCCESS;
}

int auth_agent_step(struct client *c)
{
  struct auth_agent *state = &c->auth->agent;
  int code = SSH_AUTH_SUCCESS;
  if (state->stage == AUTH_AGENT_IDLE)
    code = begin(c);
  if (code == SSH_AUTH_SUCCESS && state->stage == AUTH_AGENT_OFFER)
    code = offer(c);
  if (code == SSH_AUTH_SUCCESS && state->stage == AUTH_AGENT_SIGN)
    code = await_signature(c);
  if (code == SSH_AUTH_SUCCESS && state->stage == AUTH_AGENT_PROVE)
    code = prove(c);
  return code;
}

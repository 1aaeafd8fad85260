/*
** peer_prompt.c - the questions of keyboard-interactive: as many rounds as the profile
** has, one for a password when it has none. Who is let in is not decided here.
*/
#include <stdlib.h>
#include <string.h>

#include "lab/peer.h"

enum { MOST_QUESTIONS = 300 }; /* more than a client may take */

struct round {
  char *text; /* a copy, in pieces */
  const char *instruction;
  const char *questions[MOST_QUESTIONS];
  char is_visible[MOST_QUESTIONS];
  unsigned count;
};

void peer_rewind(struct peer *peer)
{
  peer->round =
      peer->questions != NULL ? peer->questions : PEER_ROUND PEER_QUESTION "Password: ";
  peer->asked = 0;
  bytes_clear(&peer->answers);
}

static void add_question(struct round *round, const char *text)
{
  if (*text == '#') {
    round->instruction = text + 1;
  } else if (round->count < MOST_QUESTIONS) {
    bool is_visible = *text == '+';
    round->is_visible[round->count] = is_visible;
    round->questions[round->count++] = text + is_visible;
  }
}

static void take_apart(struct round *round)
{
  char *rest;
  for (char *text = strtok_r(round->text, PEER_QUESTION, &rest); text != NULL;
       text = strtok_r(NULL, PEER_QUESTION, &rest))
    add_question(round, text);
}

bool peer_ask(struct peer *peer, ssh_message message)
{
  struct round round = {.instruction = ""};
  if (peer->round == NULL || *peer->round == '\0')
    return false;
  size_t length = strcspn(peer->round + 1, PEER_ROUND);
  round.text = strndup(peer->round + 1, length);
  peer->round += 1 + length;
  if (round.text == NULL)
    return false;
  take_apart(&round);
  peer->asked = round.count;
  int code = ssh_message_auth_interactive_request(
      message, "", round.instruction, round.count, round.questions, round.is_visible);
  free(round.text);
  return code == SSH_OK;
}

bool peer_take_answers(struct peer *peer)
{
  int count = ssh_userauth_kbdint_getnanswers(peer->session);
  bool is_kept = count >= 0 && (unsigned)count == peer->asked && peer->round != NULL;
  for (int i = 0; is_kept && i < count; i++) {
    const char *answer = ssh_userauth_kbdint_getanswer(peer->session, (unsigned)i);
    bool is_first = peer->answers.length == 0;
    is_kept = answer != NULL && (is_first || bytes_add(&peer->answers, "\n", 1)) &&
              bytes_add(&peer->answers, answer, strlen(answer));
  }
  return is_kept;
}

const char *peer_answers(struct peer *peer)
{
  return bytes_add(&peer->answers, "", 1) ? bytes_head(&peer->answers) : NULL;
}

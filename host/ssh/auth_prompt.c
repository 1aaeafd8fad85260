/*
** auth_prompt.c - keyboard-interactive: the device asks, in its own words and language,
** as many questions in as many rounds as it likes. Answered is only what is understood:
**
**   - what the caller has an answer for, by a part of the question's text, each once;
**   - the first request of a single hidden answer: that is the password's.
**
** Whatever else it asks ends the login with an error that shows the question, and
** nothing is sent. So a token, a PIN or a new password is never taken for the password.
*/
#include <libssh/libssh.h>
#include <stdio.h>
#include <string.h>

#include "ssh/auth.h"

enum { MOST_ROUNDS = 10, SHOWN = 120 };

struct question {
  const char *text;
  bool is_hidden, is_alone;
};

bool auth_prompt_is_left(const struct client *c)
{
  return c->login->answer_count > 0 ||
         (c->login->password != NULL && !c->auth->is_spent);
}

/* The text as it may stand in a message: one line, and no terminal obeys it. */
static void show(char shown[SHOWN], const char *text)
{
  size_t length = 0;
  for (; *text != '\0' && length + 4 < SHOWN; text++) {
    unsigned char byte = (unsigned char)*text, next = (unsigned char)text[1];
    bool is_c1 = byte == 0xc2 && next >= 0x80 && next < 0xa0;
    if (byte < ' ' || byte == 0x7f || is_c1)
      shown[length++] = '?';
    else
      shown[length++] = *text;
    text += is_c1;
  }
  while (*text != '\0' && length > 0 && ((unsigned char)*text & 0xc0) == 0x80) {
    text--; /* cut between characters, not in one */
    length--;
  }
  shown[length] = '\0';
}

static bool says_any(const char *text, const char *const *words)
{
  for (; *words != NULL; words++)
    if (strcasestr(text, *words) != NULL)
      return true;
  return false;
}

/* Good only for a better message: no answer depends on it but the password's. */
static bool is_about_new_password(const struct client *c, const char *question)
{
  static const char *const words[] = {"new password",
                                      "new passwd",
                                      "expired",
                                      "retype",
                                      "re-enter",
                                      "change your",
                                      "change password",
                                      "must be changed",
                                      "neues passwort",
                                      "neues kennwort",
                                      "abgelaufen",
                                      "nouveau mot de passe",
                                      "expir\xc3\xa9",
                                      "nueva contrase",
                                      "nuova password",
                                      "scadut",
                                      NULL};
  const char *said = ssh_userauth_kbdint_getinstruction(c->session);
  return says_any(question, words) || (said != NULL && says_any(said, words));
}

static void fail_unanswered(struct client *c, const struct question *question)
{
  char shown[SHOWN];
  show(shown, question->text);
  if (is_about_new_password(c, question->text))
    client_fail(c, ERROR_AUTH,
                "the password of user \"%.64s\" has expired or must be changed: the "
                "device asks \"%s\"; nothing was answered",
                c->login->user, shown);
  else
    client_fail(c, ERROR_AUTH,
                "the device asks at login \"%s\" (%s), and there is no answer: see "
                "answers in the inventory",
                shown, question->is_hidden ? "hidden" : "visible");
}

/* A question that an answer is for is not the password's, also when it comes again. */
static const struct secret *take_given(struct client *c, const char *question,
                                       bool *is_known)
{
  *is_known = false;
  for (size_t i = 0; i < c->login->answer_count; i++) {
    const struct login_answer *answer = &c->login->answers[i];
    uint32_t bit = 1U << i;
    if (strcasestr(question, answer->question) == NULL)
      continue;
    *is_known = true;
    if ((c->auth->answered & bit) == 0) {
      c->auth->answered |= bit;
      return answer->answer;
    }
  }
  return NULL;
}

static const struct secret *take_answer(struct client *c,
                                        const struct question *question)
{
  bool is_known;
  const struct secret *given = take_given(c, question->text, &is_known);
  if (is_known)
    return given;
  if (!question->is_hidden || !question->is_alone || c->auth->is_spent ||
      is_about_new_password(c, question->text))
    return NULL;
  c->auth->is_spent = true;
  return c->login->password;
}

static bool answer_one(struct client *c, unsigned index, bool is_alone)
{
  char is_visible = 0;
  const char *text = ssh_userauth_kbdint_getprompt(c->session, index, &is_visible);
  struct question question = {text != NULL ? text : "", is_visible == 0, is_alone};
  const struct secret *answer = take_answer(c, &question);
  if (answer == NULL) {
    fail_unanswered(c, &question);
    return false;
  }
  return ssh_userauth_kbdint_setanswer(c->session, index, secret_bytes(answer)) >= 0;
}

/* libssh drops a request that it cannot read, and would wait for ever. */
static bool is_unreadable(const struct client *c)
{
  const char *text = ssh_get_error(c->session);
  return strstr(text, "INFO_REQUEST") != NULL ||
         strstr(text, "prompts requested") != NULL;
}

static int ask(struct client *c)
{
  int code = ssh_userauth_kbdint(c->session, c->login->user, NULL);
  if (code != SSH_AUTH_AGAIN || !is_unreadable(c))
    return code;
  client_fail(c, ERROR_PROTOCOL, "the questions of the device cannot be read: %s",
              ssh_get_error(c->session));
  return SSH_AUTH_ERROR;
}

int auth_prompt_step(struct client *c)
{
  int code;
  while ((code = ask(c)) == SSH_AUTH_INFO) {
    if (++c->auth->rounds > MOST_ROUNDS) {
      client_fail(c, ERROR_AUTH, "the device asked more than %d rounds of questions",
                  MOST_ROUNDS);
      return SSH_AUTH_ERROR;
    }
    int count = ssh_userauth_kbdint_getnprompts(c->session);
    for (int i = 0; i < count; i++)
      if (!answer_one(c, (unsigned)i, count == 1))
        return SSH_AUTH_ERROR;
  }
  return code;
}

/*
** hostkeys_append.c - write newly trusted keys behind a known_hosts file, so that no
** crash, full disk or other writer loses or repeats a line. Never in place of a key
** that is there.
*/
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ssh/hostkeys.h"
#include "ssh/known_hosts.h"
#include "ssh/textfile.h"

enum {
  LONGEST_PATH = 4096,
  LOCK_TRIES = 5000, /* ten seconds */
  LOCK_PAUSE_NS = 2000000
};

static bool fail(struct hostkeys_failure *failure, const char *path, int code)
{
  failure->error = ERROR_LOCAL;
  snprintf(failure->message, sizeof failure->message,
           "known hosts %s cannot be written: %s", path,
           code == EWOULDBLOCK ? "another program has locked it"
                               : textfile_reason(code));
  return false;
}

static bool is_same_file(int fd, const char *path)
{
  struct stat here, there;
  return fstat(fd, &here) == 0 && stat(path, &there) == 0 &&
         here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}

/* Zero, or an errno: EWOULDBLOCK when somebody else has the lock. */
static int try_lock(const char *path, int *fd)
{
  *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
  if (*fd < 0)
    return errno;
  int code = flock(*fd, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
  if (code == 0 && !is_same_file(*fd, path))
    code =
        EWOULDBLOCK; /* who had the lock put a new file in place: ours is the old one */
  if (code != 0)
    close(*fd);
  return code;
}

static int lock(const char *path, int *fd)
{
  const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};
  int code = try_lock(path, fd);
  for (int i = 0; code == EWOULDBLOCK && i < LOCK_TRIES; i++) {
    nanosleep(&pause, NULL);
    code = try_lock(path, fd);
  }
  return code;
}

/* Somebody wrote another key since we read the file: one is wrong, so do not guess. */
static void note_conflict(const struct hostkeys_addition *addition, const char *path,
                          const struct hostkeys_match *match,
                          struct hostkeys_failure *failure)
{
  bool is_changed = match->verdict == HOSTKEYS_CHANGED;
  failure->error = ERROR_HOSTKEY;
  snprintf(
      failure->message, sizeof failure->message,
      "the key accepted for %s was not saved: %s, written meanwhile, %s it in line %u",
      addition->host, path, is_changed ? "contradicts" : "revokes",
      is_changed ? match->expected[0].line : match->record.line);
}

/* Put behind 'text' a line for each addition that 'fresh', the file as it is, lacks. */
static int compose(struct hostkeys *store, struct hostkeys *fresh, const char *path,
                   struct textfile *text, struct hostkeys_failure *failure)
{
  struct hostkeys_addition addition;
  int code = 0;
  for (size_t i = 0; code == 0 && hostkeys_addition(store, i, &addition); i++) {
    struct hostkeys_peer peer = {.host = addition.host, .port = addition.port};
    struct hostkeys_match match;
    char name[KNOWN_HOSTS_NAME_SIZE], line[KNOWN_HOSTS_LINE_SIZE];
    enum hostkeys_verdict verdict = hostkeys_lookup(fresh, &peer, addition.key, &match);
    if (verdict == HOSTKEYS_FAILED)
      code = ENOMEM;
    if (verdict == HOSTKEYS_CHANGED || verdict == HOSTKEYS_REVOKED)
      note_conflict(&addition, path, &match, failure);
    if (verdict != HOSTKEYS_UNKNOWN || !known_hosts_name(name, peer.host, peer.port))
      continue;
    code = textfile_append(
        text, line,
        known_hosts_format(line, name, addition.key.bytes, addition.key.length));
  }
  return code;
}

static int end_last_line(struct textfile *text)
{
  if (text->length == 0 || text->bytes[text->length - 1] == '\n')
    return 0;
  return textfile_append(text, "\n", 1);
}

/* Put what 'edit' makes of the file, open and locked, in its place. */
static int edit_locked(int fd, const char *path, hostkeys_edit *edit, void *context)
{
  char *real = realpath(path, NULL); /* a link stays a link */
  struct textfile text = {0}, edited = {0};
  int code = real != NULL ? textfile_read(&text, fd) : errno;
  if (code == 0 && edit(context, &text, &edited, &code) && code == 0)
    code = textfile_replace(&edited, fd, real);
  free(real);
  textfile_free(&text);
  textfile_free(&edited);
  return code;
}

static bool append_locked(struct hostkeys *store, int fd, const char *path,
                          struct hostkeys_failure *failure)
{
  char *real = realpath(path, NULL); /* a link stays a link */
  struct hostkeys *fresh = hostkeys_new();
  struct textfile text = {0};
  int code = real != NULL && fresh != NULL ? textfile_read(&text, fd) : errno;
  bool is_read = code == 0;
  if (is_read && text.length > 0)
    is_read = hostkeys_load_text(fresh, text.bytes, text.length, path, failure);
  if (is_read) {
    code = end_last_line(&text);
    size_t before = text.length;
    if (code == 0)
      code = compose(store, fresh, path, &text, failure);
    if (code == 0 && text.length > before)
      code = textfile_replace(&text, fd, real);
  }
  free(real);
  hostkeys_release(fresh);
  textfile_free(&text);
  return code == 0 ? is_read : fail(failure, path, code);
}

/* "UserKnownHostsFile /dev/null": written to, not replaced. */
static bool append_device(struct hostkeys *store, const char *path,
                          struct hostkeys_failure *failure)
{
  struct hostkeys *fresh = hostkeys_new();
  struct textfile text = {0};
  int code = fresh != NULL ? compose(store, fresh, path, &text, failure) : ENOMEM;
  int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0)
    code = errno;
  if (code == 0)
    code = textfile_write(&text, fd);
  if (fd >= 0 && close(fd) != 0 && code == 0)
    code = errno;
  hostkeys_release(fresh);
  textfile_free(&text);
  return code == 0 || fail(failure, path, code);
}

/* Like OpenSSH: the first key that is trusted makes ~/.ssh. Its absence shows later. */
static void make_directory(const char *path)
{
  char directory[LONGEST_PATH];
  const char *slash = strrchr(path, '/');
  if (slash == NULL || slash == path || slash - path >= LONGEST_PATH)
    return;
  snprintf(directory, sizeof directory, "%.*s", (int)(slash - path), path);
  (void)mkdir(directory, 0700);
}

bool hostkeys_append_file(struct hostkeys *store, const char *path,
                          struct hostkeys_failure *failure)
{
  struct stat status;
  struct hostkeys_addition addition;
  int fd = -1;
  failure->error = ERROR_NONE;
  if (!hostkeys_addition(store, 0, &addition))
    return true;
  if (stat(path, &status) == 0 && S_ISCHR(status.st_mode))
    return append_device(store, path, failure);
  make_directory(path);
  int code = lock(path, &fd);
  if (code != 0)
    return fail(failure, path, code);
  bool is_done = append_locked(store, fd, path, failure);
  close(fd); /* and with it the lock */
  return is_done && failure->error == ERROR_NONE;
}

bool hostkeys_edit_file(const char *path, hostkeys_edit *edit, void *context,
                        struct hostkeys_failure *failure)
{
  int fd = -1;
  failure->error = ERROR_NONE;
  make_directory(path);
  int code = lock(path, &fd);
  if (code == 0) {
    code = edit_locked(fd, path, edit, context);
    close(fd); /* and with it the lock */
  }
  return code == 0 || fail(failure, path, code);
}

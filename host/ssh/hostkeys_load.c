/*
** hostkeys_load.c - known_hosts files, read whole or not at all. Nothing is written.
*/
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "ssh/hostkeys.h"
#include "ssh/textfile.h"

enum { LONGEST_PATH = 4096 };

static bool fail(struct hostkeys_failure *failure, const char *path, const char *why)
{
  failure->error = ERROR_LOCAL;
  snprintf(failure->message, sizeof failure->message,
           "known hosts %s cannot be read: %s", path, why);
  return false;
}

static bool is_null_device(const struct stat *status)
{
  struct stat null;
  return S_ISCHR(status->st_mode) && stat("/dev/null", &null) == 0 &&
         null.st_rdev == status->st_rdev;
}

static bool load_open(struct hostkeys *store, int fd, const char *path,
                      struct hostkeys_failure *failure)
{
  struct textfile text = {0};
  struct stat status;
  if (fstat(fd, &status) != 0)
    return fail(failure, path, textfile_reason(errno));
  if (!S_ISREG(status.st_mode) && !is_null_device(&status))
    return fail(failure, path, "it is not a plain file");
  int code = textfile_read(&text, fd);
  bool is_loaded = code == 0 || fail(failure, path, textfile_reason(code));
  if (is_loaded && text.length > 0)
    is_loaded = hostkeys_load_text(store, text.bytes, text.length, path, failure);
  textfile_free(&text);
  return is_loaded;
}

bool hostkeys_load_file(struct hostkeys *store, const char *path, bool is_optional,
                        struct hostkeys_failure *failure)
{
  /* non-blocking, lest a pipe of that name hold the program up */
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0)
    return (is_optional && errno == ENOENT) ||
           fail(failure, path, textfile_reason(errno));
  bool is_loaded = load_open(store, fd, path, failure);
  close(fd);
  return is_loaded;
}

bool hostkeys_load_default(struct hostkeys *store, struct hostkeys_failure *failure)
{
  static const char *const of_user[] = {"known_hosts", "known_hosts2"};
  static const char *const of_system[] = {"ssh_known_hosts", "ssh_known_hosts2"};
  char home[LONGEST_PATH], path[LONGEST_PATH + 32];
  size_t size = sizeof home;
  if (uv_os_homedir(home, &size) != 0)
    return fail(failure, "~/.ssh/known_hosts", "there is no home directory");
  for (size_t i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s/.ssh/%s", home, of_user[i]);
    if (!hostkeys_load_file(store, path, true, failure))
      return false;
  }
  for (size_t i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "/etc/ssh/%s", of_system[i]);
    if (!hostkeys_load_file(store, path, true, failure))
      return false;
  }
  return true;
}

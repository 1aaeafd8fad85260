/*
** tsan.c - part of a build with ThreadSanitizer only: shows it what the libraries hide.
*/
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

_Noreturn void __longjmp_chk(jmp_buf place, int value);

/*
** Debian's Lua jumps by this, which the sanitizer does not know: its own picture of the
** stack would grow with every yield and every error.
*/
_Noreturn void __longjmp_chk(jmp_buf place, int value)
{
  longjmp(place, value);
}

/*
** libuv closes descriptors by a bare system call: for the sanitizer, whoever gets the
** number next would race with whoever had it before.
*/
long syscall(long number, ...)
{
  long (*next)(long number, ...);
  *(void **)&next = dlsym(RTLD_NEXT, "syscall");
  long a[6];
  va_list list;
  va_start(list, number);
  for (int i = 0; i < 6; i++)
    a[i] = va_arg(list, long); /* more than there are, as libc itself does */
  va_end(list);
  if (number == SYS_close)
    return close((int)a[0]);
  return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

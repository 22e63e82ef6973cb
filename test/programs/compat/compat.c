// What programs for Unix call and WASI has no meaning for: owners and modes of files, other processes, alarms. Each call
// fails, or does nothing, as on a system without them. err and errx are BSD's. All are weak, because a newer wasi-libc has some
// of them: Debian 13's has chmod and fchmod.
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WEAK __attribute__((weak))

WEAK int chmod(const char *path, unsigned mode) { (void)path; (void)mode; return 0; }
WEAK int fchmod(int fd, unsigned mode) { (void)fd; (void)mode; return 0; }
WEAK int fchown(int fd, unsigned owner, unsigned group) { (void)fd; (void)owner; (void)group; return 0; }
WEAK unsigned alarm(unsigned seconds) { (void)seconds; return 0; }
WEAK FILE *popen(const char *command, const char *mode) { (void)command; (void)mode; errno = ENOSYS; return NULL; }
WEAK int system(const char *command) { (void)command; errno = ENOSYS; return -1; }
WEAK FILE *tmpfile(void) { errno = ENOSYS; return NULL; }
WEAK char *tmpnam(char *name) { (void)name; errno = ENOSYS; return NULL; }
WEAK int pclose(FILE *stream) { (void)stream; errno = ENOSYS; return -1; }

static void say(const char *format, va_list args, const char *why) {
    vfprintf(stderr, format, args);
    fprintf(stderr, "%s%s\n", why ? ": " : "", why ? why : "");
}

WEAK void err(int status, const char *format, ...) {
    const char *why = strerror(errno);
    va_list args;
    va_start(args, format);
    say(format, args, why);
    va_end(args);
    exit(status);
}

WEAK void errx(int status, const char *format, ...) {
    va_list args;
    va_start(args, format);
    say(format, args, NULL);
    va_end(args);
    exit(status);
}

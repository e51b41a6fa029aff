#ifndef CLINUX_SYSTEM_H
#define CLINUX_SYSTEM_H

#include <linux/capability.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <sys/sysinfo.h>
#include <time.h>

// Macros, variadics and what the library's module leaves out, as functions.

static inline dev_t clinux_makedev(unsigned int major, unsigned int minor) { return makedev(major, minor); }
static inline unsigned int clinux_major(dev_t device) { return major(device); }
static inline unsigned int clinux_minor(dev_t device) { return minor(device); }

static inline int clinux_set_dumpable(bool dumpable) { return prctl(PR_SET_DUMPABLE, dumpable ? 1 : 0, 0, 0, 0); }

static inline int clinux_exit_code(int status) { return WEXITSTATUS(status); }
static inline bool clinux_signaled(int status) { return WIFSIGNALED(status); }
static inline int clinux_signal(int status) { return WTERMSIG(status); }

// The C library's words for an errno; unlike strerror, shared with no other thread.
const char *clinux_error_text(int code);

int clinux_pidfd_open(pid_t pid);

// A descriptor that only names a folder; -1 and errno.
int clinux_open_folder(const char *path);

int clinux_accept(int listener);
int clinux_signalfd(const sigset_t *signals);
int clinux_syncfs(int descriptor);

// A pipe whose ends are close-on-exec; -1 and errno.
int clinux_pipe(int ends[2]);

// A connected or bound AF_UNIX socket; -1 and errno. A path that starts with @ is abstract.
int clinux_unix_connect(const char *path, int type);
int clinux_unix_bind(const char *path, int type);
int clinux_unix_listen(const char *path, int type, int backlog);

#endif

#define _GNU_SOURCE
#include "include/clinux_process.h"

#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Only async-signal-safe calls from here to exec: the caller may have other threads, whose locks the child inherits locked.

static _Noreturn void fail(int report, int stage, int index) {
    struct clinux_failure failure = {stage, errno, index};
    while (write(report, &failure, sizeof failure) < 0 && errno == EINTR) {}
    _exit(127);
}

static void reset_signals(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &action, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int write_file(const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t length = (ssize_t)strlen(text);
    ssize_t written = write(file, text, (size_t)length);
    int error = errno;
    close(file);
    errno = error;
    return written == length ? 0 : -1;
}

static void enter_root(const struct clinux_process *process, int report) {
    if (process->root_type) {
        if (process->root_directory && chdir(process->root_directory) < 0) fail(report, CLINUX_STAGE_ROOT, 0);
        if (mount(process->root_type, process->root, process->root_type, process->root_flags, process->root_data) < 0)
            fail(report, CLINUX_STAGE_ROOT, 1);
    } else if (mount(process->root, process->root, NULL, MS_BIND | MS_REC, NULL) < 0) {
        fail(report, CLINUX_STAGE_ROOT, 2);
    }
    int root = open(process->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) fail(report, CLINUX_STAGE_ROOT, 3);
    for (size_t i = 0; i < process->mount_count; i++) {
        if (clinux_mount_inside(root, &process->mounts[i]) < 0) fail(report, CLINUX_STAGE_MOUNT, (int)i);
    }
    if (process->root_is_read_only) {
        struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
        if (mount_setattr(root, "", AT_EMPTY_PATH, &attributes, sizeof attributes) < 0)
            fail(report, CLINUX_STAGE_ROOT, 4);
    }
    // pivot_root(".", ".") stacks the old root on the new one, from where it is detached.
    if (fchdir(root) < 0) fail(report, CLINUX_STAGE_PIVOT, 0);
    if (syscall(SYS_pivot_root, ".", ".") < 0) fail(report, CLINUX_STAGE_PIVOT, 1);
    if (umount2(".", MNT_DETACH) < 0) fail(report, CLINUX_STAGE_PIVOT, 2);
    if (chdir("/") < 0) fail(report, CLINUX_STAGE_PIVOT, 3);
    close(root);
}

static void set_stdio(const struct clinux_process *process, int report) {
    // First out of the way of 0 to 3, then into place.
    int moved[4];
    for (int i = 0; i < 4; i++) {
        int from = i < 3 ? process->stdio[i] : process->passed;
        moved[i] = from < 0 ? -1 : fcntl(from, F_DUPFD_CLOEXEC, 10);
        if (from >= 0 && moved[i] < 0) fail(report, CLINUX_STAGE_STDIO, i);
    }
    for (int i = 0; i < 4; i++) {
        if (moved[i] >= 0 && dup2(moved[i], i) < 0) fail(report, CLINUX_STAGE_STDIO, i);
        // Who runs as somebody else may still open /dev/stdout and /dev/stderr by name.
        struct stat information;
        if (i < 3 && process->sets_user && fstat(i, &information) == 0 && S_ISFIFO(information.st_mode) &&
            fchown(i, process->user, (gid_t)-1) < 0)
            fail(report, CLINUX_STAGE_STDIO, i);
    }
    unsigned int first = process->passed < 0 ? 3 : 4;
    if (syscall(SYS_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC) < 0) fail(report, CLINUX_STAGE_STDIO, 4);
}

static void set_privileges(const struct clinux_process *process, int report) {
    if (process->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        fail(report, CLINUX_STAGE_NO_NEW_PRIVILEGES, 0);
    if (process->filter_length > 0) {
        // Before the capabilities go, because without no_new_privs it takes one of them.
        struct sock_fprog program = {process->filter_length, (struct sock_filter *)process->filter};
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0) fail(report, CLINUX_STAGE_SECCOMP, 0);
    }
    if (process->sets_capabilities) {
        for (int capability = 0; capability < 64; capability++) {
            if (process->capabilities >> capability & 1) continue;
            // EINVAL: past this kernel's last capability.
            if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 && errno != EINVAL)
                fail(report, CLINUX_STAGE_CAPABILITIES, capability);
        }
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0) fail(report, CLINUX_STAGE_CAPABILITIES, 64);
    }
    if (process->sets_user) {
        // Raw calls: the library's wrappers would ask every thread of the caller to follow.
        if (syscall(SYS_setgroups, process->group_count, process->groups) < 0) fail(report, CLINUX_STAGE_USER, 0);
        if (syscall(SYS_setresgid, process->group, process->group, process->group) < 0)
            fail(report, CLINUX_STAGE_USER, 1);
        if (syscall(SYS_setresuid, process->user, process->user, process->user) < 0) fail(report, CLINUX_STAGE_USER, 2);
    }
    if (process->sets_capabilities) {
        struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
        struct __user_cap_data_struct data[2], now[2];
        if (syscall(SYS_capget, &header, now) < 0) fail(report, CLINUX_STAGE_CAPABILITIES, 65);
        for (int half = 0; half < 2; half++) {
            data[half].permitted = now[half].permitted & (uint32_t)(process->capabilities >> (32 * half));
            data[half].effective = data[half].permitted;
            data[half].inheritable = 0;
        }
        if (syscall(SYS_capset, &header, data) < 0) fail(report, CLINUX_STAGE_CAPABILITIES, 66);
    }
}

static void execute(const struct clinux_process *process) {
    const char *program = process->arguments[0];
    if (strchr(program, '/') || !process->search_path) {
        execve(program, process->arguments, process->environment);
        return;
    }
    int error = ENOENT;
    const char *entry = process->search_path;
    while (1) {
        const char *end = strchrnul(entry, ':');
        char path[PATH_MAX];
        int length = snprintf(path, sizeof path, "%.*s/%s", (int)(end - entry), end == entry ? "." : entry, program);
        if (length > 0 && length < (int)sizeof path) {
            execve(path, process->arguments, process->environment);
            if (errno == EACCES) error = EACCES;
            else if (errno != ENOENT && errno != ENOTDIR) return;
        }
        if (!*end) break;
        entry = end + 1;
    }
    errno = error;
}

static _Noreturn void run_child(const struct clinux_process *process, int report) {
    if (setsid() < 0) fail(report, CLINUX_STAGE_SESSION, 0);
    if (process->detached) {
        pid_t pid = _Fork();
        if (pid < 0) fail(report, CLINUX_STAGE_CLONE, 1);
        if (pid > 0) _exit(0);
    }
    for (size_t i = 0; i < process->joined_namespace_count; i++) {
        if (setns(process->joined_namespaces[i], 0) < 0) fail(report, CLINUX_STAGE_JOIN_NAMESPACE, (int)i);
    }
    if (process->new_cgroup_namespace && unshare(CLONE_NEWCGROUP) < 0) fail(report, CLINUX_STAGE_CGROUP_NAMESPACE, 0);
    // A preference: who may not lower the score (CAP_SYS_RESOURCE) goes on with the one it has.
    if (process->oom_score_adjustment && write_file("/proc/self/oom_score_adj", process->oom_score_adjustment) < 0 &&
        errno != EACCES)
        fail(report, CLINUX_STAGE_OOM_SCORE, 0);
    if (process->hostname && sethostname(process->hostname, strlen(process->hostname)) < 0)
        fail(report, CLINUX_STAGE_HOSTNAME, 0);
    // Nothing that is mounted here may reach the machine; what the machine unmounts must go here too.
    if ((process->clone_flags & CLONE_NEWNS) && mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
        fail(report, CLINUX_STAGE_PROPAGATION, 0);
    umask(0);
    if (process->root) enter_root(process, report);
    umask(022);
    set_stdio(process, report);
    set_privileges(process, report);
    // After the change of user, which would clear it.
    if (process->dies_with_parent) prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (process->working_directory && chdir(process->working_directory) < 0)
        fail(report, CLINUX_STAGE_WORKING_DIRECTORY, 0);
    reset_signals();
    execute(process);
    fail(report, CLINUX_STAGE_EXEC, 0);
}

pid_t clinux_start(const struct clinux_process *process, int *pidfd, struct clinux_failure *failure) {
    memset(failure, 0, sizeof *failure);
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0) {
        *failure = (struct clinux_failure){CLINUX_STAGE_CLONE, errno, 0};
        return -1;
    }
    // The report's end must not be where stdio is going to be.
    int high = fcntl(report[1], F_DUPFD_CLOEXEC, 20);
    if (high >= 0) {
        close(report[1]);
        report[1] = high;
    }
    int descriptor = -1;
    struct clone_args arguments;
    memset(&arguments, 0, sizeof arguments);
    arguments.flags = process->clone_flags | CLONE_PIDFD;
    arguments.pidfd = (uint64_t)(uintptr_t)&descriptor;
    arguments.exit_signal = SIGCHLD;
    if (process->cgroup >= 0) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = (uint64_t)process->cgroup;
    }
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0) run_child(process, report[1]);
    int error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(report[1]);
    if (pid < 0) {
        close(report[0]);
        *failure = (struct clinux_failure){CLINUX_STAGE_CLONE, error, 2};
        return -1;
    }
    struct clinux_failure told;
    ssize_t length;
    while ((length = read(report[0], &told, sizeof told)) < 0 && errno == EINTR) {}
    close(report[0]);
    bool failed = length == (ssize_t)sizeof told;
    if (failed) *failure = told;
    if (failed || process->detached) {
        while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR) {}
        close(descriptor);
        if (pidfd) *pidfd = -1;
        return failed ? -1 : pid;
    }
    if (pidfd) *pidfd = descriptor;
    else close(descriptor);
    return pid;
}

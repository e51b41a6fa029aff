#define _GNU_SOURCE
#include "include/clinux_process.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "no seccomp filter for this architecture"
#endif

#define NEVER 64

struct denial {
    unsigned int call;
    unsigned int unless;  // the capability that makes it the container's business
};

// What only administers the machine, reads other processes' secrets, or has been a way out of containers before.
static const struct denial denied[] = {
    {SYS_acct, CAP_SYS_PACCT}, {SYS_add_key, NEVER}, {SYS_bpf, CAP_SYS_ADMIN}, {SYS_clock_adjtime, CAP_SYS_TIME},
    {SYS_clock_settime, CAP_SYS_TIME}, {SYS_delete_module, CAP_SYS_MODULE}, {SYS_finit_module, CAP_SYS_MODULE},
    {SYS_fsconfig, CAP_SYS_ADMIN}, {SYS_fsmount, CAP_SYS_ADMIN}, {SYS_fsopen, CAP_SYS_ADMIN},
    {SYS_fspick, CAP_SYS_ADMIN}, {SYS_get_mempolicy, CAP_SYS_NICE}, {SYS_init_module, CAP_SYS_MODULE},
    {SYS_io_uring_enter, NEVER}, {SYS_io_uring_register, NEVER}, {SYS_io_uring_setup, NEVER},
    {SYS_kcmp, CAP_SYS_PTRACE}, {SYS_kexec_file_load, CAP_SYS_BOOT}, {SYS_kexec_load, CAP_SYS_BOOT},
    {SYS_keyctl, NEVER}, {SYS_lookup_dcookie, CAP_SYS_ADMIN}, {SYS_mbind, CAP_SYS_NICE},
    {SYS_migrate_pages, CAP_SYS_NICE}, {SYS_mount, CAP_SYS_ADMIN}, {SYS_mount_setattr, CAP_SYS_ADMIN},
    {SYS_move_mount, CAP_SYS_ADMIN}, {SYS_move_pages, CAP_SYS_NICE}, {SYS_name_to_handle_at, CAP_DAC_READ_SEARCH},
    {SYS_nfsservctl, NEVER}, {SYS_open_by_handle_at, CAP_DAC_READ_SEARCH}, {SYS_open_tree, CAP_SYS_ADMIN},
    {SYS_perf_event_open, CAP_SYS_ADMIN}, {SYS_pivot_root, CAP_SYS_ADMIN}, {SYS_process_vm_readv, CAP_SYS_PTRACE},
    {SYS_process_vm_writev, CAP_SYS_PTRACE}, {SYS_ptrace, CAP_SYS_PTRACE}, {SYS_quotactl, CAP_SYS_ADMIN},
    {SYS_reboot, CAP_SYS_BOOT}, {SYS_request_key, NEVER}, {SYS_set_mempolicy, CAP_SYS_NICE},
    {SYS_setdomainname, CAP_SYS_ADMIN}, {SYS_sethostname, CAP_SYS_ADMIN}, {SYS_setns, CAP_SYS_ADMIN},
    {SYS_settimeofday, CAP_SYS_TIME}, {SYS_swapoff, NEVER}, {SYS_swapon, NEVER}, {SYS_syslog, CAP_SYSLOG},
    {SYS_umount2, CAP_SYS_ADMIN}, {SYS_unshare, CAP_SYS_ADMIN}, {SYS_userfaultfd, NEVER},
    {SYS_vhangup, CAP_SYS_TTY_CONFIG},
#if defined(__x86_64__)
    {SYS_create_module, NEVER}, {SYS_get_kernel_syms, NEVER}, {SYS_ioperm, CAP_SYS_RAWIO}, {SYS_iopl, CAP_SYS_RAWIO},
    {SYS_modify_ldt, NEVER}, {SYS_query_module, NEVER}, {SYS__sysctl, NEVER}, {SYS_uselib, NEVER}, {SYS_ustat, NEVER},
    {SYS_sysfs, NEVER},
#endif
};

unsigned short clinux_default_filter(uint64_t capabilities, struct sock_filter *out, unsigned short max) {
    unsigned short length = 0;
    const unsigned int count = sizeof denied / sizeof denied[0];
    if (max < 2 * count + 16) return 0;
#define EMIT(...) out[length++] = (struct sock_filter)__VA_ARGS__
    const unsigned int allow = SECCOMP_RET_ALLOW, refuse = SECCOMP_RET_ERRNO | EPERM;
    EMIT(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
    EMIT(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCHITECTURE, 1, 0));
    EMIT(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
    EMIT(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
#if defined(__x86_64__)
    // The x32 numbers name the same calls a second time.
    EMIT(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1));
    EMIT(BPF_STMT(BPF_RET | BPF_K, refuse));
#endif
    // clone3's flags lie in memory that a filter cannot read: libraries fall back to clone on ENOSYS.
    EMIT(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1));
    EMIT(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
    for (unsigned int i = 0; i < count; i++) {
        if (denied[i].unless < 64 && (capabilities >> denied[i].unless & 1)) continue;
        EMIT(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, denied[i].call, 0, 1));
        EMIT(BPF_STMT(BPF_RET | BPF_K, refuse));
    }
    if (capabilities >> CAP_SYS_ADMIN & 1) {
        EMIT(BPF_STMT(BPF_RET | BPF_K, allow));
        return length;
    }
    // clone may not make namespaces.
    EMIT(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3));
    EMIT(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])));
    EMIT(BPF_JUMP(
        BPF_JMP | BPF_JSET | BPF_K,
        CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET, 0, 1));
    EMIT(BPF_STMT(BPF_RET | BPF_K, refuse));
    EMIT(BPF_STMT(BPF_RET | BPF_K, allow));
#undef EMIT
    return length;
}

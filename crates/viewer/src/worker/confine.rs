//! Gives up the rights of the process, for good.

/// Memory on top of what the program has mapped when it starts, in bytes: a page of
/// [`crate::MAX_PIXELS`] pixels needs a third of it.
#[cfg(unix)]
const MEMORY: u64 = 900 << 20;
/// Processor time of a worker's whole life, in seconds; the app's clock is stricter for each answer.
#[cfg(unix)]
const SECONDS: u64 = 300;

/// Bounds memory, time and files, and forbids memory dumps. What cannot be bounded stays as it is;
/// the filter of [`lock`] is what must not be missing.
#[cfg(unix)]
pub(super) fn limit() {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let at_most = |most: u64| Rlimit { current: Some(most), maximum: Some(most) };
    let _ = setrlimit(Resource::Core, at_most(0));
    let _ = setrlimit(Resource::Fsize, at_most(0));
    let _ = setrlimit(Resource::Cpu, at_most(SECONDS));
    let _ = setrlimit(Resource::As, at_most(mapped().saturating_add(MEMORY)));
    // No further file can be opened.
    let _ = setrlimit(Resource::Nofile, at_most(3));
}

/// Elsewhere there is the process boundary, the caught panic and the app's clock.
#[cfg(not(unix))]
pub(super) fn limit() {}

/// Bytes of address space in use: the libraries of the app are mapped though the worker never
/// calls them.
#[cfg(unix)]
fn mapped() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
    pages.map_or(4 << 30, |pages| pages * rustix::param::page_size() as u64)
}

/// From here on only memory, time and the open pipes: every other system call is refused. Refused
/// and not deadly, because C libraries ask for this and that on their own (glibc looks at
/// `/proc/sys` before it gives memory back) and another version must not take the documents away.
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) fn lock() -> Result<(), ()> {
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

    let architecture = TargetArch::try_from(std::env::consts::ARCH).map_err(drop)?;
    let filter = SeccompFilter::new(
        rules().map_err(drop)?,
        SeccompAction::Errno(libc::EPERM.unsigned_abs()),
        SeccompAction::Allow,
        architecture,
    );
    let program: BpfProgram = filter.map_err(drop)?.try_into().map_err(drop)?;
    seccompiler::apply_filter_all_threads(&program).map_err(drop)
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn rules() -> seccompiler::Result<std::collections::BTreeMap<i64, Vec<seccompiler::SeccompRule>>> {
    use seccompiler::{SeccompCmpArgLen as Len, SeccompCmpOp as Is, SeccompCondition, SeccompRule};

    const ALLOWED: [i64; 21] = [
        libc::SYS_close,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_rt_sigreturn,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_sigaltstack,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_clock_gettime,
        libc::SYS_getrandom,
        libc::SYS_sched_yield,
        libc::SYS_sched_getaffinity,
        libc::SYS_restart_syscall,
        libc::SYS_rseq,
        libc::SYS_set_robust_list,
    ];
    let mut rules: std::collections::BTreeMap<_, _> =
        ALLOWED.iter().map(|&call| (call, Vec::new())).collect();
    let is = |argument, mask: i32, value: i32| {
        let (mask, value) = (u64::from(mask.unsigned_abs()), u64::from(value.unsigned_abs()));
        SeccompCondition::new(argument, Len::Dword, Is::MaskedEq(mask), value)
    };
    // Only the pipes to the app: whatever else was open in the app and came along is out of reach.
    rules.insert(libc::SYS_read, vec![SeccompRule::new(vec![is(0, i32::MAX, 0)?])?]);
    for call in [libc::SYS_write, libc::SYS_writev] {
        rules.insert(call, vec![SeccompRule::new(vec![is(0, i32::MAX, 1)?])?]);
    }
    // Ending itself, as C libraries do, and nobody else: the app runs under the same user.
    let own_process = u64::from(std::process::id());
    let itself = SeccompCondition::new(0, Len::Dword, Is::Eq, own_process)?;
    rules.insert(libc::SYS_tgkill, vec![SeccompRule::new(vec![itself])?]);
    // Memory, but never of a file and never such that it can be run.
    let data = || is(2, libc::PROT_EXEC, 0);
    let own = is(3, libc::MAP_ANONYMOUS, libc::MAP_ANONYMOUS)?;
    rules.insert(libc::SYS_mmap, vec![SeccompRule::new(vec![data()?, own])?]);
    rules.insert(libc::SYS_mprotect, vec![SeccompRule::new(vec![data()?])?]);
    Ok(rules)
}

/// No filter of this kind here.
#[cfg(not(target_os = "linux"))]
pub(super) fn lock() -> Result<(), ()> {
    Ok(())
}

/// An architecture the filter does not know: documents are not shown rather than read unguarded.
#[cfg(all(target_os = "linux", not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub(super) fn lock() -> Result<(), ()> {
    Err(())
}

#[cfg(all(test, target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod tests {
    #[test]
    fn calls_that_reach_beyond_the_worker_are_bound_to_their_arguments() {
        let rules = super::rules().unwrap();
        for call in [
            libc::SYS_read,
            libc::SYS_write,
            libc::SYS_writev,
            libc::SYS_mmap,
            libc::SYS_mprotect,
            libc::SYS_tgkill,
        ] {
            assert!(!rules[&call].is_empty(), "{call}: allowed whatever it is asked");
        }
        for call in [libc::SYS_kill, libc::SYS_openat, libc::SYS_socket, libc::SYS_clone] {
            assert!(!rules.contains_key(&call), "{call}");
        }
    }
}

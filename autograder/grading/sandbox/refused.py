"""학습자의 코드에 시스템 호출을 거절하는 규칙(seccomp): 프로세스보다 오래 남는 것, 이름 공간이 나누지 않는 것, 관리자의 것.

여기 없는 것: 규칙을 거는 일(`grading.sandbox.warm_process`), 파일과 네트워크의 벽(`grading.sandbox.walls`).

파일의 규칙(Landlock)은 파일이 아닌 것을 막지 못합니다. System V의 공유 메모리와 메시지, 열쇠고리는 만든 프로세스가
끝나도 따뜻한 프로세스의 이름 공간에 남아 다음 노트북에 보이고, `memfd`의 메모리는 누구의 것으로도 세어지지 않으며,
`AF_VSOCK`은 네트워크의 이름 공간이 나누지 않습니다. `sandlock.confine`은 시스템 호출의 규칙을 받지 않으므로 여기에서 만듭니다.
"""

from __future__ import annotations

import errno
import platform
import struct

_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# Name: its number on x86_64 and on aarch64.
NOT_PERMITTED = {
    # What stays in the warm process's namespace when its maker is gone.
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # Other processes.
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    # Parts of the kernel that a course has no use for.
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "fanotify_init": (300, 262),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    # Namespaces and mounts.
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    # The administrator's, should the grader be one.
    "reboot": (169, 142),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "syslog": (103, 116),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
}
# Programs know what to do without these.
UNKNOWN = {
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # Its flags cannot be seen from here; every C library goes on with `clone`.
    "clone3": (435, 435),
}
_SOCKET, CLONE = (41, 198), (56, 220)
FAMILIES = (1, 2, 10, 16)
"""만들 수 있는 소켓: UNIX, IPv4, IPv6, 이름 찾기가 쓰는 NETLINK."""
_NAMESPACES = 0x7E020080
"""`clone`이 새 이름 공간을 만드는 플래그들."""

_LOAD, _EQUAL, _AT_LEAST, _ANY_OF, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_X32 = 0x40000000


def program(machine: str | None = None) -> bytes:
    """거절하는 규칙(BPF 프로그램). 번호를 모르는 컴퓨터에서는 비어 있습니다."""
    machine = machine or platform.machine()
    if machine not in _AUDIT:
        return b""
    column = list(_AUDIT).index(machine)
    words = [
        _word(_LOAD, _ARCH),
        _word(_EQUAL, _AUDIT[machine], yes=1),
        _refuse(errno.ENOSYS),
        _word(_LOAD, _NUMBER),
        # The same calls by other numbers.
        _word(_AT_LEAST, _X32, no=1),
        _refuse(errno.ENOSYS),
    ]
    for calls, error in ((NOT_PERMITTED, errno.EPERM), (UNKNOWN, errno.ENOSYS)):
        for numbers in calls.values():
            words += [_word(_EQUAL, numbers[column], no=1), _refuse(error)]
    families = [
        _word(_EQUAL, family, yes=len(FAMILIES) - index) for index, family in enumerate(FAMILIES)
    ]
    looked = [_word(_LOAD, _FIRST_ARGUMENT), *families, _refuse(errno.EAFNOSUPPORT), _allow()]
    words += [_word(_EQUAL, _SOCKET[column], no=len(looked)), *looked]
    words += [
        _word(_EQUAL, CLONE[column], no=3),
        _word(_LOAD, _FIRST_ARGUMENT),
        _word(_ANY_OF, _NAMESPACES, no=1),
        _refuse(errno.EPERM),
        _allow(),
    ]
    return b"".join(words)


def _word(code: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)


def _refuse(error: int) -> bytes:
    return _word(_RETURN, _ERRNO | error)


def _allow() -> bytes:
    return _word(_RETURN, _ALLOW)

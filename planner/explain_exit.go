package planner

import "fmt"

// Meaning is what an exit code of a container stands for, beyond the program's
// own failures; "" for those.
func Meaning(code int) string {
	switch code {
	case 125:
		return "the container runtime failed"
	case 126:
		return "its command is there and cannot be executed"
	case 127:
		return "its command was not found"
	case 255:
		return "an error of its own, or a code out of range"
	}
	if s, ok := signals[code-128]; ok {
		return fmt.Sprintf("%s (%s)", s.means, s.name)
	}
	return ""
}

// SignalName is a signal's name on Linux, or its number.
func SignalName(n int) string {
	if s, ok := signals[n]; ok {
		return s.name
	}
	return fmt.Sprintf("signal %d", n)
}

// Those that people and engines send to end a program.
const (
	sigINT  = 2
	sigQUIT = 3
	sigKILL = 9
	sigTERM = 15
)

// signals are Linux's that end programs: containers run there, wherever we do.
var signals = map[int]struct{ name, means string }{
	1:       {"SIGHUP", "its terminal was closed"},
	sigINT:  {"SIGINT", "it was interrupted, as by Ctrl-C"},
	sigQUIT: {"SIGQUIT", "it was told to quit"},
	4:       {"SIGILL", "an instruction that the processor does not have: is the image for another one?"},
	6:       {"SIGABRT", "it gave up by itself"},
	7:       {"SIGBUS", "a bad access to memory: /dev/shm may be full, see shm_size"},
	8:       {"SIGFPE", "an arithmetic error, such as a division by zero"},
	sigKILL: {"SIGKILL", "it was killed"},
	11:      {"SIGSEGV", "it reached for memory that is not its own and crashed"},
	13:      {"SIGPIPE", "nobody read what it wrote"},
	14:      {"SIGALRM", "its alarm clock went off"},
	sigTERM: {"SIGTERM", "it was asked to end, as by compose stop"},
	24:      {"SIGXCPU", "it used up its processor time"},
	31:      {"SIGSYS", "a system call that its seccomp profile forbids"},
}

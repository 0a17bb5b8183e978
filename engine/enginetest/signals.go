package enginetest

import (
	"strconv"
	"strings"
)

// signal is a signal by Linux' number, whatever system the tests run on.
type signal int

const (
	sigHUP  signal = 1
	sigINT  signal = 2
	sigKILL signal = 9
	sigTERM signal = 15
)

var signalNames = map[string]signal{
	"HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "TRAP": 5, "ABRT": 6, "BUS": 7, "FPE": 8,
	"KILL": 9, "USR1": 10, "SEGV": 11, "USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15,
	"STKFLT": 16, "CHLD": 17, "CONT": 18, "STOP": 19, "TSTP": 20, "TTIN": 21, "TTOU": 22,
	"URG": 23, "XCPU": 24, "XFSZ": 25, "VTALRM": 26, "PROF": 27, "WINCH": 28, "IO": 29,
	"PWR": 30, "SYS": 31, "RTMIN": 34, "RTMIN+3": 37, "RTMAX": 64,
}

// parseSignal reads "TERM", "SIGTERM" or "15".
func parseSignal(s string) (signal, bool) {
	if n, err := strconv.Atoi(s); err == nil {
		return signal(n), n > 0 && n <= 64
	}
	sig, ok := signalNames[strings.TrimPrefix(strings.ToUpper(s), "SIG")]
	return sig, ok
}

// harmless tells whether the signal does nothing to a process that has no
// handler for it. Stopping by signal is not simulated.
func (s signal) harmless() bool {
	switch s {
	case 17, 18, 19, 20, 21, 22, 23, 28:
		return true
	}
	return false
}

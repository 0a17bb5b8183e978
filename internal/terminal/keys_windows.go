package terminal

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// mode is a console's.
type mode uint32

func readMode(fd uintptr) (mode, error) {
	var m uint32
	if err := windows.GetConsoleMode(windows.Handle(fd), &m); err != nil {
		return 0, fmt.Errorf("reading the console's mode: %w", err)
	}
	return mode(m), nil
}

// apply sets the mode.
func (m mode) apply(fd uintptr) error {
	if err := windows.SetConsoleMode(windows.Handle(fd), uint32(m)); err != nil {
		return fmt.Errorf("setting the console's mode: %w", err)
	}
	return nil
}

// quiet is the mode without echo.
func (m mode) quiet() mode { return m &^ windows.ENABLE_ECHO_INPUT }

// keys is the mode without echo in which each key comes at once.
func (m mode) keys() mode { return m &^ (windows.ENABLE_ECHO_INPUT | windows.ENABLE_LINE_INPUT) }

// foreground: a console has no background.
func foreground(uintptr) bool { return true }

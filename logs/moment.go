package logs

import (
	"fmt"
	"time"

	timetypes "github.com/docker/docker/api/types/time"
)

// ParseTime reads a bound of a log as docker's tools do: a timestamp
// ("2013-01-02T13:23:37Z", shorter forms in local time, Unix seconds) or a
// duration before now ("42m"). "" is the zero time. The error quotes a text that is none
// of these.
func ParseTime(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	stamp, err := timetypes.GetTimestamp(text, now)
	if err != nil {
		return time.Time{}, fmt.Errorf("reading the time %q: %w", text, err)
	}
	seconds, nanos, err := timetypes.ParseTimestamps(stamp, 0)
	if err != nil {
		return time.Time{}, fmt.Errorf("reading the time %q: %w", text, err)
	}
	return time.Unix(seconds, nanos), nil
}

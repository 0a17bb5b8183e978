package watch

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// supervisors start the programs that a file names.
var supervisors = []struct {
	program string
	flags   []string // the file follows one of them
	file    string   // which it is otherwise
	sep     string   // between a line's key and the command
	key     string   // whose value is a command; "": every key's
}{
	{"supervisord", []string{"-c", "--configuration"}, "supervisord.conf", "=", "command"},
	{"foreman", []string{"-f", "--procfile"}, "Procfile", ":", ""},
	{"overmind", []string{"-f", "--procfile"}, "Procfile", ":", ""},
	{"honcho", []string{"-f", "--procfile"}, "Procfile", ":", ""},
}

// supervised are the commands in the file of a supervisor that a command starts.
func (d *deriving) supervised(command string, sources []types.ServiceVolumeConfig, dirs []string) (programs []string) {
	list := separated(command)
	for _, s := range supervisors {
		at := slices.IndexFunc(list, func(w string) bool { return path.Base(w) == s.program })
		if at < 0 {
			continue
		}
		conf := s.file
		if c := slices.IndexFunc(list, func(w string) bool { return slices.Contains(s.flags, w) }); c > at && c+1 < len(list) {
			conf = list[c+1]
		}
		for _, file := range d.placesOf(conf, sources, dirs) {
			for line := range strings.Lines(readSmall(file)) {
				if key, value, ok := strings.Cut(line, s.sep); ok && (s.key == "" || s.key == strings.TrimSpace(key)) {
					programs = append(programs, d.expanded(value))
				}
			}
			if len(programs) > 0 {
				return programs
			}
		}
	}
	return nil
}

// expanded puts the service's variables into a value as supervisord does:
// %(ENV_NAME)s.
func (d *deriving) expanded(value string) string {
	for name, v := range d.environment() {
		value = strings.ReplaceAll(value, "%(ENV_"+name+")s", v)
	}
	return strings.TrimSpace(value)
}

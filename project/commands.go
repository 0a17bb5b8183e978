package project

import (
	"github.com/compose-orchestrator/compose/project/diagnostic"
	"github.com/compose-orchestrator/compose/project/limits"
)

// checkCommands refuses commands that are written as one text and so long that compose-go
// does not find their words in time, and keeps the texts. Its error is about the longest.
func (s *source) checkCommands(model map[string]any) error {
	w := commandWalk{texts: map[string]bool{}}
	for name, c := range containers(model) {
		w.walk(c, []string{"services", name})
	}
	s.commands = w.texts
	if w.cost <= limits.CommandSquares.Value {
		return nil
	}
	return &diagnostic.PathError{
		Path: w.where,
		Msg:  limits.CommandSquares.Exceeded("the commands of all services"),
		Hint: limits.CommandSquares.Help,
	}
}

// commandWalk sums up what the commands of services, and of their hooks, cost.
type commandWalk struct {
	texts         map[string]bool
	cost, longest int
	where         []string // is the longest
}

func (w *commandWalk) walk(v any, path []string) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			at := append(path[:len(path):len(path)], key)
			text, isText := value.(string)
			if isText && (key == "command" || key == "entrypoint") {
				w.take(text, at)
			}
			w.walk(value, at)
		}
	case []any:
		for _, entry := range v {
			w.walk(entry, path)
		}
	}
}

// take counts a text.
func (w *commandWalk) take(text string, at []string) {
	w.texts[text] = true
	n := len(text)
	w.cost += n * n // at most the square of all that variables stand for
	if n > w.longest {
		w.longest, w.where = n, at
	}
}

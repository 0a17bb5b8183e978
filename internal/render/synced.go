package render

import (
	"fmt"
	"strings"
	"time"

	"github.com/compose-orchestrator/compose/event"
)

// syncedLine returns what watch did for a service, in Docker Compose's words as far
// as it has any:
//
//	Syncing service "web" after 2 changes were detected: src/a.js, src/b.js to 1 container in 24 ms
func syncedLine(e event.Synced) string {
	n := e.Writes + e.Deletes
	var line string
	switch e.Action {
	case "rebuild", "restart":
		line = fmt.Sprintf("%s of service %q", strings.ToUpper(e.Action[:1])+e.Action[1:], e.Service)
	default:
		line = fmt.Sprintf("Syncing service %q after %d changes were detected", e.Service, n)
	}
	if len(e.Paths) > 0 {
		line += ": " + strings.Join(e.Paths, ", ")
		if more := n - len(e.Paths); more > 0 {
			line += fmt.Sprintf(" and %d more", more)
		}
	}
	if e.Err != nil {
		return line + ": " + firstLine(e.Err.Error())
	}
	if e.Containers > 0 && n > 0 {
		line += " to " + plural(e.Containers, "container")
	}
	if _, then, ok := strings.Cut(e.Action, "+"); ok {
		line += ", " + map[string]string{"restart": "restarted", "exec": "command run"}[then]
	}
	return line + " in " + shortTook(e.Took)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// shortTook returns a duration as "24 ms" or "1.3 s".
func shortTook(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", max(1, d.Milliseconds()))
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

package list

import "testing"

func TestBriefTime(t *testing.T) {
	for text, want := range map[string]string{
		"Up Less than a second":          "Up 0s",
		"Up 1 second (health: starting)": "Up 1s (health: starting)",
		"Up 59 seconds":                  "Up 59s",
		"Up About a minute (Paused)":     "Up 1m (Paused)",
		"Up About an hour":               "Up 1h",
		"Exited (137) 3 weeks ago":       "Exited (137) 3w ago",
		"Up 4 months":                    "Up 4mo",
		"Up 2 hours (healthy, 12 seconds ago, failed 3 times)": "Up 2h (healthy, 12s ago, failed 3 times)",
		"Restarting (1) 2 years ago":                           "Restarting (1) 2y ago",
		"Created":                                              "Created",
	} {
		if got := BriefTime(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

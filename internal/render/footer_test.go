package render

import "testing"

func TestFooterFits(t *testing.T) {
	keys := Footer{Keys: []Key{{"d", "detach", 2}, {"r", "restart", 3}, {"?", "keys", 1}, {"ctrl-c", "stop", 0}}}
	choices := Footer{Prompt: "which?", Choices: []string{"api", "db", "web"}}
	typed := Footer{Prompt: "which?", Typed: "b", Choices: []string{"db", "web"}}
	whole := Footer{Prompt: "which?", Typed: "db", Choices: []string{"db"}}
	for _, tt := range []struct {
		f    Footer
		cols int
		want string
	}{
		{keys, 60, "d detach   r restart   ? keys   ctrl-c stop"},
		{keys, 42, "d detach   ? keys   ctrl-c stop"},
		{keys, 22, "? keys   ctrl-c stop"},
		{keys, 12, "ctrl-c stop"},
		{keys, 5, ""},
		{choices, 60, "which? ▏  api  db  web"},
		{choices, 22, "which? ▏  api  db  web"},
		{choices, 21, "which? ▏  api  db …"},
		{choices, 12, "which? ▏ …"},
		{choices, 9, "which? ▏"},
		{typed, 60, "which? b▏ → db  web"},
		{typed, 15, "which? b▏ …"},
		{whole, 60, "which? db▏"},
	} {
		if got := tt.f.line(tt.cols, false).String(); got != tt.want {
			t.Errorf("in %d columns: got %q, want %q", tt.cols, got, tt.want)
		}
	}
}
